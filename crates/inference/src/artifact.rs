//! Where an engine's bytes come from and how they are laid out.
//!
//! Two layouts: our own GGUF, whose metadata carries a [`Manifest`] (shape, pooling, calibration)
//! and which may hold an intent head; and the hub's folder (`config.json`, `tokenizer.json`,
//! `model.safetensors`, `1_Pooling/config.json`), which is an encoder alone.

use crate::config::{EncoderConfig, Pooling, pooling_from_json};
use crate::error::InferenceError;
use crate::fused::{FusedEncoder, FusedHead};
use crate::phrases::Phrases;
use crate::text::TextTokenizer;
use crate::weights::Weights;
use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use olympus_core::intent::Calibration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Seek, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

/// GGUF metadata key of the manifest.
const MANIFEST_KEY: &str = "olympus.manifest";
/// Inputs are cut here unless the model says otherwise.
const DEFAULT_MAX_TOKENS: usize = 256;

/// What our own artifacts say of themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Model id, e.g. `olympus-minilm-v1`.
    pub id: String,
    /// How token states become a vector.
    pub pooling: Pooling,
    /// Longest input in tokens.
    pub max_tokens: usize,
    /// The encoder's shape.
    pub config: EncoderConfig,
    /// Temperature and thresholds of the head; absent where there is none.
    pub calibration: Option<Calibration>,
}

/// Everything that an engine is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) id: String,
    pub(crate) pooling: Pooling,
    pub(crate) max_tokens: usize,
    pub(crate) encoder: FusedEncoder,
    pub(crate) tokenizer: TextTokenizer,
    pub(crate) head: Option<(FusedHead, Calibration)>,
    pub(crate) phrases: Option<Phrases>,
    pub(crate) sha256: String,
}

/// SHA-256 as hexadecimal text.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Reads our own GGUF, whose hash is known, and its tokenizer.
pub(crate) fn from_gguf(
    model: &str,
    gguf: Cow<'static, [u8]>,
    tokenizer: &[u8],
    sha256: String,
) -> Result<Parts, InferenceError> {
    let weights = Weights::from_gguf(model, gguf)?;
    let manifest = weights
        .metadata(MANIFEST_KEY)
        .ok_or_else(|| {
            InferenceError::unfit(
                model,
                format!("its GGUF has no `{MANIFEST_KEY}`; only artifacts made by models/training can be read"),
            )
        })?;
    let manifest: Manifest = serde_json::from_str(manifest)
        .map_err(|error| InferenceError::unfit(model, format!("`{MANIFEST_KEY}`: {error}")))?;
    let (encoder, tokenizer) = thread::scope(|scope| {
        let read = || {
            let max_tokens = manifest.max_tokens;
            TextTokenizer::from_json(&manifest.id, tokenizer, &manifest.config, max_tokens)
        };
        // It takes as long as the weights do: on another core, where a thread can be had.
        let started = thread::Builder::new().spawn_scoped(scope, read);
        let encoder = FusedEncoder::take(&weights, &manifest.config);
        let tokenizer = match started {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => read(),
        };
        (encoder, tokenizer)
    });
    let (encoder, tokenizer) = (encoder?, tokenizer?);
    let head = match manifest.calibration {
        Some(calibration) => Some((
            FusedHead::take(&weights, manifest.config.hidden_size)?,
            calibration,
        )),
        None => None,
    };
    Ok(Parts {
        id: manifest.id,
        pooling: manifest.pooling,
        max_tokens: manifest.max_tokens,
        encoder,
        tokenizer,
        head,
        phrases: Phrases::take(&weights)?,
        sha256,
    })
}

