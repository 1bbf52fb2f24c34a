//! The device's side: an outbox that is durable before it is sent and kept until it is settled,
//! and the rows of the location, complete to a cursor.
//!
//! Invariants: a sequence is used once in an incarnation; what is sent again has the id it had; an
//! operation leaves the outbox in the transaction that says what became of it. The shell commits
//! [`Effects::persist`] before it sends, and where a commit fails drops the client and restores it.

mod age;
mod config;
mod line;
mod pull;
mod push;
mod record;
mod settle;
mod state;

pub use age::AgeMark;
pub use config::ClientConfig;
pub use record::{Draft, NotRecorded, Pressure, Standing, at_stake};
pub use state::{
    Attention, Effects, Event, Failure, Identity, Notice, Now, Pending, Send, Stored, Why, Write,
};

use crate::route::Moment;
use age::Age;
use line::Line;
use olympus_proto::LocationId;
use olympus_proto::sync::{Cursor, DeviceId, OperationId};
use pull::Pages;
use push::Flight;
use std::collections::BTreeMap;

/// One device's sync.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    identity: Identity,
    /// By sequence: the order in which they are sent.
    outbox: BTreeMap<u64, Pending>,
    /// What of value is in it, summed as it comes and goes: it is asked for with each sale.
    waiting: i128,
    /// What counts against the caps of it.
    capped: i128,
    /// Where an operation is in the outbox.
    sequences: BTreeMap<OperationId, u64>,
    attention: BTreeMap<OperationId, Attention>,
    cursor: Option<Cursor>,
    complete_to: u64,
    age: Age,
    /// Version that is spoken.
    speaks: u16,
    /// Number of the latest request.
    requests: u64,
    /// Every sequence up to this one is under way.
    sent_to: u64,
    flights: BTreeMap<u64, Flight>,
    /// One batch at a time, until something is settled.
    careful: bool,
    /// One operation at a time up to this sequence: one of them is refused without a reason.
    alone_to: u64,
    /// How often the first one failed alone, while the authority answered pulls.
    broken: u32,
    /// How often it failed even on one that was given up.
    doubts: u32,
    /// The authority has answered a pull since an operation failed alone.
    answered: bool,
    register: bool,
    registering: Option<(u64, Moment)>,
    /// A request under way: its number, its deadline and whether it asked for all.
    pulling: Option<(u64, Moment, bool)>,
    expired: bool,
    /// The last answer had all that there was.
    abreast: bool,
    /// A snapshot that goes on.
    pages: Option<Pages>,
    pull_at: Moment,
    line: Line,
    pull_line: Line,
    last_success: Option<Moment>,
}

impl Client {
    /// A device that was never set up.
    #[must_use]
    pub fn set_up(
        config: ClientConfig,
        device: DeviceId,
        location: LocationId,
        now: Now,
    ) -> (Self, Effects) {
        let identity = Identity::new(device, location);
        let persist = vec![Write::Identity(identity.clone())];
        let stored = Stored {
            identity,
            outbox: Vec::new(),
            attention: Vec::new(),
            cursor: None,
            age: AgeMark::default(),
        };
        let (client, effects) = Self::restore(config, stored, now);
        (client, Effects { persist, ..effects })
    }

