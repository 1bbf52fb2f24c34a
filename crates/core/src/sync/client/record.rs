//! Recording an operation beside its business write, and when that is refused.

use super::{Attention, Client, Effects, Now, Pending, Write};
use crate::route::Moment;
use olympus_proto::Cents;
use olympus_proto::sync::{Fields, Operation, OperationId, OperationKind};
use serde_json::Value;
use std::time::Duration;

/// An operation without its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Fresh, made at random.
    pub id: OperationId,
    /// What it does.
    pub kind: OperationKind,
    /// Id of the row it is about.
    pub entity: String,
    /// Version of the row as it is on this device; 0 where there is none.
    pub base_version: u64,
    /// What it sets.
    pub payload: Fields,
    /// What is at stake.
    pub value_cents: Cents,
}

/// Why nothing was recorded. The business write must not be done either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRecorded {
    /// Of value, and the oldest operation waits too long.
    #[error("the oldest sale waits for more than its time: take cash, or bring the line back")]
    Age,
    /// As many wait as may.
    #[error("as many operations wait as may: bring the line back, then go on")]
    Count,
    /// As much value waits as may.
    #[error("as much money waits as may: take cash, or bring the line back")]
    Value,
    /// The id is in use.
    #[error("this operation is recorded already")]
    Again,
    /// There is nothing to do again.
    #[error("no such operation waits to be looked at")]
    NotThere,
}

/// How close the caps are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// All is well.
    None,
    /// The oldest operation is past its soft age, or three quarters of a cap are used: tell.
    Soft,
    /// Nothing that could be lost is recorded any more. Cash, and what finishes an open order, still
    /// is.
    Hard,
    /// Nothing is.
    Full,
}

/// Where sync stands: for the metrics and the operations page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Operations that wait.
    pub queue_size: usize,
    /// Value that waits, tips and cash included.
    pub value: Cents,
    /// Age of the oldest operation that waits.
    pub oldest: Option<Duration>,
    /// Operations to be looked at.
    pub attention: usize,
    /// When the authority last took or had nothing more.
    pub last_success: Option<Moment>,
    /// How close the caps are.
    pub pressure: Pressure,
}

impl Client {
    /// Records an operation. `persist` goes into the transaction of the business write.
    ///
    /// # Errors
    /// Where a cap is reached or the id is in use; then nothing has changed.
    pub fn record(&mut self, draft: Draft, now: Now) -> Result<Effects, NotRecorded> {
        if self.sequences.contains_key(&draft.id) || self.attention.contains_key(&draft.id) {
            return Err(NotRecorded::Again);
        }
        let stake = at_stake(draft.kind, &draft.payload, draft.value_cents);
        self.room(stake, now)?;
        let sequence = self.identity.next_sequence;
        self.identity.next_sequence += 1;
        let after = self.identity.last.replace(draft.id.clone());
        let age = self.age.mark(now);
        let pending = Pending {
            operation: Operation {
                id: draft.id,
                sequence,
                after,
                kind: draft.kind,
                entity: draft.entity,
                base_version: draft.base_version,
                payload: draft.payload,
                given_up: false,
                created_at_ms: now.wall_ms,
                value_cents: draft.value_cents,
            },
            lived_ms: self.age.lived_ms(now),
            given_up: false,
        };
        let mut effects = Effects {
            persist: vec![
                age,
                Write::Identity(self.identity.clone()),
                Write::Put(pending.clone()),
            ],
            ..Effects::default()
        };
        self.sequences
            .insert(pending.operation.id.clone(), sequence);
        self.waiting += worth(&pending.operation);
        self.capped += capped(&pending.operation);
        self.outbox.insert(sequence, pending);
        self.send(now, &mut effects);
        effects.wake = self.wake(now);
        Ok(effects)
    }

    /// Does again what was not done, as a new operation.
    ///
    /// # Errors
    /// Where there is no such operation, or as [`Self::record`].
    pub fn again(
        &mut self,
        done: &OperationId,
        draft: Draft,
        now: Now,
    ) -> Result<Effects, NotRecorded> {
        if !self.attention.contains_key(done) {
            return Err(NotRecorded::NotThere);
        }
        let mut effects = self.record(draft, now)?;
        effects.persist.extend(self.dismiss(done));
        Ok(effects)
    }

