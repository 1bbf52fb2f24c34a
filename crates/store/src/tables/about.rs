//! Who the file belongs to, by what it sold last, and which number is called out next.

use crate::{StoreError, TillConfig};
use olympus_core::pos::Rules;
use olympus_proto::grant::TerminalId;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Sees to it that the file is this till's, and keeps by what it sells.
pub(crate) fn claim(conn: &Connection, config: &TillConfig) -> Result<(), StoreError> {
    let (location, terminal) = (config.location.as_str(), config.terminal.as_str());
    let owner: Option<(String, String)> = conn
        .query_row("SELECT location, terminal FROM about", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((at, of)) = owner
        && (at != location || of != terminal)
    {
        if of != terminal || is_registered(conn)? {
            return Err(StoreError::Foreign(format!(
                "terminal `{of}` of location `{at}`"
            )));
        }
        // It has only ever sold by itself: now it is told where it stands.
        conn.execute("UPDATE sync_identity SET location = ?1", [location])?;
    }
    let rules = &config.rules;
    conn.execute(
        "INSERT INTO about (one, location, terminal, currency, tax_basis_points, tax_included)
         VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (one) DO UPDATE SET location = excluded.location, currency = excluded.currency,
             tax_basis_points = excluded.tax_basis_points, tax_included = excluded.tax_included",
        params![
            location,
            terminal,
            rules.currency,
            rules.tax_basis_points,
            rules.tax_included
        ],
    )?;
    Ok(())
}

/// Whether a location's authority or its keys were ever met.
fn is_registered(conn: &Connection) -> Result<bool, StoreError> {
    let known = "SELECT EXISTS (SELECT 1 FROM sync_identity WHERE incarnation > 0)
                     OR EXISTS (SELECT 1 FROM sync_cursor) OR EXISTS (SELECT 1 FROM grant_state)";
    Ok(conn.query_row(known, [], |row| row.get(0))?)
}

/// By what the till sells, and who it is.
pub(crate) fn rules(conn: &Connection) -> Result<(Rules, TerminalId), StoreError> {
    let found = conn
        .query_row(
            "SELECT currency, tax_basis_points, tax_included, terminal FROM about",
            [],
            |row| {
                let rules = Rules {
                    currency: row.get(0)?,
                    tax_basis_points: row.get(1)?,
                    tax_included: row.get(2)?,
                };
                Ok((rules, TerminalId(row.get(3)?)))
            },
        )
        .optional()?;
    found.ok_or_else(|| StoreError::Unreadable("no till has opened this file yet".to_owned()))
}

/// The number that is called out next on that day.
pub(crate) fn next_number(conn: &Connection, day: &str) -> Result<u32, StoreError> {
    let number = conn
        .prepare_cached(
            "INSERT INTO numbers (day, next) VALUES (?1, 2)
             ON CONFLICT (day) DO UPDATE SET next = next + 1 RETURNING next - 1",
        )?
        .query_row([day], |row| row.get(0))?;
    Ok(number)
}

/// That number was called out on that day, by this till before its disk was restored.
pub(crate) fn number_taken(conn: &Connection, day: &str, number: u32) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO numbers (day, next) VALUES (?1, ?2)
         ON CONFLICT (day) DO UPDATE SET next = excluded.next WHERE next < excluded.next",
    )?
    .execute(params![day, number.saturating_add(1)])?;
    Ok(())
}
