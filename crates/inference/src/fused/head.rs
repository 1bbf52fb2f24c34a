//! The intent head's pass: the arithmetic of [`crate::head::IntentHead`] without tensors.

use super::encoder::take_matrix;
use super::kernel::Kernel;
use super::math::LANES;
use super::matrix::{GROUP, PackedMatrix, QuantizedRows};
use super::ops::{dense, shares, squash, sum, weighted_sum};
use super::product::product;
use crate::error::InferenceError;
use crate::known::{Familiarity, Known, Nearest, PROTOTYPES};
use crate::weights::Weights;
use olympus_proto::Intent;

/// Number of logits.
const INTENTS: usize = Intent::ALL.len();

/// The head with its weights.
#[derive(Debug)]
pub(crate) struct FusedHead {
    query: Vec<f32>,
    dense: PackedMatrix,
    out: Vec<f32>,
    out_bias: Vec<f32>,
    known: Option<KnownBytes>,
}

/// The prototypes in bytes: what is known in scope, then what is known out of it.
#[derive(Debug)]
struct KnownBytes {
    prototypes: PackedMatrix,
    familiarity: Familiarity,
}

impl KnownBytes {
    fn pack(known: &Known, hidden: usize) -> Self {
        let both = [known.inside.as_slice(), &known.outside].concat();
        let bias = vec![0.0; 2 * PROTOTYPES];
        Self {
            prototypes: PackedMatrix::pack(&both, hidden, bias, GROUP),
            familiarity: known.familiarity,
        }
    }

    /// What the logit of "unknown" gains, from a row's products with all prototypes.
    fn gain(&self, row: &[f32], products: &[f32]) -> f32 {
        let (inside, outside) = products.split_at(PROTOTYPES);
        let length = (sum(row, |value| value * value) + 1e-12).sqrt();
        let largest = |products: &[f32]| products.iter().copied().fold(f32::MIN, f32::max) / length;
        self.familiarity.gain(Nearest {
            inside: largest(inside),
            outside: largest(outside),
        })
    }
}

/// Buffers of one pass.
#[derive(Debug, Default)]
pub(crate) struct HeadWorkspace {
    shares: Vec<[f32; LANES]>,
    pooled: Vec<f32>,
    hidden: Vec<f32>,
    bytes: QuantizedRows,
    /// Of each text with each prototype.
    products: Vec<f32>,
}

impl FusedHead {
    /// Takes the head's tensors.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where one is missing or has another shape.
    pub(crate) fn take(weights: &Weights, hidden: usize) -> Result<Self, InferenceError> {
        Ok(Self {
            query: weights.values("intent.query", &[hidden, 1])?,
            dense: take_matrix(weights, &["intent.dense".to_owned()], hidden, hidden, GROUP)?,
            out: weights.values("intent.out.weight", &[INTENTS, hidden])?,
            out_bias: weights.values("intent.out.bias", &[INTENTS])?,
            known: Known::take(weights, hidden)?.map(|known| KnownBytes::pack(&known, hidden)),
        })
    }

    /// Logits of texts of the given lengths from their token states.
    pub(crate) fn forward(
        &self,
        kernel: Kernel,
        states: &[f32],
        lengths: &[usize],
        work: &mut HeadWorkspace,
    ) -> Vec<[f32; INTENTS]> {
        let hidden = self.query.len();
        work.pooled.resize(lengths.len() * hidden, 0.0);
        let mut rest = states;
        for (length, pooled) in lengths.iter().zip(work.pooled.chunks_exact_mut(hidden)) {
            let (text, later) = rest.split_at(length * hidden);
            shares(kernel, text, &self.query, &mut work.shares);
            weighted_sum(kernel, text, work.shares.as_flattened(), pooled);
            rest = later;
        }
        work.hidden.resize(lengths.len() * hidden, 0.0);
        work.bytes.fill(kernel, &work.pooled, hidden, &self.dense);
        product(kernel, &self.dense, &work.bytes, &mut work.hidden);
        squash(kernel, &mut work.hidden);
        let count = lengths.len();
        if let Some(known) = &self.known {
            work.bytes
                .fill(kernel, &work.hidden, hidden, &known.prototypes);
            work.products.resize(count * 2 * PROTOTYPES, 0.0);
            product(kernel, &known.prototypes, &work.bytes, &mut work.products);
        }
        let logits = |index: usize| {
            let row = &work.hidden[index * hidden..(index + 1) * hidden];
            let mut logits = [0.0; INTENTS];
            dense(kernel, row, &self.out, &self.out_bias, &mut logits);
            if let Some(known) = &self.known {
                let products = &work.products[index * 2 * PROTOTYPES..(index + 1) * 2 * PROTOTYPES];
                for (logit, intent) in logits.iter_mut().zip(Intent::ALL) {
                    if intent == Intent::Unknown {
                        *logit += known.gain(row, products);
                    }
                }
            }
            logits
        };
        (0..count).map(logits).collect()
    }
}
