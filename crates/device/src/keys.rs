//! Local access keys: `oe_<id>_<secret>`, shown once, stored as SHA-256.
//!
//! A secret is 192 random bits, so nobody can guess it from its hash however fast the hash is:
//! the slow hashes made for passwords would only slow every request down. Invariant: once a key
//! was made, a device asks for one, even after all are revoked. Never stores or logs a secret.

use crate::files::{FileLock, write_atomic};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use subtle::ConstantTimeEq;

const FILE: &str = "keys.json";
/// How soon a running server sees that a key was made or revoked.
const RELOAD_AFTER: Duration = Duration::from_secs(1);

/// What a key may do; each scope includes the ones before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Ask: intent, understand, search, suggest, the menu, the metrics. Take a guest's order.
    Kiosk,
    /// Besides: sell, run the kitchen, count, say what is sold out, compute embeddings.
    Pos,
    /// Everything, importing and rolling back the menu included.
    Admin,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Scope::Kiosk => "kiosk",
            Scope::Pos => "pos",
            Scope::Admin => "admin",
        })
    }
}

/// What is kept of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Public part, names the key in lists and logs.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// Hash of the whole key, hexadecimal.
    pub sha256: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC; absent while the key works.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked_at: Option<String>,
}

/// Errors of the key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read or written.
    #[error("{action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file is no key file.
    #[error("{path} is damaged ({source}); restore it, or remove it and make new keys")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// There is no key of that id.
    #[error("there is no key `{0}`; `olympus-edge keys list` shows them")]
    NotFound(String),
    /// The operating system gave no random bytes.
    #[error("no randomness from the operating system: {0}")]
    Random(String),
}

/// The key file of one data folder.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The key file in `data_dir`; it need not exist.
    #[must_use]
    pub fn in_dir(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(FILE),
        }
    }

    /// Every key ever made, revoked ones included.
    ///
    /// # Errors
    /// [`KeyError::File`], [`KeyError::Damaged`].
    pub fn list(&self) -> Result<Vec<KeyRecord>, KeyError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| KeyError::Damaged {
                path: self.path.clone(),
                source,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(self.file("reading", source)),
        }
    }

    /// Makes a key and gives back the only copy of it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn create(&self, name: &str, scope: Scope) -> Result<(KeyRecord, String), KeyError> {
        let id = random_hex(4)?;
        let key = format!("oe_{id}_{}", random_hex(24)?);
        let record = KeyRecord {
            id,
            name: name.to_owned(),
            scope,
            sha256: hex(&Sha256::digest(key.as_bytes())),
            created_at: jiff::Timestamp::now().to_string(),
            revoked_at: None,
        };
        let added = record.clone();
        self.change(move |records| {
            records.push(added);
            Ok(())
        })?;
        Ok((record, key))
    }

    /// Takes a key out of use, now and for good.
    ///
    /// # Errors
    /// [`KeyError::NotFound`] and the file's errors.
    pub fn revoke(&self, id: &str) -> Result<KeyRecord, KeyError> {
        self.change(|records| {
            let record = records
                .iter_mut()
                .find(|record| record.id == id)
                .ok_or_else(|| KeyError::NotFound(id.to_owned()))?;
            if record.revoked_at.is_none() {
                record.revoked_at = Some(jiff::Timestamp::now().to_string());
            }
            Ok(record.clone())
        })
    }

    /// One change at a time, also between processes.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<KeyRecord>) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let _lock = FileLock::wait(&self.path.with_extension("lock"))
            .map_err(|source| self.file("locking", source))?;
        let mut records = self.list()?;
        let done = change(&mut records)?;
        let bytes = serde_json::to_vec_pretty(&records).map_err(|source| KeyError::Damaged {
            path: self.path.clone(),
            source,
        })?;
        write_atomic(&self.path, &bytes).map_err(|source| self.file("writing", source))?;
        Ok(done)
    }

    fn modified(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.path)
            .and_then(|m| m.modified())
            .ok()
    }

    fn file(&self, action: &'static str, source: io::Error) -> KeyError {
        KeyError::File {
            action,
            path: self.path.clone(),
            source,
        }
    }
}

