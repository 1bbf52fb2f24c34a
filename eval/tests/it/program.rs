//! The program from outside: exit codes, what it prints, what it writes.

use crate::server::{Request, Server};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(args: &[&str]) -> Ran {
    let program = env!("CARGO_BIN_EXE_olympus-eval");
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(program)
        .args(args)
        .env_remove("OLYMPUS_API_KEY")
        .output()
        .expect("it runs");
    Ran {
        code: status.code().expect("no signal"),
        stdout: String::from_utf8(stdout).expect("text"),
        stderr: String::from_utf8(stderr).expect("text"),
    }
}

fn write(dir: &TempDir, name: &str, text: &str) -> String {
    let path = dir.path().join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("there")).expect("JSON")
}

/// Knows "coke" and "cancel"; the rest is unknown to it.
fn intents(request: &Request, _: usize) -> (u16, String) {
    let text = request.body["text"].as_str().unwrap_or("");
    let (intent, best_guess, confidence) = match text {
        _ if text.contains("cancel") => ("cancel", "cancel", 0.9),
        _ if text.contains("coke") => ("order", "order", 0.8),
        _ => ("unknown", "question", 0.4),
    };
    let answer = json!({
        "intent": intent, "best_guess": best_guess, "confidence": confidence, "meta": {"model": "stand-in"}
    });
    (200, answer.to_string())
}

const FOUR: &str = r#"{"text":"a coke","intent":"order","source":"a"}
{"text":"cancel it","intent":"modification","alt":["cancel"],"source":"a"}
{"text":"hello","intent":"out_of_scope","source":"b"}
{"text":"what time","intent":"question","source":"b"}
"#;

#[test]
fn scores_a_server_and_writes_both_files() {
    let server = Server::start(intents);
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "four.jsonl", FOUR);
    let report = dir.path().join("out/report");
    let shown = report.display().to_string();
    let ran = run(&[
        "intent",
        "--data",
        &data,
        "--url",
        &server.url,
        "--report",
        &shown,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("accuracy_strict         0.5000"),
        "{}",
        ran.stdout
    );
    let json = read_json(&report.join("report.json"));
    assert_eq!(json["accuracy_strict"], 0.5);
    assert_eq!(json["accuracy_lenient"], 0.75);
    assert_eq!(json["out_of_scope_recall"], 1.0);
    assert_eq!(json["by_source"]["b"]["in_scope_abstained"], 1.0);
    assert_eq!(json["count"], 4);
    assert!(json["latency_ms"]["p99"].as_f64().expect("a number") > 0.0);
    assert_eq!(json["hashes"]["model"]["id"], "stand-in");
    assert_eq!(
        json["hashes"]["data"][0]["sha256"]
            .as_str()
            .expect("text")
            .len(),
        64
    );
    let html = std::fs::read_to_string(report.join("report.html")).expect("there");
    assert!(html.contains("question answered as unknown: 1"));
    // the first row is asked twice, see `ask_all`
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn below_the_threshold_the_exit_code_is_1() {
    let server = Server::start(intents);
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "four.jsonl", FOUR);
    let base = [
        "intent",
        "--data",
        &data,
        "--url",
        &server.url,
        "--min-accuracy",
    ];
    assert_eq!(run(&[&base[..], &["0.5"]].concat()).code, 0);
    let missed = run(&[&base[..], &["0.51"]].concat());
    assert_eq!(missed.code, 1);
    assert!(
        missed
            .stderr
            .contains("FAILED: accuracy_strict 0.5000, threshold 0.5100"),
        "{}",
        missed.stderr
    );
    assert_eq!(
        run(&[&base[..], &["0.75", "--metric", "accuracy_lenient"]].concat()).code,
        0
    );
    assert_eq!(
        run(&[&base[..], &["0.5", "--metric", "no_such"]].concat()).code,
        2
    );
}

