//! A location's authority that is not there, for tests: the real rules of sync and of grants, in
//! memory, behind a line that is as bad as it is told to be.
//!
//! Invariant: what was answered was done, and what was done is kept as long as this lives, whatever
//! becomes of the answer: a request may be done though its answer is lost, and be done again though
//! it was answered. Uses the wall clock, as the Worker does.

mod api;
mod book;
mod seals;

use super::super::location::TillEvent;
use book::Book;
use fastrand::Rng;
use olympus_core::grant::Refusal;
use olympus_proto::edge::PublishRequest;
use olympus_proto::grant::{Revoked, TenderKind, TerminalId};
use olympus_proto::location::TerminalReport;
use olympus_proto::pos::{Direction, PaymentId, PaymentState};
use olympus_proto::sync::{Entity, EntityKind, Fields, OperationId, Row};
use olympus_proto::{Cents, LocationId};
use seals::Seals;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;

/// Events that a listener may be behind.
const BEHIND: usize = 256;

/// How the line is.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    /// Nothing passes.
    pub cut: bool,
    /// Longest time that a request takes; each takes some part of it.
    pub delay: Duration,
    /// Part of the requests that do not arrive, 0 to 1.
    pub lost: f64,
    /// Part of the answers that do not arrive, 0 to 1.
    pub unanswered: f64,
    /// Part of the requests that arrive twice, 0 to 1.
    pub doubled: f64,
    /// Part of the requests that the authority fails on, 0 to 1.
    pub broken: f64,
    /// Nobody can listen: events are not heard.
    pub deaf: bool,
    /// Sockets stay open, and events get lost.
    pub mute: bool,
}

impl Default for Wire {
    /// A good line.
    fn default() -> Self {
        Self {
            cut: false,
            delay: Duration::from_millis(2),
            lost: 0.0,
            unanswered: 0.0,
            doubled: 0.0,
            broken: 0.0,
            deaf: false,
            mute: false,
        }
    }
}

/// The simulation.
pub struct SimulatedLocation {
    state: Mutex<State>,
    news: broadcast::Sender<Heard>,
}

/// What goes over the sockets.
#[derive(Debug, Clone, Copy)]
enum Heard {
    Event(TillEvent),
    Cut,
}

struct State {
    wire: Wire,
    draw: Rng,
    book: Book,
    seals: Seals,
    terminals: BTreeSet<TerminalId>,
    reports: Vec<TerminalReport>,
    receipts: BTreeMap<String, Vec<u8>>,
    /// Orders whose receipts are refused for good.
    unwanted: BTreeSet<String>,
    menu: Option<PublishRequest>,
    /// What the payment provider has taken.
    taken: BTreeMap<PaymentId, Cents>,
    /// Payments that ledgers named, by the upload.
    uploads: BTreeMap<String, BTreeSet<PaymentId>>,
    calls: u64,
}

impl fmt::Debug for SimulatedLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedLocation")
            .field("wire", &self.state().wire)
            .finish_non_exhaustive()
    }
}

impl SimulatedLocation {
    /// A location that begins now, its line drawn from `seed`.
    ///
    /// # Errors
    /// [`Refusal`] where the wall clock is far off: nothing can be signed.
    pub fn new(seed: u64, location: LocationId) -> Result<Self, Refusal> {
        Ok(Self {
            state: Mutex::new(State {
                wire: Wire::default(),
                draw: Rng::with_seed(seed),
                book: Book::default(),
                seals: Seals::new(location, now_ms())?,
                terminals: BTreeSet::new(),
                reports: Vec::new(),
                receipts: BTreeMap::new(),
                unwanted: BTreeSet::new(),
                menu: None,
                taken: BTreeMap::new(),
                uploads: BTreeMap::new(),
                calls: 0,
            }),
            news: broadcast::channel(BEHIND).0,
        })
    }

    /// From now on the line is so. Sockets break where it is cut or deaf.
    pub fn wire(&self, wire: Wire) {
        let breaks = wire.cut || wire.deaf;
        self.state().wire = wire;
        if breaks {
            self.say(Heard::Cut);
        }
    }

    /// Revokes more; the list's number.
    ///
    /// # Errors
    /// [`Refusal`] where no list can hold it.
    pub fn revoke(&self, added: Revoked) -> Result<u64, Refusal> {
        let number = self.state().seals.revoke(added, now_ms())?;
        self.say(Heard::Event(TillEvent::Revocations { number }));
        Ok(number)
    }

    /// Another menu answers.
    pub fn publish(&self, menu: PublishRequest) {
        self.state().menu = Some(menu);
        self.say(Heard::Event(TillEvent::MenuLive));
    }

    /// Whoever misses a change of the list has to ask for all of it.
    pub fn forget_deltas(&self) {
        self.state().seals.forget_deltas();
    }

