//! Bodies of the local API that `olympus_proto` does not hold.
//!
//! Invariant: data only. Requests refuse unknown fields, so that a misspelt filter is an error
//! and never silently ignored; only the OpenAI-shaped one takes what it does not know.

use olympus_core::route::{Connectivity, Parity, Policy, Task};
use olympus_proto::edge::PublishStatus;
use olympus_proto::{
    Ambiguous, Context, Filters, Hit, IntentAnswer, IntentRequest, MenuItem, MenuVersion, Meta,
    Parse, SearchRequest, State, Suggestion, Unstated,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Body of `POST /v1/intent/batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentBatchRequest {
    /// 1 to 64 texts, each as in `IntentRequest`.
    pub texts: Vec<String>,
    /// What the front end knows besides, the same for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

/// Answer of `POST /v1/intent/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentBatchResponse {
    /// One decision a text, in their order.
    pub results: Vec<IntentAnswer>,
    /// How the answers were made; stages cover all of them.
    pub meta: Meta,
}

/// Body of `POST /v1/understand`: the text, and what the menu search may return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderstandRequest {
    /// What was said or typed: 1 to 8,192 bytes after trimming.
    pub text: String,
    /// What the front end knows besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// Most hits, 1 to 100.
    #[serde(default = "default_limit")]
    pub limit: usize,
    /// Hard limits.
    #[serde(default)]
    pub filters: Filters,
    /// As in `SearchRequest`.
    #[serde(default = "yes")]
    pub parse: bool,
    /// As in `SearchRequest`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

fn yes() -> bool {
    true
}

fn default_limit() -> usize {
    SearchRequest::default().limit
}

impl From<IntentRequest> for UnderstandRequest {
    fn from(request: IntentRequest) -> Self {
        Self {
            text: request.text,
            context: request.context,
            limit: default_limit(),
            filters: Filters::default(),
            parse: true,
            ignore: Vec::new(),
        }
    }
}

/// Answer of `POST /v1/understand`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnderstandResponse {
    /// The decision.
    #[serde(flatten)]
    pub answer: IntentAnswer,
    /// Dishes that the words fit, best first.
    pub hits: Vec<Hit>,
    /// As in `SearchResponse`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parse: Option<Parse>,
    /// As in `SearchResponse`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ambiguous: Option<Ambiguous>,
    /// Where nothing fits: dishes that would, were they not silent about an allergen.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unstated: Vec<Unstated>,
    /// How the answer was made.
    pub meta: Meta,
}

/// Body of `POST /v1/menu/search/batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchBatchRequest {
    /// 1 to 64 searches.
    pub searches: Vec<SearchRequest>,
}

/// The hits of one search of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<Hit>,
    /// As in `SearchResponse`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parse: Option<Parse>,
    /// As in `SearchResponse`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ambiguous: Option<Ambiguous>,
    /// Where nothing fits: dishes that would, were they not silent about an allergen.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unstated: Vec<Unstated>,
}

/// Answer of `POST /v1/menu/search/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchBatchResponse {
    /// One list a search, in their order.
    pub results: Vec<Hits>,
    /// How the answers were made; stages cover all of them.
    pub meta: Meta,
}

/// Answer of `GET /v1/menu/suggest`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestResponse {
    /// Best first.
    pub suggestions: Vec<Suggestion>,
    /// How the answer was made.
    pub meta: Meta,
}

/// What an import or a rollback led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuChange {
    /// The menu now in use.
    pub version: MenuVersion,
    /// Its items.
    pub items: usize,
    /// False where the menu was already this one.
    pub changed: bool,
    /// Passages that the encoder had to read; the other vectors were known.
    pub embedded: usize,
    /// The menu that `rollback` would go back to; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<MenuVersion>,
}

/// Answer of `GET /v1/menu`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MenuResponse {
    /// The menu in use; 0 is none yet.
    pub version: MenuVersion,
    /// What staff said since the import: item id → sold out.
    pub sold_out_overrides: BTreeMap<String, bool>,
    /// Items as they were imported, in their order.
    pub items: Vec<MenuItem>,
}

