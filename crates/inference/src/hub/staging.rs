//! Where a pull gathers a model before it becomes visible, and the swap that makes it so.
//!
//! `.pull/<folder>/` holds `lock` (held while one pulls), `parts/<checksum>` (begun files, so that
//! a changed file is never continued from the old one's bytes), `set/` (whole and verified ones)
//! and, for the moment of a swap, `old/`.
//!
//! Invariant: between the two renames of a swap the old model is whole in `old/`, where readers
//! look next, and where the next pull puts it back from.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::HubError;
use super::files::{delete_dir, delete_file, files_below, make_dir, rename, sync_dir, sync_tree};
use super::id::ModelId;

/// The places of one model, locked or not.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) installed: PathBuf,
    pub(super) work: PathBuf,
    pub(super) old: PathBuf,
    pub(super) set: PathBuf,
    pub(super) parts: PathBuf,
}

impl Places {
    pub(super) fn of(root: &Path, id: &ModelId) -> Self {
        let work = root.join(".pull").join(id.folder());
        Self {
            installed: root.join(id.folder()),
            old: work.join("old"),
            set: work.join("set"),
            parts: work.join("parts"),
            work,
        }
    }

    /// The folder that now holds the model, if any does.
    pub(super) fn current(&self) -> Option<&Path> {
        // Thrice, because a swap may end between the first look and the second.
        [&self.installed, &self.old, &self.installed]
            .into_iter()
            .find(|p| p.is_dir())
            .map(PathBuf::as_path)
    }

    /// Locks the model for this process; `None` when another has it.
    pub(super) fn try_lock(&self) -> Result<Option<Staging>, HubError> {
        let file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => self.clone().held(file).map(Some),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(HubError::io("lock", &self.work)(e)),
        }
    }

    /// Locks the model for this process, as soon as no other has it.
    pub(super) fn lock(&self) -> Result<Staging, HubError> {
        let file = self.lock_file()?;
        file.lock().map_err(HubError::io("lock", &self.work))?;
        self.clone().held(file)
    }

    fn lock_file(&self) -> Result<File, HubError> {
        make_dir(&self.work)?;
        // Never deleted: a waiter may already hold it open.
        let path = self.work.join("lock");
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(HubError::io("open", &path))
    }

    fn held(self, lock: File) -> Result<Staging, HubError> {
        let staging = Staging {
            places: self,
            _lock: lock,
        };
        staging.recover()?;
        Ok(staging)
    }
}

/// A model's places, with the lock on them; the system lets go of it even if the process is killed.
pub(super) struct Staging {
    pub(super) places: Places,
    _lock: File,
}

impl Staging {
    /// Ends a swap that was killed half-way.
    fn recover(&self) -> Result<(), HubError> {
        let Places { installed, old, .. } = &self.places;
        if !old.is_dir() {
            return Ok(());
        }
        if installed.is_dir() {
            return delete_dir(old);
        }
        rename(old, installed)
    }

    /// Makes the gathered set the model, and deletes what it replaces.
    pub(super) fn install(&self) -> Result<(), HubError> {
        let Places {
            installed,
            old,
            set,
            parts,
            ..
        } = &self.places;
        sync_tree(set)?;
        if installed.is_dir() {
            rename(installed, old)?;
        }
        if let Err(e) = rename(set, installed) {
            if old.is_dir() {
                rename(old, installed)?;
            }
            return Err(e);
        }
        sync_dir(installed.parent().unwrap_or(installed))?;
        delete_dir(old)?;
        delete_dir(parts)
    }

    /// Deletes the model and all that was begun of it.
    pub(super) fn remove(&self) -> Result<(), HubError> {
        let Places {
            installed,
            old,
            set,
            parts,
            ..
        } = &self.places;
        delete_dir(set)?;
        delete_dir(parts)?;
        if installed.is_dir() {
            // Into `set`, not `old`: a removal that is killed half-way must not be undone.
            rename(installed, set)?;
        }
        delete_dir(set)?;
        delete_dir(old)
    }

    /// Deletes everything begun that does not belong to the given file names and checksums.
    pub(super) fn keep_only(&self, names: &[&str], checksums: &[&str]) -> Result<(), HubError> {
        let Places { set, parts, .. } = &self.places;
        make_dir(set)?;
        make_dir(parts)?;
        for path in files_below(set)? {
            let wanted = names.iter().any(|name| set.join(name) == path);
            if !wanted {
                delete_file(&path)?;
            }
        }
        for path in files_below(parts)? {
            let wanted = checksums.iter().any(|sum| parts.join(sum) == path);
            if !wanted {
                delete_file(&path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn places(root: &Path) -> Places {
        Places::of(root, &ModelId::parse("a/b").unwrap())
    }

    fn put(dir: &Path, text: &str) {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("config.json"), text).unwrap();
    }

    #[test]
    fn a_swap_killed_between_its_renames_shows_and_restores_the_old_model() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        put(&places.old, "old");
        put(&places.set, "new");
        assert_eq!(places.current(), Some(places.old.as_path()));

        let staging = places.lock().unwrap();
        let read = || fs::read_to_string(places.installed.join("config.json")).unwrap();
        assert_eq!(read(), "old");
        staging.install().unwrap();
        assert_eq!(read(), "new");
        assert!(!places.old.exists() && !places.set.exists());
    }

    #[test]
    fn a_swap_killed_after_its_renames_only_loses_the_old_model() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        put(&places.old, "old");
        put(&places.installed, "new");
        let _staging = places.lock().unwrap();
        assert!(!places.old.exists());
        let text = fs::read_to_string(places.installed.join("config.json")).unwrap();
        assert_eq!(text, "new");
    }

    #[test]
    fn one_holds_the_lock() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let held = places.try_lock().unwrap();
        assert!(held.is_some());
        assert!(places.try_lock().unwrap().is_none());
        drop(held);
        assert!(places.try_lock().unwrap().is_some());
    }
}
