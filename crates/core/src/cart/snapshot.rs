//! The lines of a cart at one version: what clients see, and how an edit changes it.

use super::OpId;
use super::line::{Author, Line, LineId, MAX_CENTS, MAX_LINES, MAX_TEXT_BYTES};
use super::operation::{Applied, Edit, Operation, Reason};
use olympus_proto::Cents;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cart at one version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// How many operations made it.
    pub version: u64,
    /// The sum of its lines.
    pub total_cents: Cents,
    /// Its lines.
    pub lines: BTreeMap<LineId, Line>,
}

/// Why a snapshot could not follow; the way out of both is to take the snapshot of the cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// Operations in between are missing.
    #[error("operations after version {have} and before {next} are missing")]
    Gap {
        /// The version at hand.
        have: u64,
        /// The version of the operation.
        next: u64,
    },
    /// The operation does not fit, so this is not what the cart was.
    #[error("the operation of version {version} does not fit: {reason}")]
    Diverged {
        /// The version of the operation.
        version: u64,
        /// What is wrong with it.
        reason: Reason,
    },
}

impl Snapshot {
    /// Follows one operation of the cart; whether it was new. Those that are known already change
    /// nothing.
    ///
    /// # Errors
    /// [`FollowError`] where it is not the next one.
    pub fn follow(&mut self, applied: &Applied) -> Result<bool, FollowError> {
        if applied.version <= self.version {
            return Ok(false);
        }
        if applied.version - 1 != self.version {
            return Err(FollowError::Gap {
                have: self.version,
                next: applied.version,
            });
        }
        self.perform(&applied.operation.edit, &applied.author, applied.version)
            .map_err(|reason| FollowError::Diverged {
                version: applied.version,
                reason,
            })?;
        self.version = applied.version;
        Ok(true)
    }

    /// Does it, all or nothing; the version stays. Returns the lines that went away.
    pub(super) fn perform(
        &mut self,
        edit: &Edit,
        author: &Author,
        version: u64,
    ) -> Result<Vec<LineId>, Reason> {
        match edit {
            Edit::AddLine {
                line,
                item,
                name,
                unit_price_cents,
                quantity,
                modifiers,
                note,
            } => {
                if self.lines.contains_key(line) {
                    return Err(Reason::LineTaken);
                }
                if self.lines.len() >= MAX_LINES {
                    return Err(Reason::TooManyLines);
                }
                self.put(
                    line,
                    Line {
                        item: item.clone(),
                        name: name.clone(),
                        unit_price_cents: *unit_price_cents,
                        quantity: *quantity,
                        modifiers: modifiers.clone(),
                        note: note.clone(),
                        added_by: author.clone(),
                        added_in: version,
                    },
                )?;
            }
            Edit::SetQuantity { line, quantity } => {
                self.change(line, |line| line.quantity = *quantity)?;
            }
            Edit::SetModifiers { line, modifiers } => {
                self.change(line, |line| line.modifiers.clone_from(modifiers))?;
            }
            Edit::SetNote { line, note } => self.change(line, |line| line.note.clone_from(note))?,
            Edit::RemoveLine { line } => {
                self.lines.remove(line).ok_or(Reason::NoSuchLine)?;
                self.total_cents = sum(self.lines.values()).ok_or(Reason::CartFull)?;
                return Ok(vec![line.clone()]);
            }
            Edit::Clear {} => {
                self.total_cents = Cents(0);
                return Ok(std::mem::take(&mut self.lines).into_keys().collect());
            }
        }
        Ok(Vec::new())
    }

    fn change(&mut self, id: &LineId, change: impl FnOnce(&mut Line)) -> Result<(), Reason> {
        let mut line = self.lines.get(id).ok_or(Reason::NoSuchLine)?.clone();
        change(&mut line);
        self.put(id, line)
    }

    /// Puts a line in, where it and the cart with it stay within the limits.
    fn put(&mut self, id: &LineId, line: Line) -> Result<(), Reason> {
        line.check()?;
        let others = || self.lines.iter().filter(|(other, _)| *other != id);
        let lines = || others().map(|(_, line)| line).chain([&line]);
        let total = sum(lines()).ok_or(Reason::CartFull)?;
        let bytes: usize = lines().map(Line::text_bytes).sum();
        if bytes > MAX_TEXT_BYTES {
            return Err(Reason::CartFull);
        }
        self.lines.insert(id.clone(), line);
        self.total_cents = total;
        Ok(())
    }
}

/// The total of lines; `None` where one has none or the sum is beyond [`MAX_CENTS`].
fn sum<'a>(mut lines: impl Iterator<Item = &'a Line>) -> Option<Cents> {
    let total = lines.try_fold(0_i64, |sum, line| sum.checked_add(line.total()?.0))?;
    (total <= MAX_CENTS.0).then_some(Cents(total))
}

/// What a client shows while its operations are on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebased {
    /// The cart as it will be if nobody else does anything. Its version is the confirmed one.
    pub shown: Snapshot,
    /// Operations that fit no more, and why; the server will say the same.
    pub dropped: Vec<(OpId, Reason)>,
}

/// Replays a client's own operations that the server has not answered yet, in their order, on what
/// the server confirmed. Once all are answered and taken from `pending`, what is shown is the cart.
#[must_use]
pub fn rebase<'a>(
    confirmed: &Snapshot,
    pending: impl IntoIterator<Item = &'a Operation>,
    author: &Author,
) -> Rebased {
    let mut shown = confirmed.clone();
    let mut dropped = Vec::new();
    for operation in pending {
        if let Err(reason) = shown.perform(&operation.edit, author, confirmed.version) {
            dropped.push((operation.id.clone(), reason));
        }
    }
    Rebased { shown, dropped }
}
