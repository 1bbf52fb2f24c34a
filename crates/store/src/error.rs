//! What goes wrong with the disk, and what is refused.

use olympus_core::grant::Refusal;
use olympus_core::sync::client::NotRecorded;
use olympus_proto::ErrorCode;
use std::path::PathBuf;

/// The till's file cannot be opened, read or written. Nothing was done by halves.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process is the till of this file.
    #[error("{} is in use by another process: end that one first", .0.display())]
    InUse(PathBuf),
    /// The file was written by a later version of this program.
    #[error(
        "the file is of schema {found}, and this program knows {known}: update the program, or \
         restore the backup that was made before the update"
    )]
    NewerSchema {
        /// What the file says.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// The file is of an earlier schema, or of none yet.
    #[error(
        "the file is of schema {found}, not {known}: start the till, which brings it up to date"
    )]
    OlderSchema {
        /// What the file says.
        found: u32,
        /// The one that is read here.
        known: u32,
    },
    /// SQLite did not take the durability that was asked for.
    #[error(
        "PRAGMA {pragma} is {found}, not {wanted}: without it a power cut loses sales. Put the \
         file on a local disk and start again"
    )]
    NotDurable {
        /// Which setting.
        pragma: &'static str,
        /// What it has to be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The file's pages contradict each other.
    #[error(
        "the file is damaged ({0}): stop the till, keep the file aside with its -wal beside it, put \
         the last backup in its place and start again; what the cloud has comes back by itself"
    )]
    Damaged(String),
    /// The file belongs to another terminal or another restaurant.
    #[error(
        "the file belongs to {0}, not to this terminal: start with that terminal's configuration, \
         or with an empty folder"
    )]
    Foreign(String),
    /// There is no room.
    #[error("the disk is full: make room, then try again; nothing was done")]
    Full,
    /// The disk fails.
    #[error("the disk fails ({0}); nothing was done, try again")]
    Disk(String),
    /// A migration failed; the file is as it was.
    #[error("schema {version} cannot be made ({why}); the file is as it was")]
    Migration {
        /// Which.
        version: u32,
        /// Why.
        why: String,
    },
    /// What is stored cannot be understood.
    #[error("what is stored cannot be read ({0}): restore the last backup")]
    Unreadable(String),
    /// The terminal's own rows contradict each other.
    #[error("the terminal's stored state: {0}")]
    Grant(Refusal),
    /// SQLite says something else.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// It may not be done; asking again changes nothing.
    #[error("{message}")]
    Refused {
        /// Stable code.
        code: ErrorCode,
        /// What is wrong and what to do.
        message: String,
    },
    /// The disk failed. Nothing was done; try again with the same key.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TillError {
    /// Its code on the wire.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Store(_) => ErrorCode::StorageFailed,
        }
    }

    pub(crate) fn refused(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Refused { code, message }
    }
}

impl From<NotRecorded> for TillError {
    fn from(why: NotRecorded) -> Self {
        let code = match why {
            NotRecorded::Again => ErrorCode::IdempotencyKeyReused,
            NotRecorded::NotThere => ErrorCode::NotFound,
            NotRecorded::Age | NotRecorded::Count | NotRecorded::Value => ErrorCode::OfflineLimit,
        };
        Self::refused(code, why.to_string())
    }
}

impl From<Refusal> for TillError {
    fn from(why: Refusal) -> Self {
        Self::refused(ErrorCode::NotAuthorised, format!("{}: {why}", why.code()))
    }
}

impl From<rusqlite::Error> for TillError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Sqlite;
        match error.sqlite_error_code() {
            Some(Sqlite::DiskFull) => Self::Full,
            Some(Sqlite::SystemIoFailure | Sqlite::CannotOpen | Sqlite::ReadOnly) => {
                Self::Disk(error.to_string())
            }
            Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}
