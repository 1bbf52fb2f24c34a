//! What the object keeps: the desk, terminals, grants and cards.
//!
//! Invariant: called within one transaction, which the office makes. The list's entries are kept in
//! parts, since a row of the platform holds at most 2 MB.

use super::desk::{Change, Desk, Entries, Head, list};
use super::schema::{set_text, text};
use crate::authority::sql::{Line, Sql, SqlError, Value};
use crate::http::error::EdgeError;
use crate::live::call::overloaded;
use olympus_proto::grant::{Grant, GrantId, TerminalId};
use olympus_proto::location::CardSeen;

/// Longest part of the list's entries, in bytes.
const PART_BYTES: usize = 1_000_000;
/// Changes of the list that are kept for devices that missed them.
const DELTAS_KEPT: u64 = 64;
/// Key sets that are kept for devices that were away.
const SETS_KEPT: u64 = 64;
/// Grants of a terminal that are kept to be asked for again, also once nothing is sold by them.
const GRANTS_KEPT: u64 = 32;
/// Most grants of a terminal that may be sold by: all of them are revoked where its name is freed.
const GRANTS_LIVE: u64 = 2_000;

/// A token that is kept, and the key that signed it.
pub(super) struct Kept {
    pub(super) key: String,
    /// Absent where what it says was too long for a token.
    pub(super) token: Option<String>,
}

/// A terminal.
#[derive(Debug, Clone)]
pub(super) struct TerminalRow {
    pub(super) terminal: TerminalId,
    pub(super) bound_to: String,
    pub(super) registered_ms: u64,
    pub(super) seen_ms: u64,
    /// When its latest grant was signed; 0 where it had none.
    pub(super) latest_ms: u64,
    /// What it last said of itself, as JSON.
    pub(super) report: Option<String>,
}

/// The desk, where there is one.
pub(super) fn load(sql: &impl Sql) -> Result<Option<Desk>, EdgeError> {
    let Some(head) = text(sql, "head")? else {
        return Ok(None);
    };
    let head: Head = serde_json::from_str(&head).map_err(EdgeError::internal)?;
    let lines = sql.run("SELECT text FROM entries ORDER BY part", &[])?;
    let parts: Result<Vec<&str>, SqlError> = lines.iter().map(|line| line.text(0)).collect();
    let whole = parts?.concat();
    let entries = match whole.is_empty() {
        true => Entries::default(),
        false => list::read(&whole)?,
    };
    Desk::restore(head, entries).map(Some)
}

/// Keeps the desk as it is after a change.
pub(super) fn save(
    sql: &impl Sql,
    desk: &Desk,
    change: &Change,
    by: &str,
    now_ms: u64,
) -> Result<(), EdgeError> {
    for set in &change.sets {
        let values: [Value; 3] = [
            set.number.into(),
            set.key.as_str().into(),
            set.token.clone().into(),
        ];
        sql.run(
            "INSERT INTO sets (number, key, token) VALUES (?1, ?2, ?3)",
            &values,
        )?;
    }
    for delta in &change.deltas {
        let values: [Value; 3] = [
            delta.number.into(),
            delta.key.as_str().into(),
            delta.token.clone().into(),
        ];
        sql.run(
            "INSERT INTO deltas (number, key, token) VALUES (?1, ?2, ?3)",
            &values,
        )?;
    }
    if change.policy {
        save_policy(sql, desk, by)?;
    }
    if change.entries {
        save_entries(sql, &desk.list.entries)?;
    }
    let oldest = |newest: u64, kept: u64| Value::from(newest.saturating_sub(kept));
    sql.run(
        "DELETE FROM deltas WHERE number <= ?1",
        &[oldest(desk.list.number, DELTAS_KEPT)],
    )?;
    sql.run(
        "DELETE FROM sets WHERE number <= ?1",
        &[oldest(desk.ring.number(), SETS_KEPT)],
    )?;
    let head = serde_json::to_string(&desk.head(now_ms)?).map_err(EdgeError::internal)?;
    Ok(set_text(sql, "head", &head)?)
}

fn save_policy(sql: &impl Sql, desk: &Desk, by: &str) -> Result<(), EdgeError> {
    let draft = serde_json::to_string(&desk.rules.draft).map_err(EdgeError::internal)?;
    let values: [Value; 4] = [
        desk.rules.version.into(),
        draft.into(),
        desk.rules.since_ms.into(),
        by.into(),
    ];
    sql.run(
        "INSERT INTO policies (version, draft, since_ms, said_by) VALUES (?1, ?2, ?3, ?4)",
        &values,
    )?;
    Ok(())
}

