//! How far what is said lies from what the model has learnt, in scope and out of it.
//!
//! A softmax is sure of itself far from all it has seen. So the head also keeps prototypes: unit
//! vectors in its features, each the middle of learnt utterances that are alike, half of them of
//! utterances in scope and half of others. The nearer the nearest of the others is
//! than the nearest in scope, the more the logit of "unknown" gains. (The distance to what is in
//! scope alone was measured and tells nothing that the logit does not.)

use crate::error::InferenceError;
use crate::weights::Weights;
use candle_core::{D, Device, Result, Tensor};
use olympus_proto::Intent;

/// Prototypes of a side.
pub const PROTOTYPES: usize = 256;
/// The tensors: prototypes in scope and out of it, each prototypes × hidden, and the two numbers
/// of [`Familiarity`].
pub const TENSORS: [&str; 3] = [
    "intent.known.inside",
    "intent.known.outside",
    "intent.known.fit",
];

/// How near an utterance is to what was learnt: cosines to the nearest prototype of each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// In scope.
    pub inside: f32,
    /// Out of scope.
    pub outside: f32,
}

/// What nearness counts for.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Familiarity {
    /// What the logit of "unknown" gains for each 1 of cosine that `outside` is above `inside`.
    pub weight: f32,
    /// The difference at which it gains nothing.
    pub centre: f32,
}

impl Familiarity {
    /// Where nothing held out has said that a distance tells anything.
    pub const NONE: Self = Self {
        weight: 0.0,
        centre: 0.0,
    };

    /// Whether a distance changes any logit.
    #[must_use]
    pub fn counts(self) -> bool {
        self.weight.abs() > 0.0
    }

    /// What the logit of "unknown" gains.
    #[must_use]
    pub fn gain(self, nearest: Nearest) -> f32 {
        self.weight * (nearest.outside - nearest.inside - self.centre)
    }
}

/// Prototypes with what nearness to them counts for.
#[derive(Debug, Clone)]
pub struct Known {
    /// Row after row, each of length 1.
    pub(crate) inside: Vec<f32>,
    pub(crate) outside: Vec<f32>,
    pub(crate) familiarity: Familiarity,
}

impl Known {
    /// Takes what a model brings; `None` where it brings none, or none that counts.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where a tensor is missing or has another shape.
    pub fn take(
        weights: &Weights,
        hidden: usize,
    ) -> std::result::Result<Option<Self>, InferenceError> {
        let [inside, outside, fit] = TENSORS;
        if !weights.has(inside) {
            return Ok(None);
        }
        let fit = weights.values(fit, &[2])?;
        let known = Self {
            inside: weights.values(inside, &[PROTOTYPES, hidden])?,
            outside: weights.values(outside, &[PROTOTYPES, hidden])?,
            familiarity: Familiarity {
                weight: fit[0],
                centre: fit[1],
            },
        };
        // 512 products a text would change nothing.
        Ok(known.familiarity.counts().then_some(known))
    }

    /// What each row of features, batch × hidden, adds to its logits, batch × 6.
    ///
    /// # Errors
    /// Candle's, where shapes do not fit.
    pub fn gains(&self, features: &Tensor) -> Result<Tensor> {
        let (batch, hidden) = features.dims2()?;
        let length = features.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
        let nearest = |rows: &[f32]| -> Result<Vec<f32>> {
            let rows = Tensor::from_slice(rows, (PROTOTYPES, hidden), &Device::Cpu)?;
            let cosines = features.matmul(&rows.t()?)?.broadcast_div(&length)?;
            cosines.max(D::Minus1)?.to_vec1::<f32>()
        };
        let nearest = nearest(&self.inside)?
            .into_iter()
            .zip(nearest(&self.outside)?);
        let mut gains = vec![0.0; batch * Intent::ALL.len()];
        for (row, (inside, outside)) in gains.chunks_exact_mut(Intent::ALL.len()).zip(nearest) {
            for (gain, intent) in row.iter_mut().zip(Intent::ALL) {
                if intent == Intent::Unknown {
                    *gain = self.familiarity.gain(Nearest { inside, outside });
                }
            }
        }
        Tensor::from_vec(gains, (batch, Intent::ALL.len()), &Device::Cpu)
    }
}
