//! `olympus-edge till`, against a running server.

use super::{id, till};
use serde_json::{Value, json};
use std::process::{Command, Output};

fn run(url: &str, words: &[&str]) -> Output {
    let dir = tempfile::tempdir().expect("a folder");
    Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
        .args(["till"])
        .args(words)
        .args(["--url", url, "--data-dir"])
        .arg(dir.path())
        .output()
        .expect("runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn people_see_tables_and_machines_json() {
    let server = till();
    let url = format!("http://{}", server.address);
    let order = server.open_order(&json!([{"item": "ramen", "quantity": 2}]), false);
    server.pay_cash(&id(&order));
    server.open_order(&json!([{"item": "cola"}]), false);

    let status = run(&url, &["status"]);
    assert!(status.status.success(), "{status:?}");
    let said = text(&status);
    for word in [
        "till-1",
        "no cloud is set up",
        "cash_only",
        "nothing has to be looked at",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let orders = text(&run(&url, &["orders"]));
    assert!(
        orders.contains("2 × Tonkotsu Ramen") && orders.contains("29.00"),
        "{orders}"
    );
    let open = text(&run(&url, &["orders", "--status", "open"]));
    assert!(open.contains("Cola") && !open.contains("Ramen"), "{open}");
    let report = text(&run(&url, &["report"]));
    assert!(report.contains("1 orders, 29.00 gross"), "{report}");
    let attention = run(&url, &["attention"]);
    assert_eq!(text(&attention).trim(), "nothing has to be looked at");

    let json_of = |words: &[&str]| -> Value {
        let output = run(&url, &[words, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    };
    let mut status = json_of(&["status"]);
    let mut told = server.get("/v1/operations").ok();
    for one in [&mut status, &mut told] {
        // It grows from one request to the next.
        one["sync"]["oldest_ms"] = Value::Null;
    }
    assert_eq!(status, told);
    assert_eq!(json_of(&["report"]), server.get("/v1/reports/sales").ok());
    assert_eq!(
        json_of(&["orders", "--limit", "1"])["orders"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn what_cannot_be_done_is_told_with_its_status() {
    let server = till();
    let url = format!("http://{}", server.address);
    for (words, status, said) in [
        (&["attention", "none", "--again"][..], 2, "not_found"),
        (&["attention", "none"], 2, "required"),
        (&["orders", "--status", "lost"], 2, "status"),
        (&["reconcile"], 1, "no cloud"),
    ] {
        let output = run(&url, words);
        assert_eq!(output.status.code(), Some(status), "{words:?} {output:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(said), "{words:?}: {error}");
    }
    let nobody = run("http://127.0.0.1:9", &["status"]);
    assert_eq!(nobody.status.code(), Some(1));
    let error = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(error.contains("olympus-edge start"), "{error}");
}

#[test]
fn the_doctor_looks_at_the_till_beside_the_server() {
    let dir = tempfile::tempdir().expect("a folder");
    let look = || {
        let output = Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
            .args(["doctor", "--quick", "--json", "--data-dir"])
            .arg(dir.path())
            .output()
            .expect("runs");
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let all = found.as_array().expect("findings");
        let till = all
            .iter()
            .find(|one| one["what"] == "till")
            .expect("is looked at");
        (till["verdict"].clone(), till["detail"].to_string())
    };
    assert_eq!(look().0, "note", "nothing was sold yet");
    let server = super::till_in(dir.path());
    let order = server.open_order(&json!([{"item": "ramen"}]), false);
    server.pay_cash(&id(&order));
    let (verdict, detail) = look();
    assert_eq!(verdict, "ok", "{detail}");
    assert!(detail.contains("the ledger sums to 0"), "{detail}");
    drop(server);
    std::fs::write(dir.path().join("till.db"), [0x5a; 8192]).expect("damages it");
    assert_eq!(look().0, "broken");
}
