//! A write is done once, however often and however many at a time it is sent.

use super::{id, keyed, till};
use serde_json::{Value, json};
use std::sync::Barrier;

#[test]
fn thirty_two_requests_at_a_time_under_one_key_are_one() {
    let server = till();
    let at_once = Barrier::new(32);
    let body = json!({"lines": [{"item": "ramen"}], "fire": true});
    let send = |key: &str, path: &str, body: &Value| -> Vec<(bool, Value)> {
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..32)
                .map(|_| {
                    scope.spawn(|| {
                        at_once.wait();
                        let answer = keyed(server.address, "POST", path, key, body);
                        (
                            answer.header("idempotent-replayed") == Some("true"),
                            answer.ok(),
                        )
                    })
                })
                .collect();
            all.into_iter()
                .map(|one| one.join().expect("ends"))
                .collect()
        })
    };
    let opened = send("one-order", "/v1/orders", &body);
    let order = opened[0].1.clone();
    assert!(opened.iter().all(|(_, one)| *one == order), "one answer");
    let first = opened.iter().filter(|(replayed, _)| !replayed).count();
    assert_eq!(first, 1, "done once, told 31 times again");
    let path = format!("/v1/orders/{}/payments", id(&order));
    let paid = send("one-payment", &path, &json!({"tender": "cash"}));
    assert_eq!(paid.iter().filter(|(replayed, _)| !replayed).count(), 1);
    let order = server.order(&id(&order));
    assert_eq!(order["payments"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        server.get("/v1/orders").ok()["orders"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        server.get("/v1/kitchen/tickets").ok()["tickets"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(server.get("/v1/reports/sales").ok()["gross_cents"], 1450);
}

#[test]
fn a_key_is_for_one_request() {
    let server = till();
    let order = keyed(server.address, "POST", "/v1/orders", "k", &json!({})).ok();
    let other = keyed(
        server.address,
        "POST",
        "/v1/orders",
        "k",
        &json!({"label": "7"}),
    );
    assert_eq!(other.code(), "idempotency_key_reused");
    let path = format!("/v1/orders/{}/void", id(&order));
    let elsewhere = keyed(server.address, "POST", &path, "k", &json!({"reason": "x"}));
    assert_eq!(elsewhere.code(), "idempotency_key_reused");
    assert_eq!(server.order(&id(&order))["status"], "open");
}

#[test]
fn a_refusal_is_not_kept_so_that_it_can_be_put_right() {
    let server = till();
    let body = json!({"lines": [{"item": "pho"}]});
    let refused = keyed(server.address, "POST", "/v1/orders", "k", &body);
    assert!((400..500).contains(&refused.status));
    assert_eq!(
        server.get("/v1/orders").ok()["orders"],
        json!([]),
        "nothing was done"
    );
    let body = json!({"lines": [{"item": "cola"}]});
    let answer = keyed(server.address, "POST", "/v1/orders", "k", &body);
    assert_eq!(answer.header("idempotent-replayed"), None);
    assert_eq!(answer.ok()["number"], 1);
}

#[test]
fn a_key_is_known_after_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let body = json!({"lines": [{"item": "cola"}]});
    let order = {
        let server = super::till_in(dir.path());
        keyed(server.address, "POST", "/v1/orders", "k", &body).ok()
    };
    let server = super::till_in(dir.path());
    let again = keyed(server.address, "POST", "/v1/orders", "k", &body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.ok(), order);
}
