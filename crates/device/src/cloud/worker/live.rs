//! The location's socket: what happens there is heard at once.
//!
//! Invariant: a socket that is silent is not trusted: it is asked, and where no answer comes in
//! time it is given up. Who listened before fetches anew whatever it may have missed; numbers of
//! events are not kept. Never says anything but pings.

use super::super::error::{CloudError, one_line};
use super::super::http::Call;
use super::super::location::{TillEvent, TillEvents};
use futures_util::{SinkExt, StreamExt};
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use serde::Deserialize;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Silence after which the other side is asked.
const QUIET: Duration = Duration::from_secs(8);
/// How long its answer is waited for.
const PATIENCE: Duration = Duration::from_secs(4);
/// Exactly this is answered without waking anything.
const PING: &str = r#"{"type":"ping"}"#;
/// Longest frame.
const MOST: usize = 64 * 1024;
/// Events that nobody took yet.
const WAITING: usize = 64;

/// A frame of the server's.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Event {
        event: TillEvent,
    },
    #[serde(other)]
    Other,
}

/// Opens the socket that `call` tells of.
pub(super) async fn listen(call: Call<'_>) -> Result<TillEvents, CloudError> {
    let limit = call.timeout;
    let socket = timeout(limit, open(call))
        .await
        .map_err(|_| CloudError::TimedOut(limit))??;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(hear(socket, sender));
    Ok(receiver)
}

async fn open(call: Call<'_>) -> Result<Socket, CloudError> {
    // The address is `http` or `https`, see `BaseUrl`.
    let url = call.url.replacen("http", "ws", 1);
    let mut request = url.into_client_request().map_err(CloudError::unreachable)?;
    let headers = request.headers_mut();
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(super::super::http::AGENT),
    );
    if let Ok(id) = HeaderValue::from_str(call.request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if let Some(value) = call.authorization()? {
        headers.insert(AUTHORIZATION, value);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MOST))
        .max_frame_size(Some(MOST));
    match connect_async_with_config(request, Some(config), true).await {
        Ok((socket, _)) => Ok(socket),
        Err(error) => Err(refused(error)),
    }
}

/// What a handshake that failed means; as of any other call.
fn refused(error: Error) -> CloudError {
    let Error::Http(response) = error else {
        return CloudError::unreachable(error);
    };
    let status = response.status();
    let message = one_line(status.canonical_reason().unwrap_or("no reason given"));
    match status.as_u16() {
        status @ (401 | 403) => CloudError::Unauthorized { status, message },
        429 | 503 => CloudError::Busy { retry_after: None },
        status => CloudError::Refused {
            status,
            code: "http".to_owned(),
            message,
        },
    }
}

/// Passes on what is heard until nobody listens any more or nothing is heard.
async fn hear(mut socket: Socket, sender: mpsc::Sender<TillEvent>) {
    let mut asked = false;
    let mut until = Instant::now() + QUIET;
    loop {
        let heard = tokio::select! {
            heard = socket.next() => heard,
            () = sender.closed() => break,
            () = sleep_until(until) => {
                if asked || socket.send(Message::text(PING)).await.is_err() {
                    tracing::debug!("the location's socket is silent; it is given up");
                    break;
                }
                asked = true;
                until = Instant::now() + PATIENCE;
                continue;
            }
        };
        asked = false;
        until = Instant::now() + QUIET;
        match heard {
            Some(Ok(Message::Text(text))) => {
                // What cannot be read is of a later version; it is no reason to hear nothing.
                if let Ok(Frame::Event { event }) = serde_json::from_str(&text)
                    && sender.send(event).await.is_err()
                {
                    break;
                }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            Some(Ok(_)) => {}
        }
    }
    let _ = timeout(PATIENCE, socket.close(None)).await;
}

#[cfg(test)]
mod tests {
    use super::{Call, CloudError, Frame, TillEvent, listen};
    use bytes::Bytes;
    use hyper::Method;
    use std::time::Duration;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_socket_over_tls_that_breaks_is_a_line_that_is_down() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        let call = Call {
            method: Method::GET,
            url: format!("https://{address}/live?topics=till"),
            bearer: None,
            request_id: "till-listen-1",
            timeout: Duration::from_secs(10),
            content_type: None,
            header: None,
            body: Bytes::new(),
            most: 0,
            idempotent: true,
        };
        let opened = listen(call).await;
        assert!(
            matches!(opened, Err(CloudError::Unreachable(_))),
            "{opened:?}"
        );
    }

    #[test]
    fn frames_are_events_or_of_no_matter() {
        let read = |text: &str| serde_json::from_str::<Frame>(text).ok();
        let event = r#"{"type":"event","seq":9,"at_ms":1,"topic":"till","event":{"kind":"keys","number":3}}"#;
        assert!(matches!(
            read(event),
            Some(Frame::Event {
                event: TillEvent::Keys { number: 3 }
            })
        ));
        for other in [
            r#"{"type":"hello","seq":8,"topics":["till"]}"#,
            r#"{"type":"pong"}"#,
            r#"{"type":"reset","seq":8}"#,
        ] {
            assert!(matches!(read(other), Some(Frame::Other)), "{other}");
        }
    }
}
