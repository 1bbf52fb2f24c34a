//! Vectorize (v2) as it is spoken over REST and by the Worker's binding.
//!
//! Invariant: an id is at most 64 bytes and a vector has its index's dimension; the service
//! refuses others. Writes show later, so nothing that must hold now may rest on a match.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest id in bytes.
pub const MAX_ID_BYTES: usize = 64;
/// Most matches of one query with neither values nor all metadata.
pub const MAX_TOP_K: usize = 100;
/// Most matches where values or all metadata come with them.
pub const MAX_TOP_K_FULL: usize = 50;
/// Most vectors of one write from a Worker.
pub const MAX_BATCH_WORKER: usize = 1_000;
/// Most vectors of one write over REST.
pub const MAX_BATCH_REST: usize = 5_000;
/// Most ids of one lookup; more are refused with 40007.
pub const MAX_GET_IDS: usize = 20;
/// Most ids of one deletion; more are refused with 40007.
pub const MAX_DELETE_IDS: usize = 100;

/// One vector, as a line of NDJSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    /// Unique in the index, over all namespaces.
    pub id: String,
    /// The vector.
    pub values: Vec<f32>,
    /// Where it is looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What comes with a match, at most 10 KiB.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, MetadataValue>,
}

/// A value of metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MetadataValue {
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Texts.
    Texts(Vec<String>),
}

/// Which metadata come with a match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReturnMetadata {
    /// None.
    #[default]
    None,
    /// Those that have a metadata index.
    Indexed,
    /// All; see [`MAX_TOP_K_FULL`].
    All,
}

/// Property → operator (`$eq`, `$lte`, …) → value.
pub type MetadataFilter = BTreeMap<String, BTreeMap<String, MetadataValue>>;

/// Options of a query; the REST body has [`VectorQuery`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryOptions {
    /// Most matches.
    pub top_k: usize,
    /// Only vectors of this namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Only vectors whose indexed metadata fit; applied before the best are cut.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filter: MetadataFilter,
    /// Whether the vectors come with the matches.
    #[serde(default)]
    pub return_values: bool,
    /// Which metadata come with the matches.
    #[serde(default)]
    pub return_metadata: ReturnMetadata,
}

/// Body of a query over REST.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VectorQuery {
    /// What is looked for.
    pub vector: Vec<f32>,
    /// How.
    #[serde(flatten)]
    pub options: QueryOptions,
}

/// Result of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matches {
    /// How many.
    pub count: usize,
    /// Best first.
    pub matches: Vec<Match>,
}

/// One vector found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Its id.
    pub id: String,
    /// Cosine, where that is the index's metric.
    pub score: f32,
    /// Where it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The vector, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<f32>>,
    /// What was kept with it, as far as it was asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, MetadataValue>,
}

/// Result of a write: it shows once this mutation was processed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mutation {
    /// Names the write.
    pub mutation_id: String,
}

/// Body of a deletion or of a lookup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// Which vectors.
    pub ids: Vec<String>,
}

/// State of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexInfo {
    /// Numbers in a vector.
    pub dimensions: usize,
    /// Vectors that show.
    pub vector_count: u64,
    /// Up to when writes show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processed_up_to_datetime: Option<String>,
    /// Up to which write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processed_up_to_mutation: Option<String>,
}
