//! The tables of the object, by number, each with its way back.
//!
//! Invariant: a migration and the number it leads to are one transaction. What a way back throws
//! away is told anew: terminals report their cards every few minutes.

use crate::authority::sql::{Sql, SqlError, Value, atomically};

/// One step.
struct Migration {
    up: &'static [&'static str],
    down: &'static [&'static str],
}

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

/// The version of the database; 0 is a new one.
pub(super) fn version(sql: &impl Sql) -> Result<u64, SqlError> {
    let table = sql.run(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'",
        &[],
    )?;
    if table.is_empty() {
        return Ok(0);
    }
    Ok(number(sql, "schema")?.unwrap_or(0))
}

/// Brings the database to a version, forward or back, a step at a time.
pub(super) fn migrate(sql: &impl Sql, to: u64) -> Result<(), SqlError> {
    loop {
        let at = version(sql)?;
        if at == to {
            return Ok(());
        }
        let forward = at < to;
        let index = if forward { at } else { at - 1 };
        let step = usize::try_from(index).ok();
        let step = step.and_then(|index| MIGRATIONS.get(index));
        let step = step.ok_or_else(|| {
            SqlError(format!(
                "the object's tables are of version {at}; this Worker knows up to {VERSION}: \
                 deploy the newer one"
            ))
        })?;
        atomically(sql, || {
            sql.run(
                "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
                &[],
            )?;
            for statement in if forward { step.up } else { step.down } {
                sql.run(statement, &[])?;
            }
            set_number(sql, "schema", if forward { at + 1 } else { at - 1 })
        })?;
    }
}

/// A text that is kept under a name.
pub(super) fn text(sql: &impl Sql, key: &str) -> Result<Option<String>, SqlError> {
    let lines = sql.run("SELECT value FROM meta WHERE key = ?1", &[key.into()])?;
    let line = lines.first().map(|line| line.text(0).map(str::to_owned));
    line.transpose()
}

/// A number that is kept under a name.
pub(super) fn number(sql: &impl Sql, key: &str) -> Result<Option<u64>, SqlError> {
    let Some(text) = text(sql, key)? else {
        return Ok(None);
    };
    let number = text.parse();
    number
        .map(Some)
        .map_err(|_| SqlError(format!("{key} is kept as {text}")))
}

pub(super) fn set_number(sql: &impl Sql, key: &str, number: u64) -> Result<(), SqlError> {
    set_text(sql, key, &number.to_string())
}

pub(super) fn set_text(sql: &impl Sql, key: &str, text: &str) -> Result<(), SqlError> {
    let values: [Value; 2] = [key.into(), text.into()];
    sql.run(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &values,
    )?;
    Ok(())
}
