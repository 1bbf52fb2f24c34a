//! How early a right dish stands in a list of hits.

use super::{Interval, Share};
use serde::{Deserialize, Serialize};

/// Hits looked at.
pub const DEPTH: usize = 10;

/// Place of the first right hit, 1-based; `None` where none of the first [`DEPTH`] is right.
#[must_use]
pub fn first_right(hits: &[String], relevant: &[String]) -> Option<usize> {
    let right = |id: &String| relevant.contains(id);
    hits.iter().take(DEPTH).position(right).map(|at| at + 1)
}

/// The usual three figures over a set of queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankScore {
    /// Queries.
    pub count: usize,
    /// Queries with a right dish first.
    pub hit_at_1: Option<f64>,
    /// Wilson, 95 %.
    pub hit_at_1_interval: Option<Interval>,
    /// Queries with a right dish among the first ten.
    pub hit_at_10: Option<f64>,
    /// Wilson, 95 %.
    pub hit_at_10_interval: Option<Interval>,
    /// Mean of 1 / place of the first right dish, 0 where it is not among the first ten.
    pub mrr_at_10: Option<f64>,
}

impl RankScore {
    /// From the place of the first right hit of each query.
    #[must_use]
    pub fn of(ranks: &[Option<usize>]) -> Self {
        let first = Share::of(ranks, |rank| *rank == Some(1));
        let ten = Share::of(ranks, |rank| rank.is_some_and(|rank| rank <= DEPTH));
        let reciprocal = |rank: &Option<usize>| rank.map_or(0.0, |rank| 1.0 / rank as f64);
        let sum: f64 = ranks.iter().map(reciprocal).sum();
        Self {
            count: ranks.len(),
            hit_at_1: first.value(),
            hit_at_1_interval: first.interval(),
            hit_at_10: ten.value(),
            hit_at_10_interval: ten.interval(),
            mrr_at_10: (!ranks.is_empty()).then(|| sum / ranks.len() as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RankScore, first_right};

    fn ids(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_right_hit_counts_and_the_eleventh_does_not() {
        assert_eq!(first_right(&ids("a b c"), &ids("c b")), Some(2));
        assert_eq!(first_right(&ids("a b c"), &ids("x")), None);
        assert_eq!(first_right(&ids("1 2 3 4 5 6 7 8 9 10 x"), &ids("x")), None);
        assert_eq!(
            first_right(&ids("1 2 3 4 5 6 7 8 9 x"), &ids("x")),
            Some(10)
        );
    }

    #[test]
    fn reciprocal_ranks_by_hand() {
        // 1 + 1/2 + 1/10 + 0 = 1.6, of 4
        let score = RankScore::of(&[Some(1), Some(2), Some(10), None]);
        assert_eq!(score.hit_at_1, Some(0.25));
        assert_eq!(score.hit_at_10, Some(0.75));
        assert!((score.mrr_at_10.expect("some") - 0.4).abs() < 1e-12);
        assert_eq!(RankScore::of(&[]).mrr_at_10, None);
    }
}
