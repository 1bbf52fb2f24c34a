//! A restaurant's settings, keys and menus in one encrypted file.
//!
//! Invariant: what leaves the device can be read with its recovery key alone; nothing is written
//! by a restore before all of it was decrypted, verified and read; a restore writes into an empty
//! folder and nowhere else. Never holds a secret of the cloud: those are set anew.

mod archive;
mod key;
mod seal;

pub use archive::{MOST_FILES, collect, restore};
pub use key::{BadRecoveryKey, RecoveryKey};
pub use seal::{open, seal};

use std::io;
use std::path::PathBuf;

/// Why a backup cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not a file that [`seal()`] wrote.
    #[error("this is no backup of olympus-edge")]
    NotABackup,
    /// Written by a later version.
    #[error("the backup has format {0}, which this version does not read; update olympus-edge")]
    Format(u8),
    /// Its tag does not fit: one is as likely as the other.
    #[error("wrong recovery key, or a damaged backup; nothing was written")]
    WrongKeyOrDamaged,
    /// Its content is not what a backup holds.
    #[error("the backup cannot be used: {0}; nothing was written")]
    Content(String),
    /// There is something already.
    #[error("{0} is not empty; restore into a new folder, then start with --data-dir")]
    NotEmpty(PathBuf),
    /// More than the cloud keeps.
    #[error("the backup has {0} bytes, and the cloud keeps at most 67108864")]
    TooLarge(usize),
    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
    /// The disk's.
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
}

#[cfg(test)]
mod tests;
