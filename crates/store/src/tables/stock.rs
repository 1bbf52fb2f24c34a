//! How much there is of counted dishes.

use super::{signed, unsigned};
use crate::StoreError;
use olympus_proto::ItemId;
use olympus_proto::pos::Stock;
use olympus_proto::sync::Fields;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

fn read(row: &Row<'_>) -> rusqlite::Result<Stock> {
    let count = row.get(1)?;
    Ok(Stock {
        item: ItemId(row.get(0)?),
        count,
        low_at: row.get(2)?,
        sold_out: count <= 0,
        changed_ms: unsigned(row.get(3)?),
    })
}

/// The dish's stock; nothing where it is not counted.
pub(crate) fn get(conn: &Connection, item: &ItemId) -> Result<Option<Stock>, StoreError> {
    let found = conn
        .prepare_cached("SELECT item, count, low_at, changed_ms FROM stock WHERE item = ?1")?
        .query_row([item.as_str()], read)
        .optional()?;
    Ok(found)
}

/// All counted dishes, by item.
pub(crate) fn all(conn: &Connection) -> Result<Vec<Stock>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT item, count, low_at, changed_ms FROM stock ORDER BY item")?;
    let found = statement.query_map([], read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// What changed in what is shown of a dish.
pub(crate) enum Change {
    /// Its count.
    Counts(Stock),
    /// It is not counted any more.
    Uncounted(ItemId),
    /// Nothing.
    None,
}

/// Shows the dish by its fields.
pub(crate) fn show(
    conn: &Connection,
    item: &ItemId,
    fields: &Fields,
    now_ms: u64,
) -> Result<Change, StoreError> {
    let before = get(conn, item)?;
    let whole = |name: &str| fields.get(name).and_then(serde_json::Value::as_i64);
    let goes_on = fields.get("counted").and_then(serde_json::Value::as_bool);
    let Some(count) = whole("count").filter(|_| goes_on != Some(false)) else {
        conn.prepare_cached("DELETE FROM stock WHERE item = ?1")?
            .execute([item.as_str()])?;
        return Ok(before.map_or(Change::None, |_| Change::Uncounted(item.clone())));
    };
    let stock = Stock {
        item: item.clone(),
        count,
        low_at: whole("low_at").unwrap_or(0),
        sold_out: count <= 0,
        changed_ms: now_ms,
    };
    let same = |old: &Stock| old.count == stock.count && old.low_at == stock.low_at;
    if before.as_ref().is_some_and(same) {
        return Ok(Change::None);
    }
    conn.prepare_cached(
        "INSERT INTO stock (item, count, low_at, changed_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (item) DO UPDATE SET count = excluded.count, low_at = excluded.low_at,
             changed_ms = excluded.changed_ms",
    )?
    .execute(params![
        item.as_str(),
        stock.count,
        stock.low_at,
        signed(now_ms)
    ])?;
    Ok(Change::Counts(stock))
}
