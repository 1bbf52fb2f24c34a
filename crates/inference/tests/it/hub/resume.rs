//! Pulls that break off, and what becomes of their bytes.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use olympus_inference::hub::{HubError, ModelStore, PullOptions};

use super::server::{Faults, Seen, bytes};
use super::{COMMIT, ID, NEXT_COMMIT, SIZE, begun, files, hub, options, pull, weights_of};

const CUT: usize = 150_000;

fn cut() -> Faults {
    Faults {
        cut_after: Some(CUT),
        ..Faults::default()
    }
}

fn from_storage(seen: Vec<Seen>) -> Vec<Seen> {
    seen.into_iter().filter(|s| s.storage).collect()
}

#[test]
fn a_broken_pull_goes_on_where_it_was() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(cut());
    let error = pull(&store, &server).unwrap_err();
    assert!(matches!(error, HubError::Interrupted { .. }), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(begun(root.path()), CUT as u64);
    let listed = store.list().unwrap();
    assert_eq!((listed.len(), listed[0].complete), (1, false));
    assert!(matches!(
        store.path_of(ID),
        Err(HubError::NotInstalled { .. })
    ));

    server.break_with(Faults::default());
    server.take_seen();
    assert!(pull(&store, &server).unwrap().complete);
    assert_eq!(weights_of(&store), bytes(1, SIZE));
    let seen = server.take_seen();
    // The files that were whole are not sent again, nor the bytes of the one that was not.
    let small = seen
        .iter()
        .filter(|s| s.method == "GET" && s.path.contains("resolve-cache"));
    assert_eq!(small.count(), 0);
    let storage = from_storage(seen);
    assert_eq!(storage.len(), 1);
    assert_eq!(storage[0].range, Some(format!("bytes={CUT}-")));
    assert_eq!(storage[0].sent, SIZE - CUT);
}

/// Runs itself as another process, to have one that can be killed.
#[test]
fn a_killed_pull_leaves_the_old_model_and_goes_on_next_time() {
    if let Ok(root) = std::env::var("OLYMPUS_TEST_PULL_INTO") {
        let options = PullOptions {
            endpoint: std::env::var("OLYMPUS_TEST_PULL_FROM").unwrap(),
            timeout: Duration::from_secs(60),
            ..PullOptions::from_env(&olympus_inference::hub::Silent)
        };
        ModelStore::new(root).pull(ID, None, &options).unwrap();
        return;
    }
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    let old = pull(&store, &server).unwrap();
    server.publish(ID, NEXT_COMMIT, &files(2));
    server.break_with(Faults {
        stall_after: Some(CUT),
        ..Faults::default()
    });
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "hub::resume::a_killed_pull_leaves_the_old_model_and_goes_on_next_time",
        ])
        .env("OLYMPUS_TEST_PULL_INTO", root.path())
        .env("OLYMPUS_TEST_PULL_FROM", server.url())
        .env_remove("HF_HUB_OFFLINE")
        .spawn()
        .unwrap();
    let start = Instant::now();
    while begun(root.path()) < CUT as u64 && start.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(10));
    }
    // While it runs, nobody else may remove what it works on.
    assert!(matches!(store.remove(ID), Err(HubError::Locked { .. })));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(begun(root.path()), CUT as u64);
    assert_eq!(store.list().unwrap(), [old]);
    assert_eq!(weights_of(&store), bytes(1, SIZE));

    server.break_with(Faults::default());
    server.take_seen();
    let new = pull(&store, &server).unwrap();
    assert_eq!(new.revision.as_deref(), Some(NEXT_COMMIT));
    assert_eq!(weights_of(&store), bytes(2, SIZE));
    let storage = from_storage(server.take_seen());
    assert_eq!(storage[0].range, Some(format!("bytes={CUT}-")));
    assert_eq!(storage.iter().map(|s| s.sent).sum::<usize>(), SIZE - CUT);
}

#[test]
fn one_pull_outlasts_many_breaks_that_get_further() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    // Five breaks are needed, and one failure in a row is allowed: getting further is none.
    server.break_with(Faults {
        cut_after: Some(SIZE / 5),
        ..Faults::default()
    });
    let options = PullOptions {
        retries: 1,
        ..options(&server)
    };
    store.pull(ID, None, &options).unwrap();
    assert_eq!(weights_of(&store), bytes(1, SIZE));
    let sent: usize = from_storage(server.take_seen())
        .iter()
        .map(|s| s.sent)
        .sum();
    assert_eq!(sent, SIZE);
}

#[test]
fn a_hub_that_ignores_ranges_is_read_from_the_beginning() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(cut());
    pull(&store, &server).unwrap_err();
    server.break_with(Faults {
        ignores_ranges: true,
        ..Faults::default()
    });
    server.take_seen();
    pull(&store, &server).unwrap();
    assert_eq!(weights_of(&store), bytes(1, SIZE));
    let storage = from_storage(server.take_seen());
    assert_eq!(storage[0].range, Some(format!("bytes={CUT}-")));
    assert_eq!(storage[0].sent, SIZE);
}

