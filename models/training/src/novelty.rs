//! Whether being far from everything learnt tells what is out of scope better than the class for
//! it does alone. Measured on held-out registers.

use crate::data::{Example, label_of};
use crate::model::{Base, Learner};
use candle_core::Tensor;
use olympus_inference::Mode;
use olympus_inference::bert::Batch;
use olympus_proto::Intent;
use serde::Serialize;

/// Of the utterances out of scope, those found when 3 % of those in scope are taken for them.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Novelty {
    /// By the logit of the class against the best of the others.
    pub(crate) by_class: f64,
    /// By the cosine to the nearest utterance in scope among those learnt, in the head's features.
    pub(crate) by_distance: f64,
    /// By both, at the best of several weights (chosen on the same rows: it flatters).
    pub(crate) by_both: f64,
}

/// Share of the utterances in scope that may be mistaken.
const MISTAKEN: f64 = 0.03;

pub(crate) fn measure(
    learner: &Learner,
    base: &Base,
    learnt: &[&Example],
    test: &[&Example],
) -> anyhow::Result<Novelty> {
    let unknown = label_of(Intent::Unknown);
    let inside: Vec<&Example> = learnt
        .iter()
        .filter(|example| example.label != unknown)
        .copied()
        .collect();
    let (known, _) = describe(learner, base, &inside)?;
    let (seen, logits) = describe(learner, base, test)?;
    let nearest = seen.matmul(&known.t()?)?.max(1)?.to_vec1::<f32>()?;
    let margins: Vec<f32> = logits
        .iter()
        .map(|row| {
            let others = row.iter().enumerate().filter(|(i, _)| *i != unknown);
            row[unknown] - others.map(|(_, logit)| *logit).fold(f32::MIN, f32::max)
        })
        .collect();
    let outside: Vec<bool> = test.iter().map(|e| e.label == unknown).collect();
    let both = |weight: f32| -> Vec<f32> {
        let pairs = margins.iter().zip(&nearest);
        pairs.map(|(margin, near)| margin - weight * near).collect()
    };
    let best = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0]
        .into_iter()
        .map(|weight| found(&both(weight), &outside))
        .fold(0.0, f64::max);
    let far: Vec<f32> = nearest.iter().map(|near| -near).collect();
    Ok(Novelty {
        by_class: found(&margins, &outside),
        by_distance: found(&far, &outside),
        by_both: best,
    })
}

/// Recall of what is outside, at the score that [`MISTAKEN`] of what is inside reach.
fn found(scores: &[f32], outside: &[bool]) -> f64 {
    let of = |wanted: bool| -> Vec<f32> {
        let rows = scores.iter().zip(outside);
        rows.filter(|row| *row.1 == wanted)
            .map(|row| *row.0)
            .collect()
    };
    let (mut inside, outside) = (of(false), of(true));
    inside.sort_by(|a, b| b.total_cmp(a));
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of utterances"
    )]
    let at = (inside.len() as f64 * MISTAKEN) as usize;
    let threshold = inside.get(at).copied().unwrap_or(f32::MAX);
    let hits = outside.iter().filter(|score| **score > threshold).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of utterances")]
    let share = hits as f64 / outside.len().max(1) as f64;
    share
}

/// Unit features, a row each, and logits.
fn describe(
    learner: &Learner,
    base: &Base,
    examples: &[&Example],
) -> anyhow::Result<(Tensor, Vec<Vec<f32>>)> {
    let (encoder, head) = learner.build()?;
    let (mut features, mut logits) = (Vec::new(), Vec::new());
    for example in examples {
        let ids = base.tokenizer.ids(&example.text)?;
        let batch = Batch::of(&[&ids])?;
        let states = encoder.forward(&batch, Mode::Infer)?;
        let row = head.features(&states, None, Mode::Infer)?;
        let length = row.sqr()?.sum_keepdim(1)?.sqrt()?;
        features.push(row.broadcast_div(&length)?);
        let row = head.forward(&states, None, Mode::Infer)?;
        logits.push(row.squeeze(0)?.to_vec1::<f32>()?);
    }
    Ok((Tensor::cat(&features, 0)?, logits))
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn recall_at_three_mistakes_in_a_hundred() {
        let inside = (0..100u8).map(f32::from);
        let scores: Vec<f32> = inside.chain([96.5, 99.5, 3.0, 200.0]).collect();
        let outside: Vec<bool> = (0..104).map(|i| i >= 100).collect();
        assert!((found(&scores, &outside) - 0.75).abs() < 1e-9);
    }
}
