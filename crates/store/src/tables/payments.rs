//! Payments and refunds as they are shown.

use super::{from_json, json, name, signed};
use crate::StoreError;
use olympus_core::pos::payment_from_fields;
use olympus_proto::Cents;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Direction, OpenSettlement, Payment, PaymentId};
use olympus_proto::sync::{Entity, EntityKind};
use rusqlite::{Connection, OptionalExtension as _, params};

/// In place of a payment that could not be read.
const UNREAD: &str = "null";

/// A payment, and whether this till has taken it. One that cannot be read is none.
pub(crate) fn get(
    conn: &Connection,
    id: &PaymentId,
) -> Result<Option<(Payment, bool)>, StoreError> {
    let found: Option<(String, bool)> = conn
        .prepare_cached("SELECT payment, taken_here FROM payments WHERE id = ?1")?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((text, here)) = found else {
        return Ok(None);
    };
    Ok(read(conn, id, &text)?.map(|payment| (payment, here)))
}

/// What is known of an order's payments.
#[derive(Default)]
pub(crate) struct OfOrder {
    /// Oldest first.
    pub(crate) read: Vec<Payment>,
    /// A later version took them.
    pub(crate) unread: Vec<PaymentId>,
}

/// An order's payments.
pub(crate) fn of_order(conn: &Connection, order: &OrderId) -> Result<OfOrder, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT id, payment FROM payments WHERE order_id = ?1 ORDER BY at_ms, id",
    )?;
    let found = statement.query_map([order.as_str()], |row| {
        Ok((row.get(0).map(PaymentId)?, row.get::<_, String>(1)?))
    })?;
    let mut all = OfOrder::default();
    for one in found {
        let (id, text) = one?;
        match read(conn, &id, &text)? {
            Some(payment) => all.read.push(payment),
            None => all.unread.push(id),
        }
    }
    Ok(all)
}

/// What was not read once is read anew: the program may have been updated since.
fn read(conn: &Connection, id: &PaymentId, text: &str) -> Result<Option<Payment>, StoreError> {
    if text != UNREAD {
        return Ok(Some(from_json(text)?));
    }
    let entity = Entity {
        kind: EntityKind::Payment,
        id: id.0.clone(),
    };
    Ok(payment_from_fields(id, &super::sync::shown(conn, &entity)?).ok())
}

/// The order of a payment that is here, read or not.
pub(crate) fn order_of(conn: &Connection, id: &PaymentId) -> Result<Option<OrderId>, StoreError> {
    let found = conn
        .prepare_cached("SELECT order_id FROM payments WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0).map(OrderId))
        .optional()?;
    Ok(found)
}

/// Notes that the order has a payment that cannot be read.
pub(crate) fn unread(conn: &Connection, id: &PaymentId, order: &OrderId) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO payments
             (id, order_id, tender, direction, state, cents, at_ms, taken_here, payment)
         VALUES (?1, ?2, '', '', '', 0, 0, 0, ?3) ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![id.as_str(), order.as_str(), UNREAD])?;
    Ok(())
}

/// Shows the payment so from now on.
pub(crate) fn show(conn: &Connection, payment: &Payment, here: bool) -> Result<(), StoreError> {
    let sum = payment.amount_cents.0.saturating_add(payment.tip_cents.0);
    let cents = match payment.direction {
        Direction::Sale => sum,
        Direction::Refund => sum.saturating_neg(),
    };
    conn.prepare_cached(
        "INSERT INTO payments
             (id, order_id, tender, direction, state, cents, at_ms, taken_here, payment)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET order_id = excluded.order_id, tender = excluded.tender,
             direction = excluded.direction, state = excluded.state, cents = excluded.cents,
             at_ms = excluded.at_ms, payment = excluded.payment",
    )?
    .execute(params![
        payment.id.as_str(),
        payment.order.as_str(),
        name(&payment.tender)?,
        name(&payment.direction)?,
        name(&payment.state)?,
        cents,
        signed(payment.at_ms),
        here,
        json(payment)?
    ])?;
    Ok(())
}

/// Whether this till has taken money for the order.
pub(crate) fn any_taken_here(conn: &Connection, order: &OrderId) -> Result<bool, StoreError> {
    let found = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM payments WHERE order_id = ?1 AND taken_here = 1)",
        )?
        .query_row([order.as_str()], |row| row.get(0))?;
    Ok(found)
}

/// Another terminal's payment that the location has put away.
pub(crate) fn remove(conn: &Connection, id: &PaymentId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM payments WHERE id = ?1")?
        .execute([id.as_str()])?;
    Ok(())
}

/// An order's payments that the location has put away with it. One whose row is still here goes when
/// that does: the order may come back before.
pub(crate) fn remove_gone(conn: &Connection, order: &OrderId) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM payments WHERE order_id = ?1 AND NOT EXISTS (
             SELECT 1 FROM sync_rows WHERE kind = 'payment' AND entity = payments.id
         )",
    )?
    .execute([order.as_str()])?;
    Ok(())
}

/// What this till took and what is not settled of it.
pub(crate) fn settlement(conn: &Connection) -> Result<OpenSettlement, StoreError> {
    let open = conn
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE state <> 'declined'),
                 ifnull(sum(cents) FILTER (WHERE state <> 'declined'), 0),
                 count(*) FILTER (WHERE state = 'unknown'),
                 count(*) FILTER (WHERE state = 'declined'),
                 ifnull(sum(cents) FILTER (WHERE state = 'declined'), 0),
                 min(at_ms) FILTER (WHERE state <> 'declined')
             FROM payments
             WHERE tender <> 'cash' AND state <> 'approved' AND taken_here = 1",
        )?
        .query_row([], |row| {
            let oldest: Option<i64> = row.get(5)?;
            Ok(OpenSettlement {
                open: super::unsigned(row.get(0)?),
                open_cents: Cents(row.get(1)?),
                unknown: super::unsigned(row.get(2)?),
                declined: super::unsigned(row.get(3)?),
                declined_cents: Cents(row.get(4)?),
                oldest_ms: oldest.map(super::unsigned),
            })
        })?;
    Ok(open)
}

/// Sales of this till under its grants that are not settled: how much, and how many.
pub(crate) fn unsettled(conn: &Connection) -> Result<(Cents, u32), StoreError> {
    let found = conn
        .prepare_cached(
            "SELECT ifnull(sum(cents), 0), count(*) FROM payments
             WHERE tender <> 'cash' AND state <> 'approved' AND state <> 'declined'
                 AND taken_here = 1 AND direction = 'sale'",
        )?
        .query_row([], |row| Ok((Cents(row.get(0)?), row.get(1)?)))?;
    Ok(found)
}
