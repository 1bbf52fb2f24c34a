//! The authority's book: what a location's devices did, decided once.
//!
//! Each step reads, lets `core::sync` decide and writes in one transaction over a [`Sql`]; only
//! then is there an answer. Invariants: nothing is kept between two steps but what is in the
//! database, so that a restart loses nothing; a device's operations come from the principal that
//! registered it and from nobody else. Never a clock, a network or randomness: time and the epoch
//! of a new book are told.

use super::audit::Sent;
use super::schema::{self, number, set_number, set_text};
use super::shelf::{first, to_json};
use super::sql::{Sql, SqlError, atomically};
use super::taken::for_devices;
use olympus_core::sync::authority::{Authority, Write};
use olympus_proto::LocationId;
use olympus_proto::books::AuditEntry;
use olympus_proto::sync::{
    DeviceId, Entity, EntityKind, Fields, Operation, OperationId, Push, PushAnswer, Register,
    Registered, Row,
};
use std::collections::HashMap;
use thiserror::Error;

/// Most devices of one location.
const MAX_DEVICES: u64 = 500;
/// Most devices that one key registers, so that none takes all names.
const MAX_DEVICES_OF_ONE: u64 = 100;
/// Largest record of a payment, in bytes, as a device may make it. What is said of it later is short.
const MAX_PAYMENT_BYTES: usize = 64 * 1024;
/// Largest record of anything else: the lines of an order alone are up to 256 KiB.
const MAX_RECORD_BYTES: usize = 1024 * 1024;
/// Longest id of a device.
const MAX_ID_BYTES: usize = 64;

/// Why a step was not done. Nothing of it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookError {
    /// The storage failed; the step may be done again.
    #[error("the storage failed: {0}")]
    Storage(#[from] SqlError),
    /// What is in the storage cannot be read.
    #[error("the storage holds what cannot be read: {0}")]
    Unreadable(String),
    /// Another principal registered this device.
    #[error(
        "another key registered the device `{0}`; use that key, or let an admin remove the terminal"
    )]
    Foreign(String),
    /// The book is of another location.
    #[error("the register is for the location `{0}`; ask that one")]
    Elsewhere(String),
    /// The id of a device is not one.
    #[error("a device's id is 1 to 64 of A-Z a-z 0-9 . _ -")]
    DeviceId,
    /// The card was given out otherwise.
    #[error(
        "this card was issued with another sequence or balance; give out a card with another token"
    )]
    CardIssued,
    /// A person wants to close what needs nobody.
    #[error(
        "this payment is settled, or goes on by itself; close only what GET …/dead-letters shows as open"
    )]
    NothingToClose,
    /// A row would be larger than any till's.
    #[error("the row `{0}` would be larger than an order or a payment can be")]
    TooLarge(String),
    /// A device of an old version, which takes everything at once, of a location that has grown.
    #[error("all rows at once are too many: update this device, which then gets them in pages")]
    TooOld,
    /// As many devices as there may be.
    #[error(
        "this location, or this key, has as many devices as it may; let an admin remove a terminal"
    )]
    TooManyDevices,
}

/// What a push came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    /// For the device.
    pub answer: PushAnswer,
    /// Version of the latest change.
    pub head: u64,
    /// Whether there is one since before.
    pub changed: bool,
}

/// The book of one location.
#[derive(Debug)]
pub struct Book<S> {
    pub(super) sql: S,
    pub(super) authority: Authority,
    pub(super) location: LocationId,
}

impl<S: Sql> Book<S> {
    /// Opens it, and brings its tables to this program's version. `epoch` is drawn at random by
    /// the caller; a new book keeps it, an old one has its own.
    ///
    /// # Errors
    /// As SQLite says, and where the book is of another location.
    pub fn open(sql: S, location: &LocationId, epoch: u64, now_ms: u64) -> Result<Self, BookError> {
        schema::migrate(&sql, schema::VERSION)?;
        atomically(&sql, || {
            match schema::text(&sql, "location")? {
                Some(kept) if kept != location.as_str() => {
                    return Err(BookError::Elsewhere(kept));
                }
                Some(_) => {}
                None => {
                    set_text(&sql, "location", location.as_str())?;
                    set_number(&sql, "epoch", epoch)?;
                }
            }
            Ok(())
        })?;
        let authority = Authority {
            epoch: number(&sql, "epoch")?.unwrap_or(epoch),
            ..Authority::default()
        };
        let book = Self {
            sql,
            authority,
            location: location.clone(),
        };
        book.adopt_all(now_ms)?;
        Ok(book)
    }

