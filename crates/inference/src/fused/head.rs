//! The intent head's pass: the arithmetic of [`crate::head::IntentHead`] without tensors.

use super::encoder::take_matrix;
use super::kernel::Kernel;
use super::matrix::{PackedMatrix, QuantizedRows};
use super::ops::{dense, largest_cosine, shares, squash, weighted_sum};
use super::product::product;
use crate::error::InferenceError;
use crate::known::{Known, Nearest};
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
    known: Option<Known>,
}

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(crate) struct HeadWorkspace {
    shares: Vec<f32>,
    pooled: Vec<f32>,
    hidden: Vec<f32>,
    bytes: QuantizedRows,
}

impl FusedHead {
    /// Takes the head's tensors.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where one is missing or has another shape.
    pub(crate) fn take(weights: &Weights, hidden: usize) -> Result<Self, InferenceError> {
        Ok(Self {
            query: weights.values("intent.query", &[hidden, 1])?,
            dense: take_matrix(weights, &["intent.dense".to_owned()], hidden, hidden)?,
            out: weights.values("intent.out.weight", &[INTENTS, hidden])?,
            out_bias: weights.values("intent.out.bias", &[INTENTS])?,
            known: Known::take(weights, hidden)?,
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
            weighted_sum(kernel, text, &work.shares, pooled);
            rest = later;
        }
        work.hidden.resize(lengths.len() * hidden, 0.0);
        work.bytes.fill(kernel, &work.pooled, hidden);
        product(kernel, &self.dense, &work.bytes, &mut work.hidden);
        squash(kernel, &mut work.hidden);
        let rows = work.hidden.chunks_exact(hidden);
        rows.map(|row| {
            let mut logits = [0.0; INTENTS];
            dense(kernel, row, &self.out, &self.out_bias, &mut logits);
            if let Some(known) = &self.known {
                let mut nearest = Nearest {
                    inside: 0.0,
                    outside: 0.0,
                };
                largest_cosine(kernel, row, &known.inside, &mut nearest.inside);
                largest_cosine(kernel, row, &known.outside, &mut nearest.outside);
                for (logit, intent) in logits.iter_mut().zip(Intent::ALL) {
                    if intent == Intent::Unknown {
                        *logit += known.familiarity.gain(nearest);
                    }
                }
            }
            logits
        })
        .collect()
    }
}
