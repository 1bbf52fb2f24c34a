//! The thread that owns the till: one job after the other, each to its end.
//!
//! Invariant: what a command does to stock is known to search before its answer is sent. A file
//! that cannot be opened is tried again with each job, at most once a second; a job that panics
//! costs the till's memory and never its file. Never waits for anybody but the disk.

use super::clock::Clock;
use super::handle::Hub;
use super::mailbox::Work;
use super::refused::Refused;
use super::shelf::Shelf;
use olympus_core::sync::client;
use olympus_store::{
    Asked, Done, GrantEvent, Now, OpenOptions, Reader, StoreError, Till, TillConfig, TillError,
    Todo,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How soon a file that could not be opened is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// What the thread is asked to do.
pub(super) type Job = Box<dyn FnOnce(&mut Desk) + Send>;

/// What the thread has.
pub(super) struct Desk {
    pub(super) path: PathBuf,
    pub(super) config: TillConfig,
    pub(super) clock: Clock,
    pub(super) shelf: Arc<Shelf>,
    pub(super) hub: Arc<Hub>,
    till: Option<Till>,
    /// Why there is no till, and when that was found out.
    failed: Option<(String, Instant)>,
    over: bool,
    /// Goes with the thread.
    _temporary: Option<tempfile::TempDir>,
}

impl Desk {
    pub(super) fn new(
        path: PathBuf,
        temporary: Option<tempfile::TempDir>,
        config: TillConfig,
        clock: Clock,
        shelf: Arc<Shelf>,
        hub: Arc<Hub>,
    ) -> Self {
        Self {
            path,
            config,
            clock,
            shelf,
            hub,
            till: None,
            failed: None,
            over: false,
            _temporary: temporary,
        }
    }

    /// Works until it is told to end, or nobody can ask any more.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let _ = self.till();
        // `send` keeps nothing where nobody listens yet.
        self.hub.tried.send_replace(true);
        while !self.over
            && let Some(job) = jobs.blocking_recv()
        {
            self.hub.metrics.queue(jobs.len());
            if catch_unwind(AssertUnwindSafe(|| job(&mut self))).is_err() {
                tracing::error!("the till's thread failed; it goes on from what is on the disk");
                self.till = None;
            }
        }
        self.hub.metrics.up(false);
    }

    /// Ends after this job.
    pub(super) fn end(&mut self) {
        self.over = true;
    }

    /// The till, opened if it is not.
    pub(super) fn till(&mut self) -> Result<(&mut Till, Now), Refused> {
        if self.till.is_none() {
            self.open()?;
        }
        let now = self.clock.now();
        match &mut self.till {
            Some(till) => {
                self.clock.learn(till.time_ms(&now), &now);
                let now = self.clock.now();
                Ok((till, now))
            }
            None => Err(Refused::closed("the till's file is not open")),
        }
    }

    fn open(&mut self) -> Result<(), Refused> {
        if let Some((why, at)) = &self.failed
            && at.elapsed() < AGAIN
        {
            return Err(Refused::closed(why));
        }
        let now = self.clock.now();
        let options = OpenOptions::default();
        match Till::open(&self.path, options, self.config.clone(), &now) {
            Ok((till, todo)) => {
                self.till = Some(till);
                self.failed = None;
                self.hub.mailbox.forget();
                self.hub.metrics.up(true);
                self.count_all();
                self.after(todo);
                Ok(())
            }
            Err(error) => {
                let why = error.to_string();
                if self
                    .failed
                    .as_ref()
                    .is_none_or(|(before, _)| *before != why)
                {
                    tracing::error!(file = %self.path.display(), %error, "NOTHING CAN BE SOLD: the till's file cannot be opened");
                }
                self.hub.metrics.up(false);
                self.hub.metrics.storage_failed();
                self.failed = Some((why.clone(), Instant::now()));
                Err(Refused::closed(&why))
            }
        }
    }

    /// All counts there are: the search forgets them at each start.
    fn count_all(&self) {
        match self.hub.readers.now(Reader::inventory) {
            Ok(inventory) => self.shelf.counted(&inventory.stock, &[]),
            Err(error) => tracing::error!(%error, "search does not know what has run out"),
        }
    }

    /// A command of the API.
    pub(super) fn ask(&mut self, asked: Asked) -> Result<Done, Refused> {
        let shelf = Arc::clone(&self.shelf);
        let started = Instant::now();
        let (till, now) = self.till()?;
        let done = till.ask(asked, &|item| shelf.offer(item), &now);
        match done {
            Ok(mut done) => {
                if !done.replayed {
                    self.hub.metrics.committed(started.elapsed(), &done.reply);
                }
                let todo = std::mem::take(&mut done.todo);
                self.after(todo);
                Ok(done)
            }
            Err(error) => {
                if let TillError::Store(error) = &error {
                    self.storage_failed(error);
                }
                Err(error.into())
            }
        }
    }

    /// Something that happened to sync.
    pub(super) fn sync(&mut self, event: client::Event) -> Result<(), Refused> {
        let (till, now) = self.till()?;
        match till.sync(event, &now) {
            Ok(todo) => {
                self.after(todo);
                Ok(())
            }
            Err(error) => Err(self.store(error)),
        }
    }

    /// Something that happened to the terminal's grant.
    pub(super) fn grants(
        &mut self,
        event: GrantEvent,
    ) -> Result<Vec<olympus_core::grant::Refusal>, Refused> {
        let (till, now) = self.till()?;
        let refusals = till.grants(event, &now);
        refusals.map_err(|error| self.store(error))
    }

    fn store(&self, error: StoreError) -> Refused {
        self.storage_failed(&error);
        error.into()
    }

    fn storage_failed(&self, error: &StoreError) {
        tracing::error!(%error, "the till's file");
        self.hub.metrics.storage_failed();
        // What waited to be sent was read anew.
        self.hub.put(Work {
            wake: Some(self.clock.moment()),
            ..Work::default()
        });
    }

    /// What is done once a change is durable. Search first: whoever is answered finds it so.
    fn after(&self, todo: Todo) {
        let Todo {
            send,
            wake,
            notices,
            tickets,
            stock,
            uncounted,
            orders,
        } = todo;
        self.shelf.counted(&stock, &uncounted);
        for ticket in tickets {
            // Nobody may be looking.
            let _ = self.hub.tickets.send(ticket);
        }
        self.hub.put(Work {
            send,
            wake,
            notices,
            orders: orders.into_iter().collect(),
        });
    }
}
