//! The simulated location's signed documents: keys, policy, list and grants, sealed as the Worker
//! seals them.

use super::super::super::location::Held;
use olympus_core::grant::{KeySet, MAX_LIST_LIFE_MS, Refusal, Signer, WAIT_MS};
use olympus_proto::grant::{
    Caps, Grant, GrantId, KeyId, ListDelta, ListSnapshot, Policy, PublishedKeys, Revoked,
    TenderKind, TenderPolicy, TerminalId,
};
use olympus_proto::location::{Documents, GrantRequest};
use olympus_proto::{Cents, LocationId};
use std::collections::BTreeMap;

const HOUR: u64 = 60 * 60 * 1_000;
const DAY: u64 = 24 * HOUR;

/// What the location signs, and by what.
pub(super) struct Seals {
    location: LocationId,
    signers: BTreeMap<KeyId, Signer>,
    keys: KeySet,
    /// Key sets after the first, by their number.
    sets: BTreeMap<u64, String>,
    policy: Policy,
    caps: Caps,
    life_ms: u64,
    revoked: Revoked,
    number: u64,
    deltas: BTreeMap<u64, String>,
    /// By the wish that they answer.
    grants: BTreeMap<String, (GrantId, String)>,
}

impl Seals {
    /// A location that began at `now_ms`; its second key has waited long enough.
    pub(super) fn new(location: LocationId, now_ms: u64) -> Result<Self, Refusal> {
        let (first, spare) = (signer(1), signer(2));
        let began = now_ms.saturating_sub(DAY);
        let keys = KeySet::first(first.id().clone(), first.public(), began)?.publish(
            spare.id().clone(),
            spare.public(),
            now_ms + 30 * DAY,
            began + 1,
        )?;
        let rule = |tender, cents| TenderPolicy {
            tender,
            sale_cents: Cents(cents),
        };
        let policy = Policy {
            location: location.clone(),
            version: 1,
            key: first.id().clone(),
            issued_ms: now_ms,
            tenders: vec![
                rule(TenderKind::Cash, 100_000),
                rule(TenderKind::Card, 50_000),
                rule(TenderKind::StoredValue, 10_000),
            ],
            age_limits: Vec::new(),
            reduced_percent: 20,
            reduced_ms: 2 * HOUR,
        };
        Ok(Self {
            location,
            signers: [first, spare]
                .into_iter()
                .map(|signer| (signer.id().clone(), signer))
                .collect(),
            keys,
            sets: BTreeMap::new(),
            policy,
            caps: Caps {
                sale_cents: Cents(50_000),
                total_cents: Cents(10_000_000),
                sales: 5_000,
            },
            life_ms: 8 * HOUR,
            revoked: Revoked::default(),
            number: 1,
            deltas: BTreeMap::new(),
            grants: BTreeMap::new(),
        })
    }

    /// Grants live so long from now on.
    pub(super) fn grants_live(&mut self, life_ms: u64) {
        self.life_ms = life_ms;
    }

    /// How many grants were given.
    pub(super) fn granted(&self) -> usize {
        self.grants.len()
    }

    pub(super) fn pinned(&self, now_ms: u64) -> Result<PublishedKeys, Refusal> {
        self.keys.published(now_ms)
    }

    /// Revokes more; its number.
    pub(super) fn revoke(&mut self, added: Revoked, now_ms: u64) -> Result<u64, Refusal> {
        add(&mut self.revoked.cards, &added.cards);
        add(&mut self.revoked.terminals, &added.terminals);
        add(&mut self.revoked.grants, &added.grants);
        add(&mut self.revoked.keys, &added.keys);
        self.number += 1;
        let delta = ListDelta {
            location: self.location.clone(),
            number: self.number,
            key: self.signing(now_ms)?,
            issued_ms: now_ms,
            expires_ms: now_ms + MAX_LIST_LIFE_MS,
            added,
            removed: Revoked::default(),
        };
        let token = self.signer(&delta.key)?.seal(&delta)?;
        self.deltas.insert(self.number, token);
        Ok(self.number)
    }

    /// Changes of the list are not known any more: whoever misses one gets all of it.
    pub(super) fn forget_deltas(&mut self) {
        self.deltas.clear();
    }

