//! Workers AI as it is spoken over REST and by the Worker's binding.
//!
//! REST wraps a result in [`Envelope`], the binding returns it alone. Invariant: a pooling is
//! always named; vectors of two poolings are of two spaces.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most texts of one embedding request.
pub const MAX_EMBED_TEXTS: usize = 100;

/// How token states become one vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The state of the first token.
    Cls,
    /// The mean over all tokens; what the service takes where none is named.
    #[default]
    Mean,
}

impl Pooling {
    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cls => "cls",
            Self::Mean => "mean",
        }
    }
}

/// Input of an embedding model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedInput {
    /// At most [`MAX_EMBED_TEXTS`].
    pub text: Vec<String>,
    /// How they are pooled.
    #[serde(default)]
    pub pooling: Pooling,
}

/// Result of an embedding model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbedOutput {
    /// Texts and dimension.
    pub shape: [usize; 2],
    /// One vector a text, in their order.
    pub data: Vec<Vec<f32>>,
    /// How they were pooled, where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
}

/// Input of a text or vision model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatInput {
    /// The dialogue so far.
    pub messages: Vec<ChatMessage>,
    /// Holds the answer to a schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// 0 for the likeliest answer.
    #[serde(default)]
    pub temperature: f32,
    /// Always false here.
    #[serde(default)]
    pub stream: bool,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Whose.
    pub role: Role,
    /// What was said or shown.
    pub content: Content,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions.
    System,
    /// The customer.
    User,
    /// The model.
    Assistant,
}

/// Words alone, or words and pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Words.
    Text(String),
    /// Parts.
    Parts(Vec<Part>),
}

/// A part of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Words.
    Text {
        /// Which.
        text: String,
    },
    /// A picture.
    ImageUrl {
        /// Where it is.
        image_url: ImageUrl,
    },
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageUrl {
    /// A `data:` URL.
    pub url: String,
}

/// What shape an answer has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "json_schema", rename_all = "snake_case")]
pub enum ResponseFormat {
    /// JSON of this schema.
    JsonSchema(Schema),
}

/// The part of JSON Schema that is asked for here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Schema {
    /// An object with these fields and no others.
    Object {
        /// Its fields.
        properties: BTreeMap<String, Schema>,
        /// Those that must be there.
        required: Vec<String>,
        /// Always false here.
        #[serde(rename = "additionalProperties")]
        additional_properties: bool,
    },
    /// A list.
    Array {
        /// Of these.
        items: Box<Schema>,
        /// At most so many.
        #[serde(rename = "maxItems")]
        max_items: u32,
    },
    /// A text.
    String {
        /// One of these; empty for any.
        #[serde(rename = "enum", default, skip_serializing_if = "Vec::is_empty")]
        one_of: Vec<String>,
    },
    /// A number.
    Number {
        /// At least.
        minimum: f32,
        /// At most.
        maximum: f32,
    },
}

/// Result of a text or vision model: an object where a schema was given, else a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatOutput<R> {
    /// The answer.
    pub response: R,
    /// Tokens that it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<ChatUsage>,
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatUsage {
    /// Read.
    pub prompt_tokens: u32,
    /// Written.
    pub completion_tokens: u32,
    /// Both.
    pub total_tokens: u32,
}

/// How Cloudflare's REST API wraps every answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The result; null where it failed.
    pub result: Option<T>,
    /// Whether it worked.
    pub success: bool,
    /// Why not.
    #[serde(default)]
    pub errors: Vec<CloudflareError>,
    /// Remarks.
    #[serde(default)]
    pub messages: Vec<CloudflareError>,
}

/// One error of Cloudflare's REST API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudflareError {
    /// Its number, e.g. 3040 for "no capacity".
    pub code: u32,
    /// What it says.
    pub message: String,
}
