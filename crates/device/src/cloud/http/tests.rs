//! The client against servers that misbehave in every way that a line does.

use super::{Call, Http, MAX_ANSWER};
use crate::cloud::CloudError;
use crate::cloud::secret::Secret;
use bytes::Bytes;
use hyper::Method;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with its n-th connection and the n-th request on it (both from 0).
#[derive(Debug, Clone)]
enum Do {
    /// Sends these bytes and waits for the next request.
    Say(String),
    /// Sends these bytes and closes.
    SayAndClose(String),
    /// Sends these bytes and then nothing, for good.
    SayAndHang(String),
    /// Closes without a word.
    Close,
}

struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

async fn serve(script: impl Fn(usize, usize) -> Do + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let server = Server {
        address: listener.local_addr().expect("has an address"),
        connections: Arc::default(),
        requests: Arc::default(),
    };
    let (connections, requests) = (server.connections.clone(), server.requests.clone());
    let script = Arc::new(script);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(converse(stream, number, script.clone(), requests.clone()));
        }
    });
    server
}

async fn converse(
    mut stream: TcpStream,
    connection: usize,
    script: Arc<impl Fn(usize, usize) -> Do>,
    requests: Arc<AtomicUsize>,
) {
    let mut request = 0;
    while read_request(&mut stream).await {
        requests.fetch_add(1, Ordering::SeqCst);
        let (text, then_close, hang) = match script(connection, request) {
            Do::Say(text) => (text, false, false),
            Do::SayAndClose(text) => (text, true, false),
            Do::SayAndHang(text) => (text, false, true),
            Do::Close => return,
        };
        if stream.write_all(text.as_bytes()).await.is_err() || then_close {
            return;
        }
        if hang {
            std::future::pending::<()>().await;
        }
        request += 1;
    }
}

/// Reads one request whole; false at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> bool {
    let mut seen = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return false,
            Ok(count) => seen.extend_from_slice(&chunk[..count]),
        }
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().expect("a length"));
        if body.len() >= length {
            return true;
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn ok() -> String {
    answer("200 OK", "", "{}")
}

fn call(server: &Server) -> Call<'static> {
    Call {
        method: Method::POST,
        url: format!("http://{}/x", server.address),
        bearer: None,
        request_id: "r-1",
        timeout: Duration::from_millis(300),
        content_type: Some("application/json"),
        header: None,
        body: Bytes::from_static(b"{}"),
        most: MAX_ANSWER,
        idempotent: true,
    }
}

/// The call ended when its time was over, and not much later.
fn in_time(started: Instant, timeout: Duration) {
    let took = started.elapsed();
    assert!(took >= timeout, "{took:?}");
    assert!(took < timeout + Duration::from_millis(50), "{took:?}");
}

