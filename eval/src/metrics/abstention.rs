//! What a single threshold on the best guess would do: how much is answered and how well.
//!
//! The service's own thresholds play no part here; the sweep shows what others would have given.

use super::Share;
use serde::{Deserialize, Serialize};

/// Thresholds tried: 0, 0.02, … 1.
const STEPS: usize = 50;

/// A best guess as the sweep sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Probability of the best guess.
    pub confidence: f64,
    /// The best guess is one of the five intents; else there is nothing to answer.
    pub guess_in_scope: bool,
    /// The label is one of the five intents.
    pub label_in_scope: bool,
    /// The best guess is the label.
    pub right: bool,
}

/// One threshold. An utterance is answered where the best guess is an intent and its probability
/// is at least the threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Least probability answered.
    pub threshold: f64,
    /// Answered ones among all.
    pub coverage: Option<f64>,
    /// Right ones among those answered.
    pub accuracy: Option<f64>,
    /// Not answered although in scope, among those in scope.
    pub in_scope_abstained: Option<f64>,
    /// Not answered and rightly so, among those out of scope.
    pub out_of_scope_recall: Option<f64>,
}

/// Coverage and accuracy at each threshold, lowest first.
#[must_use]
pub fn sweep(guesses: &[Guess]) -> Vec<Point> {
    let point = |step: usize| {
        let threshold = step as f64 / STEPS as f64;
        let answered = |g: &&Guess| g.guess_in_scope && g.confidence >= threshold;
        let in_scope = guesses.iter().filter(|g| g.label_in_scope);
        let outside = guesses.iter().filter(|g| !g.label_in_scope);
        Point {
            threshold,
            coverage: Share::of(guesses, |g| answered(&g)).value(),
            accuracy: Share::of(guesses.iter().filter(answered), |g| g.right).value(),
            in_scope_abstained: Share::of(in_scope, |g| !answered(&g)).value(),
            out_of_scope_recall: Share::of(outside, |g| !answered(&g)).value(),
        }
    };
    (0..=STEPS).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::{Guess, sweep};

    fn guess(confidence: f64, guess_in_scope: bool, label_in_scope: bool, right: bool) -> Guess {
        Guess {
            confidence,
            guess_in_scope,
            label_in_scope,
            right,
        }
    }

    #[test]
    fn coverage_and_accuracy_by_hand() {
        let points = sweep(&[
            guess(0.9, true, true, true),
            guess(0.5, true, true, false),
            guess(0.7, true, false, false),
            guess(0.8, false, false, true),
        ]);
        let at = |threshold: f64| {
            points
                .iter()
                .find(|p| (p.threshold - threshold).abs() < 1e-9)
                .expect("a step")
        };
        assert_eq!(at(0.0).coverage, Some(0.75));
        assert_eq!(at(0.0).accuracy, Some(1.0 / 3.0));
        assert_eq!(at(0.0).in_scope_abstained, Some(0.0));
        assert_eq!(at(0.0).out_of_scope_recall, Some(0.5));
        assert_eq!(
            at(0.5).coverage,
            Some(0.75),
            "the threshold itself is answered"
        );
        assert_eq!(at(0.52).coverage, Some(0.5));
        assert_eq!(at(0.72).accuracy, Some(1.0));
        assert_eq!(at(0.72).in_scope_abstained, Some(0.5));
        assert_eq!(at(1.0).coverage, Some(0.0));
        assert_eq!(at(1.0).accuracy, None);
        assert_eq!(points.len(), 51);
    }
}
