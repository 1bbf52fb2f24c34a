//! The command line.

use crate::draw::Spread;
use crate::settings::{Model, Settings, Task};
use clap::Parser;
use std::net::IpAddr;
use std::str::FromStr;

const TEACH: &str = "\
EXAMPLES
  A fast cloud with one index, writes seen at once:
    olympus-standin --port 8790 --index menu=384 --metadata-index menu:digest=string --visibility 0,0
  A slow one that refuses every tenth request:
    olympus-standin --latency 180,900 --error-rate 0.1

WHERE IT LISTENS
  REST         http://HOST:PORT/client/v4/accounts/ACCOUNT/ai/run/MODEL
               http://HOST:PORT/client/v4/accounts/ACCOUNT/vectorize/v2/indexes[/NAME/...]
  bindings     Host workers-binding.ai or path /binding/ai/...
               Host vector-search or path /binding/vectorize/..., index named by the header
               x-standin-index (needed only where there is more than one)
  auth         POST /introspect (RFC 7662)
  payments     POST /v1/captures, GET /v1/captures/REFERENCE, POST /v1/captures/lookup

WHILE IT RUNS
  curl HOST:PORT/__control                     settings and counters
  curl -X PUT HOST:PORT/__control -d PATCH     JSON merge patch on the settings, e.g.
    {\"tasks\": {\"all\": {\"health\": \"outage\"}}}         closes every connection; also \"hang\", \"up\"
    {\"tasks\": {\"chat\": {\"latency\": {\"p50_ms\": 300, \"p99_ms\": 900}}}}
    {\"tasks\": {\"chat\": {\"errors\": {\"rate\": 1, \"code\": 3040, \"retry_after_s\": 7}}}}
    {\"chat\": \"wrong\"}          also right, json_mode_error, no_json, off_schema
    {\"vectors\": \"zero\"}        also right, short, null, missing, mean
    {\"drift_degrees\": 5}       vectors whose cosine with the old ones is cos 5°
    {\"daily_requests\": 0}      3036 from now on
    {\"images\": {\"SHA-256\": {\"seen\": \"dish\", \"items\": [\"Pizza\"]}}}
    {\"tokens\": {\"abc\": {\"active\": true, \"scope\": \"kiosk pos\", \"locations\": [\"loc-7\"]}}}
    {\"provider\": {\"after\": \"hang\"}}  it decides and never says so; also cut, fail, answer
    {\"provider\": {\"commit_delay_ms\": 900, \"unique_references\": false,
                  \"forget_keys_after_s\": 1, \"declines\": {\"dead\": \"stolen_card\"}}}
  curl HOST:PORT/__provider                    every capture, how often asked for and moved
  curl -X POST HOST:PORT/__control/settle      every write so far is seen
  curl -X POST HOST:PORT/__control/reset       as it was at the start, without vectors";

/// A strict stand-in of Workers AI, Vectorize, an auth service and a payment provider.
///
/// Answers come from the device's own encoder and classifier, in vector spaces of their own, and
/// every limit that Cloudflare documents is enforced. Nothing is kept on disk.
#[derive(Debug, Clone, Parser)]
#[command(name = "olympus-standin", version, after_help = TEACH)]
pub struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one and the first line of output says which.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Seed of every chance: latencies, failures, visibility, mutation ids.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The account of the REST paths.
    #[arg(long, default_value = "account")]
    pub account: String,
    /// The API token that REST requests must bear.
    #[arg(long, default_value = "standin-token")]
    pub api_token: String,
    /// The token that callers of /introspect must bear.
    #[arg(long, default_value = "standin-auth")]
    pub auth_token: String,
    /// The token that callers of the payment provider must bear.
    #[arg(long, default_value = "standin-provider")]
    pub provider_token: String,
    /// A Vectorize index that is there from the start; may be repeated.
    #[arg(long = "index", value_name = "NAME=DIMS")]
    pub indexes: Vec<IndexSpec>,
    /// A metadata index that is there from the start; may be repeated.
    #[arg(
        long = "metadata-index",
        value_name = "INDEX:PROPERTY=string|number|boolean"
    )]
    pub metadata_indexes: Vec<MetadataSpec>,
    /// A further model; KIND is embeddings, chat, vision, rerank or terms. May be repeated.
    #[arg(long = "model", value_name = "ID=KIND")]
    pub models: Vec<ModelSpec>,
    /// Latency of every kind of request, milliseconds of median and 99th percentile.
    #[arg(long, value_name = "P50,P99", default_value = "0,0")]
    pub latency: SpreadSpec,
    /// How long writes to Vectorize stay unseen, milliseconds of median and 99th percentile.
    #[arg(long, value_name = "P50,P99", default_value = "2000,8000")]
    pub visibility: SpreadSpec,
    /// Share of requests that fail with 3040 (models) or 40041 (Vectorize), 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub error_rate: f64,
    /// A JSON merge patch on the settings at the start, as for PUT /__control.
    #[arg(long, value_name = "JSON")]
    pub settings: Option<String>,
}

impl Options {
    /// What holds at the start and after a reset.
    ///
    /// # Errors
    /// Where the options make no sense together.
    pub(crate) fn start_settings(&self) -> anyhow::Result<Settings> {
        let mut settings = Settings {
            visibility: self.visibility.0,
            ..Settings::default()
        };
        for (task, own) in &mut settings.tasks {
            own.latency = self.latency.0;
            if !matches!(task, Task::Introspect | Task::Capture | Task::Lookup) {
                own.errors.rate = self.error_rate;
            }
            own.errors.code = task.busy_code();
        }
        for spec in &self.models {
            settings.models.insert(spec.id.clone(), spec.model.clone());
        }
        let patch = match &self.settings {
            Some(text) => serde_json::from_str(text)?,
            None => serde_json::json!({}),
        };
        settings.patched(&patch).map_err(anyhow::Error::msg)
    }
}

/// `NAME=DIMS`
#[derive(Debug, Clone)]
pub struct IndexSpec {
    pub(crate) name: String,
    pub(crate) dims: usize,
}

impl FromStr for IndexSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, dims) = halves(text, '=')?;
        let dims = dims.parse().map_err(|error| format!("{dims}: {error}"))?;
        Ok(Self {
            name: name.to_owned(),
            dims,
        })
    }
}

/// `INDEX:PROPERTY=TYPE`
#[derive(Debug, Clone)]
pub struct MetadataSpec {
    pub(crate) index: String,
    pub(crate) property: String,
    pub(crate) kind: String,
}

impl FromStr for MetadataSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (index, rest) = halves(text, ':')?;
        let (property, kind) = halves(rest, '=')?;
        Ok(Self {
            index: index.to_owned(),
            property: property.to_owned(),
            kind: kind.to_owned(),
        })
    }
}

/// `ID=KIND`
#[derive(Debug, Clone)]
pub struct ModelSpec {
    id: String,
    model: Model,
}

impl FromStr for ModelSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, kind) = halves(text, '=')?;
        let model = match kind {
            "embeddings" => Model::Embeddings {
                dims: crate::ai::DIMS,
            },
            "chat" => Model::Chat,
            "vision" => Model::Vision,
            "rerank" => Model::Rerank,
            "terms" => Model::Terms,
            _ => return Err(format!("no kind `{kind}`")),
        };
        Ok(Self {
            id: id.to_owned(),
            model,
        })
    }
}

/// `P50,P99`
#[derive(Debug, Clone, Copy)]
pub struct SpreadSpec(pub(crate) Spread);

impl FromStr for SpreadSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (p50, p99) = halves(text, ',')?;
        let number = |text: &str| {
            text.parse::<f64>()
                .map_err(|error| format!("{text}: {error}"))
        };
        Ok(Self(Spread {
            p50_ms: number(p50)?,
            p99_ms: number(p99)?,
        }))
    }
}

fn halves(text: &str, between: char) -> Result<(&str, &str), String> {
    text.split_once(between)
        .filter(|(left, right)| !left.is_empty() && !right.is_empty())
        .ok_or_else(|| format!("no `{between}` in `{text}`"))
}
