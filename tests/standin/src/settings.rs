//! What can be changed while the stand-in runs: `GET` and `PUT /__control`.

use crate::draw::Spread;
use crate::fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Kinds of requests; each has its own speed and its own faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Task {
    /// An embedding model.
    Embeddings,
    /// A text model.
    Chat,
    /// A text model that is shown a picture.
    Vision,
    /// A reranker.
    Rerank,
    /// A query to Vectorize.
    Query,
    /// A write to Vectorize, of vectors or of indexes.
    Write,
    /// Any other look at Vectorize.
    Read,
    /// Token introspection.
    Introspect,
    /// A capture at the payment provider.
    Capture,
    /// Asking the payment provider what became of captures.
    Lookup,
}

impl Task {
    pub(crate) const ALL: [Self; 10] = [
        Self::Embeddings,
        Self::Chat,
        Self::Vision,
        Self::Rerank,
        Self::Query,
        Self::Write,
        Self::Read,
        Self::Introspect,
        Self::Capture,
        Self::Lookup,
    ];

    /// Whether it counts against the daily allowance of Workers AI.
    pub(crate) fn is_ai(self) -> bool {
        matches!(
            self,
            Self::Embeddings | Self::Chat | Self::Vision | Self::Rerank
        )
    }

    /// What is answered where there are too many.
    pub(crate) fn busy_code(self) -> u32 {
        if self.is_ai() {
            fault::CAPACITY
        } else {
            fault::TOO_MANY_REQUESTS
        }
    }

    /// Documented requests a minute.
    fn per_minute(self) -> Option<usize> {
        match self {
            Self::Embeddings | Self::Rerank => Some(3_000),
            Self::Chat | Self::Vision => Some(300),
            _ => None,
        }
    }
}

/// Whether a kind of request is answered at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    /// It is.
    #[default]
    Up,
    /// The connection is closed without an answer.
    Outage,
    /// The connection stays open and nothing comes.
    Hang,
}

/// How often it fails, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Errors {
    /// 0 never, 1 always.
    pub(crate) rate: f64,
    /// Cloudflare's number; its HTTP status comes with it.
    pub(crate) code: u32,
    /// Sent as `retry-after`.
    pub(crate) retry_after_s: Option<u32>,
}

impl Default for Errors {
    fn default() -> Self {
        Self {
            rate: 0.0,
            code: fault::CAPACITY,
            retry_after_s: None,
        }
    }
}

/// Speed and faults of one kind of request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskSettings {
    pub(crate) health: Health,
    pub(crate) latency: Spread,
    pub(crate) errors: Errors,
    /// Most at the same time; what is over waits, or is refused where it asked for that.
    pub(crate) capacity: Option<usize>,
    /// Most in any 60 seconds.
    pub(crate) per_minute: Option<usize>,
}

/// How the text model answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChatMode {
    /// As well as our classifier can.
    #[default]
    Right,
    /// Another intent, and sure of it.
    Wrong,
    /// "JSON Mode couldn't be met".
    JsonModeError,
    /// A text where JSON was asked for.
    NoJson,
    /// JSON that the schema does not allow.
    OffSchema,
}

/// How the embedding model answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VectorMode {
    /// As it should.
    #[default]
    Right,
    /// Vectors of norm 0.
    Zero,
    /// Vectors that are too short.
    Short,
    /// Null where a number belongs.
    Null,
    /// One vector too few.
    Missing,
    /// The mean, whatever pooling was asked for, and it says so.
    Mean,
}

/// What a caller hears after its capture was decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum After {
    /// What was decided.
    #[default]
    Answer,
    /// The connection is closed.
    Cut,
    /// Nothing, for as long as it waits.
    Hang,
    /// 500.
    Fail,
}

/// How the payment provider behaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    /// What is heard after a decision, for the share `after_rate` of them.
    pub(crate) after: After,
    /// 0 never, 1 always.
    pub(crate) after_rate: f64,
    /// A capture is decided so long after it came, whether its caller still waits or not.
    pub(crate) commit_delay_ms: u64,
    /// Idempotency keys are forgotten after so long.
    pub(crate) forget_keys_after_s: u64,
    /// A reference is decided once, whatever the key; else only keys protect it.
    pub(crate) unique_references: bool,
    /// End of a card's token → the code by which it is declined.
    pub(crate) declines: BTreeMap<String, String>,
    /// Larger sales are declined as `over_limit`.
    pub(crate) decline_over_cents: Option<i64>,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            after: After::Answer,
            after_rate: 1.0,
            commit_delay_ms: 0,
            forget_keys_after_s: 86_400,
            unique_references: true,
            declines: BTreeMap::new(),
            decline_over_cents: None,
        }
    }
}

/// What a model id stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Model {
    /// Texts to vectors of so many numbers (384 at least).
    Embeddings {
        /// How many.
        dims: usize,
    },
    /// Text to text.
    Chat,
    /// Text and pictures to text.
    Vision,
    /// Texts in order of nearness.
    Rerank,
    /// One whose terms the account has not agreed to (5016).
    Terms,
}

