//! Temperature and thresholds, from predictions on registers that the model did not learn from.

use olympus_core::intent::{Calibration, Costs, decide};
use olympus_proto::Intent;

/// A prediction with its true label.
pub(crate) type Scored = ([f32; 6], usize);

/// Most of the in-scope utterances that thresholds may turn into "unknown".
const MOST_ABSTAINED: f64 = 0.03;

/// The temperature of least log loss, then the one threshold that scores best strictly.
pub(crate) fn calibrate(scored: &[Scored]) -> Calibration {
    let temperature = temperature(scored);
    let with = |threshold: f32| Calibration {
        temperature,
        thresholds: [threshold; 6],
    };
    let best = (0..=60)
        .map(|step| f32::from(step as u8) / 100.0)
        .filter(|threshold| abstained(scored, &with(*threshold)) <= MOST_ABSTAINED)
        .max_by(|a, b| accuracy(scored, &with(*a)).total_cmp(&accuracy(scored, &with(*b))))
        .unwrap_or(0.0);
    with(best)
}

/// The temperature of least log loss.
pub(crate) fn temperature(scored: &[Scored]) -> f32 {
    golden(|t| log_loss(scored, t), 0.2, 5.0)
}

/// Mean log loss at the temperature that suits best.
pub(crate) fn log_loss_at_best(scored: &[Scored]) -> f64 {
    let temperature = temperature(scored);
    #[expect(clippy::cast_precision_loss, reason = "a count of utterances")]
    let count = scored.len().max(1) as f64;
    log_loss(scored, temperature) / count
}

fn log_loss(scored: &[Scored], temperature: f32) -> f64 {
    scored
        .iter()
        .map(|(logits, label)| {
            let largest = logits.iter().copied().fold(f32::MIN, f32::max);
            let sum: f32 = logits
                .iter()
                .map(|logit| ((logit - largest) / temperature).exp())
                .sum();
            f64::from(sum.ln() - (logits[*label] - largest) / temperature)
        })
        .sum()
}

/// Golden-section search of a unimodal function's minimum.
fn golden(f: impl Fn(f32) -> f64, mut low: f32, mut high: f32) -> f32 {
    const RATIO: f32 = 0.618_034;
    for _ in 0..25 {
        let (a, b) = (high - (high - low) * RATIO, low + (high - low) * RATIO);
        if f(a) < f(b) {
            high = b;
        } else {
            low = a;
        }
    }
    low.midpoint(high)
}

/// Share answered with the true label, where "unknown" is right for out of scope.
pub(crate) fn accuracy(scored: &[Scored], calibration: &Calibration) -> f64 {
    share(scored, |(logits, label)| {
        decide(*logits, calibration, &Costs::EVEN, &[]).intent == Intent::ALL[*label]
    })
}

/// Recall of one class.
pub(crate) fn recall(scored: &[Scored], calibration: &Calibration, label: usize) -> f64 {
    let of: Vec<Scored> = scored.iter().filter(|s| s.1 == label).copied().collect();
    accuracy(&of, calibration)
}

/// Share of in-scope utterances answered "unknown".
fn abstained(scored: &[Scored], calibration: &Calibration) -> f64 {
    let unknown = crate::data::label_of(Intent::Unknown);
    let inside: Vec<Scored> = scored.iter().filter(|s| s.1 != unknown).copied().collect();
    share(&inside, |(logits, _)| {
        decide(*logits, calibration, &Costs::EVEN, &[]).intent == Intent::Unknown
    })
}

fn share(scored: &[Scored], test: impl Fn(&Scored) -> bool) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of utterances")]
    let (hits, all) = (
        scored.iter().filter(|s| test(s)).count() as f64,
        scored.len().max(1) as f64,
    );
    hits / all
}

#[cfg(test)]
mod tests {
    use super::{calibrate, golden};

    #[test]
    fn golden_section_finds_a_minimum() {
        let at = golden(|t| f64::from((t - 1.7).powi(2)), 0.2, 5.0);
        assert!((at - 1.7).abs() < 1e-3, "{at}");
    }

    #[test]
    fn overconfident_logits_get_a_temperature_above_one() {
        // Right in half the cases, but sure of itself in all.
        let scored: Vec<_> = (0..100)
            .map(|i| ([8.0, 0.0, 0.0, 0.0, 0.0, 0.0], usize::from(i % 2 == 0)))
            .collect();
        assert!(calibrate(&scored).temperature > 2.0);
    }
}
