//! The base model's vectors of clean text: what search starts from and is held near.

use crate::batches::{in_batches, in_chunks};
use crate::model::Base;
use crate::train::matrix;
use anyhow::{Context as _, anyhow};
use candle_core::{Device, Tensor};
use olympus_inference::artifact::sha256_hex;
use olympus_inference::bert::pool;
use olympus_inference::{Encoder, Engine, Pooling};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Texts encoded together.
const BATCH: usize = 64;
/// The same on the fast path, which keeps so few on the thread that asks.
const PACK: usize = 8;

const POOLING: Pooling = Pooling::Mean;
/// The tensors in a file of vectors: a row each, and the key of its text.
const VECTORS: &str = "vectors";
const KEYS: &str = "keys";

/// Vectors of all texts of a run, computed once, when the first is asked for: a run whose epochs
/// are all kept needs none. They are kept beside the epochs: a run that goes on needs them again, and
/// one with more text only those of what is new.
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
        let of = format!("{}\n{POOLING:?} in bytes", base.sha256);
        let hash: String = sha256_hex(of.as_bytes()).chars().take(16).collect();
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
        let mut known = load(&self.kept)?;
        let keys: Vec<i64> = self.texts.iter().map(|text| key_of(text)).collect();
        let texts = self.texts.iter().zip(&keys);
        let new = texts.filter(|(_, key)| !known.contains_key(key));
        let (new, new_keys): (Vec<&str>, Vec<i64>) = new.unzip();
        if !new.is_empty() {
            eprintln!("encoding {} texts with the base model", new.len());
            // By inference as it ships, in bytes: what is held near to these need not be told the fourth digit.
            let engine = Engine::from_dir(&self.base.dir)?;
            let rows = in_chunks(&new, PACK, |texts| Ok(engine.embed(texts)?))?;
            known.extend(new_keys.into_iter().zip(rows));
            save(&self.kept, &known)?;
        }
        let row = |key: &i64| known.get(key).cloned().unwrap_or_default();
        Ok(keys.iter().map(row).collect())
    }
}

/// What a text's vector is kept under.
fn key_of(text: &str) -> i64 {
    let hash = sha256_hex(text.as_bytes());
    let first = hash.get(..16).unwrap_or_default();
    u64::from_str_radix(first, 16)
        .unwrap_or_default()
        .cast_signed()
}

/// The vectors that a file keeps; none where there is none.
fn load(kept: &Path) -> anyhow::Result<BTreeMap<i64, Vec<f32>>> {
    if !kept.exists() {
        return Ok(BTreeMap::new());
    }
    let tensors = candle_core::safetensors::load(kept, &Device::Cpu)
        .with_context(|| format!("reading {}; delete it to go on", kept.display()))?;
    let (Some(vectors), Some(keys)) = (tensors.get(VECTORS), tensors.get(KEYS)) else {
        return Ok(BTreeMap::new());
    };
    let keys = keys.to_vec1::<i64>()?;
    Ok(keys.into_iter().zip(vectors.to_vec2()?).collect())
}

fn save(kept: &Path, known: &BTreeMap<i64, Vec<f32>>) -> anyhow::Result<()> {
    let keys: Vec<i64> = known.keys().copied().collect();
    let rows: Vec<&[f32]> = known.values().map(Vec::as_slice).collect();
    let tensors = HashMap::from([
        (VECTORS, matrix(&rows)?),
        (KEYS, Tensor::from_vec(keys, known.len(), &Device::Cpu)?),
    ]);
    if let Some(parent) = kept.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // Under a name of this process until it is whole.
    let part = kept.with_extension(format!("{}.part", std::process::id()));
    candle_core::safetensors::save(&tensors, &part)?;
    Ok(std::fs::rename(&part, kept)?)
}

/// Unit vectors of texts.
pub(crate) fn encode(
    encoder: &Encoder,
    base: &Base,
    texts: &[&str],
) -> anyhow::Result<Vec<Vec<f32>>> {
    in_batches(base, texts, BATCH, |batch| {
        let states = encoder.forward(batch)?;
        Ok(pool(&states, batch.mask.as_ref(), POOLING)?.to_vec2::<f32>()?)
    })
}

#[cfg(test)]
mod tests {
    use super::{key_of, load, save};
    use std::collections::BTreeMap;

    #[test]
    fn what_is_kept_comes_back_and_a_broken_file_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kept/some.vectors.safetensors");
        assert!(load(&file).unwrap().is_empty());
        let rows = BTreeMap::from([
            (key_of("two tacos"), vec![0.5, -1.0]),
            (key_of("two taco"), vec![0.25, 3.0]),
        ]);
        assert_eq!(rows.len(), 2);
        save(&file, &rows).unwrap();
        assert_eq!(load(&file).unwrap(), rows);
        std::fs::write(&file, b"no tensors").unwrap();
        let error = format!("{:#}", load(&file).unwrap_err());
        assert!(error.contains("delete it"), "{error}");
    }
}
