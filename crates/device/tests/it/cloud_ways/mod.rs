//! Every way to the cloud is asked the same and keeps the same promises.

mod account;
mod front;
mod publishing;
pub(crate) mod worker;

use account::{Account, EMBED};
pub(crate) use front::{Fault, Front};
use olympus_device::cloud::{
    BaseUrl, CloudApi, CloudAsk, CloudError, CloudHits, CloudIntent, HitKind, ImageFormat, Picture,
    Profile, SearchAsk, Secret, Simulated, SoldOutAsk, Worker, menu_digest,
};
use olympus_proto::edge::{EmbedResponse, PublishRequest};
use olympus_proto::{
    Intent, IntentAnswer, IntentReason, IntentRequest, ItemId, LocationId, MenuItem, MenuVersion,
    SearchRequest, SpaceId,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Far beyond what anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// One way to the cloud and its line.
struct Way {
    name: &'static str,
    api: Arc<dyn CloudApi>,
    line: Line,
}

enum Line {
    Front(Front),
    Simulated(Arc<Simulated>),
}

impl Line {
    fn set(&self, fault: Fault) {
        match self {
            Self::Front(front) => front.set(fault),
            Self::Simulated(simulated) => simulated.behave(profile(fault)),
        }
    }

    fn request_ids(&self) -> Vec<String> {
        match self {
            Self::Front(front) => front.request_ids(),
            Self::Simulated(simulated) => simulated.request_ids(),
        }
    }
}

fn profile(fault: Fault) -> Profile {
    let mut profile = Profile {
        p50: Duration::ZERO,
        p99: Duration::ZERO,
        ..Profile::default()
    };
    match fault {
        Fault::Slow(time) => (profile.p50, profile.p99) = (time, time),
        Fault::Busy => {
            (profile.busy, profile.retry_after) = (1.0, Some(Duration::from_secs(7)));
        }
        Fault::Cut => profile.errors = 1.0,
        _ => {}
    }
    profile
}

fn menu() -> Arc<PublishRequest> {
    let items = [
        ("ramen", "Tonkotsu Ramen"),
        ("salad", "Garden Salad"),
        ("cola", "Cola"),
    ]
    .map(|(id, name)| MenuItem::new(id, name))
    .to_vec();
    publication(items)
}

fn publication(items: Vec<MenuItem>) -> Arc<PublishRequest> {
    Arc::new(PublishRequest {
        version: MenuVersion(1),
        digest: menu_digest(&items),
        timezone: None,
        anew: false,
        items,
    })
}

fn ask<T>(what: T) -> CloudAsk<T> {
    CloudAsk::new("conformance", PATIENCE, what)
}

fn search(query: &str, digest: &str) -> SearchAsk {
    SearchAsk {
        request: SearchRequest {
            query: query.to_owned(),
            ..SearchRequest::default()
        },
        digest: digest.to_owned(),
    }
}

fn utterance(text: &str) -> IntentRequest {
    IntentRequest {
        text: text.to_owned(),
        context: None,
    }
}

fn simulated() -> Simulated {
    Simulated::new(1, profile(Fault::None))
        .intents(|request| {
            let intent = match request.text.contains("cancel") {
                true => Intent::Cancel,
                false => Intent::Order,
            };
            Ok(CloudIntent {
                answer: IntentAnswer {
                    intent,
                    confidence: 0.9,
                    best_guess: intent,
                    reason: IntentReason::Confident,
                    scores: [(intent, 0.9)].into_iter().collect(),
                },
                model: "simulated".to_owned(),
            })
        })
        .searches(|ask| {
            Ok(CloudHits {
                digest: ask.digest.clone(),
                space: Some(SpaceId::from("simulated/cls/3")),
                model: "simulated".to_owned(),
                kind: HitKind::Ranked,
                hits: vec![(ItemId::from("ramen"), 0.9), (ItemId::from("cola"), 0.1)],
            })
        })
        .embeddings(|texts| {
            Ok(EmbedResponse {
                space: SpaceId::from("simulated/cls/3"),
                data: vec![vec![0.6, 0.8, 0.0]; texts.len()],
            })
        })
}

/// All three, and the account, which lives as long as it is held.
async fn ways() -> ([Way; 3], Account) {
    let front = Front::serve(worker::router(), worker_busy()).await;
    let base = BaseUrl::new(&format!("http://{}", front.address)).expect("is loopback");
    let location = LocationId::from("loc-7");
    let worker = Worker::new(base, &location, Secret::new(worker::KEY));
    let mut account = Account::open("0,0").await;
    let direct = account.device("loc-7", EMBED, None);
    let line = account.take_front().await;
    let simulated = Arc::new(simulated());
    let ways = [
        Way {
            name: "worker",
            api: Arc::new(worker),
            line: Line::Front(front),
        },
        Way {
            name: "direct",
            api: Arc::new(direct),
            line: Line::Front(line),
        },
        Way {
            name: "simulated",
            api: Arc::clone(&simulated) as Arc<dyn CloudApi>,
            line: Line::Simulated(simulated),
        },
    ];
    (ways, account)
}

fn worker_busy() -> &'static str {
    r#"{"error":{"code":"rate_limited","message":"slow down","request_id":"r"}}"#
}

