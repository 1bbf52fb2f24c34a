//! A device: the shell around a client, with a disk that outlives it.

use super::disk::{Disk, device};
use super::plan::Point;
use super::plant::Plant;
use super::{Happening, World, wall_ms};
use olympus_core::sync::Client;
use olympus_core::sync::client::{Effects, Event, Notice, Send, Write};
use olympus_proto::sync::{Operation, OperationId, Outcome};

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) number: usize,
    pub(crate) disk: Disk,
    pub(crate) client: Option<Client>,
    /// One more with each start: what was said to the one before is not heard.
    pub(crate) life: u32,
    pub(crate) timer: u64,
    pub(crate) booted_ms: u64,
    pub(crate) skew_ms: i64,
    pub(crate) newest: u16,
    pub(crate) cut_at: Option<Point>,
    pub(crate) cut_off_until: u64,
    /// So many commits fail; where true, some of them after they are on disk.
    pub(crate) disk_fails: (u32, bool),
    pub(crate) backup: Option<Disk>,
    pub(crate) last_sync_wall_ms: i64,
}

impl Node {
    pub(crate) fn new(number: usize, newest: u16) -> Self {
        Self {
            number,
            disk: Disk::new(),
            client: None,
            life: 0,
            timer: 0,
            booted_ms: 0,
            skew_ms: 0,
            newest,
            cut_at: None,
            cut_off_until: 0,
            disk_fails: (0, false),
            backup: None,
            last_sync_wall_ms: 0,
        }
    }
}

impl World {
    pub(crate) fn boot(&mut self, number: usize) {
        if self.nodes[number].client.is_some() {
            return;
        }
        self.nodes[number].booted_ms = self.now_ms;
        self.nodes[number].life += 1;
        let now = self.now(number);
        let config = self.config(number);
        let node = &mut self.nodes[number];
        let (client, effects) = match node.disk.stored() {
            Some(stored) => Client::restore(config, stored, now),
            None => Client::set_up(config, device(node.number), "loc-7".into(), now),
        };
        node.client = Some(client);
        self.does(number, effects, None);
    }

    pub(crate) fn cuts_power(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        node.client = None;
        node.life += 1;
        self.seen.insert("power cut");
        let off_ms = self.rng.below(3_000);
        self.schedule(off_ms, Happening::Boot(number));
    }

    pub(crate) fn tells(&mut self, number: usize, life: u32, event: Event) {
        let now = self.now(number);
        let node = &mut self.nodes[number];
        let Some(client) = node.client.as_mut().filter(|_| node.life == life) else {
            return;
        };
        if node.newest < 2 && knows_merged(&event) {
            self.trace
                .violates("an old device is told a new word".to_owned());
        }
        let pulled = matches!(event, Event::Pulled { .. });
        let effects = client.on(event, now);
        if self.does(number, effects, None) && pulled {
            let skew_ms = self.nodes[number].skew_ms;
            self.nodes[number].last_sync_wall_ms = wall_ms(self.now_ms, skew_ms);
        }
    }

    /// Does what the client says: first what is durable, then what is sent. True where all was.
    pub(crate) fn does(
        &mut self,
        number: usize,
        effects: Effects,
        business: Option<Operation>,
    ) -> bool {
        let life = self.nodes[number].life;
        self.trace.note("does", &(number, &effects));
        if self.plants(Plant::SendsBeforeCommit) {
            effects
                .send
                .iter()
                .for_each(|send| self.sends(number, send));
        }
        if !self.persists(number, effects.persist, business) {
            return false;
        }
        for notice in effects.notices {
            self.noticed(notice);
        }
        for mut send in effects.send {
            if self.nodes[number].cut_at == Some(Point::BetweenSends) {
                self.nodes[number].cut_at = None;
                self.cuts_power(number);
                return false;
            }
            self.plant_in_sends(number, &mut send);
            if !self.plants(Plant::SendsBeforeCommit) {
                self.sends(number, &send);
            }
        }
        if let Some(wake) = effects
            .wake
            .filter(|_| !self.plants(Plant::TimersNeverFire))
        {
            let node = &mut self.nodes[number];
            node.timer += 1;
            let timer = node.timer;
            let at = node.booted_ms + wake.since_start().as_millis() as u64;
            let in_ms = at.saturating_sub(self.now_ms).max(1);
            self.schedule(in_ms, Happening::Tick(number, life, timer));
        }
        true
    }

