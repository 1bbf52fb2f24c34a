//! The tables of the object, by number, each with its way back.
//!
//! Invariant: a migration and the number it leads to are one transaction. What a way back throws
//! away is told anew: terminals report their cards every few minutes.

pub(super) use crate::tables::{number, set_number, set_text, text};

use crate::authority::sql::{Sql, SqlError};
use crate::tables::{self, Migration};

/// Keys, policy, what is revoked, terminals and their grants.
const DOCUMENTS: Migration = Migration {
    up: &[
        "CREATE TABLE sets (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL,
            token TEXT NOT NULL
        )",
        "CREATE TABLE policies (
            version INTEGER PRIMARY KEY,
            draft TEXT NOT NULL,
            since_ms INTEGER NOT NULL,
            said_by TEXT NOT NULL
        )",
        "CREATE TABLE entries (
            part INTEGER PRIMARY KEY,
            text TEXT NOT NULL
        )",
        "CREATE TABLE deltas (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL,
            token TEXT
        )",
        "CREATE TABLE terminals (
            terminal TEXT PRIMARY KEY,
            bound_to TEXT NOT NULL,
            registered_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL,
            latest_ms INTEGER NOT NULL,
            report TEXT
        ) WITHOUT ROWID",
        "CREATE TABLE grants (
            name TEXT PRIMARY KEY,
            terminal TEXT NOT NULL,
            request TEXT NOT NULL,
            asked TEXT NOT NULL,
            caps TEXT NOT NULL,
            issued_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            token TEXT NOT NULL
        ) WITHOUT ROWID",
        "CREATE UNIQUE INDEX grants_by_request ON grants (terminal, request)",
        "CREATE INDEX grants_by_time ON grants (terminal, issued_ms)",
    ],
    down: &[
        "DROP TABLE grants",
        "DROP TABLE terminals",
        "DROP TABLE deltas",
        "DROP TABLE entries",
        "DROP TABLE policies",
        "DROP TABLE sets",
        "DELETE FROM meta WHERE key <> 'schema'",
    ],
};

/// Stored-value cards as terminals last saw them.
const CARDS: Migration = Migration {
    up: &[
        "CREATE TABLE cards (
            card TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL,
            balance_cents INTEGER NOT NULL,
            terminal TEXT NOT NULL,
            seen_ms INTEGER NOT NULL,
            forked INTEGER NOT NULL
        ) WITHOUT ROWID",
        "CREATE INDEX cards_forked ON cards (card) WHERE forked = 1",
    ],
    down: &["DROP TABLE cards"],
};

const MIGRATIONS: [Migration; 2] = [DOCUMENTS, CARDS];

/// The version that this program works with.
pub(super) const VERSION: u64 = MIGRATIONS.len() as u64;

/// Brings the database to a version, forward or back, a step at a time.
pub(super) fn migrate(sql: &impl Sql, to: u64) -> Result<(), SqlError> {
    tables::migrate(sql, &MIGRATIONS, to)
}
