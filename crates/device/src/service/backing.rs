//! Where the menu's files live: a folder, or RAM for demos and for use inside a process.
//!
//! Invariant: both behave alike; a write is whole or not at all, and in a folder it is durable
//! when it returns. Never interprets what it keeps.

use super::error::ServiceError;
use crate::files;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A flat set of named files.
#[derive(Debug)]
pub(crate) enum Backing {
    /// On the disk.
    Dir(PathBuf),
    /// Gone with the process.
    Ram(Mutex<BTreeMap<String, Vec<u8>>>),
}

impl Backing {
    /// A folder, made if need be and swept of what an interrupted write left.
    pub(crate) fn dir(path: PathBuf) -> Result<Self, ServiceError> {
        files::create_private_dir(&path)
            .and_then(|()| files::sweep_temporaries(&path))
            .map_err(|source| storage("preparing", &path, source))?;
        Ok(Self::Dir(path))
    }

    /// Nothing kept.
    pub(crate) fn ram() -> Self {
        Self::Ram(Mutex::default())
    }

    /// The file's bytes; `None` where there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        match self {
            Self::Dir(dir) => match std::fs::read(dir.join(name)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(source) => Err(storage("reading", &dir.join(name), source)),
            },
            Self::Ram(files) => Ok(lock(files).get(name).cloned()),
        }
    }

    /// Replaces the file.
    pub(crate) fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), ServiceError> {
        match self {
            Self::Dir(dir) => {
                let path = dir.join(name);
                files::write_atomic(&path, &bytes)
                    .map_err(|source| storage("writing", &path, source))
            }
            Self::Ram(files) => {
                lock(files).insert(name.to_owned(), bytes);
                Ok(())
            }
        }
    }

    /// Removes the file if it is there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), ServiceError> {
        match self {
            Self::Dir(dir) => match std::fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(storage("removing", &dir.join(name), error))
                }
                _ => Ok(()),
            },
            Self::Ram(files) => {
                lock(files).remove(name);
                Ok(())
            }
        }
    }

    /// The names of all files.
    pub(crate) fn names(&self) -> Result<Vec<String>, ServiceError> {
        match self {
            Self::Dir(dir) => std::fs::read_dir(dir)
                .and_then(|entries| {
                    entries
                        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                        .collect()
                })
                .map_err(|source| storage("listing", dir, source)),
            Self::Ram(files) => Ok(lock(files).keys().cloned().collect()),
        }
    }
}

fn lock<T>(files: &Mutex<T>) -> MutexGuard<'_, T> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

fn storage(action: &'static str, path: &Path, source: io::Error) -> ServiceError {
    ServiceError::Storage {
        action,
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::Backing;

    #[test]
    fn a_folder_and_ram_behave_alike() {
        let dir = tempfile::tempdir().expect("a folder");
        let disk = Backing::dir(dir.path().join("menu")).expect("prepares");
        for backing in [disk, Backing::ram()] {
            assert_eq!(backing.read("a").expect("reads"), None);
            backing.write("a", b"1".to_vec()).expect("writes");
            backing.write("a", b"2".to_vec()).expect("replaces");
            assert_eq!(backing.read("a").expect("reads"), Some(b"2".to_vec()));
            assert_eq!(backing.names().expect("lists"), ["a"]);
            backing.remove("a").expect("removes");
            backing
                .remove("a")
                .expect("is content with nothing to remove");
            assert!(backing.names().expect("lists").is_empty());
        }
    }
}
