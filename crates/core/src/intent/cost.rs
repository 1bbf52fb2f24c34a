//! What a wrong answer costs, beside asking the customer again.
//!
//! Invariant: a right answer costs nothing and no cost is negative, so the answer of least
//! expected cost is never worse than asking again.

use olympus_proto::Intent;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The cost matrix, by what tells its entries apart. In units of one question asked again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Costs {
    /// Answering `unknown` where something was wanted: the customer is asked again.
    pub ask_again: f32,
    /// Acting on a wrong intent.
    pub wrong: f32,
    /// Voiding what nobody wanted voided.
    pub false_cancel: f32,
    /// Treating a complaint as anything else but unknown.
    pub missed_complaint: f32,
}

impl Costs {
    /// Every mistake costs the same as asking again: the likeliest intent is the answer.
    pub const EVEN: Self = Self {
        ask_again: 1.0,
        wrong: 1.0,
        false_cancel: 1.0,
        missed_complaint: 1.0,
    };
}

impl Default for Costs {
    /// Such that of the project's own utterances fewer than 3 in 100 are asked again.
    fn default() -> Self {
        Self {
            ask_again: 1.0,
            wrong: 1.2,
            false_cancel: 1.6,
            missed_complaint: 1.3,
        }
    }
}

/// Names and places of the entries, as settings have them.
const NAMES: [&str; 4] = ["ask-again", "wrong", "false-cancel", "missed-complaint"];

/// A cost matrix that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}`: use NAME=COST parted by commas, e.g. wrong=1.6,false-cancel=3; costs are 0 or more and names are {}", NAMES.join(", "))]
pub struct CostsError {
    /// The part that was not understood.
    pub found: String,
}

impl Costs {
    /// What it costs to answer `answer` where `truth` was meant.
    #[must_use]
    pub fn of(&self, truth: Intent, answer: Intent) -> f32 {
        match (truth, answer) {
            _ if truth == answer => 0.0,
            (_, Intent::Unknown) => self.ask_again,
            (Intent::Complaint, Intent::Cancel) => self.false_cancel.max(self.missed_complaint),
            (Intent::Complaint, _) => self.missed_complaint,
            (_, Intent::Cancel) => self.false_cancel,
            _ => self.wrong,
        }
    }

    /// What it is expected to cost to answer `answer`, given the probability of each intent.
    pub fn expected(
        &self,
        probabilities: impl IntoIterator<Item = (Intent, f32)>,
        answer: Intent,
    ) -> f32 {
        probabilities
            .into_iter()
            .map(|(truth, probability)| probability * self.of(truth, answer))
            .sum()
    }

    /// # Errors
    /// [`CostsError`] where a cost is negative or no number.
    pub fn check(&self) -> Result<(), CostsError> {
        for (name, cost) in NAMES.into_iter().zip(self.values()) {
            if !(cost.is_finite() && cost >= 0.0) {
                return Err(CostsError {
                    found: format!("{name}={cost}"),
                });
            }
        }
        Ok(())
    }

    fn values(&self) -> [f32; 4] {
        [
            self.ask_again,
            self.wrong,
            self.false_cancel,
            self.missed_complaint,
        ]
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, cost)) in NAMES.into_iter().zip(self.values()).enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{name}={cost}")?;
        }
        Ok(())
    }
}

impl FromStr for Costs {
    type Err = CostsError;

    /// `wrong=1.6,false-cancel=3`; what is not named keeps its default.
    fn from_str(text: &str) -> Result<Self, CostsError> {
        let mut costs = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let bad = || CostsError {
                found: part.to_owned(),
            };
            let (name, cost) = part.split_once('=').ok_or_else(bad)?;
            let cost = cost.trim().parse().map_err(|_| bad())?;
            *match name.trim() {
                "ask-again" => &mut costs.ask_again,
                "wrong" => &mut costs.wrong,
                "false-cancel" => &mut costs.false_cancel,
                "missed-complaint" => &mut costs.missed_complaint,
                _ => return Err(bad()),
            } = cost;
        }
        costs.check()?;
        Ok(costs)
    }
}

#[cfg(test)]
mod tests {
    use super::Costs;
    use olympus_proto::Intent;

    #[test]
    fn reads_what_it_writes_and_names_what_it_cannot_read() {
        let costs: Costs = "false-cancel=5, wrong=2".parse().unwrap();
        assert!((costs.false_cancel - 5.0).abs() < 1e-6);
        assert!((costs.ask_again - Costs::default().ask_again).abs() < 1e-6);
        assert_eq!(costs.to_string().parse::<Costs>(), Ok(costs));
        for bad in ["wrong", "wrong=x", "lost=1", "wrong=-1", "wrong=inf"] {
            let error = bad.parse::<Costs>().unwrap_err();
            assert_eq!(error.found, bad);
            assert!(error.to_string().contains("missed-complaint"), "{error}");
        }
    }

    #[test]
    fn the_matrix_by_hand() {
        let costs = Costs {
            ask_again: 1.0,
            wrong: 1.6,
            false_cancel: 3.0,
            missed_complaint: 2.0,
        };
        for truth in Intent::ALL {
            assert!(costs.of(truth, truth).abs() < f32::EPSILON);
        }
        assert!((costs.of(Intent::Order, Intent::Cancel) - 3.0).abs() < 1e-6);
        assert!((costs.of(Intent::Unknown, Intent::Cancel) - 3.0).abs() < 1e-6);
        assert!((costs.of(Intent::Complaint, Intent::Question) - 2.0).abs() < 1e-6);
        assert!((costs.of(Intent::Complaint, Intent::Cancel) - 3.0).abs() < 1e-6);
        assert!((costs.of(Intent::Complaint, Intent::Unknown) - 1.0).abs() < 1e-6);
        assert!((costs.of(Intent::Unknown, Intent::Order) - 1.6).abs() < 1e-6);
        let even = [(Intent::Order, 0.5), (Intent::Cancel, 0.5)];
        assert!((costs.expected(even, Intent::Order) - 0.8).abs() < 1e-6);
        assert!((costs.expected(even, Intent::Cancel) - 1.5).abs() < 1e-6);
    }
}
