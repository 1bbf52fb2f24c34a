//! A server in this process, and a client that can also misbehave.

use olympus_device::http::server::{self, Options};
use olympus_device::service;
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a test waits before it gives up; far beyond what anything takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server that lives as long as this.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves from RAM, without a menu.
    pub(crate) fn empty() -> Self {
        Self::start(service::Options::default(), |_| {})
    }

    /// Serves a data folder.
    pub(crate) fn on(dir: &Path) -> Self {
        let options = service::Options {
            data_dir: Some(dir.to_path_buf()),
            ..service::Options::default()
        };
        Self::start(options, |_| {})
    }

    pub(crate) fn start(service: service::Options, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::on_loopback(service);
        change(&mut options);
        let (ready, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime
                .block_on(server::run(
                    options,
                    |_| {},
                    |address| ready.send(address).expect("the test waits"),
                    async {
                        let _ = stopped.await;
                    },
                ))
                .expect("serves");
        });
        Self {
            address: address.recv_timeout(PATIENCE).expect("gets ready"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Tells it to end, without waiting.
    pub(crate) fn begin_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body)
    }

    pub(crate) fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let headers = [("content-type", "application/json")];
        self.send(method, path, &headers, body.as_bytes())
    }

    pub(crate) fn put_menu(&self, items: &Value) -> Answer {
        self.json("PUT", "/v1/menu", &json!({ "items": items }))
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        send(self.address, method, path, headers, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the server ends in order");
            }
        }
    }
}

/// One server with the demo menu for all tests that change nothing.
pub(crate) fn demo() -> &'static Server {
    static DEMO: LazyLock<Server> = LazyLock::new(|| {
        let options = service::Options {
            demo: true,
            ..service::Options::default()
        };
        Server::start(options, |_| {})
    });
    &DEMO
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&self.body));
        })
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, 200, "{body}");
        self.json()
    }

    /// The code of an error, whose shape is checked on the way.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        let error = &body["error"];
        let code = error["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no code: {body}"));
        assert!(!error["message"].as_str().expect("a message").is_empty());
        assert_eq!(error["request_id"].as_str(), self.header("x-request-id"));
        let known = olympus_proto::ErrorCode::ALL
            .iter()
            .find(|known| known.as_str() == code)
            .unwrap_or_else(|| panic!("{code} is no known code"));
        assert_eq!(known.http_status(), self.status, "{body}");
        code.to_owned()
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// Sends a well-formed request on a connection of its own.
pub(crate) fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: {address}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut stream = connect(address);
    stream.write_all(head.as_bytes()).expect("sends the head");
    // A server that refuses may stop reading.
    let _ = stream.write_all(body);
    receive(stream)
}

/// Reads one answer to the end of the connection.
pub(crate) fn receive(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        // Of a body that nobody reads the end is a reset, after the answer.
        Err(error) if error.kind() == ErrorKind::ConnectionReset && !bytes.is_empty() => {}
        Err(error) => panic!("no answer: {error}"),
    }
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(&bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    Answer {
        status: status.and_then(|code| code.parse().ok()).expect("a status"),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
        body: bytes[end + 4..].to_vec(),
    }
}

/// A route's path with something in the place of each parameter.
pub(crate) fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => "x",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A small menu.
pub(crate) fn small_menu() -> Value {
    json!([
        {"id": "ramen", "name": "Tonkotsu Ramen", "category": "Noodles", "price_cents": 1450,
         "tags": ["spicy"], "allergens": {"contains": ["gluten", "eggs"]}},
        {"id": "salad", "name": "Garden Salad", "category": "Salads", "price_cents": 850,
         "tags": ["vegan"], "allergens": {"free_of": ["gluten", "milk", "nuts"]}},
        {"id": "cola", "name": "Cola", "category": "Drinks", "price_cents": 300}
    ])
}
