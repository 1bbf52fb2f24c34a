//! Pulls that go well.

use std::cell::RefCell;
use std::fs;
use std::thread;

use olympus_inference::hub::{Event, ModelStore, PullOptions};

use super::server::{Faults, bytes, sha256};
use super::{COMMIT, ID, NEXT_COMMIT, SIZE, WEIGHTS, files, hub, options, pull, weights_of};

#[test]
fn a_whole_model_arrives_as_it_was_published() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path().join("models"));
    let model = pull(&store, &server).unwrap();

    assert_eq!((model.id.as_str(), model.complete), (ID, true));
    assert_eq!(model.revision.as_deref(), Some(COMMIT));
    assert_eq!(model.source, server.url());
    assert_eq!(model.sha256, Some(sha256(&bytes(1, SIZE))));
    assert_eq!(store.list().unwrap(), std::slice::from_ref(&model));
    assert_eq!(store.path_of(ID).unwrap(), model.path);
    assert_eq!(model.path, store.root().join("acme--tiny-encoder"));
    for (name, published) in files(1) {
        let unwanted = name == "README.md" || name == "pytorch_model.bin";
        let here = fs::read(model.path.join(name)).ok();
        assert_eq!(here, (!unwanted).then_some(published), "{name}");
    }
}

#[test]
fn progress_rises_to_the_total() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    // Even when begun bytes have to be dropped.
    server.break_with(Faults {
        cut_after: Some(SIZE / 2),
        ..Faults::default()
    });
    pull(&store, &server).unwrap_err();
    server.break_with(Faults {
        ignores_ranges: true,
        ..Faults::default()
    });
    let reports = RefCell::new(Vec::new());
    let watch = |event: Event<'_>| {
        if let Event::Bytes { done, total, .. } = event {
            reports.borrow_mut().push((done, total));
        }
    };
    let options = PullOptions {
        progress: &watch,
        ..options(&server)
    };
    store.pull(ID, None, &options).unwrap();

    let wanted = |name| name != "README.md" && name != "pytorch_model.bin";
    let sizes = files(1).into_iter().filter(|(name, _)| wanted(*name));
    let size: usize = sizes.map(|(_, body)| body.len()).sum();
    let reports = reports.into_inner();
    assert!(reports.len() > 8, "{reports:?}");
    assert!(reports.iter().all(|(_, total)| *total == size as u64));
    assert!(reports.is_sorted_by_key(|(done, _)| *done), "{reports:?}");
    assert_eq!(reports.last(), Some(&(size as u64, size as u64)));
}

#[test]
fn a_model_that_is_up_to_date_costs_one_request() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let first = pull(&store, &server).unwrap();
    server.take_seen();
    assert_eq!(pull(&store, &server).unwrap(), first);
    let paths: Vec<_> = server.take_seen().into_iter().map(|s| s.path).collect();
    assert_eq!(paths, [format!("/api/models/{ID}/revision/main")]);
}

#[test]
fn a_revision_with_a_slash_is_pulled() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let model = store
        .pull(ID, Some("refs/pr/1"), &options(&server))
        .unwrap();
    assert_eq!(model.revision.as_deref(), Some(COMMIT));
}

#[test]
fn an_update_fetches_only_what_has_changed() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    pull(&store, &server).unwrap();
    let mut changed = files(1);
    changed[1].1 = br#"{"hidden_size": 8}"#.to_vec();
    server.publish(ID, NEXT_COMMIT, &changed);
    server.take_seen();

    let model = pull(&store, &server).unwrap();
    assert_eq!(model.revision.as_deref(), Some(NEXT_COMMIT));
    assert_eq!(
        fs::read(model.path.join("config.json")).unwrap(),
        changed[1].1
    );
    assert_eq!(weights_of(&store), bytes(1, SIZE));
    let fetched = server
        .take_seen()
        .into_iter()
        .filter(|s| s.method == "GET" && s.sent > 0);
    let fetched: Vec<_> = fetched.map(|s| s.path).collect();
    assert!(
        fetched.iter().any(|p| p.ends_with("config.json")),
        "{fetched:?}"
    );
    assert!(
        !fetched.iter().any(|p| p.contains("objects")),
        "{fetched:?}"
    );
    assert!(
        !fetched.iter().any(|p| p.contains("tokenizer")),
        "{fetched:?}"
    );
}

#[test]
fn a_size_that_only_storage_knows_will_do() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(Faults {
        no_linked_size: true,
        ..Faults::default()
    });
    pull(&store, &server).unwrap();
    assert_eq!(weights_of(&store), bytes(1, SIZE));
}

#[test]
fn files_are_asked_for_uncompressed() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    pull(&ModelStore::new(root.path()), &server).unwrap();
    let seen = server.take_seen();
    let files = seen.iter().filter(|s| !s.path.contains("/revision/"));
    let encodings: Vec<_> = files.map(|s| s.accept_encoding.as_deref()).collect();
    assert!(encodings.len() > 4);
    assert!(
        encodings.iter().all(|e| *e == Some("identity")),
        "{encodings:?}"
    );
}

#[test]
fn the_token_goes_to_the_hub_and_to_nobody_else() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let options = PullOptions {
        token: Some("hf_secret".to_owned()),
        ..options(&server)
    };
    ModelStore::new(root.path())
        .pull(ID, None, &options)
        .unwrap();
    let seen = server.take_seen();
    assert!(seen.iter().any(|s| s.storage));
    for request in seen {
        let expected = (!request.storage).then_some("Bearer hf_secret");
        assert_eq!(request.authorization.as_deref(), expected, "{request:?}");
    }
}

#[test]
fn a_hub_that_is_busy_for_a_moment_is_asked_again() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(Faults {
        busy: 2,
        ..Faults::default()
    });
    let retries = RefCell::new(0);
    let watch = |event: Event<'_>| {
        if matches!(event, Event::Retrying { .. }) {
            *retries.borrow_mut() += 1;
        }
    };
    let patient = PullOptions {
        retries: 2,
        progress: &watch,
        ..options(&server)
    };
    assert!(store.pull(ID, None, &patient).unwrap().complete);
    assert_eq!(retries.into_inner(), 2);
}

#[test]
fn two_who_pull_at_once_download_once() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    thread::scope(|scope| {
        let both = [(), ()].map(|()| scope.spawn(|| pull(&store, &server).unwrap()));
        let [one, two] = both.map(|pull| pull.join().unwrap());
        assert_eq!(one, two);
    });
    assert_eq!(weights_of(&store), bytes(1, SIZE));
    let sent: usize = server
        .take_seen()
        .iter()
        .filter(|s| s.storage)
        .map(|s| s.sent)
        .sum();
    assert_eq!(sent, SIZE);
}

#[test]
fn a_gguf_will_do_where_there_are_no_safetensors() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let mut other = files(1);
    // Our own layout: what a config.json would say is in the GGUF.
    other.retain(|(name, _)| *name != WEIGHTS && !name.ends_with("config.json"));
    other.push(("model.gguf", bytes(3, SIZE)));
    other.push(("olympus.json", b"{}".to_vec()));
    server.publish(ID, COMMIT, &other);
    let model = pull(&store, &server).unwrap();
    assert_eq!(model.sha256, Some(sha256(&bytes(3, SIZE))));
    assert!(model.path.join("olympus.json").is_file());
}
