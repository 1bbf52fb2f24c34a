//! The authority's shell and its disk.

use super::plant::Plant;
use olympus_core::sync::authority::{Authority, DeviceMark, Loaded, Page, PullPlan, Record, Write};
use olympus_core::sync::client::{Event, Failure, Send};
use olympus_proto::sync::{
    Cursor, DeviceId, Entity, Gone, Operation, OperationId, Outcome, PAGED, Pull, PullAnswer, Push,
    Refusal, Row, Settled,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Cloud {
    pub(crate) authority: Authority,
    pub(crate) marks: BTreeMap<DeviceId, DeviceMark>,
    pub(crate) outcomes: BTreeMap<OperationId, Outcome>,
    pub(crate) records: BTreeMap<Entity, Record>,
    pub(crate) head: u64,
    pub(crate) floor: u64,
    /// What was let go, in its order.
    pub(crate) gone: Vec<Gone>,
    /// Operations whose effect is durable, in order.
    pub(crate) journal: Vec<Operation>,
    pub(crate) dead: usize,
    /// Rows that were put away, whether or not they are there again.
    pub(crate) put_away: BTreeSet<Entity>,
    /// True time of each row's change, for the planted pull by clock.
    pub(crate) changed_ms: BTreeMap<Entity, i64>,
    pub(crate) disk_fails: u32,
    pub(crate) busy_until: u64,
    pub(crate) down_until: u64,
    pub(crate) plant: Option<Plant>,
    pub(crate) now_ms: u64,
    pub(crate) batches_over_one: u64,
}

/// What is known of who asks, for the planted faults alone.
pub(crate) struct Asker {
    pub(crate) last_sync_wall_ms: i64,
}

impl Cloud {
    fn plants(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    /// Takes a request, and answers once it is durable; nothing where it is down.
    pub(crate) fn takes(&mut self, send: &Send, asker: &Asker) -> Option<Event> {
        if self.now_ms < self.down_until {
            return None;
        }
        let failed = |request: u64, failure: Failure| Some(Event::Failed { request, failure });
        let (Send::Register(request, _) | Send::Push(request, _) | Send::Pull(request, _)) = *send;
        if self.now_ms < self.busy_until {
            return failed(request, Failure::Busy(Duration::from_millis(300)));
        }
        match send {
            Send::Register(_, register) => {
                let mark = self.marks.get(&register.device).cloned();
                let decision = self.authority.register(mark, register);
                if !self.commit(decision.writes, &[]) {
                    return failed(request, Failure::Broken);
                }
                let answer = decision.answer;
                Some(Event::Registered { request, answer })
            }
            Send::Push(_, push) => self.push(request, push),
            Send::Pull(_, pull) => {
                let answer = self.pull(pull, asker);
                Some(Event::Pulled { request, answer })
            }
        }
    }

    fn push(&mut self, request: u64, push: &Push) -> Option<Event> {
        let poison = |it: &Operation| it.payload.contains_key("poison");
        if push.operations.iter().any(poison) {
            let failure = Failure::Broken;
            return Some(Event::Failed { request, failure });
        }
        self.batches_over_one += u64::from(push.operations.len() > 1);
        let mut push = push.clone();
        let needs = Authority::needs(&push);
        let known = |id: &OperationId| Some((id.clone(), self.outcomes.get(id)?.clone()));
        let record = |it: &Entity| Some((it.clone(), self.records.get(it)?.clone()));
        let mut loaded = Loaded {
            mark: self.marks.get(&needs.device).cloned(),
            outcomes: needs.operations.iter().filter_map(known).collect(),
            records: needs.entities.iter().filter_map(record).collect(),
            head: self.head,
        };
        self.plant_in_reads(&mut loaded, &mut push);
        let mut decision = self.authority.push(loaded, &push);
        if self.plants(Plant::OlderTakenAsKnown)
            && decision.answer.refused == Some(Refusal::SequenceReused)
        {
            decision.answer.refused = None;
            decision.answer.settled = push.operations.iter().map(applied).collect();
        }
        let committed = self.commit(decision.writes, &push.operations);
        if !committed && !self.plants(Plant::AnswersBeforeCommit) {
            let failure = Failure::Broken;
            return Some(Event::Failed { request, failure });
        }
        let answer = decision.answer;
        Some(Event::Pushed { request, answer })
    }

    fn plant_in_reads(&self, loaded: &mut Loaded, push: &mut Push) {
        let Some(first) = push.operations.first().map(|it| it.sequence) else {
            return;
        };
        let after = push.operations.first().and_then(|it| it.after.clone());
        if let Some(mark) = &mut loaded.mark {
            if self.plants(Plant::TakesGaps) && first > mark.sequence {
                mark.sequence = first - 1;
                mark.last = after.clone();
            }
            if self.plants(Plant::IgnoresTheStory) && first == mark.sequence + 1 {
                mark.last = after.clone();
            }
            if self.plants(Plant::AppliesOlder) && first <= mark.sequence {
                mark.sequence = first - 1;
                mark.last = after;
                loaded.outcomes.clear();
            }
        }
        if self.plants(Plant::ForgetsOutcomes) {
            let kept = self.journal.iter().rev().take(3);
            let kept: Vec<_> = kept.map(|it| it.id.clone()).collect();
            let mark = loaded.mark.as_ref().map_or(0, |mark| mark.sequence);
            let operations = &push.operations;
            let old = |id: &OperationId| {
                !kept.contains(id)
                    && operations
                        .iter()
                        .any(|it| it.id == *id && it.sequence > mark)
            };
            loaded.outcomes.retain(|id, _| !old(id));
        }
        if self.plants(Plant::TellsOldDevicesNewWords) {
            push.version = self.authority.newest;
        }
    }

    fn pull(&self, pull: &Pull, asker: &Asker) -> PullAnswer {
        let rows = |from: u64| {
            let rows = self.records.values().map(|it| &it.row);
            let mut rows: Vec<Row> = rows.filter(|row| row.version > from).cloned().collect();
            rows.sort_by_key(|row| row.version);
            rows
        };
        let paged = pull.version >= PAGED;
        let latest = self.gone.last().map_or(0, |it| it.version);
        let floor = if paged {
            self.floor
        } else {
            self.floor.max(latest)
        };
        match self.authority.pull(pull, self.head, floor) {
            PullPlan::Answer(answer) => answer,
            PullPlan::All if paged => {
                let page = page(rows(0), pull.limit, Vec::new());
                self.authority.first_page(page, self.head)
            }
            PullPlan::All => self.authority.snapshot(rows(0), self.head),
            PullPlan::Since { version, limit } => {
                let from = pull.cursor.clone().unwrap_or(Cursor(String::new()));
                if self.plants(Plant::PullsByClock) {
                    let new = |row: &Row| {
                        self.changed_ms
                            .get(&row.entity)
                            .is_some_and(|at| *at > asker.last_sync_wall_ms)
                    };
                    let rows = rows(0).into_iter().filter(new).collect();
                    return self.authority.changes(from, rows, u32::MAX, self.head);
                }
                let after = self.authority.gone_after(&from);
                let gone = self.gone.iter().filter(|it| paged && it.version > after);
                let page = page(rows(version), limit, gone.cloned().collect());
                self.authority.page(from, page, self.head)
            }
        }
    }

    /// One transaction: all of it or, where the disk fails, nothing.
    pub(crate) fn commit(&mut self, mut writes: Vec<Write>, operations: &[Operation]) -> bool {
        let fails = self.disk_fails > 0 && !writes.is_empty();
        self.disk_fails -= u32::from(fails);
        if self.plants(Plant::PutAwayWithoutFloor) {
            writes.retain(|it| !matches!(it, Write::Floor(_)));
        }
        let row = |it: &Write| matches!(it, Write::Record(_) | Write::Head(_));
        if fails && self.plants(Plant::RowsBeforeOutcomes) {
            writes.retain(row);
        } else if fails && self.plants(Plant::OutcomesBeforeRows) {
            writes.retain(|it| !row(it));
        } else if fails {
            return false;
        }
        writes
            .into_iter()
            .for_each(|write| self.write(write, operations));
        !fails
    }

    fn write(&mut self, write: Write, operations: &[Operation]) {
        match write {
            Write::Mark(mark) => drop(self.marks.insert(mark.device.clone(), mark)),
            Write::Outcome(Settled { operation, outcome }) => {
                if matches!(outcome, Outcome::Applied { .. } | Outcome::Merged { .. }) {
                    let done = operations.iter().find(|it| it.id == operation);
                    self.journal.extend(done.cloned());
                }
                self.outcomes.insert(operation, outcome);
            }
            Write::Record(record) => {
                let at_ms = super::wall_ms(self.now_ms, 0);
                self.changed_ms.insert(record.row.entity.clone(), at_ms);
                self.records.insert(record.row.entity.clone(), record);
            }
            Write::Head(head) => self.head = head,
            Write::DeadLetter(..) => self.dead += 1,
            Write::Remove(entity) => {
                self.records.remove(&entity);
                self.put_away.insert(entity);
            }
            Write::Floor(floor) => self.floor = floor,
        }
    }
}

/// The first `limit` of them.
fn page(mut rows: Vec<Row>, limit: u32, mut gone: Vec<Gone>) -> Page {
    let limit = limit as usize;
    let (more_rows, more_gone) = (rows.len() > limit, gone.len() > 1);
    rows.truncate(limit);
    gone.truncate(1);
    Page {
        rows,
        more_rows,
        gone,
        more_gone,
    }
}

fn applied(operation: &Operation) -> Settled {
    Settled {
        operation: operation.id.clone(),
        outcome: Outcome::Applied { version: 0 },
    }
}
