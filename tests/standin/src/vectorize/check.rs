//! The limits of what is written and asked.

use super::MAX_NAME_BYTES;
use crate::fault::{self, Fault};
use olympus_proto::vectorize::{Ids, MAX_ID_BYTES};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Most bytes of one vector's metadata.
const MAX_METADATA_BYTES: usize = 10 << 10;
/// Bytes of a text that a metadata index keeps.
const INDEXED_BYTES: usize = 64;

/// One vector as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(super) id: String,
    pub(super) values: Vec<f32>,
    #[serde(default)]
    pub(super) namespace: Option<String>,
    #[serde(default)]
    pub(super) metadata: Map<String, Value>,
}

/// Vectors as NDJSON.
pub(super) fn vectors(body: &[u8], dims: usize, most: usize) -> Result<Vec<Vector>, Fault> {
    let text = std::str::from_utf8(body).map_err(|error| Fault::new(fault::PARSE, error))?;
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let count = lines().count();
    if count == 0 || count > most {
        let wrong = format!("a batch has 1 to {most} vectors, got {count}");
        return Err(Fault::new(fault::PARSE, wrong));
    }
    lines()
        .map(|line| {
            let vector: Vector = serde_json::from_str(line)
                .map_err(|error| Fault::new(fault::PARSE, format!("upsert vectors: {error}")))?;
            check(&vector, dims)?;
            Ok(vector)
        })
        .collect()
}

fn check(vector: &Vector, dims: usize) -> Result<(), Fault> {
    id(&vector.id)?;
    values(&vector.values, dims)?;
    if let Some(namespace) = &vector.namespace {
        self::namespace(namespace)?;
    }
    let bytes = serde_json::to_vec(&vector.metadata)
        .map_err(|error| Fault::new(fault::PARSE, error))?
        .len();
    if bytes > MAX_METADATA_BYTES {
        let wrong = format!("metadata is at most {MAX_METADATA_BYTES} bytes, got {bytes}");
        return Err(Fault::new(fault::PARSE, wrong));
    }
    for name in vector.metadata.keys() {
        if name.is_empty() || name.contains(['.', '"']) || name.starts_with('$') {
            let wrong = format!("`{name}` cannot name a property: empty, with . or \" or first $");
            return Err(Fault::new(fault::PARSE, wrong));
        }
    }
    Ok(())
}

pub(super) fn values(values: &[f32], dims: usize) -> Result<(), Fault> {
    if values.len() != dims {
        let wrong = format!("expected {dims} dimensions, and got {}", values.len());
        return Err(Fault::new(fault::DIMENSIONS, wrong));
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Fault::new(fault::PARSE, "a value is no 32-bit number"));
    }
    Ok(())
}

fn id(id: &str) -> Result<(), Fault> {
    if id.is_empty() {
        return Err(Fault::new(fault::PARSE, "an id is empty"));
    }
    if id.len() > MAX_ID_BYTES {
        let wrong = format!("max is {MAX_ID_BYTES} bytes, got {} bytes", id.len());
        return Err(Fault::new(fault::ID_LENGTH, wrong));
    }
    Ok(())
}

/// Ids of a lookup or a deletion.
pub(super) fn ids(ids: &Ids, most: usize) -> Result<(), Fault> {
    if ids.ids.is_empty() {
        return Err(Fault::new(fault::PARSE, "ids is empty"));
    }
    if ids.ids.len() > most {
        let wrong = format!("max id count is {most}, got {}", ids.ids.len());
        return Err(Fault::new(fault::IDS, wrong));
    }
    ids.ids.iter().try_for_each(|one| id(one))
}

pub(super) fn namespace(namespace: &str) -> Result<(), Fault> {
    if namespace.len() > MAX_NAME_BYTES {
        let wrong = format!("a namespace is at most {MAX_NAME_BYTES} bytes");
        return Err(Fault::new(fault::PARSE, wrong));
    }
    Ok(())
}

/// The name of an indexed property or of a filter's; dots lead into objects.
pub(super) fn property(name: &str) -> Result<(), Fault> {
    if name.is_empty() || name.contains('"') || name.starts_with('$') || name.len() > 512 {
        let wrong = format!("`{name}` cannot name a property");
        return Err(Fault::new(fault::PARSE, wrong));
    }
    Ok(())
}

/// What a metadata index keeps of a text: its first 64 bytes, whole characters.
pub(super) fn prefix(text: &str) -> &str {
    &text[..text.floor_char_boundary(INDEXED_BYTES)]
}
