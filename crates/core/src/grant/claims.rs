//! What a grant and a policy may say at all, whoever signed them.

use super::document::{self, Document, Scope};
use super::{MAX_CENTS, MAX_LIFE_MS, MAX_MS, MAX_SALES, Refusal};
use olympus_proto::grant::{AgeLimit, Caps, Grant, KeyId, Policy, TenderKind, TerminalId};
use olympus_proto::{Cents, LocationId};

/// Longest time that the reduced caps are left.
pub const MAX_REDUCED_MS: u64 = 72 * 60 * 60 * 1_000;
/// Most categories of goods with an age.
pub const MAX_AGE_LIMITS: usize = 64;

/// Whether it is above 0 and not beyond every measure.
pub(super) fn amount(cents: Cents) -> bool {
    cents.0 > 0 && cents <= MAX_CENTS
}

fn caps(caps: &Caps) -> Result<(), Refusal> {
    let sound = amount(caps.sale_cents)
        && amount(caps.total_cents)
        && caps.sale_cents <= caps.total_cents
        && (1..=MAX_SALES).contains(&caps.sales);
    sound.then_some(()).ok_or(Refusal::BadCaps)
}

/// What is left of `caps` once they are reduced to `percent`.
pub(super) fn reduced(caps: &Caps, percent: u8) -> Caps {
    let part = |cents: Cents| Cents(cents.0.saturating_mul(i64::from(percent)) / 100);
    let sales = u64::from(caps.sales) * u64::from(percent) / 100;
    Caps {
        sale_cents: part(caps.sale_cents),
        total_cents: part(caps.total_cents),
        sales: u32::try_from(sales).unwrap_or(caps.sales),
    }
}

impl Document for Grant {
    const NAME: &'static str = "grant";
    const MAX_BYTES: usize = 2 * 1024;
    const SCOPE: Scope = Scope::Terminal;

    fn key(&self) -> &KeyId {
        &self.key
    }

    fn issued_ms(&self) -> u64 {
        self.issued_ms
    }

    fn location(&self) -> Option<&LocationId> {
        Some(&self.location)
    }

    fn terminal(&self) -> Option<&TerminalId> {
        Some(&self.terminal)
    }

    fn check(&self) -> Result<(), Refusal> {
        let ids = [
            self.grant.as_str(),
            self.terminal.as_str(),
            self.location.as_str(),
            self.key.as_str(),
        ];
        ids.into_iter().try_for_each(document::id)?;
        // Keys are believed for as long after their turn as a grant lives after it was signed.
        let ordered = self.issued_ms <= self.not_before_ms && self.not_before_ms < self.expires_ms;
        if !ordered
            || self.expires_ms > MAX_MS
            || self.expires_ms.saturating_sub(self.issued_ms) > MAX_LIFE_MS
        {
            return Err(Refusal::BadWindow);
        }
        if self.policy == 0 || self.policy > MAX_MS {
            return Err(Refusal::BadNumber);
        }
        caps(&self.caps)?;
        document::ascending(&self.tenders)?;
        if self.tenders.is_empty() || self.tenders.contains(&TenderKind::Cash) {
            return Err(Refusal::BadClaims);
        }
        Ok(())
    }
}

impl Document for Policy {
    const NAME: &'static str = "policy";
    const MAX_BYTES: usize = 16 * 1024;
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
        [self.location.as_str(), self.key.as_str()]
            .into_iter()
            .try_for_each(document::id)?;
        let in_range = (1..=MAX_MS).contains(&self.version)
            && self.issued_ms <= MAX_MS
            && self.reduced_percent <= 100
            && self.reduced_ms <= MAX_REDUCED_MS
            && self.age_limits.len() <= MAX_AGE_LIMITS;
        if !in_range {
            return Err(Refusal::BadNumber);
        }
        let tenders: Vec<_> = self.tenders.iter().map(|rule| rule.tender).collect();
        document::ascending(&tenders)?;
        if !self.tenders.iter().all(|rule| amount(rule.sale_cents)) {
            return Err(Refusal::BadCaps);
        }
        let category = |limit: &AgeLimit| limit.category.clone();
        let categories: Vec<_> = self.age_limits.iter().map(category).collect();
        document::ascending(&categories)?;
        categories.iter().try_for_each(|text| document::id(text))
    }
}
