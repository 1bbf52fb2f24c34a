//! Whether the cloud may be believed: a guard against one that is fast and wrong.
//!
//! A wrong answer looks like any other, so the record is kept where both paths answered and both
//! were sure: there, a right cloud mostly says what the local model says. Where it often does not,
//! one of the two is wrong, and the local one is the one that was measured before it shipped.
//! Invariant: trust is lost and won back at different rates, so that it does not flap, and only on
//! evidence.

use serde::{Deserialize, Serialize};

/// Comparisons that are assumed before the first.
const PRIOR: f64 = 10.0;
/// Disagreement that is assumed before the first comparison.
const PRIOR_RATE: f64 = 0.1;

/// When trust is lost and won.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrustConfig {
    /// Rate of disagreement from which the cloud is not believed.
    pub lost_at: f64,
    /// Rate under which it is believed again.
    pub won_at: f64,
    /// Comparisons without which nothing changes.
    pub least: u32,
    /// Comparisons that the rate remembers.
    pub window: u32,
    /// Part of the surely answered local requests that the cloud is asked as well, after the
    /// answer, to compare. More while the record is thin or bad, as far as the hedging budget
    /// goes.
    pub audit_share: f64,
}

impl Default for TrustConfig {
    fn default() -> Self {
        Self {
            lost_at: 0.3,
            won_at: 0.15,
            least: 8,
            window: 50,
            audit_share: 0.01,
        }
    }
}

/// Whether the cloud is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A sure answer is taken.
    Trusted,
    /// A sure answer counts only where there is no local one.
    Distrusted,
}

/// The record of one task's cloud path.
#[derive(Debug, Clone)]
pub struct Trust {
    config: TrustConfig,
    seen: u32,
    agreed: f64,
    disagreed: f64,
    standing: Standing,
}

impl Trust {
    /// Trusted, without a record.
    #[must_use]
    pub const fn new(config: TrustConfig) -> Self {
        Self {
            config,
            seen: 0,
            agreed: 0.0,
            disagreed: 0.0,
            standing: Standing::Trusted,
        }
    }

    /// Two sure answers to one question were the same, or not.
    pub fn observe(&mut self, agree: bool) {
        let keep = 1.0 - 1.0 / f64::from(self.config.window.max(1));
        self.seen = self.seen.saturating_add(1);
        self.agreed *= keep;
        self.disagreed *= keep;
        *(if agree {
            &mut self.agreed
        } else {
            &mut self.disagreed
        }) += 1.0;
        let rate = self.disagreement();
        match self.standing {
            _ if self.is_thin() => {}
            Standing::Trusted if rate >= self.config.lost_at => {
                self.standing = Standing::Distrusted;
            }
            Standing::Distrusted if rate < self.config.won_at => {
                self.standing = Standing::Trusted;
            }
            Standing::Trusted | Standing::Distrusted => {}
        }
    }

    /// Rate of disagreement, 0 to 1, drawn to a tenth while the record is thin.
    #[must_use]
    pub fn disagreement(&self) -> f64 {
        (self.disagreed + PRIOR * PRIOR_RATE) / (self.agreed + self.disagreed + PRIOR)
    }

    /// Whether the cloud is believed.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether the next comparison matters more than usual: too few so far, or near a change.
    #[must_use]
    pub fn wants_evidence(&self) -> bool {
        self.is_thin()
            || self.standing == Standing::Distrusted
            || self.disagreement() >= self.config.won_at
    }

    const fn is_thin(&self) -> bool {
        self.seen < self.config.least
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, Trust, TrustConfig};

    #[test]
    fn is_lost_on_evidence_and_won_back_late() {
        let mut trust = Trust::new(TrustConfig::default());
        assert!(trust.wants_evidence());
        for _ in 0..7 {
            trust.observe(false);
        }
        assert_eq!(trust.standing(), Standing::Trusted, "too few to say");
        trust.observe(false);
        assert_eq!(trust.standing(), Standing::Distrusted);
        let mut needed = 0;
        while trust.standing() == Standing::Distrusted {
            trust.observe(true);
            needed += 1;
        }
        assert!((20..60).contains(&needed), "{needed}");
        assert!(trust.disagreement() < 0.15);
    }

    #[test]
    fn one_in_ten_is_no_reason_for_distrust() {
        let mut trust = Trust::new(TrustConfig::default());
        for n in 0..1_000 {
            trust.observe(n % 10 != 0);
            assert_eq!(trust.standing(), Standing::Trusted, "{n}");
        }
        assert!(!trust.wants_evidence());
    }

    #[test]
    fn between_the_two_rates_nothing_changes() {
        for (start, standing) in [(true, Standing::Trusted), (false, Standing::Distrusted)] {
            let mut trust = Trust::new(TrustConfig::default());
            (0..50).for_each(|_| trust.observe(start));
            assert_eq!(trust.standing(), standing);
            // From the bad side one in four keeps distrust, from the good side trust.
            for n in 0..1_000 {
                trust.observe(n % 4 != 3);
            }
            assert_eq!(trust.standing(), standing);
        }
    }
}
