//! Which request was done, and what it was answered: in the transaction that did it.

use super::{from_json, json, signed};
use crate::{Reply, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};

/// How long a key is kept, by the time that the device has lived.
const KEEP_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// The newest keys stay however old they are: a wall clock that leapt does not forget a request
/// that may still be tried again.
const KEEP: i64 = 5_000;
/// Keys that one command forgets at most, so that none of them waits for it.
const AT_ONCE: u32 = 4;

/// What is known of a key.
pub(crate) enum Known {
    /// The same request, and what it was answered.
    Same(Reply),
    /// It belongs to another request.
    Other,
}

/// Looks the key up.
pub(crate) fn find(
    conn: &Connection,
    key: &str,
    digest: &[u8; 32],
) -> Result<Option<Known>, StoreError> {
    let found: Option<(Vec<u8>, String)> = conn
        .prepare_cached("SELECT digest, reply FROM idempotency WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        None => Ok(None),
        Some((held, reply)) if held == digest => Ok(Some(Known::Same(from_json(&reply)?))),
        Some(_) => Ok(Some(Known::Other)),
    }
}

/// Keeps what a request was answered.
pub(crate) fn keep(
    conn: &Connection,
    key: &str,
    digest: &[u8; 32],
    reply: &Reply,
    at_ms: u64,
    lived_ms: u64,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO idempotency (key, digest, reply, at_ms, lived_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        key,
        digest.as_slice(),
        json(reply)?,
        signed(at_ms),
        signed(lived_ms)
    ])?;
    Ok(())
}

/// Forgets a few of the oldest keys that are past their time.
pub(crate) fn prune(conn: &Connection, lived_ms: u64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM idempotency WHERE number IN (
             SELECT number FROM idempotency ORDER BY number LIMIT ?3
         ) AND lived_ms < ?1 AND number <= (SELECT max(number) FROM idempotency) - ?2",
    )?
    .execute(params![
        signed(lived_ms.saturating_sub(KEEP_MS)),
        KEEP,
        AT_ONCE
    ])?;
    Ok(())
}
