//! The policy of a location: what it says, and by which caps grants are made.

use super::unfit;
use crate::http::error::EdgeError;
use olympus_core::grant::{Document as _, Refusal};
use olympus_proto::grant::{Caps, Grant, KeyId, Policy, TenderKind, TenderPolicy};
use olympus_proto::location::PolicyDraft;
use olympus_proto::{Cents, LocationId};
use serde::{Deserialize, Serialize};

const HOUR_MS: u64 = 60 * 60 * 1_000;
/// Shortest life of a grant: what lives for less is asked for all the time.
const LEAST_LIFE_MS: u64 = 60 * 1_000;

/// A version of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rules {
    pub(crate) version: u64,
    pub(crate) draft: PolicyDraft,
    pub(crate) since_ms: u64,
}

impl Rules {
    /// The policy of the house, until somebody says another: enough for an evening, not for a
    /// month.
    pub(super) fn first(now_ms: u64) -> Self {
        let rule = |tender, cents| TenderPolicy {
            tender,
            sale_cents: Cents(cents),
        };
        let draft = PolicyDraft {
            tenders: vec![
                rule(TenderKind::Cash, 200_000),
                rule(TenderKind::Card, 20_000),
                rule(TenderKind::StoredValue, 20_000),
            ],
            age_limits: Vec::new(),
            reduced_percent: 20,
            reduced_ms: 2 * HOUR_MS,
            caps: Caps {
                sale_cents: Cents(20_000),
                total_cents: Cents(500_000),
                sales: 500,
            },
            grant_life_ms: 24 * HOUR_MS,
        };
        Self {
            version: 1,
            draft,
            since_ms: now_ms,
        }
    }

    pub(super) fn followed_by(&self, draft: PolicyDraft, now_ms: u64) -> Self {
        Self {
            version: self.version + 1,
            draft,
            since_ms: now_ms,
        }
    }

    /// As it is signed.
    pub(super) fn policy(&self, location: &LocationId, key: &KeyId, now_ms: u64) -> Policy {
        Policy {
            location: location.clone(),
            version: self.version,
            key: key.clone(),
            issued_ms: now_ms,
            tenders: self.draft.tenders.clone(),
            age_limits: self.draft.age_limits.clone(),
            reduced_percent: self.draft.reduced_percent,
            reduced_ms: self.draft.reduced_ms,
        }
    }

    /// Tenders that need a grant.
    pub(super) fn granted(&self) -> Vec<TenderKind> {
        let tenders = self.draft.tenders.iter().map(|rule| rule.tender);
        tenders
            .filter(|tender| *tender != TenderKind::Cash)
            .collect()
    }
}

/// Whether grants could be made by it; what the policy itself may say is checked as it is signed.
pub(super) fn check(draft: &PolicyDraft) -> Result<(), EdgeError> {
    if draft.tenders.is_empty() {
        return Err(EdgeError::invalid(
            "a policy allows one tender at least, or nothing could be sold",
        ));
    }
    if draft.grant_life_ms < LEAST_LIFE_MS {
        return Err(unfit(Refusal::BadWindow));
    }
    Grant {
        grant: "any".into(),
        terminal: "any".into(),
        location: "any".into(),
        key: "any".into(),
        issued_ms: 0,
        not_before_ms: 0,
        expires_ms: draft.grant_life_ms,
        policy: 1,
        caps: draft.caps,
        tenders: vec![TenderKind::Card],
    }
    .check()
    .map_err(unfit)
}
