//! How fast an order is opened, over loopback, with each commit on the disk. Measured, not tested:
//! `cargo test --release -p olympus-device --test it till::speed -- --ignored --nocapture`

use super::{dishes, fresh_key, id};
use crate::support::Server;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// One connection that is kept, as a till's page keeps it.
struct Kept(TcpStream);

impl Kept {
    fn post(&mut self, path: &str, body: &Value) -> (Duration, Value) {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             idempotency-key: {}\r\ncontent-length: {}\r\n\r\n{body}",
            fresh_key(),
            body.len()
        );
        let begun = Instant::now();
        self.0.write_all(request.as_bytes()).expect("sends");
        let mut bytes = Vec::new();
        let mut buffer = [0; 64 * 1024];
        loop {
            let read = self.0.read(&mut buffer).expect("reads");
            assert!(read > 0, "the connection was closed");
            bytes.extend_from_slice(&buffer[..read]);
            if let Some(answer) = whole(&bytes) {
                let took = begun.elapsed();
                return (took, serde_json::from_slice(answer).expect("JSON"));
            }
        }
    }
}

fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    bytes.get(end..end + length.trim().parse::<usize>().ok()?)
}

fn told(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times[place.min(times.len() - 1)].as_secs_f64() * 1e3
    };
    println!(
        "{name}: {} requests, p50 {:.2} ms, p99 {:.2} ms, slowest {:.2} ms",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

#[test]
#[ignore = "a measurement"]
fn orders_over_loopback() {
    let place = std::env::var_os("OLYMPUS_BENCH_DIR").unwrap_or_else(|| "/var/tmp".into());
    let dir = tempfile::tempdir_in(place).expect("a folder on a disk");
    let server = Server::on(dir.path());
    server.put_menu(&dishes()).ok();
    let stream = TcpStream::connect(server.address).expect("connects");
    stream.set_nodelay(true).expect("is set");
    let mut kept = Kept(stream);
    let order = json!({"lines": [
        {"item": "ramen", "quantity": 2, "modifiers": [{"group": "size", "id": "large"}]},
        {"item": "salad"}, {"item": "cola", "quantity": 3}], "fire": true});
    let mut opened = Vec::new();
    let mut paid = Vec::new();
    for _ in 0..50 {
        kept.post("/v1/orders", &order);
    }
    for _ in 0..2_000 {
        let (took, order) = kept.post("/v1/orders", &order);
        opened.push(took);
        let path = format!("/v1/orders/{}/payments", id(&order));
        paid.push(kept.post(&path, &json!({"tender": "cash"})).0);
    }
    told("POST /v1/orders, three lines, fired", opened);
    told("POST /v1/orders/{order}/payments, cash", paid);
}
