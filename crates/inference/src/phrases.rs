//! What words and short phrases by themselves say of an intent, beside what the encoder understands.
//!
//! A linear model of runs of one to three tokens and of pairs that stand near each other: it hears "cancela" and
//! "quítale" as sharply as "cancel", where an encoder that grew up on English does not, and it errs elsewhere than the
//! encoder does, so that both together are surer with reason (log-linear pooling of two experts). Runs and pairs are
//! hashed into buckets; what a text's buckets add to the logits is their sum over the square root of how many there are.

use crate::error::InferenceError;
use crate::weights::Weights;
use candle_core::quantized::GgmlDType;
use half::f16;
use olympus_proto::Intent;
use std::borrow::Cow;

/// Buckets that runs and pairs of tokens are hashed into.
pub const BUCKETS: usize = 1 << 20;
/// Tokens of the longest run.
pub const LONGEST: usize = 3;
/// Tokens from the first of a pair to the second, at most; next to each other they are a run.
pub const FURTHEST: usize = 4;
/// The tensor: what each bucket adds to each logit, bucket after bucket, in rows of [`ROW`] for the quantiser.
pub const TENSOR: &str = "intent.phrases";
/// Numbers in a row of the tensor.
pub const ROW: usize = 32;

/// How an artifact has it: half bytes are enough.
pub const DTYPE: GgmlDType = GgmlDType::Q4_0;

/// Bytes of a row in blocks: a 16-bit scale and 32 half bytes, of which byte `i` holds those of `i` and `i + 16`
/// (ggml's Q4_0).
const BLOCK: usize = 2 + ROW / 2;
/// Number of logits.
const INTENTS: usize = Intent::ALL.len();
/// Of Fibonacci hashing: 2^64 over the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
/// Stands between the tokens of a pair; no token has this number.
const APART: u64 = 1 << 40;

/// The shape of [`TENSOR`].
#[must_use]
pub fn shape() -> [usize; 2] {
    [BUCKETS * INTENTS / ROW, ROW]
}