fn save_entries(sql: &impl Sql, entries: &Entries) -> Result<(), EdgeError> {
    let whole = serde_json::to_string(&entries.revoked()).map_err(EdgeError::internal)?;
    sql.run("DELETE FROM entries", &[])?;
    // The ids are ASCII, so any byte is the beginning of a character.
    for (part, bytes) in whole.as_bytes().chunks(PART_BYTES).enumerate() {
        let part = u64::try_from(part).map_err(EdgeError::internal)?;
        let text = String::from_utf8_lossy(bytes).into_owned();
        sql.run(
            "INSERT INTO entries (part, text) VALUES (?1, ?2)",
            &[part.into(), text.into()],
        )?;
    }
    Ok(())
}

fn kept(line: &Line) -> Result<Kept, SqlError> {
    Ok(Kept {
        key: line.text(0)?.to_owned(),
        token: line.maybe_text(1).map(str::to_owned),
    })
}

/// Key sets after a number, oldest first.
pub(super) fn sets_after(sql: &impl Sql, number: u64) -> Result<Vec<Kept>, SqlError> {
    let statement = "SELECT key, token FROM sets WHERE number > ?1 ORDER BY number";
    let lines = sql.run(statement, &[number.into()])?;
    lines.iter().map(kept).collect()
}

/// Changes of the list after a number, oldest first.
pub(super) fn deltas_after(sql: &impl Sql, number: u64) -> Result<Vec<Kept>, SqlError> {
    let statement = "SELECT key, token FROM deltas WHERE number > ?1 ORDER BY number";
    let lines = sql.run(statement, &[number.into()])?;
    lines.iter().map(kept).collect()
}

const TERMINALS: &str =
    "SELECT terminal, bound_to, registered_ms, seen_ms, latest_ms, report FROM terminals";

fn terminal_row(line: &Line) -> Result<TerminalRow, SqlError> {
    Ok(TerminalRow {
        terminal: line.text(0)?.into(),
        bound_to: line.text(1)?.to_owned(),
        registered_ms: line.count(2)?,
        seen_ms: line.count(3)?,
        latest_ms: line.count(4)?,
        report: line.maybe_text(5).map(str::to_owned),
    })
}

/// A terminal, where it is registered.
pub(super) fn terminal(
    sql: &impl Sql,
    terminal: &TerminalId,
) -> Result<Option<TerminalRow>, SqlError> {
    let statement = format!("{TERMINALS} WHERE terminal = ?1");
    let lines = sql.run(&statement, &[terminal.as_str().into()])?;
    lines.first().map(terminal_row).transpose()
}

/// All terminals.
pub(super) fn terminals(sql: &impl Sql) -> Result<Vec<TerminalRow>, SqlError> {
    let lines = sql.run(&format!("{TERMINALS} ORDER BY terminal"), &[])?;
    lines.iter().map(terminal_row).collect()
}

/// How many terminals there are.
pub(super) fn count_terminals(sql: &impl Sql) -> Result<u64, SqlError> {
    let lines = sql.run("SELECT COUNT(*) FROM terminals", &[])?;
    lines.first().map_or(Ok(0), |line| line.count(0))
}

/// Keeps a terminal as it is now.
pub(super) fn put_terminal(sql: &impl Sql, row: &TerminalRow) -> Result<(), SqlError> {
    let values: [Value; 6] = [
        row.terminal.as_str().into(),
        row.bound_to.as_str().into(),
        row.registered_ms.into(),
        row.seen_ms.into(),
        row.latest_ms.into(),
        row.report.clone().into(),
    ];
    sql.run(
        "INSERT OR REPLACE INTO terminals
         (terminal, bound_to, registered_ms, seen_ms, latest_ms, report)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &values,
    )?;
    Ok(())
}

/// Forgets a terminal and what it asked for.
pub(super) fn drop_terminal(sql: &impl Sql, terminal: &TerminalId) -> Result<(), SqlError> {
    for table in ["terminals", "grants"] {
        let statement = format!("DELETE FROM {table} WHERE terminal = ?1");
        sql.run(&statement, &[terminal.as_str().into()])?;
    }
    Ok(())
}