/// Body of `PATCH /v1/menu/items/{id}/availability`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityRequest {
    /// True: not to be had. False: to be had, whatever the menu says. Null: as the menu says.
    #[serde(deserialize_with = "Option::deserialize")]
    pub sold_out: Option<bool>,
}

/// Answer of `PATCH /v1/menu/items/{id}/availability`: on the disk when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityResponse {
    /// The item.
    pub id: String,
    /// What was said, as in the request.
    pub sold_out: Option<bool>,
    /// Whether it can be had now, hours included.
    pub state: State,
}

/// Body of `POST /v1/embeddings`, in OpenAI's shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingsRequest {
    /// One text or up to 64.
    pub input: EmbeddingsInput,
    /// Must be this device's model where it is given: spaces never mix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How vectors are written.
    #[serde(default)]
    pub encoding_format: EncodingFormat,
    /// Must be the model's own where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<usize>,
}

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "`input` must be a string or an array of strings"
)]
pub enum EmbeddingsInput {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// How vectors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncodingFormat {
    /// JSON numbers.
    #[default]
    Float,
    /// Base64 of little-endian f32.
    Base64,
}

/// A vector as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EmbeddingValue {
    /// JSON numbers.
    Float(Vec<f32>),
    /// Base64 of little-endian f32.
    Base64(String),
}

/// One vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingData {
    /// Always `embedding`.
    pub object: String,
    /// Position of its text.
    pub index: usize,
    /// Unit vector.
    pub embedding: EmbeddingValue,
}

/// Tokens read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Special tokens included.
    pub prompt_tokens: usize,
    /// The same: nothing is generated.
    pub total_tokens: usize,
}

/// Answer of `POST /v1/embeddings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingsResponse {
    /// Always `list`.
    pub object: String,
    /// One vector a text, in their order.
    pub data: Vec<EmbeddingData>,
    /// The model's id.
    pub model: String,
    /// Tokens read.
    pub usage: Usage,
}

/// Answer of `GET /v1/cloud`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CloudStatus {
    /// Whether the cloud half is set up; without it nothing else is said.
    pub configured: bool,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub connectivity: Option<Connectivity>,
    /// Whether the cloud embeds as it did when the menu was published.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parity: Option<Parity>,
    /// How far this menu is on its way to the cloud.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub publish: Option<PublishState>,
    /// Both paths of each task.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub tasks: BTreeMap<Task, TaskStatus>,
}

/// How far a menu is on its way to the cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishState {
    /// As the cloud said last.
    #[serde(flatten)]
    pub status: PublishStatus,
    /// What went wrong since, for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// Both paths of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskStatus {
    /// Which path, where a request does not say.
    pub policy: Policy,
    /// `closed` (calls pass), `half_open` (a few pass, to see) or `open` (none pass).
    pub breaker: String,
    /// `trusted`, or `distrusted` where the cloud's sure answers are too often not the local ones.
    pub standing: String,
    /// Latency of the local model; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub local_ms: Option<LatencyMs>,
    /// Latency of the cloud; what is assumed until it was measured.
    pub cloud_ms: LatencyMs,
    /// Cloud calls in flight.
    pub in_flight: u32,
}

/// Milliseconds that half and 95 % of the calls take at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatencyMs {
    /// Half.
    pub p50: f64,
    /// 95 %.
    pub p95: f64,
}

#[cfg(test)]
mod tests {
    use super::{AvailabilityRequest, UnderstandRequest};

    #[test]
    fn sold_out_may_be_null_but_not_left_out() {
        let parse = serde_json::from_str::<AvailabilityRequest>;
        assert_eq!(parse(r#"{"sold_out":null}"#).expect("reads").sold_out, None);
        assert_eq!(
            parse(r#"{"sold_out":true}"#).expect("reads").sold_out,
            Some(true)
        );
        assert!(parse("{}").is_err());
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        let text = r#"{"text":"x","filter":{}}"#;
        assert!(serde_json::from_str::<UnderstandRequest>(text).is_err());
    }
}
