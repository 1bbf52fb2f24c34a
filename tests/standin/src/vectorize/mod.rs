//! Vectorize v2: indexes, writes that show later, exact search.
//!
//! Invariant: what a query, a lookup or `info` sees is the state after some prefix of the
//! accepted writes, and never after one whose delay is not over.

mod check;
mod filter;
mod index;
mod query;

pub(crate) use index::{Index, MetadataIndex, Write};

use crate::fault::{self, Fault};
use crate::options::Options;
use index::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// Most numbers in a vector.
const MAX_DIMS: usize = 1_536;
/// Longest name of an index or namespace in bytes.
const MAX_NAME_BYTES: usize = 64;

/// How a new index is made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    name: String,
    #[serde(default)]
    description: String,
    config: Shape,
}

/// What never changes of an index.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    dimensions: usize,
    metric: Metric,
}

/// How near two vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Metric {
    /// Cosine: 1 is nearest.
    Cosine,
    /// Distance: 0 is nearest.
    Euclidean,
    /// Dot product, negated: lowest is nearest.
    DotProduct,
}

/// Body of the deletion of a metadata index.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PropertyName {
    pub(crate) property_name: String,
}

/// All indexes of the account.
#[derive(Debug, Default)]
pub(crate) struct Store {
    indexes: BTreeMap<String, (Config, Index)>,
}

impl Store {
    /// Those of the command line.
    pub(crate) fn new(options: &Options) -> Result<Self, Fault> {
        let mut store = Self::default();
        for spec in &options.indexes {
            store.create(Config {
                name: spec.name.clone(),
                description: String::new(),
                config: Shape {
                    dimensions: spec.dims,
                    metric: Metric::Cosine,
                },
            })?;
        }
        for spec in &options.metadata_indexes {
            let index_type: Kind = serde_json::from_value(json!(spec.kind))
                .map_err(|error| Fault::new(fault::PARSE, error))?;
            let wanted = MetadataIndex {
                property_name: spec.property.clone(),
                index_type,
            };
            let index = store.index(&spec.index)?;
            index.room_for(&wanted)?;
            index.apply(Write::CreateMetadataIndex(wanted));
        }
        Ok(store)
    }

    /// Shows what is due.
    pub(crate) fn advance(&mut self) {
        let now = Instant::now();
        for (_, index) in self.indexes.values_mut() {
            index.advance(now);
        }
    }

    /// Shows everything.
    pub(crate) fn settle(&mut self) {
        for (_, index) in self.indexes.values_mut() {
            index.settle();
        }
    }

    pub(crate) fn index(&mut self, name: &str) -> Result<&mut Index, Fault> {
        match self.indexes.get_mut(name) {
            Some((_, index)) => Ok(index),
            None => Err(Fault::new(fault::NO_INDEX, name)),
        }
    }

    /// The index that a binding means that names none.
    pub(crate) fn only(&self) -> Result<String, Fault> {
        let mut names = self.indexes.keys();
        match (names.next(), names.next()) {
            (Some(name), None) => Ok(name.clone()),
            _ => Err(Fault::new(fault::NO_INDEX, "the binding names none")),
        }
    }

    pub(crate) fn create(&mut self, wanted: Config) -> Result<Value, Fault> {
        let dims = wanted.config.dimensions;
        if !(1..=MAX_DIMS).contains(&dims) {
            let wrong = format!("dimensions is 1 to {MAX_DIMS}, got {dims}");
            return Err(Fault::new(fault::DIMENSIONS, wrong));
        }
        let name_fits = wanted.name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
        }) && wanted
            .name
            .starts_with(|first: char| first.is_ascii_lowercase())
            && wanted.name.len() <= MAX_NAME_BYTES;
        if !name_fits {
            let wrong = format!("a name is [a-z][a-z0-9_-]*, at most {MAX_NAME_BYTES} bytes");
            return Err(Fault::new(fault::PARSE, wrong));
        }
        if self.indexes.contains_key(&wanted.name) {
            return Err(Fault::new(fault::INDEX_EXISTS, &wanted.name));
        }
        let shown = json!(wanted);
        let index = Index::new(dims, wanted.config.metric);
        self.indexes.insert(wanted.name.clone(), (wanted, index));
        Ok(shown)
    }

    pub(crate) fn list(&self) -> Vec<Value> {
        self.indexes
            .values()
            .map(|(config, _)| json!(config))
            .collect()
    }

    pub(crate) fn describe(&self, name: &str) -> Result<Value, Fault> {
        match self.indexes.get(name) {
            Some((config, _)) => Ok(json!(config)),
            None => Err(Fault::new(fault::NO_INDEX, name)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Fault> {
        match self.indexes.remove(name) {
            Some(_) => Ok(()),
            None => Err(Fault::new(fault::NO_INDEX, name)),
        }
    }
}
