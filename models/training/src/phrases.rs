//! The linear model of words and short phrases beside the intent head (`olympus_inference::phrases`): multinomial
//! logistic regression on the buckets of a text, by AdaGrad (Duchi et al., 2011), which fits rare phrases in few steps.

use crate::data::Example;
use crate::model::Base;
use candle_core::{Device, Tensor};
use olympus_inference::Phrases;
use olympus_inference::phrases::{BUCKETS, buckets, shape};
use olympus_proto::Intent;
use rand::SeedableRng;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

/// How much its logits count beside the head's, which count one: about where log loss on the validation set is least.
pub(crate) const SHARE: f32 = 0.7;

/// Fits in orders of their own, of which the model is the mean: rare phrases hang on the order.
const FITS: u64 = 4;
/// Passes over the text.
const PASSES: usize = 12;
/// Step of a weight that was never moved.
const RATE: f32 = 0.6;
/// Pull towards zero, of the weights that a text has.
const DECAY: f32 = 2e-5;
const INTENTS: usize = Intent::ALL.len();

/// A text as the model sees it.
struct Row {
    buckets: Vec<u32>,
    label: usize,
}

/// Learns from the examples; the weights are those of the artifact, with the share in them.
pub(crate) fn fit(base: &Base, learnt: &[&Example], seed: u64) -> anyhow::Result<Vec<f32>> {
    let mut rows = learnt
        .iter()
        .map(|example| {
            Ok(Row {
                buckets: buckets(&base.tokenizer.ids(&example.text)?),
                label: example.label,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut sums = vec![0f32; BUCKETS * INTENTS];
    for fit in 0..FITS {
        let weights = descend(&mut rows, seed ^ fit << 32);
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += weight;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of fits")]
    let share = SHARE / FITS as f32;
    for sum in &mut sums {
        *sum *= share;
    }
    Ok(sums)
}

/// The tensor of the artifact.
pub(crate) fn tensor(weights: &[f32]) -> anyhow::Result<Tensor> {
    Ok(Tensor::from_slice(weights, &shape(), &Device::Cpu)?)
}

/// Adds to the logits of examples what their phrases say.
pub(crate) fn add<'a>(
    base: &Base,
    weights: &[f32],
    judged: impl Iterator<Item = (&'a Example, &'a mut [f32; INTENTS])>,
) -> anyhow::Result<()> {
    let phrases = Phrases::of(weights.to_vec())?;
    for (example, logits) in judged {
        phrases.add(&base.tokenizer.ids(&example.text)?, logits);
    }
    Ok(())
}

fn descend(rows: &mut [Row], seed: u64) -> Vec<f32> {
    let mut weights = vec![0f32; BUCKETS * INTENTS];
    let mut squares = vec![1e-8f32; BUCKETS * INTENTS];
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..PASSES {
        rows.shuffle(&mut rng);
        for row in &*rows {
            step(row, &mut weights, &mut squares);
        }
    }
    weights
}

fn step(row: &Row, weights: &mut [f32], squares: &mut [f32]) {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred runs")]
    let scale = 1.0 / (row.buckets.len().max(1) as f32).sqrt();
    let places = |bucket: &u32| {
        let at = *bucket as usize * INTENTS;
        at..at + INTENTS
    };
    let mut logits = [0f32; INTENTS];
    for bucket in &row.buckets {
        for (logit, weight) in logits.iter_mut().zip(&weights[places(bucket)]) {
            *logit += scale * weight;
        }
    }
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let mut errors = logits.map(|logit| (logit - most).exp());
    let sum: f32 = errors.iter().sum();
    for (class, error) in errors.iter_mut().enumerate() {
        *error = *error / sum - f32::from(u8::from(class == row.label));
    }
    for bucket in &row.buckets {
        let places = places(bucket);
        let moved = weights[places.clone()]
            .iter_mut()
            .zip(&mut squares[places])
            .zip(&errors);
        for ((weight, square), error) in moved {
            let slope = scale * error + DECAY * *weight;
            *square += slope * slope;
            *weight -= RATE * slope / square.sqrt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{INTENTS, Row, descend};
    use olympus_inference::Phrases;
    use olympus_inference::phrases::buckets;

    #[test]
    fn what_a_phrase_means_is_learnt_and_repeats() {
        // Token 7 is of class 1 and 8 of class 4, but 7 and then 9 is of class 3.
        let texts: [(&[u32], usize); 4] = [
            (&[2, 7, 3], 1),
            (&[2, 8, 3], 4),
            (&[2, 7, 9, 3], 3),
            (&[2, 8, 9, 3], 4),
        ];
        let rows = || -> Vec<Row> {
            let texts = texts.iter().cycle().take(40);
            texts
                .map(|(ids, label)| Row {
                    buckets: buckets(ids),
                    label: *label,
                })
                .collect()
        };
        let weights = descend(&mut rows(), 1);
        assert_eq!(weights, descend(&mut rows(), 1));
        let phrases = Phrases::of(weights).expect("as many");
        for (ids, label) in texts {
            let mut logits = [0.0; INTENTS];
            phrases.add(ids, &mut logits);
            let best = (0..INTENTS).max_by(|a, b| logits[*a].total_cmp(&logits[*b]));
            assert_eq!(best, Some(label), "{ids:?}: {logits:?}");
        }
    }
}
