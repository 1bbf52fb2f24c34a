//! Receipts until they are in the cloud and for a while after, and the latest reconcile report.

use super::{from_json, json, signed, unsigned};
use crate::StoreError;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::Reconcile;
use rusqlite::{Connection, OptionalExtension as _, params};

/// How long a receipt stays that the cloud has.
const KEEP_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Receipts that keeping one forgets at most.
const AT_ONCE: u32 = 2;

/// Keeps a receipt, to be uploaded; in place of the order's one before.
pub(crate) fn receipt(
    conn: &Connection,
    order: &OrderId,
    pdf: &[u8],
    at_ms: u64,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO receipts (order_id, at_ms, uploaded, pdf) VALUES (?1, ?2, 0, ?3)
         ON CONFLICT (order_id) DO UPDATE SET at_ms = excluded.at_ms, uploaded = 0,
             pdf = excluded.pdf",
    )?
    .execute(params![order.as_str(), signed(at_ms), pdf])?;
    conn.prepare_cached(
        "DELETE FROM receipts WHERE order_id IN (
             SELECT order_id FROM receipts WHERE uploaded = 1 AND at_ms < ?1
             ORDER BY at_ms LIMIT ?2
         )",
    )?
    .execute(params![signed(at_ms.saturating_sub(KEEP_MS)), AT_ONCE])?;
    Ok(())
}

/// The cloud has this one; one that was made anew meanwhile still waits.
pub(crate) fn uploaded(conn: &Connection, order: &OrderId, pdf: &[u8]) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE receipts SET uploaded = 1 WHERE order_id = ?1 AND pdf = ?2")?
        .execute(params![order.as_str(), pdf])?;
    Ok(())
}

/// An order's receipt.
pub(crate) fn get(conn: &Connection, order: &OrderId) -> Result<Option<Vec<u8>>, StoreError> {
    let found = conn
        .prepare_cached("SELECT pdf FROM receipts WHERE order_id = ?1")?
        .query_row([order.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Orders whose receipts wait, oldest first, and how many there are.
pub(crate) fn waiting(conn: &Connection, limit: u32) -> Result<(Vec<OrderId>, u64), StoreError> {
    let sql = "SELECT order_id FROM receipts WHERE uploaded = 0 ORDER BY at_ms LIMIT ?1";
    let first = super::orders::ids(conn, sql, [limit])?;
    let count = conn
        .prepare_cached("SELECT count(*) FROM receipts WHERE uploaded = 0")?
        .query_row([], |row| row.get(0))?;
    Ok((first, unsigned(count)))
}

/// Keeps the latest report.
pub(crate) fn reconcile(conn: &Connection, report: &Reconcile) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO reconciled (one, report) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET report = excluded.report",
        [json(report)?],
    )?;
    Ok(())
}

/// The latest report.
pub(crate) fn reconciled(conn: &Connection) -> Result<Option<Reconcile>, StoreError> {
    let found: Option<String> = conn
        .query_row("SELECT report FROM reconciled", [], |row| row.get(0))
        .optional()?;
    found.map(|text| from_json(&text)).transpose()
}
