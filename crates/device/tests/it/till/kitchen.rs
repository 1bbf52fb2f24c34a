//! Screens of the kitchen.

use super::{id, till};
use crate::schema::check;
use crate::support::{PATIENCE, Server};
use olympus_device::keys::{KeyFile, Scope};
use serde_json::{Value, json};
use std::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Response, StatusCode};
use tokio_tungstenite::tungstenite::{self, HandshakeError, Message, WebSocket};

struct Screen(WebSocket<TcpStream>);

type Opened = Result<(Screen, Response<Option<Vec<u8>>>), StatusCode>;

fn open(server: &Server, headers: &[(&'static str, &str)]) -> Opened {
    let stream = TcpStream::connect(server.address).expect("connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let url = format!("ws://{}/v1/kitchen/live", server.address);
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a header");
        request.headers_mut().insert(*name, value);
    }
    match tungstenite::client(request, stream) {
        Ok((socket, response)) => Ok((Screen(socket), response)),
        Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => Err(response.status()),
        Err(error) => panic!("{error}"),
    }
}

fn screen(server: &Server) -> Screen {
    open(server, &[]).expect("is let in").0
}

impl Screen {
    fn next(&mut self) -> Value {
        loop {
            match self.0.read().expect("a message") {
                Message::Text(text) => {
                    let event = serde_json::from_str(&text).expect("JSON");
                    check("KitchenEvent", &event);
                    return event;
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_screen_is_told_all_and_then_each_change_in_its_order() {
    let server = till();
    let before = server.open_order(&json!([{"item": "ramen"}]), true);
    let mut screens: Vec<_> = (0..3).map(|_| screen(&server)).collect();
    for screen in &mut screens {
        let all = screen.next();
        assert_eq!(all["kind"], "all");
        assert_eq!(all["tickets"][0]["order"], before["id"]);
    }
    let after = server.open_order(&json!([{"item": "cola", "note": "no ice"}]), true);
    let ticket = server.get("/v1/kitchen/tickets").ok()["tickets"][1].clone();
    for state in ["cooking", "ready", "cooking", "done"] {
        let path = format!("/v1/kitchen/tickets/{}/state", id(&ticket));
        let moved = server.write("POST", &path, &json!({"state": state})).ok();
        check("Ticket", &moved);
    }
    for screen in &mut screens {
        for state in ["new", "cooking", "ready", "cooking", "done"] {
            let event = screen.next();
            assert_eq!(event["kind"], "ticket");
            assert_eq!(event["ticket"]["order"], after["id"]);
            assert_eq!(event["ticket"]["state"], state);
        }
    }
    let left = server.get("/v1/kitchen/tickets").ok();
    assert_eq!(
        left["tickets"].as_array().map(Vec::len),
        Some(1),
        "the done one left"
    );
}

#[test]
fn a_voided_line_reaches_the_screen() {
    let server = till();
    let mut screen = screen(&server);
    screen.next();
    let order = server.open_order(&json!([{"item": "ramen"}, {"item": "cola"}]), true);
    assert_eq!(screen.next()["ticket"]["lines"][0]["voided"], false);
    let line = order["lines"][0]["line"].as_str().expect("a line");
    let path = format!("/v1/orders/{}/lines/{line}", id(&order));
    server
        .write("PATCH", &path, &json!({"void": "sent back"}))
        .ok();
    assert_eq!(screen.next()["ticket"]["lines"][0]["voided"], true);
}

#[test]
fn a_screen_that_is_slow_is_told_all_anew_and_nothing_piles_up() {
    let server = till();
    let mut screen = screen(&server);
    assert_eq!(screen.next()["kind"], "all");
    let order = server.open_order(&json!([{"item": "ramen", "note": "x".repeat(200)}]), true);
    let ticket = server.get("/v1/kitchen/tickets").ok()["tickets"][0].clone();
    let path = format!("/v1/kitchen/tickets/{}/state", id(&ticket));
    // Far more than the socket's buffers and the channel hold together would need many megabytes;
    // the last state has to come, by whichever message.
    for n in 0..400 {
        let state = if n % 2 == 0 { "cooking" } else { "ready" };
        server.write("POST", &path, &json!({"state": state})).ok();
    }
    server.write("POST", &path, &json!({"state": "new"})).ok();
    let mut last = Value::Null;
    let mut messages = 0;
    while last != "new" || messages < 3 {
        let event = screen.next();
        messages += 1;
        last = match event["kind"].as_str() {
            Some("all") => event["tickets"][0]["state"].clone(),
            _ => event["ticket"]["state"].clone(),
        };
        assert!(messages <= 403, "{order}");
    }
}

#[test]
fn a_screen_ends_with_the_server_and_does_not_hold_it_up() {
    let mut server = till();
    let mut screen = screen(&server);
    screen.next();
    let begun = std::time::Instant::now();
    server.begin_stop();
    let ended = loop {
        match screen.0.read() {
            Ok(Message::Close(frame)) => break frame.map(|frame| u16::from(frame.code)),
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(ended, Some(1001), "going away");
    drop(server);
    assert!(begun.elapsed() < std::time::Duration::from_secs(9));
}

#[test]
fn a_browser_shows_its_key_among_the_subprotocols() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = KeyFile::in_dir(dir.path());
    let (_, pos) = file.create("kitchen", Scope::Pos).expect("a key");
    let (_, kiosk) = file.create("kiosk", Scope::Kiosk).expect("a key");
    let server = Server::on(dir.path());
    let protocols = |key: &str| format!("olympus.kitchen, key.{key}");
    let (mut screen, response) =
        open(&server, &[("sec-websocket-protocol", &protocols(&pos))]).expect("is let in");
    let chosen = response.headers().get("sec-websocket-protocol");
    assert_eq!(
        chosen.map(HeaderValue::as_bytes),
        Some(&b"olympus.kitchen"[..])
    );
    assert_eq!(screen.next(), json!({"kind": "all", "tickets": []}));
    let bearer = format!("Bearer {pos}");
    assert!(open(&server, &[("authorization", &bearer)]).is_ok());
    let refused = |headers: &[(&'static str, &str)]| open(&server, headers).err();
    assert_eq!(refused(&[]), Some(StatusCode::UNAUTHORIZED));
    let wrong = protocols("oe_00000000_wrong");
    assert_eq!(
        refused(&[("sec-websocket-protocol", &wrong)]),
        Some(StatusCode::UNAUTHORIZED)
    );
    let small = protocols(&kiosk);
    assert_eq!(
        refused(&[("sec-websocket-protocol", &small)]),
        Some(StatusCode::FORBIDDEN)
    );
    let elsewhere = server.send(
        "GET",
        "/v1/orders",
        &[("sec-websocket-protocol", &protocols(&pos))],
        b"",
    );
    assert_eq!(elsewhere.code(), "unauthorized", "nowhere else is it a key");
}

#[test]
fn a_page_of_another_origin_does_not_see_the_kitchen() {
    let server = till();
    let foreign = open(&server, &[("origin", "http://evil.example")]).err();
    assert_eq!(foreign, Some(StatusCode::FORBIDDEN));
    let own = format!("http://{}", server.address);
    assert!(open(&server, &[("origin", &own)]).is_ok());
}

#[test]
fn as_many_screens_as_may_be_and_a_place_is_given_back() {
    let server = till();
    let mut screens: Vec<_> = (0..32).map(|_| screen(&server)).collect();
    assert_eq!(
        open(&server, &[]).err(),
        Some(StatusCode::TOO_MANY_REQUESTS)
    );
    drop(screens.pop());
    let end = std::time::Instant::now() + PATIENCE;
    let again = loop {
        match open(&server, &[]) {
            Ok(again) => break again,
            Err(_) => assert!(
                std::time::Instant::now() < end,
                "the place is never given back"
            ),
        }
    };
    drop(again);
}
