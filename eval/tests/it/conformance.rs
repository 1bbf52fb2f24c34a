//! The service in this process and the same service behind a real server answer alike.

use crate::program::run;
use olympus_core::menu::import::Format;
use olympus_device::http::server::{self, Options};
use olympus_device::service;
use olympus_eval::metrics::ranking::DEPTH;
use olympus_eval::system::http::Http;
use olympus_eval::system::local::Local;
use olympus_eval::system::{IntentReply, System};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::time::Duration;
use tokio::sync::oneshot;

const MENU: &str = r#"{"items":[
    {"id":"margherita","name":"Pizza Margherita","description":"tomato, mozzarella, basil","price":9.5},
    {"id":"cola","name":"Cola","price":2.5},
    {"id":"lentil","name":"Lentil soup","description":"red lentils, cumin","tags":["vegan"]},
    {"id":"tea","name":"Mint tea"}
]}"#;

/// The real server on a free port of loopback; it stops when this is dropped.
struct Device {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Device {
    fn start() -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = channel::<SocketAddr>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let options = Options::on_loopback(service::Options::default());
            let ready = move |address| ready.send(address).expect("somebody waits");
            let until = async { drop(stopped.await) };
            runtime
                .block_on(server::run(options, |_| (), ready, until))
                .expect("it serves");
        });
        let address = address
            .recv_timeout(Duration::from_secs(300))
            .expect("it gets ready");
        Self {
            url: format!("http://{address}"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What any system must do, and what it answered, for comparison with others.
fn answers(system: &mut dyn System) -> (Vec<IntentReply>, Vec<Vec<String>>) {
    let refused = system.load_menu(b"{\"items\":[{\"id\":\"a\",\"name\":\"\"}]}", Format::Json);
    assert!(refused.is_err(), "an item without a name");
    system
        .load_menu(MENU.as_bytes(), Format::Json)
        .expect("a good menu");
    let mut intents = Vec::new();
    for text in [
        "two cokes please",
        "is it vegan?",
        "cancel my order",
        "what's the weather",
    ] {
        let reply = system.intent(text).expect("an answer");
        assert!((0.0..=1.0).contains(&reply.confidence), "{reply:?}");
        intents.push(reply);
    }
    let mut found = Vec::new();
    let lines = system.parse_order("two colas").expect("an answer");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].quantity, 2);
    for (query, first) in [
        ("cola", "cola"),
        ("margarita pizza", "margherita"),
        ("lentil", "lentil"),
    ] {
        let hits = system.search(query, DEPTH).expect("an answer");
        assert_eq!(
            hits.first().map(|hit| hit.id.as_str()),
            Some(first),
            "{query}"
        );
        found.push(hits.into_iter().map(|hit| hit.id).collect());
    }
    assert!(system.intent(" ").is_err(), "nothing was said");
    let model = system.identity().model.id.expect("a name");
    assert!(!model.is_empty());
    (intents, found)
}

#[test]
fn the_service_and_its_server_answer_alike() {
    let device = Device::start();
    let mut http = Http::new(&device.url, None).expect("an address");
    let mut local = Local::open(false).expect("the model loads");
    let (remote_intents, remote_found) = answers(&mut http);
    let (intents, found) = answers(&mut local);
    assert_eq!(remote_found, found);
    for (remote, local) in remote_intents.iter().zip(&intents) {
        assert_eq!(
            (remote.intent, remote.best_guess),
            (local.intent, local.best_guess)
        );
        assert!(
            (remote.confidence - local.confidence).abs() < 1e-4,
            "{remote:?} {local:?}"
        );
    }
    assert_eq!(http.identity().model.id, local.identity().model.id);
    assert_eq!(
        local.identity().model.sha256.map(|hash| hash.len()),
        Some(64)
    );
}

#[test]
fn without_a_url_the_program_measures_the_device_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let menu = write("menu.json", MENU);
    let queries = write("q.jsonl", "{\"query\":\"cola\",\"relevant\":[\"cola\"]}\n");
    let ran = run(&[
        "search",
        "--data",
        &queries,
        "--menu",
        &menu,
        "--json",
        "--min-accuracy",
        "1",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).expect("nothing but JSON");
    assert_eq!(json["hit_at_1"], 1.0);
    assert_eq!(json["system"], "in_process");
    assert_eq!(
        json["hashes"]["model"]["sha256"]
            .as_str()
            .expect("told")
            .len(),
        64
    );

    let wrong = write("w.jsonl", "{\"query\":\"x\",\"relevant\":[\"steak\"]}\n");
    let ran = run(&["search", "--data", &wrong, "--menu", &menu]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("w.jsonl:1: steak is not on the menu"),
        "{}",
        ran.stderr
    );

    let orders = write(
        "o.jsonl",
        "{\"text\":\"a cola\",\"items\":[{\"name\":\"cola\"}]}\n",
    );
    let ran = run(&["orders", "--data", &orders, "--menu", &menu, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).expect("nothing but JSON");
    assert_eq!(json["exact_match"], 1.0, "{json}");
}
