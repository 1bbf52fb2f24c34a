//! The keys that sign, and how one follows another without a terminal refused meanwhile.
//!
//! ```text
//! Published ──► Waiting ──► Signing ──► Retiring ──► Retired
//!   SETTLE       MAX_AGE     until the    the longest    forgotten
//!                            next signs   life of a grant
//! ```
//! By time alone: no step is an event that somebody could miss. Invariant: whatever is signed at
//! some moment by the set of that moment verifies, until it expires, by every set that is at most
//! [`MAX_AGE_MS`] old. A key never changes under its id, and a set never goes back.

use super::document::{self, Document, Scope};
use super::{LEEWAY_MS, MAX_LIFE_MS, MAX_MS, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use olympus_proto::LocationId;
use olympus_proto::grant::{KeyId, PublishedKey, PublishedKeys, TerminalId};

/// How old a device's key set may be; older ones are fetched anew before anything else.
pub const MAX_AGE_MS: u64 = 60 * 60 * 1_000;
/// How long a cache between authority and device may show the set before.
pub const SETTLE_MS: u64 = 2 * 60 * 1_000;
/// How long a key is published before it signs.
pub const WAIT_MS: u64 = SETTLE_MS + MAX_AGE_MS + LEEWAY_MS;
/// How long a key is believed after it stopped signing.
pub const RETIRE_MS: u64 = MAX_LIFE_MS + 2 * LEEWAY_MS;
/// Most keys of a set: retiring, signing, waiting, and some room.
pub const MAX_KEYS: usize = 8;

/// How far a key is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// In the set; caches may not show it yet.
    Published,
    /// Every device comes to know it.
    Waiting,
    /// It signs.
    Signing,
    /// It signs no more; what it signed holds.
    Retiring,
    /// Nothing by it is believed.
    Retired,
}

/// One key of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    published: PublishedKey,
    verifying: VerifyingKey,
}

impl Key {
    fn read(published: PublishedKey) -> Result<Self, Refusal> {
        document::id(published.id.as_str())?;
        let bytes = URL_SAFE_NO_PAD
            .decode(&published.public)
            .map_err(|_| Refusal::BadEncoding)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| Refusal::BadEncoding)?;
        let verifying = VerifyingKey::from_bytes(&bytes).map_err(|_| Refusal::BadEncoding)?;
        if verifying.is_weak() {
            return Err(Refusal::BadEncoding);
        }
        Ok(Self {
            published,
            verifying,
        })
    }

    /// The key itself.
    #[must_use]
    pub const fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// How far it is at `now_ms`.
    #[must_use]
    pub fn phase(&self, now_ms: u64) -> Phase {
        let key = &self.published;
        let past = |end: Option<u64>| end.is_some_and(|end| now_ms >= end);
        if past(key.retired_ms) {
            Phase::Retired
        } else if past(key.signs_until_ms) {
            Phase::Retiring
        } else if now_ms >= key.signs_from_ms {
            Phase::Signing
        } else if now_ms >= key.published_ms.saturating_add(SETTLE_MS) {
            Phase::Waiting
        } else {
            Phase::Published
        }
    }

    /// Whether it can have signed at `issued_ms`. A set that is a little old does not know that
    /// signing was brought forward, so the moment of publishing counts, not that of signing.
    ///
    /// # Errors
    /// [`Refusal::KeyOutOfTurn`] where it cannot.
    pub fn signed_at(&self, issued_ms: u64) -> Result<(), Refusal> {
        let key = &self.published;
        let from = key.published_ms.saturating_sub(LEEWAY_MS);
        let until = key.signs_until_ms.map(|end| end.saturating_add(LEEWAY_MS));
        if issued_ms < from || until.is_some_and(|until| issued_ms >= until) {
            return Err(Refusal::KeyOutOfTurn);
        }
        Ok(())
    }
}

/// A public key as it is published.
pub(super) fn write_public(key: &VerifyingKey) -> String {
    URL_SAFE_NO_PAD.encode(key.as_bytes())
}

/// All keys, in the order in which they sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    number: u64,
    keys: Vec<Key>,
}

