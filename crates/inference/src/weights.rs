//! Named tensors of one model, from GGUF or safetensors, with shapes checked as they are read.

use crate::error::InferenceError;
use crate::fused::{HALF_BLOCK, WordTable};
use candle_core::quantized::{GgmlDType, gguf_file};
use candle_core::{DType, Device, Tensor};
use half::f16;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Cursor;

/// The tensors of a model under their hub names.
#[derive(Debug)]
pub struct Weights {
    model: String,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Tensors(HashMap<String, Tensor>),
    /// Dequantised one by one, as they are asked for.
    Gguf(Cow<'static, [u8]>, gguf_file::Content),
}

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
            source: Source::Tensors(tensors),
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

    /// Reads the directory of a GGUF file that is in memory.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where the bytes are no GGUF file.
    pub fn from_gguf(model: &str, bytes: Cow<'static, [u8]>) -> Result<Self, InferenceError> {
        let content = gguf_file::Content::read(&mut Cursor::new(&bytes))
            .map_err(|error| InferenceError::unfit(model, format!("GGUF: {error}")))?;
        Ok(Self {
            model: model.to_owned(),
            source: Source::Gguf(bytes, content),
        })
    }

    /// A text of a GGUF file's metadata.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        match &self.source {
            Source::Tensors(_) => None,
            Source::Gguf(_, content) => {
                let value = content.metadata.get(key)?;
                value.to_string().ok().map(String::as_str)
            }
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match &self.source {
            Source::Tensors(tensors) => tensors.contains_key(name),
            Source::Gguf(_, content) => content.tensor_infos.contains_key(name),
        }
    }

    /// The model that these are of, for messages.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// One tensor in f32, its shape checked.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where it is missing, damaged or of another shape.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let tensor = match &self.source {
            Source::Tensors(tensors) => tensors.get(name).cloned(),
            Source::Gguf(bytes, content) if content.tensor_infos.contains_key(name) => {
                let tensor = content
                    .tensor(&mut Cursor::new(bytes), name, &Device::Cpu)
                    .map_err(|error| self.unfit(format!("GGUF: `{name}`: {error}")))?;
                Some(tensor.dequantize(&Device::Cpu)?)
            }
            Source::Gguf(..) => None,
        };
        let tensor = tensor.ok_or_else(|| self.unfit(format!("its weights lack `{name}`")))?;
        if tensor.dims() != shape {
            return Err(self.unfit(format!(
                "`{name}` has shape {:?}, its config.json asks for {shape:?}",
                tensor.dims()
            )));
        }
        Ok(tensor.to_dtype(DType::F32)?)
    }

    /// The numbers of one tensor, row after row.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub(crate) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, InferenceError> {
        Ok(self.tensor(name, shape)?.flatten_all()?.to_vec1()?)
    }

    /// The word table, not dequantised where its file has it in blocks.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub(crate) fn word_table(
        &self,
        rows: usize,
        width: usize,
    ) -> Result<WordTable, InferenceError> {
        if WordTable::blocks_fit(width) {
            let shape = [rows, width];
            if let Some(blocks) = self.blocks(WORD_TABLE, GgmlDType::Q8_0, &shape)? {
                return Ok(WordTable::Blocks(blocks));
            }
        }
        let table = self.tensor(WORD_TABLE, &[rows, width])?;
        let halves = table
            .to_dtype(DType::F16)?
            .flatten_all()?
            .to_vec1::<f16>()?;
        Ok(WordTable::Halves(halves))
    }

    /// A tensor in half bytes as its file has it, in blocks; nothing where the file has it in
    /// another type or shape.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where the file ends within it or a scale is no number.
    pub(crate) fn halves(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Result<Option<Cow<'static, [u8]>>, InferenceError> {
        let blocks = self.blocks(name, GgmlDType::Q4_0, shape)?;
        let scales = blocks
            .iter()
            .flat_map(|blocks| blocks.as_chunks::<HALF_BLOCK>().0);
        let mut scales = scales.map(|block| f16::from_le_bytes([block[0], block[1]]));
        if scales.all(f16::is_finite) {
            return Ok(blocks);
        }
        Err(self.unfit(format!("GGUF: `{name}` has a scale that is no number")))
    }

    /// A tensor as its file has it, in blocks of this type; nothing where the file has it in another type or shape.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where the file ends within it.
    pub(crate) fn blocks(
        &self,
        name: &str,
        dtype: GgmlDType,
        shape: &[usize],
    ) -> Result<Option<Cow<'static, [u8]>>, InferenceError> {
        let Source::Gguf(bytes, content) = &self.source else {
            return Ok(None);
        };
        let as_expected = content
            .tensor_infos
            .get(name)
            .filter(|info| info.ggml_dtype == dtype && info.shape.dims() == shape);
        let Some(info) = as_expected else {
            return Ok(None);
        };
        let cut = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let start = cut(content.tensor_data_offset.saturating_add(info.offset));
        let size = info.shape.elem_count() / dtype.block_size() * dtype.type_size();
        let end = start.saturating_add(size);
        let damaged = || self.unfit(format!("GGUF: it ends within `{name}`"));
        Ok(Some(match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(start..end).ok_or_else(damaged)?),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(start..end).ok_or_else(damaged)?.to_vec()),
        }))
    }

    fn unfit(&self, reason: String) -> InferenceError {
        InferenceError::unfit(&self.model, reason)
    }
}

pub(crate) const WORD_TABLE: &str = "embeddings.word_embeddings.weight";
