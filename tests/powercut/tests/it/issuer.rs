//! Who signs what a terminal sells by: keys, policy, the list of what is revoked, grants.

use crate::support::{HOUR, location, terminal};
use olympus_core::grant::{Document, KeySet, Signer, WAIT_MS};
use olympus_proto::Cents;
use olympus_proto::grant::{
    Caps, CardToken, Grant, GrantId, KeyId, ListSnapshot, Policy, PublishedKeys, Revoked,
    TenderKind, TenderPolicy,
};
use olympus_proto::location::{Documents, GrantRequest, TerminalWelcome};
use std::collections::BTreeMap;

const GRANT_LIFE_MS: u64 = 6 * HOUR;

/// The location's issuer. What it says is durable as soon as it is said.
#[derive(Debug)]
pub(crate) struct Issuer {
    keys: KeySet,
    made: u8,
    policy: u64,
    caps: Caps,
    pub(crate) list: u64,
    revoked: Vec<CardToken>,
    /// The number of the list that each card is revoked since.
    pub(crate) revoked_at: BTreeMap<CardToken, u64>,
    /// Every key set, as it was sealed when it was made.
    sets: Vec<(u64, String)>,
    /// By the request that it was asked with.
    answered: BTreeMap<(usize, String), Grant>,
    /// Planted: twice as much as it writes down.
    pub(crate) doubles: bool,
    /// Every grant, and who it is for.
    pub(crate) issued: BTreeMap<GrantId, (usize, Grant)>,
}

fn signer(id: &KeyId) -> Signer {
    let number = id.as_str().trim_start_matches("k-").parse().unwrap_or(0);
    Signer::new(id.clone(), &[number; 32])
}

fn key(number: u8) -> Signer {
    signer(&KeyId(format!("k-{number}")))
}

impl Issuer {
    pub(crate) fn new(caps: Caps, now_ms: u64) -> Self {
        let first = key(1);
        let from = now_ms - 24 * HOUR;
        let keys = KeySet::first(first.id().clone(), first.public(), from).expect("a first key");
        Self {
            keys,
            made: 1,
            policy: 1,
            caps,
            list: 1,
            revoked: Vec::new(),
            revoked_at: BTreeMap::new(),
            sets: Vec::new(),
            answered: BTreeMap::new(),
            doubles: false,
            issued: BTreeMap::new(),
        }
    }

    fn published(&self, now_ms: u64) -> PublishedKeys {
        self.keys.published(now_ms).expect("a key signs")
    }

    fn seal<D: Document>(&self, document: &D) -> String {
        signer(document.key()).seal(document).expect("a document")
    }

    /// The terminal is registered, with the keys it pins.
    pub(crate) fn welcome(&self, number: usize, now_ms: u64) -> TerminalWelcome {
        TerminalWelcome {
            terminal: terminal(number),
            keys: self.published(now_ms),
            server_ms: now_ms,
        }
    }

    /// The next key is published, and signs once every terminal knows it.
    pub(crate) fn rotate(&mut self, now_ms: u64) {
        let next = key(self.made + 1);
        let from = now_ms + WAIT_MS;
        let published = self
            .keys
            .publish(next.id().clone(), next.public(), from, now_ms);
        // One rotation at a time.
        if let Ok(keys) = published {
            self.keys = keys;
            self.made += 1;
            let published = self.published(now_ms);
            self.sets.push((published.number, self.seal(&published)));
        }
    }

    pub(crate) fn revoke(&mut self, card: CardToken) {
        if !self.revoked.contains(&card) {
            self.revoked.push(card.clone());
            self.revoked.sort();
            self.list += 1;
            self.revoked_at.insert(card, self.list);
        }
    }

    /// Other caps for grants from now on.
    pub(crate) fn set_caps(&mut self, caps: Caps) {
        self.caps = caps;
        self.policy += 1;
    }

    fn signing(&self, now_ms: u64) -> KeyId {
        self.keys.signing(now_ms).expect("a key signs").clone()
    }

    fn policy(&self, now_ms: u64) -> Policy {
        let rule = |tender, cents| TenderPolicy {
            tender,
            sale_cents: Cents(cents),
        };
        Policy {
            location: location(),
            version: self.policy,
            key: self.signing(now_ms),
            issued_ms: now_ms,
            tenders: vec![
                rule(TenderKind::Cash, 1_000_000),
                rule(TenderKind::Card, 500_000),
                rule(TenderKind::StoredValue, 500_000),
            ],
            age_limits: Vec::new(),
            reduced_percent: 20,
            reduced_ms: 2 * HOUR,
        }
    }

    fn list(&self, now_ms: u64) -> ListSnapshot {
        ListSnapshot {
            location: location(),
            number: self.list,
            key: self.signing(now_ms),
            issued_ms: now_ms,
            expires_ms: now_ms + 12 * HOUR,
            revoked: Revoked {
                cards: self.revoked.clone(),
                ..Revoked::default()
            },
        }
    }

    /// What is newer than what the terminal holds, and a grant.
    pub(crate) fn grant(&mut self, number: usize, asks: &GrantRequest, now_ms: u64) -> Documents {
        let grant = self.grant_of(number, asks, now_ms);
        let mut documents = self.documents((asks.policy, asks.revocations, asks.keys), now_ms);
        documents.grant = grant.map(|mut grant| {
            if self.doubles {
                grant.caps.total_cents.0 *= 2;
                grant.caps.sales *= 2;
            }
            self.seal(&grant)
        });
        documents
    }

    /// Without a grant.
    pub(crate) fn documents(&self, held: (u64, u64, u64), now_ms: u64) -> Documents {
        let newer = |newest: u64, held: u64| newest > held;
        let sets = self
            .sets
            .iter()
            .filter(|(number, _)| newer(*number, held.2));
        let mut documents = Documents {
            server_ms: now_ms,
            keys: sets.map(|(_, token)| token.clone()).collect(),
            ..Documents::default()
        };
        if newer(self.policy, held.0) {
            documents.policy = Some(self.seal(&self.policy(now_ms)));
        }
        if newer(self.list, held.1) {
            documents.list = Some(self.seal(&self.list(now_ms)));
        }
        documents
    }

    /// Nothing where all that may be unsettled is.
    fn grant_of(&mut self, number: usize, asks: &GrantRequest, now_ms: u64) -> Option<Grant> {
        let request = (number, asks.request.clone());
        if let Some(grant) = self.answered.get(&request) {
            return Some(grant.clone());
        }
        let left = Caps {
            total_cents: Cents((self.caps.total_cents.0 - asks.unsettled_cents.0).max(0)),
            sales: self.caps.sales.saturating_sub(asks.unsettled_sales),
            ..self.caps
        };
        if left.total_cents.0 == 0 || left.sales == 0 {
            return None;
        }
        let caps = Caps {
            sale_cents: left.sale_cents.min(left.total_cents),
            ..left
        };
        let grant = Grant {
            grant: GrantId(format!("g-{}", self.issued.len() + 1)),
            terminal: terminal(number),
            location: location(),
            key: self.signing(now_ms),
            issued_ms: now_ms,
            not_before_ms: now_ms,
            expires_ms: now_ms + GRANT_LIFE_MS,
            policy: 1,
            caps,
            tenders: vec![TenderKind::Card, TenderKind::StoredValue],
        };
        self.answered.insert(request, grant.clone());
        let id = grant.grant.clone();
        self.issued.insert(id, (number, grant.clone()));
        Some(grant)
    }
}