/// Reads a model folder of either layout.
pub(crate) fn from_dir(dir: &Path) -> Result<Parts, InferenceError> {
    let name = dir.file_name().map_or_else(
        || dir.display().to_string(),
        |name| name.to_string_lossy().replace("--", "/"),
    );
    let read = |file: &str| {
        let path = dir.join(file);
        std::fs::read(&path).map_err(|source| InferenceError::ReadFile { path, source })
    };
    let tokenizer = read("tokenizer.json")?;
    if dir.join("model.gguf").exists() {
        let gguf = read("model.gguf")?;
        let sha256 = sha256_hex(&gguf);
        return from_gguf(&name, Cow::Owned(gguf), &tokenizer, sha256);
    }
    let config = EncoderConfig::from_json(&name, &read("config.json")?)?;
    let pooling_path = dir.join("1_Pooling/config.json");
    if !pooling_path.exists() {
        return Err(InferenceError::unfit(
            &name,
            "it has no 1_Pooling/config.json, so how its vectors are pooled is not known; only sentence encoders can be used",
        ));
    }
    let pooling = pooling_from_json(&name, &read("1_Pooling/config.json")?, config.hidden_size)?;
    let bytes = read("model.safetensors")?;
    let weights = Weights::from_safetensors(&name, &bytes)?;
    let encoder = FusedEncoder::take(&weights, &config)?;
    let max_tokens = DEFAULT_MAX_TOKENS.min(config.max_position_embeddings);
    Ok(Parts {
        tokenizer: TextTokenizer::from_json(&name, &tokenizer, &config, max_tokens)?,
        id: name,
        pooling,
        max_tokens,
        encoder,
        head: None,
        phrases: None,
        sha256: sha256_hex(&bytes),
    })
}

/// Reads our own GGUF whole, every tensor in f32: what [`write_gguf`] wrote, for more training.
///
/// # Errors
/// [`InferenceError::Unfit`] where it is no such file.
pub fn read_gguf(
    model: &str,
    gguf: &[u8],
) -> Result<(Manifest, HashMap<String, Tensor>), InferenceError> {
    let unfit = |error: &dyn std::fmt::Display| InferenceError::unfit(model, error.to_string());
    let mut reader = Cursor::new(gguf);
    let content = gguf_file::Content::read(&mut reader).map_err(|error| unfit(&error))?;
    let manifest = content.metadata.get(MANIFEST_KEY);
    let manifest = manifest
        .ok_or_else(|| unfit(&format!("its GGUF has no `{MANIFEST_KEY}`")))?
        .to_string()?;
    let manifest = serde_json::from_str(manifest).map_err(|error| unfit(&error))?;
    let mut tensors = HashMap::new();
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut reader, name, &Device::Cpu)?;
        tensors.insert(name.clone(), tensor.dequantize(&Device::Cpu)?);
    }
    Ok((manifest, tensors))
}

/// Writes our own GGUF: matrices that are already `rounded` as they are, others as 8-bit blocks of
/// 32 with one scale each, vectors as f32.
///
/// # Errors
/// Candle's, where a tensor cannot be quantised or the writer fails.
pub fn write_gguf<W: Write + Seek>(
    writer: &mut W,
    manifest: &Manifest,
    tensors: &HashMap<String, Tensor>,
    rounded: HashMap<String, QTensor>,
) -> Result<(), InferenceError> {
    // Sorted, so that the same weights make the same file.
    let mut quantized: BTreeMap<String, QTensor> = rounded.into_iter().collect();
    for (name, tensor) in tensors {
        if quantized.contains_key(name) {
            continue;
        }
        let tensor = tensor.to_device(&Device::Cpu)?;
        let big = tensor.rank() == 2 && tensor.dims().iter().all(|dim| *dim >= 32);
        let dtype = match name.as_str() {
            crate::phrases::TENSOR => crate::phrases::DTYPE,
            _ if big => GgmlDType::Q8_0,
            _ => GgmlDType::F32,
        };
        quantized.insert(name.clone(), QTensor::quantize(&tensor, dtype)?);
    }
    let json = serde_json::to_string(manifest)
        .map_err(|error| InferenceError::unfit(&manifest.id, format!("manifest: {error}")))?;
    let manifest_value = gguf_file::Value::String(json);
    let metadata = [
        (
            "general.architecture",
            &gguf_file::Value::String("bert".to_owned()),
        ),
        (
            "general.name",
            &gguf_file::Value::String(manifest.id.clone()),
        ),
        (MANIFEST_KEY, &manifest_value),
    ];
    let tensors: Vec<_> = quantized
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    gguf_file::write(writer, &metadata, &tensors)?;
    Ok(())
}