/// An access token that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// Whether it holds.
    pub(crate) active: bool,
    /// Scopes with blanks between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    /// Where it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locations: Option<Vec<String>>,
    /// Until when, in seconds of Unix time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exp: Option<i64>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sub: Option<String>,
}

/// Everything that can be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) tasks: BTreeMap<Task, TaskSettings>,
    /// Requests to models that the day still allows; then 3036.
    pub(crate) daily_requests: Option<u64>,
    /// A drawn latency above it is a 3007 after that time.
    pub(crate) timeout_ms: u64,
    /// A longer body to a model is a 3006.
    pub(crate) max_body_bytes: usize,
    pub(crate) chat: ChatMode,
    pub(crate) vectors: VectorMode,
    /// How far every vector is turned: its cosine with what it was is the angle's.
    pub(crate) drift_degrees: f32,
    /// How long a write to Vectorize stays unseen.
    pub(crate) visibility: Spread,
    pub(crate) models: BTreeMap<String, Model>,
    /// Lower hex SHA-256 of a picture → what is seen on it.
    pub(crate) images: BTreeMap<String, Value>,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) provider: Provider,
}

impl Default for Settings {
    fn default() -> Self {
        let task = |task: Task| TaskSettings {
            health: Health::Up,
            latency: Spread::NONE,
            errors: Errors::default(),
            capacity: None,
            per_minute: task.per_minute(),
        };
        let embeddings = |dims| Model::Embeddings { dims };
        let models = [
            ("@cf/baai/bge-small-en-v1.5", embeddings(384)),
            ("@cf/baai/bge-m3", embeddings(1_024)),
            ("@cf/baai/bge-reranker-base", Model::Rerank),
            ("@cf/meta/llama-4-scout-17b-16e-instruct", Model::Vision),
            ("@cf/meta/llama-3.1-8b-instruct-fast", Model::Chat),
            ("@cf/meta/llama-3.2-11b-vision-instruct", Model::Terms),
        ];
        Self {
            tasks: Task::ALL.into_iter().map(|one| (one, task(one))).collect(),
            daily_requests: None,
            timeout_ms: 60_000,
            max_body_bytes: 10 << 20,
            chat: ChatMode::Right,
            vectors: VectorMode::Right,
            drift_degrees: 0.0,
            visibility: Spread {
                p50_ms: 2_000.0,
                p99_ms: 8_000.0,
            },
            models: models
                .into_iter()
                .map(|(id, model)| (id.to_owned(), model))
                .collect(),
            images: BTreeMap::new(),
            tokens: BTreeMap::new(),
            provider: Provider::default(),
        }
    }
}

impl Settings {
    /// These with a JSON merge patch (RFC 7396) on them; `tasks.all` stands for every task.
    ///
    /// # Errors
    /// In words, where the patch names what there is not or makes no sense.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, String> {
        let mut patch = patch.clone();
        if let Some(tasks) = patch.get_mut("tasks").and_then(Value::as_object_mut)
            && let Some(all) = tasks.remove("all")
        {
            let mut each = Map::new();
            for task in Task::ALL {
                let name = serde_json::to_value(task).map_err(|error| error.to_string())?;
                let mut own = all.clone();
                if let Some(name) = name.as_str() {
                    if let Some(special) = tasks.get(name) {
                        merge(&mut own, special);
                    }
                    each.insert(name.to_owned(), own);
                }
            }
            for (name, special) in std::mem::take(tasks) {
                each.entry(name).or_insert(special);
            }
            *tasks = each;
        }
        let mut whole = serde_json::to_value(self).map_err(|error| error.to_string())?;
        merge(&mut whole, &patch);
        let patched: Self = serde_json::from_value(whole).map_err(|error| error.to_string())?;
        patched.check()?;
        Ok(patched)
    }

    fn check(&self) -> Result<(), String> {
        let sound = |name: &str, spread: &Spread| {
            if spread.is_sound() {
                Ok(())
            } else {
                Err(format!(
                    "{name}: p99_ms is at least p50_ms, p50_ms is at least 0"
                ))
            }
        };
        sound("visibility", &self.visibility)?;
        if !(0.0..=1.0).contains(&self.provider.after_rate) {
            return Err("provider.after_rate is 0 to 1".to_owned());
        }
        for task in Task::ALL {
            let Some(settings) = self.tasks.get(&task) else {
                return Err(format!("tasks: {task:?} cannot be removed"));
            };
            sound("latency", &settings.latency)?;
            if !(0.0..=1.0).contains(&settings.errors.rate) {
                return Err("errors.rate is 0 to 1".to_owned());
            }
            if settings.capacity == Some(0) {
                return Err("capacity is at least 1; use health or errors instead".to_owned());
            }
        }
        for (id, model) in &self.models {
            if let Model::Embeddings { dims } = model
                && *dims < crate::ai::DIMS
            {
                return Err(format!("{id}: dims is at least {}", crate::ai::DIMS));
            }
        }
        Ok(())
    }
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            if value.is_null() {
                target.remove(key);
            } else {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}