    /// A device from what is on its disk: at its start, and after a commit that failed. Whatever
    /// was under way is sent again.
    #[must_use]
    pub fn restore(config: ClientConfig, stored: Stored, now: Now) -> (Self, Effects) {
        let (cursor, complete_to) = stored.cursor.unzip();
        let operations = || stored.outbox.iter().map(|pending| &pending.operation);
        let waiting = operations().map(record::worth).sum();
        let capped = operations().map(record::capped).sum();
        let sequences = stored.outbox.iter();
        let sequences = sequences.map(|it| (it.operation.id.clone(), it.operation.sequence));
        let client = Self {
            sequences: sequences.collect(),
            waiting,
            capped,
            outbox: stored
                .outbox
                .into_iter()
                .map(|it| (it.operation.sequence, it))
                .collect(),
            attention: stored
                .attention
                .into_iter()
                .map(|it| (it.operation.id.clone(), it))
                .collect(),
            cursor,
            complete_to: complete_to.unwrap_or(0),
            age: Age::restore(stored.age, now),
            speaks: config.newest,
            // From anywhere, so that an answer to a request of a life before is not taken for one to
            // a request of this.
            requests: now.draw.0 >> 1,
            sent_to: 0,
            flights: BTreeMap::new(),
            careful: false,
            alone_to: 0,
            broken: 0,
            doubts: 0,
            answered: false,
            register: stored.identity.incarnation.0 == 0,
            registering: None,
            pulling: None,
            expired: false,
            abreast: false,
            pages: None,
            pull_at: now.moment,
            line: Line::default(),
            pull_line: Line::default(),
            last_success: None,
            identity: stored.identity,
            config,
        };
        let effects = Effects {
            wake: Some(now.moment),
            ..Effects::default()
        };
        (client, effects)
    }

    /// Takes what happened and says what to persist, then to send, and when to call again.
    #[must_use]
    pub fn on(&mut self, event: Event, now: Now) -> Effects {
        let mut effects = Effects::default();
        match event {
            Event::Tick => {}
            Event::Changed => self.pull_at = now.moment,
            Event::Reached => {
                self.line.reached();
                self.pull_line.reached();
            }
            Event::Registered { request, answer } => {
                self.registered(request, &answer, &mut effects);
            }
            Event::Pushed { request, answer } => self.pushed(request, answer, now, &mut effects),
            Event::Pulled { request, answer } => self.pulled(request, answer, now, &mut effects),
            Event::Failed { request, failure } => self.failed(request, failure, now, &mut effects),
        }
        self.overdue(now);
        if !self.outbox.is_empty() {
            effects.persist.extend(self.age.heartbeat(now));
        }
        self.send(now, &mut effects);
        effects.wake = self.wake(now);
        effects
    }

    /// Requests whose answer never came.
    fn overdue(&mut self, now: Now) {
        let late = |until: Moment| until <= now.moment;
        if self.flights.values().any(|flight| late(flight.until)) {
            self.rewind();
            self.line.fails(&self.config, now, None);
        }
        if self.registering.is_some_and(|(_, until)| late(until)) {
            self.registering = None;
            self.line.fails(&self.config, now, None);
        }
        if self.pulling.is_some_and(|(_, until, _)| late(until)) {
            self.pulling = None;
            self.pull_line.fails(&self.config, now, None);
        }
    }

    fn send(&mut self, now: Now, effects: &mut Effects) {
        if self.line.open(now) {
            if self.register {
                self.send_register(now, effects);
            } else {
                self.send_batches(now, effects);
            }
        }
        self.send_pull(now, effects);
    }

    /// When there is something to do though nothing happens.
    fn wake(&self, now: Now) -> Option<Moment> {
        let flights = self.flights.values().map(|flight| flight.until);
        let register = self.registering.map(|(_, until)| until);
        let pull = match self.pulling {
            Some((_, until, _)) => until,
            None => self.pull_at.max(self.pull_line.until()),
        };
        let waits = self.register && self.registering.is_none() || self.unsent();
        let line = waits
            .then(|| self.line.until())
            .filter(|until| *until > now.moment);
        flights.chain(register).chain([pull]).chain(line).min()
    }

    fn request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Speaks what both do; says so where there is nothing.
    fn negotiate(&mut self, oldest: u16, newest: u16, effects: &mut Effects) {
        let common = newest.min(self.config.newest);
        if common >= oldest.max(self.config.oldest) {
            self.speaks = common;
        } else {
            effects
                .notices
                .push(Notice::Incompatible { oldest, newest });
        }
    }

    /// The operations that wait, in their order.
    pub fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.outbox.values()
    }

    /// What a person has to settle.
    pub fn attention(&self) -> impl Iterator<Item = &Attention> {
        self.attention.values()
    }

    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }
}

#[cfg(test)]
mod tests;
