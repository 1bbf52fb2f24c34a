//! What can go wrong with a model.

use std::path::PathBuf;

/// Errors of loading or running a model. None is worth a retry: the same input fails again.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// A file of the model could not be read.
    #[error("reading model file {path}: {source}")]
    ReadFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The model is not one that this engine can run; the text says what does not fit.
    #[error("model {model} does not fit: {reason}")]
    Unfit {
        /// Model id or folder.
        model: String,
        /// What does not fit, and what would.
        reason: String,
    },
    /// The tokenizer failed.
    #[error("tokenizing: {0}")]
    Tokenize(String),
    /// The tokenizer made an id that the word table has no row for.
    #[error(
        "the word table has no row for token {0}; tokenizer and weights do not belong together"
    )]
    UnknownToken(u32),
    /// A text has more tokens than the model has places.
    #[error("a text of {0} tokens is longer than the model reads")]
    TooLong(usize),
    /// Candle failed.
    #[error("running the encoder: {0}")]
    Candle(#[from] candle_core::Error),
}

impl InferenceError {
    pub(crate) fn unfit(model: &str, reason: impl Into<String>) -> Self {
        Self::Unfit {
            model: model.to_owned(),
            reason: reason.into(),
        }
    }
}
