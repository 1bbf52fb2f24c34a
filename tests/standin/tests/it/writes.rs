//! Writes: their limits, what they keep, and when they show.

use crate::support::{Server, lines, vector};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

const UPSERT: &str = "vectorize/v2/indexes/menu/upsert";

fn query() -> Value {
    json!({"vector": [1, 0, 0], "topK": 100})
}

fn get(server: &Server, ids: &[&str]) -> Vec<Value> {
    let found = server.menu("get_by_ids", &json!({"ids": ids})).result();
    found.as_array().expect("a list").clone()
}

#[test]
fn vectors_that_are_refused() {
    let server = Server::prompt();
    let refusal = |vector: Value| server.write("upsert", &[vector]).refusal();
    let values = json!([1, 0, 0]);
    assert_eq!(refusal(json!({"id": "a", "values": [1, 0]})), (400, 40_006));
    assert_eq!(
        refusal(json!({"id": "x".repeat(65), "values": values})),
        (400, 40_008)
    );
    // 33 characters, 66 bytes.
    assert_eq!(
        refusal(json!({"id": "é".repeat(33), "values": values})),
        (400, 40_008)
    );
    for vector in [
        json!({"id": "", "values": values}),
        json!({"id": 7, "values": values}),
        json!({"id": "a", "values": [1, 0, null]}),
        json!({"id": "a", "values": [1, 0, 1e39]}),
        json!({"id": "a", "values": values, "namespace": "n".repeat(65)}),
        json!({"id": "a", "values": values, "metadata": ["x"]}),
        json!({"id": "a", "values": values, "metadata": {"$x": 1}}),
        json!({"id": "a", "values": values, "metadata": {"x.y": 1}}),
        json!({"id": "a", "values": values, "meta": {"x": 1}}),
    ] {
        assert_eq!(refusal(vector.clone()), (400, 40_023), "{vector}");
    }
    assert_eq!(server.info()["vectorCount"], 0);
    let longest = "x".repeat(64);
    server
        .write("upsert", &[vector(&longest, [1.0, 0.0, 0.0])])
        .result();
    assert_eq!(server.found(&query()), [longest]);
}

#[test]
fn one_bad_vector_refuses_the_batch() {
    let server = Server::prompt();
    let good = vector("good", [1.0, 0.0, 0.0]);
    let bad = json!({"id": "bad", "values": [1.0]});
    assert_eq!(
        server.write("upsert", &[good, bad]).refusal(),
        (400, 40_006)
    );
    assert!(server.found(&query()).is_empty());
}

#[test]
fn metadata_has_at_most_10_kib() {
    let server = Server::prompt();
    let of = |bytes: usize| {
        let empty = json!({"x": ""}).to_string().len();
        let metadata = json!({"x": "y".repeat(bytes - empty)});
        json!({"id": "a", "values": [1, 0, 0], "metadata": metadata})
    };
    server.write("upsert", &[of(10_240)]).result();
    let answer = server.write("upsert", &[of(10_241)]);
    assert_eq!(answer.refusal(), (400, 40_023));
}

#[test]
fn a_batch_has_at_most_5000_vectors_and_is_ndjson() {
    let server = Server::prompt();
    let vectors: Vec<Value> = (0..=5_000)
        .map(|n| vector(&format!("v{n}"), [1.0, 0.0, 0.0]))
        .collect();
    assert_eq!(server.write("upsert", &vectors).refusal(), (400, 40_023));
    assert_eq!(server.write("upsert", &[]).refusal(), (400, 40_023));
    server.write("upsert", &vectors[..5_000]).result();
    assert_eq!(server.info()["vectorCount"], 5_000);
    let body = lines(&vectors[..2]);
    for kind in ["application/json", "text/plain", ""] {
        let answer = server.rest_as(kind, "POST", UPSERT, &body);
        assert_eq!(answer.refusal(), (400, 40_023), "{kind}");
    }
    let array = json!(vectors[..2]).to_string();
    let answer = server.rest_as("application/x-ndjson", "POST", UPSERT, &array);
    assert_eq!(answer.refusal(), (400, 40_023));
    let asked = server.rest_as(
        "text/plain",
        "POST",
        "vectorize/v2/indexes/menu/query",
        "{}",
    );
    assert_eq!(asked.refusal(), (400, 40_023));
}

