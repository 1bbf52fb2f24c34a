//! From the classifier's logits to an intent that is safe to act on: the answer of least expected
//! cost.
//!
//! Invariant: the probabilities of an answer add up to 1, and an intent other than `unknown` is
//! said only where its calibrated probability reaches its threshold and asking again would be
//! expected to cost more. Never sees the text.

mod cost;
pub mod remote;

pub use cost::{Costs, CostsError};

use olympus_proto::{Intent, IntentAnswer, IntentReason, Scores};
use serde::{Deserialize, Serialize};

/// Number of classes, in the order of [`Intent::ALL`].
pub const CLASSES: usize = Intent::ALL.len();

/// Under this a temperature would turn every answer into a certainty.
const LOWEST_TEMPERATURE: f32 = 0.01;

/// What was fitted on held-out text after training; part of the model artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// The logits are divided by it before the softmax; above 1 softens. Finite and positive.
    pub temperature: f32,
    /// Least probability to say each intent, 0 to 1, in the order of [`Intent::ALL`]. The one
    /// for `unknown` is not used: abstaining needs no certainty.
    pub thresholds: [f32; CLASSES],
}

impl Default for Calibration {
    /// Logits as they are; an intent is said when it is likelier than all others together.
    fn default() -> Self {
        Self {
            temperature: 1.0,
            thresholds: [0.5; CLASSES],
        }
    }
}

/// A calibration that no fit can have produced.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// The temperature is not a positive number.
    #[error("temperature {0} is not a finite number above {LOWEST_TEMPERATURE}")]
    Temperature(f32),
    /// A threshold is no probability.
    #[error("threshold {value} of `{intent}` is not between 0 and 1")]
    Threshold {
        /// Whose threshold.
        intent: Intent,
        /// What it is.
        value: f32,
    },
}

impl Calibration {
    /// The same with every threshold raised to at least `confidence` (0 to 1): what a restaurant
    /// asks for before it acts, whatever the model's own thresholds allow.
    #[must_use]
    pub fn at_least(&self, confidence: f32) -> Self {
        Self {
            temperature: self.temperature,
            thresholds: self.thresholds.map(|own| own.max(confidence)),
        }
    }

    /// Checks what was read from an artifact.
    ///
    /// # Errors
    /// [`CalibrationError`] where the temperature or a threshold is out of range.
    pub fn check(&self) -> Result<(), CalibrationError> {
        if !self.temperature.is_finite() || self.temperature < LOWEST_TEMPERATURE {
            return Err(CalibrationError::Temperature(self.temperature));
        }
        for (intent, &value) in Intent::ALL.into_iter().zip(&self.thresholds) {
            if !(0.0..=1.0).contains(&value) {
                return Err(CalibrationError::Threshold { intent, value });
            }
        }
        Ok(())
    }
}

/// Decides what was meant.
///
/// `logits` are in the order of [`Intent::ALL`]. `expected` are the intents that can happen at
/// this point of the dialogue; empty means all, and `unknown` always can. The probabilities are
/// conditioned on that set, so those outside it are 0 and the rest add up to 1. The answer is the
/// intent of least expected cost and its confidence the probability of the best guess, which is
/// the likeliest one; they differ where the likeliest would be the dearer mistake.
#[must_use]
pub fn decide(
    logits: [f32; CLASSES],
    calibration: &Calibration,
    costs: &Costs,
    expected: &[Intent],
) -> IntentAnswer {
    let allowed =
        |intent| expected.is_empty() || intent == Intent::Unknown || expected.contains(&intent);
    let probabilities = softmax(logits, calibration.temperature, allowed);
    let likely = || Intent::ALL.into_iter().zip(probabilities);
    let (best_guess, confidence) = likely()
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .unwrap_or((Intent::Unknown, 1.0));
    let cost = |intent: Intent| costs.expected(likely(), intent);
    let cheapest = likely()
        .zip(calibration.thresholds)
        .filter(|((intent, probability), threshold)| {
            allowed(*intent) && *intent != Intent::Unknown && probability >= threshold
        })
        .map(|((intent, _), _)| (intent, cost(intent)))
        .reduce(|best, next| if next.1 < best.1 { next } else { best })
        .filter(|(_, cost_of_acting)| *cost_of_acting <= cost(Intent::Unknown));
    let (intent, reason) = match cheapest {
        _ if best_guess == Intent::Unknown => (Intent::Unknown, IntentReason::OutOfScope),
        Some((intent, _)) => (intent, IntentReason::Confident),
        None => (Intent::Unknown, IntentReason::BelowThreshold),
    };
    IntentAnswer {
        intent,
        confidence,
        best_guess,
        reason,
        scores: likely().collect::<Scores>(),
    }
}

