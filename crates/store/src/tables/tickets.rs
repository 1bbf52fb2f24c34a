//! What the kitchen sees: the firings of the orders that are shown.

use super::{from_json, json, signed};
use crate::StoreError;
use olympus_core::pos::{Bill, tickets};
use olympus_proto::pos::{Ticket, TicketState};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Done tickets stay for a day, for a mistaken touch.
const KEEP_MS: u64 = 24 * 60 * 60 * 1_000;
/// Those that nobody moves stay until the business day after is over as well.
const FORGOTTEN_MS: u64 = 2 * KEEP_MS;
/// Newest of those that are not done, which stay however far a clock leaps.
const KEEP_OPEN: u32 = 200;
/// Tickets that one command forgets at most.
const AT_ONCE: u32 = 4;

/// All that are not done, oldest first.
pub(crate) fn waiting(conn: &Connection) -> Result<Vec<Ticket>, StoreError> {
    let sql = "SELECT ticket FROM tickets WHERE done = 0 ORDER BY fired_ms, id";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut tickets = Vec::new();
    for one in found {
        tickets.push(from_json(&one?)?);
    }
    Ok(tickets)
}

/// Shows the order's firings, and gives those that are new or have changed.
pub(crate) fn show(conn: &Connection, bill: &Bill, now_ms: u64) -> Result<Vec<Ticket>, StoreError> {
    if bill.kitchen.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement =
        conn.prepare_cached("SELECT id, ticket FROM tickets WHERE order_id = ?1")?;
    let held = statement.query_map([bill.order.id.as_str()], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let held: BTreeMap<String, String> = held.collect::<Result<_, _>>()?;
    let mut changed = Vec::new();
    for ticket in tickets(bill) {
        let text = json(&ticket)?;
        let done = ticket.state == TicketState::Done;
        let before = held.get(ticket.id.as_str());
        // One that was forgotten stays so.
        let over = done || last_ms(&ticket).saturating_add(FORGOTTEN_MS) < now_ms;
        if before.map_or(over, |before| *before == text) {
            continue;
        }
        put(conn, &ticket, done, &text)?;
        changed.push(ticket);
    }
    Ok(changed)
}

fn last_ms(ticket: &Ticket) -> u64 {
    ticket.fired_ms.max(ticket.moved_ms)
}

fn put(conn: &Connection, ticket: &Ticket, done: bool, text: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO tickets (id, order_id, done, fired_ms, moved_ms, ticket)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET done = excluded.done, moved_ms = excluded.moved_ms,
             ticket = excluded.ticket",
    )?
    .execute(params![
        ticket.id.as_str(),
        ticket.order.as_str(),
        done,
        signed(ticket.fired_ms),
        signed(ticket.moved_ms),
        text
    ])?;
    Ok(())
}

/// Forgets a few of the oldest tickets that are done, and of those that nobody has moved for long.
/// What the kitchen has not done is never all forgotten: a wrong clock would empty its screens.
pub(crate) fn prune(conn: &Connection, now_ms: u64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM tickets WHERE id IN (
             SELECT id FROM tickets WHERE done = 0 AND fired_ms < ?1 AND moved_ms < ?1
                 AND fired_ms < (
                     SELECT fired_ms FROM tickets WHERE done = 0
                     ORDER BY fired_ms DESC, id DESC LIMIT 1 OFFSET ?3
                 )
             ORDER BY fired_ms, id LIMIT ?2
         )",
    )?
    .execute(params![
        signed(now_ms.saturating_sub(FORGOTTEN_MS)),
        AT_ONCE,
        KEEP_OPEN - 1
    ])?;
    conn.prepare_cached(
        "DELETE FROM tickets WHERE id IN (
             SELECT id FROM tickets WHERE done = 1 AND moved_ms < ?1 ORDER BY moved_ms LIMIT ?2
         )",
    )?
    .execute(params![signed(now_ms.saturating_sub(KEEP_MS)), AT_ONCE])?;
    Ok(())
}