#[test]
fn worse_than_the_baseline_the_exit_code_is_1() {
    let server = Server::start(intents);
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "four.jsonl", FOUR);
    let report = dir.path().display().to_string();
    let base = ["intent", "--data", &data, "--url", &server.url];
    assert_eq!(run(&[&base[..], &["--report", &report]].concat()).code, 0);
    let mut before = read_json(&dir.path().join("report.json"));
    let against = |before: &Value, more: &[&str]| {
        let path = write(&dir, "before.json", &before.to_string());
        run(&[&base[..], &["--baseline", &path], more].concat())
    };
    assert_eq!(against(&before, &[]).code, 0, "as good as itself");
    before["accuracy_strict"] = json!(0.6);
    let worse = against(&before, &[]);
    assert_eq!(worse.code, 1);
    assert!(
        worse
            .stderr
            .contains("FAILED: accuracy_strict 0.5000, baseline allows 0.5950"),
        "{}",
        worse.stderr
    );
    assert_eq!(against(&before, &["--max-drop", "0.2"]).code, 0);
    before["hashes"]["data"][0]["sha256"] = json!("00");
    let other = against(&before, &[]);
    assert_eq!(other.code, 2);
    assert!(
        other.stderr.contains("measured on other data"),
        "{}",
        other.stderr
    );
}

/// Each exits with 2 and says all of these.
fn all_refused(cases: &[(&[&str], &[&str])]) {
    for (args, says) in cases {
        let ran = run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        for word in *says {
            assert!(ran.stderr.contains(word), "{args:?}: {}", ran.stderr);
        }
    }
}

/// Nobody listens here.
const CLOSED: &str = "http://127.0.0.1:9";

#[test]
fn bad_data_exits_with_2_and_says_which() {
    let dir = tempfile::tempdir().expect("a folder");
    let good = write(&dir, "good.jsonl", FOUR);
    let bad = write(
        &dir,
        "bad.jsonl",
        "{\"text\":\"a\",\"intent\":\"order\"}\n{\"text\":\"b\",\"intent\":\"x\"}\n",
    );
    let menu = write(&dir, "menu.jsonl", "{\"id\":\"a\"}\n");
    let at = ["--url", CLOSED];
    all_refused(&[
        (
            &["intent", "--data", "no/such.jsonl", at[0], at[1]],
            &["no/such.jsonl", "../shared/data"],
        ),
        (
            &["intent", "--data", &bad, at[0], at[1]],
            &["bad.jsonl:2: unknown variant `x`"],
        ),
        (
            &["search", "--data", &good, at[0], at[1]],
            &["good.jsonl:1: missing field `query`"],
        ),
        (
            &["intent", "--data", &good, "--menu", &menu, at[0], at[1]],
            &["menu.jsonl:1: "],
        ),
        (
            &[
                "intent",
                "--data",
                &good,
                "--baseline",
                "none.json",
                at[0],
                at[1],
            ],
            &["none.json", "earlier run"],
        ),
    ]);
}

#[test]
fn bad_usage_exits_with_2_and_says_what_to_mend() {
    let dir = tempfile::tempdir().expect("a folder");
    let good = write(&dir, "good.jsonl", FOUR);
    let data = ["intent", "--data", &good];
    let with = |more: &[&'static str]| -> Vec<String> {
        data.iter().chain(more).map(|&arg| arg.to_owned()).collect()
    };
    for (args, says) in [
        (vec!["intent".to_owned()], "--data"),
        (with(&["--url", "https://x.test"]), "TLS is not built in"),
        (
            with(&["--url", CLOSED]),
            "good.jsonl:1: no answer from http://127.0.0.1:9/v1/intent",
        ),
        (with(&["--min-accuracy", "85"]), "from 0 to 1"),
        (with(&["--limit", "0"]), "--limit"),
        (with(&["--menu", "menu.txt"]), "must end in .json"),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        all_refused(&[(&args, &[says])]);
    }
}

