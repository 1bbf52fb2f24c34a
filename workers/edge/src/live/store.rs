//! The tables of one location's object: events, marks, tickets.
//!
//! Invariant: every function is synchronous, so what it writes is committed as one with whatever
//! else the caller writes before it next awaits, and nothing is sent before it is on disk (the
//! platform's output gate). Each topic keeps its own newest [`EVENTS_KEPT`] events, however busy
//! the others are, and one more that tells where its gap begins.

use super::event::{Event, Topic};
use olympus_proto::ItemId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use worker::{SqlStorage, SqlStorageValue};

/// Events of a topic that a screen may have missed and still gets.
pub(crate) const EVENTS_KEPT: u64 = 1_000;
/// Marks that a location may have at once; a menu has at most as many dishes.
const OVERRIDES_KEPT: u64 = 20_000;
/// Tickets that wait to be used at once.
const TICKETS_KEPT: u64 = 5_000;

/// What was logged before topics had logs of their own is forgotten: `floor` is the number that it
/// went up to.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS news (topic TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (topic, seq)) WITHOUT ROWID;
INSERT INTO counter (name, value) SELECT 'floor', value FROM counter WHERE name = 'seq' AND EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'event') ON CONFLICT (name) DO NOTHING;
DROP TABLE IF EXISTS event;
CREATE TABLE IF NOT EXISTS override (item TEXT PRIMARY KEY, sold_out INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ticket (hash TEXT PRIMARY KEY, target TEXT NOT NULL, principal TEXT NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ticket_expiry ON ticket (expires_ms);
";

/// The marks of a location: the authority on what is sold out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Overrides {
    /// Rises by one with every change.
    pub(crate) version: u64,
    /// Whether a dish is sold out, whatever the menu says of it.
    pub(crate) items: BTreeMap<ItemId, bool>,
}

/// A ticket as it is kept: never the ticket itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TicketRow {
    /// Lower-case hex SHA-256 of the ticket.
    pub(crate) hash: String,
    /// What it opens.
    pub(crate) target: String,
    /// JSON of whom it speaks for.
    pub(crate) principal: String,
    /// When it stops, milliseconds since 1970.
    pub(crate) expires_ms: u64,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) seq: u64,
    pub(crate) at_ms: u64,
    pub(crate) event: Event,
}

/// What can be refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// A table is as full as it may be.
    #[error("{0}")]
    Full(&'static str),
    /// The storage failed, or holds what this version cannot read.
    #[error("storage: {0}")]
    Storage(#[from] worker::Error),
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Storage(error.into())
    }
}

type Result<T> = std::result::Result<T, StoreError>;

/// The tables.
pub(crate) struct Store {
    sql: SqlStorage,
}

#[derive(Deserialize)]
struct Count {
    value: u64,
}

#[derive(Deserialize)]
struct EventRow {
    seq: u64,
    at_ms: u64,
    body: String,
}

#[derive(Deserialize)]
struct OverrideRow {
    item: ItemId,
    sold_out: u8,
}