    /// From now on these versions of sync are spoken.
    pub fn speaks(&self, oldest: u16, newest: u16) {
        self.state().book.speaks(oldest, newest);
    }

    /// The location knows no terminal any more.
    pub fn forget_terminals(&self) {
        self.state().terminals.clear();
    }

    /// Whoever pulls next gets a snapshot.
    pub fn forget_changes(&self) {
        let mut state = self.state();
        state.book.forget_changes();
        let head = state.book.head();
        drop(state);
        self.say(Heard::Event(TillEvent::Changed { head }));
    }

    /// The next key signs; the number of the set.
    ///
    /// # Errors
    /// [`Refusal`] where no key waits.
    pub fn rotate(&self) -> Result<u64, Refusal> {
        let number = self.state().seals.rotate(now_ms())?;
        self.say(Heard::Event(TillEvent::Keys { number }));
        Ok(number)
    }

    /// Grants live so long from now on.
    pub fn grants_live(&self, life: Duration) {
        let life_ms = u64::try_from(life.as_millis()).unwrap_or(u64::MAX);
        self.state().seals.grants_live(life_ms);
    }

    /// How many grants were given.
    #[must_use]
    pub fn granted(&self) -> usize {
        self.state().seals.granted()
    }

    /// All that is not settled is: the provider takes what is of cards; how many.
    pub fn settle(&self) -> usize {
        let mut state = self.state();
        let open: Vec<_> = (state.book.rows(EntityKind::Payment))
            .filter(|row| payment_state(row) == Some(PaymentState::Requested))
            .map(|row| (row.entity.clone(), is_card(row).then(|| signed_cents(row))))
            .collect();
        for (entity, taken) in &open {
            let payment = PaymentId::from(entity.id.as_str());
            let set = Fields::from([
                ("state".to_owned(), json!(PaymentState::Approved)),
                (
                    "provider_reference".to_owned(),
                    json!(format!("ref-{}", entity.id)),
                ),
            ]);
            if let Some(cents) = taken {
                state.taken.insert(payment, *cents);
            }
            state.book.decree(entity.clone(), set);
        }
        let head = state.book.head();
        drop(state);
        self.say(Heard::Event(TillEvent::Changed { head }));
        open.len()
    }

    /// The cloud's own change to a row.
    pub fn decree(&self, entity: Entity, set: Fields) {
        let mut state = self.state();
        state.book.decree(entity, set);
        let head = state.book.head();
        drop(state);
        self.say(Heard::Event(TillEvent::Changed { head }));
    }

    /// Operations that were done, each time one was.
    #[must_use]
    pub fn done(&self) -> Vec<OperationId> {
        self.state().book.done().to_vec()
    }

    /// Operations that were put aside.
    #[must_use]
    pub fn dead(&self) -> usize {
        self.state().book.dead()
    }

    /// The rows of one kind.
    #[must_use]
    pub fn rows(&self, kind: EntityKind) -> Vec<Row> {
        self.state().book.rows(kind).cloned().collect()
    }

    /// What terminals said of themselves.
    #[must_use]
    pub fn reports(&self) -> Vec<TerminalReport> {
        self.state().reports.clone()
    }

    /// Ids of the receipts that are kept.
    #[must_use]
    pub fn receipts(&self) -> Vec<String> {
        self.state().receipts.keys().cloned().collect()
    }

    /// The receipt of this order is refused for good.
    pub fn refuse_receipt(&self, order: &str) {
        self.state().unwanted.insert(order.to_owned());
    }

    /// The provider forgets what it took for a payment, so that the books differ.
    pub fn untake(&self, payment: &PaymentId) {
        self.state().taken.remove(payment);
    }

    fn say(&self, heard: Heard) {
        let unheard = {
            let state = self.state();
            let wire = &state.wire;
            (wire.cut || wire.deaf || wire.mute) && matches!(heard, Heard::Event(_))
        };
        if !unheard {
            // Nobody listens where nobody does.
            let _ = self.news.send(heard);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

fn payment_state(row: &Row) -> Option<PaymentState> {
    serde_json::from_value(row.fields.get("state")?.clone()).ok()
}

fn is_card(row: &Row) -> bool {
    row.fields.get("tender") == Some(&json!(TenderKind::Card))
}

/// Amount and tip, negative for refunds.
fn signed_cents(row: &Row) -> Cents {
    let number = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_i64);
    let sum = number("amount_cents").unwrap_or_default() + number("tip_cents").unwrap_or_default();
    let direction = row.fields.get("direction").cloned();
    let direction = direction.and_then(|value| serde_json::from_value(value).ok());
    match direction {
        Some(Direction::Refund) => Cents(-sum),
        _ => Cents(sum),
    }
}
