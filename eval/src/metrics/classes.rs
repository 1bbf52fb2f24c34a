//! Confusion between the six classes and what follows from it.

use super::{Interval, Share};
use olympus_proto::Intent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `rows[expected][answered]`, both in the order of [`Intent::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Names of rows and columns.
    pub classes: Vec<Intent>,
    /// Rows: what was right; columns: what was said.
    pub rows: Vec<Vec<usize>>,
}

/// How one class fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScore {
    /// Rows with this label.
    pub count: usize,
    /// Rows answered with it.
    pub answered: usize,
    /// Right ones among those answered with it; null where there is none.
    pub precision: Option<f64>,
    /// Wilson, 95 %.
    pub precision_interval: Option<Interval>,
    /// Right ones among those with the label; null where there is none.
    pub recall: Option<f64>,
    /// Wilson, 95 %.
    pub recall_interval: Option<Interval>,
    /// Harmonic mean of both; null where the class neither occurs nor is answered.
    pub f1: Option<f64>,
    /// From the Wilson interval of the overlap, see [`Confusion::by_class`].
    pub f1_interval: Option<Interval>,
}

impl Confusion {
    /// From pairs of what was right and what was said.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (Intent, Intent)>) -> Self {
        let mut rows = vec![vec![0; Intent::ALL.len()]; Intent::ALL.len()];
        for (expected, answered) in pairs {
            rows[index(expected)][index(answered)] += 1;
        }
        Self {
            classes: Intent::ALL.to_vec(),
            rows,
        }
    }

    /// Precision, recall and F1 of each class that occurs or is answered.
    ///
    /// F1 is no share of rows, but a growing function of one: with J = TP / (TP + FP + FN),
    /// F1 = 2J / (1 + J). Its interval is Wilson's for J, carried through that function.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<Intent, ClassScore> {
        let mut scores = BTreeMap::new();
        for (class, intent) in Intent::ALL.into_iter().enumerate() {
            let right = self.rows[class][class];
            let count: usize = self.rows[class].iter().sum();
            let answered: usize = self.rows.iter().map(|row| row[class]).sum();
            if count + answered == 0 {
                continue;
            }
            let precision = Share {
                hits: right,
                total: answered,
            };
            let recall = Share {
                hits: right,
                total: count,
            };
            let overlap = Share {
                hits: right,
                total: count + answered - right,
            };
            let f1 = |j: f64| 2.0 * j / (1.0 + j);
            let score = ClassScore {
                count,
                answered,
                precision: precision.value(),
                precision_interval: precision.interval(),
                recall: recall.value(),
                recall_interval: recall.interval(),
                f1: overlap.value().map(f1),
                f1_interval: overlap
                    .interval()
                    .map(|Interval(low, high)| Interval(f1(low), f1(high))),
            };
            scores.insert(intent, score);
        }
        scores
    }
}

/// Mean F1 over the classes that the data holds.
#[must_use]
pub fn macro_f1(by_class: &BTreeMap<Intent, ClassScore>) -> Option<f64> {
    let present: Vec<f64> = by_class
        .values()
        .filter(|c| c.count > 0)
        .filter_map(|c| c.f1)
        .collect();
    (!present.is_empty()).then(|| present.iter().sum::<f64>() / present.len() as f64)
}

fn index(intent: Intent) -> usize {
    Intent::ALL
        .iter()
        .position(|&other| other == intent)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Confusion, Interval, macro_f1};
    use olympus_proto::Intent::{Cancel, Order, Question, Unknown};

    #[test]
    fn precision_recall_and_macro_f1_by_hand() {
        let confusion = Confusion::new([
            (Order, Order),
            (Order, Order),
            (Order, Cancel),
            (Cancel, Cancel),
            (Unknown, Question),
        ]);
        let by_class = confusion.by_class();
        // order: P 2/2, R 2/3, F1 0.8; cancel: P 1/2, R 1/1, F1 2/3; unknown 0; question not in the data
        assert_eq!(by_class[&Order].precision, Some(1.0));
        assert_eq!(by_class[&Order].recall, Some(2.0 / 3.0));
        assert!((by_class[&Order].f1.expect("f1") - 0.8).abs() < 1e-12);
        assert_eq!(by_class[&Cancel].precision, Some(0.5));
        assert_eq!(by_class[&Unknown].precision, None);
        assert_eq!(by_class[&Unknown].f1, Some(0.0));
        assert_eq!(
            (by_class[&Question].count, by_class[&Question].recall),
            (0, None)
        );
        let want = (0.8 + 2.0 / 3.0 + 0.0) / 3.0;
        assert!((macro_f1(&by_class).expect("some") - want).abs() < 1e-12);
        assert_eq!(confusion.rows[0], [2, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn the_interval_of_f1_holds_it() {
        let pairs =
            std::iter::repeat_n((Order, Order), 8).chain([(Order, Cancel), (Cancel, Order)]);
        let by_class = Confusion::new(pairs).by_class();
        let Interval(low, high) = by_class[&Order].f1_interval.expect("some");
        // J = 8/10, Wilson 0.4902 to 0.9433; 2J/(1+J)
        assert!(
            (low - 0.6579).abs() < 1e-3 && (high - 0.9708).abs() < 1e-3,
            "{low} {high}"
        );
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(macro_f1(&Confusion::new([]).by_class()), None);
    }
}
