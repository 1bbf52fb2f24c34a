//! One transaction: what is written, what it changes in memory, and what the shell does after it.

use crate::command::{Now, TillConfig, Todo};
use crate::tables::{self, stock, sync};
use crate::{StoreError, TillError};
use olympus_core::grant::{self, Reading, RevocationList, Terminal};
use olympus_core::pos::{At, Bill};
use olympus_core::sync::Client;
use olympus_core::sync::client::{self, AgeMark, Draft, Identity, Write};
use olympus_proto::ErrorCode;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::PaymentId;
use rusqlite::Connection;

/// What is done within one transaction.
pub(super) struct Work<'a> {
    pub(super) conn: &'a Connection,
    pub(super) config: &'a TillConfig,
    pub(super) client: &'a mut Client,
    pub(super) terminal: &'a mut Option<Terminal>,
    pub(super) now: &'a Now,
    /// For after the commit.
    pub(super) todo: Todo,
    /// Rows that have to be shown anew.
    pub(super) touched: sync::Touched,
    /// What is in memory is ahead of the disk: where nothing is committed, it has to be restored.
    pub(super) ahead: bool,
    /// How long the device has lived.
    pub(super) lived_ms: u64,
    /// The payment that this till is taking.
    pub(super) taking: Option<PaymentId>,
    /// Rows that every change writes, once at the end.
    identity: Option<Identity>,
    age: Option<AgeMark>,
    head: Option<Box<grant::Head>>,
}

/// The terminal's time: the server's word where there is one, else the later of what it knows and a
/// wall clock that can be believed. A clock that is years ahead would file sales under days to come.
pub(super) fn time_ms(terminal: Option<&Terminal>, now: &Now) -> u64 {
    let wall_ms = now.wall_ms();
    let reading = Reading {
        wall_ms,
        up: now.sync.moment,
    };
    terminal.map_or(wall_ms, |terminal| terminal.now_ms(reading))
}

impl<'a> Work<'a> {
    pub(super) fn new(
        conn: &'a Connection,
        config: &'a TillConfig,
        client: &'a mut Client,
        terminal: &'a mut Option<Terminal>,
        lived_ms: u64,
        now: &'a Now,
    ) -> Self {
        Self {
            conn,
            config,
            client,
            terminal,
            now,
            todo: Todo::default(),
            touched: sync::Touched::new(),
            ahead: false,
            lived_ms,
            taking: None,
            identity: None,
            age: None,
            head: None,
        }
    }

    pub(super) fn at(&self) -> At<'a> {
        At {
            terminal: &self.config.terminal,
            now_ms: time_ms(self.terminal.as_ref(), self.now),
            day: &self.now.day,
            hour: self.now.hour,
        }
    }

    pub(super) fn reading(&self) -> Reading {
        Reading {
            wall_ms: self.now.wall_ms(),
            up: self.now.sync.moment,
        }
    }

    /// The order as the rules see it.
    pub(super) fn bill(&self, id: &OrderId) -> Result<Bill, TillError> {
        let stored = tables::orders::get(self.conn, id)?;
        let stored = stored.ok_or_else(|| {
            TillError::refused(
                ErrorCode::NotFound,
                format!("there is no order `{id}` on this device; look it up anew"),
            )
        })?;
        let rules = &self.config.rules;
        Ok(tables::orders::bill(self.conn, id, &stored, rules)?)
    }

    /// Records an operation in this transaction.
    pub(super) fn record(&mut self, draft: Draft) -> Result<(), TillError> {
        let effects = self.client.record(draft, self.now.sync)?;
        Ok(self.take(effects)?)
    }

    /// Writes what sync says, and keeps the rest for after the commit.
    pub(super) fn take(&mut self, effects: client::Effects) -> Result<(), StoreError> {
        self.ahead = true;
        for write in effects.persist {
            self.write(write)?;
        }
        self.todo.send.extend(effects.send);
        self.todo.wake = effects.wake.or(self.todo.wake);
        self.todo.notices.extend(effects.notices);
        Ok(())
    }

    pub(super) fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.ahead = true;
        match write {
            Write::Identity(identity) => self.identity = Some(identity),
            Write::Age(mark) => {
                self.lived_ms = mark.lived_ms;
                self.age = Some(mark);
            }
            other => sync::write(self.conn, &other, &mut self.touched)?,
        }
        Ok(())
    }

    /// Writes what the terminal says, and gives its outcome.
    pub(super) fn granted<T>(
        &mut self,
        effects: grant::Effects<T>,
        list_before: Option<&RevocationList>,
    ) -> Result<Result<T, grant::Refusal>, StoreError> {
        self.ahead |= !effects.persist.is_empty();
        for row in effects.persist {
            match row {
                grant::Row::Head(head) => self.head = Some(head),
                row => tables::grant::write(self.conn, &row, list_before)?,
            }
        }
        Ok(effects.outcome)
    }

    /// The last writes of the transaction.
    pub(super) fn finish(&mut self) -> Result<(), StoreError> {
        if let Some(identity) = self.identity.take() {
            sync::write(self.conn, &Write::Identity(identity), &mut self.touched)?;
        }
        if let Some(mark) = self.age.take() {
            sync::write(self.conn, &Write::Age(mark), &mut self.touched)?;
        }
        if let Some(head) = self.head.take() {
            tables::grant::write(self.conn, &grant::Row::Head(head), None)?;
        }
        Ok(())
    }

    pub(super) fn note_stock(&mut self, change: stock::Change) {
        match change {
            stock::Change::Counts(stock) => {
                self.todo.stock.retain(|old| old.item != stock.item);
                self.todo.uncounted.retain(|old| *old != stock.item);
                self.todo.stock.push(stock);
            }
            stock::Change::Uncounted(item) => {
                self.todo.stock.retain(|old| old.item != item);
                self.todo.uncounted.push(item);
            }
            stock::Change::None => {}
        }
    }
}
