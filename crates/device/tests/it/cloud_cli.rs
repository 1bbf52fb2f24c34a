//! `olympus-edge cloud …`, the real binary against a Worker in this process.

use crate::cloud_ways::{Front, worker};
use crate::support::small_menu;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

async fn run(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_olympus-edge"));
    command
        .args(args)
        .env("OLYMPUS_DATA_DIR", dir)
        .env_remove("OLYMPUS_RECOVERY_KEY")
        .stdin(Stdio::null());
    let ran = tokio::task::spawn_blocking(move || command.output()).await;
    ran.expect("no panic").expect("runs")
}

async fn ok(dir: &Path, args: &[&str]) -> String {
    let output = run(dir, args).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {error}");
    String::from_utf8(output.stdout).expect("text")
}

async fn json(dir: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&ok(dir, args).await).expect("JSON")
}

/// Its exit status and what it said.
async fn fails(dir: &Path, args: &[&str]) -> (i32, String) {
    let output = run(dir, args).await;
    assert!(!output.status.success(), "{args:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().expect("a status"), said)
}

/// A device with a menu that asks the Worker.
async fn device(dir: &Path) -> Front {
    let front = Front::serve(worker::router(), "{}").await;
    let url = format!("http://{}", front.address);
    for (key, value) in [
        ("location-id", "loc-7"),
        ("cloud-url", url.as_str()),
        ("api-key", worker::KEY),
    ] {
        ok(dir, &["config", "set", key, value]).await;
    }
    let file = dir.join("in.json");
    std::fs::write(&file, small_menu().to_string()).expect("writes");
    ok(dir, &["menu", "import", file.to_str().expect("text")]).await;
    front
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_set_up_says_how_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    for command in ["status", "publish", "ping"] {
        let (status, said) = fails(dir, &["cloud", command]).await;
        assert!(status == 2 && said.contains("cloud --help"), "{said}");
    }
    ok(dir, &["config", "set", "cloud-url", "https://edge.example"]).await;
    let (status, said) = fails(dir, &["cloud", "status"]).await;
    assert!(status == 2 && said.contains("config set api-key"), "{said}");
    let (status, said) = fails(dir, &["config", "set", "cloud-account", "0a1b"]).await;
    assert!(status == 2 && said.contains("cloud-url"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_is_brought_to_the_cloud_and_seen_there() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let _front = device(dir).await;
    let before = json(dir, &["cloud", "status", "--json"]).await;
    assert_eq!(
        (&before["reachable"], &before["in_step"]),
        (&true.into(), &false.into())
    );
    let said = ok(dir, &["cloud", "publish"]).await;
    assert!(said.contains("in use in the cloud, 3 items"), "{said}");
    let after = json(dir, &["cloud", "status", "--json"]).await;
    assert_eq!(after["in_step"], true, "{after}");
    assert_eq!(after["live"]["digest"], after["menu_digest"]);
    let shown = ok(dir, &["cloud", "status"]).await;
    assert!(
        shown.contains("the same, 3 items") && !shown.contains("oek_"),
        "{shown}"
    );
    assert!(
        json(dir, &["cloud", "ping", "--json"]).await["median_ms"]
            .as_f64()
            .is_some()
    );

    let since = |status: &Value| {
        assert_eq!(status["live"]["digest"], after["menu_digest"], "{status}");
        status["live"]["since_ms"].as_u64().expect("a time")
    };
    let again = json(dir, &["cloud", "publish", "--json"]).await;
    assert_eq!(since(&again), since(&after), "it is in use already");
    let anew = json(dir, &["cloud", "publish", "--anew", "--json"]).await;
    assert!(
        since(&anew) > since(&after),
        "waited until it is switched to"
    );

    let found = json(dir, &["doctor", "--quick", "--json"]).await;
    let row = found.as_array().into_iter().flatten();
    let row = row.into_iter().find(|row| row["what"] == "cloud");
    let row = row.expect("a row about the cloud");
    let detail = row["detail"].as_str().expect("text");
    assert!(
        row["verdict"] == "ok" && detail.contains("has this menu, 3 items"),
        "{row}"
    );
    assert!(!detail.contains("oek_"), "{row}");

    ok(dir, &["config", "set", "api-key", "oek_1_revoked"]).await;
    let (status, _) = fails(dir, &["doctor", "--quick"]).await;
    assert_eq!(status, 1, "the key does not work");
    let (status, said) = fails(dir, &["cloud", "publish"]).await;
    assert!(status == 1 && said.contains("config set api-key"), "{said}");
    let lost = json(dir, &["cloud", "status", "--json"]).await;
    assert!(
        lost["error"].as_str().expect("says why").contains("401"),
        "{lost}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_backed_up_and_restored_elsewhere() {
    let dir = tempfile::tempdir().expect("a folder");
    let target = dir.path().join("restored");
    let dir = &dir.path().join("device");
    std::fs::create_dir(dir).expect("makes");
    let _front = device(dir).await;
    let (status, said) = fails(dir, &["cloud", "backup"]).await;
    assert!(status == 2 && said.contains("--new-key"), "{said}");
    let key = ok(dir, &["cloud", "backup", "--new-key", "--name", "first"]).await;
    let key = key.trim();
    assert!(key.starts_with("ork_"), "{key}");
    let (status, said) = fails(dir, &["cloud", "backup", "--new-key"]).await;
    assert!(status == 2 && said.contains("already"), "{said}");
    ok(dir, &["cloud", "backup", "--name", "second"]).await;
    let listed = ok(dir, &["cloud", "backup", "--list"]).await;
    assert!(
        listed.contains("first") && listed.contains("second"),
        "{listed}"
    );

    let into = target.to_str().expect("text");
    let wrong = format!("ork_{}", "0".repeat(64));
    let args = [
        "cloud", "restore", "--name", "second", "--into", into, "--key",
    ];
    for (key, status, says) in [
        (wrong.as_str(), 1, "wrong recovery key"),
        ("ork_1", 2, "64 hexadecimal"),
    ] {
        let (code, said) = fails(dir, &[&args[..], &[key]].concat()).await;
        assert!(code == status && said.contains(says), "{said}");
        assert!(!target.exists(), "nothing is written");
    }
    ok(dir, &[&args[..], &[key]].concat()).await;
    let listed = ok(&target, &["menu", "list"]).await;
    assert!(listed.contains("Tonkotsu Ramen"), "{listed}");
    assert_eq!(
        json(&target, &["config", "get", "api-key", "--json"]).await["value"],
        Value::Null
    );
    let (status, said) = fails(dir, &[&args[..], &[key]].concat()).await;
    assert!(status == 2 && said.contains("not empty"), "{said}");

    let file = dir.join("backup.oebk");
    let file = file.to_str().expect("text");
    ok(dir, &["cloud", "backup", "--to", file]).await;
    let bytes = std::fs::read(file).expect("reads");
    assert!(
        !String::from_utf8_lossy(&bytes).contains("Ramen"),
        "it is encrypted"
    );
    let again = target.with_file_name("again");
    let again = again.to_str().expect("text");
    ok(dir, &["cloud", "restore", "--from", file, "--into", again]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_brings_its_menu_to_the_cloud_and_the_demo_never_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let front = device(dir).await;
    for (args, asks) in [(&["--demo"][..], false), (&[], true)] {
        let mut server = Command::new(env!("CARGO_BIN_EXE_olympus-edge"))
            .args(["start", "--listen", "127.0.0.1:0"])
            .args(args)
            .env("OLYMPUS_DATA_DIR", dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(server.stdout.take().expect("is piped"));
        stdout.read_line(&mut line).expect("gets ready");
        assert!(line.starts_with("http://127.0.0.1:"), "{line}");
        let started = Instant::now();
        let patience = Duration::from_secs(if asks { 30 } else { 1 });
        while front.request_ids().is_empty() && started.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server.kill().expect("ends");
        server.wait().expect("ended");
        assert_eq!(!front.request_ids().is_empty(), asks, "{args:?}");
    }
}
