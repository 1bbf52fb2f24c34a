//! Text to token ids and padded batches.

use crate::bert::Batch;
use crate::config::EncoderConfig;
use crate::error::InferenceError;
use candle_core::{Device, Tensor};
use tokenizers::{Tokenizer, TruncationParams};

/// A model's tokenizer, with truncation to the model's length and no padding of its own.
#[derive(Debug, Clone)]
pub struct TextTokenizer {
    inner: Tokenizer,
}

impl TextTokenizer {
    /// Reads a `tokenizer.json` and refuses one that does not fit the encoder.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where it cannot be read or knows more ids than the word table.
    pub fn from_json(
        model: &str,
        json: &[u8],
        config: &EncoderConfig,
        max_tokens: usize,
    ) -> Result<Self, InferenceError> {
        let unfit = |reason: String| InferenceError::unfit(model, reason);
        let mut inner = Tokenizer::from_bytes(json)
            .map_err(|error| unfit(format!("tokenizer.json: {error}")))?;
        let largest = inner
            .get_vocab(true)
            .into_values()
            .max()
            .ok_or_else(|| unfit("its tokenizer has no vocabulary".to_owned()))?;
        if largest as usize >= config.vocab_size {
            return Err(unfit(format!(
                "its tokenizer makes ids up to {largest}, its word table has {} rows",
                config.vocab_size
            )));
        }
        let truncation = TruncationParams {
            max_length: max_tokens.min(config.max_position_embeddings),
            ..TruncationParams::default()
        };
        inner
            .with_truncation(Some(truncation))
            .map_err(|error| unfit(format!("tokenizer.json: {error}")))?;
        inner.with_padding(None);
        let tokenizer = Self { inner };
        // Also the check that special tokens are there: an empty text must still be something.
        if tokenizer.ids("")?.is_empty() {
            return Err(unfit(
                "its tokenizer adds no special tokens; BERT needs [CLS] and [SEP]".to_owned(),
            ));
        }
        Ok(tokenizer)
    }

    /// Token ids of a text, special tokens included.
    ///
    /// # Errors
    /// [`InferenceError::Tokenize`].
    pub fn ids(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let encoding = self
            .inner
            .encode_fast(text, true)
            .map_err(|error| InferenceError::Tokenize(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }
}

impl Batch {
    /// Pads id rows to the longest of them with id 0, which the mask hides.
    ///
    /// # Errors
    /// Candle's, where there is no row.
    pub fn of(rows: &[&[u32]]) -> candle_core::Result<Self> {
        let length = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let padded = rows.iter().any(|row| row.len() != length);
        let mut ids = Vec::with_capacity(rows.len() * length);
        let mut mask = Vec::with_capacity(if padded { rows.len() * length } else { 0 });
        for row in rows {
            let fill = length - row.len();
            ids.extend_from_slice(row);
            ids.extend(std::iter::repeat_n(0, fill));
            if padded {
                mask.extend(std::iter::repeat_n(1f32, row.len()));
                mask.extend(std::iter::repeat_n(0f32, fill));
            }
        }
        let shape = (rows.len(), length);
        Ok(Self {
            ids: Tensor::from_vec(ids, shape, &Device::Cpu)?,
            mask: if padded {
                Some(Tensor::from_vec(mask, shape, &Device::Cpu)?)
            } else {
                None
            },
        })
    }
}
