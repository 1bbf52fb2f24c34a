//! The schema, forward and back by number.
//!
//! Invariant: each step is one transaction with its `user_version`, so that the file is of one
//! version or of the other. A file of a version that is not known here is left alone.

use crate::StoreError;
use rusqlite::{Connection, TransactionBehavior};

struct Migration {
    up: &'static str,
    down: &'static str,
}

/// The migration at index `n` makes version `n + 1`.
const MIGRATIONS: [Migration; 2] = [
    Migration {
        up: include_str!("schema/1_up.sql"),
        down: include_str!("schema/1_down.sql"),
    },
    Migration {
        up: include_str!("schema/2_up.sql"),
        down: include_str!("schema/2_down.sql"),
    },
];

/// The newest schema.
pub const NEWEST_SCHEMA: u32 = MIGRATIONS.len() as u32;

/// What `PRAGMA application_id` says in a till's file.
const APPLICATION: u32 = 1_329_951_849;

/// The file's version; 0 where it is new.
///
/// # Errors
/// Where it is of a later version, or another program's.
pub(crate) fn version(conn: &Connection) -> Result<u32, StoreError> {
    let found: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: u32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: u32 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let ours = if found == 0 {
        tables == 0
    } else {
        application == APPLICATION
    };
    if !ours {
        return Err(StoreError::Foreign("another program".to_owned()));
    }
    let known = NEWEST_SCHEMA;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found)
}

/// Makes the file's schema that version.
///
/// # Errors
/// As [`version`], and where a step fails: then the file is of the version before it.
pub(crate) fn to(conn: &mut Connection, wanted: u32) -> Result<(), StoreError> {
    let mut at = version(conn)?;
    while at != wanted {
        let index = if at < wanted { at } else { at - 1 };
        let known = NEWEST_SCHEMA;
        let found = wanted;
        let migration = MIGRATIONS
            .get(index as usize)
            .ok_or(StoreError::NewerSchema { found, known })?;
        let (sql, next) = if at < wanted {
            (migration.up, at + 1)
        } else {
            (migration.down, at - 1)
        };
        if next == 0 && has_ledger(conn)? {
            return Err(StoreError::Migration {
                version: next,
                why: "the ledger has entries, which nothing deletes: keep the file aside"
                    .to_owned(),
            });
        }
        step(conn, sql, next).map_err(|error| match StoreError::from(error) {
            StoreError::Sqlite(error) => StoreError::Migration {
                version: next,
                why: error.to_string(),
            },
            other => other,
        })?;
        at = next;
    }
    Ok(())
}

fn has_ledger(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM ledger)";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

fn step(conn: &mut Connection, sql: &str, next: u32) -> Result<(), rusqlite::Error> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "user_version", next)?;
    transaction.commit()
}
