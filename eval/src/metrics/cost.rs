//! What the mistakes cost, in questions asked again.

use olympus_core::intent::Costs;
use olympus_proto::Intent;
use serde::{Deserialize, Serialize};

/// Mistakes of some rows by what they cost. Another label that can be defended counts as wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CostScore {
    /// Sum of the costs for 100 utterances; less is better, null of nothing.
    pub cost_per_100: Option<f64>,
    /// Answered `cancel` where nobody meant to void anything.
    pub false_cancels: usize,
    /// Complaints taken for another intent; `unknown` asks again and is not among them.
    pub missed_complaints: usize,
}

impl CostScore {
    /// From pairs of what was right and what was said.
    #[must_use]
    pub fn of(costs: &Costs, pairs: impl IntoIterator<Item = (Intent, Intent)>) -> Self {
        let (mut count, mut sum) = (0_usize, 0.0);
        let (mut false_cancels, mut missed_complaints) = (0, 0);
        for (truth, answer) in pairs {
            count += 1;
            sum += f64::from(costs.of(truth, answer));
            let wrong = truth != answer;
            false_cancels += usize::from(wrong && answer == Intent::Cancel);
            missed_complaints +=
                usize::from(wrong && truth == Intent::Complaint && answer != Intent::Unknown);
        }
        Self {
            cost_per_100: (count > 0).then(|| sum * 100.0 / count as f64),
            false_cancels,
            missed_complaints,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CostScore;
    use olympus_core::intent::Costs;
    use olympus_proto::Intent::{Cancel, Complaint, Order, Question, Unknown};

    #[test]
    fn costs_by_hand() {
        let pairs = [
            (Order, Order),        // 0
            (Order, Unknown),      // asked again: 1
            (Question, Order),     // wrong: 1.5
            (Order, Cancel),       // false cancel: 4
            (Complaint, Question), // missed: 2
            (Complaint, Cancel),   // both: the dearer, 4
            (Complaint, Unknown),  // asked again: 1
            (Cancel, Cancel),      // 0
        ];
        let costs: Costs = "ask-again=1,wrong=1.5,false-cancel=4,missed-complaint=2"
            .parse()
            .expect("a matrix");
        let score = CostScore::of(&costs, pairs);
        // 13.5 over 8 rows
        assert!((score.cost_per_100.expect("some") - 168.75).abs() < 1e-9);
        assert_eq!((score.false_cancels, score.missed_complaints), (2, 2));
        assert_eq!(CostScore::of(&costs, []).cost_per_100, None);
    }
}
