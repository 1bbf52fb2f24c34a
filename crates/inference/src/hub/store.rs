//! The models in a data directory: what is there, where it lies, and which of them serve.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::active::Active;
use super::digest::sha256_of;
use super::files::{files_below, make_dir};
use super::id::ModelId;
use super::manifest::{Found, Record};
use super::staging::Places;
use super::{Choice, HubError, Role};

/// The folder of models, `<data-dir>/models`. It need not exist.
#[derive(Debug, Clone)]
pub struct ModelStore {
    pub(super) root: PathBuf,
}

/// What the store knows of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstalledModel {
    /// `name` or `owner/name`.
    pub id: String,
    /// The commit it was pulled at; `None` for one put there by hand or not yet whole.
    pub revision: Option<String>,
    /// The hub it came from; `folder` for one put there by hand, `unfinished pull`, or `unknown`
    /// when its `source.json` is damaged, which another pull mends.
    pub source: String,
    /// Bytes of all its files that are here.
    pub size_bytes: u64,
    /// Of the weights, in lowercase hexadecimal; `None` when there are none yet.
    pub sha256: Option<String>,
    /// Whether every file that it needs is here, in its full size. If not, `path` lacks some.
    pub complete: bool,
    /// Where its files lie.
    pub path: PathBuf,
}

impl ModelStore {
    /// The store in this folder, which is created by the first pull.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every model here by its id, those whose pull has not ended included.
    ///
    /// For a folder put there by hand it computes the checksum, so it reads those weights.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn list(&self) -> Result<Vec<InstalledModel>, HubError> {
        let mut ids = folders(&self.root)?;
        ids.extend(folders(&self.root.join(".pull"))?);
        ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        ids.dedup();
        let mut models = Vec::new();
        for id in ids {
            if let Some(model) = self.describe(&id)? {
                models.push(model);
            }
        }
        Ok(models)
    }

    /// The folder of a model that is here whole.
    ///
    /// # Errors
    /// [`HubError::BadId`]; [`HubError::NotInstalled`] when it lacks a file.
    pub fn path_of(&self, id: &str) -> Result<PathBuf, HubError> {
        let id = ModelId::parse(id)?;
        let places = Places::of(&self.root, &id);
        let found = Found::at(&places)?;
        match found.missing {
            None => Ok(found.path),
            Some(missing) => Err(HubError::NotInstalled {
                id: id.to_string(),
                missing,
                place: places.installed,
            }),
        }
    }

    /// Deletes a model and what was begun of pulling it.
    ///
    /// # Errors
    /// [`HubError::NotInstalled`], [`HubError::InUse`], [`HubError::Locked`].
    pub fn remove(&self, id: &str) -> Result<(), HubError> {
        let id = ModelId::parse(id)?;
        let places = Places::of(&self.root, &id);
        if self.describe(&id)?.is_none() {
            return Err(HubError::NotInstalled {
                id: id.to_string(),
                missing: "everything".to_owned(),
                place: places.installed,
            });
        }
        let active = Active::read(&self.root)?;
        for role in [Role::Search, Role::Intent] {
            if matches!(active.get(role), Some(Choice::Id(used)) if used == id.as_str()) {
                return Err(HubError::InUse {
                    id: id.to_string(),
                    role: role.name(),
                });
            }
        }
        match places.try_lock()? {
            Some(staging) => staging.remove(),
            None => Err(HubError::Locked { id: id.to_string() }),
        }
    }

    /// Which model serves `role`; `None` is the embedded one.
    ///
    /// # Errors
    /// When `active.json` cannot be read.
    pub fn active(&self, role: Role) -> Result<Option<Choice>, HubError> {
        Ok(Active::read(&self.root)?.get(role).cloned())
    }

    /// The folder of the model that serves `role`; `None` is the embedded one.
    ///
    /// # Errors
    /// When `active.json` cannot be read, or the model it names is not whole.
    pub fn active_path(&self, role: Role) -> Result<Option<PathBuf>, HubError> {
        self.active(role)?
            .map(|choice| self.locate(&choice))
            .transpose()
    }

    /// Lets a model serve `role` from the next start on; `None` is the embedded one.
    ///
    /// Whether the model fits is for the engine to say, which has to load it: do that first.
    ///
    /// # Errors
    /// When the model is not here whole, or `active.json` cannot be written.
    pub fn set_active(&self, role: Role, choice: Option<Choice>) -> Result<(), HubError> {
        let choice = match choice {
            Some(Choice::Folder(path)) => {
                let path = path.canonicalize().map_err(HubError::io("open", &path))?;
                Some(Choice::Folder(path))
            }
            other => other,
        };
        if let Some(choice) = &choice {
            self.locate(choice)?;
        }
        make_dir(&self.root)?;
        let mut active = Active::read(&self.root)?;
        active.set(role, choice);
        active.write(&self.root)
    }

    /// The folder of a chosen model, when it is whole.
    fn locate(&self, choice: &Choice) -> Result<PathBuf, HubError> {
        match choice {
            Choice::Id(id) => self.path_of(id),
            Choice::Folder(path) => match Found::in_folder(path)?.missing {
                None => Ok(path.clone()),
                Some(missing) => Err(HubError::NotInstalled {
                    id: path.display().to_string(),
                    missing,
                    place: path.clone(),
                }),
            },
        }
    }

    /// What there is of a model; `None` when there is nothing.
    pub(super) fn describe(&self, id: &ModelId) -> Result<Option<InstalledModel>, HubError> {
        let places = Places::of(&self.root, id);
        if places.current().is_none() {
            return begun(id, &places);
        }
        let found = Found::at(&places)?;
        let manifest = found.manifest();
        let sha256 = match found.weights() {
            None => None,
            Some(name) => match manifest.and_then(|m| m.file(name)) {
                Some(file) => Some(file.sha256.clone()),
                None => {
                    let path = found.path.join(name);
                    Some(sha256_of(&path).map_err(HubError::io("read", &path))?)
                }
            },
        };
        Ok(Some(InstalledModel {
            id: id.to_string(),
            revision: manifest.map(|m| m.commit.clone()),
            source: match &found.record {
                Record::Pulled(manifest) => manifest.endpoint.clone(),
                Record::ByHand => "folder".to_owned(),
                Record::Damaged => "unknown".to_owned(),
            },
            size_bytes: total_bytes(&files_below(&found.path)?),
            sha256,
            complete: found.missing.is_none(),
            path: found.path,
        }))
    }
}

/// A pull of a new model that has not ended.
fn begun(id: &ModelId, places: &Places) -> Result<Option<InstalledModel>, HubError> {
    let mut files = files_below(&places.set)?;
    files.extend(files_below(&places.parts)?);
    if files.is_empty() {
        return Ok(None);
    }
    Ok(Some(InstalledModel {
        id: id.to_string(),
        revision: None,
        source: "unfinished pull".to_owned(),
        size_bytes: total_bytes(&files),
        sha256: None,
        complete: false,
        path: places.work.clone(),
    }))
}

fn total_bytes(files: &[PathBuf]) -> u64 {
    // A file that vanishes meanwhile counts nothing.
    files
        .iter()
        .filter_map(|p| p.metadata().ok())
        .map(|m| m.len())
        .sum()
}

/// The models that the folders in `root` are named for.
fn folders(root: &Path) -> Result<Vec<ModelId>, HubError> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(HubError::io("list", root)(e)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry.map_err(HubError::io("list", root))?;
        // A linked folder counts too, so the path is asked and not the entry.
        if entry.path().is_dir() {
            ids.extend(entry.file_name().to_str().and_then(ModelId::from_folder));
        }
    }
    Ok(ids)
}
