//! What is wrong is refused with its code, and changes nothing.

use super::{fresh_key, id, till};
use crate::support::Server;
use serde_json::{Value, json};

/// Everything that a client can read of the till.
fn all_of(server: &Server) -> Vec<Value> {
    [
        "/v1/orders",
        "/v1/inventory",
        "/v1/kitchen/tickets",
        "/v1/reports/sales",
        "/v1/reports/settlement",
    ]
    .map(|path| server.get(path).ok())
    .to_vec()
}

#[test]
fn wrong_bodies_change_nothing() {
    let server = till();
    let order = server.open_order(&json!([{"item": "cola"}, {"item": "salad"}]), false);
    let paid = server.open_order(&json!([{"item": "cola"}]), false);
    let payment = id(&server.pay_cash(&id(&paid)));
    let (open, paid) = (id(&order), id(&paid));
    let line = order["lines"][0]["line"].as_str().expect("a line");
    let before = all_of(&server);
    let long = "x".repeat(201);
    let many = vec![json!({"item": "cola"}); 101];
    let card = json!({"token": "ab".repeat(32)});
    let cases: Vec<(&str, String, Value, &[&str])> = vec![
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "pho"}]}),
            &["invalid_request", "not_found"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "cola", "quantity": 0}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "cola", "quantity": 1000}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "cola", "quantity": -1}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "cola", "note": long}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "cola", "price_cents": 1}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "special"}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": [{"item": "ramen", "modifiers": [{"group": "x", "id": "y"}]}]}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"lines": many}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"label": "x".repeat(61)}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"service": "boat"}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/orders".into(),
            json!({"total": 1}),
            &["invalid_request"],
        ),
        ("POST", "/v1/orders".into(), json!([]), &["invalid_request"]),
        (
            "POST",
            "/v1/orders/none/lines".into(),
            json!({"lines": [{"item": "cola"}]}),
            &["not_found"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/lines"),
            json!({"lines": []}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{paid}/lines"),
            json!({"lines": [{"item": "cola"}]}),
            &["wrong_state"],
        ),
        (
            "PATCH",
            format!("/v1/orders/{open}/lines/none"),
            json!({"quantity": 2}),
            &["not_found"],
        ),
        (
            "PATCH",
            format!("/v1/orders/{open}/lines/{line}"),
            json!({}),
            &["invalid_request"],
        ),
        (
            "PATCH",
            format!("/v1/orders/{open}/lines/{line}"),
            json!({"quantity": 2, "void": "x"}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/fire"),
            json!({"lines": ["none"]}),
            &["not_found"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "gold"}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "cash", "amount_cents": 0}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "cash", "amount_cents": 1151}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "cash", "handed_cents": 1}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "cash", "tip_cents": -1}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "card"}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/payments"),
            json!({"tender": "card", "card": card}),
            &["not_authorised"],
        ),
        (
            "POST",
            format!("/v1/orders/{paid}/payments"),
            json!({"tender": "cash"}),
            &["wrong_state"],
        ),
        (
            "POST",
            format!("/v1/orders/{paid}/void"),
            json!({"reason": "x"}),
            &["wrong_state"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/void"),
            json!({"reason": ""}),
            &["invalid_request"],
        ),
        (
            "POST",
            format!("/v1/orders/{open}/void"),
            json!({}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/payments/none/refunds".into(),
            json!({"reason": "x"}),
            &["not_found"],
        ),
        (
            "POST",
            format!("/v1/payments/{payment}/refunds"),
            json!({"reason": "x", "amount_cents": 301}),
            &["invalid_request", "wrong_state"],
        ),
        (
            "POST",
            format!("/v1/payments/{payment}/refunds"),
            json!({"reason": "x", "amount_cents": 0}),
            &["invalid_request"],
        ),
        (
            "PUT",
            "/v1/inventory/cola".into(),
            json!({"count": -1}),
            &["invalid_request"],
        ),
        (
            "PUT",
            "/v1/inventory/cola".into(),
            json!({"count": 1_000_001}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/inventory/cola/adjust".into(),
            json!({"by": 1, "reason": "x"}),
            &["not_found", "wrong_state"],
        ),
        (
            "POST",
            "/v1/inventory/cola/adjust".into(),
            json!({"by": 0, "reason": "x"}),
            &["invalid_request", "not_found"],
        ),
        (
            "POST",
            "/v1/kitchen/tickets/none/state".into(),
            json!({"state": "ready"}),
            &["not_found"],
        ),
        (
            "POST",
            "/v1/operations/attention/none".into(),
            json!({"do": "again"}),
            &["not_found"],
        ),
        (
            "POST",
            "/v1/operations/attention/none".into(),
            json!({"do": "sing"}),
            &["invalid_request"],
        ),
        (
            "POST",
            "/v1/operations/reconcile".into(),
            json!({"from": "tomorrow"}),
            &["invalid_request"],
        ),
    ];
    for (method, path, body, codes) in &cases {
        let code = server.write(method, path, body).code();
        assert!(
            codes.contains(&code.as_str()),
            "{method} {path} {body}: {code}"
        );
    }
    assert_eq!(all_of(&server), before);
}

#[test]
fn wrong_headers_and_parameters_are_told() {
    let server = till();
    let json_type = ("content-type", "application/json");
    let key = fresh_key();
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        server.send("POST", "/v1/orders", headers, body).code()
    };
    assert_eq!(send(&[json_type], b"{}"), "invalid_request", "no key");
    assert_eq!(
        send(&[json_type, ("idempotency-key", "a b")], b"{}"),
        "invalid_request"
    );
    let own = ("idempotency-key", key.as_str());
    assert_eq!(send(&[own], b"{}"), "unsupported_media_type");
    assert_eq!(send(&[own, json_type], b"{"), "invalid_request");
    assert_eq!(
        send(&[own, json_type], &[b' '; 65 * 1024]),
        "payload_too_large"
    );
    assert_eq!(
        send(&[own, json_type, ("if-match", "\"1\"")], b"{}"),
        "invalid_request"
    );
    assert_eq!(
        server.send("POST", "/v1/orders", &[own], b"").ok()["number"],
        1,
        "nothing is {{}}"
    );
    for path in [
        "/v1/orders?limit=0",
        "/v1/orders?limit=201",
        "/v1/orders?status=lost",
        "/v1/orders?day=yesterday",
        "/v1/orders?colour=red",
        "/v1/reports/sales?from=2026-02-30",
        "/v1/reports/sales?from=2026-02-02&to=2026-02-01",
        "/v1/reports/sales?from=2020-01-01",
    ] {
        assert_eq!(server.get(path).code(), "invalid_request", "{path}");
    }
    for path in [
        "/v1/orders/none",
        "/v1/payments/none",
        "/v1/orders/none/receipt",
        "/v1/orders/%00",
    ] {
        assert_eq!(server.get(path).code(), "not_found", "{path}");
    }
    let path = format!("/v1/orders/{}", "x".repeat(201));
    assert_eq!(server.get(&path).code(), "not_found");
    assert_eq!(server.get("/v1/kitchen/live").code(), "upgrade_required");
}

#[test]
fn what_is_late_is_not_done() {
    let server = till();
    let body = b"{}";
    for _ in 0..20 {
        let key = fresh_key();
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
            ("x-deadline-ms", "1"),
        ];
        let answer = server.send("POST", "/v1/orders", &headers, body);
        if answer.status != 200 {
            assert_eq!(answer.code(), "deadline_exceeded");
        }
    }
    let done = server.get("/v1/orders").ok();
    let done = done["orders"].as_array().expect("orders").len();
    let next = server.open_order(&json!([]), false);
    assert_eq!(next["number"], done + 1, "what was refused took no number");
}

#[test]
fn what_cannot_be_had_is_not_sold() {
    let server = till();
    let sold_out = json!({"sold_out": true});
    server
        .json("PATCH", "/v1/menu/items/salad/availability", &sold_out)
        .ok();
    let body = json!({"lines": [{"item": "salad"}]});
    assert_eq!(
        server.write("POST", "/v1/orders", &body).code(),
        "wrong_state"
    );
    let again = json!({"sold_out": null});
    server
        .json("PATCH", "/v1/menu/items/salad/availability", &again)
        .ok();
    assert_eq!(server.write("POST", "/v1/orders", &body).status, 200);
}
