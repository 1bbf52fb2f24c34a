//! The keys of a location: one signs, one waits.
//!
//! Invariant: a spare key is published long before its turn, so that it can sign at once where the
//! other is in wrong hands; the rules of a rotation are `core::grant::KeySet`'s. No id is given
//! twice, also where no key of that id is left.

use super::super::secret::Secret;
use super::own_fault;
use crate::http::error::EdgeError;
use olympus_core::grant::{KeySet, LEEWAY_MS, MAX_KEYS, MAX_MS, Phase, Refusal, Signer, WAIT_MS};
use olympus_proto::grant::{KeyId, PublishedKey, PublishedKeys};
use olympus_proto::location::Rotation;
use olympus_proto::{ErrorCode, LocationId};

/// How long a key signs, unless the next one is brought forward.
const TURN_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// The key set, and how many keys there ever were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ring {
    pub(super) set: KeySet,
    pub(super) made: u64,
}

fn id(number: u64) -> KeyId {
    KeyId(format!("k-{number}"))
}

/// What to say of a key that cannot be revoked yet.
pub(super) fn still_needed(key: &KeyId) -> EdgeError {
    EdgeError::new(
        ErrorCode::WrongState,
        format!(
            "the key {key} signs or waits to sign; let the next one sign by POST …/grant-keys/rotate \
             with `bring_forward`, then revoke it"
        ),
    )
}

impl Ring {
    pub(super) fn first(
        secret: &Secret,
        location: &LocationId,
        now_ms: u64,
    ) -> Result<Self, EdgeError> {
        let first = secret.signer(location, &id(1))?;
        // Where this object goes on in a place whose clock is behind, the key signs there too.
        let since_ms = now_ms.saturating_sub(LEEWAY_MS);
        let set = KeySet::first(first.id().clone(), first.public(), since_ms);
        let set = set.map_err(own_fault)?;
        Ok(Self { set, made: 1 })
    }

    pub(super) fn restore(keys: &PublishedKeys, made: u64) -> Result<Self, EdgeError> {
        let set = KeySet::pinned(keys).map_err(own_fault)?;
        Ok(Self { set, made })
    }

    /// The key whose turn it is, which has to be the one that was published.
    pub(super) fn signer(
        &self,
        secret: &Secret,
        location: &LocationId,
        now_ms: u64,
    ) -> Result<Signer, EdgeError> {
        let published = self.set.published(now_ms).map_err(own_fault)?;
        let signer = secret.signer(location, &published.key)?;
        let public = signer.public();
        let same = |key: &&PublishedKey| key.id == published.key && key.public == public;
        if !published.keys.iter().any(|key| same(&key)) {
            return Err(EdgeError::internal(
                "GRANT_SECRET is not the one that this location's keys were made of; put it back",
            ));
        }
        Ok(signer)
    }

    fn last(&self, now_ms: u64) -> Option<PublishedKey> {
        let published = self.set.published(now_ms).ok()?;
        published.keys.into_iter().next_back()
    }

    /// Whether the last key signs, or soon will.
    pub(super) fn spare_is_due(&self, now_ms: u64) -> bool {
        self.last(now_ms)
            .is_none_or(|last| last.signs_from_ms <= now_ms.saturating_add(WAIT_MS))
    }

    /// When the last key soon will sign, and there is room for another one.
    pub(super) fn due_ms(&self) -> u64 {
        // At any time that is asked for, the keys are the same ones.
        let Ok(published) = self.set.published(MAX_MS) else {
            return 0;
        };
        let keys = published.keys;
        let spare_ms = keys
            .last()
            .map_or(0, |last| last.signs_from_ms.saturating_sub(WAIT_MS));
        // A full set has none before its first key has retired: until then the alarm would ring
        // without pause, and in vain.
        let retires_ms = keys.iter().filter_map(|key| key.retired_ms).min();
        match retires_ms.filter(|_| keys.len() >= MAX_KEYS) {
            Some(room_ms) => spare_ms.max(room_ms),
            None => spare_ms,
        }
    }

    /// Publishes a spare; whether there was room for it. Where keys were changed too often in a
    /// day there is some again tomorrow.
    pub(super) fn publish_spare(
        &mut self,
        secret: &Secret,
        location: &LocationId,
        now_ms: u64,
    ) -> Result<bool, EdgeError> {
        let spare = secret.signer(location, &id(self.made + 1))?;
        let after_ms = self.last(now_ms).map_or(now_ms, |last| last.signs_from_ms);
        let signs_from_ms = after_ms.max(now_ms).saturating_add(TURN_MS);
        let (key, public) = (spare.id().clone(), spare.public());
        match self.set.publish(key, public, signs_from_ms, now_ms) {
            Ok(set) => {
                (self.set, self.made) = (set, self.made + 1);
                Ok(true)
            }
            Err(Refusal::BadRotation) => Ok(false),
            Err(why) => Err(own_fault(why)),
        }
    }

    /// Brings the next key forward; whether that made its turn an earlier one.
    pub(super) fn bring_forward(&mut self, soon: bool, now_ms: u64) -> Result<bool, EdgeError> {
        let before = self.waiting(now_ms);
        let before = before.ok_or_else(|| {
            EdgeError::new(
                ErrorCode::WrongState,
                "no key waits: keys were changed too often; try again once the oldest has retired, \
                 24 h after it stopped signing",
            )
        })?;
        let at_ms = if soon {
            now_ms
        } else {
            now_ms.saturating_add(WAIT_MS)
        };
        let next = self
            .set
            .bring_forward_to(at_ms, now_ms)
            .map_err(own_fault)?;
        let moved = next.published(now_ms).map_err(own_fault)?.keys;
        let moved = moved.iter().find(|key| key.id == before.id);
        if moved.is_none_or(|moved| moved.signs_from_ms == before.signs_from_ms) {
            return Ok(false);
        }
        self.set = next;
        Ok(true)
    }

    /// The key that waits for its turn.
    fn waiting(&self, now_ms: u64) -> Option<PublishedKey> {
        let published = self.set.published(now_ms).ok()?;
        let waits = |key: &PublishedKey| key.signs_from_ms > now_ms;
        published.keys.into_iter().find(waits)
    }

    /// Who signs, and who is next.
    pub(super) fn rotation(&self, now_ms: u64) -> Result<Rotation, EdgeError> {
        let signs = self.set.signing(now_ms);
        let signs = signs.ok_or_else(|| own_fault(Refusal::BadRotation))?;
        let last = self.waiting(now_ms).or_else(|| self.last(now_ms));
        let next = last.ok_or_else(|| own_fault(Refusal::BadRotation))?;
        Ok(Rotation {
            signs: signs.clone(),
            next: next.id,
            signs_from_ms: next.signs_from_ms,
        })
    }

    /// The first of these keys that signs or will.
    pub(super) fn first_needed<'a>(&self, keys: &'a [KeyId], now_ms: u64) -> Option<&'a KeyId> {
        keys.iter().find(|id| {
            let key = self.set.verifies_at(id, now_ms);
            key.is_ok_and(|key| key.phase(now_ms) <= Phase::Signing)
        })
    }

    /// Whether what this key signed is still believed.
    pub(crate) fn verifies(&self, key: &KeyId, now_ms: u64) -> bool {
        self.set.verifies_at(key, now_ms).is_ok()
    }

    /// Number of the set.
    pub(crate) fn number(&self) -> u64 {
        self.set.number()
    }
}
