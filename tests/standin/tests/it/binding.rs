//! The wire of a Worker's bindings, as workerd's own classes read it.

use crate::support::{Answer, BGE, Server, lines, vector};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

fn run(server: &Server, query: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![("host", "workers-binding.ai")];
    all.extend(headers);
    server
        .send("POST", &format!("/run{query}"), &all, body.as_bytes())
        .expect("an answer")
}

fn vectorize(server: &Server, action: &str, kind: &str, body: &str) -> Answer {
    let headers = [("host", "vector-search"), ("content-type", kind)];
    server
        .send("POST", &format!("/{action}"), &headers, body.as_bytes())
        .expect("an answer")
}

fn json_of(server: &Server, action: &str, body: &Value) -> Answer {
    vectorize(server, action, "application/json", &body.to_string())
}

/// What the class throws: its number is a number and its text a text.
fn thrown(answer: &Answer) -> (u16, u64) {
    assert!(answer.body["error"].is_string(), "{answer:?}");
    let code = answer.body["code"].as_u64().expect("a code");
    (answer.status, code)
}

#[test]
fn a_model_answers_without_an_envelope_as_exactly_json() {
    let server = Server::prompt();
    let model = ("cf-consn-model-id", BGE);
    let body = json!({"inputs": {"text": ["tea"], "pooling": "cls"}, "options": {}});
    let answer = run(&server, "?version=3", &[model, JSON], &body.to_string());
    assert_eq!(answer.content_type, "application/json");
    let result = answer.ok();
    assert_eq!(result["shape"], json!([1, 384]));
    let rest = server.run(BGE, &body["inputs"]).result();
    assert_eq!(rest, result);
    let by_path = "/binding/ai/run?version=3";
    let answer = server.send("POST", by_path, &[model, JSON], body.to_string().as_bytes());
    assert_eq!(answer.expect("an answer").ok(), result);
}

#[test]
fn a_model_fails_as_the_class_reads_it() {
    let server = Server::prompt();
    let failed = |query: &str, headers: &[(&str, &str)], body: &str| {
        let answer = run(&server, query, headers, body);
        assert!(answer.body["description"].is_string(), "{answer:?}");
        assert_eq!(answer.body["name"], "AiError");
        let code = answer.body["internalCode"].as_u64();
        (answer.status, code.expect("a code"))
    };
    let model = ("cf-consn-model-id", BGE);
    let good = json!({"inputs": {"text": ["tea"]}}).to_string();
    assert_eq!(failed("?version=2", &[model, JSON], &good), (400, 3_003));
    assert_eq!(failed("", &[model, JSON], &good), (400, 3_003));
    assert_eq!(failed("?version=3", &[JSON], &good), (400, 3_003));
    assert_eq!(failed("?version=3", &[model, JSON], ""), (400, 3_003));
    assert_eq!(failed("?version=3", &[model], &good), (400, 5_004));
    let bare = json!({"text": ["tea"]}).to_string();
    assert_eq!(failed("?version=3", &[model, JSON], &bare), (400, 5_004));
    let map = json!({"inputs": {}, "options": {}}).to_string();
    assert_eq!(failed("?version=3", &[model, JSON], &map), (400, 5_004));
    let other = ("cf-consn-model-id", "@cf/no/such");
    assert_eq!(failed("?version=3", &[other, JSON], &good), (400, 5_007));
    let errors = json!({"rate": 1, "code": 3_040, "retry_after_s": 3});
    server.control(&json!({"tasks": {"embeddings": {"errors": errors}}}));
    assert_eq!(failed("?version=3", &[model, JSON], &good), (429, 3_040));
    let answer = run(&server, "?version=3", &[model, JSON], &good);
    assert_eq!(answer.retry_after.as_deref(), Some("3"));
}

