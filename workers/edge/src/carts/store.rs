//! The one row of a cart's object.
//!
//! Invariant: reading makes nothing, so that guessing ids costs no storage; every function is
//! synchronous and writes the whole state, so that a cart is never half there.

use olympus_core::cart::Cart;
use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS cart (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    location TEXT NOT NULL,
    cart TEXT NOT NULL,
    table_label TEXT,
    touched_ms INTEGER NOT NULL,
    state TEXT NOT NULL
)";

/// A cart and what is known of it besides its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) location: String,
    pub(super) cart: String,
    pub(super) table: Option<String>,
    /// When it was last changed, milliseconds since 1970.
    pub(super) touched_ms: u64,
    pub(super) state: Cart,
}

#[derive(Deserialize)]
struct Row {
    location: String,
    cart: String,
    table_label: Option<String>,
    touched_ms: u64,
    state: String,
}

#[derive(Deserialize)]
struct Tables {
    count: u64,
}

/// A number as SQLite takes it; ours stay far below 2^53.
fn number(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The cart, if there is one.
pub(super) fn load(sql: &SqlStorage) -> Result<Option<Kept>> {
    let tables: Vec<Tables> = sql
        .exec(
            "SELECT COUNT(*) AS count FROM sqlite_master WHERE type = 'table' AND name = 'cart'",
            None,
        )?
        .to_array()?;
    if tables.first().is_none_or(|tables| tables.count == 0) {
        return Ok(None);
    }
    let rows: Vec<Row> = sql
        .exec(
            "SELECT location, cart, table_label, touched_ms, state FROM cart",
            None,
        )?
        .to_array()?;
    rows.into_iter()
        .next()
        .map(|row| {
            Ok(Kept {
                location: row.location,
                cart: row.cart,
                table: row.table_label,
                touched_ms: row.touched_ms,
                state: serde_json::from_str(&row.state)?,
            })
        })
        .transpose()
}

/// Keeps a new cart.
pub(super) fn create(sql: &SqlStorage, kept: &Kept) -> Result<()> {
    sql.exec(SCHEMA, None)?;
    sql.exec(
        "INSERT INTO cart (only_row, location, cart, table_label, touched_ms, state)
         VALUES (1, ?, ?, ?, ?, ?)",
        vec![
            kept.location.as_str().into(),
            kept.cart.as_str().into(),
            kept.table.as_deref().into(),
            number(kept.touched_ms),
            serde_json::to_string(&kept.state)?.into(),
        ],
    )?;
    Ok(())
}

/// Keeps what a cart has become.
pub(super) fn save(sql: &SqlStorage, kept: &Kept) -> Result<()> {
    sql.exec(
        "UPDATE cart SET touched_ms = ?, state = ?",
        vec![
            number(kept.touched_ms),
            serde_json::to_string(&kept.state)?.into(),
        ],
    )?;
    Ok(())
}
