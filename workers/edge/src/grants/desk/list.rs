//! What is revoked at a location, as the authority has it.
//!
//! Invariant: a change says only what it really changes, since devices refuse one that adds what is
//! there or removes what is not. Every change, and every new signature, is one more number.

use super::{own_fault, unfit};
use crate::http::error::EdgeError;
use olympus_core::grant::{Document as _, MAX_ENTRIES, Refusal};
use olympus_proto::ErrorCode;
use olympus_proto::grant::{CardToken, GrantId, KeyId, ListSnapshot, Revoked, TerminalId};
use olympus_proto::location::ChangeRevocations;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What is revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    cards: BTreeSet<CardToken>,
    terminals: BTreeSet<TerminalId>,
    grants: BTreeSet<GrantId>,
    keys: BTreeSet<KeyId>,
}

impl From<Revoked> for Entries {
    fn from(revoked: Revoked) -> Self {
        Self {
            cards: revoked.cards.into_iter().collect(),
            terminals: revoked.terminals.into_iter().collect(),
            grants: revoked.grants.into_iter().collect(),
            keys: revoked.keys.into_iter().collect(),
        }
    }
}

/// Those of `asked` that are in `set`, or are not.
fn those<T: Ord + Clone>(asked: &[T], set: &BTreeSet<T>, there: bool) -> Vec<T> {
    let fits = |entry: &&T| set.contains(*entry) == there;
    asked.iter().filter(fits).cloned().collect()
}

fn put<T: Ord + Clone>(set: &mut BTreeSet<T>, add: &[T], remove: &[T]) {
    remove.iter().for_each(|gone| {
        set.remove(gone);
    });
    set.extend(add.iter().cloned());
}

impl Entries {
    /// As documents name them.
    pub(crate) fn revoked(&self) -> Revoked {
        Revoked {
            cards: self.cards.iter().cloned().collect(),
            terminals: self.terminals.iter().cloned().collect(),
            grants: self.grants.iter().cloned().collect(),
            keys: self.keys.iter().cloned().collect(),
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.cards.len() + self.terminals.len() + self.grants.len() + self.keys.len()
    }

    /// Whether a terminal is revoked.
    pub(crate) fn terminal(&self, terminal: &TerminalId) -> bool {
        self.terminals.contains(terminal)
    }

    /// Whether a key is revoked.
    pub(crate) fn key(&self, key: &KeyId) -> bool {
        self.keys.contains(key)
    }

    /// What of it would change anything.
    pub(super) fn really(&self, asked: &ChangeRevocations) -> ChangeRevocations {
        let part = |asked: &Revoked, there: bool| Revoked {
            cards: those(&asked.cards, &self.cards, there),
            terminals: those(&asked.terminals, &self.terminals, there),
            grants: those(&asked.grants, &self.grants, there),
            keys: those(&asked.keys, &self.keys, there),
        };
        ChangeRevocations {
            add: part(&asked.add, false),
            remove: part(&asked.remove, true),
        }
    }

    fn after(&self, real: &ChangeRevocations) -> Self {
        let mut next = self.clone();
        let (add, gone) = (&real.add, &real.remove);
        put(&mut next.cards, &add.cards, &gone.cards);
        put(&mut next.terminals, &add.terminals, &gone.terminals);
        put(&mut next.grants, &add.grants, &gone.grants);
        put(&mut next.keys, &add.keys, &gone.keys);
        next
    }
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) number: u64,
    pub(crate) expires_ms: u64,
    pub(crate) entries: Rc<Entries>,
}

impl List {
    pub(super) fn first(expires_ms: u64) -> Self {
        Self::restore(1, expires_ms, Entries::default())
    }

    pub(super) fn restore(number: u64, expires_ms: u64, entries: Entries) -> Self {
        Self {
            number,
            expires_ms,
            entries: Rc::new(entries),
        }
    }

    /// The list after a change that is real.
    pub(super) fn after(
        &self,
        real: &ChangeRevocations,
        expires_ms: u64,
    ) -> Result<Self, EdgeError> {
        let mut entries = Rc::clone(&self.entries);
        if *real != ChangeRevocations::default() {
            entries = Rc::new(self.entries.after(real));
        }
        if entries.len() > MAX_ENTRIES {
            return Err(EdgeError::new(
                ErrorCode::Conflict,
                format!(
                    "the list would have {} entries and may have {MAX_ENTRIES}; remove some first",
                    entries.len()
                ),
            ));
        }
        Ok(Self {
            number: self.number + 1,
            expires_ms,
            entries,
        })
    }
}

/// Whether a change can be one at all.
pub(super) fn check(asked: &ChangeRevocations) -> Result<(), EdgeError> {
    if *asked == ChangeRevocations::default() {
        return Err(EdgeError::invalid(
            "name in `add` or `remove` what is to be revoked or is not any more",
        ));
    }
    for part in [&asked.add, &asked.remove] {
        as_list(part).map_err(|why| match why {
            Refusal::BadNumber => EdgeError::invalid(format!(
                "bad_number: a list has at most {MAX_ENTRIES} entries; name fewer"
            )),
            why => unfit(why),
        })?;
    }
    let both = Entries::from(asked.add.clone()).really(&ChangeRevocations {
        add: Revoked::default(),
        remove: asked.remove.clone(),
    });
    if both.remove != Revoked::default() {
        return Err(EdgeError::invalid(
            "the same entry is in `add` and in `remove`; say one of the two",
        ));
    }
    Ok(())
}

/// Whether a list of these would be a list.
fn as_list(revoked: &Revoked) -> Result<(), Refusal> {
    ListSnapshot {
        location: "any".into(),
        number: 1,
        key: "any".into(),
        issued_ms: 0,
        expires_ms: 1,
        revoked: revoked.clone(),
    }
    .check()
}

/// The entries of a list that was kept.
pub(crate) fn read(text: &str) -> Result<Entries, EdgeError> {
    let revoked: Revoked = serde_json::from_str(text).map_err(EdgeError::internal)?;
    as_list(&revoked).map_err(own_fault)?;
    Ok(revoked.into())
}
