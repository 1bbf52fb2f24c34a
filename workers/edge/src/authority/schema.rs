//! The tables of the object, by number, each with its way back.
//!
//! Invariant: a migration and the number it leads to are one transaction, so that a database is of
//! one version or of the other. What a way back throws away can be made anew from what it leaves:
//! payments and the outbox from the rows. What cards were issued with is nowhere else: it stays.

pub(super) use crate::tables::{number, set_number, set_text, text};

use super::sql::{Sql, SqlError};
use crate::tables::{self, Migration};

/// Sync alone: who is registered, what was decided, the rows.
const SYNC: Migration = Migration {
    up: &[
        "CREATE TABLE devices (
            device TEXT PRIMARY KEY,
            principal TEXT NOT NULL,
            incarnation INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            last TEXT,
            registered_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL
        ) WITHOUT ROWID",
        "CREATE TABLE outcomes (
            operation TEXT PRIMARY KEY,
            outcome TEXT NOT NULL
        ) WITHOUT ROWID",
        "CREATE TABLE rows (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL UNIQUE,
            record TEXT NOT NULL,
            changed_ms INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        )",
        "CREATE TABLE dead_letters (
            operation TEXT PRIMARY KEY,
            device TEXT NOT NULL,
            reason TEXT NOT NULL,
            body TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) WITHOUT ROWID",
    ],
    down: &[
        "DROP TABLE IF EXISTS cards",
        "DROP TABLE dead_letters",
        "DROP TABLE rows",
        "DROP TABLE outcomes",
        "DROP TABLE devices",
    ],
};

/// What became of payments, the cards' book, and what the read model has to be told.
const SETTLEMENT: Migration = Migration {
    up: &[
        "CREATE TABLE payments (
            payment TEXT PRIMARY KEY,
            order_id TEXT NOT NULL,
            terminal TEXT NOT NULL,
            day TEXT NOT NULL,
            tender TEXT NOT NULL,
            refund_of TEXT,
            cents INTEGER NOT NULL,
            state TEXT NOT NULL,
            open INTEGER NOT NULL,
            wake_ms INTEGER,
            at_ms INTEGER NOT NULL,
            taken TEXT NOT NULL,
            settlement TEXT,
            fault TEXT
        ) WITHOUT ROWID",
        "CREATE INDEX payments_by_day ON payments (terminal, day)",
        "CREATE INDEX payments_by_order ON payments (order_id)",
        "CREATE INDEX payments_by_wake ON payments (wake_ms) WHERE wake_ms IS NOT NULL",
        "CREATE INDEX payments_open ON payments (terminal) WHERE open = 1",
        "CREATE INDEX payments_at_fault ON payments (at_ms) WHERE fault IS NOT NULL",
        "CREATE INDEX payments_of_sale ON payments (refund_of) WHERE refund_of IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS cards (
            card TEXT PRIMARY KEY,
            book TEXT NOT NULL
        ) WITHOUT ROWID",
        "CREATE TABLE outbox (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            body TEXT NOT NULL
        )",
        "CREATE TABLE uploads (
            upload TEXT NOT NULL,
            payment TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (upload, payment)
        ) WITHOUT ROWID",
    ],
    down: &[
        "DROP TABLE uploads",
        "DROP TABLE outbox",
        "DROP TABLE payments",
        "DELETE FROM meta WHERE key IN ('adopted', 'told', 'tidied_ms')",
    ],
};

/// What was put away is told to devices by its names. On the way back nobody remembers it: all
/// cursors expire.
const GONE: Migration = Migration {
    up: &[
        "CREATE TABLE gone (
            version INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        )",
        "CREATE INDEX gone_by_time ON gone (at_ms)",
    ],
    down: &[
        "INSERT INTO meta (key, value) SELECT 'floor', value FROM meta WHERE key = 'head'
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        "DROP TABLE gone",
    ],
};

const MIGRATIONS: [Migration; 3] = [SYNC, SETTLEMENT, GONE];

/// The version that this program works with.
pub const VERSION: u64 = MIGRATIONS.len() as u64;

/// The version of the database; 0 is a new one.
///
/// # Errors
/// As SQLite says.
pub fn version(sql: &impl Sql) -> Result<u64, SqlError> {
    tables::version(sql)
}

/// Brings the database to a version, forward or back, a step at a time.
///
/// # Errors
/// As SQLite says; it is then of the version that it was, or of one on the way. Also where it is
/// of a version that this program does not know.
pub fn migrate(sql: &impl Sql, to: u64) -> Result<(), SqlError> {
    tables::migrate(sql, &MIGRATIONS, to)
}
