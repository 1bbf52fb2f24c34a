//! The base model's vectors of clean text: what search starts from and is held near.

use crate::batches::in_batches;
use crate::model::Base;
use crate::train::matrix;
use anyhow::anyhow;
use candle_core::{Device, Tensor};
use olympus_inference::artifact::sha256_hex;
use olympus_inference::bert::pool;
use olympus_inference::{Encoder, Mode, Pooling};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Texts encoded together.
const BATCH: usize = 64;

const POOLING: Pooling = Pooling::Mean;
/// The name of the one tensor in a file of vectors.
const VECTORS: &str = "vectors";

/// Vectors of all texts of a run, computed once, when the first is asked for: a run whose epochs
/// are all kept needs none. They are kept beside the epochs, as a run that goes on needs them again.
pub(crate) struct Teacher<'a> {
    base: &'a Base,
    texts: Vec<&'a str>,
    /// Where the vectors of these texts are kept.
    kept: PathBuf,
    vectors: OnceLock<HashMap<&'a str, Vec<f32>>>,
}

impl<'a> Teacher<'a> {
    pub(crate) fn new(
        base: &'a Base,
        texts: impl Iterator<Item = &'a str>,
        checkpoints: &Path,
    ) -> Self {
        let mut texts: Vec<&str> = texts.collect();
        texts.sort_unstable();
        texts.dedup();
        let all = format!("{}\n{POOLING:?}\n{texts:?}", base.sha256);
        let hash: String = sha256_hex(all.as_bytes()).chars().take(16).collect();
        Self {
            base,
            texts,
            kept: checkpoints.join(format!("{hash}.vectors.safetensors")),
            vectors: OnceLock::new(),
        }
    }

    /// Vectors of known texts, a row each.
    pub(crate) fn vectors(&self, texts: &[&str]) -> anyhow::Result<Tensor> {
        let known = match self.vectors.get() {
            Some(known) => known,
            None => {
                let rows = self.all()?;
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

    /// Vectors of all texts, in their order.
    fn all(&self) -> anyhow::Result<Vec<Vec<f32>>> {
        if let Ok(kept) = candle_core::safetensors::load(&self.kept, &Device::Cpu)
            && let Some(kept) = kept.get(VECTORS)
        {
            return Ok(kept.to_vec2()?);
        }
        eprintln!("encoding {} texts with the base model", self.texts.len());
        let rows = encode(&self.base.encoder()?, self.base, &self.texts)?;
        let slices: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        if let Some(parent) = self.kept.parent() {
            std::fs::create_dir_all(parent)?;
        }
        // Under a name of this process until it is whole.
        let part = self
            .kept
            .with_extension(format!("{}.part", std::process::id()));
        candle_core::safetensors::save(&HashMap::from([(VECTORS, matrix(&slices)?)]), &part)?;
        std::fs::rename(&part, &self.kept)?;
        Ok(rows)
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
        Ok(pool(&states, batch.mask.as_ref(), POOLING)?.to_vec2::<f32>()?)
    })
}
