//! The object `Live`, one per location: its screens, its marks, its tickets.
//!
//! Invariant: it decides, writes and sends without awaiting in between, so events have one order
//! for all, and a socket that joins sees each event once: in the replay or live. It trusts its
//! caller, which is the Worker alone; it never authenticates.

use super::call::{self, Caller};
use super::event::{self, BadTopics, Event, Frame, Replay, Topic};
use super::socket::{self, Fault, Guard};
use super::store::{Logged, Overrides, Store, StoreError, TicketRow};
use crate::http::error::{EdgeError, log};
use crate::http::time::now_ms;
use olympus_core::rate_limit::QuotaSettings;
use olympus_proto::{ErrorCode, ItemId};
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use worker::{
    DurableObject, Env, Request, Response, State, WebSocket, WebSocketIncomingMessage,
    WebSocketPair, durable_object,
};

/// Screens of one location.
const SOCKETS: usize = 2_000;
/// A screen has nothing to say; this leaves room for a ping that is not the automatic one.
const QUOTA: QuotaSettings = QuotaSettings {
    burst: 10,
    rate: 1,
    per_ms: 1_000,
};

/// Body of `/publish`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Publish {
    pub(super) event: Event,
}

/// Answer of `/publish`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Published {
    pub(super) seq: u64,
}

/// Body of `/sold-out`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) item: ItemId,
    pub(super) sold_out: Option<bool>,
}

/// Answer of `/sold-out`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Marked {
    pub(super) version: u64,
}

/// Body of `/ticket`; the object's clock says when it ends.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NewTicket {
    pub(super) hash: String,
    pub(super) target: String,
    pub(super) principal: String,
    pub(super) ttl_ms: u64,
}

/// Body of `/redeem`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Redeem {
    pub(super) hash: String,
    pub(super) target: String,
}

/// Answer of `/redeem`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Redeemed {
    pub(super) principal: Option<String>,
}

/// Nothing to say.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Done {}

/// What is wanted of the object by a query.
#[derive(Debug, Deserialize)]
struct Watch {
    topics: Option<String>,
    after: Option<u64>,
}

/// Live updates of one location.
#[durable_object(websocket)]
pub struct Live {
    state: State,
    age_ms: u64,
    store: OnceCell<Store>,
}

impl DurableObject for Live {
    fn new(state: State, env: Env) -> Self {
        if let Some(pair) = socket::auto_pong() {
            state.set_websocket_auto_response(&pair);
        }
        Self {
            state,
            age_ms: socket::age_ms(&env),
            store: OnceCell::new(),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        match request.path().as_str() {
            "/publish" => {
                let body: Publish = request.json().await?;
                call::answer(self.publish(body.event))
            }
            "/overrides" => call::answer(self.overrides()),
            "/sold-out" => {
                let mark: Mark = request.json().await?;
                call::answer(self.mark(mark))
            }
            "/ticket" => {
                let ticket: NewTicket = request.json().await?;
                call::answer(self.keep_ticket(ticket))
            }
            "/redeem" => {
                let redeem: Redeem = request.json().await?;
                call::answer(self.redeem(&redeem))
            }
            "/watch" => match self.watch(&request) {
                Ok(response) => Ok(response),
                Err(error) => call::refused(error),
            },
            _ => call::refused(EdgeError::not_found("no such call")),
        }
    }

    async fn websocket_message(
        &self,
        ws: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> worker::Result<()> {
        let mut guard = guard(&ws);
        if socket::retire(&ws, &guard, self.age_ms) {
            return Ok(());
        }
        let fault = match guard.admit(&message, QUOTA, now_ms()) {
            Ok(text) if is_ping(text) => {
                socket::send_text(&ws, socket::PONG);
                guard.forgive();
                None
            }
            Ok(_) => Some(Fault::Malformed(
                "this socket only listens; it takes {\"type\":\"ping\"}".into(),
            )),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            socket::punish(&ws, &mut guard, &fault, Vec::new());
        }
        ws.serialize_attachment(guard)
    }

    async fn websocket_close(
        &self,
        ws: WebSocket,
        code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> worker::Result<()> {
        socket::close(&ws, socket::closing_code(code), "");
        Ok(())
    }

    async fn websocket_error(&self, ws: WebSocket, error: worker::Error) -> worker::Result<()> {
        worker::console_debug!("live socket: {error}");
        socket::close(&ws, 1011, "");
        Ok(())
    }
}

/// What guards a socket. One whose attachment cannot be read is too old: it is retired by itself,
/// and keeps nothing from the others.
fn guard(ws: &WebSocket) -> Guard {
    let read = ws.deserialize_attachment().unwrap_or_else(|error| {
        log(&format!("a socket's attachment: {error}"));
        None
    });
    read.unwrap_or_default()
}

/// Whether a message is a ping that was not written as the automatic one.
fn is_ping(text: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
    enum Heard {
        Ping {},
    }
    matches!(serde_json::from_str(text), Ok(Heard::Ping {}))
}

impl From<StoreError> for EdgeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(message) => call::overloaded(message),
            StoreError::Storage(error) => error.into(),
        }
    }
}

