//! The line between tills and cloud: what is said may be lost, doubled, late and out of order.

use super::plant::Plant;
use super::{Happening, World};
use olympus_core::sync::client::{Event, Failure, Send};
use olympus_proto::location::{Documents, GrantRequest, TerminalWelcome};
use olympus_proto::sync::Push;
use olympus_store::GrantEvent;
use std::time::Duration;

/// What a till says.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    Sync(Send),
    Register,
    Grant(GrantRequest),
    Documents((u64, u64, u64)),
}

/// What the cloud says.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Sync(Event),
    Welcome(TerminalWelcome),
    /// With the number of the list that is in force.
    Documents(Documents, u64),
    /// Something to pull.
    Changed,
    /// Something to fetch: the list of what is revoked, or a policy.
    Issued,
}

impl World {
    fn delay(&mut self) -> u64 {
        1 + self.rng.below(self.plan.delay_ms)
    }

    /// How often a message arrives: not at all, once or twice.
    fn copies(&mut self) -> usize {
        if self.healed {
            return 1;
        }
        if self.rng.chance(self.plan.loss) {
            self.seen.insert("loss");
            return 0;
        }
        1 + usize::from(self.rng.chance(self.plan.duplicates))
    }

    pub(crate) fn is_cut_off(&self, node: usize) -> bool {
        self.now_ms < self.nodes[node].cut_off_until
    }

    pub(crate) fn says(&mut self, node: usize, word: &Word) {
        if self.is_cut_off(node) {
            self.seen.insert("partition");
            return;
        }
        for _ in 0..self.copies() {
            let (delay, life) = (self.delay(), self.nodes[node].life);
            self.schedule(delay, Happening::ToCloud(node, life, word.clone()));
        }
    }

    fn answers(&mut self, node: usize, life: u32, answer: &Answer) {
        self.note("answers", &(node, answer));
        for _ in 0..self.copies() {
            let delay = self.delay();
            self.schedule(delay, Happening::ToNode(node, life, answer.clone()));
        }
    }

    /// Tells every till that there is something.
    pub(crate) fn tells_all(&mut self, answer: &Answer) {
        for node in 0..self.nodes.len() {
            let life = self.nodes[node].life;
            self.answers(node, life, answer);
        }
    }

    pub(crate) fn reaches_cloud(&mut self, node: usize, life: u32, word: &Word) {
        if self.is_cut_off(node) || self.now_ms < self.cloud_down_until {
            return;
        }
        let number = self.nodes[node].number;
        let now_ms = self.true_ms();
        let answer = match word {
            Word::Sync(send) => match self.syncs(number, send) {
                Some(event) => Answer::Sync(event),
                None => return,
            },
            Word::Register => Answer::Welcome(self.issuer.welcome(number, now_ms)),
            Word::Grant(asks) => {
                let documents = self.issuer.grant(number, asks, now_ms);
                Answer::Documents(documents, self.issuer.list)
            }
            Word::Documents(held) => {
                let documents = self.issuer.documents(*held, now_ms);
                Answer::Documents(documents, self.issuer.list)
            }
        };
        self.answers(node, life, &answer);
    }

    /// The authority's shell.
    fn syncs(&mut self, number: usize, send: &Send) -> Option<Event> {
        let (Send::Register(request, _) | Send::Push(request, _) | Send::Pull(request, _)) = *send;
        if self.now_ms < self.cloud_busy_until {
            self.seen.insert("busy");
            let failure = Failure::Busy(Duration::from_secs(60));
            return Some(Event::Failed { request, failure });
        }
        let mut send = send.clone();
        if let Send::Push(_, push) = &mut send {
            self.note_arrived(push);
            self.plant_in_push(push);
            if let Some((fault, after, times)) = self.cloud_fails_next.take() {
                self.cloud_disk.faults(|it| it.plan(fault, after, times));
            }
        }
        let principal = format!("key-{number}");
        let now_ms = self.true_ms();
        let head = self.head();
        let mut event = self.cloud.takes(&send, &principal, now_ms);
        self.plant_in_answer(&send, event.as_mut());
        if !self.cloud_disk.is_on() {
            self.cloud_loses_power();
            return None;
        }
        if let Some(Event::Failed { .. }) = event {
            self.seen.insert(match send {
                Send::Push(..) => "a push fails",
                _ => "the authority fails",
            });
        }
        if self.head() != head {
            self.tells_all(&Answer::Changed);
            self.sets_alarm();
        }
        event
    }

    fn note_arrived(&mut self, push: &Push) {
        for operation in &push.operations {
            self.arrived
                .entry(operation.id.clone())
                .or_insert_with(|| operation.clone());
        }
    }

    pub(crate) fn reaches_node(&mut self, node: usize, life: u32, answer: Answer) {
        if self.is_cut_off(node) || self.nodes[node].life != life {
            return;
        }
        match answer {
            Answer::Sync(event) => self.tells(node, life, event),
            Answer::Changed => self.tells(node, life, Event::Changed),
            Answer::Welcome(welcome) => {
                self.grants(node, GrantEvent::Welcomed(welcome));
            }
            Answer::Documents(documents, list) => self.is_given(node, documents, list),
            Answer::Issued => {
                let till = self.nodes[node].till.as_ref();
                let held = till
                    .filter(|it| it.is_welcome())
                    .map(olympus_store::Till::documents_held);
                if let Some(held) = held {
                    self.says(node, &Word::Documents(held));
                }
            }
        }
    }

    fn is_given(&mut self, node: usize, mut documents: Documents, list: u64) {
        self.nodes[node].asked_at = None;
        // Without the first one it would sell by no card at all.
        if list > 1 && self.plants(Plant::DropsRevocations) {
            documents.list = None;
        }
        if self.grants(node, GrantEvent::Told(documents)) {
            let held = &mut self.nodes[node].books.list;
            *held = list.max(*held);
        }
    }
}
