//! What is here: listing, choosing, removing, and living without a connection.

use std::fs;
use std::path::Path;

use olympus_inference::hub::{Choice, HubError, ModelStore, PullOptions, Role};

use super::server::{Faults, bytes, sha256};
use super::{COMMIT, ID, SIZE, WEIGHTS, files, hub, options, pull, weights_of};

/// A model put there by hand.
fn place(folder: &Path, seed: u8) {
    fs::create_dir_all(folder).unwrap();
    for (name, body) in files(seed) {
        if !name.contains('/') {
            fs::write(folder.join(name), body).unwrap();
        }
    }
}

#[test]
fn offline_nothing_is_asked() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let offline = PullOptions {
        offline: true,
        ..options(&server)
    };
    let error = store.pull(ID, None, &offline).unwrap_err().to_string();
    for part in [
        "config.json",
        "tokenizer.json",
        WEIGHTS,
        "HF_HUB_OFFLINE",
        "acme--tiny-encoder",
    ] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
    assert!(server.take_seen().is_empty());

    let pulled = pull(&store, &server).unwrap();
    server.take_seen();
    for revision in [None, Some("main"), Some(COMMIT)] {
        assert_eq!(store.pull(ID, revision, &offline).unwrap(), pulled);
    }
    let error = store.pull(ID, Some("v2"), &offline).unwrap_err();
    assert!(error.to_string().contains("lacks revision v2"), "{error}");
    fs::remove_file(pulled.path.join("tokenizer.json")).unwrap();
    let error = store.pull(ID, None, &offline).unwrap_err();
    assert!(
        error.to_string().contains("lacks tokenizer.json"),
        "{error}"
    );
    assert!(server.take_seen().is_empty());
}

#[test]
fn an_empty_store_is_no_error() {
    let root = tempfile::tempdir().unwrap();
    let store = ModelStore::new(root.path().join("not there"));
    assert_eq!(store.list().unwrap(), []);
    assert_eq!(store.active(Role::Search).unwrap(), None);
    assert_eq!(store.active_path(Role::Intent).unwrap(), None);
    assert!(matches!(
        store.remove(ID),
        Err(HubError::NotInstalled { .. })
    ));
    assert!(matches!(
        store.path_of(ID),
        Err(HubError::NotInstalled { .. })
    ));
}

#[test]
fn a_folder_put_there_by_hand_is_a_model_and_left_alone() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    place(&root.path().join("acme--tiny-encoder"), 5);
    fs::create_dir(root.path().join("acme--half")).unwrap();
    fs::write(root.path().join("acme--half/pytorch_model.bin"), "x").unwrap();

    let models = store.list().unwrap();
    let ids: Vec<_> = models.iter().map(|m| (m.id.as_str(), m.complete)).collect();
    assert_eq!(ids, [("acme/half", false), (ID, true)]);
    assert_eq!(models[1].source, "folder");
    assert_eq!(models[1].sha256, Some(sha256(&bytes(5, SIZE))));
    assert_eq!(models[0].sha256, None);

    let error = pull(&store, &server).unwrap_err();
    assert!(matches!(error, HubError::NotPulled { .. }), "{error:?}");
    assert_eq!(weights_of(&store), bytes(5, SIZE));
}

#[test]
fn models_are_chosen_by_role_and_kept_over_restarts() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path().join("models"));
    let by_id = Choice::Id(ID.to_owned());
    let error = store
        .set_active(Role::Search, Some(by_id.clone()))
        .unwrap_err();
    assert!(matches!(error, HubError::NotInstalled { .. }), "{error:?}");
    assert_eq!(store.active(Role::Search).unwrap(), None);

    let model = pull(&store, &server).unwrap();
    let elsewhere = root.path().join("elsewhere");
    place(&elsewhere, 5);
    store.set_active(Role::Search, Some(by_id.clone())).unwrap();
    let folder = Choice::Folder(elsewhere.clone());
    store.set_active(Role::Intent, Some(folder)).unwrap();

    let again = ModelStore::new(root.path().join("models"));
    assert_eq!(again.active(Role::Search).unwrap(), Some(by_id));
    assert_eq!(again.active_path(Role::Search).unwrap(), Some(model.path));
    let elsewhere = elsewhere.canonicalize().unwrap();
    assert_eq!(
        again.active_path(Role::Intent).unwrap(),
        Some(elsewhere.clone())
    );
    fs::remove_file(elsewhere.join(WEIGHTS)).unwrap();
    assert!(again.active_path(Role::Intent).is_err());

    assert!(matches!(
        store.remove(ID),
        Err(HubError::InUse { role: "search", .. })
    ));
    store.set_active(Role::Search, None).unwrap();
    assert_eq!(again.active(Role::Search).unwrap(), None);
    store.remove(ID).unwrap();
    assert_eq!(store.list().unwrap(), []);
    assert!(elsewhere.is_dir());
}

#[test]
fn a_damaged_selection_is_reported_and_not_overwritten() {
    let root = tempfile::tempdir().unwrap();
    let store = ModelStore::new(root.path());
    for text in ["{", r#"{"serach": {"id": "a/b"}}"#] {
        fs::write(root.path().join("active.json"), text).unwrap();
        let error = store.active(Role::Search).unwrap_err();
        assert!(matches!(error, HubError::Damaged { .. }), "{error:?}");
        assert!(store.set_active(Role::Search, None).is_err());
    }
}

#[test]
fn removing_takes_the_begun_files_along() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(Faults {
        cut_after: Some(1_000),
        ..Faults::default()
    });
    pull(&store, &server).unwrap_err();
    assert_eq!(store.list().unwrap().len(), 1);
    store.remove(ID).unwrap();
    assert_eq!(store.list().unwrap(), []);
}

#[test]
fn a_pull_mends_what_was_lost() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let model = pull(&store, &server).unwrap();
    let lose: [(&str, &[u8]); 3] = [
        ("source.json", b"{"),
        (WEIGHTS, b"short"),
        ("tokenizer.json", b""),
    ];
    for (name, body) in lose {
        fs::write(model.path.join(name), body).unwrap();
        assert!(!store.list().unwrap()[0].complete, "{name}");
        assert_eq!(pull(&store, &server).unwrap(), model, "{name}");
        assert_eq!(weights_of(&store), bytes(1, SIZE));
    }
}
