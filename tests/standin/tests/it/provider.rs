//! The payment provider.

use crate::support::{Answer, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CARD: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

fn sale(reference: &str, cents: i64) -> Value {
    json!({"reference": reference, "direction": "sale", "amount_cents": cents, "currency": "USD", "card": CARD})
}

fn refund(reference: &str, of: &str, cents: i64) -> Value {
    let mut body = sale(reference, cents);
    body["direction"] = "refund".into();
    body["refund_of"] = of.into();
    body
}

fn try_capture(server: &Server, key: &str, body: &Value) -> Result<Answer, ureq::Error> {
    let headers = [
        ("authorization", "Bearer standin-provider"),
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    server.send(
        "POST",
        "/v1/captures",
        &headers,
        body.to_string().as_bytes(),
    )
}

fn capture(server: &Server, key: &str, body: &Value) -> Answer {
    try_capture(server, key, body).expect("an answer")
}

fn look(server: &Server, reference: &str) -> Answer {
    let headers = [("authorization", "Bearer standin-provider")];
    let path = format!("/v1/captures/{reference}");
    server.send("GET", &path, &headers, b"").expect("an answer")
}

/// The whole book, by reference.
fn book(server: &Server, reference: &str) -> Value {
    let answer = server.send("GET", "/__provider", &[], b"");
    let all = answer.expect("an answer").ok();
    let captures = all["captures"].as_array().expect("a list");
    let one = captures.iter().find(|one| one["reference"] == reference);
    one.cloned().unwrap_or_default()
}

#[test]
fn a_reference_is_decided_once() {
    let server = Server::prompt();
    let first = capture(&server, "k1", &sale("loc-7.p1", 500)).ok();
    assert_eq!(first["state"], "approved");
    assert_eq!(capture(&server, "k2", &sale("loc-7.p1", 500)).ok(), first);
    let other = capture(&server, "k3", &sale("loc-7.p1", 501));
    assert_eq!(
        (other.status, &other.body["code"]),
        (409, &json!("reference_reused"))
    );
    assert_eq!(look(&server, "loc-7.p1").ok(), first);
    assert_eq!(look(&server, "loc-7.p2").status, 404);
    let kept = book(&server, "loc-7.p1");
    assert_eq!((&kept["moved"], &kept["asked"]), (&json!(1), &json!(2)));
    let headers = [
        ("authorization", "Bearer standin-provider"),
        ("content-type", "application/json"),
    ];
    let body = json!({"references": ["loc-7.p2", "loc-7.p1"]}).to_string();
    let found = server.send("POST", "/v1/captures/lookup", &headers, body.as_bytes());
    assert_eq!(found.expect("an answer").ok(), json!({"captures": [first]}));
}

#[test]
fn keys_are_of_one_body_and_are_forgotten() {
    let server = Server::prompt();
    server.control(&json!({"provider": {"unique_references": false}}));
    let first = capture(&server, "k1", &sale("loc-7.p1", 500)).ok();
    assert_eq!(capture(&server, "k1", &sale("loc-7.p1", 500)).ok(), first);
    let other = capture(&server, "k1", &sale("loc-7.p2", 500));
    assert_eq!(
        (other.status, &other.body["code"]),
        (409, &json!("idempotency_key_reused"))
    );
    assert_eq!(book(&server, "loc-7.p1")["moved"], 1);
    server.control(&json!({"provider": {"forget_keys_after_s": 0}}));
    capture(&server, "k1", &sale("loc-7.p1", 500)).ok();
    assert_eq!(
        book(&server, "loc-7.p1")["moved"],
        2,
        "who asks blindly pays twice"
    );
}

#[test]
fn never_more_goes_back_than_came() {
    let server = Server::prompt();
    capture(&server, "k1", &sale("loc-7.p1", 500)).ok();
    let back = |key: &str, of: &str, cents| {
        let body = refund(&format!("loc-7.{key}"), of, cents);
        let answer = capture(&server, key, &body).ok();
        (answer["state"].clone(), answer["decline_code"].clone())
    };
    assert_eq!(back("r1", "loc-7.p1", 300).0, "approved");
    let too_much = (json!("declined"), json!("refund_exceeds_sale"));
    assert_eq!(back("r2", "loc-7.p1", 201), too_much);
    assert_eq!(back("r3", "loc-7.p1", 200).0, "approved");
    let nothing = (json!("declined"), json!("nothing_to_refund"));
    assert_eq!(back("r4", "loc-7.p9", 1), nothing);
    let all = server.send("GET", "/__provider", &[], b"");
    assert_eq!(all.expect("an answer").ok()["sum_cents"], 0);
}

#[test]
fn declines_by_card_and_by_amount() {
    let server = Server::prompt();
    server.control(&json!({"provider": {"declines": {"ee00": "stolen_card"}}}));
    let declined = capture(&server, "k1", &sale("loc-7.p1", 500)).ok();
    assert_eq!(declined["decline_code"], "stolen_card");
    server.control(&json!({"provider": {"declines": {"ee00": null}, "decline_over_cents": 500}}));
    assert_eq!(
        capture(&server, "k2", &sale("loc-7.p2", 500)).ok()["state"],
        "approved"
    );
    let over = capture(&server, "k3", &sale("loc-7.p3", 501)).ok();
    assert_eq!(over["decline_code"], "over_limit");
    // It never changes its mind.
    assert_eq!(
        capture(&server, "k4", &sale("loc-7.p1", 500)).ok(),
        declined
    );
    assert_eq!(book(&server, "loc-7.p1")["moved"], 0);
}

#[test]
fn it_decides_and_does_not_say_so() {
    let server = Server::prompt().with_patience(Duration::from_millis(400));
    for after in ["cut", "hang", "fail"] {
        server.control(&json!({"provider": {"after": after}}));
        let reference = format!("loc-7.{after}");
        let answer = try_capture(&server, after, &sale(&reference, 500));
        assert!(
            answer.is_err() || answer.is_ok_and(|it| it.status == 500),
            "{after}"
        );
        assert_eq!(look(&server, &reference).ok()["state"], "approved");
    }
}

#[test]
fn a_capture_that_is_under_way_is_not_there_yet() {
    let server = Server::prompt().with_patience(Duration::from_millis(200));
    server.control(&json!({"provider": {"commit_delay_ms": 600}}));
    assert!(try_capture(&server, "k1", &sale("loc-7.p1", 500)).is_err());
    assert_eq!(
        look(&server, "loc-7.p1").status,
        404,
        "and it arrives all the same"
    );
    let began = Instant::now();
    while look(&server, "loc-7.p1").status == 404 {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_no_provider_takes() {
    let server = Server::prompt();
    let body = sale("loc-7.p1", 500).to_string();
    for (bearer, key, status) in [
        ("Bearer standin-auth", "k", 401),
        ("Bearer standin-provider", "", 400),
    ] {
        let headers = [("authorization", bearer), ("idempotency-key", key)];
        let answer = server.send("POST", "/v1/captures", &headers, body.as_bytes());
        assert_eq!(answer.expect("an answer").status, status);
    }
    let with = |field: &str, value: Value| {
        let mut body = sale("loc-7.p1", 500);
        body[field] = value;
        body
    };
    for (wrong, status) in [
        (with("amount_cents", 0.into()), 422),
        (with("amount_cents", (-5).into()), 422),
        (with("currency", "usd".into()), 422),
        (with("card", "4111111111111111".into()), 422),
        (with("reference", "a b c".into()), 422),
        (with("direction", "refund".into()), 422),
        (with("refund_of", "loc-7.p0".into()), 422),
        (with("tip", 5.into()), 400),
    ] {
        assert_eq!(capture(&server, "k", &wrong).status, status, "{wrong}");
    }
    assert_eq!(book(&server, "loc-7.p1"), Value::Null);
    let headers = [("authorization", "Bearer standin-provider")];
    let many = json!({"references": vec!["loc-7.p1"; 501]}).to_string();
    let answer = server.send("POST", "/v1/captures/lookup", &headers, many.as_bytes());
    assert_eq!(answer.expect("an answer").status, 400);
}