/// Softmax over the allowed classes. A broken model (NaN everywhere) gives equal probabilities,
/// so that it abstains and does not order at random.
fn softmax(
    logits: [f32; CLASSES],
    temperature: f32,
    allowed: impl Fn(Intent) -> bool,
) -> [f32; CLASSES] {
    let temperature = if temperature.is_finite() {
        temperature.max(LOWEST_TEMPERATURE)
    } else {
        1.0
    };
    let mut scaled = logits;
    for (value, intent) in scaled.iter_mut().zip(Intent::ALL) {
        *value = match (allowed(intent), value.is_nan()) {
            (false, _) => f32::NEG_INFINITY,
            (true, true) => f32::MIN,
            (true, false) => (*value / temperature).clamp(f32::MIN, f32::MAX),
        };
    }
    // `unknown` is always allowed, so the highest value is finite.
    let highest = scaled.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for value in &mut scaled {
        *value = if *value == highest {
            1.0
        } else {
            (*value - highest).exp()
        };
    }
    let sum: f32 = scaled.iter().sum();
    scaled.map(|value| value / sum)
}

#[cfg(test)]
mod tests {
    use super::{Calibration, CalibrationError, Costs, decide};
    use olympus_proto::{Intent, IntentReason};
    use proptest::prelude::*;

    const SURE: [f32; 6] = [6.0, 0.0, 0.0, 0.0, 0.0, 0.0];

    #[test]
    fn a_sure_class_is_said_and_an_unsure_one_is_a_guess() {
        let calibration = Calibration::default();
        let sure = decide(SURE, &calibration, &Costs::default(), &[]);
        assert_eq!(
            (sure.intent, sure.reason),
            (Intent::Order, IntentReason::Confident)
        );
        let unsure = decide(
            [1.0, 0.9, 0.8, 0.7, 0.6, 0.5],
            &calibration,
            &Costs::default(),
            &[],
        );
        assert_eq!(unsure.intent, Intent::Unknown);
        assert_eq!(unsure.best_guess, Intent::Order);
        assert_eq!(unsure.reason, IntentReason::BelowThreshold);
        assert!((unsure.confidence - unsure.scores[&Intent::Order]).abs() < 1e-6);
    }

