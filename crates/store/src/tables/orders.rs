//! Orders as they are shown.

use super::{from_json, json, name, payments, signed, sync, unsigned};
use crate::StoreError;
use olympus_core::pos::{Bill, Rules, bill_from_fields};
use olympus_proto::grant::{OrderId, TerminalId};
use olympus_proto::pos::Order;
use olympus_proto::sync::{EntityKind, Fields};
use rusqlite::{Connection, OptionalExtension as _, params};

/// An order as it is stored.
#[derive(Debug)]
pub(crate) struct Stored {
    /// Who opened it.
    pub(crate) terminal: TerminalId,
    /// Grows with each change.
    pub(crate) revision: u64,
    /// Its document.
    pub(crate) fields: Fields,
}

/// The order as it is stored.
pub(crate) fn get(conn: &Connection, id: &OrderId) -> Result<Option<Stored>, StoreError> {
    let found = conn
        .prepare_cached("SELECT terminal, revision, fields FROM orders WHERE id = ?1")?
        .query_row([id.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let Some((terminal, revision, fields)) = found else {
        return Ok(None);
    };
    Ok(Some(Stored {
        terminal: TerminalId(terminal),
        revision: unsigned(revision),
        fields: from_json(&fields)?,
    }))
}

/// The order as the rules see it, as it is shown.
pub(crate) fn bill(
    conn: &Connection,
    id: &OrderId,
    stored: &Stored,
    rules: &Rules,
) -> Result<Bill, StoreError> {
    let mut bill = derived(conn, id, &stored.fields, rules)?;
    bill.order.revision = stored.revision;
    bill.order.pending = waits(conn, &bill.order)?;
    Ok(bill)
}

/// The order by its document and its payments.
pub(crate) fn derived(
    conn: &Connection,
    id: &OrderId,
    fields: &Fields,
    rules: &Rules,
) -> Result<Bill, StoreError> {
    let payments = payments::of_order(conn, id)?;
    let mut bill = bill_from_fields(id, fields, &payments.read, rules);
    for payment in &payments.unread {
        bill.unread_payment(payment);
    }
    Ok(bill)
}

/// The order as it is told.
pub(crate) fn order(
    conn: &Connection,
    id: &OrderId,
    rules: &Rules,
) -> Result<Option<Order>, StoreError> {
    let Some(stored) = get(conn, id)? else {
        return Ok(None);
    };
    Ok(Some(bill(conn, id, &stored, rules)?.order))
}

fn waits(conn: &Connection, order: &Order) -> Result<bool, StoreError> {
    if sync::waits(conn, EntityKind::Order, order.id.as_str())? {
        return Ok(true);
    }
    for payment in &order.payments {
        if sync::waits(conn, EntityKind::Payment, payment.id.as_str())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Shows the order so from now on, in its next revision.
pub(crate) fn show(conn: &Connection, bill: &Bill, fields: &Fields) -> Result<(), StoreError> {
    let order = &bill.order;
    conn.prepare_cached(
        "INSERT INTO orders (id, terminal, status, day, opened_ms, revision, fields)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)
         ON CONFLICT (id) DO UPDATE SET terminal = excluded.terminal, status = excluded.status,
             day = excluded.day, opened_ms = excluded.opened_ms, revision = revision + 1,
             fields = excluded.fields",
    )?
    .execute(params![
        order.id.as_str(),
        order.terminal.as_str(),
        name(&order.status)?,
        order.day,
        signed(order.opened_ms),
        json(fields)?
    ])?;
    Ok(())
}

/// Notes whether its sale is still to be recorded.
pub(crate) fn to_close(conn: &Connection, id: &OrderId, is: bool) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE orders SET to_close = ?2 WHERE id = ?1 AND to_close <> ?2")?
        .execute(params![id.as_str(), is])?;
    Ok(())
}

/// Orders whose sale is still to be recorded.
pub(crate) fn all_to_close(conn: &Connection) -> Result<Vec<OrderId>, StoreError> {
    ids(
        conn,
        "SELECT id FROM orders WHERE to_close = 1 LIMIT 100",
        [],
    )
}

/// Another terminal's order that the location has put away.
pub(crate) fn remove(conn: &Connection, id: &OrderId) -> Result<(), StoreError> {
    conn.execute("DELETE FROM tickets WHERE order_id = ?1", [id.as_str()])?;
    conn.execute("DELETE FROM orders WHERE id = ?1", [id.as_str()])?;
    Ok(())
}

/// Ids of orders that a statement finds.
pub(crate) fn ids(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<OrderId>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_map(params, |row| row.get(0).map(OrderId))?;
    Ok(found.collect::<Result<_, _>>()?)
}
