//! What is revoked: cards, terminals, grants and keys, as a snapshot with numbered deltas.
//!
//! Invariant: a list follows only the one of the number before, or a snapshot of a higher number;
//! a gap, a rollback and a change that does not fit leave it as it is. Nothing leaves it but by a
//! signed word. An old list is still obeyed; that it is old narrows what is sold.

use super::document::{self, Document, Scope};
use super::{MAX_LIST_LIFE_MS, MAX_MS, Refusal};
use olympus_proto::LocationId;
use olympus_proto::grant::{
    CardToken, GrantId, KeyId, ListDelta, ListSnapshot, Revoked, TerminalId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most entries of a list.
pub const MAX_ENTRIES: usize = 50_000;

/// The list as a device holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationList {
    number: u64,
    expires_ms: u64,
    cards: BTreeSet<CardToken>,
    terminals: BTreeSet<TerminalId>,
    grants: BTreeSet<GrantId>,
    keys: BTreeSet<KeyId>,
}

impl RevocationList {
    /// The list of a snapshot that was opened, in place of `held`.
    ///
    /// # Errors
    /// [`Refusal::ListOlder`] where it is not newer, [`Refusal::KeyRevoked`] where the list held
    /// revokes the key that signed it.
    pub fn follow_snapshot(held: Option<&Self>, snapshot: ListSnapshot) -> Result<Self, Refusal> {
        if held.is_some_and(|held| snapshot.number <= held.number) {
            return Err(Refusal::ListOlder);
        }
        if held.is_some_and(|held| held.revokes_key(&snapshot.key)) {
            return Err(Refusal::KeyRevoked);
        }
        Ok(Self {
            number: snapshot.number,
            expires_ms: snapshot.expires_ms,
            cards: snapshot.revoked.cards.into_iter().collect(),
            terminals: snapshot.revoked.terminals.into_iter().collect(),
            grants: snapshot.revoked.grants.into_iter().collect(),
            keys: snapshot.revoked.keys.into_iter().collect(),
        })
    }

    /// The list after a delta that was opened.
    ///
    /// # Errors
    /// [`Refusal`] where it is not the next one or does not fit.
    pub fn follow_delta(&self, delta: ListDelta) -> Result<Self, Refusal> {
        if delta.number <= self.number {
            return Err(Refusal::ListOlder);
        }
        if delta.number - self.number > 1 {
            return Err(Refusal::ListGap);
        }
        if self.revokes_key(&delta.key) {
            return Err(Refusal::KeyRevoked);
        }
        let mut next = self.clone();
        next.number = delta.number;
        next.expires_ms = delta.expires_ms;
        let (added, removed) = (delta.added, delta.removed);
        change(&mut next.cards, added.cards, &removed.cards)?;
        change(&mut next.terminals, added.terminals, &removed.terminals)?;
        change(&mut next.grants, added.grants, &removed.grants)?;
        change(&mut next.keys, added.keys, &removed.keys)?;
        let entries = next.cards.len() + next.terminals.len() + next.grants.len() + next.keys.len();
        if entries > MAX_ENTRIES {
            return Err(Refusal::ListConflict);
        }
        Ok(next)
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// From when it is too old.
    #[must_use]
    pub const fn expires_ms(&self) -> u64 {
        self.expires_ms
    }

    /// What is on it: the kind, as in [`Revoked`], and the id; in one order, each once.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let cards = self.cards.iter().map(|it| ("cards", it.as_str()));
        let grants = self.grants.iter().map(|it| ("grants", it.as_str()));
        let keys = self.keys.iter().map(|it| ("keys", it.as_str()));
        let terminals = self.terminals.iter().map(|it| ("terminals", it.as_str()));
        cards.chain(grants).chain(keys).chain(terminals)
    }

    /// Whether the card is on it.
    #[must_use]
    pub fn revokes_card(&self, card: &CardToken) -> bool {
        self.cards.contains(card)
    }

    /// Whether the terminal is on it.
    #[must_use]
    pub fn revokes_terminal(&self, terminal: &TerminalId) -> bool {
        self.terminals.contains(terminal)
    }

    /// Whether the grant is on it.
    #[must_use]
    pub fn revokes_grant(&self, grant: &GrantId) -> bool {
        self.grants.contains(grant)
    }

    /// Whether the key is on it.
    #[must_use]
    pub fn revokes_key(&self, key: &KeyId) -> bool {
        self.keys.contains(key)
    }
}

/// Adds what is not there and removes what is, or the two sides have lost each other.
fn change<T: Ord>(set: &mut BTreeSet<T>, added: Vec<T>, removed: &[T]) -> Result<(), Refusal> {
    for gone in removed {
        if !set.remove(gone) {
            return Err(Refusal::ListConflict);
        }
    }
    for new in added {
        // What is removed and added at once changes nothing, and says that somebody erred.
        if removed.contains(&new) || !set.insert(new) {
            return Err(Refusal::ListConflict);
        }
    }
    Ok(())
}

fn revoked(list: &Revoked) -> Result<(), Refusal> {
    let entries = list.cards.len() + list.terminals.len() + list.grants.len() + list.keys.len();
    if entries > MAX_ENTRIES {
        return Err(Refusal::BadNumber);
    }
    document::ascending(&list.cards)?;
    document::ascending(&list.terminals)?;
    document::ascending(&list.grants)?;
    document::ascending(&list.keys)?;
    list.cards.iter().try_for_each(document::card)?;
    let terminals = list.terminals.iter().map(TerminalId::as_str);
    let grants = list.grants.iter().map(GrantId::as_str);
    let keys = list.keys.iter().map(KeyId::as_str);
    terminals
        .chain(grants)
        .chain(keys)
        .try_for_each(document::id)
}

fn head(
    location: &LocationId,
    key: &KeyId,
    number: u64,
    window: (u64, u64),
) -> Result<(), Refusal> {
    document::id(location.as_str())?;
    document::id(key.as_str())?;
    if number == 0 || number > MAX_MS {
        return Err(Refusal::BadNumber);
    }
    let (issued_ms, expires_ms) = window;
    let life = expires_ms.checked_sub(issued_ms);
    if expires_ms > MAX_MS || !life.is_some_and(|life| (1..=MAX_LIST_LIFE_MS).contains(&life)) {
        return Err(Refusal::BadWindow);
    }
    Ok(())
}

macro_rules! list_document {
    ($name:ident, $text:literal, $max:expr, $($part:ident),+) => {
        impl Document for $name {
            const NAME: &'static str = $text;
            const MAX_BYTES: usize = $max;
            const SCOPE: Scope = Scope::Location;

            fn key(&self) -> &KeyId {
                &self.key
            }

            fn issued_ms(&self) -> u64 {
                self.issued_ms
            }

            fn location(&self) -> Option<&LocationId> {
                Some(&self.location)
            }

            fn check(&self) -> Result<(), Refusal> {
                let window = (self.issued_ms, self.expires_ms);
                head(&self.location, &self.key, self.number, window)?;
                $(revoked(&self.$part)?;)+
                Ok(())
            }
        }
    };
}

// 50,000 cards are 3.4 MB of JSON, 4.5 MB in base64.
list_document!(ListSnapshot, "list", 5 * 1024 * 1024, revoked);
list_document!(ListDelta, "list_delta", 512 * 1024, added, removed);