    /// The next key signs at once, and another one is published for later.
    pub(super) fn rotate(&mut self, now_ms: u64) -> Result<u64, Refusal> {
        let by = self.signing(now_ms)?;
        self.keys = self.keys.bring_forward(now_ms)?;
        self.seal_keys(&by, now_ms)?;
        let by = self.signing(now_ms)?;
        let count = u8::try_from(self.signers.len()).unwrap_or(u8::MAX);
        let next = signer(count.saturating_add(1));
        let from = now_ms + WAIT_MS + DAY;
        self.keys = (self.keys).publish(next.id().clone(), next.public(), from, now_ms)?;
        self.signers.insert(next.id().clone(), next);
        self.seal_keys(&by, now_ms)?;
        Ok(self.keys.number())
    }

    /// The set as it is now, signed by a key of the set before.
    fn seal_keys(&mut self, by: &KeyId, now_ms: u64) -> Result<(), Refusal> {
        let mut published = self.keys.published(now_ms)?;
        published.key = by.clone();
        let token = self.signer(by)?.seal(&published)?;
        self.sets.insert(self.keys.number(), token);
        Ok(())
    }

    /// What is newer than what is held.
    pub(super) fn documents(&self, held: Held, now_ms: u64) -> Result<Documents, Refusal> {
        let key = self.signing(now_ms)?;
        let signer = self.signer(&key)?;
        let mut documents = Documents {
            keys: (self.sets.range(held.keys + 1..))
                .map(|(_, token)| token.clone())
                .collect(),
            server_ms: now_ms,
            ..Documents::default()
        };
        if held.policy < self.policy.version {
            let policy = Policy {
                key: key.clone(),
                issued_ms: now_ms,
                ..self.policy.clone()
            };
            documents.policy = Some(signer.seal(&policy)?);
        }
        if held.revocations >= self.number {
            return Ok(documents);
        }
        let deltas = self.deltas.range(held.revocations + 1..);
        let deltas: Vec<_> = deltas.map(|(_, token)| token.clone()).collect();
        let missing = self.number - held.revocations;
        if held.revocations > 0 && u64::try_from(deltas.len()) == Ok(missing) {
            documents.deltas = deltas;
        } else {
            documents.list = Some(signer.seal(&ListSnapshot {
                location: self.location.clone(),
                number: self.number,
                key: key.clone(),
                issued_ms: now_ms,
                expires_ms: now_ms + MAX_LIST_LIFE_MS,
                revoked: self.revoked.clone(),
            })?);
        }
        Ok(documents)
    }

    /// A grant, and what is newer.
    pub(super) fn grant(
        &mut self,
        terminal: &TerminalId,
        wish: &GrantRequest,
        now_ms: u64,
    ) -> Result<Documents, Refusal> {
        let held = Held {
            policy: wish.policy,
            revocations: wish.revocations,
            keys: wish.keys,
        };
        let mut documents = self.documents(held, now_ms)?;
        if !self.grants.contains_key(&wish.request) {
            let grant = Grant {
                grant: format!("g-{}", self.grants.len() + 1).as_str().into(),
                terminal: terminal.clone(),
                location: self.location.clone(),
                key: self.signing(now_ms)?,
                issued_ms: now_ms,
                not_before_ms: now_ms,
                expires_ms: now_ms + self.life_ms,
                policy: self.policy.version,
                caps: Caps {
                    total_cents: Cents(self.caps.total_cents.0 - wish.unsettled_cents.0),
                    ..self.caps
                },
                tenders: vec![TenderKind::Card, TenderKind::StoredValue],
            };
            let token = self.signer(&grant.key)?.seal(&grant)?;
            self.grants
                .insert(wish.request.clone(), (grant.grant, token));
        }
        let given = self.grants.get(&wish.request);
        documents.grant = given.map(|(_, token)| token.clone());
        Ok(documents)
    }

    fn signing(&self, now_ms: u64) -> Result<KeyId, Refusal> {
        self.keys
            .signing(now_ms)
            .cloned()
            .ok_or(Refusal::BadRotation)
    }

    fn signer(&self, key: &KeyId) -> Result<&Signer, Refusal> {
        self.signers.get(key).ok_or(Refusal::UnknownKey)
    }
}

/// Into a list in ascending order without repeats.
fn add<T: Clone + Ord>(list: &mut Vec<T>, more: &[T]) {
    list.extend_from_slice(more);
    list.sort();
    list.dedup();
}

fn signer(number: u8) -> Signer {
    Signer::new(format!("k-{number}").as_str().into(), &[number; 32])
}
