//! One index: its vectors, and the writes that are not seen yet.

use super::Metric;
use super::check::{self, Vector};
use crate::fault::{self, Fault};
use crate::state::State;
use jiff::Timestamp;
use olympus_proto::vectorize::{Ids, IndexInfo, MAX_DELETE_IDS, Mutation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Most metadata indexes of an index.
const MAX_METADATA_INDEXES: usize = 10;

/// What a metadata index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The first 64 bytes of a text.
    String,
    /// A number.
    Number,
    /// A truth value.
    Boolean,
}

/// A property that filters can use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MetadataIndex {
    pub(crate) property_name: String,
    pub(crate) index_type: Kind,
}

/// A write that was accepted.
#[derive(Debug)]
pub(crate) enum Write {
    /// Adds what is not there.
    Insert(Vec<Vector>),
    /// Adds or replaces.
    Upsert(Vec<Vector>),
    /// Removes.
    Delete(Vec<String>),
    /// Later vectors can be filtered by it.
    CreateMetadataIndex(MetadataIndex),
    /// No vector can be filtered by it any more.
    DeleteMetadataIndex(String),
}

impl Write {
    /// An insert or upsert as NDJSON, and how many vectors it has.
    pub(crate) fn vectors(
        state: &State,
        name: &str,
        body: &[u8],
        most: usize,
        action: &str,
    ) -> Result<(Self, usize), Fault> {
        let dims = state.store().index(name)?.dims;
        let vectors = check::vectors(body, dims, most)?;
        let count = vectors.len();
        let write = if action == "insert" {
            Self::Insert(vectors)
        } else {
            Self::Upsert(vectors)
        };
        Ok((write, count))
    }

    pub(crate) fn deletion(ids: Ids) -> Result<Self, Fault> {
        check::ids(&ids, MAX_DELETE_IDS)?;
        Ok(Self::Delete(ids.ids))
    }

    /// Accepts it; it shows once its delay and those of all before it are over.
    pub(crate) fn submit(self, state: &State, name: &str) -> Result<Mutation, Fault> {
        let visibility = state.settings().visibility;
        let (id, delay) = state.draw(|chance| (mutation_id(chance), visibility.draw(chance)));
        let mut store = state.store();
        let index = store.index(name)?;
        index.submit(self, id.clone(), delay);
        Ok(Mutation { mutation_id: id })
    }
}

fn mutation_id(chance: &mut fastrand::Rng) -> String {
    let hex = format!("{:032x}", chance.u128(..));
    let cuts = [0..8, 8..12, 12..16, 16..20, 20..32];
    cuts.map(|cut| &hex[cut]).join("-")
}

#[derive(Debug)]
struct Pending {
    id: String,
    shows_at: Instant,
    write: Write,
}

/// A vector that is seen.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) values: Vec<f32>,
    pub(super) namespace: Option<String>,
    pub(super) metadata: Map<String, Value>,
    /// What filters see: only properties that were indexed when this was written.
    pub(super) indexed: BTreeMap<String, Value>,
}

/// One index.
#[derive(Debug)]
pub(crate) struct Index {
    pub(super) dims: usize,
    pub(super) metric: Metric,
    pub(super) vectors: BTreeMap<String, Stored>,
    metadata_indexes: BTreeMap<String, Kind>,
    pending: VecDeque<Pending>,
    processed: Option<(String, Timestamp)>,
}

impl Index {
    pub(super) fn new(dims: usize, metric: Metric) -> Self {
        Self {
            dims,
            metric,
            vectors: BTreeMap::new(),
            metadata_indexes: BTreeMap::new(),
            pending: VecDeque::new(),
            processed: None,
        }
    }

    pub(crate) fn info(&self) -> IndexInfo {
        let processed = self.processed.as_ref();
        IndexInfo {
            dimensions: self.dims,
            vector_count: self.vectors.len() as u64,
            processed_up_to_datetime: processed.map(|(_, at)| at.to_string()),
            processed_up_to_mutation: processed.map(|(id, _)| id.clone()),
        }
    }

