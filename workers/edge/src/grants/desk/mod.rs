//! What the authority of a location decides: its keys, its policy, what is revoked, and grants.
//!
//! Invariant: pure. The clock, the secret and random ids come from outside, and what was decided
//! counts once it is written. Whatever is signed is signed by the key whose turn it is; nothing is
//! said that `core::grant` would not take.

mod issue;
pub(super) mod list;
mod ring;
mod rules;

pub(crate) use issue::{Wish, worse};
pub(crate) use list::Entries;

use list::List;
use ring::Ring;
use rules::Rules;

use super::secret::Secret;
use crate::http::error::EdgeError;
use olympus_core::grant::{LEEWAY_MS, Refusal, Signer};
use olympus_proto::LocationId;
use olympus_proto::grant::{KeyId, ListDelta, ListSnapshot, PublishedKeys};
use olympus_proto::location::{ChangeRevocations, PolicyDraft, PolicyInForce, Rotation};
use serde::{Deserialize, Serialize};

/// How long a list holds from its signing.
const LIST_LIFE_MS: u64 = olympus_core::grant::MAX_LIST_LIFE_MS;
/// A list that holds for less than this is signed anew.
const LIST_LEFT_MS: u64 = LIST_LIFE_MS / 2;

/// All that was decided at a location, but for its terminals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Desk {
    pub(super) location: LocationId,
    pub(super) ring: Ring,
    pub(super) rules: Rules,
    pub(super) list: List,
}

/// The small part of a [`Desk`], as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) location: LocationId,
    pub(super) keys: PublishedKeys,
    pub(super) keys_made: u64,
    pub(super) rules: Rules,
    pub(super) list_number: u64,
    pub(super) list_expires_ms: u64,
}

/// A key set or a change of the list as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) number: u64,
    /// The key that signed it.
    pub(super) key: KeyId,
    /// Absent where the change is too large for a token: devices fetch the list.
    pub(super) token: Option<String>,
}

/// What has to be written besides the head.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Whether there is anything to write.
    pub(super) any: bool,
    /// Whether the location begins.
    pub(super) first: bool,
    /// Key sets that were made.
    pub(super) sets: Vec<Numbered>,
    /// Changes of the list.
    pub(super) deltas: Vec<Numbered>,
    /// Whether the entries of the list changed.
    pub(super) entries: bool,
    /// Whether there is another policy.
    pub(super) policy: bool,
}

/// A fault of ours: what was made here is refused by the very rules of devices.
fn own_fault(why: Refusal) -> EdgeError {
    EdgeError::internal(format!("{}: {why}", why.code()))
}

/// What a client sent cannot be signed.
fn unfit(why: Refusal) -> EdgeError {
    let what = why.message().split(';').next().unwrap_or_default();
    EdgeError::invalid(format!("{}: {what}; mend it and send it again", why.code()))
}

impl Desk {
    /// A location begins: with its first key and a spare, the policy of the house and nothing
    /// revoked.
    pub(super) fn first(
        secret: &Secret,
        location: LocationId,
        now_ms: u64,
    ) -> Result<(Self, Change), EdgeError> {
        let mut change = Change {
            any: true,
            first: true,
            entries: true,
            policy: true,
            ..Change::default()
        };
        let mut desk = Self {
            ring: Ring::first(secret, &location, now_ms)?,
            rules: Rules::first(now_ms),
            list: List::first(now_ms.saturating_add(LIST_LIFE_MS)),
            location,
        };
        desk.add_spare(secret, now_ms, &mut change)?;
        Ok((desk, change))
    }

    /// From what is kept.
    pub(super) fn restore(head: Head, entries: Entries) -> Result<Self, EdgeError> {
        Ok(Self {
            ring: Ring::restore(&head.keys, head.keys_made)?,
            rules: head.rules,
            list: List::restore(head.list_number, head.list_expires_ms, entries),
            location: head.location,
        })
    }

    /// What is to be kept.
    pub(super) fn head(&self, now_ms: u64) -> Result<Head, EdgeError> {
        Ok(Head {
            location: self.location.clone(),
            keys: self.ring.set.published(now_ms).map_err(own_fault)?,
            keys_made: self.ring.made,
            rules: self.rules.clone(),
            list_number: self.list.number,
            list_expires_ms: self.list.expires_ms,
        })
    }

    /// The key whose turn it is.
    pub(super) fn signer(&self, secret: &Secret, now_ms: u64) -> Result<Signer, EdgeError> {
        self.ring.signer(secret, &self.location, now_ms)
    }

    /// What time alone makes due: another spare key, a list signed anew.
    pub(super) fn upkeep(
        &mut self,
        secret: &Secret,
        now_ms: u64,
        change: &mut Change,
    ) -> Result<(), EdgeError> {
        if self.ring.spare_is_due(now_ms) {
            self.add_spare(secret, now_ms, change)?;
        }
        if self.list.expires_ms.saturating_sub(now_ms) < LIST_LEFT_MS {
            let nothing = ChangeRevocations::default();
            self.sign_delta(secret, now_ms, nothing, change)?;
        }
        Ok(())
    }

    /// How long after its end a grant is still sold by, at reduced caps.
    pub(super) fn grace_ms(&self) -> u64 {
        self.rules.draft.reduced_ms.saturating_add(LEEWAY_MS)
    }

