//! What words and short phrases by themselves say of an intent, beside what the encoder understands.
//!
//! A linear model of runs of one to three tokens: it hears "cancela" and "quítale" as sharply as "cancel", where an
//! encoder that grew up on English does not, and it errs elsewhere than the encoder does, so that both together are
//! surer with reason (log-linear pooling of two experts). Runs are hashed into buckets; what a text's buckets add to the
//! logits is their sum over the square root of how many there are.

use crate::error::InferenceError;
use crate::weights::Weights;
use olympus_proto::Intent;

/// Buckets that runs of tokens are hashed into.
pub const BUCKETS: usize = 1 << 16;
/// Tokens of the longest run.
pub const LONGEST: usize = 3;
/// The tensor: what each bucket adds to each logit, bucket after bucket, in rows of [`ROW`] for the quantiser.
pub const TENSOR: &str = "intent.phrases";
/// Numbers in a row of the tensor.
pub const ROW: usize = 32;

/// Number of logits.
const INTENTS: usize = Intent::ALL.len();
/// Of Fibonacci hashing: 2^64 over the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The shape of [`TENSOR`].
#[must_use]
pub fn shape() -> [usize; 2] {
    [BUCKETS * INTENTS / ROW, ROW]
}

/// The buckets of a text's runs of tokens, each once, in ascending order. `ids` are those of
/// [`crate::TextTokenizer::ids`], the special ones at both ends included.
#[must_use]
pub fn buckets(ids: &[u32]) -> Vec<u32> {
    let mut found = Vec::with_capacity(ids.len() * LONGEST);
    for start in 0..ids.len() {
        let mut hash = 0u64;
        for id in ids.iter().skip(start).take(LONGEST) {
            hash = (hash ^ (u64::from(*id) + 1)).wrapping_mul(SPREAD);
            hash ^= hash >> 32;
            // The upper half of the product is the well mixed one.
            let mixed = hash.wrapping_mul(SPREAD) >> (64 - BUCKETS.ilog2());
            #[expect(clippy::cast_possible_truncation, reason = "16 bits")]
            found.push(mixed as u32);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The linear model.
#[derive(Debug, Clone)]
pub struct Phrases {
    /// Bucket after bucket.
    weights: Vec<f32>,
}

impl Phrases {
    /// Takes what a model brings; `None` where it brings none.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where the tensor has another shape.
    pub fn take(weights: &Weights) -> Result<Option<Self>, InferenceError> {
        if !weights.has(TENSOR) {
            return Ok(None);
        }
        Ok(Some(Self {
            weights: weights.values(TENSOR, &shape())?,
        }))
    }

    /// Of weights that are in memory, bucket after bucket.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where they are not as many.
    pub fn of(weights: Vec<f32>) -> Result<Self, InferenceError> {
        if weights.len() != BUCKETS * INTENTS {
            let count = weights.len();
            return Err(InferenceError::unfit(
                "phrases",
                format!(
                    "{count} weights of phrases, {} are needed",
                    BUCKETS * INTENTS
                ),
            ));
        }
        Ok(Self { weights })
    }

    /// Adds to the uncalibrated logits of a text, in the order of [`Intent::ALL`], what its phrases say; `ids` as
    /// [`buckets`] takes them.
    pub fn add(&self, ids: &[u32], logits: &mut [f32; INTENTS]) {
        let buckets = buckets(ids);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred runs")]
        let scale = 1.0 / (buckets.len().max(1) as f32).sqrt();
        for bucket in buckets {
            let at = bucket as usize * INTENTS;
            let said = self.weights.get(at..at + INTENTS).unwrap_or_default();
            for (logit, said) in logits.iter_mut().zip(said) {
                *logit += scale * said;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, INTENTS, Phrases, TENSOR, Weights, buckets, shape};
    use candle_core::{DType, Device, Tensor};
    use std::collections::HashMap;

    #[test]
    fn runs_of_one_to_three_tokens_fall_into_buckets_each_once() {
        // 4 single tokens, 3 pairs, 2 of three; repeats count once.
        assert_eq!(buckets(&[2, 7, 9, 3]).len(), 9);
        assert_eq!(buckets(&[7, 7, 7]).len(), 3);
        assert!(buckets(&[]).is_empty());
        let many: Vec<u32> = (0..2_000).collect();
        let found = buckets(&many);
        assert!(found.is_sorted() && found.iter().all(|at| (*at as usize) < BUCKETS));
        // 5,997 runs in 65,536 buckets: about 262 fall where another is.
        assert!(found.len() > 5_650, "{}", found.len());
        assert_ne!(buckets(&[5, 6]), buckets(&[6, 5]));
    }

    #[test]
    fn a_text_is_told_by_all_of_its_phrases() {
        let mut weights = vec![0.0; BUCKETS * INTENTS];
        let [bucket] = buckets(&[9])[..] else {
            panic!("one run");
        };
        weights[bucket as usize * INTENTS + 3] = 2.0;
        let phrases = Phrases::of(weights).expect("as many");
        let mut logits = [1.0; INTENTS];
        phrases.add(&[9], &mut logits);
        assert_eq!(logits, [1.0, 1.0, 1.0, 3.0, 1.0, 1.0]);
        // Three runs, of which one says something.
        let mut logits = [0.0; INTENTS];
        phrases.add(&[9, 4], &mut logits);
        assert!((logits[3] - 2.0 / 3f32.sqrt()).abs() < 1e-6);
        phrases.add(&[], &mut logits);
        assert!(Phrases::of(vec![0.0; 6]).is_err());
        let small = Tensor::zeros((2, 3), DType::F32, &Device::Cpu).expect("a tensor");
        let other = Weights::new("test", HashMap::from([(TENSOR.to_owned(), small)]));
        let refused = Phrases::take(&other).expect_err("of another shape");
        assert!(refused.to_string().contains(TENSOR), "{refused}");
        let none = Weights::new("test", HashMap::new());
        assert!(Phrases::take(&none).expect("a model without").is_none());
        assert_eq!(shape().iter().product::<usize>(), BUCKETS * INTENTS);
    }
}
