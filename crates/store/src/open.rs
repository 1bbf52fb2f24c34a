//! Opening the file: as durable as it has to be, sound, and owned by one.
//!
//! Invariant: what is set is read back, and a file that did not take it is not opened. There is
//! one writer of a file, whatever is started twice.

use crate::{StoreError, migrate};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a lock of another connection is waited for: a checkpoint, or a reader that recovers.
const BUSY: Duration = Duration::from_secs(5);
/// From so many pages in the log on, the command that commits writes it back. So rarely that the
/// slowest command in a hundred is none of these; the till rests before it comes to that.
const LOG_PAGES: i64 = 4_000;
/// What the log keeps of its size once it has been written back: a file that need not grow is
/// faster.
const LOG_BYTES: i64 = 32 * 1024 * 1024;
/// Statements that are kept ready.
const STATEMENTS: usize = 96;

/// How sure a commit is of its disk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Each commit is on the disk before it is told.
    #[default]
    Full,
    /// A power cut may take commits back that were told. Only for the test that shows it.
    #[cfg(feature = "lower-durability")]
    Normal,
}

impl Synchronous {
    /// As `PRAGMA synchronous` says it.
    const fn number(self) -> i64 {
        match self {
            Self::Full => 2,
            #[cfg(feature = "lower-durability")]
            Self::Normal => 1,
        }
    }
}

/// How to open the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OpenOptions {
    /// The name of a registered SQLite VFS; absent is the system's. Where one is named, that one
    /// sees to it that there is one owner.
    pub vfs: Option<String>,
    /// How sure a commit is.
    pub synchronous: Synchronous,
}

/// The lock of the one that writes; the system takes it back when the process ends.
#[derive(Debug)]
pub(crate) struct Owner(#[expect(dead_code, reason = "held, not read")] Option<File>);

impl Owner {
    /// Becomes the owner of the file.
    pub(crate) fn of(path: &Path, options: &OpenOptions) -> Result<Self, StoreError> {
        if options.vfs.is_some() {
            return Ok(Self(None));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let disk = |error: std::io::Error| StoreError::Disk(error.to_string());
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(PathBuf::from(name))
            .map_err(disk)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(disk(error)),
        }
    }
}

/// The connection that writes, of a file that is sound and of the newest schema.
pub(crate) fn writer(path: &Path, options: &OpenOptions) -> Result<Connection, StoreError> {
    let mut conn = checked(path, options)?;
    migrate::to(&mut conn, migrate::NEWEST_SCHEMA)?;
    Ok(conn)
}

/// As [`writer`], of a file that this process has found sound before: selling does not wait until all
/// of it has been read once more.
pub(crate) fn writer_again(path: &Path, options: &OpenOptions) -> Result<Connection, StoreError> {
    let mut conn = connect(path, options, OpenFlags::empty())?;
    make_durable(&conn, options.synchronous)?;
    migrate::to(&mut conn, migrate::NEWEST_SCHEMA)?;
    Ok(conn)
}

/// The connection that writes, of a file that is sound, whatever its schema.
pub(crate) fn checked(path: &Path, options: &OpenOptions) -> Result<Connection, StoreError> {
    let conn = connect(path, options, OpenFlags::SQLITE_OPEN_CREATE)?;
    make_durable(&conn, options.synchronous)?;
    if migrate::version(&conn)? > 0 {
        check(&conn)?;
    }
    Ok(conn)
}

/// A connection that only reads.
pub(crate) fn reader(path: &Path, options: &OpenOptions) -> Result<Connection, StoreError> {
    let conn = connect(path, options, OpenFlags::empty())?;
    conn.pragma_update(None, "query_only", true)?;
    let found = migrate::version(&conn)?;
    if found == migrate::NEWEST_SCHEMA {
        Ok(conn)
    } else {
        let known = migrate::NEWEST_SCHEMA;
        Err(StoreError::OlderSchema { found, known })
    }
}

/// A plain connection. One that only reads may write too as far as the file is concerned, since it
/// takes part in the log; `query_only` keeps it from it.
pub(crate) fn connect(
    path: &Path,
    options: &OpenOptions,
    more: OpenFlags,
) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let conn = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
        None => Connection::open_with_flags(path, flags),
    }?;
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    set(&conn, "trusted_schema", false)?;
    set(&conn, "cell_size_check", true)?;
    set(&conn, "foreign_keys", true)?;
    // So that a replaced row of the ledger would be refused as a deleted one is.
    set(&conn, "recursive_triggers", true)?;
    Ok(conn)
}

/// Writes a whole, checked copy, of one moment, to a file that does not exist yet.
pub(crate) fn copy(conn: &Connection, to: &Path, options: &OpenOptions) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Disk(format!("{} exists", to.display())));
    }
    let mut copy = connect(to, options, OpenFlags::SQLITE_OPEN_CREATE)?;
    let backup = Backup::new(conn, &mut copy)?;
    // All pages in one step: in several, a commit between two of them would begin it anew.
    if backup.step(-1)? != StepResult::Done {
        return Err(StoreError::Disk("the copy was interrupted".to_owned()));
    }
    drop(backup);
    check(&copy)?;
    copy.close().map_err(|(_, error)| error.into())
}

fn make_durable(conn: &Connection, synchronous: Synchronous) -> Result<(), StoreError> {
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::NotDurable {
            pragma: "journal_mode",
            wanted: "wal".to_owned(),
            found: mode,
        });
    }
    conn.pragma_update(None, "synchronous", synchronous.number())?;
    read_back(conn, "synchronous", synchronous.number())?;
    // Only macOS knows the difference.
    set(conn, "fullfsync", true)?;
    set(conn, "checkpoint_fullfsync", true)?;
    for (pragma, value) in [
        ("journal_size_limit", LOG_BYTES),
        ("wal_autocheckpoint", LOG_PAGES),
    ] {
        let _: i64 = conn.pragma_update_and_check(None, pragma, value, |row| row.get(0))?;
    }
    Ok(())
}

fn set(conn: &Connection, pragma: &'static str, on: bool) -> Result<(), StoreError> {
    conn.pragma_update(None, pragma, on)?;
    read_back(conn, pragma, i64::from(on))
}

fn read_back(conn: &Connection, pragma: &'static str, wanted: i64) -> Result<(), StoreError> {
    let found: i64 = conn.pragma_query_value(None, pragma, |row| row.get(0))?;
    if found == wanted {
        return Ok(());
    }
    Err(StoreError::NotDurable {
        pragma,
        wanted: wanted.to_string(),
        found: found.to_string(),
    })
}

/// A page that could not be read is no damage, though the check tells it as such: the code at its
/// end is one of I/O.
fn is_read_error(found: &str) -> bool {
    let code = found
        .rsplit_once("error code=")
        .map(|(_, code)| code.trim());
    let code = code.and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == rusqlite::ffi::SQLITE_IOERR)
}

/// Whether the pages make sense.
pub(crate) fn check(conn: &Connection) -> Result<(), StoreError> {
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        Ok(())
    } else if is_read_error(&found) {
        Err(StoreError::Disk(found))
    } else {
        Err(StoreError::Damaged(found))
    }
}
