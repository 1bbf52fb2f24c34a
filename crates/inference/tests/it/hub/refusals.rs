//! Pulls that cannot be: each ends in an error that says what to do.

use std::net::TcpListener;

use olympus_inference::hub::{HubError, ModelStore, PullOptions};

use super::server::{Faults, Server};
use super::{COMMIT, ID, WEIGHTS, files, hub, options, pull};

/// What a pull from a hub with this fault ends in. Nothing of it may look like a model.
fn refused(faults: Faults) -> HubError {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(faults);
    let error = pull(&store, &server).unwrap_err();
    assert!(store.path_of(ID).is_err());
    assert!(store.list().unwrap().iter().all(|m| !m.complete));
    error
}

fn answering(path: &'static str, status: u16, code: &'static str) -> Faults {
    Faults {
        answers: Some((path, status, code)),
        ..Faults::default()
    }
}

#[test]
fn what_is_not_there_is_named() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let ask = |id, revision| {
        store
            .pull(id, revision, &options(&server))
            .unwrap_err()
            .to_string()
    };
    let model = ask("acme/other", None);
    assert!(
        model.starts_with("model not found at http://127.0.0.1:"),
        "{model}"
    );
    assert!(model.contains("acme/other"), "{model}");
    let revision = ask(ID, Some("v9"));
    assert!(revision.starts_with("revision not found"), "{revision}");
    assert!(revision.contains("v9"), "{revision}");
    // A mirror that does not say which.
    let either = refused(answering("/api/models", 404, "")).to_string();
    assert!(
        either.starts_with("model or revision not found"),
        "{either}"
    );
    let file = refused(answering("/resolve/", 404, "EntryNotFound")).to_string();
    assert!(file.starts_with("file config.json not found"), "{file}");
}

#[test]
fn what_is_forbidden_says_to_set_a_token() {
    for (path, status, code) in [
        ("/api/models", 401, ""),
        ("/resolve/", 401, "GatedRepo"),
        ("/resolve/", 403, "GatedRepo"),
    ] {
        let error = refused(answering(path, status, code));
        assert!(matches!(error, HubError::Denied { status: s, .. } if s == status));
        assert!(error.to_string().contains("set HF_TOKEN"), "{error}");
    }
}

#[test]
fn a_token_that_does_not_help_is_not_asked_for_again() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    server.break_with(answering("/api/models", 401, ""));
    let with = |token: &str| PullOptions {
        token: Some(token.to_owned()),
        ..options(&server)
    };
    let store = ModelStore::new(root.path());
    let error = store
        .pull(ID, None, &with("hf_wrong"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("HF_TOKEN is not valid"), "{error}");
    assert!(!error.contains("hf_wrong"), "{error}");
    let error = store.pull(ID, None, &with("two words\r\n")).unwrap_err();
    assert!(matches!(error, HubError::BadToken), "{error:?}");
}

#[test]
fn a_hub_that_stays_busy_or_talks_nonsense_is_reported() {
    let busy = refused(answering("/api/models", 429, ""));
    assert!(
        matches!(busy, HubError::Busy { status: 429, .. }),
        "{busy:?}"
    );
    let teapot = refused(answering("/api/models", 418, ""));
    assert!(matches!(teapot, HubError::Protocol { .. }), "{teapot:?}");
    let page = refused(answering("/api/models", 200, ""));
    assert!(matches!(page, HubError::Protocol { .. }), "{page:?}");
}

#[test]
fn a_hub_without_checksums_is_not_believed() {
    for file in ["config.json", WEIGHTS] {
        let error = refused(Faults {
            no_etag_of: Some(file),
            // So that storage is asked, whose ETags are no checksums.
            no_linked_size: true,
            ..Faults::default()
        });
        let expected = format!("no checksum of {file}");
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn redirects_that_lead_nowhere_end() {
    for place in [
        "file:///etc/passwd",
        "not an address",
        "/acme/tiny-encoder/resolve/main/model.safetensors",
    ] {
        let error = refused(Faults {
            redirects_to: Some(place.to_owned()),
            ..Faults::default()
        });
        assert!(error.to_string().contains("redirects"), "{error}");
    }
}

#[test]
fn no_connection_is_told_as_that() {
    let root = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server::start();
    let options = PullOptions {
        endpoint: endpoint.clone(),
        ..options(&server)
    };
    let error = ModelStore::new(root.path())
        .pull(ID, None, &options)
        .unwrap_err();
    assert!(matches!(error, HubError::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains(&endpoint), "{error}");
}

#[test]
fn an_endpoint_that_is_no_address_is_refused() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    for endpoint in [
        "",
        "huggingface.co",
        "ftp://hub.example",
        "http://",
        "http://a b",
        "https://u:p@h",
        "http://h?q",
    ] {
        let options = PullOptions {
            endpoint: endpoint.to_owned(),
            ..options(&server)
        };
        let error = ModelStore::new(root.path())
            .pull(ID, None, &options)
            .unwrap_err();
        assert!(
            matches!(error, HubError::BadEndpoint { .. }),
            "{endpoint}: {error:?}"
        );
    }
}

#[test]
fn names_that_could_leave_the_store_are_refused_before_anything_happens() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path().join("models"));
    for id in [
        "../evil",
        "a/../../b",
        "/etc/passwd",
        "..",
        "a\\..\\b",
        "a/b/c",
        ".pull",
    ] {
        let error = store.pull(id, None, &options(&server)).unwrap_err();
        assert!(matches!(error, HubError::BadId { .. }), "{id}: {error:?}");
        assert!(matches!(store.path_of(id), Err(HubError::BadId { .. })));
        assert!(matches!(store.remove(id), Err(HubError::BadId { .. })));
    }
    for revision in ["../main", "a/../../b", "main?x=y", ""] {
        let error = store
            .pull(ID, Some(revision), &options(&server))
            .unwrap_err();
        assert!(
            matches!(error, HubError::BadRevision { .. }),
            "{revision}: {error:?}"
        );
    }
    assert!(server.take_seen().is_empty());
    assert!(!root.path().join("models").exists());
}

#[test]
fn a_model_of_pickles_is_refused() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let mut pickled = files(1);
    pickled.retain(|(name, _)| *name != WEIGHTS);
    server.publish(ID, COMMIT, &pickled);
    let error = pull(&ModelStore::new(root.path()), &server).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("pickled weights are never loaded"),
        "{error}"
    );
    assert_eq!(server.take_seen().len(), 1);
}
