//! `source.json` beside a pulled model's files: where they came from and what they must be.
//!
//! Written last, before the set is moved into place. A folder without it was put there by hand.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{read_if_there, write_json};
use super::staging::Places;
use super::{CONFIG, GGUF, HubError, SAFETENSORS, TOKENIZER};

const MANIFEST: &str = "source.json";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) id: String,
    /// The commit whose files these are.
    pub(super) commit: String,
    /// The branches, tags and commits that stood for it when they were asked for.
    pub(super) asked: Vec<String>,
    pub(super) endpoint: String,
    pub(super) files: Vec<ManifestFile>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ManifestFile {
    pub(super) name: String,
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
    /// The hub's checksum, by which a later pull sees that the file is still the same.
    pub(super) etag: String,
}

impl Manifest {
    pub(super) fn write(&self, folder: &Path) -> Result<(), HubError> {
        write_json(&folder.join(MANIFEST), self)
    }

    pub(super) fn file(&self, name: &str) -> Option<&ManifestFile> {
        self.files.iter().find(|f| f.name == name)
    }
}

/// How a folder came to be.
#[derive(Debug)]
pub(super) enum Record {
    ByHand,
    Pulled(Manifest),
    /// It has a manifest that cannot be read: pulled once, to be pulled again.
    Damaged,
}

/// A model's folder as it is.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) record: Record,
    /// What the folder lacks to be a model, in words; `None` when it is whole. By name, and by
    /// the recorded size: the content was checked when it was pulled.
    pub(super) missing: Option<String>,
}

impl Found {
    /// The folder that now holds a model, or the one that should.
    pub(super) fn at(places: &Places) -> Result<Self, HubError> {
        Self::in_folder(places.current().unwrap_or(&places.installed))
    }

    pub(super) fn in_folder(path: &Path) -> Result<Self, HubError> {
        let record = match read_if_there(&path.join(MANIFEST))? {
            None => Record::ByHand,
            Some(json) => serde_json::from_slice(&json).map_or(Record::Damaged, Record::Pulled),
        };
        Ok(Self {
            missing: missing_in(path, &record),
            path: path.to_owned(),
            record,
        })
    }

    pub(super) fn manifest(&self) -> Option<&Manifest> {
        match &self.record {
            Record::Pulled(manifest) => Some(manifest),
            Record::ByHand | Record::Damaged => None,
        }
    }

    /// The weights that the engine would load.
    pub(super) fn weights(&self) -> Option<&'static str> {
        weights_in(&self.path)
    }
}

/// In the order in which the engine looks for them.
fn weights_in(folder: &Path) -> Option<&'static str> {
    let there = |name: &&str| folder.join(name).is_file();
    [GGUF, SAFETENSORS].into_iter().find(there)
}

fn missing_in(folder: &Path, record: &Record) -> Option<String> {
    let weights = weights_in(folder);
    let mut missing = Vec::new();
    if weights != Some(GGUF) && !folder.join(CONFIG).is_file() {
        missing.push(CONFIG.to_owned());
    }
    if !folder.join(TOKENIZER).is_file() {
        missing.push(TOKENIZER.to_owned());
    }
    if weights.is_none() {
        missing.push(format!("{SAFETENSORS} or {GGUF}"));
    }
    match record {
        Record::ByHand => {}
        Record::Damaged => missing.push(format!("a readable {MANIFEST}")),
        Record::Pulled(manifest) => {
            for file in &manifest.files {
                let length = folder.join(&file.name).metadata().map(|m| m.len()).ok();
                let named = missing.iter().any(|m| m.contains(&file.name));
                if length != Some(file.size_bytes) && !named {
                    missing.push(format!("{} of {} bytes", file.name, file.size_bytes));
                }
            }
        }
    }
    (!missing.is_empty()).then(|| missing.join(", "))
}
