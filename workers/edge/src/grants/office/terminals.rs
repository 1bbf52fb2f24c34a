//! Terminals: who speaks for one, and what it says of itself.
//!
//! Invariant: a terminal is spoken for by the one caller that registered it, until an admin frees
//! its name; who frees it also revokes what it may still sell by.

use super::super::store::{self, TerminalRow};
use super::{At, Office, revoked};
use crate::authority::sql::Sql;
use crate::http::error::EdgeError;
use crate::live::call::overloaded;
use olympus_core::grant::{MAX_CENTS, MAX_MS};
use olympus_proto::grant::{Revoked, TerminalId};
use olympus_proto::location::{CardSeen, ChangeRevocations, TerminalReport, TerminalWelcome};
use serde::{Deserialize, Serialize};

/// Terminals of one location.
const TERMINALS: u64 = 500;
/// Most cards of one report.
const CARDS: usize = 1_000;

/// A terminal as `GET …/terminals` shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TerminalShown {
    terminal: TerminalId,
    /// Who may speak for it.
    bound_to: String,
    registered_ms: u64,
    seen_ms: u64,
    revoked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<TerminalReport>,
}

/// Answer of `GET …/terminals`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TerminalsShown {
    terminals: Vec<TerminalShown>,
    /// Stored-value cards that were seen in two states at once: there is a copy.
    pub(crate) forked_cards: Vec<String>,
}

/// Whether it can be a terminal's name: as in every signed document.
pub(crate) fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

fn check_report(report: &TerminalReport) -> Result<(), EdgeError> {
    if report.version.len() > 64 {
        return Err(EdgeError::invalid("`version` is at most 64 bytes"));
    }
    if report.cards.len() > CARDS {
        return Err(EdgeError::invalid(
            "a report tells of at most 1,000 cards; tell of the others in the next",
        ));
    }
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let sound = |seen: &CardSeen| {
        let card = seen.card.as_str();
        card.len() == 64
            && card.bytes().all(hex)
            && (0..=MAX_CENTS.0).contains(&seen.balance_cents.0)
            && seen.sequence <= MAX_MS
    };
    match report.cards.iter().all(sound) {
        true => Ok(()),
        false => Err(EdgeError::invalid(
            "a card is 64 of 0-9 a-f, with a sequence and a balance that can be",
        )),
    }
}

/// The terminal, where it is the caller's.
pub(crate) fn own(
    sql: &impl Sql,
    terminal: &TerminalId,
    at: At<'_>,
) -> Result<TerminalRow, EdgeError> {
    let row = store::terminal(sql, terminal)?.ok_or_else(|| {
        EdgeError::not_found(format!(
            "{terminal} is not registered here; register it by POST …/terminals/{terminal}"
        ))
    })?;
    if row.bound_to != at.by {
        return Err(EdgeError::forbidden(format!(
            "{terminal} is bound to another key; use that one, or have an admin free it by \
             DELETE …/terminals/{terminal}"
        )));
    }
    Ok(row)
}

impl<S: Sql> Office<S> {
    /// Binds a terminal to the caller's key, and tells it the keys to pin.
    pub(crate) fn welcome(
        &self,
        at: At<'_>,
        terminal: &TerminalId,
    ) -> Result<TerminalWelcome, EdgeError> {
        self.act(at, |sql, desk, _| {
            if desk.list.entries.terminal(terminal) {
                return Err(revoked());
            }
            let row = match store::terminal(sql, terminal)? {
                Some(_) => TerminalRow {
                    seen_ms: at.now_ms,
                    ..own(sql, terminal, at)?
                },
                None if store::count_terminals(sql)? >= TERMINALS => {
                    return Err(overloaded(
                        "this location has as many terminals as it may; delete one",
                    ));
                }
                None => TerminalRow {
                    terminal: terminal.clone(),
                    bound_to: at.by.to_owned(),
                    registered_ms: at.now_ms,
                    seen_ms: at.now_ms,
                    latest_ms: 0,
                    report: None,
                },
            };
            store::put_terminal(sql, &row)?;
            Ok(TerminalWelcome {
                terminal: terminal.clone(),
                keys: desk.head(at.now_ms)?.keys,
                server_ms: at.now_ms,
            })
        })
    }

    /// All terminals.
    pub(crate) fn terminals(&self, at: At<'_>) -> Result<TerminalsShown, EdgeError> {
        self.act(at, |sql, desk, _| {
            let shown = |row: TerminalRow| TerminalShown {
                revoked: desk.list.entries.terminal(&row.terminal),
                terminal: row.terminal,
                bound_to: row.bound_to,
                registered_ms: row.registered_ms,
                seen_ms: row.seen_ms,
                report: row.report.and_then(|json| serde_json::from_str(&json).ok()),
            };
            Ok(TerminalsShown {
                terminals: store::terminals(sql)?.into_iter().map(shown).collect(),
                forked_cards: store::forked_cards(sql)?,
            })
        })
    }

    /// Frees a terminal's name, and revokes what it may still sell by; whether it was there.
    pub(crate) fn release(&self, at: At<'_>, terminal: &TerminalId) -> Result<bool, EdgeError> {
        self.act(at, |sql, desk, change| {
            if store::terminal(sql, terminal)?.is_none() {
                return Ok(false);
            }
            let ended_ms = at.now_ms.saturating_sub(desk.grace_ms());
            let grants = store::live_grants(sql, terminal, ended_ms)?;
            store::drop_terminal(sql, terminal)?;
            if !grants.is_empty() {
                let add = Revoked {
                    grants,
                    ..Revoked::default()
                };
                let asked = ChangeRevocations {
                    add,
                    ..ChangeRevocations::default()
                };
                desk.revoke(&self.secret, &asked, at.now_ms, change)?;
            }
            Ok(true)
        })
    }

    /// What a terminal says of itself.
    pub(crate) fn report(
        &self,
        at: At<'_>,
        terminal: &TerminalId,
        report: &TerminalReport,
    ) -> Result<(), EdgeError> {
        check_report(report)?;
        self.act(at, |sql, _, _| {
            let row = own(sql, terminal, at)?;
            for seen in &report.cards {
                store::see_card(sql, seen, terminal, at.now_ms)?;
            }
            let cards = Vec::new();
            let kept = TerminalReport {
                cards,
                ..report.clone()
            };
            let row = TerminalRow {
                seen_ms: at.now_ms,
                report: Some(serde_json::to_string(&kept).map_err(EdgeError::internal)?),
                ..row
            };
            Ok(store::put_terminal(sql, &row)?)
        })
    }
}