    pub(crate) fn metadata_indexes(&self) -> Vec<MetadataIndex> {
        let of = |(name, kind): (&String, &Kind)| MetadataIndex {
            property_name: name.clone(),
            index_type: *kind,
        };
        self.metadata_indexes.iter().map(of).collect()
    }

    /// Whether one more metadata index is allowed, with those on their way.
    pub(crate) fn room_for(&self, wanted: &MetadataIndex) -> Result<(), Fault> {
        check::property(&wanted.property_name)?;
        let mut names: Vec<&str> = self.metadata_indexes.keys().map(String::as_str).collect();
        for pending in &self.pending {
            match &pending.write {
                Write::CreateMetadataIndex(one) => names.push(&one.property_name),
                Write::DeleteMetadataIndex(name) => names.retain(|one| one != name),
                _ => {}
            }
        }
        if names.contains(&wanted.property_name.as_str()) {
            return Err(Fault::new(
                fault::INDEX_EXISTS,
                format!("metadata index {}", wanted.property_name),
            ));
        }
        if names.len() >= MAX_METADATA_INDEXES {
            let wrong = format!("at most {MAX_METADATA_INDEXES} metadata indexes");
            return Err(Fault::new(fault::PARSE, wrong));
        }
        Ok(())
    }

    fn submit(&mut self, write: Write, id: String, delay: Duration) {
        let own = Instant::now() + delay;
        let before = self.pending.back().map(|pending| pending.shows_at);
        self.pending.push_back(Pending {
            id,
            shows_at: before.map_or(own, |before| before.max(own)),
            write,
        });
    }

    /// Shows what is due by now.
    pub(super) fn advance(&mut self, now: Instant) {
        while self
            .pending
            .front()
            .is_some_and(|pending| pending.shows_at <= now)
        {
            self.show_next();
        }
    }

    /// Shows everything.
    pub(super) fn settle(&mut self) {
        while !self.pending.is_empty() {
            self.show_next();
        }
    }

    fn show_next(&mut self) {
        if let Some(pending) = self.pending.pop_front() {
            self.apply(pending.write);
            self.processed = Some((pending.id, Timestamp::now()));
        }
    }

    pub(super) fn apply(&mut self, write: Write) {
        match write {
            Write::Insert(vectors) => {
                for vector in vectors {
                    if !self.vectors.contains_key(&vector.id) {
                        self.put(vector);
                    }
                }
            }
            Write::Upsert(vectors) => vectors.into_iter().for_each(|vector| self.put(vector)),
            Write::Delete(ids) => {
                for id in ids {
                    self.vectors.remove(&id);
                }
            }
            Write::CreateMetadataIndex(wanted) => {
                self.metadata_indexes
                    .insert(wanted.property_name, wanted.index_type);
            }
            Write::DeleteMetadataIndex(name) => {
                self.metadata_indexes.remove(&name);
                for stored in self.vectors.values_mut() {
                    stored.indexed.remove(&name);
                }
            }
        }
    }

    fn put(&mut self, vector: Vector) {
        let indexed = self
            .metadata_indexes
            .iter()
            .filter_map(|(name, kind)| {
                let value = at_path(&vector.metadata, name)?;
                Some((name.clone(), indexed(*kind, value)?))
            })
            .collect();
        let stored = Stored {
            values: vector.values,
            namespace: vector.namespace,
            metadata: vector.metadata,
            indexed,
        };
        self.vectors.insert(vector.id, stored);
    }
}

/// What an index of this kind keeps of a value.
fn indexed(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::String, Value::String(text)) => Some(Value::from(check::prefix(text))),
        (Kind::Number, Value::Number(_)) | (Kind::Boolean, Value::Bool(_)) => Some(value.clone()),
        _ => None,
    }
}

/// The value at `a.b`.
fn at_path<'a>(metadata: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let first = metadata.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}
