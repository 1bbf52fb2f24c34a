//! Slow, greedy and late clients.

use crate::support::{Answer, PATIENCE, Server, connect, receive};
use olympus_device::service;
use serde_json::json;
use std::io::{Read, Write};
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// Takes the encoder long.
fn long_text(n: usize) -> String {
    format!("{n} burgers and fries and a drink ").repeat(200)
}

#[test]
fn overload_is_answered_at_once_and_with_advice() {
    let options = service::Options {
        queue: 1,
        cache_entries: 0,
        ..service::Options::default()
    };
    let server = Arc::new(Server::start(options, |_| {}));
    let together = Arc::new(Barrier::new(24));
    let clients: Vec<_> = (0..24)
        .map(|n| {
            let (server, together) = (Arc::clone(&server), Arc::clone(&together));
            std::thread::spawn(move || {
                together.wait();
                server.post("/v1/intent", &json!({"text": long_text(n)}))
            })
        })
        .collect();
    let answers: Vec<Answer> = clients
        .into_iter()
        .map(|client| client.join().expect("is answered"))
        .collect();
    let served = answers.iter().filter(|answer| answer.status == 200).count();
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 429)
        .collect();
    assert_eq!(served + refused.len(), 24);
    assert!(served >= 1 && !refused.is_empty(), "{served} served");
    for answer in refused {
        assert_eq!(answer.code(), "overloaded");
        assert!(answer.header("retry-after").is_some());
    }
    server.post("/v1/intent", &json!({"text": "and now?"})).ok();
}

#[test]
fn too_many_calls_at_a_time_are_refused() {
    let server = Server::start(service::Options::default(), |options| {
        options.limits.max_calls = 0;
        options.limits.max_bulk = 0;
        options.limits.max_menus = 0;
    });
    let intent = server.post("/v1/intent", &json!({"text": "hi"}));
    assert_eq!(intent.code(), "overloaded");
    let batch = server.post("/v1/intent/batch", &json!({"texts": ["hi"]}));
    assert_eq!(batch.code(), "overloaded");
    assert_eq!(server.put_menu(&json!([])).code(), "overloaded");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_passed_deadline_is_said_and_nothing_is_applied() {
    let server = Server::empty();
    let headers = [("content-type", "application/json"), ("x-deadline-ms", "1")];
    let body = json!({"text": long_text(1)}).to_string();
    let late = server.send("POST", "/v1/intent", &headers, body.as_bytes());
    assert_eq!(late.code(), "deadline_exceeded");
    let items: Vec<_> = (0..200)
        .map(|n| json!({"id": format!("{n}"), "name": format!("Dish {n}")}))
        .collect();
    let body = json!({ "items": items }).to_string();
    let late = server.send("PUT", "/v1/menu", &headers, body.as_bytes());
    assert_eq!(late.code(), "deadline_exceeded");
    assert_eq!(server.get("/v1/menu").ok()["version"], 0);
    let headers = [headers[0], ("x-deadline-ms", "60000")];
    let answer = server.send("POST", "/v1/intent", &headers, b"{\"text\":\"hi\"}");
    assert_eq!(answer.status, 200);
}

#[test]
fn slow_clients_hold_up_nobody_and_are_let_go() {
    let server = Server::start(service::Options::default(), |options| {
        options.limits.header_timeout = Duration::from_millis(600);
        options.limits.body_timeout = Duration::from_millis(600);
    });
    let mut slow: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = connect(server.address);
            stream
                .write_all(b"POST /v1/intent HT")
                .expect("sends a little");
            stream
        })
        .collect();
    let mut half_bodies: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = connect(server.address);
            let head = "POST /v1/intent HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                        content-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
            stream.write_all(head.as_bytes()).expect("sends a part");
            stream
        })
        .collect();
    server
        .post("/v1/intent", &json!({"text": "am I served?"}))
        .ok();
    for stream in &mut slow {
        let mut rest = Vec::new();
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // Closed in whatever way; what counts is that it is.
        let _ = stream.read_to_end(&mut rest);
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
    for stream in half_bodies.drain(..) {
        assert_eq!(receive(stream).code(), "invalid_request");
    }
    server.post("/v1/intent", &json!({"text": "still?"})).ok();
}

#[test]
fn connections_have_a_limit() {
    let server = Server::start(service::Options::default(), |options| {
        options.limits.max_connections = 4;
    });
    let held: Vec<_> = (0..4).map(|_| connect(server.address)).collect();
    let mut over = connect(server.address);
    let mut rest = Vec::new();
    // The server takes connections in order: the fifth is closed without a word.
    let _ = over.read_to_end(&mut rest);
    assert!(rest.is_empty());
    drop(held);
    for _ in 0..600 {
        let mut stream = connect(server.address);
        let head = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let mut answer = Vec::new();
        let sent = stream.write_all(head);
        if sent.is_ok() && stream.read_to_end(&mut answer).is_ok() && !answer.is_empty() {
            assert!(answer.starts_with(b"HTTP/1.1 200"));
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("places were not given back");
}

#[test]
fn malformed_requests_end_their_own_connection_alone() {
    let server = Server::empty();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"POST /v1/intent HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"POST /v1/intent HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
    ] {
        let mut stream = connect(server.address);
        stream.write_all(bytes).expect("sends");
        stream.shutdown(std::net::Shutdown::Write).expect("says that it is all");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.starts_with("HTTP/1.1 2") && !text.starts_with("HTTP/1.1 5"), "{text}");
    }
    let endless = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    let mut stream = connect(server.address);
    let _ = stream.write_all(endless.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn requests_in_flight_end_when_the_server_goes_down() {
    let mut server = Server::empty();
    let mut stream = connect(server.address);
    let body = br#"{"text":"two burgers"}"#;
    let head = format!(
        "POST /v1/intent HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sends the head");
    stream.write_all(&body[..5]).expect("sends a part");
    // The head has arrived once another request after it was answered.
    assert_eq!(server.get("/healthz").status, 200);
    std::thread::sleep(Duration::from_millis(100));
    server.begin_stop();
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(&body[5..]).expect("sends the rest");
    let answer = receive(stream);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(
        std::net::TcpStream::connect(server.address).is_err(),
        "takes no new ones"
    );
}