/// Publishes and waits until it is searched.
async fn bring(api: &dyn CloudApi, menu: &Arc<PublishRequest>) {
    let mut status = api.publish(&ask(Arc::clone(menu))).await.expect("begins");
    let started = Instant::now();
    while status
        .live
        .as_ref()
        .is_none_or(|live| live.digest != menu.digest)
    {
        assert!(started.elapsed() < PATIENCE, "{status:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        status = api.publish_on(&ask(())).await.expect("goes on");
    }
    let again = api.publish(&ask(Arc::clone(menu))).await;
    assert!(again.is_ok(), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_answers_the_same_questions() {
    let (ways, _account) = ways().await;
    for Way { name, api, line } in &ways {
        api.ping(&ask(())).await.expect(name);
        for (text, intent) in [
            ("two burgers please", Intent::Order),
            ("cancel my order", Intent::Cancel),
        ] {
            let told = api.intent(&ask(utterance(text))).await.expect(name);
            assert_eq!(told.answer.best_guess, intent, "{name}: {text}");
            assert!((0.0..=1.0).contains(&told.answer.confidence) && !told.model.is_empty());
        }
        let texts = vec!["ramen".to_owned(), "a cola".to_owned()];
        let made = api.embed(&ask(texts)).await.expect(name);
        assert_eq!(made.data.len(), 2, "{name}");
        assert!(
            made.space
                .0
                .ends_with(&format!("/cls/{}", made.data[0].len())),
            "{name}"
        );
        for vector in &made.data {
            let norm: f32 = vector.iter().map(|x| x * x).sum();
            assert!((norm - 1.0).abs() < 1e-4, "{name}: {norm}");
        }

        let menu = menu();
        let none = api.search(&ask(search("ramen", &menu.digest))).await;
        assert!(
            matches!(none, Err(CloudError::WrongMenu { found: None })),
            "{name}: {none:?}"
        );
        bring(&**api, &menu).await;
        let found = api
            .search(&ask(search("ramen", &menu.digest)))
            .await
            .expect(name);
        assert_eq!(found.hits[0].0.as_str(), "ramen", "{name}: {found:?}");
        assert_eq!(found.digest, menu.digest, "{name}");
        assert!(
            found.hits.windows(2).all(|two| two[0].1 >= two[1].1),
            "{name}"
        );
        let other = api.search(&ask(search("ramen", "another"))).await;
        let found = Some(menu.digest.clone());
        assert!(
            matches!(&other, Err(CloudError::WrongMenu { found: it }) if *it == found),
            "{name}: {other:?}"
        );
        let mark = SoldOutAsk {
            item: ItemId::from("ramen"),
            sold_out: Some(true),
        };
        api.sold_out(&ask(mark)).await.expect(name);
        let ids = line.request_ids();
        assert!(
            !ids.is_empty() && ids.iter().all(|id| id == "conformance"),
            "{name}: {ids:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_ends_in_time_and_says_how_it_failed() {
    let (ways, _account) = ways().await;
    for Way { name, api, line } in &ways {
        // Connected and warm: what is measured is the wait.
        api.ping(&ask(())).await.expect(name);
        line.set(Fault::Slow(Duration::from_secs(2)));
        for timeout in [Duration::from_millis(60), Duration::from_millis(250)] {
            let question = CloudAsk::new("slow", timeout, utterance("two burgers"));
            let started = Instant::now();
            let error = api.intent(&question).await.expect_err(name);
            let took = started.elapsed();
            assert!(
                matches!(error, CloudError::TimedOut(time) if time == timeout),
                "{name}: {error:?}"
            );
            assert!(
                took >= timeout && took < timeout + Duration::from_millis(50),
                "{name}: {took:?}"
            );
        }
        line.set(Fault::Busy);
        let error = api
            .intent(&ask(utterance("two burgers")))
            .await
            .expect_err(name);
        let wait = Some(Duration::from_secs(7));
        assert!(
            matches!(error, CloudError::Busy { retry_after } if retry_after == wait),
            "{name}: {error:?}"
        );
        line.set(Fault::Cut);
        let error = api
            .intent(&ask(utterance("two burgers")))
            .await
            .expect_err(name);
        assert!(
            matches!(error, CloudError::Unreachable(_)),
            "{name}: {error:?}"
        );
        line.set(Fault::None);
        api.intent(&ask(utterance("two burgers")))
            .await
            .expect("the line is good again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_line_does_is_told_apart() {
    let (ways, _account) = ways().await;
    for Way { name, api, line } in ways.iter().take(2) {
        for fault in [Fault::Nonsense, Fault::Endless] {
            line.set(fault);
            let error = api
                .intent(&ask(utterance("two burgers")))
                .await
                .expect_err(name);
            assert!(
                matches!(error, CloudError::Unreadable { .. }),
                "{name} {fault:?}: {error:?}"
            );
        }
        line.set(Fault::Redirect);
        let error = api
            .intent(&ask(utterance("two burgers")))
            .await
            .expect_err(name);
        assert!(
            matches!(error, CloudError::Refused { status: 302, .. }),
            "{name}: {error:?}"
        );
        line.set(Fault::Broken);
        let error = api
            .intent(&ask(utterance("two burgers")))
            .await
            .expect_err(name);
        assert!(
            matches!(error, CloudError::Refused { status: 500, .. }),
            "{name}: {error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_is_told_how_long_an_answer_is_of_use() {
    let front = Front::serve(worker::router(), worker_busy()).await;
    let base = BaseUrl::new(&format!("http://{}", front.address)).expect("is loopback");
    let worker = Worker::new(base, &LocationId::from("loc-7"), Secret::new(worker::KEY));
    let intent = CloudAsk::new("useful", Duration::from_millis(700), utterance("x"));
    let intent = intent.with_grace(Duration::from_millis(100));
    worker.intent(&intent).await.expect("answers");
    let texts = vec!["x".to_owned()];
    let long = CloudAsk::new("useful", Duration::from_secs(90), texts);
    worker.embed(&long).await.expect("answers");
    worker.publish_status(&ask(())).await.expect("answers");
    let told = front.deadlines();
    assert_eq!(told, ["700", "60000", ""], "a status has no deadline");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_takes_its_key_pictures_and_backups() {
    let front = Front::serve(worker::router(), worker_busy()).await;
    let at = |key: &str, location: &str| {
        let base = BaseUrl::new(&format!("http://{}", front.address)).expect("is loopback");
        Worker::new(base, &LocationId::from(location), Secret::new(key))
    };
    let error = at("oek_1_wrong", "loc-7")
        .intent(&ask(utterance("x")))
        .await;
    let error = error.expect_err("a wrong key");
    assert!(
        matches!(error, CloudError::Unauthorized { status: 401, .. }),
        "{error:?}"
    );
    assert!(!format!("{error:?} {error} {:?}", at("oek_1_wrong", "loc-7")).contains("wrong\""));
    let error = at(worker::KEY, "loc-8").intent(&ask(utterance("x"))).await;
    assert!(
        matches!(error, Err(CloudError::Refused { status: 404, .. })),
        "{error:?}"
    );

    let worker = at(worker::KEY, "loc-7");
    let menu = menu();
    bring(&worker, &menu).await;
    let picture = Picture {
        format: ImageFormat::Png,
        bytes: vec![1, 2, 3].into(),
        digest: menu.digest.clone(),
        dishes: Vec::new(),
    };
    let told = worker.image(&ask(picture)).await.expect("sees");
    assert_eq!(told.recognised, [(ItemId::from("ramen"), 0.8)]);

    for item in [".", ".."] {
        let before = front.request_ids().len();
        let mark = SoldOutAsk {
            item: ItemId::from(item),
            sold_out: Some(true),
        };
        let refused = worker.sold_out(&ask(mark)).await;
        assert!(
            matches!(refused, Err(CloudError::Refused { status: 400, .. })),
            "{refused:?}"
        );
        assert_eq!(front.request_ids().len(), before, "another route is asked");
    }

    let backup = olympus_device::cloud::Backup {
        name: "nightly".to_owned(),
        bytes: vec![7; 3 << 20].into(),
    };
    worker
        .backup_put(&ask(backup.clone()))
        .await
        .expect("keeps");
    let kept = worker
        .backup_get(&ask("nightly".to_owned()))
        .await
        .expect("has it");
    assert_eq!(kept, backup.bytes, "more than other answers may have");
    let listed = worker.backup_list(&ask(())).await.expect("lists");
    assert_eq!(
        (listed[0].name.as_str(), listed[0].size_bytes),
        ("nightly", 3 << 20)
    );
    let missing = worker.backup_get(&ask("weekly".to_owned())).await;
    assert!(
        matches!(missing, Err(CloudError::Refused { status: 404, .. })),
        "{missing:?}"
    );
    for name in ["", "../x", "UP", "a b"] {
        let refused = worker.backup_get(&ask(name.to_owned())).await;
        assert!(
            matches!(refused, Err(CloudError::Refused { status: 400, .. })),
            "{name}"
        );
    }
}
