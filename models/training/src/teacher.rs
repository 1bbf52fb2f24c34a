//! The base model's vectors of clean text: what search starts from and is held near.

use crate::model::Base;
use crate::train::matrix;
use anyhow::anyhow;
use candle_core::Tensor;
use olympus_inference::bert::{Batch, pool};
use olympus_inference::{Encoder, Mode, Pooling};
use std::collections::HashMap;
use std::sync::OnceLock;

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

/// Unit vectors of texts, batched by length, on two threads.
pub(crate) fn encode(
    encoder: &Encoder,
    base: &Base,
    texts: &[&str],
) -> anyhow::Result<Vec<Vec<f32>>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|index| texts[*index].len());
    let chunks: Vec<&[usize]> = order.chunks(64).collect();
    let half = |which: usize| -> anyhow::Result<Vec<(usize, Vec<f32>)>> {
        let mut rows = Vec::new();
        for chunk in chunks.iter().skip(which).step_by(2) {
            rows.extend(encode_batch(encoder, base, texts, chunk)?);
        }
        Ok(rows)
    };
    let (even, odd) = std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        (half(0), odd.join())
    });
    let odd = odd.map_err(|_| anyhow!("an encoding thread panicked"))?;
    let mut vectors = vec![Vec::new(); texts.len()];
    for (index, vector) in even?.into_iter().chain(odd?) {
        vectors[index] = vector;
    }
    Ok(vectors)
}

fn encode_batch(
    encoder: &Encoder,
    base: &Base,
    texts: &[&str],
    chunk: &[usize],
) -> anyhow::Result<Vec<(usize, Vec<f32>)>> {
    let ids = chunk
        .iter()
        .map(|index| Ok(base.tokenizer.ids(texts[*index])?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    let batch = Batch::of(&rows)?;
    let states = encoder.forward(&batch, Mode::Infer)?;
    let pooled = pool(&states, batch.mask.as_ref(), Pooling::Mean)?.to_vec2::<f32>()?;
    Ok(chunk.iter().copied().zip(pooled).collect())
}
