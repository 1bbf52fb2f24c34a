//! A till's shell: starts it, tells it what happens, does what it says once that is durable.

use super::books::Books;
use super::line::Word;
use super::plant::Plant;
use super::{Happening, World};
use crate::support::{self, MINUTE};
use olympus_core::sync::client::{ClientConfig, Event, Notice};
use olympus_powercut::{Cut, Disk, Fault, Platter};
use olympus_store::{Asked, Done, GrantEvent, Now, StoreError, Synchronous, Till, TillError, Todo};

/// How often a till looks after its grant.
const ROUND_MS: u64 = 5 * MINUTE;

pub(crate) struct Node {
    pub(crate) number: usize,
    pub(crate) disk: Disk,
    pub(crate) till: Option<Till>,
    /// One more with each start: what was said to the one before is not heard.
    pub(crate) life: u32,
    pub(crate) timer: u64,
    pub(crate) booted_ms: u64,
    pub(crate) skew_ms: i64,
    pub(crate) newest: u16,
    pub(crate) cut_off_until: u64,
    /// What the adversary keeps at the cut to come.
    pub(crate) cut: Cut,
    /// The power goes once something was told.
    pub(crate) unplug: Option<Cut>,
    /// So many calls fail from the next request on.
    pub(crate) fails_next: Option<(Fault, u64)>,
    /// A backup is made once something was told.
    pub(crate) backup_due: bool,
    pub(crate) backup: Option<(Platter, Books)>,
    pub(crate) books: Books,
    /// When documents were asked for that have not come.
    pub(crate) asked_at: Option<u64>,
    /// Whether its disk is or was a copy, or has one.
    pub(crate) copied: bool,
}

impl Node {
    pub(crate) fn new(number: usize, newest: u16) -> Self {
        Self {
            number,
            disk: Disk::default(),
            till: None,
            life: 0,
            timer: 0,
            booted_ms: 0,
            skew_ms: 0,
            newest,
            cut_off_until: 0,
            cut: Cut {
                keep: olympus_powercut::Keep::Nothing,
                seed: 0,
            },
            unplug: None,
            fails_next: None,
            backup_due: false,
            backup: None,
            books: Books::default(),
            asked_at: None,
            copied: false,
        }
    }
}

impl World {
    fn config(&self, node: usize) -> olympus_store::TillConfig {
        let node = &self.nodes[node];
        let sync = ClientConfig {
            newest: node.newest,
            ..support::sync()
        };
        support::config(node.number, sync)
    }

    pub(crate) fn boots(&mut self, number: usize) {
        if self.nodes[number].till.is_some() || !self.nodes[number].disk.is_on() {
            return;
        }
        self.plant_before_start(number);
        self.nodes[number].booted_ms = self.now_ms;
        self.nodes[number].life += 1;
        self.nodes[number].asked_at = None;
        let (now, config) = (self.now(number), self.config(number));
        let synchronous = if self.plants(Plant::CommitsAreNotSynced) {
            Synchronous::Normal
        } else {
            Synchronous::Full
        };
        let opened = support::open(&self.nodes[number].disk, synchronous, config, &now);
        if !self.nodes[number].disk.is_on() {
            self.loses_power(number);
            return;
        }
        match opened {
            Ok((till, todo)) => {
                self.note("starts", &number);
                self.nodes[number].till = Some(till);
                let life = self.nodes[number].life;
                self.check_books(number);
                self.does(number, todo);
                self.schedule(1_000, Happening::Round(number, life));
            }
            Err(StoreError::Damaged(why)) => {
                self.violates(format!("device {number} is damaged: {why}"));
            }
            Err(error) if self.healed => {
                self.violates(format!("device {number} does not open: {error}"));
            }
            Err(_) => self.schedule(10_000, Happening::Boot(number)),
        }
    }

    /// The power is gone; it comes back with what the cut has left.
    pub(crate) fn loses_power(&mut self, number: usize) {
        self.seen.insert("power cut");
        let off_ms = 1_000 + self.rng.below(10 * MINUTE);
        let node = &mut self.nodes[number];
        node.disk.power_off();
        node.life += 1;
        node.till = None;
        node.disk.power_on(node.cut);
        self.note("loses power", &number);
        self.schedule(off_ms, Happening::Boot(number));
    }

    /// Lets the till do something. Nothing where it is off, or went dark over it.
    pub(crate) fn with<T>(
        &mut self,
        number: usize,
        act: impl FnOnce(&mut Till, &Now) -> T,
    ) -> Option<T> {
        let now = self.now(number);
        let node = &mut self.nodes[number];
        let done = act(node.till.as_mut()?, &now);
        if node.disk.is_on() {
            return Some(done);
        }
        self.loses_power(number);
        None
    }

