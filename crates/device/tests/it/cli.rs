//! The command line of the real binary.

use crate::support::{Server, small_menu};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
        .args(args)
        .env("OLYMPUS_DATA_DIR", dir)
        .env_remove("OLYMPUS_LISTEN")
        .stdin(Stdio::null())
        .output()
        .expect("runs")
}

fn ok(dir: &Path, args: &[&str]) -> String {
    let output = run(dir, args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {error}");
    String::from_utf8(output.stdout).expect("text")
}

fn json(dir: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&ok(dir, args)).expect("JSON")
}

/// Its exit status and what it said.
fn fails(dir: &Path, args: &[&str]) -> (i32, String) {
    let output = run(dir, args);
    assert!(!output.status.success(), "{args:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().expect("a status"), said)
}

#[test]
fn a_menu_from_the_cloud_needs_a_cloud_and_is_not_imported_here() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    assert_eq!(fails(dir, &["config", "set", "menu-source", "moon"]).0, 2);
    ok(dir, &["config", "set", "menu-source", "cloud"]);
    assert_eq!(ok(dir, &["config", "get", "menu-source"]).trim(), "cloud");
    let (_, said) = fails(dir, &["start", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("needs a Worker"), "{said}");
    let file = dir.join("menu.json");
    std::fs::write(&file, small_menu().to_string()).expect("writes");
    let file = file.to_str().expect("a path");
    let (status, said) = fails(dir, &["menu", "import", file]);
    assert!(status == 2 && said.contains("menu-source"), "{said}");
    ok(dir, &["config", "set", "menu-source", "device"]);
    ok(dir, &["menu", "import", file]);
}

#[test]
fn settings_are_kept_and_secrets_hidden() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    ok(dir, &["config", "set", "timezone", "Europe/Athens"]);
    ok(dir, &["config", "set", "api-key", "top-secret"]);
    assert_eq!(
        ok(dir, &["config", "get", "timezone"]).trim(),
        "Europe/Athens"
    );
    let all = ok(dir, &["config", "list"]);
    assert!(
        all.contains("Europe/Athens") && !all.contains("top-secret"),
        "{all}"
    );
    assert!(!ok(dir, &["config", "get", "api-key"]).contains("top-secret"));
    assert_eq!(
        json(dir, &["config", "list", "--json"])["timezone"],
        "Europe/Athens"
    );
    assert_eq!(fails(dir, &["config", "set", "timezone", "Mars"]).0, 2);
    assert_eq!(fails(dir, &["config", "set", "colour", "red"]).0, 2);
    let path = ok(dir, &["config", "path"]);
    std::fs::write(path.trim(), "colour = 1\n").expect("writes");
    let (status, said) = fails(dir, &["start"]);
    assert!(status == 1 && said.contains("colour"), "{said}");
}

#[test]
fn keys_are_shown_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let key = ok(dir, &["keys", "create", "--name", "till", "--scope", "pos"]);
    assert!(key.starts_with("oe_"));
    let listed = json(dir, &["keys", "list", "--json"]);
    assert_eq!(
        (&listed[0]["name"], &listed[0]["scope"]),
        (&"till".into(), &"pos".into())
    );
    assert!(listed[0].get("sha256").is_none());
    let id = listed[0]["id"].as_str().expect("an id");
    ok(dir, &["keys", "revoke", id]);
    assert!(ok(dir, &["keys", "list"]).contains("revoked"));
    assert_eq!(fails(dir, &["keys", "revoke", "nope"]).0, 2);
}

#[test]
fn a_menu_is_imported_searched_and_rolled_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("menu.json");
    std::fs::write(&file, small_menu().to_string()).expect("writes");
    let csv = dir.path().join("menu.csv");
    std::fs::write(&csv, "id,name,price\na,Pizza,9.50\n").expect("writes");
    let (file, csv) = (file.to_str().expect("text"), csv.to_str().expect("text"));
    let dir = dir.path();
    assert!(ok(dir, &["menu", "list"]).contains("no menu yet"));
    assert_eq!(json(dir, &["menu", "import", file, "--json"])["version"], 1);
    assert!(ok(dir, &["menu", "list"]).contains("Tonkotsu Ramen"));
    assert_eq!(json(dir, &["menu", "show", "cola"])["price_cents"], 300);
    let found = json(dir, &["menu", "search", "ramen", "--json"]);
    assert_eq!(found["hits"][0]["id"], "ramen");
    assert!(ok(dir, &["menu", "sold-out", "ramen"]).contains("sold out"));
    assert!(ok(dir, &["menu", "search", "ramen"]).contains("sold out"));
    assert_eq!(json(dir, &["menu", "import", csv, "--json"])["items"], 1);
    assert!(ok(dir, &["menu", "rollback"]).contains("menu 1: 3 items"));
    let bad = dir.join("bad.csv");
    std::fs::write(&bad, "id,name,price\na,Pizza,-1\na,Pasta,2\n").expect("writes");
    let (status, said) = fails(dir, &["menu", "import", bad.to_str().expect("text")]);
    assert!(status == 2 && said.contains("line 2"), "{said}");
    assert_eq!(fails(dir, &["menu", "import", "nowhere.json"]).0, 1);
    assert_eq!(fails(dir, &["menu", "show", "nope"]).0, 2);
}

