//! A cart that several people fill at once, and that comes out the same for all of them.
//!
//! The server applies operations one at a time and tells all who watch what it did, in order; who
//! follows has the same cart. Of two who set the same thing the later one at the server wins; a
//! removed line stays removed, also for those who had not seen it.
//!
//! Invariant: an operation is done at most once, however often it is sent; a refused one changes
//! no line, and stays refused but where the menu alone was against it, which may change; the total
//! is the sum of the lines, and no sum overflows. Never knows a clock, a menu
//! that it was not given, or who may do what.

mod line;
mod operation;
mod price;
mod snapshot;
#[cfg(test)]
mod tests;

pub use line::{
    Author, Line, LineId, LineModifier, MAX_CENTS, MAX_ID_BYTES, MAX_LINES, MAX_MODIFIERS,
    MAX_NAME_BYTES, MAX_NOTE_BYTES, MAX_QUANTITY, MAX_TEXT_BYTES, OpId,
};
pub use operation::{Applied, Edit, Operation, Outcome, Reason};
pub use snapshot::{FollowError, Rebased, Snapshot, rebase};

use olympus_proto::{Cents, ItemId, MenuItem};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Most operations whose outcome is remembered.
pub const MAX_REMEMBERED: usize = 2_000;
/// Most removed lines that are remembered.
pub const MAX_REMOVED: usize = 2_000;
/// Most operations that can be told to who comes back.
pub const MAX_LOG: usize = 256;
/// Most text of those, in bytes.
pub const MAX_LOG_BYTES: usize = 64 * 1024;

/// The cart as the server has it. Serialised it is all that has to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cart {
    shown: Snapshot,
    /// Lines that were there, the oldest first.
    removed: VecDeque<LineId>,
    /// What came of the latest operations, the oldest first.
    outcomes: VecDeque<(OpId, Outcome)>,
    /// The latest version that was made by an operation which is not remembered any more.
    forgotten: u64,
    /// The latest operations that were done, the oldest first.
    log: VecDeque<Applied>,
}

impl Cart {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many operations were done.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.shown.version
    }

    /// The lines.
    #[must_use]
    pub const fn lines(&self) -> &BTreeMap<LineId, Line> {
        &self.shown.lines
    }

    /// The sum of the lines.
    #[must_use]
    pub const fn total(&self) -> Cents {
        self.shown.total_cents
    }

    /// What clients see.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.shown
    }

    /// Does an operation whose names and prices are known to be right.
    pub fn apply(&mut self, operation: Operation, author: Author) -> Outcome {
        self.judge(operation, author, |_, _| Ok(()))
    }

    /// Does an operation of a client: names and prices are those of `menu`, whatever it says.
    pub fn apply_from_menu<'m>(
        &mut self,
        operation: Operation,
        author: Author,
        menu: impl FnOnce(&ItemId) -> Option<&'m MenuItem>,
    ) -> Outcome {
        self.judge(operation, author, |edit, shown| {
            price::price(edit, shown, menu)
        })
    }

    /// What came of the operation of this id; `None` where it is not known, or not any more.
    #[must_use]
    pub fn outcome(&self, id: &OpId) -> Option<Outcome> {
        let (_, first) = self.outcomes.iter().rev().find(|(known, _)| known == id)?;
        Some(match *first {
            Outcome::Applied { version } => Outcome::Repeated { version },
            other => other,
        })
    }

    /// What was done after `version`, in order; `None` where that is not known any more, or never
    /// was: take the snapshot.
    #[must_use]
    pub fn since(&self, version: u64) -> Option<Vec<Applied>> {
        let missed = self.version().checked_sub(version)?;
        let missed = usize::try_from(missed).ok()?;
        let skip = self.log.len().checked_sub(missed)?;
        Some(self.log.iter().skip(skip).cloned().collect())
    }

    fn judge(
        &mut self,
        mut operation: Operation,
        author: Author,
        price: impl FnOnce(&mut Edit, &Snapshot) -> Result<(), Reason>,
    ) -> Outcome {
        let line_is_sound = operation.edit.line().is_none_or(LineId::is_sound);
        if !(operation.id.is_sound() && line_is_sound && author.is_sound()) {
            return refused(Reason::BadId);
        }
        if let Some(known) = self.outcome(&operation.id) {
            return known;
        }
        // What was made by a forgotten operation built on a version before that.
        if operation.base_version < self.forgotten {
            return refused(Reason::Stale);
        }
        if operation.base_version > self.version() {
            return refused(Reason::UnknownVersion);
        }
        let id = operation.id.clone();
        let priced = price(&mut operation.edit, &self.shown);
        let outcome = priced
            .and_then(|()| self.perform(operation, author))
            .unwrap_or_else(refused);
        if !matches!(outcome, Outcome::Refused { reason } if reason.is_of_the_menu()) {
            self.remember(id, outcome);
        }
        outcome
    }

    fn perform(&mut self, operation: Operation, author: Author) -> Result<Outcome, Reason> {
        if let Some(id) = operation.edit.line() {
            if self.removed.contains(id) {
                return Err(Reason::Gone);
            }
            if let (Edit::AddLine { item, .. }, Some(line)) =
                (&operation.edit, self.shown.lines.get(id))
            {
                // Two people who made the same id mean two dishes; neither may get lost.
                return if *item == line.item && author == line.added_by {
                    Ok(Outcome::Repeated {
                        version: line.added_in,
                    })
                } else {
                    Err(Reason::LineTaken)
                };
            }
        }
        let version = self.version().checked_add(1).ok_or(Reason::CartFull)?;
        let gone = self.shown.perform(&operation.edit, &author, version)?;
        self.shown.version = version;
        self.removed.extend(gone);
        let too_many = self.removed.len().saturating_sub(MAX_REMOVED);
        self.removed.drain(..too_many);
        self.record(Applied {
            version,
            author,
            operation,
        });
        Ok(Outcome::Applied { version })
    }

    fn remember(&mut self, id: OpId, outcome: Outcome) {
        self.outcomes.push_back((id, outcome));
        while self.outcomes.len() > MAX_REMEMBERED {
            if let Some((_, Outcome::Applied { version })) = self.outcomes.pop_front() {
                self.forgotten = version;
            }
        }
    }

    fn record(&mut self, applied: Applied) {
        self.log.push_back(applied);
        let bytes = |log: &VecDeque<Applied>| -> usize {
            let texts = log
                .iter()
                .map(|applied| applied.operation.edit.text_bytes());
            texts.sum()
        };
        while self.log.len() > MAX_LOG || bytes(&self.log) > MAX_LOG_BYTES {
            self.log.pop_front();
        }
    }
}

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason }
}