/// A number as SQLite takes it; ours stay far below 2^53.
fn number(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

impl Store {
    /// Opens the tables, making them where they are missing.
    pub(crate) fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(SCHEMA, None)?;
        Ok(Self { sql })
    }

    fn scalar(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<u64> {
        let rows: Vec<Count> = self.sql.exec(query, bindings)?.to_array()?;
        Ok(rows.first().map_or(0, |row| row.value))
    }

    fn counter(&self, name: &str) -> Result<u64> {
        self.scalar(
            "SELECT value FROM counter WHERE name = ?",
            vec![name.into()],
        )
    }

    fn count_up(&self, name: &str) -> Result<u64> {
        self.scalar(
            "INSERT INTO counter (name, value) VALUES (?, 1)
             ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            vec![name.into()],
        )
    }

    /// Number of the last event; 0 where there was none.
    pub(crate) fn last_seq(&self) -> Result<u64> {
        self.counter("seq")
    }

    /// The number up to which events of these topics may be forgotten: all after it are kept.
    pub(crate) fn floor(&self, topics: &[Topic]) -> Result<u64> {
        let mut floor = self.counter("floor")?;
        for topic in topics {
            floor = floor.max(self.floor_of(*topic)?);
        }
        Ok(floor)
    }

    /// The newest event of a topic that is too old to be told, by its number.
    fn floor_of(&self, topic: Topic) -> Result<u64> {
        self.scalar(
            "SELECT seq AS value FROM news WHERE topic = ? ORDER BY seq DESC LIMIT 1 OFFSET ?",
            vec![topic.as_str().into(), number(EVENTS_KEPT)],
        )
    }

    /// Numbers an event and keeps it; the oldest of its topic goes.
    pub(crate) fn append(&self, event: Event, now_ms: u64) -> Result<Logged> {
        let body = serde_json::to_string(&event)?;
        let seq = self.count_up("seq")?;
        let topic = event.topic();
        self.sql.exec(
            "INSERT INTO news (topic, seq, at_ms, body) VALUES (?, ?, ?, ?)",
            vec![
                topic.as_str().into(),
                number(seq),
                number(now_ms),
                body.into(),
            ],
        )?;
        self.sql.exec(
            "DELETE FROM news WHERE topic = ? AND seq < ?",
            vec![topic.as_str().into(), number(self.floor_of(topic)?)],
        )?;
        Ok(Logged {
            seq,
            at_ms: now_ms,
            event,
        })
    }

    /// Events of these topics after a number, oldest first.
    pub(crate) fn events_after(&self, seq: u64, topics: &[Topic]) -> Result<Vec<Logged>> {
        let mut rows: Vec<EventRow> = Vec::new();
        for topic in topics {
            let of_topic = self.sql.exec(
                "SELECT seq, at_ms, body FROM news WHERE topic = ? AND seq > ?",
                vec![topic.as_str().into(), number(seq)],
            )?;
            rows.extend(of_topic.to_array::<EventRow>()?);
        }
        rows.sort_unstable_by_key(|row| row.seq);
        rows.into_iter()
            .map(|row| {
                Ok(Logged {
                    seq: row.seq,
                    at_ms: row.at_ms,
                    event: serde_json::from_str(&row.body)?,
                })
            })
            .collect()
    }

    /// All marks.
    pub(crate) fn overrides(&self) -> Result<Overrides> {
        let rows: Vec<OverrideRow> = self
            .sql
            .exec("SELECT item, sold_out FROM override", None)?
            .to_array()?;
        Ok(Overrides {
            version: self.counter("overrides")?,
            items: rows
                .into_iter()
                .map(|row| (row.item, row.sold_out != 0))
                .collect(),
        })
    }

    /// Sets or takes back a mark; the state's number, and whether it changed.
    pub(crate) fn set_sold_out(
        &self,
        item: &ItemId,
        sold_out: Option<bool>,
    ) -> Result<(u64, bool)> {
        let rows: Vec<OverrideRow> = self
            .sql
            .exec(
                "SELECT item, sold_out FROM override WHERE item = ?",
                vec![item.as_str().into()],
            )?
            .to_array()?;
        let before = rows.first().map(|row| row.sold_out != 0);
        if before == sold_out {
            return Ok((self.counter("overrides")?, false));
        }
        match sold_out {
            Some(sold_out) => {
                let kept = self.scalar("SELECT COUNT(*) AS value FROM override", vec![])?;
                if before.is_none() && kept >= OVERRIDES_KEPT {
                    return Err(StoreError::Full(
                        "too many dishes are marked; take marks back first",
                    ));
                }
                self.sql.exec(
                    "INSERT INTO override (item, sold_out) VALUES (?, ?)
                     ON CONFLICT (item) DO UPDATE SET sold_out = excluded.sold_out",
                    vec![item.as_str().into(), number(sold_out.into())],
                )?;
            }
            None => {
                self.sql.exec(
                    "DELETE FROM override WHERE item = ?",
                    vec![item.as_str().into()],
                )?;
            }
        }
        Ok((self.count_up("overrides")?, true))
    }

    /// Keeps a ticket; those that ran out go.
    pub(crate) fn put_ticket(&self, ticket: &TicketRow, now_ms: u64) -> Result<()> {
        self.sql.exec(
            "DELETE FROM ticket WHERE expires_ms <= ?",
            vec![number(now_ms)],
        )?;
        if self.scalar("SELECT COUNT(*) AS value FROM ticket", vec![])? >= TICKETS_KEPT {
            return Err(StoreError::Full(
                "too many tickets wait; retry in 30 seconds",
            ));
        }
        self.sql.exec(
            "INSERT INTO ticket (hash, target, principal, expires_ms) VALUES (?, ?, ?, ?)",
            vec![
                ticket.hash.as_str().into(),
                ticket.target.as_str().into(),
                ticket.principal.as_str().into(),
                number(ticket.expires_ms),
            ],
        )?;
        Ok(())
    }

    /// Takes a ticket out, whatever it is good for: it never comes twice.
    pub(crate) fn take_ticket(&self, hash: &str) -> Result<Option<TicketRow>> {
        let rows: Vec<TicketRow> = self
            .sql
            .exec(
                "DELETE FROM ticket WHERE hash = ? RETURNING hash, target, principal, expires_ms",
                vec![hash.into()],
            )?
            .to_array()?;
        Ok(rows.into_iter().next())
    }
}
