//! The one that writes.
//!
//! Invariant: what is in memory (the sync client, the terminal) is what is on disk. Where a
//! transaction was not committed, or nobody knows whether it was, both are dropped and read anew
//! before anything else is done.

mod ask;
mod attention;
mod grants;
mod ids;
mod sell;
mod show;
mod standing;
mod work;
mod write;

use crate::command::{Asked, Done, GrantEvent, Menu, Now, Refusals, Reply, TillConfig, Todo};
use crate::open::{self, OpenOptions, Owner};
use crate::tables::{self, idempotency, keep, sync};
use crate::{StoreError, TillError};
use olympus_core::grant::Terminal;
use olympus_core::route::Moment;
use olympus_core::sync::Client;
use olympus_core::sync::client::{self, Effects};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::Reconcile;
use olympus_proto::sync::DeviceId;
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;
use work::Work;

/// How long nobody has asked for anything before the till rests.
const REST: Duration = Duration::from_secs(1);

/// The till of one terminal: the one owner of its file.
#[derive(Debug)]
pub struct Till {
    conn: Connection,
    client: Client,
    terminal: Option<Terminal>,
    lived_ms: u64,
    /// What is in memory may not be what is on disk.
    poisoned: bool,
    /// When something was last asked of it.
    asked: Moment,
    /// Something was written since the log was last written back.
    log_grew: bool,
    config: TillConfig,
    path: PathBuf,
    options: OpenOptions,
    _owner: Owner,
}

/// What is read from the disk into memory.
struct Loaded {
    client: Client,
    terminal: Option<Terminal>,
    lived_ms: u64,
    effects: Effects,
}

fn load(conn: &Connection, config: &TillConfig, now: &Now) -> Result<Loaded, StoreError> {
    let stored = sync::load(conn)?;
    let lived_ms = stored.as_ref().map_or(0, |stored| stored.age.lived_ms);
    let (client, effects) = match stored {
        Some(stored) => Client::restore(config.sync.clone(), stored, now.sync),
        None => {
            let device = DeviceId(config.terminal.0.clone());
            Client::set_up(
                config.sync.clone(),
                device,
                config.location.clone(),
                now.sync,
            )
        }
    };
    // A state that contradicts itself is not sold by: the terminal is welcomed anew.
    let saved = tables::grant::load(conn)?;
    let terminal = saved.and_then(|saved| Terminal::restore(saved).ok());
    Ok(Loaded {
        client,
        terminal,
        lived_ms,
        effects,
    })
}

impl Till {
    /// Opens the file, makes or migrates it where needed, and takes up where it stopped.
    ///
    /// # Errors
    /// [`StoreError`], which says what to do.
    pub fn open(
        path: &Path,
        options: OpenOptions,
        config: TillConfig,
        now: &Now,
    ) -> Result<(Self, Todo), StoreError> {
        let owner = Owner::of(path, &options)?;
        let mut conn = open::writer(path, &options)?;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tables::about::claim(&transaction, &config)?;
        let loaded = load(&transaction, &config, now)?;
        let mut touched = sync::Touched::new();
        for write in &loaded.effects.persist {
            sync::write(&transaction, write, &mut touched)?;
        }
        transaction.commit()?;
        let todo = Todo {
            wake: loaded.effects.wake,
            notices: loaded.effects.notices,
            send: loaded.effects.send,
            ..Todo::default()
        };
        let till = Self {
            conn,
            client: loaded.client,
            terminal: loaded.terminal,
            lived_ms: loaded.lived_ms,
            poisoned: false,
            asked: now.sync.moment,
            log_grew: true,
            config,
            path: path.to_owned(),
            options,
            _owner: owner,
        };
        Ok((till, todo))
    }

    /// Does a command, once.
    ///
    /// # Errors
    /// Where it may not be done, or the disk fails; then nothing was done.
    pub fn ask(&mut self, asked: Asked, menu: Menu<'_>, now: &Now) -> Result<Done, TillError> {
        ask::check_key(&asked.key)?;
        self.asked = now.sync.moment;
        self.sound(now)?;
        match idempotency::find(&self.conn, &asked.key, &asked.digest)? {
            Some(idempotency::Known::Same(reply)) => {
                return Ok(Done {
                    reply,
                    replayed: true,
                    todo: Todo::default(),
                });
            }
            Some(idempotency::Known::Other) => return Err(ask::key_reused("another request")),
            None => {}
        }
        let (reply, todo): (Reply, Todo) = self.transact(now, |work| work.command(&asked, menu))?;
        Ok(Done {
            reply,
            replayed: false,
            todo,
        })
    }

    /// Takes what happened between this device and the cloud.
    ///
    /// # Errors
    /// Where the disk fails; the event is lost and will be asked for again.
    pub fn sync(&mut self, event: client::Event, now: &Now) -> Result<Todo, StoreError> {
        self.sound(now)?;
        if event == client::Event::Tick {
            self.rest(now);
        }
        let effects = self.client.on(event, now.sync);
        if effects.persist.is_empty() {
            return Ok(Todo {
                send: effects.send,
                wake: effects.wake,
                notices: effects.notices,
                ..Todo::default()
            });
        }
        let ((), todo) = self.transact_ahead(now, true, |work| {
            work.take(effects)?;
            let changed = work.show()?;
            work.close_paid(&changed)
        })?;
        Ok(todo)
    }