    #[test]
    fn out_of_scope_needs_no_threshold() {
        let calibration = Calibration {
            temperature: 1.0,
            thresholds: [1.0; 6],
        };
        let answer = decide(
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.1],
            &calibration,
            &Costs::default(),
            &[],
        );
        assert_eq!(answer.best_guess, Intent::Unknown);
        assert_eq!(answer.reason, IntentReason::OutOfScope);
    }

    #[test]
    fn temperature_softens_without_changing_the_order() {
        let hot = Calibration {
            temperature: 4.0,
            ..Calibration::default()
        };
        let logits = [3.0, 2.0, 1.0, 0.0, -1.0, -2.0];
        let warm = decide(logits, &hot, &Costs::default(), &[]);
        let cold = decide(logits, &Calibration::default(), &Costs::default(), &[]);
        assert_eq!(warm.best_guess, cold.best_guess);
        assert!(warm.confidence < cold.confidence);
    }

    #[test]
    fn what_cannot_happen_is_zero_and_unknown_always_can() {
        let answer = decide(
            SURE,
            &Calibration::default(),
            &Costs::default(),
            &[Intent::Cancel],
        );
        assert!(answer.scores[&Intent::Order].abs() < f32::EPSILON);
        assert!((answer.scores[&Intent::Cancel] - 0.5).abs() < 1e-6);
        assert!((answer.scores[&Intent::Unknown] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_broken_artifact_is_refused() {
        let mut calibration = Calibration::default();
        assert_eq!(calibration.check(), Ok(()));
        calibration.thresholds[1] = 1.5;
        assert_eq!(
            calibration.check(),
            Err(CalibrationError::Threshold {
                intent: Intent::Question,
                value: 1.5
            })
        );
        for temperature in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            calibration.temperature = temperature;
            assert!(matches!(
                calibration.check(),
                Err(CalibrationError::Temperature(_))
            ));
        }
    }

    /// Logits whose softmax is `shares`.
    fn logits_of(shares: [f32; 6]) -> [f32; 6] {
        shares.map(|share: f32| share.max(1e-6).ln())
    }

    #[test]
    fn the_dearer_mistake_is_avoided() {
        let calibration = Calibration {
            temperature: 1.0,
            thresholds: [0.0; 6],
        };
        let torn = logits_of([0.0, 0.0, 0.0, 0.47, 0.50, 0.03]);
        let answer = decide(torn, &calibration, &Costs::default(), &[]);
        assert_eq!(answer.best_guess, Intent::Cancel);
        assert_eq!(answer.intent, Intent::Modification, "voiding costs more");
        let torn = logits_of([0.0, 0.54, 0.41, 0.0, 0.0, 0.05]);
        let answer = decide(torn, &calibration, &Costs::default(), &[]);
        assert_eq!(answer.intent, Intent::Question);
        let grave = Costs {
            missed_complaint: 5.0,
            ..Costs::default()
        };
        let answer = decide(torn, &calibration, &grave, &[]);
        assert_eq!(answer.intent, Intent::Complaint, "missing it costs more");
        let cheap = Costs {
            ask_again: 0.1,
            ..Costs::default()
        };
        let answer = decide(torn, &calibration, &cheap, &[]);
        assert_eq!(answer.reason, IntentReason::BelowThreshold);
    }

    proptest! {
        #[test]
        fn no_other_answer_is_expected_to_cost_less(
            logits in prop::array::uniform6(-6.0f32..6.0),
            cancel in 0.0f32..8.0, complaint in 0.0f32..8.0, again in 0.0f32..3.0,
        ) {
            let costs = Costs { ask_again: again, false_cancel: cancel, missed_complaint: complaint, ..Costs::default() };
            let calibration = Calibration { temperature: 1.0, thresholds: [0.0; 6] };
            let answer = decide(logits, &calibration, &costs, &[]);
            prop_assume!(answer.reason != IntentReason::OutOfScope);
            let cost = |intent| costs.expected(answer.scores.iter().map(|(i, p)| (*i, *p)), intent);
            for other in Intent::ALL {
                prop_assert!(cost(answer.intent) <= cost(other) + 1e-5, "{other} costs less than {answer:?}");
            }
        }

        #[test]
        fn probabilities_always_add_up_to_one(
            logits in prop::array::uniform6(prop_oneof![
                any::<f32>(), Just(f32::NAN), Just(f32::INFINITY), -20.0f32..20.0
            ]),
            temperature in any::<f32>(),
            expected in prop::collection::vec(prop::sample::select(&Intent::ALL), 0..4),
        ) {
            let calibration = Calibration { temperature, thresholds: [0.5; 6] };
            let answer = decide(logits, &calibration, &Costs::default(), &expected);
            let sum: f32 = answer.scores.values().sum();
            prop_assert!((sum - 1.0).abs() < 1e-4, "{sum} of {answer:?}");
            if answer.intent != Intent::Unknown {
                prop_assert!(answer.scores[&answer.intent] >= 0.5);
                prop_assert!(expected.is_empty() || expected.contains(&answer.intent));
            }
            for (intent, &probability) in &answer.scores {
                let can_happen = expected.is_empty()
                    || *intent == Intent::Unknown
                    || expected.contains(intent);
                prop_assert!(can_happen || probability == 0.0, "{answer:?}");
            }
        }
    }
}
