//! How an answer was made.

use crate::ids::{MenuVersion, SpaceId};
use serde::{Deserialize, Serialize};

/// Which path answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// The models on this device.
    Local,
    /// The Worker.
    Cloud,
}

/// Microseconds spent in each stage; a stage that did not run is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StagesUs {
    /// Waiting for the inference thread.
    pub queue: u64,
    /// Text to token ids.
    pub tokenize: u64,
    /// Token ids to hidden states and embedding.
    pub encode: u64,
    /// Hidden states to calibrated intent.
    pub classify: u64,
    /// Menu search: lexical, vector and fusion.
    pub search: u64,
    /// From the request's arrival in the handler to the answer.
    pub total: u64,
}

/// Sent with every answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Which path answered.
    pub path: Path,
    /// Why that path: a stable code, e.g. `local_only`.
    pub reason: String,
    /// The model's id; `lexical` where no model took part.
    pub model: String,
    /// The menu searched; absent where none took part.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub menu_version: Option<MenuVersion>,
    /// Digest of the content of the menu searched, where the cloud searched it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub menu_digest: Option<String>,
    /// The space of the vectors that took part, where they are not the local model's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub space: Option<SpaceId>,
    /// Where the time went.
    pub stages_us: StagesUs,
    /// Id of the request, also in the header `x-request-id`.
    pub request_id: String,
}
