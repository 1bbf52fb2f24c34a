//! Money in integer cents of the location's currency.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in cents. Shown with two decimals; never a float in arithmetic.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// The amount in major units, for display and for JSON's `price`.
    #[must_use]
    pub fn major(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "prices are far below 2^53 cents"
        )]
        let cents = self.0 as f64;
        cents / 100.0
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::Cents;

    #[test]
    fn shows_two_decimals_and_one_sign() {
        for (cents, text) in [(0, "0.00"), (5, "0.05"), (1234, "12.34"), (-5, "-0.05")] {
            assert_eq!(Cents(cents).to_string(), text);
        }
    }
}