    /// A person has looked at it and lets it be.
    pub fn dismiss(&mut self, id: &OperationId) -> Option<Write> {
        let Attention { operation, .. } = self.attention.remove(id)?;
        Some(Write::Settle(operation.id))
    }

    /// Where sync stands.
    #[must_use]
    pub fn standing(&self, now: Now) -> Standing {
        let value = Cents(whole(self.waiting));
        let capped = whole(self.capped);
        let oldest = self.oldest(now);
        let config = &self.config;
        let near = |used: i128, most: i128| used * 4 >= most * 3;
        let queue_size = self.outbox.len();
        let pressure = if queue_size >= config.most_operations {
            Pressure::Full
        } else if oldest >= Some(config.hard_age) || capped >= config.most_value.0 {
            Pressure::Hard
        } else if oldest >= Some(config.soft_age)
            || near(queue_size as i128, config.most_operations as i128)
            || near(capped.into(), config.most_value.0.into())
        {
            Pressure::Soft
        } else {
            Pressure::None
        };
        Standing {
            queue_size,
            value,
            oldest,
            attention: self.attention.len(),
            last_success: self.last_success,
            pressure,
        }
    }

    /// Whether so many operations, with so much at stake ([`at_stake`]) together, would be recorded. To be asked before
    /// anything else is done that could not be taken back.
    ///
    /// # Errors
    /// As [`Self::record`], but for the id.
    pub fn room_for(&self, operations: usize, value: Cents, now: Now) -> Result<(), NotRecorded> {
        let before = operations.saturating_sub(1);
        if self.outbox.len().saturating_add(before) >= self.config.most_operations {
            return Err(NotRecorded::Count);
        }
        self.room(value, now)
    }

    fn room(&self, value: Cents, now: Now) -> Result<(), NotRecorded> {
        if self.outbox.len() >= self.config.most_operations {
            return Err(NotRecorded::Count);
        }
        // An order under way is finished: only where something is at stake it is refused.
        if value.0 == 0 {
            return Ok(());
        }
        if self.oldest(now) >= Some(self.config.hard_age) {
            return Err(NotRecorded::Age);
        }
        let value = value.0.saturating_abs();
        if whole(self.capped).saturating_add(value) > self.config.most_value.0 {
            return Err(NotRecorded::Value);
        }
        Ok(())
    }

    fn oldest(&self, now: Now) -> Option<Duration> {
        let (_, oldest) = self.outbox.first_key_value()?;
        let lived = self.age.lived_ms(now).saturating_sub(oldest.lived_ms);
        Some(Duration::from_millis(lived))
    }
}

fn whole(cents: i128) -> i64 {
    i64::try_from(cents).unwrap_or(i64::MAX)
}

/// What an operation is worth while it waits: a refund as a sale, with its tip.
pub(super) fn worth(operation: &Operation) -> i128 {
    cents_of(&operation.payload, operation.value_cents)
}

/// What counts against the caps of it.
pub(super) fn capped(operation: &Operation) -> i128 {
    let cents = at_stake(operation.kind, &operation.payload, operation.value_cents);
    i128::from(cents.0)
}

/// What may be lost where an operation waits for too long. Cash is in the drawer whatever becomes of
/// the line: it is taken until no more operations may wait.
#[must_use]
pub fn at_stake(kind: OperationKind, payload: &Fields, value: Cents) -> Cents {
    let is_cash = payload.get("tender").and_then(Value::as_str) == Some("cash");
    if kind == OperationKind::Payment && is_cash {
        return Cents(0);
    }
    Cents(i64::try_from(cents_of(payload, value)).unwrap_or(i64::MAX))
}

fn cents_of(payload: &Fields, value: Cents) -> i128 {
    let tip = payload.get("tip_cents").and_then(Value::as_i64);
    i128::from(value.0).abs() + i128::from(tip.unwrap_or(0)).abs()
}
