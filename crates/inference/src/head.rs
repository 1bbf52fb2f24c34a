//! The intent head: attention over the token states, one hidden layer, six logits.
//!
//! It reads token states rather than the sentence vector, because the vector is made to say what
//! a text is about and drops the small words ("no", "instead", "still") that carry the intent.

use crate::bert::{Linear, Texts};
use crate::error::InferenceError;
use crate::known::Known;
use crate::weights::Weights;
use candle_core::{Module, Result, Tensor};
use olympus_proto::Intent;

/// Names of the head's tensors with their shapes for a hidden size.
#[must_use]
pub fn tensor_shapes(hidden: usize) -> [(&'static str, Vec<usize>); 5] {
    [
        ("intent.query", vec![hidden, 1]),
        ("intent.dense.weight", vec![hidden, hidden]),
        ("intent.dense.bias", vec![hidden]),
        ("intent.out.weight", vec![Intent::ALL.len(), hidden]),
        ("intent.out.bias", vec![Intent::ALL.len()]),
    ]
}

/// The head with its weights.
#[derive(Debug, Clone)]
pub struct IntentHead {
    query: Tensor,
    dense: Linear,
    out: Linear,
    known: Option<Known>,
}

impl IntentHead {
    /// Whether a model brings a head.
    #[must_use]
    pub fn is_in(weights: &Weights) -> bool {
        weights.has("intent.query")
    }

    /// Takes the head's tensors.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where one is missing or has another shape.
    pub fn take(weights: &Weights, hidden: usize) -> std::result::Result<Self, InferenceError> {
        Ok(Self {
            query: weights.tensor("intent.query", &[hidden, 1])?,
            dense: Linear::take(weights, "intent.dense", hidden, hidden)?,
            out: Linear::take(weights, "intent.out", hidden, Intent::ALL.len())?,
            known: Known::take(weights, hidden)?,
        })
    }

    /// What the logits are made of, batch × hidden, from batch × length × hidden states.
    ///
    /// # Errors
    /// Candle's, where shapes do not fit.
    pub fn features(&self, states: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let (batch, length, hidden) = states.dims3()?;
        let scores = states
            .reshape((batch * length, hidden))?
            .matmul(&self.query)?
            .reshape((batch, length))?;
        let scores = match mask {
            Some(mask) => (scores + ((mask - 1.0)? * 10_000.0)?)?,
            None => scores,
        };
        let shares = candle_nn::ops::softmax_last_dim(&scores)?;
        let pooled = shares.unsqueeze(1)?.matmul(states)?.squeeze(1)?;
        self.dense.forward(&pooled)?.tanh()
    }

    /// Logits, batch × 6 in the order of [`Intent::ALL`], from batch × length × hidden states.
    ///
    /// # Errors
    /// Candle's, where shapes do not fit.
    pub fn forward(&self, states: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let features = self.features(states, mask)?;
        let logits = self.out.forward(&features)?;
        match &self.known {
            Some(known) => logits + known.gains(&features)?,
            None => Ok(logits),
        }
    }

    /// Features with gradients, texts × hidden, from tokens × hidden states.
    ///
    /// # Errors
    /// Candle's, where shapes do not fit.
    pub fn differentiable_features(&self, states: &Tensor, texts: &Texts) -> Result<Tensor> {
        let scores = states.matmul(&self.query)?;
        let pooled = texts.weighed_means(states, &scores)?;
        self.dense.differentiable(&pooled)?.tanh()
    }

    /// Logits with gradients, texts × 6, from features. Distance takes no part while the model learns.
    ///
    /// # Errors
    /// Candle's, where shapes do not fit.
    pub fn differentiable(&self, features: &Tensor) -> Result<Tensor> {
        self.out.differentiable(features)
    }
}