    /// Takes what the cloud says about this terminal. The documents that were refused come back.
    ///
    /// # Errors
    /// Where the disk fails; nothing was taken.
    pub fn grants(&mut self, event: GrantEvent, now: &Now) -> Result<Refusals, StoreError> {
        self.sound(now)?;
        if event == GrantEvent::Tick {
            self.rest(now);
        }
        let (refused, _) = self.transact(now, |work| work.grant_event(event))?;
        Ok(refused)
    }

    /// Keeps an order's receipt, to be uploaded.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn keep_receipt(
        &mut self,
        order: &OrderId,
        pdf: &[u8],
        now: &Now,
    ) -> Result<(), StoreError> {
        let transaction = self.conn.transaction()?;
        keep::receipt(&transaction, order, pdf, now.wall_ms())?;
        Ok(transaction.commit()?)
    }

    /// This receipt is in the cloud.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn receipt_uploaded(&mut self, order: &OrderId, pdf: &[u8]) -> Result<(), StoreError> {
        keep::uploaded(&self.conn, order, pdf)
    }

    /// Keeps the latest reconcile report.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn keep_reconcile(&mut self, report: &Reconcile) -> Result<(), StoreError> {
        keep::reconcile(&self.conn, report)
    }

    /// Writes a whole, checked copy to a file that does not exist yet.
    ///
    /// # Errors
    /// Where the file exists or the disk fails; what was begun may be left there.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        open::copy(&self.conn, path, &self.options)
    }

    /// One transaction: all of it, or nothing; and memory follows the disk.
    fn transact<T, E: From<StoreError> + From<rusqlite::Error>>(
        &mut self,
        now: &Now,
        run: impl FnOnce(&mut Work<'_>) -> Result<T, E>,
    ) -> Result<(T, Todo), E> {
        self.transact_ahead(now, false, run)
    }

    /// `ahead`: what is in memory is ahead of the disk already.
    fn transact_ahead<T, E: From<StoreError> + From<rusqlite::Error>>(
        &mut self,
        now: &Now,
        mut ahead: bool,
        run: impl FnOnce(&mut Work<'_>) -> Result<T, E>,
    ) -> Result<(T, Todo), E> {
        let done = self.attempt(now, &mut ahead, run);
        if done.is_err() && ahead {
            self.poisoned = true;
            // Where it does not work now either, it is tried again before anything else is done.
            let _ = self.restore(now);
        }
        done
    }

    fn attempt<T, E: From<StoreError> + From<rusqlite::Error>>(
        &mut self,
        now: &Now,
        ahead: &mut bool,
        run: impl FnOnce(&mut Work<'_>) -> Result<T, E>,
    ) -> Result<(T, Todo), E> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.conn.transaction_with_behavior(behavior)?;
        let (client, terminal) = (&mut self.client, &mut self.terminal);
        let config = &self.config;
        let mut work = Work::new(&transaction, config, client, terminal, self.lived_ms, now);
        let done = run(&mut work).and_then(|done| Ok((done, work.finish()?)));
        *ahead |= work.ahead;
        let (todo, lived_ms) = (work.todo, work.lived_ms);
        let (done, ()) = done?;
        transaction.commit()?;
        self.log_grew = true;
        self.lived_ms = lived_ms;
        Ok((done, todo))
    }

    /// Writes the log back while nobody asks for anything, so that no command has to.
    fn rest(&mut self, now: &Now) {
        let idle = now.sync.moment.since(self.asked) >= REST;
        if !idle || !self.log_grew {
            return;
        }
        // Where it does not work, everything is in the log as before, and a command does it.
        let _ = self
            .conn
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        self.log_grew = false;
    }

    /// Sees to it that memory is what is on disk.
    fn sound(&mut self, now: &Now) -> Result<(), StoreError> {
        if self.poisoned {
            self.restore(now)?;
        }
        Ok(())
    }

    /// Reads what is on disk; over a new connection where the one there is cannot.
    fn restore(&mut self, now: &Now) -> Result<(), StoreError> {
        let loaded = match self.reload(now) {
            Ok(loaded) => loaded,
            Err(_) => {
                self.conn = open::writer_again(&self.path, &self.options)?;
                self.reload(now)?
            }
        };
        self.client = loaded.client;
        self.terminal = loaded.terminal;
        self.lived_ms = loaded.lived_ms;
        self.poisoned = false;
        Ok(())
    }

    fn reload(&mut self, now: &Now) -> Result<Loaded, StoreError> {
        // One that is still open would hide what is committed.
        if !self.conn.is_autocommit() {
            self.conn.execute_batch("ROLLBACK")?;
        }
        let transaction = self.conn.transaction()?;
        load(&transaction, &self.config, now)
    }
}

#[cfg(test)]
mod tests;
