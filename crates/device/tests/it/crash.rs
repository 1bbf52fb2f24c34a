//! The real binary, killed in the middle of its work.

use crate::support::{Server, send};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// The server as a process.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    pub(crate) fn start(dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
            .args([
                "start",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "error",
                "--data-dir",
            ])
            .arg(dir)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("says where it is");
        let address = line.trim().strip_prefix("http://").expect("an address");
        Self {
            address: address.parse().expect("an address"),
            child,
        }
    }

    /// SIGKILL: nothing is flushed, nobody is told.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kills");
        self.child.wait().expect("is gone");
    }

    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("ends")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All prices of menu `n` are `n`, so that a mixture of two would be seen.
fn menu(n: u64) -> Value {
    let items: Vec<_> = (0..30)
        .map(|id| json!({"id": format!("d{id}"), "name": format!("Dish {id}"), "price_cents": n}))
        .collect();
    json!({ "items": items })
}

fn json_request(address: SocketAddr, method: &str, path: &str, body: &Value) -> Option<Value> {
    let body = body.to_string();
    let headers = [("content-type", "application/json")];
    // The server dies in the middle: whatever then happens here is no answer.
    let sent = std::panic::catch_unwind(|| send(address, method, path, &headers, body.as_bytes()));
    sent.ok()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.json())
}

#[test]
fn whatever_was_acknowledged_is_there_after_a_kill() {
    std::panic::set_hook(Box::new(|info| {
        // Only the clients that the kill cuts off; real failures are told as always.
        if std::thread::current().name() != Some("cut off") {
            eprintln!("{info}");
        }
    }));
    let dir = tempfile::tempdir().expect("a folder");
    let mut next = 1;
    let mut said = 0;
    for round in 0..4_u64 {
        let server = Process::start(dir.path());
        let address = server.address;
        if round == 0 {
            json_request(address, "PUT", "/v1/menu", &menu(next)).expect("imports");
        }
        let acknowledged = Arc::new(AtomicU64::new(if round == 0 { next } else { 0 }));
        let over = Arc::new(AtomicBool::new(false));
        let importing = {
            let (acknowledged, over) = (Arc::clone(&acknowledged), Arc::clone(&over));
            let first = next + 1;
            let work = move || {
                let mut n = first;
                while !over.load(Ordering::Relaxed)
                    && json_request(address, "PUT", "/v1/menu", &menu(n)).is_some()
                {
                    acknowledged.store(n, Ordering::Relaxed);
                    n += 1;
                }
                n
            };
            std::thread::Builder::new()
                .name("cut off".into())
                .spawn(work)
                .expect("a thread")
        };
        let selling = {
            let over = Arc::clone(&over);
            let work = move || {
                let mut n = said;
                while !over.load(Ordering::Relaxed) {
                    let (id, sold_out) = saying(n);
                    let path = format!("/v1/menu/items/{id}/availability");
                    let body = json!({"sold_out": sold_out});
                    if json_request(address, "PATCH", &path, &body).is_none() {
                        break;
                    }
                    n += 1;
                }
                n
            };
            std::thread::Builder::new()
                .name("cut off".into())
                .spawn(work)
                .expect("a thread")
        };
        std::thread::sleep(Duration::from_millis(150 + round * 217));
        server.kill();
        over.store(true, Ordering::Relaxed);
        next = importing.join().expect("ends");
        said = selling.join().expect("ends");
        check(dir.path(), acknowledged.load(Ordering::Relaxed), said);
    }
}

/// The `n`th thing that staff say.
fn saying(n: u64) -> (String, bool) {
    (format!("d{}", n % 30), (n / 30).is_multiple_of(2))
}

/// What holds after the first `n` sayings.
fn overrides(n: u64) -> Value {
    let all: std::collections::BTreeMap<_, _> = (0..n).map(saying).collect();
    json!(all)
}

fn check(dir: &Path, acknowledged: u64, said: u64) {
    let server = Server::on(dir);
    let menu = server.get("/v1/menu").ok();
    let items = menu["items"].as_array().expect("items");
    assert_eq!(items.len(), 30);
    let price = items[0]["price_cents"].as_u64().expect("a price");
    assert!(
        items.iter().all(|item| item["price_cents"] == price),
        "one whole menu"
    );
    assert!(
        price >= acknowledged,
        "menu {price} where {acknowledged} was acknowledged"
    );
    // One more may have been written whose answer did not get out; never one less.
    let now = &menu["sold_out_overrides"];
    assert!(
        *now == overrides(said) || *now == overrides(said + 1),
        "{said}: {now}"
    );
    let left = std::fs::read_dir(dir.join("menu")).expect("a folder");
    for entry in left {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        assert!(!name.starts_with(".tmp-"), "{name} was left");
    }
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_in_order() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Process::start(dir.path());
    let ready = json_request(server.address, "GET", "/readyz", &Value::Null).expect("is ready");
    assert_eq!(ready["ready"], true);
    assert!(server.terminate().success());
}
