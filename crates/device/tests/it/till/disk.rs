//! A disk that has no room left.
#![cfg(target_os = "linux")]

use super::{dishes, id, keyed};
use crate::support::{Server, send};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The real binary, whose files may not grow beyond a size.
struct Full {
    child: Child,
    address: SocketAddr,
}

impl Full {
    fn start(dir: &Path, kib: u32) -> Self {
        let binary = env!("CARGO_BIN_EXE_olympus-edge");
        // A write beyond the limit fails; without the trap it would end the process.
        let script = format!(
            "trap '' XFSZ; ulimit -S -f {}; exec \"$0\" start --listen 127.0.0.1:0 --log off --data-dir \"$1\"",
            kib * 2
        );
        let mut child = Command::new("sh")
            .args(["-c", &script, binary])
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

    /// Somebody made room.
    fn make_room(&self) {
        let pid = self.child.id().to_string();
        let done = Command::new("prlimit")
            .args(["--pid", &pid, "--fsize=unlimited:"])
            .status();
        assert!(done.expect("prlimit of util-linux is there").success());
    }

    fn get(&self, path: &str) -> Value {
        send(self.address, "GET", path, &[], b"").ok()
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_full_disk_refuses_the_sale_whole_and_selling_goes_on_once_there_is_room() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(super::till_in(dir.path()));
    let till = Full::start(dir.path(), 1_024);
    let note = "x".repeat(190);
    let lines = vec![json!({"item": "cola", "note": note}); 20];
    let body = json!({"lines": lines, "fire": true});
    let mut sold = Vec::new();
    let failed = loop {
        let key = format!("order-{}", sold.len());
        let answer = keyed(till.address, "POST", "/v1/orders", &key, &body);
        match answer.status {
            200 => sold.push(answer.ok()),
            _ => {
                assert_eq!(answer.code(), "storage_failed");
                assert_eq!(answer.status, 507);
                break key;
            }
        }
        assert!(sold.len() < 2_000, "the disk is not full yet");
    };
    for _ in 0..3 {
        let again = keyed(till.address, "POST", "/v1/orders", &failed, &body);
        assert_eq!(again.code(), "storage_failed");
    }
    let last = sold.last().expect("some were sold");
    assert_eq!(
        till.get(&format!("/v1/orders/{}", id(last)))["number"],
        last["number"]
    );
    let metrics = send(till.address, "GET", "/metrics", &[], b"");
    let metrics = String::from_utf8(metrics.body).expect("text");
    assert!(
        !metrics.contains("edge_storage_failures_total 0\n"),
        "{metrics}"
    );
    till.make_room();
    let done = keyed(till.address, "POST", "/v1/orders", &failed, &body).ok();
    let number = u64::try_from(sold.len()).expect("fits") + 1;
    assert_eq!(done["number"], number, "nothing was done by halves before");
    drop(till);
    let after = Server::on(dir.path());
    after.put_menu(&dishes()).ok();
    assert_eq!(after.order(&id(&done)), done);
    assert_eq!(after.open_order(&json!([]), false)["number"], number + 1);
}

#[test]
fn a_file_that_is_none_leaves_search_alone_and_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(super::till_in(dir.path()));
    std::fs::write(dir.path().join("till.db"), [0x5a; 8192]).expect("writes");
    for beside in ["till.db-wal", "till.db-shm"] {
        let _ = std::fs::remove_file(dir.path().join(beside));
    }
    let server = super::till_in(dir.path());
    assert_eq!(server.get("/v1/operations").code(), "storage_failed");
    let sale = server.write("POST", "/v1/orders", &json!({}));
    assert_eq!(sale.code(), "storage_failed");
    assert!(
        sale.json()["error"]["message"]
            .as_str()
            .expect("text")
            .contains("OPERATIONS.md")
    );
    let found = server
        .post("/v1/menu/search", &json!({"query": "ramen"}))
        .ok();
    assert_eq!(found["hits"][0]["id"], "ramen");
    let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
    assert!(metrics.contains("edge_till_up 0"), "{metrics}");
}
