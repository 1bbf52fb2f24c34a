//! The base model's vectors of clean text: what search starts from and is held near.

use crate::batches::in_batches;
use crate::model::Base;
use crate::train::matrix;
use anyhow::anyhow;
use candle_core::Tensor;
use olympus_inference::bert::pool;
use olympus_inference::{Encoder, Mode, Pooling};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Texts encoded together.
const BATCH: usize = 64;

/// Vectors of all texts of a run, computed once, when the first is asked for: a run whose epochs
/// are all kept needs none.
pub(crate) struct Teacher<'a> {
    base: &'a Base,
    texts: Vec<&'a str>,
    vectors: OnceLock<HashMap<&'a str, Vec<f32>>>,
}

impl<'a> Teacher<'a> {
    pub(crate) fn new(base: &'a Base, texts: impl Iterator<Item = &'a str>) -> Self {
        let mut texts: Vec<&str> = texts.collect();
        texts.sort_unstable();
        texts.dedup();
        Self {
            base,
            texts,
            vectors: OnceLock::new(),
        }
    }

    /// Vectors of known texts, a row each.
    pub(crate) fn vectors(&self, texts: &[&str]) -> anyhow::Result<Tensor> {
        let known = match self.vectors.get() {
            Some(known) => known,
            None => {
                let rows = encode(&self.base.encoder()?, self.base, &self.texts)?;
                let known = self.texts.iter().copied().zip(rows).collect();
                self.vectors.get_or_init(|| known)
            }
        };
        let rows = texts
            .iter()
            .map(|text| {
                let row = known.get(text);
                row.map(Vec::as_slice)
                    .ok_or_else(|| anyhow!("the teacher was not shown `{text}`"))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        matrix(&rows)
    }
}

/// Unit vectors of texts.
pub(crate) fn encode(
    encoder: &Encoder,
    base: &Base,
    texts: &[&str],
) -> anyhow::Result<Vec<Vec<f32>>> {
    in_batches(base, texts, BATCH, |batch| {
        let states = encoder.forward(batch, Mode::Infer)?;
        Ok(pool(&states, batch.mask.as_ref(), Pooling::Mean)?.to_vec2::<f32>()?)
    })
}