impl KeySet {
    /// The set as the authority has it, or as it came with the terminal's registration.
    ///
    /// # Errors
    /// [`Refusal`] where the keys do not follow each other as in a rotation.
    pub fn pinned(keys: &PublishedKeys) -> Result<Self, Refusal> {
        keys.check()?;
        let read = keys.keys.iter().cloned().map(Key::read);
        Ok(Self {
            number: keys.number,
            keys: read.collect::<Result<_, _>>()?,
        })
    }

    /// The first set: one key, which signs from `now_ms`.
    ///
    /// # Errors
    /// [`Refusal`] where the key is none.
    pub fn first(id: KeyId, public: String, now_ms: u64) -> Result<Self, Refusal> {
        let key = PublishedKey {
            id: id.clone(),
            public,
            published_ms: now_ms,
            signs_from_ms: now_ms,
            signs_until_ms: None,
            retired_ms: None,
        };
        Self::pinned(&PublishedKeys {
            number: 1,
            key: id,
            issued_ms: now_ms,
            keys: vec![key],
        })
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key that signs at `now_ms`.
    #[must_use]
    pub fn signing(&self, now_ms: u64) -> Option<&KeyId> {
        let signing = |key: &&Key| key.phase(now_ms) == Phase::Signing;
        self.keys.iter().find(signing).map(|key| &key.published.id)
    }

    /// The key of this id, where what it signed is believed at `now_ms`.
    ///
    /// # Errors
    /// [`Refusal::UnknownKey`] or [`Refusal::KeyRetired`].
    pub fn verifies_at(&self, id: &KeyId, now_ms: u64) -> Result<&Key, Refusal> {
        let key = self.find(id).ok_or(Refusal::UnknownKey)?;
        match key.phase(now_ms) {
            Phase::Retired => Err(Refusal::KeyRetired),
            _ => Ok(key),
        }
    }

    /// As it is published at `now_ms`, to be sealed by the key that signs then.
    ///
    /// # Errors
    /// [`Refusal::BadRotation`] where none signs then.
    pub fn published(&self, now_ms: u64) -> Result<PublishedKeys, Refusal> {
        let key = self.signing(now_ms).ok_or(Refusal::BadRotation)?.clone();
        let keys = self.keys.iter().map(|key| key.published.clone()).collect();
        Ok(PublishedKeys {
            number: self.number,
            key,
            issued_ms: now_ms,
            keys,
        })
    }

    /// The next set, in which a new key is published and signs from `signs_from_ms` on. Publishing
    /// the one after it at once, with a far `signs_from_ms`, keeps a spare.
    ///
    /// # Errors
    /// [`Refusal::BadRotation`] where that is less than [`WAIT_MS`] from now or before the last
    /// key's turn; [`Refusal::KeyChanged`] where the id is taken.
    pub fn publish(
        &self,
        id: KeyId,
        public: String,
        signs_from_ms: u64,
        now_ms: u64,
    ) -> Result<Self, Refusal> {
        if self.find(&id).is_some() {
            return Err(Refusal::KeyChanged);
        }
        let mut next = self.without_retired(now_ms);
        if let Some(last) = next.keys.last_mut() {
            hand_over(last, signs_from_ms);
        }
        next.keys.push(Key::read(PublishedKey {
            id,
            public,
            published_ms: now_ms,
            signs_from_ms,
            signs_until_ms: None,
            retired_ms: None,
        })?);
        next.checked(now_ms)
    }

    /// The next set, in which the key after the signing one signs as soon as every device knows it:
    /// at once, where it has waited long enough. For a key that may be in wrong hands: revoke that
    /// one in the list as well.
    ///
    /// # Errors
    /// [`Refusal::BadRotation`] where no key waits.
    pub fn bring_forward(&self, now_ms: u64) -> Result<Self, Refusal> {
        self.bring_forward_to(now_ms, now_ms)
    }

    /// As [`KeySet::bring_forward`], but it signs no sooner than `at_ms`.
    ///
    /// # Errors
    /// [`Refusal::BadRotation`] where no key waits.
    pub fn bring_forward_to(&self, at_ms: u64, now_ms: u64) -> Result<Self, Refusal> {
        let mut next = self.without_retired(now_ms);
        let waits = |key: &Key| key.phase(now_ms) < Phase::Signing;
        let at = next.keys.iter().position(waits);
        let at = at.ok_or(Refusal::BadRotation)?;
        let (before, from) = next.keys.split_at_mut(at);
        let (Some(last), Some(waiting)) = (before.last_mut(), from.first_mut()) else {
            return Err(Refusal::BadRotation);
        };
        let ready = waiting.published.published_ms.saturating_add(WAIT_MS);
        let soonest_ms = ready.max(now_ms).max(at_ms);
        let signs_from_ms = soonest_ms.min(waiting.published.signs_from_ms);
        waiting.published.signs_from_ms = signs_from_ms;
        hand_over(last, signs_from_ms);
        next.checked(now_ms)
    }

    /// The set that a device holds after it was sent `token`, and as it was sent.
    ///
    /// # Errors
    /// [`Refusal`] where it is not signed by a key held, is not newer, drops a key that may still
    /// be needed, or gives an id another key.
    pub fn follow(
        &self,
        token: &str,
        location: &LocationId,
        terminal: &TerminalId,
        now_ms: u64,
    ) -> Result<(Self, PublishedKeys), Refusal> {
        let published: PublishedKeys = document::open(token, location, terminal, self, now_ms)?;
        if published.number <= self.number {
            return Err(Refusal::KeysOlder);
        }
        let next = Self::pinned(&published)?;
        for old in &self.keys {
            match next.find(&old.published.id) {
                Some(new) if new.verifying != old.verifying => return Err(Refusal::KeyChanged),
                Some(new) if new.published.published_ms != old.published.published_ms => {
                    return Err(Refusal::KeyChanged);
                }
                None if old.phase(published.issued_ms) != Phase::Retired => {
                    return Err(Refusal::KeyChanged);
                }
                _ => {}
            }
        }
        Ok((next, published))
    }

    fn find(&self, id: &KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| &key.published.id == id)
    }