    /// When time alone makes something due.
    pub(super) fn due_ms(&self) -> u64 {
        let list_ms = self.list.expires_ms.saturating_sub(LIST_LEFT_MS) + 1;
        list_ms.min(self.ring.due_ms())
    }

    /// Lets the next key sign: as soon as every device knows it, or after the time that one
    /// published now would wait.
    pub(super) fn rotate(
        &mut self,
        secret: &Secret,
        soon: bool,
        now_ms: u64,
        change: &mut Change,
    ) -> Result<Rotation, EdgeError> {
        if self.ring.bring_forward(soon, now_ms)? {
            self.seal_set(secret, now_ms, change)?;
        }
        if self.ring.spare_is_due(now_ms) {
            self.add_spare(secret, now_ms, change)?;
        }
        self.ring.rotation(now_ms)
    }

    /// Another policy; whether it is one.
    pub(super) fn set_policy(
        &mut self,
        secret: &Secret,
        draft: PolicyDraft,
        now_ms: u64,
        change: &mut Change,
    ) -> Result<bool, EdgeError> {
        rules::check(&draft)?;
        if draft == self.rules.draft {
            return Ok(false);
        }
        let mut next = self.clone();
        next.rules = self.rules.followed_by(draft, now_ms);
        // A policy that no device would take is not one.
        next.policy(secret, now_ms)?;
        *self = next;
        (change.any, change.policy) = (true, true);
        Ok(true)
    }

    /// The policy, signed now.
    pub(super) fn policy(&self, secret: &Secret, now_ms: u64) -> Result<PolicyInForce, EdgeError> {
        let signer = self.signer(secret, now_ms)?;
        let policy = self.rules.policy(&self.location, signer.id(), now_ms);
        let token = signer.seal(&policy).map_err(unfit)?;
        Ok(PolicyInForce {
            policy,
            caps: self.rules.draft.caps,
            grant_life_ms: self.rules.draft.grant_life_ms,
            token,
        })
    }

    /// Revokes, and takes back; whether that changed anything.
    pub(super) fn revoke(
        &mut self,
        secret: &Secret,
        asked: &ChangeRevocations,
        now_ms: u64,
        change: &mut Change,
    ) -> Result<bool, EdgeError> {
        list::check(asked)?;
        if let Some(key) = self.ring.first_needed(&asked.add.keys, now_ms) {
            return Err(ring::still_needed(key));
        }
        let real = self.list.entries.really(asked);
        if real == ChangeRevocations::default() {
            return Ok(false);
        }
        self.sign_delta(secret, now_ms, real, change)?;
        change.entries = true;
        Ok(true)
    }

    /// The newest key set, signed now: for devices that believe no key any more that signed it.
    pub(super) fn newest_set(&self, secret: &Secret, now_ms: u64) -> Result<String, EdgeError> {
        let published = self.ring.set.published(now_ms).map_err(own_fault)?;
        let token = self.signer(secret, now_ms)?.seal(&published);
        token.map_err(own_fault)
    }

    /// Whether devices take now what this key signed.
    pub(super) fn believes(&self, key: &str, now_ms: u64) -> bool {
        let key = KeyId::from(key);
        self.ring.verifies(&key, now_ms) && !self.list.entries.key(&key)
    }

    /// The whole list, signed now.
    pub(super) fn snapshot(&self, secret: &Secret, now_ms: u64) -> Result<String, EdgeError> {
        let signer = self.signer(secret, now_ms)?;
        let snapshot = ListSnapshot {
            location: self.location.clone(),
            number: self.list.number,
            key: signer.id().clone(),
            issued_ms: now_ms,
            expires_ms: self.list.expires_ms,
            revoked: self.list.entries.revoked(),
        };
        signer.seal(&snapshot).map_err(own_fault)
    }

    fn add_spare(
        &mut self,
        secret: &Secret,
        now_ms: u64,
        change: &mut Change,
    ) -> Result<(), EdgeError> {
        if self.ring.publish_spare(secret, &self.location, now_ms)? {
            self.seal_set(secret, now_ms, change)?;
        }
        Ok(())
    }

    fn seal_set(&self, secret: &Secret, now_ms: u64, change: &mut Change) -> Result<(), EdgeError> {
        let published = self.ring.set.published(now_ms).map_err(own_fault)?;
        let token = self.signer(secret, now_ms)?.seal(&published);
        let token = Some(token.map_err(own_fault)?);
        let PublishedKeys { number, key, .. } = published;
        change.any = true;
        change.sets.push(Numbered { number, key, token });
        Ok(())
    }

    fn sign_delta(
        &mut self,
        secret: &Secret,
        now_ms: u64,
        real: ChangeRevocations,
        change: &mut Change,
    ) -> Result<(), EdgeError> {
        let signer = self.signer(secret, now_ms)?;
        let expires_ms = now_ms.saturating_add(LIST_LIFE_MS);
        let next = self.list.after(&real, expires_ms)?;
        let delta = ListDelta {
            location: self.location.clone(),
            number: next.number,
            key: signer.id().clone(),
            issued_ms: now_ms,
            expires_ms,
            added: real.add,
            removed: real.remove,
        };
        let token = match signer.seal(&delta) {
            Ok(token) => Some(token),
            Err(Refusal::TokenTooLong) => None,
            Err(why) => return Err(own_fault(why)),
        };
        let (number, key) = (next.number, signer.id().clone());
        self.list = next;
        change.any = true;
        change.deltas.push(Numbered { number, key, token });
        Ok(())
    }
}