#[test]
fn a_binding_rejects_at_once_where_it_asks_for_that() {
    let server = Server::prompt();
    let slow = json!({"p50_ms": 1_000, "p99_ms": 1_000});
    server.control(&json!({"tasks": {"embeddings": {"capacity": 1, "latency": slow}}}));
    let ask = |busy: bool| {
        let options = json!({"rejectIfBusy": busy});
        let body = json!({"inputs": {"text": ["tea"]}, "options": options}).to_string();
        let headers = [("cf-consn-model-id", BGE), JSON];
        run(&server, "?version=3", &headers, &body).status
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| ask(false));
        while server.count("embeddings")["calls"] != 1 {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(ask(true), 429);
        assert_eq!(first.join().expect("no panic"), 200);
    });
}

#[test]
fn vectorize_writes_asks_and_tells() {
    let server = Server::prompt();
    let body = lines(&[vector("a", [1.0, 0.0, 0.0]), vector("b", [0.0, 1.0, 0.0])]);
    let ndjson = "application/x-ndjson";
    let written = vectorize(&server, "upsert", ndjson, body.trim()).ok();
    assert!(written["mutationId"].is_string());
    vectorize(&server, "insert", ndjson, &body).ok();
    let query = json!({"vector": [1, 0, 0], "topK": 1, "returnMetadata": "none"});
    let found = json_of(&server, "query", &query).ok();
    assert_eq!(found["count"], 1);
    assert_eq!(found["matches"][0]["id"], "a");
    let got = json_of(&server, "getByIds", &json!({"ids": ["b", "c"]})).ok();
    assert_eq!(got, json!([vector("b", [0.0, 1.0, 0.0])]));
    json_of(&server, "deleteByIds", &json!({"ids": ["a"]})).ok();
    let headers = [("host", "vector-search")];
    let info = server
        .send("GET", "/info", &headers, b"")
        .expect("an answer");
    assert_eq!(info.content_type, "application/json");
    let info = info.ok();
    assert_eq!([&info["dimensions"], &info["vectorCount"]], [3, 1]);
    assert_eq!(server.info(), info);
}

#[test]
fn vectorize_fails_as_the_class_reads_it() {
    let server = Server::prompt();
    let ndjson = "application/x-ndjson";
    let many: Vec<Value> = (0..=1_000)
        .map(|n| vector(&format!("v{n}"), [1.0, 0.0, 0.0]))
        .collect();
    let over = vectorize(&server, "upsert", ndjson, &lines(&many));
    assert_eq!(thrown(&over), (400, 40_023));
    vectorize(&server, "upsert", ndjson, &lines(&many[..1_000])).ok();
    let array = json!({"vectors": many[..1]}).to_string();
    let wrong = vectorize(&server, "upsert", "application/json", &array);
    assert_eq!(thrown(&wrong), (400, 40_023));
    let failed = |action: &str, body: Value| thrown(&json_of(&server, action, &body));
    assert_eq!(failed("query", json!({"vector": [1]})), (400, 40_006));
    let falsy = json!({"vector": [1, 0, 0], "returnMetadata": false});
    assert_eq!(failed("query", falsy), (400, 40_026));
    assert_eq!(
        failed("getByIds", json!({"ids": vec!["a"; 21]})),
        (400, 40_007)
    );
    assert_eq!(
        failed("deleteByIds", json!({"ids": vec!["a"; 101]})),
        (400, 40_007)
    );
    assert_eq!(failed("get_by_ids", json!({"ids": ["a"]})), (404, 7_003));
    server.control(&json!({"tasks": {"write": {"per_minute": 0}}}));
    assert_eq!(failed("deleteByIds", json!({"ids": ["a"]})), (429, 40_041));
}

#[test]
fn a_binding_means_the_index_that_it_names() {
    let server = Server::start(&["--index", "other=2", "--visibility", "0,0"]);
    let ask = |name: Option<&str>| {
        let mut headers = vec![("host", "vector-search")];
        headers.extend(name.map(|name| ("x-standin-index", name)));
        server
            .send("GET", "/info", &headers, b"")
            .expect("an answer")
    };
    assert_eq!(ask(Some("menu")).ok()["dimensions"], 3);
    assert_eq!(ask(Some("other")).ok()["dimensions"], 2);
    assert_eq!(thrown(&ask(Some("third"))), (404, 3_000));
    assert_eq!(thrown(&ask(None)), (404, 3_000));
}