#[test]
fn a_hub_that_ignores_ranges_and_always_breaks_off_is_given_up() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    server.break_with(Faults {
        ignores_ranges: true,
        ..cut()
    });
    let options = PullOptions {
        retries: 2,
        ..options(&server)
    };
    let error = ModelStore::new(root.path())
        .pull(ID, None, &options)
        .unwrap_err();
    assert!(matches!(error, HubError::Interrupted { .. }), "{error:?}");
    // The first got further than none; two more did not.
    assert_eq!(from_storage(server.take_seen()).len(), 3);
}

#[test]
fn a_file_that_changed_meanwhile_is_begun_anew() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(cut());
    pull(&store, &server).unwrap_err();
    server.break_with(Faults::default());
    server.publish(ID, NEXT_COMMIT, &files(2));
    server.take_seen();
    pull(&store, &server).unwrap();
    assert_eq!(weights_of(&store), bytes(2, SIZE));
    let storage = from_storage(server.take_seen());
    assert_eq!((storage.len(), storage[0].range.clone()), (1, None));
    assert_eq!(begun(root.path()), 0);
}

#[test]
fn a_damaged_file_is_refused_and_deleted() {
    for file in ["config.json", super::WEIGHTS] {
        let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
        let store = ModelStore::new(root.path());
        let old = pull(&store, &server).unwrap();
        let mut next = files(2);
        next[1].1 = br#"{"hidden_size": 8}"#.to_vec();
        server.publish(ID, NEXT_COMMIT, &next);
        server.break_with(Faults {
            damages: Some(file),
            ..Faults::default()
        });
        let error = pull(&store, &server).unwrap_err();
        assert!(
            matches!(&error, HubError::Checksum { file: f, .. } if f == file),
            "{error:?}"
        );
        assert_eq!(begun(root.path()), 0, "the damaged {file} is still there");
        assert_eq!(store.list().unwrap(), [old]);
        assert_eq!(weights_of(&store), bytes(1, SIZE));

        server.break_with(Faults::default());
        assert!(pull(&store, &server).unwrap().complete);
        assert_eq!(weights_of(&store), bytes(2, SIZE));
    }
}

#[test]
fn begun_bytes_that_rotted_are_noticed() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(cut());
    pull(&store, &server).unwrap_err();
    let parts = root.path().join(".pull/acme--tiny-encoder/parts");
    let part = fs::read_dir(parts).unwrap().next().unwrap().unwrap().path();
    let mut rotten = fs::read(&part).unwrap();
    rotten[CUT / 2] ^= 1;
    fs::write(&part, rotten).unwrap();

    server.break_with(Faults::default());
    let error = pull(&store, &server).unwrap_err();
    assert!(matches!(error, HubError::Checksum { .. }), "{error:?}");
    pull(&store, &server).unwrap();
    assert_eq!(weights_of(&store), bytes(1, SIZE));
}

#[test]
fn begun_bytes_that_are_too_many_are_dropped() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(cut());
    pull(&store, &server).unwrap_err();
    let parts = root.path().join(".pull/acme--tiny-encoder/parts");
    let part = fs::read_dir(parts).unwrap().next().unwrap().unwrap().path();
    fs::write(&part, bytes(1, SIZE + 1)).unwrap();
    server.break_with(Faults::default());
    pull(&store, &server).unwrap();
    assert_eq!(weights_of(&store), bytes(1, SIZE));
}

#[test]
fn a_file_of_another_length_than_announced_is_refused() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(Faults {
        too_long_by: 10,
        ..Faults::default()
    });
    let error = pull(&store, &server).unwrap_err();
    let (wanted, offered) = (SIZE as u64, SIZE as u64 + 10);
    assert!(
        matches!(error, HubError::Size { expected, got, .. } if (expected, got) == (wanted, offered)),
        "{error:?}"
    );
    assert_eq!(begun(root.path()), 0);
}

#[test]
fn a_hub_that_falls_silent_is_not_waited_for() {
    let (root, server) = (tempfile::tempdir().unwrap(), hub(1));
    let store = ModelStore::new(root.path());
    server.break_with(Faults {
        stall_after: Some(CUT),
        ..Faults::default()
    });
    let hasty = PullOptions {
        timeout: Duration::from_millis(500),
        ..options(&server)
    };
    let start = Instant::now();
    let error = store.pull(ID, None, &hasty).unwrap_err();
    assert!(matches!(error, HubError::Timeout { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(begun(root.path()), CUT as u64);

    server.break_with(Faults::default());
    let model = pull(&store, &server).unwrap();
    assert_eq!(model.revision.as_deref(), Some(COMMIT));
    assert_eq!(weights_of(&store), bytes(1, SIZE));
}
