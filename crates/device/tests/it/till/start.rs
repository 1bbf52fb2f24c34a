//! The first moments, and copies that are made then.

use super::{id, till_in, write};
use crate::support::{PATIENCE, Server, send};
use olympus_device::http::server::{self, Options};
use olympus_device::service;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

/// Sells as soon as connections are taken; whether the model was still being loaded then.
fn sell_early(dir: &Path) -> (bool, Value) {
    let options = Options::on_loopback(service::Options {
        data_dir: Some(dir.to_path_buf()),
        ..service::Options::default()
    });
    let (told, bound) = mpsc::channel::<SocketAddr>();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let stop = async {
            let _ = stopped.await;
        };
        let bound = |address| told.send(address).expect("the test waits");
        runtime
            .block_on(server::run(options, bound, |_| {}, stop))
            .expect("serves");
    });
    let address = bound.recv_timeout(PATIENCE).expect("listens");
    let lines = json!({"lines": [{"item": "ramen"}], "fire": true});
    let order = write(address, "POST", "/v1/orders", &lines).ok();
    let loading = send(address, "GET", "/readyz", &[], b"").status == 503;
    let sold_out = json!({"lines": [{"item": "cola"}]});
    assert_eq!(
        write(address, "POST", "/v1/orders", &sold_out).code(),
        "wrong_state",
        "what has run out is known before search is there"
    );
    let unknown = json!({"lines": [{"item": "pho"}]});
    let refused = write(address, "POST", "/v1/orders", &unknown);
    assert!((400..500).contains(&refused.status));
    stop.send(()).expect("stops");
    serving.join().expect("ends");
    (loading, order)
}

#[test]
fn selling_does_not_wait_for_the_model() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = till_in(dir.path());
    server
        .write("PUT", "/v1/inventory/cola", &json!({"count": 0}))
        .ok();
    drop(server);
    let starts: Vec<_> = (0..3).map(|_| sell_early(dir.path())).collect();
    assert!(
        starts.iter().any(|(loading, _)| *loading),
        "the model is loaded faster than an order is opened"
    );
    for (_, order) in starts {
        assert_eq!(order["totals"]["total_cents"], 1450);
    }
}

/// The copy of today, once it is there.
fn copy_in(dir: &Path) -> PathBuf {
    let end = Instant::now() + PATIENCE;
    loop {
        let listed = std::fs::read_dir(dir.join("backups"));
        let mut found = listed
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry").path());
        let copy = found.find(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            name.starts_with("till-") && name.ends_with(".db")
        });
        match copy {
            Some(copy) => return copy,
            None => assert!(Instant::now() < end, "no copy is made"),
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_copy_of_the_file_is_a_till_that_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let order = {
        let server = till_in(dir.path());
        copy_in(dir.path());
        let order = server.open_order(&json!([{"item": "ramen"}]), true);
        server.pay_cash(&id(&order));
        server.order(&id(&order))
    };
    std::fs::remove_dir_all(dir.path().join("backups")).expect("removes the first copy");
    drop(till_in(dir.path()));
    let other = tempfile::tempdir().expect("another folder");
    std::fs::copy(copy_in(dir.path()), other.path().join("till.db")).expect("copies");
    let restored = Server::on(other.path());
    assert_eq!(restored.order(&id(&order)), order);
    assert_eq!(restored.open_order(&json!([]), false)["number"], 2);
}

#[cfg(unix)]
#[test]
fn what_is_sold_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).expect("is open to all");
    let server = till_in(dir.path());
    server.open_order(&json!([]), false);
    copy_in(dir.path());
    for name in ["till.db", "till.db-wal", "backups"] {
        let mode = std::fs::metadata(dir.path().join(name))
            .expect(name)
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name} {mode:o}");
    }
}

#[cfg(unix)]
#[test]
fn the_demo_searches_where_nothing_can_be_written_and_says_that_it_sells_nothing() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
        .args(["start", "--demo", "--listen", "127.0.0.1:0", "--log", "off"])
        .arg("--data-dir")
        .arg(dir.path())
        .env("TMPDIR", dir.path().join("nowhere"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("is piped");
    let read = BufReader::new(stdout).read_line(&mut line);
    let address = line
        .trim()
        .strip_prefix("http://")
        .map(str::parse::<SocketAddr>);
    let seen = address.map(|address| {
        let address = address.expect("an address");
        let kind = [("content-type", "application/json")];
        let found = send(
            address,
            "POST",
            "/v1/menu/search",
            &kind,
            b"{\"query\":\"shakshuka\"}",
        );
        let sale = write(address, "POST", "/v1/orders", &json!({}));
        let ready = send(address, "GET", "/readyz", &[], b"");
        (found.status, sale.status, ready.json()["till"].clone())
    });
    child.kill().expect("ends it");
    child.wait().expect("is gone");
    assert!(read.is_ok(), "{read:?}");
    assert_eq!(seen, Some((200, 507, json!(false))));
}