    /// One transaction, with the business write that it belongs to.
    fn persists(
        &mut self,
        number: usize,
        mut writes: Vec<Write>,
        business: Option<Operation>,
    ) -> bool {
        if writes.is_empty() {
            return true;
        }
        let cut = self.nodes[number]
            .cut_at
            .filter(|point| *point != Point::BetweenSends);
        if cut.is_some() {
            self.nodes[number].cut_at = None;
        }
        let (fails, unsure) = self.nodes[number].disk_fails;
        let lost = fails > 0;
        if lost {
            self.nodes[number].disk_fails.0 -= 1;
        }
        // An error may come after the transaction is on disk.
        let durable = cut != Some(Point::BeforeCommit) && (!lost || unsure && self.rng.chance(50));
        self.plant_in_writes(&mut writes, durable);
        let torn = matches!(self.plant, Some(Plant::BusinessBeforeOutbox));
        if durable || torn {
            self.committed(number, business);
        }
        self.check_deletes(&writes);
        for write in writes.clone() {
            self.nodes[number].disk.write(write);
        }
        self.check_rows(number, &writes);
        if cut.is_some() {
            self.cuts_power(number);
            return false;
        }
        if lost && !self.plants(Plant::IgnoresFailedCommit) {
            self.seen.insert("disk fails");
            self.nodes[number].client = None;
            self.boot(number);
            return false;
        }
        true
    }

    fn committed(&mut self, number: usize, business: Option<Operation>) {
        if let Some(operation) = business {
            self.nodes[number].disk.business.push(operation.id.clone());
            self.committed.insert(operation.id.clone(), operation);
        }
    }

    /// What of the writes gets to the disk: all or nothing, but for the planted mistakes.
    fn plant_in_writes(&self, writes: &mut Vec<Write>, durable: bool) {
        let record = writes.iter().any(|it| matches!(it, Write::Age(_)));
        let register =
            writes.len() > 1 && !record && matches!(writes.last(), Some(Write::Identity(_)));
        match self.plant {
            Some(Plant::ForgetsNextSequence) if record => {
                writes.retain(|it| !matches!(it, Write::Identity(_)));
            }
            Some(Plant::DropsRejected) => writes.retain(|it| !matches!(it, Write::Attend(_))),
            Some(Plant::RowsOfAnswersLost)
                if writes.iter().any(|it| matches!(it, Write::Delete(_))) =>
            {
                writes.retain(|it| !matches!(it, Write::Row(_)));
            }
            Some(Plant::RenumbersInMemory) if register => {
                writes.retain(|it| !matches!(it, Write::Put(_)));
            }
            Some(Plant::SnapshotOverOldRows) => {
                for write in writes.iter_mut() {
                    if let Write::Replace(rows, _) = write {
                        *write = Write::Replace(std::mem::take(rows), 0);
                    }
                }
            }
            _ => {}
        }
        if durable {
            return;
        }
        match self.plant {
            Some(Plant::CursorBeforeRows) => writes.retain(|it| matches!(it, Write::Cursor(..))),
            Some(Plant::DeletesBeforeAttention) => {
                writes.retain(|it| matches!(it, Write::Delete(_)));
            }
            Some(Plant::TearsTransactions) => writes.truncate(writes.len() / 2),
            _ => writes.clear(),
        }
    }

    fn plant_in_sends(&mut self, number: usize, send: &mut Send) {
        let Send::Push(_, push) = send else {
            return;
        };
        if self.plants(Plant::DeletesWhenSent) {
            for operation in &push.operations {
                self.nodes[number].disk.outbox.remove(&operation.id);
            }
        }
        if self.plants(Plant::ReordersBatches) {
            push.operations.reverse();
        }
        if self.plants(Plant::NewIdOnRetry) {
            for operation in &mut push.operations {
                self.drafted += 1;
                operation.id = OperationId(format!("again-{}", self.drafted));
            }
        }
    }

    fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::SequenceReused => {
                self.seen.insert("sequence reused");
                if !self.plan.copies_disks() {
                    self.trace
                        .violates("a sequence came twice, and no disk was copied".to_owned());
                }
            }
            Notice::OldIncarnation => drop(self.seen.insert("old incarnation")),
            Notice::Merged(..) => drop(self.seen.insert("merged")),
            Notice::NotDone(_) => drop(self.seen.insert("not done")),
            Notice::Incompatible { .. } | Notice::Registered(_) => {}
        }
    }
}

fn knows_merged(event: &Event) -> bool {
    let Event::Pushed { answer, .. } = event else {
        return false;
    };
    let merged = |outcome: &Outcome| matches!(outcome, Outcome::Merged { .. });
    answer.settled.iter().any(|it| merged(&it.outcome))
}
