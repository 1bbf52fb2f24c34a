//! The object `Cart`: one cart, those who have it open, and what they do to it.
//!
//! Invariant: operations are done one message after another, each decided and written without
//! awaiting and only then told, so that all who watch see one order, and what they see is on disk.
//! Nothing but the row and the sockets' attachments is needed to go on after an eviction. It
//! trusts its caller, which is the Worker alone; it never authenticates.

use super::batch::{self, Done};
use super::message::{self, Ack, Frame, Heard, MAX_OPS, Ops, View};
use super::prices;
use super::room::{Seat, author, seat};
use super::store::{self, Kept};
use crate::http::error::{EdgeError, log};
use crate::http::time::now_ms;
use crate::http::var;
use crate::live::call::{self, Caller};
use crate::live::socket::{self, ErrorFrame, Fault};
use crate::live::{self, Event};
use olympus_core::cart::{Author, Operation};
use olympus_core::rate_limit::QuotaSettings;
use olympus_proto::{ErrorCode, LocationId};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::time::Duration;
use tokio::sync::Mutex;
use worker::{
    DurableObject, Env, Request, Response, State, WebSocket, WebSocketIncomingMessage,
    durable_object,
};

/// A quick hand taps five times a second; a client that comes back sends what it saved up.
const QUOTA: QuotaSettings = QuotaSettings {
    burst: 60,
    rate: 20,
    per_ms: 1_000,
};
/// How long a cart that nobody changes is kept, where the var `CART_IDLE_S` says nothing.
const IDLE_MS: u64 = 24 * 60 * 60 * 1_000;
/// The close code of a cart that is no more.
const GONE: u16 = 4404;

/// Body of `/create`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Create {
    pub(super) cart: String,
    pub(super) location: String,
    pub(super) table: Option<String>,
}

/// Body of `/view`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Look {}

/// One cart.
#[durable_object]
pub struct Cart {
    pub(super) state: State,
    env: Env,
    idle_ms: u64,
    pub(super) age_ms: u64,
    kept: RefCell<Option<Kept>>,
    /// First come, first served: looking a price up awaits, and the next message must not pass.
    turn: Mutex<()>,
    announcing: Cell<bool>,
    announce_again: Cell<bool>,
}

