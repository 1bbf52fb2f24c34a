//! Paired bootstrap (Efron and Tibshirani 1993): whether two systems asked the same rows differ
//! by more than the choice of rows explains.
//!
//! Invariant: both lists are of the same rows in the same order; equal inputs and seed give equal
//! figures.

use super::Interval;
use crate::random::Random;
use serde::{Deserialize, Serialize};

/// Resamples of the rows.
pub const RESAMPLES: usize = 10_000;

/// How much better `b` is than `a`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Rows.
    pub rows: usize,
    /// Share right of the first.
    pub a: f64,
    /// Share right of the second.
    pub b: f64,
    /// `b - a`.
    pub difference: f64,
    /// 95 %, percentiles of the resampled differences.
    pub interval: Interval,
    /// Probability, as far as the rows tell, that `b` is not better than `a`.
    pub p_not_better: f64,
}

/// `None` where there are no rows or not equally many.
#[must_use]
pub fn paired(a: &[bool], b: &[bool], seed: u64) -> Option<Difference> {
    if a.len() != b.len() || a.is_empty() {
        return None;
    }
    let rows = a.len();
    let gains: Vec<i32> = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| i32::from(b) - i32::from(a))
        .collect();
    let mut random = Random::new(seed);
    let mut sums: Vec<i32> = (0..RESAMPLES)
        .map(|_| {
            (0..rows)
                .filter_map(|_| gains.get(random.below(rows)))
                .sum()
        })
        .collect();
    sums.sort_unstable();
    let share = |count: i32| f64::from(count) / rows as f64;
    // 250 of 10,000 lie below the lower bound and as many above the upper one
    let tail = RESAMPLES / 40;
    let at = |index: usize| sums.get(index).copied().map_or(0.0, share);
    let not_better = sums.partition_point(|&sum| sum <= 0);
    let right = |of: &[bool]| of.iter().filter(|&&right| right).count() as f64 / rows as f64;
    Some(Difference {
        rows,
        a: right(a),
        b: right(b),
        difference: share(gains.iter().sum()),
        interval: Interval(at(tail), at(RESAMPLES - 1 - tail)),
        // one more on both sides, so that no finite number of resamples proves certainty
        p_not_better: (not_better + 1) as f64 / (RESAMPLES + 1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::{Interval, paired};

    #[test]
    fn equal_answers_do_not_differ_and_opposite_ones_differ_wholly() {
        let rows = [true, false, true, true];
        let same = paired(&rows, &rows, 1).expect("rows");
        assert_eq!((same.difference, same.interval), (0.0, Interval(0.0, 0.0)));
        assert!((same.p_not_better - 1.0).abs() < 1e-12);
        let better = paired(&[false; 5], &[true; 5], 1).expect("rows");
        assert_eq!(
            (better.difference, better.interval),
            (1.0, Interval(1.0, 1.0))
        );
        assert!((better.p_not_better - 1.0 / 10_001.0).abs() < 1e-12);
        assert_eq!(paired(&[], &[], 1), None);
        assert_eq!(paired(&[true], &[], 1), None);
    }

    #[test]
    fn the_spread_is_that_of_the_paired_rows() {
        // 100 rows, 20 won and 10 lost: difference 0.1, its standard error √(0.3 - 0.01)/10 = 0.054
        let a: Vec<bool> = (0..100).map(|row| !(0..20).contains(&row)).collect();
        let b: Vec<bool> = (0..100).map(|row| !(20..30).contains(&row)).collect();
        let found = paired(&a, &b, 7).expect("rows");
        assert!((found.a - 0.8).abs() < 1e-12 && (found.b - 0.9).abs() < 1e-12);
        assert!((found.difference - 0.1).abs() < 1e-12);
        let Interval(low, high) = found.interval;
        assert!((low + 0.0055).abs() < 0.015, "{low}");
        assert!((high - 0.2055).abs() < 0.015, "{high}");
        // normal tail beyond 0.1 / 0.054 = 1.86, and what falls on 0 itself
        assert!((0.025..0.06).contains(&found.p_not_better), "{found:?}");
        assert_eq!(paired(&a, &b, 7), Some(found), "the same seed");
    }
}