    /// The location that a database's book is of, where it has one.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn location_of(sql: &S) -> Result<Option<LocationId>, BookError> {
        if schema::version(sql)? == 0 {
            return Ok(None);
        }
        Ok(schema::text(sql, "location")?.map(LocationId))
    }

    /// Its location.
    pub const fn location(&self) -> &LocationId {
        &self.location
    }

    /// Its database.
    pub const fn sql(&self) -> &S {
        &self.sql
    }

    /// Registers a device for a principal: its incarnations before are refused from now on.
    ///
    /// # Errors
    /// [`BookError::Foreign`] where another principal has registered it.
    pub fn register(
        &self,
        register: &Register,
        principal: &str,
        now_ms: u64,
    ) -> Result<Registered, BookError> {
        if register.location != self.location {
            return Err(BookError::Elsewhere(register.location.0.clone()));
        }
        check_id(&register.device)?;
        atomically(&self.sql, || {
            let mark = self.mark(&register.device, principal)?;
            let holds = mark.as_ref().is_some_and(|(_, released)| !released);
            if !holds {
                // One that was released keeps its incarnation, but no place.
                let count = self.sql.run(
                    "SELECT COUNT(*), COALESCE(SUM(principal = ?1), 0) FROM devices
                     WHERE principal <> ''",
                    &[principal.into()],
                )?;
                let (all, own) = (first(&count)?.count(0)?, first(&count)?.count(1)?);
                if all >= MAX_DEVICES || own >= MAX_DEVICES_OF_ONE {
                    return Err(BookError::TooManyDevices);
                }
            }
            let mark = mark.map(|(mark, _)| mark);
            let decision = self.authority.register(mark, register);
            self.write(decision.writes, &[], principal, now_ms)?;
            self.sql.run(
                "UPDATE devices SET registered_ms = ?2 WHERE device = ?1",
                &[register.device.0.as_str().into(), now_ms.into()],
            )?;
            Ok(decision.answer)
        })
    }

    /// Lets another principal register the device. What it did stays.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn release(&self, device: &DeviceId) -> Result<bool, BookError> {
        let lines = self.sql.run(
            "UPDATE devices SET principal = '' WHERE device = ?1 RETURNING device",
            &[device.0.as_str().into()],
        )?;
        Ok(!lines.is_empty())
    }

    /// Decides a push.
    ///
    /// # Errors
    /// [`BookError::Foreign`] where another principal has registered the device.
    pub fn push(&self, push: &Push, principal: &str, now_ms: u64) -> Result<Pushed, BookError> {
        atomically(&self.sql, || {
            let loaded = self.load(&Authority::needs(push), principal)?;
            let before = loaded.head;
            let decision = self.authority.push(loaded, push);
            check_sizes(&decision.writes)?;
            let mut answer = decision.answer;
            let sent = Sent {
                device: &push.device,
                incarnation: push.incarnation,
                principal,
                now_ms,
            };
            let told = told(&decision.writes, push, sent);
            let payments = written(&decision.writes, EntityKind::Payment);
            self.write(decision.writes, &told, principal, now_ms)?;
            let decreed = self.adopt(&payments, &push.device, now_ms)?;
            for row in &mut answer.rows {
                if let Some(now) = decreed.iter().find(|it| it.entity == row.entity) {
                    row.clone_from(now);
                }
            }
            answer.rows = answer.rows.into_iter().map(for_devices).collect();
            let head = self.head()?;
            Ok(Pushed {
                answer,
                head,
                changed: head > before,
            })
        })
    }

    /// The cloud's own change to a row.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn decree(&self, entity: &Entity, set: Fields, now_ms: u64) -> Result<Row, BookError> {
        atomically(&self.sql, || self.decree_within(entity, set, now_ms))
    }

    /// The same in a transaction that is open.
    pub(super) fn decree_within(
        &self,
        entity: &Entity,
        set: Fields,
        now_ms: u64,
    ) -> Result<Row, BookError> {
        let record = self.records(std::slice::from_ref(entity))?.pop();
        let decision = self
            .authority
            .decree(record, self.head()?, entity.clone(), set);
        self.write(decision.writes, &[], "", now_ms)?;
        Ok(decision.answer)
    }

    /// Version of the latest change.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn head(&self) -> Result<u64, BookError> {
        Ok(number(&self.sql, "head")?.unwrap_or(0))
    }

    /// One row as it is.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn row(&self, entity: &Entity) -> Result<Option<Row>, BookError> {
        let record = self.records(std::slice::from_ref(entity))?.pop();
        Ok(record.map(|record| record.row))
    }
}

/// What the audit log is told of a push.
fn told(writes: &[Write], push: &Push, sent: Sent<'_>) -> Vec<AuditEntry> {
    let by_id: HashMap<&OperationId, &Operation> =
        push.operations.iter().map(|it| (&it.id, it)).collect();
    writes
        .iter()
        .filter_map(|write| match write {
            Write::Outcome(settled) => by_id
                .get(&settled.operation)
                .map(|operation| sent.entry(operation, &settled.outcome)),
            _ => None,
        })
        .collect()
}

/// Rows of a kind that are written.
fn written(writes: &[Write], kind: EntityKind) -> Vec<Entity> {
    let mut entities: Vec<Entity> = writes
        .iter()
        .filter_map(|write| match write {
            Write::Record(record) if record.row.entity.kind == kind => {
                Some(record.row.entity.clone())
            }
            _ => None,
        })
        .collect();
    entities.sort();
    entities.dedup();
    entities
}

/// An object has little memory: what it holds at once is counted in rows of these sizes.
fn check_sizes(writes: &[Write]) -> Result<(), BookError> {
    for write in writes {
        let Write::Record(record) = write else {
            continue;
        };
        let entity = &record.row.entity;
        let most = match entity.kind {
            EntityKind::Payment => MAX_PAYMENT_BYTES,
            EntityKind::Order | EntityKind::Inventory | EntityKind::Menu => MAX_RECORD_BYTES,
        };
        if to_json(record)?.len() > most {
            return Err(BookError::TooLarge(entity.id.clone()));
        }
    }
    Ok(())
}

fn check_id(device: &DeviceId) -> Result<(), BookError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let id = device.0.as_bytes();
    let fits = !id.is_empty() && id.len() <= MAX_ID_BYTES && id.iter().copied().all(plain);
    fits.then_some(()).ok_or(BookError::DeviceId)
}