    fn without_retired(&self, now_ms: u64) -> Self {
        let kept = |key: &&Key| key.phase(now_ms) != Phase::Retired;
        Self {
            number: self.number.saturating_add(1),
            keys: self.keys.iter().filter(kept).cloned().collect(),
        }
    }

    fn checked(self, now_ms: u64) -> Result<Self, Refusal> {
        self.published(now_ms)?.check()?;
        Ok(self)
    }
}

fn hand_over(last: &mut Key, at_ms: u64) {
    last.published.signs_until_ms = Some(at_ms);
    last.published.retired_ms = Some(at_ms.saturating_add(RETIRE_MS));
}

impl Document for PublishedKeys {
    const NAME: &'static str = "keys";
    const MAX_BYTES: usize = 8 * 1024;
    const SCOPE: Scope = Scope::Everywhere;

    fn key(&self) -> &KeyId {
        &self.key
    }

    fn issued_ms(&self) -> u64 {
        self.issued_ms
    }

    /// Each key signs until the next one does, was published long enough before, and is believed
    /// for long enough after. The first one of a set may be the first one ever, which waits for
    /// nobody.
    fn check(&self) -> Result<(), Refusal> {
        document::id(self.key.as_str())?;
        if self.number == 0 || self.issued_ms > MAX_MS {
            return Err(Refusal::BadNumber);
        }
        if self.keys.is_empty() || self.keys.len() > MAX_KEYS {
            return Err(Refusal::BadRotation);
        }
        for (at, key) in self.keys.iter().enumerate() {
            let next = self.keys.get(at + 1);
            let waited = key.published_ms.saturating_add(WAIT_MS) <= key.signs_from_ms
                || (at == 0 && key.published_ms <= key.signs_from_ms);
            let hands_over = key.signs_until_ms == next.map(|next| next.signs_from_ms);
            let has_a_turn = key.signs_until_ms.is_none_or(|end| key.signs_from_ms < end);
            let believed = match (key.signs_until_ms, key.retired_ms) {
                (None, None) => true,
                (Some(until), Some(retired)) => retired >= until.saturating_add(RETIRE_MS),
                _ => false,
            };
            let in_range =
                key.signs_from_ms <= MAX_MS && key.retired_ms.is_none_or(|r| r <= MAX_MS);
            if !(waited && hands_over && has_a_turn && believed && in_range) {
                return Err(Refusal::BadRotation);
            }
            let same = |other: &PublishedKey| other.id == key.id || other.public == key.public;
            if self.keys.iter().skip(at + 1).any(same) {
                return Err(Refusal::KeyChanged);
            }
        }
        Ok(())
    }
}
