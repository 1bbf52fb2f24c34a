//! The authority of a location: decides each operation once, in the order it takes them.
//!
//! The shell reads what a push [`Needs`] into a [`Loaded`], lets [`Authority::push`] decide, and
//! commits [`Decision::writes`] in one transaction, that the reads belong to, before it answers.
//! Invariants: a device's mark, its operations' outcomes and the rows they change move together;
//! an operation that has an outcome keeps it; every change at the location has its own version.
//! Nothing is kept between two calls, so that a restart loses nothing.

mod decide;
mod pull;

pub use pull::{Page, PullPlan};

use olympus_proto::sync::{
    self, DeviceId, Entity, Fields, Gone, Incarnation, Operation, OperationId, Outcome, Push,
    PushAnswer, Refusal, Register, Registered, Rejection, Row, Settled,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an authority is told at its start.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Oldest version that is spoken.
    pub oldest: u16,
    /// Newest version that is spoken.
    pub newest: u16,
    /// In its cursors: another one where it was set up anew.
    pub epoch: u64,
}

impl Default for Authority {
    fn default() -> Self {
        Self {
            oldest: sync::OLDEST,
            newest: sync::NEWEST,
            epoch: 1,
        }
    }
}

/// How far a device's operations are decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceMark {
    /// Who.
    pub device: DeviceId,
    /// Its latest registration; those before are refused.
    pub incarnation: Incarnation,
    /// High-water mark: every sequence of that incarnation up to it is decided.
    pub sequence: u64,
    /// The operation there.
    pub last: Option<OperationId>,
}

/// Who changed something. A clone of a disk is another writer as soon as it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// Its device; the cloud's own changes have the empty id.
    pub device: DeviceId,
    /// By which registration.
    pub incarnation: Incarnation,
}

impl Writer {
    /// The cloud itself.
    #[must_use]
    pub fn cloud() -> Self {
        Self {
            device: DeviceId(String::new()),
            incarnation: Incarnation(0),
        }
    }
}

/// When and by whom something was changed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The change.
    pub version: u64,
    /// Who made it.
    pub by: Writer,
    /// The latest change by anybody else.
    pub others: u64,
}

impl Stamp {
    /// The latest change by anybody but `writer`.
    pub(super) fn foreign_to(&self, writer: &Writer) -> u64 {
        if self.by == *writer {
            self.others
        } else {
            self.version
        }
    }
}

/// A row as it is kept, with who changed what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The row that devices get.
    pub row: Row,
    /// Its latest change.
    pub stamp: Stamp,
    /// The latest change of each field.
    pub stamps: BTreeMap<String, Stamp>,
}

/// What has to be read before a push can be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// Whose mark.
    pub device: DeviceId,
    /// Which outcomes, where there are any.
    pub operations: Vec<OperationId>,
    /// Which rows, where there are any.
    pub entities: Vec<Entity>,
}

/// What was read, in the transaction that the writes go into.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The device's mark, where it was ever registered.
    pub mark: Option<DeviceMark>,
    /// Outcomes of the operations that have one.
    pub outcomes: BTreeMap<OperationId, Outcome>,
    /// The rows there are.
    pub records: BTreeMap<Entity, Record>,
    /// Version of the latest change at the location.
    pub head: u64,
}

/// Something to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// The device's mark, instead of the one before.
    Mark(DeviceMark),
    /// An operation's outcome. Kept for good: a backup of any age may send it again.
    Outcome(Settled),
    /// A row, instead of the one before.
    Record(Record),
    /// Version of the latest change.
    Head(u64),
    /// An operation that a person has to look at, with who sent it.
    DeadLetter(Box<Operation>, DeviceId, Rejection),
    /// The row is put away.
    Remove(Entity),
    /// Cursors before this version have expired.
    Floor(u64),
}

/// What to write, in one transaction, and what to answer once it is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<A> {
    /// One transaction.
    pub writes: Vec<Write>,
    /// Afterwards.
    pub answer: A,
}

impl Authority {
    /// Registers a device: operations of its incarnations before are refused from now on.
    #[must_use]
    pub fn register(&self, mark: Option<DeviceMark>, register: &Register) -> Decision<Registered> {
        let incarnation = Incarnation(mark.map_or(0, |mark| mark.incarnation.0) + 1);
        Decision {
            writes: vec![Write::Mark(DeviceMark {
                device: register.device.clone(),
                incarnation,
                sequence: 0,
                last: None,
            })],
            answer: Registered {
                newest: self.newest,
                incarnation,
            },
        }
    }

    /// What has to be read to decide the push.
    #[must_use]
    pub fn needs(push: &Push) -> Needs {
        Needs {
            device: push.device.clone(),
            operations: push.operations.iter().map(|it| it.id.clone()).collect(),
            entities: push
                .operations
                .iter()
                .filter_map(Operation::entity)
                .collect(),
        }
    }

    /// Decides a push: applies what is next, tells again what was decided before, and stops at
    /// what it must not take.
    #[must_use]
    pub fn push(&self, loaded: Loaded, push: &Push) -> Decision<PushAnswer> {
        let mut answer = PushAnswer {
            newest: self.newest,
            settled: Vec::new(),
            rows: Vec::new(),
            refused: None,
        };
        let mut deciding = match self.admit(loaded, push) {
            Ok(deciding) => deciding,
            Err(refusal) => {
                answer.refused = Some(refusal);
                return Decision {
                    writes: Vec::new(),
                    answer,
                };
            }
        };
        let mut touched = Vec::new();
        for operation in &push.operations {
            match deciding.take(operation) {
                Ok(outcome) => {
                    answer.settled.push(Settled {
                        operation: operation.id.clone(),
                        outcome: told(outcome, push.version),
                    });
                    touched.extend(operation.entity());
                }
                Err(refusal) => {
                    answer.refused = Some(refusal);
                    break;
                }
            }
        }
        touched.sort();
        touched.dedup();
        let record = |entity| deciding.loaded.records.get(entity);
        answer.rows = (touched.iter().filter_map(record))
            .map(|record| record.row.clone())
            .collect();
        Decision {
            writes: deciding.finish(),
            answer,
        }
    }

