//! What devices are given: grants, and the documents that are newer than theirs.
//!
//! Invariant: documents come in the order in which a device can take them, each signed by a key
//! that it believes by then. Asked again under the same name, a wish has the same grant.

use super::super::desk::{Desk, Wish, worse};
use super::super::store::{self, Kept, TerminalRow};
use super::terminals::own;
use super::{At, Office, revoked};
use crate::authority::Unsettled;
use crate::authority::sql::Sql;
use crate::http::error::EdgeError;
use crate::http::ids::random_hex;
use olympus_proto::ErrorCode;
use olympus_proto::grant::{GrantId, TerminalId};
use olympus_proto::location::{Documents, GrantRequest};
use serde::{Deserialize, Serialize};

/// Longest id of a request.
const REQUEST_BYTES: usize = 128;
/// Longest changes that are sent in place of the list.
const DELTAS_BYTES: usize = 512 * 1024;
/// Bytes of randomness in a grant's name.
const NAME_BYTES: usize = 12;

/// Numbers of the documents that a device has; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    #[serde(default)]
    pub(crate) policy: u64,
    #[serde(default)]
    pub(crate) revocations: u64,
    #[serde(default)]
    pub(crate) keys: u64,
}

/// Documents for a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Served {
    pub(crate) documents: Documents,
    /// Number of the list, where all of it has to go along.
    pub(crate) whole_list: Option<u64>,
}

/// The whole list, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WholeList {
    pub(crate) number: u64,
    pub(crate) token: String,
}

fn check_request(asked: &GrantRequest) -> Result<(), EdgeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let request = asked.request.as_bytes();
    if !(1..=REQUEST_BYTES).contains(&request.len()) || !request.iter().copied().all(plain) {
        return Err(EdgeError::invalid(
            "`request` is 1 to 128 of A-Z a-z 0-9 . _ -, made anew for each wish",
        ));
    }
    if asked.unsettled_cents.0 < 0 {
        return Err(EdgeError::invalid("`unsettled_cents` is never below 0"));
    }
    Ok(())
}

fn grant_name() -> Result<GrantId, EdgeError> {
    let random = random_hex::<NAME_BYTES>();
    let random = random.ok_or_else(|| EdgeError::internal("no randomness"))?;
    Ok(GrantId(format!("g-{random}")))
}

impl<S: Sql> Office<S> {
    /// A grant, and whatever is newer than what the device has.
    pub(crate) fn grant(
        &self,
        at: At<'_>,
        terminal: &TerminalId,
        asked: &GrantRequest,
        known: Unsettled,
    ) -> Result<Served, EdgeError> {
        check_request(asked)?;
        let said = Unsettled {
            cents: asked.unsettled_cents,
            sales: asked.unsettled_sales,
        };
        // What decides the grant; the numbers of documents decide only what goes along.
        let decides = format!("{}|{}|{:?}", said.cents.0, said.sales, asked.held);
        self.act(at, |sql, desk, _| {
            let row = own(sql, terminal, at)?;
            if desk.list.entries.terminal(terminal) {
                return Err(revoked());
            }
            let token = match store::granted(sql, terminal, &asked.request, at.now_ms)? {
                Some((before, token)) if before == decides => token,
                Some(_) => {
                    return Err(EdgeError::new(
                        ErrorCode::IdempotencyKeyReused,
                        "`request` named another wish before; make a new one",
                    ));
                }
                None => {
                    let wish = Wish {
                        terminal: terminal.clone(),
                        unsettled: worse(said, known),
                        latest_ms: row.latest_ms,
                        id: grant_name()?,
                    };
                    let (grant, token) = desk.issue(&self.secret, &wish, at.now_ms)?;
                    let row = TerminalRow {
                        latest_ms: grant.issued_ms,
                        seen_ms: at.now_ms,
                        ..row
                    };
                    let ended_ms = at.now_ms.saturating_sub(desk.grace_ms());
                    let wish = (asked.request.as_str(), decides.as_str());
                    store::put_grant(sql, &grant, wish, &token, ended_ms)?;
                    store::put_terminal(sql, &row)?;
                    token
                }
            };
            let held = Held {
                policy: asked.policy,
                revocations: asked.revocations,
                keys: asked.keys,
            };
            let mut served = self.newer(desk, held, at)?;
            served.documents.grant = Some(token);
            Ok(served)
        })
    }

    /// Whatever is newer than what the device has.
    pub(crate) fn documents(
        &self,
        at: At<'_>,
        terminal: &TerminalId,
        held: Held,
    ) -> Result<Served, EdgeError> {
        self.act(at, |sql, desk, _| {
            own(sql, terminal, at)?;
            self.newer(desk, held, at)
        })
    }

    /// The whole list.
    pub(crate) fn whole_list(&self, at: At<'_>) -> Result<WholeList, EdgeError> {
        self.act(at, |_, desk, _| {
            Ok(WholeList {
                number: desk.list.number,
                token: desk.snapshot(&self.secret, at.now_ms)?,
            })
        })
    }

    fn newer(&self, desk: &Desk, held: Held, at: At<'_>) -> Result<Served, EdgeError> {
        let mut documents = Documents {
            server_ms: at.now_ms,
            keys: self.newer_keys(desk, held.keys, at)?,
            ..Documents::default()
        };
        if held.policy < desk.rules.version {
            documents.policy = Some(desk.policy(&self.secret, at.now_ms)?.token);
        }
        let number = desk.list.number;
        let mut whole_list = None;
        if held.revocations < number {
            match self.newer_deltas(desk, held.revocations, at)? {
                Some(deltas) => documents.deltas = deltas,
                None => whole_list = Some(number),
            }
        }
        Ok(Served {
            documents,
            whole_list,
        })
    }

    /// Key sets that the device has to go through, as far as it can believe them still. The newest
    /// one is signed anew where the key that signed it has retired since.
    fn newer_keys(&self, desk: &Desk, held: u64, at: At<'_>) -> Result<Vec<String>, EdgeError> {
        if held >= desk.ring.number() {
            return Ok(Vec::new());
        }
        let sets = store::sets_after(&self.sql, held)?;
        let believed = |set: &Kept| desk.believes(&set.key, at.now_ms);
        let is_newest_believed = sets.last().is_some_and(believed);
        let tokens = sets.into_iter().filter(believed);
        let mut tokens: Vec<String> = tokens.filter_map(|set| set.token).collect();
        if !is_newest_believed {
            tokens.push(desk.newest_set(&self.secret, at.now_ms)?);
        }
        Ok(tokens)
    }

    /// The changes since a list, where they all are kept, short and believed.
    fn newer_deltas(
        &self,
        desk: &Desk,
        held: u64,
        at: At<'_>,
    ) -> Result<Option<Vec<String>>, EdgeError> {
        if held == 0 {
            return Ok(None);
        }
        let missed = desk.list.number.saturating_sub(held);
        let deltas = store::deltas_after(&self.sql, held)?;
        let believed = |kept: Kept| {
            let is_believed = desk.believes(&kept.key, at.now_ms);
            kept.token.filter(|_| is_believed)
        };
        let tokens: Option<Vec<String>> = deltas.into_iter().map(believed).collect();
        Ok(tokens.filter(|tokens| {
            let bytes: usize = tokens.iter().map(String::len).sum();
            u64::try_from(tokens.len()) == Ok(missed) && bytes <= DELTAS_BYTES
        }))
    }
}