/// What a request for a grant said, and the token that answered it; one that has ended answers
/// nothing any more.
pub(super) fn granted(
    sql: &impl Sql,
    terminal: &TerminalId,
    request: &str,
    now_ms: u64,
) -> Result<Option<(String, String)>, SqlError> {
    let lines = sql.run(
        "SELECT asked, token FROM grants
         WHERE terminal = ?1 AND request = ?2 AND expires_ms > ?3",
        &[terminal.as_str().into(), request.into(), now_ms.into()],
    )?;
    let read = |line: &Line| Ok((line.text(0)?.to_owned(), line.text(1)?.to_owned()));
    lines.first().map(read).transpose()
}

/// Grants of a terminal that ended after that moment or have not, in ascending order.
pub(super) fn live_grants(
    sql: &impl Sql,
    terminal: &TerminalId,
    ended_ms: u64,
) -> Result<Vec<GrantId>, SqlError> {
    let lines = sql.run(
        "SELECT name FROM grants WHERE terminal = ?1 AND expires_ms > ?2 ORDER BY name",
        &[terminal.as_str().into(), ended_ms.into()],
    )?;
    lines.iter().map(|line| Ok(line.text(0)?.into())).collect()
}

/// Keeps a grant. The oldest ones of the terminal go that ended before `ended_ms`, and no other: what
/// it may still sell by has to be known where it is revoked.
pub(super) fn put_grant(
    sql: &impl Sql,
    grant: &Grant,
    (request, asked): (&str, &str),
    token: &str,
    ended_ms: u64,
) -> Result<(), EdgeError> {
    let live = sql.run(
        "SELECT COUNT(*) FROM grants WHERE terminal = ?1 AND expires_ms > ?2",
        &[grant.terminal.as_str().into(), ended_ms.into()],
    )?;
    if live.first().map_or(Ok(0), |line| line.count(0))? >= GRANTS_LIVE {
        return Err(overloaded(
            "this terminal has more grants that have not ended than any needs; ask again by a \
             `request` of before, or wait until they have",
        ));
    }
    let caps = serde_json::to_string(&grant.caps).map_err(EdgeError::internal)?;
    let terminal = grant.terminal.as_str();
    let values: [Value; 8] = [
        grant.grant.as_str().into(),
        terminal.into(),
        request.into(),
        asked.into(),
        caps.into(),
        grant.issued_ms.into(),
        grant.expires_ms.into(),
        token.into(),
    ];
    sql.run(
        "INSERT OR REPLACE INTO grants
         (name, terminal, request, asked, caps, issued_ms, expires_ms, token)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &values,
    )?;
    sql.run(
        "DELETE FROM grants WHERE terminal = ?1 AND expires_ms <= ?3 AND issued_ms <= (
            SELECT issued_ms FROM grants WHERE terminal = ?1
            ORDER BY issued_ms DESC LIMIT 1 OFFSET ?2)",
        &[terminal.into(), GRANTS_KEPT.into(), ended_ms.into()],
    )?;
    Ok(())
}

/// Keeps a card as it was last seen. One that shows another balance under the same sequence is a
/// copy, or has one; that is kept for good.
pub(super) fn see_card(
    sql: &impl Sql,
    seen: &CardSeen,
    terminal: &TerminalId,
    now_ms: u64,
) -> Result<(), SqlError> {
    let values: [Value; 5] = [
        seen.card.as_str().into(),
        seen.sequence.into(),
        seen.balance_cents.0.into(),
        terminal.as_str().into(),
        now_ms.into(),
    ];
    sql.run(
        "INSERT INTO cards (card, sequence, balance_cents, terminal, seen_ms, forked)
         VALUES (?1, ?2, ?3, ?4, ?5, 0)
         ON CONFLICT (card) DO UPDATE SET
            forked = forked OR (excluded.sequence = sequence
                AND excluded.balance_cents <> balance_cents),
            balance_cents = iif(excluded.sequence > sequence,
                excluded.balance_cents, balance_cents),
            terminal = iif(excluded.sequence > sequence, excluded.terminal, terminal),
            seen_ms = iif(excluded.sequence > sequence, excluded.seen_ms, seen_ms),
            sequence = max(excluded.sequence, sequence)",
        &values,
    )?;
    Ok(())
}

/// Cards that were seen in two states at once, up to a hundred.
pub(super) fn forked_cards(sql: &impl Sql) -> Result<Vec<String>, SqlError> {
    let statement = "SELECT card FROM cards WHERE forked = 1 ORDER BY card LIMIT 100";
    let lines = sql.run(statement, &[])?;
    lines
        .iter()
        .map(|line| Ok(line.text(0)?.to_owned()))
        .collect()
}
