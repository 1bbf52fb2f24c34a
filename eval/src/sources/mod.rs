//! How well intents carry over to a source never seen: the model as shipped, beside a linear head
//! on its sentence vectors that is trained on all sources but the one it is tested on.
//!
//! Invariant: no row of a source takes part in training the head that is tested on it. The shipped
//! model is not trained here at all.

mod linear;

use crate::data::{DataSet, IntentCase};
use crate::metrics::{Interval, Share};
use linear::{Head, Sample};
use olympus_proto::Intent;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One source held out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldOut {
    /// Rows.
    pub count: usize,
    /// Strict accuracy of the model as shipped.
    pub shipped: Option<f64>,
    /// Wilson, 95 %.
    pub shipped_interval: Option<Interval>,
    /// Strict accuracy of the linear head trained on the other sources.
    pub linear: Option<f64>,
    /// Wilson, 95 %.
    pub linear_interval: Option<Interval>,
}

/// Every source held out once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// Source → how it fares when held out.
    pub by_source: BTreeMap<String, HeldOut>,
    /// All rows together, each judged by the head that never saw its source.
    pub overall: HeldOut,
    /// Mean over the sources, each counting the same.
    pub mean_shipped: Option<f64>,
    /// The same of the linear head.
    pub mean_linear: Option<f64>,
}

/// Right answers of one source.
#[derive(Default, Clone, Copy)]
struct Tally {
    shipped: Share,
    linear: Share,
}

impl Tally {
    fn held_out(self) -> HeldOut {
        HeldOut {
            count: self.shipped.total,
            shipped: self.shipped.value(),
            shipped_interval: self.shipped.interval(),
            linear: self.linear.value(),
            linear_interval: self.linear.interval(),
        }
    }
}

/// Trains and tests by source. `vectors` and `answers` (of the model as shipped) are in the order
/// of the rows. `None` where there are fewer than two sources, as nothing is left to train on.
#[must_use]
pub fn matrix(
    data: &DataSet<IntentCase>,
    vectors: &[Vec<f32>],
    answers: &[Intent],
) -> Option<Matrix> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for row in &data.rows {
        tallies.entry(row.source.as_str()).or_default();
    }
    if tallies.len() < 2 {
        return None;
    }
    let mut all = Tally::default();
    for (source, tally) in &mut tallies {
        let samples: Vec<Sample<'_>> = data
            .rows
            .iter()
            .zip(vectors)
            .filter(|(row, _)| row.source != *source)
            .map(|(row, vector)| (vector.as_slice(), index(row.case.intent)))
            .collect();
        let head = Head::fit(&samples)?;
        let rows = data.rows.iter().zip(vectors).zip(answers);
        for ((row, vector), answer) in rows.filter(|((row, _), _)| row.source == *source) {
            let linear = head.class(vector) == index(row.case.intent);
            for tally in [&mut *tally, &mut all] {
                tally.shipped.add(*answer == row.case.intent);
                tally.linear.add(linear);
            }
        }
    }
    let by_source: BTreeMap<String, HeldOut> = tallies
        .into_iter()
        .map(|(source, tally)| (source.to_owned(), tally.held_out()))
        .collect();
    let mean = |value: fn(&HeldOut) -> Option<f64>| {
        let values: Vec<f64> = by_source.values().filter_map(value).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    Some(Matrix {
        mean_shipped: mean(|held_out| held_out.shipped),
        mean_linear: mean(|held_out| held_out.linear),
        by_source,
        overall: all.held_out(),
    })
}

/// Place in the order of the classifier's outputs.
fn index(intent: Intent) -> usize {
    let mut all = Intent::ALL.into_iter();
    all.position(|other| other == intent).unwrap_or_default()
}

impl Matrix {
    /// A table for people.
    #[must_use]
    pub fn show(&self) -> String {
        let cell = |value: Option<f64>, interval: Option<Interval>| {
            let value = value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
            let range = interval.map_or_else(String::new, |Interval(low, high)| {
                format!("{low:.2} to {high:.2}")
            });
            format!("{value:>9} {range:<13}")
        };
        // writing to a String cannot fail
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{:<32}{:>6}{:>9} {:<13}{:>9}",
            "source held out", "rows", "shipped", "95 %", "linear"
        );
        let sources = self
            .by_source
            .iter()
            .map(|(name, one)| (name.as_str(), one));
        for (name, one) in sources.chain([("all rows", &self.overall)]) {
            let shipped = cell(one.shipped, one.shipped_interval);
            let linear = cell(one.linear, one.linear_interval);
            let _ = writeln!(
                out,
                "{name:<32}{:>6}{shipped}{}",
                one.count,
                linear.trim_end()
            );
        }
        let _ = writeln!(
            out,
            "{:<32}{:>6}{}{}",
            "mean of sources",
            self.by_source.len(),
            cell(self.mean_shipped, None),
            cell(self.mean_linear, None).trim_end()
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::matrix;
    use crate::data::{DataSet, IntentCase, Row};
    use crate::error::Place;
    use olympus_proto::Intent::{self, Cancel, Order};

    fn row(source: &str, intent: Intent) -> Row<IntentCase> {
        Row {
            place: Place {
                file: "f".to_owned(),
                line: 1,
            },
            id: None,
            source: source.to_owned(),
            case: IntentCase {
                text: "x".to_owned(),
                intent,
                alt: [].into(),
            },
        }
    }

    #[test]
    fn a_source_is_judged_by_what_the_others_teach() {
        // a and b agree on what (1, 0) means, c says the opposite
        let data = DataSet {
            rows: vec![
                row("a", Order),
                row("a", Cancel),
                row("a", Order),
                row("b", Order),
                row("b", Cancel),
                row("b", Order),
                row("c", Cancel),
                row("c", Order),
            ],
            files: Vec::new(),
        };
        let (yes, no) = (vec![1.0, 0.0], vec![0.0, 1.0]);
        let vectors = [&yes, &no, &yes, &yes, &no, &yes, &yes, &no].map(Clone::clone);
        let answers = [Order, Order, Order, Order, Cancel, Cancel, Cancel, Order];
        let found = matrix(&data, &vectors, &answers).expect("three sources");
        // held out a: taught by b (2 order, 1 cancel) and c (1 and 1 the other way round)
        assert_eq!(found.by_source["a"].shipped, Some(2.0 / 3.0));
        assert_eq!(found.by_source["c"].shipped, Some(1.0));
        assert_eq!(found.by_source["c"].linear, Some(0.0), "it never saw c");
        assert_eq!(found.overall.count, 8);
        assert_eq!(found.overall.shipped, Some(0.75));
        let mean = (2.0 / 3.0 + 2.0 / 3.0 + 1.0) / 3.0;
        assert!((found.mean_shipped.expect("some") - mean).abs() < 1e-12);
        assert!(found.show().contains("mean of sources"));
    }

    #[test]
    fn one_source_leaves_nothing_to_learn_from() {
        let data = DataSet {
            rows: vec![row("a", Order)],
            files: Vec::new(),
        };
        assert!(matrix(&data, &[vec![1.0]], &[Order]).is_none());
    }
}