impl From<BadTopics> for EdgeError {
    fn from(error: BadTopics) -> Self {
        let code = match error {
            BadTopics::Unknown(_) => ErrorCode::InvalidRequest,
            BadTopics::Forbidden(..) => ErrorCode::Forbidden,
        };
        EdgeError::new(code, error.to_string())
    }
}

impl From<Logged> for Frame {
    fn from(logged: Logged) -> Self {
        Self::Event {
            seq: logged.seq,
            at_ms: logged.at_ms,
            topic: logged.event.topic(),
            event: logged.event,
        }
    }
}

impl Live {
    fn store(&self) -> Result<&Store, EdgeError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = Store::open(self.state.storage().sql())?;
        Ok(self.store.get_or_init(|| store))
    }

    fn publish(&self, event: Event) -> Result<Published, EdgeError> {
        let logged = self.store()?.append(event, now_ms())?;
        let (seq, topic) = (logged.seq, logged.event.topic());
        let text = serde_json::to_string(&Frame::from(logged)).map_err(EdgeError::internal)?;
        for socket in self.state.get_websockets_with_tag(topic.as_str()) {
            let guard = guard(&socket);
            if !socket::retire(&socket, &guard, self.age_ms) {
                socket::send_text(&socket, &text);
            }
        }
        Ok(Published { seq })
    }

    fn overrides(&self) -> Result<Overrides, EdgeError> {
        Ok(self.store()?.overrides()?)
    }

    fn mark(&self, mark: Mark) -> Result<Marked, EdgeError> {
        let (version, changed) = self.store()?.set_sold_out(&mark.item, mark.sold_out)?;
        if changed {
            self.publish(Event::SoldOut {
                item: mark.item,
                sold_out: mark.sold_out,
                version,
            })?;
        }
        Ok(Marked { version })
    }

    fn keep_ticket(&self, ticket: NewTicket) -> Result<Done, EdgeError> {
        let now_ms = now_ms();
        let row = TicketRow {
            hash: ticket.hash,
            target: ticket.target,
            principal: ticket.principal,
            expires_ms: now_ms.saturating_add(ticket.ttl_ms),
        };
        self.store()?.put_ticket(&row, now_ms)?;
        Ok(Done {})
    }

    fn redeem(&self, redeem: &Redeem) -> Result<Redeemed, EdgeError> {
        let now_ms = now_ms();
        let ticket = self.store()?.take_ticket(&redeem.hash)?;
        Ok(Redeemed {
            principal: ticket
                .filter(|ticket| ticket.target == redeem.target && now_ms < ticket.expires_ms)
                .map(|ticket| ticket.principal),
        })
    }

    fn watch(&self, request: &Request) -> Result<Response, EdgeError> {
        let caller = Caller::of(request)?;
        let asked: Watch = request.query()?;
        let topics = event::topics(asked.topics.as_deref(), caller.scope)?;
        if self.state.get_websockets().len() >= SOCKETS {
            return Err(call::overloaded(
                "this location has as many screens as it may; close one",
            ));
        }
        let store = self.store()?;
        let (last, floor) = (store.last_seq()?, store.floor(&topics)?);
        let first = match event::replay(asked.after, floor, last) {
            Replay::Nothing => vec![],
            Replay::Reset => vec![Frame::Reset { seq: last }],
            Replay::After(seq) => store
                .events_after(seq, &topics)?
                .into_iter()
                .map(Frame::from)
                .collect(),
        };
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        let tags: Vec<&str> = topics.iter().map(|topic| Topic::as_str(*topic)).collect();
        self.state.accept_websocket_with_tags(&server, &tags);
        server.serialize_attachment(Guard::new(&caller))?;
        socket::send(&server, &Frame::Hello { seq: last, topics });
        for frame in &first {
            socket::send(&server, frame);
        }
        Ok(Response::from_websocket(client)?)
    }
}

#[cfg(test)]
mod tests {
    use super::is_ping;

    #[test]
    fn a_ping_says_nothing_else() {
        assert!(is_ping(r#"{ "type": "ping" }"#));
        for other in [
            "",
            "{}",
            r#""ping""#,
            r#"{"type":"pong"}"#,
            r#"{"type":"ping","after":3}"#,
        ] {
            assert!(!is_ping(other), "{other}");
        }
    }
}
