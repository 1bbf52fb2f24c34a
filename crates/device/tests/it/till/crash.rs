//! The real binary, killed while it sells.

use super::{dishes, id, keyed};
use crate::crash::Process;
use crate::support::{Answer, send};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn attempt(address: SocketAddr, path: &str, key: &str, body: &Value) -> Option<Answer> {
    std::panic::catch_unwind(|| keyed(address, "POST", path, key, body)).ok()
}

/// Sells until it is cut off; what was acknowledged, and what was asked last.
fn sell(
    address: SocketAddr,
    clerk: usize,
    round: usize,
    over: &AtomicBool,
) -> Vec<(String, Value)> {
    let mut sold = Vec::new();
    for n in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let key = format!("r{round}-c{clerk}-{n}");
        let body = json!({"lines": [{"item": "cola", "quantity": 1 + n % 3}], "fire": n % 2 == 0});
        let Some(order) = attempt(address, "/v1/orders", &key, &body) else {
            break;
        };
        let order = order.ok();
        sold.push((key.clone(), order.clone()));
        let path = format!("/v1/orders/{}/payments", id(&order));
        let Some(paid) = attempt(
            address,
            &path,
            &format!("{key}-p"),
            &json!({"tender": "cash"}),
        ) else {
            break;
        };
        sold.push((format!("{key}-p"), paid.ok()));
    }
    sold
}

#[test]
fn every_sale_that_was_acknowledged_is_there_after_a_kill_and_none_twice() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // Only the clerks that the kill cuts off.
        if std::thread::current().name() != Some("cut off") {
            previous(info);
        }
    }));
    let dir = tempfile::tempdir().expect("a folder");
    let mut orders: Vec<Value> = Vec::new();
    for round in 0..3 {
        let server = Process::start(dir.path());
        let address = server.address;
        let menu = json!({"items": dishes()}).to_string();
        let kind = [("content-type", "application/json")];
        send(address, "PUT", "/v1/menu", &kind, menu.as_bytes()).ok();
        let over = Arc::new(AtomicBool::new(false));
        let clerks: Vec<_> = (0..3)
            .map(|clerk| {
                let over = Arc::clone(&over);
                std::thread::Builder::new()
                    .name("cut off".into())
                    .spawn(move || sell(address, clerk, round, &over))
                    .expect("a thread")
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300 + 170 * round as u64));
        server.kill();
        over.store(true, Ordering::Relaxed);
        let sold: Vec<_> = clerks
            .into_iter()
            .flat_map(|clerk| clerk.join().expect("ends"))
            .collect();

        let server = Process::start(dir.path());
        for (_, told) in &sold {
            match told["order"].as_str() {
                Some(order) => {
                    let path = format!("/v1/orders/{order}");
                    let order = send(server.address, "GET", &path, &[], b"").ok();
                    let payments = order["payments"].as_array().expect("payments");
                    assert_eq!(
                        payments
                            .iter()
                            .filter(|one| one["id"] == told["id"])
                            .count(),
                        1
                    );
                    assert_eq!(order["status"], "paid");
                }
                None => {
                    let path = format!("/v1/orders/{}", id(told));
                    let order = send(server.address, "GET", &path, &[], b"").ok();
                    assert_eq!(order["number"], told["number"]);
                    orders.push(order);
                }
            }
        }
        // Whoever asks again hears what was done.
        for (key, told) in sold
            .iter()
            .filter(|(_, told)| told["order"].is_null())
            .take(5)
        {
            let body = json!({"lines": [{"item": "cola", "quantity": told["lines"][0]["quantity"]}],
                              "fire": told["lines"][0]["state"] == "fired"});
            let again = keyed(server.address, "POST", "/v1/orders", key, &body);
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
            assert_eq!(again.ok(), *told);
        }
    }
    let mut numbers: Vec<_> = orders
        .iter()
        .map(|order| order["number"].as_u64())
        .collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "no number was given twice");
    assert!(all > 10, "{all} orders");
}