#[test]
fn a_running_server_is_worked_on_by_url() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("menu.json");
    std::fs::write(&file, small_menu().to_string()).expect("writes");
    let server = Server::on(dir.path());
    let url = format!("http://{}", server.address);
    let file = file.to_str().expect("text");
    let (status, said) = fails(dir.path(), &["menu", "import", file]);
    assert!(status == 1 && said.contains("--url"), "{said}");
    let change = json(
        dir.path(),
        &["menu", "import", file, "--url", &url, "--json"],
    );
    assert_eq!(change["version"], 1);
    let found = json(
        dir.path(),
        &["menu", "search", "cola", "--url", &url, "--json"],
    );
    assert_eq!(found["hits"][0]["id"], "cola");
    ok(dir.path(), &["menu", "sold-out", "cola", "--url", &url]);
    assert!(ok(dir.path(), &["menu", "list", "--url", &url]).contains("sold out"));
    let (status, said) = fails(dir.path(), &["menu", "rollback", "--url", &url]);
    assert!(
        status == 2 && said.contains("nothing_to_roll_back"),
        "{said}"
    );
    drop(server);
    assert_eq!(fails(dir.path(), &["menu", "list", "--url", &url]).0, 1);
}

#[test]
fn texts_come_as_an_argument_or_by_the_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = json(dir.path(), &["intent", "cancel my order", "--json"]);
    assert_eq!(said["best_guess"], "cancel");
    let mut child = Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
        .args(["intent", "--json", "--expect", "order,cancel", "--data-dir"])
        .arg(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdin = child.stdin.take().expect("is piped");
    stdin
        .write_all(b"two burgers\n\ncancel that\n")
        .expect("writes");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(text.lines().count(), 2, "{text}");
    let shown = ok(
        dir.path(),
        &["understand", "--demo", "a shakshuka please", "--limit", "1"],
    );
    assert!(shown.contains("Shakshuka"), "{shown}");
    assert_eq!(fails(dir.path(), &["intent", "  "]).0, 2);
    assert_eq!(
        fails(dir.path(), &["intent", "x", "--expect", "dance"]).0,
        2
    );
}

#[test]
fn the_doctor_looks_and_scripts_are_printed() {
    let dir = tempfile::tempdir().expect("a folder");
    let found = json(dir.path(), &["doctor", "--quick", "--json"]);
    let all = found.as_array().expect("findings");
    assert!(
        all.iter().all(|finding| finding["verdict"] != "broken"),
        "{found:#}"
    );
    assert!(all.iter().any(|finding| finding["what"] == "search model"));
    let cloud = all.iter().find(|finding| finding["what"] == "cloud");
    let cloud = cloud.expect("a row about the cloud");
    assert_eq!(
        cloud["verdict"], "note",
        "none is set up, which is no fault"
    );
    let detail = cloud["detail"].as_str().expect("text");
    assert!(detail.contains("cloud --help"), "{detail}");
    ok(dir.path(), &["config", "set", "listen", "0.0.0.0:8080"]);
    let output = run(dir.path(), &["doctor", "--quick"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("BROKEN"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(ok(dir.path(), &["completions", shell]).contains("olympus-edge"));
    }
    assert!(ok(dir.path(), &["--help"]).contains("Examples"));
    let models = json(dir.path(), &["models", "list", "--json"]);
    assert_eq!(models["embedded"]["serves"], "search, intent");
    assert_eq!(fails(dir.path(), &["models", "use", "no/such-model"]).0, 2);
}

#[test]
fn another_model_serves_search_and_the_embedded_one_keeps_the_intents() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("my-model");
    std::fs::create_dir(&folder).expect("makes");
    let own = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../models/olympus-minilm-v1"
    );
    for file in ["model.gguf", "tokenizer.json"] {
        std::fs::copy(Path::new(own).join(file), folder.join(file)).expect("copies");
    }
    std::fs::write(folder.join("config.json"), "{}").expect("writes");
    let dir = dir.path();
    ok(dir, &["models", "use", folder.to_str().expect("text")]);
    let listed = json(dir, &["models", "list", "--json"]);
    assert_eq!(listed["embedded"]["serves"], "intent", "{listed}");
    let answer = json(dir, &["understand", "--demo", "a shakshuka", "--json"]);
    assert_eq!(answer["hits"][0]["id"], "shakshuka");
    std::fs::write(folder.join("model.gguf"), "nonsense").expect("writes");
    let (status, said) = fails(dir, &["models", "use", folder.to_str().expect("text")]);
    assert!(status == 1 && said.contains("cannot be used"), "{said}");
    ok(dir, &["models", "use", "embedded"]);
    ok(dir, &["intent", "works again"]);
}

#[test]
fn the_server_refuses_what_would_be_open_to_all() {
    let dir = tempfile::tempdir().expect("a folder");
    let (status, said) = fails(dir.path(), &["start", "--listen", "0.0.0.0:0"]);
    assert!(status == 1 && said.contains("keys create"), "{said}");
    assert_eq!(fails(dir.path(), &["start", "--listen", "nowhere"]).0, 2);
    assert_eq!(fails(dir.path(), &["start", "--log", "loud=very"]).0, 2);
    assert_eq!(fails(dir.path(), &["dance"]).0, 2);
}