    pub(crate) fn asks(&mut self, number: usize, asked: &Asked) -> Option<Result<Done, TillError>> {
        let asked = asked.clone();
        let node = &mut self.nodes[number];
        if let Some((fault, times)) = node.fails_next.take().filter(|_| !self.healed) {
            node.disk.faults(|it| it.plan(fault, 0, times));
        }
        let done = self.with(number, |till, now| till.ask(asked, &support::menu, now))?;
        match &done {
            Ok(done) => {
                self.note("did", &(number, &done.reply, done.replayed));
                self.does(number, done.todo.clone());
            }
            Err(TillError::Refused { code, .. }) => self.note("refused", &(number, code)),
            Err(TillError::Store(error)) => self.failed(number, error),
        }
        Some(done)
    }

    pub(crate) fn tells(&mut self, number: usize, life: u32, event: Event) {
        if self.nodes[number].life != life {
            return;
        }
        match self.with(number, |till, now| till.sync(event, now)) {
            Some(Ok(todo)) => self.does(number, todo),
            Some(Err(error)) => self.failed(number, &error),
            None => {}
        }
    }

    /// Whether all of it was taken.
    pub(crate) fn grants(&mut self, number: usize, event: GrantEvent) -> bool {
        match self.with(number, |till, now| till.grants(event, now)) {
            Some(Ok(refused)) if refused.is_empty() => return true,
            Some(Ok(refused)) => {
                self.seen.insert("a document is refused");
                self.note("refuses", &(number, refused));
            }
            Some(Err(error)) => self.failed(number, &error),
            None => {}
        }
        false
    }

    fn failed(&mut self, number: usize, error: &StoreError) {
        self.seen.insert("disk fails");
        self.note("fails", &(number, std::mem::discriminant(error)));
        if let StoreError::Damaged(why) = error {
            self.violates(format!("device {number} is damaged: {why}"));
        }
        // As it is told to: the till has read itself anew, and is woken.
        let node = &mut self.nodes[number];
        node.timer += 1;
        let (life, timer) = (node.life, node.timer);
        self.schedule(2_000, Happening::Tick(number, life, timer));
    }

    /// Does what the till says: all of it is durable.
    pub(crate) fn does(&mut self, number: usize, todo: Todo) {
        let life = self.nodes[number].life;
        self.note("does", &(number, &todo.send, todo.wake));
        for notice in todo.notices {
            self.noticed(number, &notice);
        }
        for send in todo.send {
            self.plant_in_send(number, &send);
            self.says(number, &Word::Sync(send));
        }
        if let Some(wake) = todo.wake.filter(|_| !self.plants(Plant::TimersNeverFire)) {
            let node = &mut self.nodes[number];
            node.timer += 1;
            let timer = node.timer;
            let up_ms = u64::try_from(wake.since_start().as_millis()).unwrap_or(u64::MAX);
            let in_ms = (node.booted_ms + up_ms).saturating_sub(self.now_ms).max(1);
            self.schedule(in_ms, Happening::Tick(number, life, timer));
        }
    }

    fn noticed(&mut self, number: usize, notice: &Notice) {
        match notice {
            Notice::SequenceReused => {
                self.seen.insert("sequence reused");
                if !self.plan.copies_disks() {
                    self.violates(format!("device {number}: a sequence came twice"));
                }
            }
            Notice::OldIncarnation => drop(self.seen.insert("old incarnation")),
            Notice::Merged(..) => drop(self.seen.insert("merged")),
            Notice::NotDone(_) => drop(self.seen.insert("not done")),
            _ => {}
        }
    }

    /// Every few minutes: time passes for the grant, and one that is due is asked for.
    pub(crate) fn makes_its_round(&mut self, number: usize, life: u32) {
        if self.nodes[number].life != life || self.nodes[number].till.is_none() {
            return;
        }
        if self.plants(Plant::ForgetsSpending) && (self.now_ms / ROUND_MS).is_multiple_of(4) {
            // Each start forgets: see to it that there are enough of them.
            self.kills(number);
            return;
        }
        self.schedule(ROUND_MS, Happening::Round(number, life));
        self.grants(number, GrantEvent::Tick);
        if self.nodes[number].asked_at.take().is_some() {
            self.grants(number, GrantEvent::Failed);
        }
        let asks = self.with(number, |till, now| {
            if till.is_welcome() {
                till.grant_due(now).map(Word::Grant)
            } else {
                Some(Word::Register)
            }
        });
        if let Some(Some(word)) = asks {
            if matches!(word, Word::Grant(_)) {
                self.nodes[number].asked_at = Some(self.now_ms);
            }
            self.says(number, &word);
        }
    }
}