    /// The cloud's own change to a row: a menu, a count, what became of a payment.
    #[must_use]
    pub fn decree(
        &self,
        record: Option<Record>,
        head: u64,
        entity: Entity,
        set: Fields,
    ) -> Decision<Row> {
        let record = decide::write(record.as_ref(), entity, set, &Writer::cloud(), head + 1);
        let row = record.row.clone();
        Decision {
            writes: vec![Write::Record(record), Write::Head(head + 1)],
            answer: row,
        }
    }

    /// Puts rows away that nobody needs any more. Devices that have not pulled since get a
    /// snapshot.
    #[must_use]
    pub fn put_away(&self, head: u64, entities: Vec<Entity>) -> Decision<()> {
        let mut writes: Vec<_> = entities.into_iter().map(Write::Remove).collect();
        writes.extend([Write::Head(head + 1), Write::Floor(head + 1)]);
        Decision { writes, answer: () }
    }

    /// Puts rows away; each is a change, which the shell remembers in the same transaction, to tell
    /// it to devices. Once it forgets one, it raises the floor to it.
    #[must_use]
    pub fn let_go(&self, head: u64, entities: Vec<Entity>) -> Decision<Vec<Gone>> {
        let gone: Vec<Gone> = (head + 1..)
            .zip(entities)
            .map(|(version, entity)| Gone { entity, version })
            .collect();
        let head = gone.last().map_or(head, |last| last.version);
        let mut writes: Vec<_> = gone
            .iter()
            .map(|it| Write::Remove(it.entity.clone()))
            .collect();
        writes.push(Write::Head(head));
        Decision {
            writes,
            answer: gone,
        }
    }

    /// Whether the version and the incarnation are taken.
    fn admit(&self, loaded: Loaded, push: &Push) -> Result<Deciding, Refusal> {
        if !(self.oldest..=self.newest).contains(&push.version) {
            return Err(Refusal::Version {
                oldest: self.oldest,
                newest: self.newest,
            });
        }
        match &loaded.mark {
            Some(mark) if mark.incarnation == push.incarnation => Ok(Deciding {
                mark: mark.clone(),
                loaded,
                writes: Vec::new(),
                changed: false,
            }),
            _ => Err(Refusal::OldIncarnation),
        }
    }
}

/// As the version knows it.
fn told(outcome: Outcome, version: u16) -> Outcome {
    match outcome {
        Outcome::Merged { version: row, .. } if version < 2 => Outcome::Applied { version: row },
        outcome => outcome,
    }
}

/// A push on its way through.
struct Deciding {
    mark: DeviceMark,
    loaded: Loaded,
    writes: Vec<Write>,
    changed: bool,
}

impl Deciding {
    /// Decides one operation; what it leaves is there for the next one.
    fn take(&mut self, operation: &Operation) -> Result<Outcome, Refusal> {
        let known = self.loaded.outcomes.get(&operation.id).cloned();
        if operation.sequence <= self.mark.sequence {
            return known.ok_or(Refusal::SequenceReused);
        }
        let expected = self.mark.sequence.saturating_add(1);
        if operation.sequence != expected {
            return Err(Refusal::Gap { expected });
        }
        // The next one of another story: a clone that goes on where the other has stopped.
        if operation.after != self.mark.last {
            return Err(Refusal::SequenceReused);
        }
        self.mark.sequence = expected;
        self.mark.last = Some(operation.id.clone());
        self.changed = true;
        if let Some(outcome) = known {
            return Ok(outcome);
        }
        let outcome = self.decide(operation);
        self.loaded
            .outcomes
            .insert(operation.id.clone(), outcome.clone());
        self.writes.push(Write::Outcome(Settled {
            operation: operation.id.clone(),
            outcome: outcome.clone(),
        }));
        Ok(outcome)
    }

    fn decide(&mut self, operation: &Operation) -> Outcome {
        if operation.given_up {
            return Outcome::Skipped;
        }
        let writer = Writer {
            device: self.mark.device.clone(),
            incarnation: self.mark.incarnation,
        };
        let entity = operation.entity();
        let record = entity.as_ref().and_then(|it| self.loaded.records.get(it));
        let version = self.loaded.head + 1;
        match decide::decide(operation, record, &writer, version) {
            Ok((record, over)) => {
                self.loaded.head = version;
                self.loaded
                    .records
                    .insert(record.row.entity.clone(), record.clone());
                self.writes
                    .extend([Write::Record(record), Write::Head(version)]);
                if over.is_empty() {
                    Outcome::Applied { version }
                } else {
                    Outcome::Merged { version, over }
                }
            }
            Err(reason) => {
                if matches!(reason, Rejection::Malformed | Rejection::UnknownKind) {
                    let operation = Box::new(operation.clone());
                    let device = self.mark.device.clone();
                    self.writes
                        .push(Write::DeadLetter(operation, device, reason));
                }
                Outcome::Rejected { reason }
            }
        }
    }

    fn finish(mut self) -> Vec<Write> {
        if self.changed {
            self.writes.push(Write::Mark(self.mark));
        }
        self.writes
    }
}

#[cfg(test)]
mod tests;