#[test]
fn a_failing_server_gives_no_score_and_a_busy_one_is_asked_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "four.jsonl", FOUR);
    let error =
        json!({"error": {"code": "internal", "message": "out of order", "request_id": "r"}});
    let broken = Server::start(move |request, before| match before {
        3 => (500, error.to_string()),
        _ => intents(request, before),
    });
    let ran = run(&["intent", "--data", &data, "--url", &broken.url]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("four.jsonl:3") && ran.stderr.contains("500: out of order"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.is_empty());
    let busy = Server::start(|request, before| match before % 2 {
        0 => (429, String::new()),
        _ => intents(request, before),
    });
    let ran = run(&["intent", "--data", &data, "--url", &busy.url]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(busy.requests().len(), 10);
}

#[test]
fn search_gives_the_server_its_menu_and_the_key() {
    let server = Server::start(|request, _| match request.line.as_str() {
        "PUT /v1/menu" => (200, "{}".to_owned()),
        _ => (
            200,
            json!({"hits": [{"id": "x", "name": "X"}, {"id": "coke", "name": "Coke"}]}).to_string(),
        ),
    });
    let dir = tempfile::tempdir().expect("a folder");
    let menu = write(&dir, "menu.jsonl", "{\"id\":\"coke\",\"name\":\"Coke\"}\n");
    let data = write(
        &dir,
        "q.jsonl",
        "{\"query\":\"cola\",\"relevant\":[\"coke\"],\"kind\":\"alias\"}\n",
    );
    let ran = run(&[
        "search",
        "--data",
        &data,
        "--menu",
        &menu,
        "--url",
        &server.url,
        "--api-key",
        "k",
        "--json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).expect("nothing but JSON");
    assert_eq!(
        (&json["hit_at_1"], &json["mrr_at_10"]),
        (&json!(0.0), &json!(0.5))
    );
    assert_eq!(json["by_kind"]["alias"]["hit_at_10"], 1.0);
    assert_eq!(
        json["hashes"]["menu"]["sha256"]
            .as_str()
            .expect("text")
            .len(),
        64
    );
    let requests = server.requests();
    assert_eq!(requests[0].line, "PUT /v1/menu");
    assert_eq!(
        requests[0].header("content-type"),
        Some("application/x-ndjson")
    );
    assert!(
        requests
            .iter()
            .all(|request| request.header("authorization") == Some("Bearer k"))
    );
    assert_eq!(requests[1].body, json!({"query": "cola", "limit": 10}));
}

const ORDER: &str = r#"{"text":"two cokes no ice","items":[{"name":"coca_cola","quantity":2,"modifiers":[{"name":"ice","action":"remove"}]}]}"#;

#[test]
fn orders_are_scored_where_the_server_parses_them() {
    let line = json!({
        "id": "d:coca_cola", "name": "Coke", "quantity": 2,
        "modifiers": [{"id": "ice", "action": "remove"}]
    });
    let answer = json!({"lines": [line], "meta": {"model": "m"}}).to_string();
    let server = Server::start(move |_, _| (200, answer.clone()));
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "orders.jsonl", ORDER);
    let ran = run(&[
        "orders",
        "--data",
        &data,
        "--url",
        &server.url,
        "--min-accuracy",
        "1",
        "--json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).expect("nothing but JSON");
    assert_eq!(json["exact_match"], 1.0);
    assert_eq!(json["negation_error_rate"], 0.0);
    assert_eq!(server.requests()[0].line, "POST /v1/order/parse");
}

#[test]
fn a_server_without_order_parsing_is_told_from_a_bad_one() {
    let server = Server::start(|_, _| (404, "{}".to_owned()));
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "orders.jsonl", ORDER);
    let ran = run(&["orders", "--data", &data, "--url", &server.url]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("cannot parse orders yet"),
        "{}",
        ran.stderr
    );
}

#[test]
fn overlap_says_which_lines_and_exits_with_1() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = write(&dir, "own.jsonl", FOUR);
    let train: PathBuf = dir.path().join("train.txt");
    std::fs::write(&train, "tea\nA Coke.\n").expect("written");
    let train = train.display().to_string();
    let ran = run(&["overlap", "--data", &data, "--against", &train]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("own.jsonl:1 is also") && ran.stdout.contains("train.txt:2: A Coke.")
    );
    std::fs::write(&train, "tea\n").expect("written");
    assert_eq!(
        run(&["overlap", "--data", &data, "--against", &train]).code,
        0
    );
}