impl DurableObject for Cart {
    fn new(state: State, env: Env) -> Self {
        if let Some(pair) = socket::auto_pong() {
            state.set_websocket_auto_response(&pair);
        }
        Self {
            state,
            idle_ms: socket::span_ms(&var(&env, "CART_IDLE_S"), IDLE_MS),
            age_ms: socket::age_ms(&env),
            env,
            kept: RefCell::new(None),
            turn: Mutex::new(()),
            announcing: Cell::new(false),
            announce_again: Cell::new(false),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        match request.path().as_str() {
            "/create" => {
                let create: Create = request.json().await?;
                call::answer(self.create(create).await)
            }
            "/view" => call::answer(self.read(view)),
            "/ops" => {
                let caller = Caller::of(&request);
                let body: Ops = request.json().await?;
                call::answer(self.ops(caller, body).await)
            }
            "/join" => match self.join(&request) {
                Ok(response) => Ok(response),
                Err(error) => call::refused(error),
            },
            _ => call::refused(EdgeError::not_found("no such call")),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let touched_ms = match self.read(|kept| kept.touched_ms) {
            Ok(touched_ms) => touched_ms,
            Err(error) if error.code == ErrorCode::NotFound => return Response::empty(),
            Err(error) => return Err(worker::Error::RustError(error.message)),
        };
        let left_ms = touched_ms
            .saturating_add(self.idle_ms)
            .saturating_sub(now_ms());
        if left_ms > 0 {
            let later = Duration::from_millis(left_ms);
            self.state.storage().set_alarm(later).await?;
            return Response::empty();
        }
        *self.kept.borrow_mut() = None;
        self.state.storage().delete_all().await?;
        for socket in self.state.get_websockets() {
            socket::close(&socket, GONE, "nobody changed the cart for too long");
        }
        Response::empty()
    }

    async fn websocket_message(
        &self,
        ws: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> worker::Result<()> {
        let Some(mut seat) = seat(&ws) else {
            socket::close(&ws, 1011, "no seat");
            return Ok(());
        };
        if self.is_over(&ws, &seat) {
            return Ok(());
        }
        let heard = seat.guard.admit(&message, QUOTA, now_ms()).and_then(read);
        match &heard {
            Ok(_) => seat.guard.forgive(),
            Err(fault) => {
                let ids = message::named(&message);
                if socket::punish(&ws, &mut seat.guard, fault, ids) {
                    return Ok(());
                }
            }
        }
        // Before anything is awaited: the next message reads it.
        ws.serialize_attachment(&seat)?;
        match heard {
            Ok(Heard::Ops { ops }) => self.heard_ops(&ws, &seat, ops).await,
            Ok(Heard::Ping {}) => socket::send_text(&ws, socket::PONG),
            Ok(Heard::Since { version }) => self.catch_up(&ws, version),
            Err(_) => {}
        }
        Ok(())
    }

    async fn websocket_close(
        &self,
        ws: WebSocket,
        code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> worker::Result<()> {
        socket::close(&ws, socket::closing_code(code), "");
        self.tell_presence(Some(&ws));
        Ok(())
    }

    async fn websocket_error(&self, ws: WebSocket, error: worker::Error) -> worker::Result<()> {
        worker::console_debug!("cart socket: {error}");
        socket::close(&ws, 1011, "");
        self.tell_presence(Some(&ws));
        Ok(())
    }
}

/// A message of a client.
fn read(text: &str) -> Result<Heard, Fault> {
    let heard = serde_json::from_str(text).map_err(|error| Fault::Malformed(error.to_string()))?;
    match heard {
        Heard::Ops { ops } if !(1..=MAX_OPS).contains(&ops.len()) => {
            Err(Fault::Malformed(format!("send 1 to {MAX_OPS} operations")))
        }
        heard => Ok(heard),
    }
}

/// The cart as it is answered.
pub(super) fn view(kept: &Kept) -> View {
    View {
        cart: kept.cart.clone(),
        table: kept.table.clone(),
        shown: kept.state.snapshot().clone(),
    }
}

impl Cart {
    /// Reads the cart, from storage where it is not in memory.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Kept) -> T) -> Result<T, EdgeError> {
        if let Some(kept) = self.kept.borrow().as_ref() {
            return Ok(read(kept));
        }
        let kept = store::load(&self.state.storage().sql())?.ok_or_else(|| {
            EdgeError::not_found("there is no such cart here; make one with POST …/carts")
        })?;
        let answer = read(&kept);
        *self.kept.borrow_mut() = Some(kept);
        Ok(answer)
    }

    async fn create(&self, create: Create) -> Result<View, EdgeError> {
        let sql = self.state.storage().sql();
        if store::load(&sql)?.is_some() {
            return Err(EdgeError::new(
                ErrorCode::Conflict,
                "there is a cart of this id; make another",
            ));
        }
        let kept = Kept {
            location: create.location,
            cart: create.cart,
            table: create.table,
            touched_ms: now_ms(),
            state: olympus_core::cart::Cart::new(),
        };
        store::create(&sql, &kept)?;
        let answer = view(&kept);
        *self.kept.borrow_mut() = Some(kept);
        let idle = Duration::from_millis(self.idle_ms);
        self.state.storage().set_alarm(idle).await?;
        Ok(answer)
    }

    async fn ops(&self, caller: Result<Caller, EdgeError>, body: Ops) -> Result<Ack, EdgeError> {
        let author = author(&caller?.subject);
        let done = self.perform(body.ops, &author).await?;
        self.announce(&done).await;
        Ok(done.ack)
    }

    async fn heard_ops(&self, ws: &WebSocket, seat: &Seat, ops: Vec<Operation>) {
        let author = Author::from(seat.author.as_str());
        let ids = ops.iter().map(|operation| operation.id.clone()).collect();
        match self.perform(ops, &author).await {
            Ok(done) => {
                socket::send(ws, &Frame::Ack { ack: &done.ack });
                self.announce(&done).await;
            }
            Err(error) => socket::send(ws, &ErrorFrame::of_error(error, ids)),
        }
    }

    /// Does operations: looks up what they need, then decides, writes and tells in one go.
    async fn perform(&self, ops: Vec<Operation>, author: &Author) -> Result<Done, EdgeError> {
        let _turn = self.turn.lock().await;
        let (location, wanted) = self.read(|kept| {
            let location = LocationId::from(kept.location.as_str());
            (location, batch::wanted(&kept.state, &ops))
        })?;
        let dishes = prices::look_up(&self.env, &location, wanted).await?;
        // Nothing is awaited from here on. An alarm may have ended the cart meanwhile.
        let mut kept = self.read(Clone::clone)?;
        let before = kept.state.clone();
        let done = batch::apply(&mut kept.state, ops, author, &dishes);
        if kept.state != before {
            kept.touched_ms = now_ms();
            store::save(&self.state.storage().sql(), &kept)?;
            *self.kept.borrow_mut() = Some(kept);
        }
        if !done.applied.is_empty() {
            self.tell(&Frame::Ops {
                from: done.from,
                version: done.ack.version,
                total_cents: done.ack.total_cents,
                ops: &done.applied,
            });
        }
        Ok(done)
    }

    /// Tells the staff's screens, one call at a time; what changes meanwhile goes with the next.
    async fn announce(&self, done: &Done) {
        if done.applied.is_empty() {
            return;
        }
        if self.announcing.replace(true) {
            self.announce_again.set(true);
            return;
        }
        loop {
            self.announce_again.set(false);
            let news = self.read(|kept| {
                let event = Event::CartChanged {
                    cart: kept.cart.clone(),
                    table: kept.table.clone(),
                    version: kept.state.version(),
                    total_cents: kept.state.total().0,
                };
                (LocationId::from(kept.location.as_str()), event)
            });
            let Ok((location, event)) = news else { break };
            if let Err(error) = live::broadcast(&self.env, &location, event).await {
                log(&format!(
                    "screens were not told of a cart: {}",
                    error.message
                ));
            }
            if !self.announce_again.get() {
                break;
            }
        }
        self.announcing.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_OPS, read};
    use crate::live::socket::Fault;

    #[test]
    fn a_message_holds_a_bounded_number_of_operations() {
        let ops = |count: usize| {
            let one = r#"{"id":"o","base_version":0,"op":"clear"}"#;
            format!(r#"{{"type":"ops","ops":[{}]}}"#, vec![one; count].join(","))
        };
        assert!(read(&ops(1)).is_ok());
        assert!(read(&ops(MAX_OPS)).is_ok());
        for bad in [ops(0), ops(MAX_OPS + 1), "{".into()] {
            assert!(matches!(read(&bad), Err(Fault::Malformed(_))), "{bad}");
        }
    }
}