/// The buckets of a text's runs and pairs of tokens, each once, in ascending order. `ids` are those of
/// [`crate::TextTokenizer::ids`], the special ones at both ends included.
#[must_use]
pub fn buckets(ids: &[u32]) -> Vec<u32> {
    let mut found = Vec::with_capacity(ids.len() * (LONGEST + FURTHEST - 1));
    for start in 0..ids.len() {
        let (mut hash, mut first) = (0u64, 0u64);
        let ahead = ids.iter().skip(start).map(|id| u64::from(*id) + 1);
        for (at, id) in ahead.enumerate().take(LONGEST.max(FURTHEST + 1)) {
            if at < LONGEST {
                hash = mixed(hash, id);
                found.push(bucket(hash));
            }
            if at == 0 {
                first = hash;
            }
            if (2..=FURTHEST).contains(&at) {
                found.push(bucket(mixed(mixed(first, APART), id)));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn mixed(hash: u64, with: u64) -> u64 {
    let hash = (hash ^ with).wrapping_mul(SPREAD);
    hash ^ (hash >> 32)
}

/// The upper part of the product is the well mixed one.
#[expect(clippy::cast_possible_truncation, reason = "20 bits")]
fn bucket(hash: u64) -> u32 {
    (hash.wrapping_mul(SPREAD) >> (64 - BUCKETS.ilog2())) as u32
}

/// The linear model.
#[derive(Debug, Clone)]
pub struct Phrases(Table);

/// What each bucket adds, bucket after bucket.
#[derive(Debug, Clone)]
enum Table {
    /// As they lie in the model's file; of an embedded model they are read where they are in the binary, and only the
    /// pages of what is said come into memory.
    Blocks(Cow<'static, [u8]>),
    Values(Vec<f32>),
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
        // Whether every scale is a number is not looked at: it would bring all of the table into memory.
        let table = match weights.blocks(TENSOR, DTYPE, &shape())? {
            Some(blocks) => Table::Blocks(blocks),
            None => Table::Values(weights.values(TENSOR, &shape())?),
        };
        Ok(Some(Self(table)))
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
        Ok(Self(Table::Values(weights)))
    }

    /// Adds to the uncalibrated logits of a text, in the order of [`Intent::ALL`], what its phrases say; `ids` as
    /// [`buckets`] takes them.
    pub fn add(&self, ids: &[u32], logits: &mut [f32; INTENTS]) {
        let buckets = buckets(ids);
        #[expect(clippy::cast_precision_loss, reason = "some hundreds of them")]
        let scale = 1.0 / (buckets.len().max(1) as f32).sqrt();
        for bucket in buckets {
            let said = self.0.read(bucket as usize);
            for (logit, said) in logits.iter_mut().zip(said) {
                *logit += scale * said;
            }
        }
    }
}

impl Table {
    /// What a bucket adds.
    fn read(&self, bucket: usize) -> [f32; INTENTS] {
        let from = bucket * INTENTS;
        match self {
            Table::Values(values) => {
                let values = values.get(from..).and_then(<[f32]>::first_chunk);
                values.copied().unwrap_or_default()
            }
            Table::Blocks(bytes) => {
                // A bucket may lie across two blocks.
                let blocks = bytes.as_chunks::<BLOCK>().0;
                std::array::from_fn(|class| {
                    let at = from + class;
                    let Some([low, high, numbers @ ..]) = blocks.get(at / ROW) else {
                        return 0.0;
                    };
                    let (at, second) = (at % ROW % (ROW / 2), at % ROW >= ROW / 2);
                    let number = numbers[at] >> (4 * u8::from(second)) & 0xF;
                    f16::from_le_bytes([*low, *high]).to_f32() * (f32::from(number) - 8.0)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        BLOCK, BUCKETS, Cow, DTYPE, INTENTS, Phrases, ROW, TENSOR, Table, Weights, buckets, shape,
    };
    use candle_core::quantized::QTensor;
    use candle_core::{DType, Device, Tensor};
    use std::collections::HashMap;

    #[test]
    fn runs_and_near_pairs_fall_into_buckets_each_once() {
        // 4 single tokens, 3 twos, 2 threes, and the pairs 2…9, 7…3, 2…3; repeats count once.
        assert_eq!(buckets(&[2, 7, 9, 3]).len(), 12);
        assert_eq!(buckets(&[7, 7, 7]).len(), 4);
        assert!(buckets(&[]).is_empty());
        let many: Vec<u32> = (0..2_000).collect();
        let found = buckets(&many);
        assert!(found.is_sorted() && found.iter().all(|at| (*at as usize) < BUCKETS));
        // 5,997 runs and 5,991 pairs in 1,048,576 buckets: about 68 fall where another is.
        assert!(found.len() > 11_880, "{}", found.len());
        assert_ne!(buckets(&[5, 6]), buckets(&[6, 5]));
        let shared = |one: &[u32], other: &[u32]| {
            let (one, other) = (buckets(one), buckets(other));
            one.iter().filter(|at| other.contains(at)).count()
        };
        // 5, 6, and that 6 stands up to four after 5, but not further.
        assert_eq!(shared(&[5, 1, 2, 3, 6], &[5, 11, 12, 13, 6]), 3);
        assert_eq!(shared(&[5, 1, 2, 3, 4, 6], &[5, 11, 12, 13, 14, 6]), 2);
    }

    #[test]
    fn blocks_say_what_they_were_made_of() {
        let values: Vec<f32> = (0..BUCKETS * INTENTS)
            .map(|at| (at % 97) as f32 - 48.0)
            .collect();
        let tensor = Tensor::from_slice(&values, &shape(), &Device::Cpu).expect("a tensor");
        let blocks = QTensor::quantize(&tensor, DTYPE).expect("quantised");
        let bytes = blocks.data().expect("its bytes").into_owned();
        assert_eq!(bytes.len(), BUCKETS * INTENTS / ROW * BLOCK);
        let exact = blocks.dequantize(&Device::Cpu).expect("values");
        let exact = exact.flatten_all().and_then(|all| all.to_vec1());
        let exact = Table::Values(exact.expect("f32"));
        let table = Table::Blocks(Cow::Owned(bytes));
        // The first, one across two blocks, one of second halves, the last, and none.
        for bucket in [0, 5, 3, BUCKETS - 1, BUCKETS] {
            assert_eq!(table.read(bucket), exact.read(bucket), "{bucket}");
        }
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
        // Three runs and no pair, of which one says something.
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
