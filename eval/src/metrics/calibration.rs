//! Whether a stated probability is kept: the expected calibration error and its picture.

use super::{Interval, Share};
use serde::{Deserialize, Serialize};

/// Equal bins of the reliability diagram and of the ECE (Guo et al. 2017 use as many).
pub const BINS: usize = 15;

/// A best guess: its probability and whether it was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// 0 to 1.
    pub confidence: f64,
    /// The label was met.
    pub right: bool,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lowest confidence; inside.
    pub low: f64,
    /// Highest confidence; outside, but for the last bin.
    pub high: f64,
    /// Answers.
    pub count: usize,
    /// Right ones.
    pub right: usize,
    /// Mean confidence; null where empty.
    pub confidence: Option<f64>,
    /// Share of right ones; null where empty.
    pub accuracy: Option<f64>,
    /// Wilson, 95 %.
    pub accuracy_interval: Option<Interval>,
}

/// Sorts guesses into `count` bins of equal width.
#[must_use]
pub fn bins(guesses: &[Guess], count: usize) -> Vec<Bin> {
    let mut sorted: Vec<Vec<Guess>> = vec![Vec::new(); count];
    for guess in guesses {
        let at = (guess.confidence.clamp(0.0, 1.0) * count as f64) as usize;
        sorted[at.min(count - 1)].push(*guess);
    }
    let width = 1.0 / count as f64;
    let bin = |(at, members): (usize, Vec<Guess>)| {
        let share = Share::of(&members, |guess| guess.right);
        let sum: f64 = members.iter().map(|guess| guess.confidence).sum();
        Bin {
            low: at as f64 * width,
            high: (at + 1) as f64 * width,
            count: share.total,
            right: share.hits,
            confidence: (share.total > 0).then(|| sum / share.total as f64),
            accuracy: share.value(),
            accuracy_interval: share.interval(),
        }
    };
    sorted.into_iter().enumerate().map(bin).collect()
}

/// Expected calibration error: the gap between confidence and accuracy of each bin, weighted by
/// its answers. `None` of nothing.
#[must_use]
pub fn ece(bins: &[Bin]) -> Option<f64> {
    let total: usize = bins.iter().map(|bin| bin.count).sum();
    let gap = |bin: &Bin| Some((bin.accuracy? - bin.confidence?).abs() * bin.count as f64);
    (total > 0).then(|| bins.iter().filter_map(gap).sum::<f64>() / total as f64)
}

#[cfg(test)]
mod tests {
    use super::{Guess, bins, ece};

    fn guesses(all: &[(f64, bool)]) -> Vec<Guess> {
        all.iter()
            .map(|&(confidence, right)| Guess { confidence, right })
            .collect()
    }

    #[test]
    fn the_error_by_hand() {
        // two bins: [0, 0.5): 0.2 wrong, 0.4 right → |0.5 − 0.3| = 0.2 of 2;
        // [0.5, 1]: 0.9 right, 1.0 right, 0.8 wrong → |2/3 − 0.9| = 0.2333 of 3
        let all = guesses(&[
            (0.2, false),
            (0.4, true),
            (0.9, true),
            (1.0, true),
            (0.8, false),
        ]);
        let want = (2.0 * 0.2 + 3.0 * (0.9 - 2.0 / 3.0)) / 5.0;
        assert!((ece(&bins(&all, 2)).expect("some") - want).abs() < 1e-12);
    }

    #[test]
    fn kept_promises_have_no_error_and_edges_fall_upwards() {
        let all = guesses(&[(0.5, true), (0.5, false), (1.0, true)]);
        let sorted = bins(&all, 2);
        assert_eq!((sorted[0].count, sorted[1].count), (0, 3));
        assert_eq!(sorted[0].accuracy, None);
        assert!(ece(&bins(&all, 10)).expect("some").abs() < 1e-12);
        assert_eq!(ece(&bins(&[], 15)), None);
    }
}
