//! A device that publishes by itself: it goes on where it was, and leaves nothing behind.

use super::account::{Account, EMBED};
use super::{Fault, PATIENCE, ask, bring, menu, publication, search};
use olympus_device::cloud::{CloudApi, CloudAsk, CloudError, ImageFormat, Picture};
use olympus_proto::MenuItem;
use olympus_proto::edge::{PublishRequest, PublishStage, PublishStatus};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn dishes(count: usize, kind: &str) -> Arc<PublishRequest> {
    let items = (0..count).map(|n| MenuItem::new(&format!("{kind}-{n}"), &format!("{kind} {n}")));
    publication(items.collect())
}

/// Vectors that show in the index.
async fn count(account: &Account) -> u64 {
    account.control("POST", "/settle", "").await;
    account.vectors().await
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_show_late_are_waited_for_and_the_menu_before_is_deleted() {
    let account = Account::open("300,500").await;
    let dir = tempfile::tempdir().expect("a folder");
    let device = account.device("loc-7", EMBED, Some(dir.path()));
    let first = menu();
    bring(&device, &first).await;
    let found = device.search(&ask(search("ramen", &first.digest))).await;
    assert_eq!(found.expect("finds").hits[0].0.as_str(), "ramen");
    let written = count(&account).await;

    // Another device of another restaurant in the same index.
    let other = account.device("loc-8", EMBED, None);
    bring(&other, &first).await;
    assert_eq!(count(&account).await, 2 * written);

    let second = dishes(40, "curry");
    bring(&device, &second).await;
    let gone = device.search(&ask(search("ramen", &first.digest))).await;
    assert!(
        matches!(gone, Err(CloudError::WrongMenu { .. })),
        "{gone:?}"
    );
    device.publish_status(&ask(())).await.expect("cleans up");
    let there = other.search(&ask(search("ramen", &first.digest))).await;
    assert_eq!(there.expect("finds").hits[0].0.as_str(), "ramen");
    let passages = 40
        * u64::try_from(olympus_core::menu::text::passages(&second.items[0]).len())
            .expect("a number");
    assert_eq!(
        count(&account).await,
        written + passages,
        "nothing is left behind"
    );

    // A new process knows what is live.
    let again = account.device("loc-7", EMBED, Some(dir.path()));
    let found = again.search(&ask(search("curry 7", &second.digest))).await;
    assert_eq!(found.expect("finds").hits[0].0.as_str(), "curry-7");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_short_goes_on_with_the_same_ids() {
    let account = Account::open("0,0").await;
    let dir = tempfile::tempdir().expect("a folder");
    let menu = dishes(1_500, "soup");
    {
        let device = account.device("loc-7", EMBED, Some(dir.path()));
        let step = CloudAsk::new("cut", PATIENCE, Arc::clone(&menu));
        let cutting = async {
            // In the middle of the second batch.
            let started = Instant::now();
            while started.elapsed() < PATIENCE {
                let status = device.publish_status(&ask(())).await.expect("says");
                if status.publishing.is_some_and(|next| next.done >= 1_000) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            account.front.set(Fault::Cut);
        };
        let (told, ()) = tokio::join!(device.publish(&step), cutting);
        assert!(matches!(told, Err(CloudError::Unreachable(_))), "{told:?}");
        let status = device.publish_status(&ask(())).await.expect("says");
        let next = status.publishing.expect("is on its way");
        assert_eq!(
            (next.done, next.stage, next.attempts),
            (1_000, PublishStage::Writing, 1)
        );
        assert!(next.error.is_some());
    }
    account.front.set(Fault::None);
    let device = account.device("loc-7", EMBED, Some(dir.path()));
    let status = device.publish_status(&ask(())).await.expect("says");
    assert_eq!(status.publishing, None, "without its items it cannot go on");
    bring(&device, &menu).await;
    let passages = olympus_core::menu::text::passages(&menu.items[0]).len();
    let written = 1_500 * u64::try_from(passages).expect("a number");
    assert_eq!(count(&account).await, written, "each passage once");
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_of_two_spaces_are_never_compared() {
    let account = Account::open("0,0").await;
    let dir = tempfile::tempdir().expect("a folder");
    let menu = menu();
    bring(&account.device("loc-7", EMBED, Some(dir.path())), &menu).await;
    let other = account.device("loc-7", "@cf/other/model", Some(dir.path()));
    let refused = other.search(&ask(search("ramen", &menu.digest))).await;
    assert!(
        matches!(refused, Err(CloudError::WrongMenu { found: None })),
        "{refused:?}"
    );
    bring(&other, &menu).await;
    let found = other
        .search(&ask(search("ramen", &menu.digest)))
        .await
        .expect("finds");
    assert!(
        found
            .space
            .expect("has one")
            .0
            .starts_with("@cf/other/model/cls/")
    );

    for vectors in ["zero", "short", "null", "missing"] {
        account
            .control("PUT", "", &format!(r#"{{"vectors":"{vectors}"}}"#))
            .await;
        let bad = other.search(&ask(search("ramen", &menu.digest))).await;
        assert!(
            matches!(
                bad,
                Err(CloudError::Unreadable { .. } | CloudError::Refused { .. })
            ),
            "{vectors}: {bad:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_somebody_emptied_is_filled_again() {
    let account = Account::open("0,0").await;
    let device = account.device("loc-7", EMBED, None);
    let menu = menu();
    bring(&device, &menu).await;
    account.control("POST", "/reset", "").await;
    let lost = device.search(&ask(search("ramen", &menu.digest))).await;
    assert!(
        matches!(lost, Err(CloudError::WrongMenu { found: None })),
        "{lost:?}"
    );
    let status = device.publish_status(&ask(())).await.expect("says");
    assert_eq!(status.live, None);
    bring(&device, &menu).await;
    let found = device.search(&ask(search("ramen", &menu.digest))).await;
    assert_eq!(found.expect("finds").hits.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_answers_otherwise_than_it_was_told_has_said_nothing() {
    let account = Account::open("0,0").await;
    let device = account.device("loc-7", EMBED, None);
    for chat in ["json_mode_error", "no_json", "off_schema"] {
        account
            .control("PUT", "", &format!(r#"{{"chat":"{chat}"}}"#))
            .await;
        let told = device.intent(&ask(super::utterance("two burgers"))).await;
        assert!(
            matches!(told, Err(CloudError::Unreadable { .. })),
            "{chat}: {told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_told_in_words_and_dishes() {
    let account = Account::open("0,0").await;
    let device = account.device("loc-7", EMBED, None);
    let bytes = b"\x89PNG\r\n\x1a\n0123456789";
    let name = olympus_device::keys::hex(&Sha256::digest(bytes));
    let images = format!(
        r#"{{"images":{{"{name}":{{"seen":"a bowl of ramen","dishes":[{{"name":"Tonkotsu Ramen","probability":0.8}}]}}}}}}"#
    );
    account.control("PUT", "", &images).await;
    let dishes = menu().items.clone();
    let dishes: Vec<_> = dishes
        .into_iter()
        .map(|item| (item.id, item.name))
        .collect();
    let picture = Picture {
        format: ImageFormat::Png,
        bytes: bytes.to_vec().into(),
        digest: menu().digest.clone(),
        dishes: dishes.clone(),
    };
    let told = device.image(&ask(picture)).await.expect("sees");
    assert_eq!(told.seen, "a bowl of ramen");
    let (item, confidence) = told.recognised.first().expect("knows the dish");
    assert_eq!(item.as_str(), "ramen");
    assert!(*confidence > 0.5 && *confidence <= 1.0, "{confidence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_of_another_model_is_waited_for_and_the_vectors_before_are_no_proof_of_it() {
    let account = Account::open("400,500").await;
    let dir = tempfile::tempdir().expect("a folder");
    let menu = menu();
    bring(&account.device("loc-7", EMBED, Some(dir.path())), &menu).await;
    let written = count(&account).await;
    let other = account.device("loc-7", "@cf/other/model", Some(dir.path()));
    let status = other.publish_status(&ask(())).await.expect("says");
    assert_eq!(status.live, None, "it answers nothing that this model asks");
    let started = Instant::now();
    bring(&other, &menu).await;
    assert!(
        started.elapsed() >= Duration::from_secs(1),
        "the vectors before were taken for the new ones"
    );
    other.publish_status(&ask(())).await.expect("cleans up");
    assert_eq!(count(&account).await, written, "nothing is left behind");
    let found = other.search(&ask(search("ramen", &menu.digest))).await;
    assert_eq!(found.expect("finds").hits.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_that_is_in_use_is_written_anew_where_that_is_asked_for() {
    let account = Account::open("0,0").await;
    let dir = tempfile::tempdir().expect("a folder");
    let server = account.device("loc-7", EMBED, Some(dir.path()));
    let menu = menu();
    bring(&server, &menu).await;
    let written = count(&account).await;
    let live = |status: PublishStatus| status.live.expect("is live");
    let before = live(server.publish_status(&ask(())).await.expect("says"));
    // As the command line does: another process on the same folder.
    let command = account.device("loc-7", EMBED, Some(dir.path()));
    let anew = Arc::new(PublishRequest {
        anew: true,
        ..PublishRequest::clone(&menu)
    });
    tokio::time::sleep(Duration::from_millis(5)).await;
    let after = live(command.publish(&ask(anew)).await.expect("publishes"));
    assert_eq!(after.digest, before.digest);
    assert!(after.since_ms > before.since_ms, "{after:?}");
    assert_eq!(count(&account).await, written, "those before are deleted");
    let lost = server.search(&ask(search("ramen", &menu.digest))).await;
    assert!(
        matches!(lost, Err(CloudError::WrongMenu { .. })),
        "{lost:?}"
    );
    let found = server.search(&ask(search("ramen", &menu.digest))).await;
    assert_eq!(
        found.expect("finds").hits.len(),
        3,
        "the new ones are known"
    );
}