/// What the server checks requests against; follows the file.
#[derive(Debug)]
pub struct KeyRing {
    file: Option<KeyFile>,
    state: Mutex<RingState>,
}

#[derive(Debug)]
struct RingState {
    records: Vec<KeyRecord>,
    modified: Option<SystemTime>,
    checked: Instant,
}

impl KeyRing {
    /// Reads the file; without one (nothing on disk) the ring stays empty.
    ///
    /// # Errors
    /// [`KeyError::File`], [`KeyError::Damaged`].
    pub fn open(file: Option<KeyFile>) -> Result<Self, KeyError> {
        let modified = file.as_ref().and_then(KeyFile::modified);
        let records = file.as_ref().map_or(Ok(Vec::new()), KeyFile::list)?;
        Ok(Self {
            file,
            state: Mutex::new(RingState {
                records,
                modified,
                checked: Instant::now(),
            }),
        })
    }

    /// True until the first key is made: then the device is open to its own loopback.
    pub fn is_empty(&self) -> bool {
        self.with(<[KeyRecord]>::is_empty)
    }

    /// The scope of `presented`, or `None` where it is no working key.
    pub fn scope_of(&self, presented: &str) -> Option<Scope> {
        let hash = hex(&Sha256::digest(presented.as_bytes()));
        self.with(|records| {
            let mut found = None;
            // Every record is compared, whichever matches: time tells nothing of the position.
            for record in records {
                let same: bool = record.sha256.as_bytes().ct_eq(hash.as_bytes()).into();
                if same && record.revoked_at.is_none() {
                    found = Some(record.scope);
                }
            }
            found
        })
    }

    fn with<T>(&self, read: impl FnOnce(&[KeyRecord]) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &self.file
            && state.checked.elapsed() >= RELOAD_AFTER
        {
            state.checked = Instant::now();
            let modified = file.modified();
            if modified != state.modified {
                match file.list() {
                    // A file that vanished must not open a device that had keys.
                    Ok(records) if !records.is_empty() => {
                        state.records = records;
                        state.modified = modified;
                    }
                    Ok(_) => tracing::warn!("the key file is gone; the known keys stay in force"),
                    Err(error) => tracing::error!(%error, "keys not reloaded"),
                }
            }
        }
        read(&state.records)
    }
}

fn random_hex(bytes: usize) -> Result<String, KeyError> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).map_err(|error| KeyError::Random(error.to_string()))?;
    Ok(hex(&buffer))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_works_until_it_is_revoked_and_is_nowhere_on_disk() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = KeyFile::in_dir(dir.path());
        assert!(KeyRing::open(Some(file.clone())).expect("opens").is_empty());
        let (record, key) = file.create("till", Scope::Pos).expect("makes");
        let ring = KeyRing::open(Some(file.clone())).expect("opens");
        assert_eq!(ring.scope_of(&key), Some(Scope::Pos));
        for wrong in [
            "",
            "oe_",
            &key[..key.len() - 1],
            &format!("{key}0"),
            "oe_x_y",
        ] {
            assert_eq!(ring.scope_of(wrong), None, "{wrong}");
        }
        let on_disk = std::fs::read_to_string(dir.path().join(FILE)).expect("reads");
        let secret = key.rsplit('_').next().expect("has a secret");
        assert!(!on_disk.contains(secret));

        file.revoke(&record.id).expect("revokes");
        let ring = KeyRing::open(Some(file.clone())).expect("opens");
        assert_eq!(ring.scope_of(&key), None);
        assert!(!ring.is_empty(), "a device with revoked keys stays closed");
        assert!(matches!(file.revoke("nope"), Err(KeyError::NotFound(_))));
    }

    #[test]
    fn a_damaged_file_is_an_error_and_scopes_include_the_lower_ones() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join(FILE), b"{").expect("writes");
        let opened = KeyRing::open(Some(KeyFile::in_dir(dir.path())));
        assert!(matches!(opened, Err(KeyError::Damaged { .. })));
        assert!(Scope::Kiosk < Scope::Pos && Scope::Pos < Scope::Admin);
    }
}
