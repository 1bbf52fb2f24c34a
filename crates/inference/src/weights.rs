//! Named tensors of one model, from GGUF or safetensors, with shapes checked as they are taken.

use crate::error::InferenceError;
use candle_core::quantized::gguf_file;
use candle_core::{DType, Device, Tensor};
use std::collections::HashMap;
use std::io::Cursor;

/// The tensors of a model, dequantised, under their hub names.
#[derive(Debug)]
pub struct Weights {
    model: String,
    tensors: HashMap<String, Tensor>,
}

/// Weights and the key–value part of a GGUF file.
pub(crate) type WithMetadata = (Weights, HashMap<String, gguf_file::Value>);

impl Weights {
    /// Tensors that are already in memory, e.g. while training.
    #[must_use]
    pub fn new(model: &str, tensors: HashMap<String, Tensor>) -> Self {
        // Checkpoints of whole BERT models prefix the encoder's names.
        let tensors = tensors
            .into_iter()
            .map(|(name, tensor)| {
                let short = name.strip_prefix("bert.").map(str::to_owned);
                (short.unwrap_or(name), tensor)
            })
            .collect();
        Self {
            model: model.to_owned(),
            tensors,
        }
    }

    /// Reads a safetensors file that is in memory.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where the bytes are no safetensors file.
    pub fn from_safetensors(model: &str, bytes: &[u8]) -> Result<Self, InferenceError> {
        let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
            .map_err(|error| InferenceError::unfit(model, format!("model.safetensors: {error}")))?;
        Ok(Self::new(model, tensors))
    }

    /// Reads a GGUF file that is in memory. The word table stays in 16 bits: it is looked up,
    /// never multiplied, and would double the process's memory otherwise.
    pub(crate) fn from_gguf(model: &str, bytes: &[u8]) -> Result<WithMetadata, InferenceError> {
        let bad = |error| InferenceError::unfit(model, format!("GGUF: {error}"));
        let mut reader = Cursor::new(bytes);
        let content = gguf_file::Content::read(&mut reader).map_err(bad)?;
        let mut tensors = HashMap::with_capacity(content.tensor_infos.len());
        for name in content.tensor_infos.keys() {
            let quantized = content
                .tensor(&mut reader, name, &Device::Cpu)
                .map_err(bad)?;
            let mut tensor = quantized.dequantize(&Device::Cpu)?;
            if name.as_str() == WORD_TABLE {
                tensor = tensor.to_dtype(DType::F16)?;
            }
            tensors.insert(name.clone(), tensor);
        }
        Ok((Self::new(model, tensors), content.metadata))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The model that these are of, for messages.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// Takes one tensor and checks its shape.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where it is missing or has another shape.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let tensor = self.tensors.remove(name).ok_or_else(|| {
            InferenceError::unfit(&self.model, format!("its weights lack `{name}`"))
        })?;
        if tensor.dims() != shape {
            return Err(InferenceError::unfit(
                &self.model,
                format!(
                    "`{name}` has shape {:?}, its config.json asks for {shape:?}",
                    tensor.dims()
                ),
            ));
        }
        if name == WORD_TABLE {
            return Ok(tensor);
        }
        Ok(tensor.to_dtype(DType::F32)?)
    }
}

pub(crate) const WORD_TABLE: &str = "embeddings.word_embeddings.weight";
