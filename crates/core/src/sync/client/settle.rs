//! What became of operations: an answer is taken by id, whichever request it is to.

use super::record::{capped, worth};
use super::{Attention, Client, Effects, Event, Notice, Now, Pending, Why, Write};
use olympus_proto::sync::{Incarnation, Outcome, PushAnswer, Refusal, Registered, Settled};
use std::collections::BTreeMap;

impl Client {
    pub(super) fn pushed(
        &mut self,
        request: u64,
        answer: PushAnswer,
        now: Now,
        effects: &mut Effects,
    ) {
        // One that was taken for lost settles what it settles, and decides nothing else.
        let current = self.flights.remove(&request).is_some();
        let mut some = false;
        for settled in answer.settled {
            some |= self.settled(settled, effects);
        }
        let newer = |version: u64| version > self.complete_to;
        let rows = answer.rows.into_iter().filter(|row| newer(row.version));
        effects.persist.extend(rows.map(Write::Row));
        if some {
            self.careful = false;
            self.broken = 0;
            self.doubts = 0;
            self.line.works();
            self.last_success = Some(now.moment);
        }
        if current {
            match answer.refused {
                Some(refusal) => self.refused(refusal, some, now, effects),
                None => self.speaks = answer.newest.min(self.config.newest),
            }
        }
    }

    /// Takes an operation out of the outbox, with what became of it in the same transaction.
    fn settled(&mut self, settled: Settled, effects: &mut Effects) -> bool {
        let sequence = self.sequences.remove(&settled.operation);
        let Some(pending) = sequence.and_then(|sequence| self.outbox.remove(&sequence)) else {
            return false;
        };
        self.waiting -= worth(&pending.operation);
        self.capped -= capped(&pending.operation);
        let id = settled.operation;
        effects.persist.push(Write::Delete(id.clone()));
        let why = match settled.outcome {
            Outcome::Applied { .. } => return true,
            Outcome::Merged { over, .. } => {
                effects.notices.push(Notice::Merged(id, over));
                return true;
            }
            Outcome::Rejected { reason } => Why::Rejected(reason),
            Outcome::Skipped => Why::DeadLetter,
        };
        let Pending { operation, .. } = pending;
        let attention = Attention { operation, why };
        effects.persist.push(Write::Attend(attention.clone()));
        self.attention.insert(id.clone(), attention);
        effects.notices.push(Notice::NotDone(id));
        true
    }

    fn refused(&mut self, refusal: Refusal, some: bool, now: Now, effects: &mut Effects) {
        self.rewind();
        match refusal {
            // A batch overtook the one before it; where that one is not here, nothing can fill it.
            Refusal::Gap { expected } => self.register |= !self.outbox.contains_key(&expected),
            Refusal::OldIncarnation => {
                self.register = true;
                effects.notices.push(Notice::OldIncarnation);
            }
            Refusal::SequenceReused => {
                self.register = true;
                effects.notices.push(Notice::SequenceReused);
            }
            Refusal::Version { oldest, newest } => self.negotiate(oldest, newest, effects),
        }
        if !some {
            self.line.fails(&self.config, now, None);
        }
    }

    /// A new incarnation: everything that is not settled gets a place in it, in the order it had.
    pub(super) fn registered(&mut self, request: u64, answer: &Registered, effects: &mut Effects) {
        let current = self
            .registering
            .is_some_and(|(number, _)| number == request);
        if !current || answer.incarnation <= self.identity.incarnation {
            return;
        }
        self.registering = None;
        self.register = false;
        self.line.works();
        self.speaks = answer.newest.min(self.config.newest);
        self.number(answer.incarnation, effects);
        effects.notices.push(Notice::Registered(answer.incarnation));
    }

    fn number(&mut self, incarnation: Incarnation, effects: &mut Effects) {
        self.rewind();
        self.alone_to = 0;
        let mut outbox = BTreeMap::new();
        let mut last = None;
        for (mut pending, sequence) in std::mem::take(&mut self.outbox).into_values().zip(1..) {
            pending.operation.sequence = sequence;
            pending.operation.after = last.replace(pending.operation.id.clone());
            self.sequences
                .insert(pending.operation.id.clone(), sequence);
            effects.persist.push(Write::Put(pending.clone()));
            outbox.insert(sequence, pending);
        }
        self.identity.incarnation = incarnation;
        self.identity.next_sequence = outbox.len() as u64 + 1;
        self.identity.last = last;
        self.outbox = outbox;
        effects.persist.push(Write::Identity(self.identity.clone()));
    }
}

impl Event {
    /// The request that it is about.
    #[must_use]
    pub const fn request(&self) -> Option<u64> {
        match self {
            Self::Tick | Self::Changed | Self::Reached => None,
            Self::Registered { request, .. }
            | Self::Pushed { request, .. }
            | Self::Pulled { request, .. }
            | Self::Failed { request, .. } => Some(*request),
        }
    }
}
