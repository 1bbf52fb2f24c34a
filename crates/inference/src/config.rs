//! The shape of an encoder, as models state it, and what is checked before a weight is read.

use crate::error::InferenceError;
use olympus_proto::SpaceId;
use serde::{Deserialize, Serialize};

/// How token states become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Average over all tokens.
    Mean,
    /// State of the first token.
    Cls,
}

impl Pooling {
    /// The name used in space ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Pooling::Mean => "mean",
            Pooling::Cls => "cls",
        }
    }
}

/// A BERT encoder's shape: the fields of a hub `config.json` that the forward pass needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// Must be `bert`.
    pub model_type: String,
    /// Rows of the word table.
    pub vocab_size: usize,
    /// Width of the hidden state.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Heads; must divide `hidden_size`.
    pub num_attention_heads: usize,
    /// Width of the feed-forward part.
    pub intermediate_size: usize,
    /// Rows of the position table: the longest input in tokens.
    pub max_position_embeddings: usize,
    /// Activation; must be the exact `gelu`.
    #[serde(default = "gelu")]
    pub hidden_act: String,
    /// Epsilon of the layer norms.
    #[serde(default = "eps")]
    pub layer_norm_eps: f64,
    /// Only `absolute` is known here.
    #[serde(default = "absolute")]
    pub position_embedding_type: String,
}

fn gelu() -> String {
    "gelu".to_owned()
}
fn eps() -> f64 {
    1e-12
}
fn absolute() -> String {
    "absolute".to_owned()
}

impl EncoderConfig {
    /// Reads a hub `config.json` and refuses what the forward pass cannot run.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`], naming the field.
    pub fn from_json(model: &str, json: &[u8]) -> Result<Self, InferenceError> {
        let config: Self = serde_json::from_slice(json).map_err(|error| {
            InferenceError::unfit(model, format!("config.json is not a BERT config: {error}"))
        })?;
        config.check(model)?;
        Ok(config)
    }

    pub(crate) fn check(&self, model: &str) -> Result<(), InferenceError> {
        let refuse = |reason: String| Err(InferenceError::unfit(model, reason));
        if self.model_type != "bert" {
            return refuse(format!(
                "model_type is `{}`; only `bert` encoders run here",
                self.model_type
            ));
        }
        if self.hidden_act != "gelu" {
            return refuse(format!(
                "hidden_act is `{}`; only `gelu` runs here",
                self.hidden_act
            ));
        }
        if self.position_embedding_type != "absolute" {
            return refuse(format!(
                "position_embedding_type is `{}`; only `absolute` runs here",
                self.position_embedding_type
            ));
        }
        let sizes = [
            ("vocab_size", self.vocab_size, 1_000_000),
            ("hidden_size", self.hidden_size, 4_096),
            ("num_hidden_layers", self.num_hidden_layers, 64),
            ("num_attention_heads", self.num_attention_heads, 128),
            ("intermediate_size", self.intermediate_size, 16_384),
            (
                "max_position_embeddings",
                self.max_position_embeddings,
                65_536,
            ),
        ];
        for (field, size, most) in sizes {
            if size == 0 || size > most {
                return refuse(format!("{field} is {size}; it must be 1 to {most}"));
            }
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return refuse(format!(
                "hidden_size {} is no multiple of num_attention_heads {}",
                self.hidden_size, self.num_attention_heads
            ));
        }
        Ok(())
    }
}

/// `1_Pooling/config.json` of the sentence-transformers layout.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PoolingFile {
    word_embedding_dimension: Option<usize>,
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
}

/// Reads the pooling a model was trained with.
///
/// # Errors
/// [`InferenceError::Unfit`] where it is neither mean nor cls alone, or of another width.
pub fn pooling_from_json(
    model: &str,
    json: &[u8],
    hidden_size: usize,
) -> Result<Pooling, InferenceError> {
    let file: PoolingFile = serde_json::from_slice(json)
        .map_err(|error| InferenceError::unfit(model, format!("1_Pooling/config.json: {error}")))?;
    if let Some(dim) = file.word_embedding_dimension
        && dim != hidden_size
    {
        return Err(InferenceError::unfit(
            model,
            format!("its pooling is for {dim} dimensions, its encoder has {hidden_size}"),
        ));
    }
    match (file.pooling_mode_mean_tokens, file.pooling_mode_cls_token) {
        (true, false) => Ok(Pooling::Mean),
        (false, true) => Ok(Pooling::Cls),
        _ => Err(InferenceError::unfit(
            model,
            "its pooling is neither mean nor cls alone",
        )),
    }
}

/// What is known of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelInfo {
    /// Its id, e.g. `olympus-minilm-v1`.
    pub id: String,
    /// The space of its vectors.
    pub space: SpaceId,
    /// Dimensions of its vectors.
    pub dim: usize,
    /// Longest input in tokens; longer ones are cut.
    pub max_tokens: usize,
    /// Whether it says intents too.
    pub has_intent_head: bool,
    /// SHA-256 of the weights file, hexadecimal.
    pub sha256: String,
    /// `embedded`, or the folder.
    pub source: String,
}

/// The name of a space.
#[must_use]
pub fn space_id(model: &str, pooling: Pooling, dim: usize) -> SpaceId {
    SpaceId(format!("{model}/{}/{dim}", pooling.as_str()))
}
