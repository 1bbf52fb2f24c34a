//! What may be done in a small share of requests only: retries and hedges.
//!
//! Invariant: in any run of `n` requests at most `share · n + burst` withdrawals succeed. Counted
//! in millionths, so that no rounding adds up.

/// Millionths in a token.
const WHOLE: u64 = 1_000_000;

/// Size of a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// Part of the requests that may draw, 0 to 1.
    pub share: f64,
    /// Tokens that quiet times may save up.
    pub burst: u32,
}

/// A token bucket that requests fill instead of time: it cannot pay for more work than comes in.
#[derive(Debug, Clone)]
pub struct Budget {
    deposit: u64,
    most: u64,
    tokens: u64,
}

impl Budget {
    /// Empty: the first token takes `1 / share` requests.
    #[must_use]
    pub fn new(allowance: Allowance) -> Self {
        Self {
            deposit: (allowance.share.clamp(0.0, 1.0) * WHOLE as f64) as u64,
            most: u64::from(allowance.burst) * WHOLE,
            tokens: 0,
        }
    }

    /// A request came.
    pub fn deposit(&mut self) {
        self.tokens = (self.tokens + self.deposit).min(self.most);
    }

    /// Whether a token can be had that leaves `spare` for others.
    #[must_use]
    pub fn affords(&self, spare: u32) -> bool {
        self.tokens >= WHOLE * (u64::from(spare) + 1)
    }

    /// Takes a token; whether there was one.
    #[must_use]
    pub fn take(&mut self) -> bool {
        let affords = self.affords(0);
        if affords {
            self.tokens -= WHOLE;
        }
        affords
    }

    /// Whole tokens left.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.tokens / WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Budget};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_window_exceeds_the_share_and_the_burst(
            steps in prop::collection::vec(any::<bool>(), 0..500),
            share in 0.0..1.0_f64,
            burst in 0_u32..10,
        ) {
            let mut budget = Budget::new(Allowance { share, burst });
            // The largest excess of withdrawals over deposits that any window can end with.
            let mut excess = 0.0_f64;
            for asks in steps {
                budget.deposit();
                excess = (excess - share).max(-share);
                if asks && budget.take() {
                    excess += 1.0;
                    prop_assert!(excess <= f64::from(burst) + 1e-3, "{excess}");
                }
            }
        }
    }

    #[test]
    fn a_token_takes_its_share_of_requests() {
        let mut budget = Budget::new(Allowance {
            share: 0.05,
            burst: 2,
        });
        for request in 1..=100 {
            budget.deposit();
            assert_eq!(budget.take(), request % 20 == 0, "{request}");
        }
        (0..1_000).for_each(|_| budget.deposit());
        assert_eq!(budget.left(), 2);
        assert!(budget.affords(1) && !budget.affords(2));
    }
}
