//! Sending: batches in flight, again after a failure, one by one where one of them is poison.

use super::{Client, Effects, Failure, Now, Pending, Send, Write};
use crate::route::Moment;
use olympus_proto::sync::{Fields, Operation, Push, Register};

/// Most doublings of how often an operation may fail.
const MOST_DOUBTS: u32 = 8;

/// A push under way.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) until: Moment,
}

impl Pending {
    /// As it is sent.
    fn told(&self) -> Operation {
        if !self.given_up {
            return self.operation.clone();
        }
        Operation {
            given_up: true,
            payload: Fields::new(),
            ..self.operation.clone()
        }
    }
}

impl Client {
    pub(super) fn unsent(&self) -> bool {
        let last = self.outbox.last_key_value().map(|(sequence, _)| *sequence);
        last.is_some_and(|last| last > self.sent_to)
    }

    pub(super) fn send_register(&mut self, now: Now, effects: &mut Effects) {
        if self.registering.is_some() {
            return;
        }
        let request = self.request();
        self.registering = Some((request, now.moment.after(self.config.timeout)));
        let register = Register {
            version: self.config.newest,
            device: self.identity.device.clone(),
            location: self.identity.location.clone(),
        };
        effects.send.push(Send::Register(request, register));
    }

    pub(super) fn send_batches(&mut self, now: Now, effects: &mut Effects) {
        loop {
            let first = self.sent_to.saturating_add(1);
            let next = self
                .outbox
                .range(first..)
                .next()
                .map(|(sequence, _)| *sequence);
            let Some(next) = next else { return };
            let alone = next <= self.alone_to;
            let most = if alone || self.careful {
                1
            } else {
                self.config.most_in_flight
            };
            if self.flights.len() >= most {
                return;
            }
            let size = if alone { 1 } else { self.config.batch.max(1) };
            let batch = self.outbox.range(first..).take(size);
            let operations: Vec<_> = batch.map(|(_, pending)| pending.told()).collect();
            let last = operations.last().map_or(next, |it| it.sequence);
            self.sent_to = last;
            let request = self.request();
            let until = now.moment.after(self.config.timeout);
            self.flights.insert(
                request,
                Flight {
                    first: next,
                    last,
                    until,
                },
            );
            let push = Push {
                version: self.speaks,
                device: self.identity.device.clone(),
                incarnation: self.identity.incarnation,
                operations,
            };
            effects.send.push(Send::Push(request, push));
        }
    }

    /// Sends everything again that is not settled, one batch at a time.
    pub(super) fn rewind(&mut self) {
        self.flights.clear();
        self.sent_to = 0;
        self.careful = true;
    }

    pub(super) fn failed(
        &mut self,
        request: u64,
        failure: Failure,
        now: Now,
        effects: &mut Effects,
    ) {
        let asked = match failure {
            Failure::Busy(wait) => Some(wait),
            Failure::Silent | Failure::Broken => None,
        };
        if self.pulling.is_some_and(|(number, ..)| number == request) {
            self.pulling = None;
            self.pull_line.fails(&self.config, now, asked);
        } else if self
            .registering
            .is_some_and(|(number, _)| number == request)
        {
            self.registering = None;
            self.line.fails(&self.config, now, asked);
        } else if let Some(flight) = self.flights.remove(&request) {
            if failure == Failure::Broken {
                self.suspect(&flight, now, effects);
            }
            self.rewind();
            self.line.fails(&self.config, now, asked);
        }
    }

    /// The authority failed on these. Which of them it is, is found by sending them alone; and if
    /// it fails even where nothing is to be done, it is none of them.
    ///
    /// An authority that fails on everything makes no poison: a failure counts only where it has
    /// answered a pull since the one before. And each time that it is none of them, the next one
    /// is believed half as soon.
    fn suspect(&mut self, flight: &Flight, now: Now, effects: &mut Effects) {
        if flight.first != flight.last {
            self.alone_to = self.alone_to.max(flight.last);
            return;
        }
        let Some(pending) = self.outbox.get_mut(&flight.first) else {
            return;
        };
        self.pull_at = now.moment;
        let counts = std::mem::take(&mut self.answered);
        self.broken += u32::from(counts);
        let doubling = 1_u32 << self.doubts.min(MOST_DOUBTS);
        let believed = self.config.poison_after.saturating_mul(doubling);
        if pending.given_up || counts && self.broken >= believed {
            self.doubts += u32::from(pending.given_up);
            self.broken = 0;
            pending.given_up = !pending.given_up;
            effects.persist.push(Write::Put(pending.clone()));
        }
    }
}
