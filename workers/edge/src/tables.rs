//! The tables of an object over SQLite: brought to a version by numbered migrations, each with its way
//! back, and what is kept under a name beside them.
//!
//! Invariant: a migration and the number it leads to are one transaction, so that a database is of
//! one version or of the other.

use crate::authority::sql::{Sql, SqlError, Value, atomically};

/// One step.
pub(crate) struct Migration {
    pub(crate) up: &'static [&'static str],
    pub(crate) down: &'static [&'static str],
}

/// The version of the database; 0 is a new one.
pub(crate) fn version(sql: &impl Sql) -> Result<u64, SqlError> {
    let table = sql.run(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'",
        &[],
    )?;
    if table.is_empty() {
        return Ok(0);
    }
    number(sql, "schema").map(|version| version.unwrap_or(0))
}

/// Brings the database to a version, forward or back, a step at a time. Where one fails it is of
/// the version that it was, or of one on the way.
pub(crate) fn migrate(sql: &impl Sql, steps: &[Migration], to: u64) -> Result<(), SqlError> {
    loop {
        let at = version(sql)?;
        if at == to {
            return Ok(());
        }
        let forward = at < to;
        let index = usize::try_from(if forward { at } else { at - 1 });
        let step = index.ok().and_then(|index| steps.get(index));
        let step = step.ok_or_else(|| {
            SqlError(format!(
                "the object's tables are of version {at}; this Worker knows up to {}: deploy the \
                 newer one",
                steps.len()
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
            let version = if forward { at + 1 } else { at - 1 };
            set_number(sql, "schema", version)
        })?;
    }
}

/// A number that is kept under a name.
pub(crate) fn number(sql: &impl Sql, key: &str) -> Result<Option<u64>, SqlError> {
    let Some(text) = text(sql, key)? else {
        return Ok(None);
    };
    let number = text.parse();
    number
        .map(Some)
        .map_err(|_| SqlError(format!("{key} is kept as {text}")))
}

/// A text that is kept under a name.
pub(crate) fn text(sql: &impl Sql, key: &str) -> Result<Option<String>, SqlError> {
    let lines = sql.run("SELECT value FROM meta WHERE key = ?1", &[key.into()])?;
    lines
        .first()
        .map(|line| line.text(0).map(str::to_owned))
        .transpose()
}

pub(crate) fn set_number(sql: &impl Sql, key: &str, number: u64) -> Result<(), SqlError> {
    set_text(sql, key, &number.to_string())
}

pub(crate) fn set_text(sql: &impl Sql, key: &str, text: &str) -> Result<(), SqlError> {
    let values: [Value; 2] = [key.into(), text.into()];
    sql.run(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &values,
    )
    .map(|_| ())
}
