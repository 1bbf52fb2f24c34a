//! Whether a candidate model may take the place of the one in use.
//!
//! Invariant: a pure function of labels and answers. A candidate is refused for what it does worse
//! and never accepted for what it does better: gains in one class do not pay for losses in another.

use crate::metrics::Interval;
use crate::metrics::bootstrap::{self, Difference};
use crate::metrics::cost::CostScore;
use olympus_core::intent::Costs;
use olympus_proto::Intent;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is allowed to be lost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// Share of all rows.
    pub max_drop: f64,
    /// Recall of any class, where the rows can tell.
    pub max_class_drop: f64,
}

/// The candidate (`b`) beside the model in use (`a`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Promotion {
    /// It may be put to use.
    pub accepted: bool,
    /// Why not; empty where accepted.
    pub reasons: Vec<String>,
    /// What was allowed.
    pub limits: Limits,
    /// Over all rows.
    pub overall: Difference,
    /// Recall of each class that the data holds.
    pub recall: BTreeMap<Intent, Difference>,
    /// Mistakes of the model in use; told, not judged.
    pub current_cost: CostScore,
    /// Mistakes of the candidate; told, not judged.
    pub candidate_cost: CostScore,
    /// Resamples behind the intervals.
    pub resamples: usize,
    /// Seed of the resampling.
    pub seed: u64,
}

/// One row: what staff say was meant, what the model in use says, what the candidate says.
pub type Row = (Intent, Intent, Intent);

/// Judges a candidate. `None` of no rows.
#[must_use]
pub fn judge(rows: &[Row], limits: Limits, costs: &Costs, seed: u64) -> Option<Promotion> {
    let difference = |rows: &[&Row]| {
        let right = |said: fn(&Row) -> Intent| -> Vec<bool> {
            rows.iter().map(|row| said(row) == row.0).collect()
        };
        bootstrap::paired(&right(|row| row.1), &right(|row| row.2), seed)
    };
    let overall = difference(&rows.iter().collect::<Vec<_>>())?;
    let mut recall = BTreeMap::new();
    for intent in Intent::ALL {
        let of_class: Vec<&Row> = rows.iter().filter(|row| row.0 == intent).collect();
        recall.extend(difference(&of_class).map(|found| (intent, found)));
    }
    let reasons = reasons(&overall, &recall, limits);
    let cost =
        |said: fn(&Row) -> Intent| CostScore::of(costs, rows.iter().map(|row| (row.0, said(row))));
    Some(Promotion {
        accepted: reasons.is_empty(),
        reasons,
        limits,
        overall,
        recall,
        current_cost: cost(|row| row.1),
        candidate_cost: cost(|row| row.2),
        resamples: bootstrap::RESAMPLES,
        seed,
    })
}

/// Rounding never refuses a candidate.
const EPSILON: f64 = 1e-9;

fn reasons(
    overall: &Difference,
    recall: &BTreeMap<Intent, Difference>,
    limits: Limits,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if -overall.difference > limits.max_drop + EPSILON {
        reasons.push(format!(
            "overall accuracy falls by {:.4} ({:.4} to {:.4}, {} rows); allowed is {:.4}",
            -overall.difference, overall.a, overall.b, overall.rows, limits.max_drop
        ));
    }
    for (intent, found) in recall {
        let Interval(_, high) = found.interval;
        let beyond_noise = high < 0.0;
        if -found.difference > limits.max_class_drop + EPSILON && beyond_noise {
            reasons.push(format!(
                "recall of {intent} falls by {:.4} ({:.4} to {:.4}, {} rows), at least by {:.4} at 95 %; allowed is {:.4}",
                -found.difference, found.a, found.b, found.rows, -high, limits.max_class_drop
            ));
        }
    }
    reasons
}

