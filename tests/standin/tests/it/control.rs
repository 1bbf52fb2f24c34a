//! What the control API changes: speed, failures, allowances, outages.

use crate::support::{BGE, LLAMA, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn tea() -> Value {
    json!({"text": ["tea"], "pooling": "cls"})
}

#[test]
fn no_answer_comes_sooner_than_its_latency() {
    let server = Server::start(&["--latency", "60,60"]);
    for _ in 0..3 {
        let start = Instant::now();
        assert_eq!(server.run(BGE, &tea()).status, 200);
        assert!(start.elapsed() >= Duration::from_millis(60));
        let start = Instant::now();
        server.info();
        assert!(start.elapsed() >= Duration::from_millis(60));
    }
}

#[test]
fn what_takes_too_long_is_a_timeout() {
    let server = Server::start(&["--latency", "5000,5000"]);
    server.control(&json!({"timeout_ms": 50}));
    let start = Instant::now();
    assert_eq!(server.run(BGE, &tea()).refusal(), (408, 3_007));
    assert!((50..4_000).contains(&start.elapsed().as_millis()));
}

#[test]
fn every_documented_code_can_be_had_with_its_status() {
    let server = Server::prompt();
    for (code, status) in [
        (3_003, 400),
        (3_006, 413),
        (3_007, 408),
        (3_008, 408),
        (3_023, 403),
        (3_036, 429),
        (3_040, 429),
        (3_041, 403),
        (3_042, 404),
        (5_004, 400),
        (5_007, 400),
        (5_016, 403),
        (5_018, 403),
        (1, 500),
    ] {
        server.control(&json!({"tasks": {"embeddings": {"errors": {"rate": 1, "code": code}}}}));
        let answer = server.run(BGE, &tea());
        assert_eq!(answer.refusal(), (status, code));
        assert_eq!(answer.retry_after, None);
    }
    let errors = json!({"rate": 1, "code": 3_040, "retry_after_s": 7});
    server.control(&json!({"tasks": {"embeddings": {"errors": errors}}}));
    let answer = server.run(BGE, &tea());
    assert_eq!(answer.refusal(), (429, 3_040));
    assert_eq!(answer.retry_after.as_deref(), Some("7"));
    let errors = json!({"rate": 1, "code": 40_041});
    server.control(&json!({"tasks": {"query": {"errors": errors}}}));
    let query = json!({"vector": [1, 0, 0]});
    assert_eq!(server.menu("query", &query).refusal(), (429, 40_041));
    assert_eq!(server.count("embeddings")["refused"], 15);
}

#[test]
fn failures_come_at_their_rate_and_by_their_seed() {
    let outcomes = |seed: &str| {
        let server = Server::start(&["--error-rate", "0.3", "--seed", seed]);
        let statuses: Vec<u16> = (0..200)
            .map(|_| {
                server
                    .rest("GET", "vectorize/v2/indexes", &Value::Null)
                    .status
            })
            .collect();
        statuses
    };
    let seven = outcomes("7");
    let failed = seven.iter().filter(|status| **status == 429).count();
    assert!((30..=90).contains(&failed), "{failed}");
    assert_eq!(seven, outcomes("7"));
    assert_ne!(seven, outcomes("8"));
}

#[test]
fn the_day_and_the_minute_have_an_end() {
    let server = Server::prompt();
    server.control(&json!({"daily_requests": 2}));
    for _ in 0..2 {
        assert_eq!(server.run(BGE, &tea()).status, 200);
    }
    assert_eq!(server.run(BGE, &tea()).refusal(), (429, 3_036));
    assert_eq!(
        server.menu("query", &json!({"vector": [1, 0, 0]})).status,
        200
    );
    server.control(&json!({"daily_requests": null}));
    assert_eq!(server.run(BGE, &tea()).status, 200);
    let settings = server
        .send("GET", "/__control", &[], b"")
        .expect("answer")
        .ok();
    let minute = |task: &str| settings["settings"]["tasks"][task]["per_minute"].clone();
    assert_eq!([minute("embeddings"), minute("chat")], [3_000, 300]);
    server.control(&json!({"tasks": {"chat": {"per_minute": 1}}}));
    let ask = json!({"messages": [{"role": "user", "content": "tea"}]});
    assert_eq!(server.run(LLAMA, &ask).status, 200);
    assert_eq!(server.run(LLAMA, &ask).refusal(), (429, 3_040));
}

#[test]
fn an_outage_closes_and_a_hang_never_answers() {
    const PATIENCE: Duration = Duration::from_secs(2);
    let server = Server::prompt().with_patience(PATIENCE);
    let path = format!("/client/v4/accounts/account/ai/run/{BGE}");
    let headers = [
        ("authorization", "Bearer standin-token"),
        ("content-type", "application/json"),
    ];
    let body = tea().to_string();
    let ask = || server.send("POST", &path, &headers, body.as_bytes());
    server.control(&json!({"tasks": {"all": {"health": "outage"}}}));
    let start = Instant::now();
    assert!(ask().is_err());
    assert!(start.elapsed() < PATIENCE);
    assert!(
        server
            .send(
                "GET",
                "/client/v4/accounts/account/vectorize/v2/indexes",
                &headers,
                b""
            )
            .is_err()
    );
    server.control(&json!({"tasks": {"all": {"health": "up"}, "embeddings": {"health": "hang"}}}));
    assert_eq!(
        server
            .rest("GET", "vectorize/v2/indexes", &Value::Null)
            .status,
        200
    );
    let start = Instant::now();
    assert!(ask().is_err());
    assert!(start.elapsed() >= PATIENCE);
    server.control(&json!({"tasks": {"embeddings": {"health": "up"}}}));
    assert_eq!(ask().map(|answer| answer.status).ok(), Some(200));
    let count = server.count("embeddings");
    assert_eq!(
        [&count["cut"], &count["hung"], &count["answered"]],
        [1, 1, 1]
    );
}

#[test]
fn a_patch_that_makes_no_sense_changes_nothing() {
    let server = Server::prompt();
    let before = server
        .send("GET", "/__control", &[], b"")
        .expect("answer")
        .ok();
    for patch in [
        json!({"no_such": 1}),
        json!({"tasks": {"chat": {"helth": "hang"}}}),
        json!({"tasks": {"chat": {"errors": {"rate": 2}}}}),
        json!({"tasks": {"chat": {"capacity": 0}}}),
        json!({"tasks": {"chat": null}}),
        json!({"visibility": {"p50_ms": 9, "p99_ms": 1}}),
        json!({"models": {"@cf/a/b": {"kind": "embeddings", "dims": 8}}}),
        json!({"chat": "sometimes"}),
    ] {
        assert_eq!(server.control(&patch).status, 400, "{patch}");
    }
    let after = server
        .send("GET", "/__control", &[], b"")
        .expect("answer")
        .ok();
    assert_eq!(before, after);
    server.control(&json!({"chat": "wrong", "models": {"@cf/a/b": {"kind": "chat"}}}));
    assert_ne!(
        before,
        server
            .send("GET", "/__control", &[], b"")
            .expect("answer")
            .ok()
    );
    server.post_control("reset");
    assert_eq!(
        before,
        server
            .send("GET", "/__control", &[], b"")
            .expect("answer")
            .ok()
    );
}
