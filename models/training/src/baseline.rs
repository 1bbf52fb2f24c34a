//! What the trained head must beat: a linear head on the base model's frozen vectors, learnt from
//! the same text.

use crate::data::Example;
use crate::model::Base;
use crate::teacher::encode;
use crate::train::matrix;
use candle_core::{D, DType, Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use olympus_inference::Encoder;

pub(crate) struct Linear {
    weight: Var,
    bias: Var,
}

/// Vectors of texts with their labels.
pub(crate) struct Rows {
    vectors: Tensor,
    labels: Tensor,
}

impl Rows {
    pub(crate) fn of(frozen: &Encoder, base: &Base, examples: &[&Example]) -> anyhow::Result<Self> {
        let texts: Vec<&str> = examples.iter().map(|e| e.text.as_str()).collect();
        let labels = examples
            .iter()
            .map(|e| u32::try_from(e.label))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            vectors: rows_of(frozen, base, &texts)?,
            labels: Tensor::new(labels, &Device::Cpu)?,
        })
    }

    /// Those at `places`.
    pub(crate) fn only(&self, places: &[usize]) -> anyhow::Result<Self> {
        let places = places.iter().map(|at| u32::try_from(*at));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        let places = Tensor::new(places, &Device::Cpu)?;
        Ok(Self {
            vectors: self.vectors.index_select(&places, 0)?,
            labels: self.labels.index_select(&places, 0)?,
        })
    }

    /// Full-batch logistic regression.
    pub(crate) fn fit(&self) -> anyhow::Result<Linear> {
        let model = Linear {
            weight: Var::zeros((self.vectors.dim(1)?, 6), DType::F32, &Device::Cpu)?,
            bias: Var::zeros(6, DType::F32, &Device::Cpu)?,
        };
        let params = ParamsAdamW {
            lr: 0.05,
            weight_decay: 1e-4,
            ..ParamsAdamW::default()
        };
        let mut optimiser = AdamW::new(vec![model.weight.clone(), model.bias.clone()], params)?;
        for _ in 0..600 {
            let logits = model.logits(&self.vectors)?;
            let loss = candle_nn::loss::cross_entropy(&logits, &self.labels)?;
            optimiser.backward_step(&loss)?;
        }
        Ok(model)
    }
}

/// The head learnt from the examples.
pub(crate) fn fit(frozen: &Encoder, base: &Base, examples: &[&Example]) -> anyhow::Result<Linear> {
    Rows::of(frozen, base, examples)?.fit()
}

impl Linear {
    fn logits(&self, rows: &Tensor) -> candle_core::Result<Tensor> {
        rows.matmul(&self.weight)?.broadcast_add(&self.bias)
    }

    /// Share of examples labelled right.
    pub(crate) fn accuracy(
        &self,
        frozen: &Encoder,
        base: &Base,
        examples: &[&Example],
    ) -> anyhow::Result<f64> {
        self.accuracy_on(&Rows::of(frozen, base, examples)?)
    }

    pub(crate) fn accuracy_on(&self, rows: &Rows) -> anyhow::Result<f64> {
        let guesses = self
            .logits(&rows.vectors)?
            .argmax(D::Minus1)?
            .to_vec1::<u32>()?;
        let labels = rows.labels.to_vec1::<u32>()?;
        let right = guesses
            .iter()
            .zip(&labels)
            .filter(|(guess, label)| guess == label)
            .count();
        #[expect(clippy::cast_precision_loss, reason = "counts of utterances")]
        let share = right as f64 / labels.len().max(1) as f64;
        Ok(share)
    }
}

fn rows_of(frozen: &Encoder, base: &Base, texts: &[&str]) -> anyhow::Result<Tensor> {
    let rows = encode(frozen, base, texts)?;
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    matrix(&rows)
}