#[tokio::test]
async fn a_connection_is_kept_and_used_again() {
    let server = serve(|_, _| Do::Say(ok())).await;
    let http = Http::new();
    for _ in 0..5 {
        assert_eq!(
            http.call(&call(&server)).await.expect("answers").status,
            200
        );
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    assert_eq!(server.requests.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced_once_where_that_is_harmless() {
    // The first answer on a connection is good, the second request finds it closing.
    let script = |_, request| match request {
        0 => Do::Say(ok()),
        _ => Do::Close,
    };
    let server = serve(script).await;
    let http = Http::new();
    http.call(&call(&server)).await.expect("answers");
    http.call(&call(&server))
        .await
        .expect("answers on a fresh one");
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);

    let server = serve(script).await;
    let http = Http::new();
    http.call(&call(&server)).await.expect("answers");
    let once = Call {
        idempotent: false,
        ..call(&server)
    };
    let error = http.call(&once).await.expect_err("is not asked twice");
    assert!(matches!(error, CloudError::Unreachable(_)), "{error:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_new_connection_that_is_closed_is_no_reason_to_ask_again() {
    let server = serve(|_, _| Do::Close).await;
    let error = Http::new().call(&call(&server)).await.expect_err("fails");
    assert!(matches!(error, CloudError::Unreachable(_)), "{error:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_slow_head_and_a_slow_body_end_in_time() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    for said in ["", "HTTP/1.1 200 OK\r\n", half] {
        let server = serve(move |_, _| Do::SayAndHang(said.to_owned())).await;
        let started = Instant::now();
        let error = Http::new().call(&call(&server)).await.expect_err("waits");
        assert!(matches!(error, CloudError::TimedOut(_)), "{error:?}");
        in_time(started, Duration::from_millis(300));
    }
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_kept() {
    let long = "x".repeat(200);
    let told = answer("200 OK", "", &long);
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nc8\r\n{long}\r\n0\r\n\r\n");
    for said in [told, chunked] {
        let server = serve(move |_, _| Do::Say(said.clone())).await;
        let http = Http::new();
        let short = Call {
            most: 199,
            ..call(&server)
        };
        let error = http.call(&short).await.expect_err("is too long");
        assert!(matches!(error, CloudError::Unreadable { .. }), "{error:?}");
        let enough = Call {
            most: 200,
            ..call(&server)
        };
        let reply = http.call(&enough).await.expect("fits");
        assert_eq!(reply.body, long.as_bytes());
    }
}

#[tokio::test]
async fn what_is_cut_or_garbled_is_told_apart() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    let server = serve(move |_, _| Do::SayAndClose(cut.to_owned())).await;
    let error = Http::new().call(&call(&server)).await.expect_err("is cut");
    assert!(matches!(error, CloudError::Unreachable(_)), "{error:?}");

    let server = serve(|_, _| Do::SayAndClose("\u{1}\u{2}nonsense\r\n\r\n".to_owned())).await;
    let error = Http::new().call(&call(&server)).await.expect_err("garbage");
    assert!(matches!(error, CloudError::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let server = Server {
        address: listener.local_addr().expect("has an address"),
        connections: Arc::default(),
        requests: Arc::default(),
    };
    drop(listener);
    let error = Http::new().call(&call(&server)).await.expect_err("refused");
    assert!(matches!(error, CloudError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
    let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let until = "retry-after: Sun, 06 Nov 1994 08:50:07 GMT\r\n";
    for (headers, wait) in [
        (String::new(), None),
        ("retry-after: 7\r\n".to_owned(), Some(7)),
        ("retry-after: 99999999999999\r\n".to_owned(), Some(86_400)),
        ("retry-after: soon\r\n".to_owned(), None),
        (format!("{date}{until}"), Some(30)),
        (until.to_owned(), None),
    ] {
        let said = answer("429 Too Many Requests", &headers, "{}");
        let server = serve(move |_, _| Do::Say(said.clone())).await;
        let reply = Http::new().call(&call(&server)).await.expect("answers");
        assert_eq!(reply.status, 429);
        assert_eq!(
            reply.retry_after(),
            wait.map(Duration::from_secs),
            "{headers}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let target = serve(|_, _| Do::Say(ok())).await;
    let location = format!("location: http://{}/\r\n", target.address);
    let server = serve(move |_, _| Do::Say(answer("302 Found", &location, ""))).await;
    let reply = Http::new().call(&call(&server)).await.expect("answers");
    assert_eq!(reply.status, 302);
    assert_eq!(target.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_key_shows_neither_in_a_call_nor_in_an_error() {
    let server = serve(|_, _| Do::Say(ok())).await;
    let secret = Secret::new("oek_1_tops3cret\n");
    let with_key = Call {
        bearer: Some(&secret),
        ..call(&server)
    };
    let error = Http::new().call(&with_key).await.expect_err("no header");
    for shown in [format!("{with_key:?}"), format!("{error:?} {error}")] {
        assert!(!shown.contains("tops3cret"), "{shown}");
    }
    let good = Secret::new("oek_1_tops3cret");
    let request = Call {
        bearer: Some(&good),
        ..call(&server)
    }
    .request()
    .expect("a request");
    assert!(!format!("{request:?}").contains("tops3cret"));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_nothing_by_https() {
    let server = serve(|_, _| Do::Say(ok())).await;
    let secret = Secret::new("oek_1_tops3cret");
    let by_tls = Call {
        url: format!("https://{}/x", server.address),
        bearer: Some(&secret),
        ..call(&server)
    };
    let error = Http::new().call(&by_tls).await.expect_err("no TLS");
    let fails = matches!(error, CloudError::Unreachable(_) | CloudError::TimedOut(_));
    assert!(fails, "{error:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}