#[test]
fn insert_keeps_the_first_and_upsert_replaces() {
    let server = Server::prompt();
    let of = |x: f32| {
        let metadata = json!({"x": x, "deep": {"er": [1]}});
        json!({"id": "a", "values": [x, 0.0, 0.0], "namespace": "n", "metadata": metadata})
    };
    server.write("insert", &[of(1.0), of(2.0)]).result();
    server.write("insert", &[of(3.0)]).result();
    assert_eq!(get(&server, &["a", "b"]), [of(1.0)]);
    server.write("upsert", &[of(4.0), of(5.0)]).result();
    assert_eq!(get(&server, &["a"]), [of(5.0)]);
    server
        .write("upsert", &[vector("a", [6.0, 0.0, 0.0])])
        .result();
    assert_eq!(get(&server, &["a"]), [vector("a", [6.0, 0.0, 0.0])]);
    server
        .menu("delete_by_ids", &json!({"ids": ["a", "b"]}))
        .result();
    assert!(get(&server, &["a"]).is_empty());
}

#[test]
fn lookups_have_20_ids_and_deletions_100() {
    let server = Server::prompt();
    let ids = |count: usize| json!({"ids": vec!["a"; count]});
    server.menu("get_by_ids", &ids(20)).result();
    assert_eq!(server.menu("get_by_ids", &ids(21)).refusal(), (400, 40_007));
    server.menu("delete_by_ids", &ids(100)).result();
    assert_eq!(
        server.menu("delete_by_ids", &ids(101)).refusal(),
        (400, 40_007)
    );
    for body in [ids(0), json!({"id": "a"}), json!({"ids": [1]})] {
        assert_eq!(server.menu("get_by_ids", &body).refusal(), (400, 40_023));
        assert_eq!(server.menu("delete_by_ids", &body).refusal(), (400, 40_023));
    }
    let long = json!({"ids": ["x".repeat(65)]});
    assert_eq!(server.menu("get_by_ids", &long).refusal(), (400, 40_008));
}

#[test]
fn a_write_is_unseen_until_its_delay_is_over() {
    let server = Server::start(&["--visibility", "2000,2000"]);
    let start = Instant::now();
    let mutation = server
        .write("upsert", &[vector("a", [1.0, 0.0, 0.0])])
        .result();
    let mutation = mutation["mutationId"].clone();
    assert!(mutation.as_str().map(str::len) == Some(36), "{mutation}");
    let nothing = server.info();
    assert!(
        start.elapsed() < Duration::from_millis(2_000),
        "too slow a machine"
    );
    assert_eq!(nothing, json!({"dimensions": 3, "vectorCount": 0}));
    assert!(get(&server, &["a"]).is_empty());
    assert!(server.found(&query()).is_empty());
    while server.found(&query()).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30));
        sleep(Duration::from_millis(5));
    }
    assert!(start.elapsed() >= Duration::from_millis(2_000));
    let info = server.info();
    assert_eq!(info["vectorCount"], 1);
    assert_eq!(info["processedUpToMutation"], mutation);
    assert!(
        info["processedUpToDatetime"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    assert_eq!(get(&server, &["a"]).len(), 1);
}

#[test]
fn writes_show_in_their_order() {
    let server = Server::start(&["--visibility", "3600000,3600000"]);
    server
        .write("upsert", &[vector("a", [1.0, 0.0, 0.0])])
        .result();
    server.control(&json!({"visibility": {"p50_ms": 0, "p99_ms": 0}}));
    // A short delay overtakes nothing.
    let body = json!({"ids": ["a"]});
    let last = server.menu("delete_by_ids", &body).result()["mutationId"].clone();
    server
        .write("upsert", &[vector("b", [1.0, 0.0, 0.0])])
        .result();
    assert!(server.found(&query()).is_empty());
    server.post_control("settle");
    assert_eq!(server.found(&query()), ["b"]);
    assert_ne!(server.info()["processedUpToMutation"], last);
    server.post_control("reset");
    assert!(server.found(&query()).is_empty());
    assert!(server.info().get("processedUpToMutation").is_none());
}

#[test]
fn by_default_writes_take_seconds() {
    let server = Server::start(&[]);
    server
        .write("upsert", &[vector("a", [1.0, 0.0, 0.0])])
        .result();
    assert!(server.found(&query()).is_empty());
}
