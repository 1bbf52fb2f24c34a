//! The simulated location's sync: the real authority, with its tables in memory.
//!
//! Invariant: a decision's writes are made together, before anybody sees the answer.

use olympus_core::sync::Authority;
use olympus_core::sync::authority::{DeviceMark, Loaded, PullPlan, Record, Write};
use olympus_proto::sync::{
    DeviceId, Entity, EntityKind, Fields, Operation, OperationId, Outcome, Pull, PullAnswer, Push,
    PushAnswer, Register, Registered, Row,
};
use std::collections::BTreeMap;

/// What the authority keeps.
#[derive(Debug, Default)]
pub(super) struct Book {
    authority: Authority,
    marks: BTreeMap<DeviceId, DeviceMark>,
    outcomes: BTreeMap<OperationId, Outcome>,
    records: BTreeMap<Entity, Record>,
    head: u64,
    floor: u64,
    /// Operations that were done, each time one was.
    done: Vec<OperationId>,
    dead: Vec<Operation>,
}

impl Book {
    pub(super) fn register(&mut self, register: &Register) -> Registered {
        let mark = self.marks.get(&register.device).cloned();
        let decision = self.authority.register(mark, register);
        self.write(decision.writes);
        decision.answer
    }

    pub(super) fn push(&mut self, push: &Push) -> PushAnswer {
        let needs = Authority::needs(push);
        let outcome = |id: &OperationId| Some((id.clone(), self.outcomes.get(id)?.clone()));
        let record = |entity: &Entity| Some((entity.clone(), self.records.get(entity)?.clone()));
        let loaded = Loaded {
            mark: self.marks.get(&needs.device).cloned(),
            outcomes: needs.operations.iter().filter_map(outcome).collect(),
            records: needs.entities.iter().filter_map(record).collect(),
            head: self.head,
        };
        let decision = self.authority.push(loaded, push);
        self.write(decision.writes);
        decision.answer
    }

    pub(super) fn pull(&self, pull: &Pull) -> PullAnswer {
        let rows = |since: u64| {
            let mut rows: Vec<Row> = self.records.values().map(|it| it.row.clone()).collect();
            rows.retain(|row| row.version > since);
            rows.sort_by_key(|row| row.version);
            rows
        };
        match self.authority.pull(pull, self.head, self.floor) {
            PullPlan::Answer(answer) => answer,
            PullPlan::All => self.authority.snapshot(rows(0), self.head),
            PullPlan::Since { version, limit } => {
                let mut rows = rows(version);
                rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                let from = pull.cursor.clone().unwrap_or_else(|| {
                    // Only a pull with a cursor gets here.
                    olympus_proto::sync::Cursor(String::new())
                });
                self.authority.changes(from, rows, limit, self.head)
            }
        }
    }

    /// From now on these versions are spoken.
    pub(super) fn speaks(&mut self, oldest: u16, newest: u16) {
        self.authority.oldest = oldest;
        self.authority.newest = newest;
    }

    /// The cloud's own change.
    pub(super) fn decree(&mut self, entity: Entity, set: Fields) {
        let record = self.records.get(&entity).cloned();
        let decision = self.authority.decree(record, self.head, entity, set);
        self.write(decision.writes);
    }

    /// Cursors of before expire; nothing else changes.
    pub(super) fn forget_changes(&mut self) {
        let decision = self.authority.put_away(self.head, Vec::new());
        self.write(decision.writes);
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    pub(super) fn done(&self) -> &[OperationId] {
        &self.done
    }

    pub(super) fn dead(&self) -> usize {
        self.dead.len()
    }

    pub(super) fn rows(&self, kind: EntityKind) -> impl Iterator<Item = &Row> {
        let rows = self.records.values().map(|record| &record.row);
        rows.filter(move |row| row.entity.kind == kind)
    }

    fn write(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Mark(mark) => {
                    self.marks.insert(mark.device.clone(), mark);
                }
                Write::Outcome(settled) => {
                    if matches!(
                        settled.outcome,
                        Outcome::Applied { .. } | Outcome::Merged { .. }
                    ) {
                        self.done.push(settled.operation.clone());
                    }
                    self.outcomes.insert(settled.operation, settled.outcome);
                }
                Write::Record(record) => {
                    self.records.insert(record.row.entity.clone(), record);
                }
                Write::Head(head) => self.head = head,
                Write::DeadLetter(operation, ..) => self.dead.push(*operation),
                Write::Remove(entity) => {
                    self.records.remove(&entity);
                }
                Write::Floor(floor) => self.floor = floor,
            }
        }
    }
}