impl Promotion {
    /// A table and the verdict.
    #[must_use]
    pub fn show(&self) -> String {
        let mut out = String::new();
        let all = ("accuracy".to_owned(), &self.overall);
        let classes = self
            .recall
            .iter()
            .map(|(intent, found)| (format!("recall {intent}"), found));
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "{:<22}{:>7}{:>9}{:>11}{:>10}   95 %",
            "", "rows", "current", "candidate", "change"
        );
        for (name, found) in std::iter::once(all).chain(classes) {
            let Interval(low, high) = found.interval;
            let _ = writeln!(
                out,
                "{name:<22}{:>7}{:>9.4}{:>11.4}{:>+10.4}   {low:+.4} to {high:+.4}",
                found.rows, found.a, found.b, found.difference
            );
        }
        let (then, now) = (&self.current_cost, &self.candidate_cost);
        let cost = |score: &CostScore| score.cost_per_100.unwrap_or_default();
        for (name, then, now) in [
            ("cost_per_100", cost(then), cost(now)),
            (
                "false cancels",
                then.false_cancels as f64,
                now.false_cancels as f64,
            ),
            (
                "missed complaints",
                then.missed_complaints as f64,
                now.missed_complaints as f64,
            ),
        ] {
            let _ = writeln!(
                out,
                "{name:<22}{:>7}{then:>9.1}{now:>11.1}{:>+10.1}",
                "",
                now - then
            );
        }
        let _ = match self.accepted {
            true => writeln!(out, "\naccepted: nothing falls by more than is allowed"),
            false => writeln!(out, "\nREFUSED: {}", self.reasons.join("\nREFUSED: ")),
        };
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Row, judge};
    use olympus_core::intent::Costs;
    use olympus_proto::Intent::{self, Cancel, Order, Question};

    const LIMITS: Limits = Limits {
        max_drop: 0.005,
        max_class_drop: 0.02,
    };

    /// So many rows of a class, of which the model in use and the candidate get so many right.
    fn rows(class: Intent, count: usize, current: usize, candidate: usize) -> Vec<Row> {
        let said = |at: usize, right: usize| if at < right { class } else { Question };
        (0..count)
            .map(|at| (class, said(at, current), said(at, candidate)))
            .collect()
    }

    fn verdict(rows: &[Row]) -> (bool, String) {
        let promotion = judge(rows, LIMITS, &Costs::default(), 1).expect("rows");
        (promotion.accepted, promotion.reasons.join("; "))
    }

    #[test]
    fn as_good_as_before_is_accepted_and_a_fall_is_refused_with_its_numbers() {
        let same = [rows(Order, 200, 180, 180), rows(Cancel, 50, 45, 45)].concat();
        assert_eq!(verdict(&same), (true, String::new()));
        let better = [rows(Order, 200, 180, 190), rows(Cancel, 50, 45, 45)].concat();
        assert!(verdict(&better).0);
        // 2 of 250 lost is 0.008; 1 of 250 is 0.004
        let worse = [rows(Order, 200, 180, 178), rows(Cancel, 50, 45, 45)].concat();
        let (accepted, reason) = verdict(&worse);
        assert!(!accepted);
        assert!(
            reason.contains("overall accuracy falls by 0.0080 (0.9000 to 0.8920, 250 rows)"),
            "{reason}"
        );
        let hardly = [rows(Order, 200, 180, 179), rows(Cancel, 50, 45, 45)].concat();
        assert!(verdict(&hardly).0);
    }

    #[test]
    fn a_gain_elsewhere_does_not_pay_for_a_class_that_is_lost() {
        let traded = [rows(Order, 200, 150, 200), rows(Cancel, 50, 50, 35)].concat();
        let (accepted, reason) = verdict(&traded);
        assert!(!accepted);
        assert!(
            reason.starts_with("recall of cancel falls by 0.3000 (1.0000 to 0.7000, 50 rows)"),
            "{reason}"
        );
    }

    #[test]
    fn a_class_may_slip_by_what_its_rows_cannot_tell() {
        // one of 20 lost is 0.05, but a resample without that row is common
        let slip = [rows(Order, 400, 380, 381), rows(Cancel, 20, 20, 19)].concat();
        assert_eq!(verdict(&slip), (true, String::new()));
    }

    #[test]
    fn costs_are_told_and_the_table_says_the_verdict() {
        let rows = [(Order, Order, Cancel), (Order, Order, Order)];
        let promotion = judge(&rows, LIMITS, &Costs::default(), 1).expect("rows");
        assert_eq!(promotion.candidate_cost.false_cancels, 1);
        assert_eq!(promotion.current_cost.cost_per_100, Some(0.0));
        assert!(
            promotion
                .show()
                .contains("REFUSED: overall accuracy falls by 0.5000")
        );
        assert!(judge(&[], LIMITS, &Costs::default(), 1).is_none());
    }
}
