//! What everybody else has of the till: its queue, its readers, and what it tells.
//!
//! Invariant: the queue is bounded; a full one refuses a request at once and lets the agent wait.
//! Whoever stops waiting for an answer does not stop the work: asked again with the same key, the
//! same answer comes.

use super::clock::Clock;
use super::desk::{Desk, Job};
use super::line::Line;
use super::mailbox::{Mailbox, Work};
use super::metrics::TillMetrics;
use super::readers::Readers;
use super::refused::Refused;
use super::setup::Setup;
use super::shelf::Shelf;
use olympus_core::grant::Refusal;
use olympus_core::route::Moment;
use olympus_core::sync::client;
use olympus_proto::pos::Ticket;
use olympus_store::{Asked, Done, GrantEvent, Now, Reader, Standing, StoreError, Till};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// Commands that may wait.
pub(super) const QUEUE: usize = 256;
/// How often a till without an agent ticks.
const IDLE: Duration = Duration::from_secs(5);
/// Changes of tickets that a screen may be behind.
const TICKETS: usize = 256;

/// What the thread and its callers share.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) mailbox: Mailbox,
    pub(super) tickets: broadcast::Sender<Ticket>,
    pub(super) readers: Arc<Readers>,
    pub(super) metrics: TillMetrics,
    pub(super) line: Line,
    /// Whether it was tried to open the file.
    pub(super) tried: watch::Sender<bool>,
    /// Somebody talks to the cloud.
    has_agent: bool,
}

impl Hub {
    /// Without a cloud nobody would ever take it out.
    pub(super) fn put(&self, work: Work) {
        if self.has_agent {
            self.mailbox.put(work);
        }
    }
}

/// The till, for everybody.
#[derive(Clone)]
pub(crate) struct Handle {
    jobs: mpsc::Sender<Job>,
    hub: Arc<Hub>,
    clock: Clock,
    shelf: Arc<Shelf>,
    setup: Arc<Setup>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle")
            .field("terminal", &self.setup.terminal)
            .finish_non_exhaustive()
    }
}

impl Handle {
    /// Starts the thread; it opens the file while others go on.
    ///
    /// # Errors
    /// Where there is neither a thread nor a temporary folder to be had.
    pub(crate) fn start(setup: Setup, shelf: Shelf, metrics: TillMetrics) -> io::Result<Self> {
        let (path, temporary) = setup.place()?;
        let clock = Clock::new(setup.zone.clone(), setup.day_starts);
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tickets, _) = broadcast::channel(TICKETS);
        let hub = Arc::new(Hub {
            mailbox: Mailbox::default(),
            tickets,
            readers: Arc::new(Readers::new(path.clone())),
            metrics,
            line: Line::new(setup.has_cloud, &clock),
            tried: watch::Sender::new(false),
            has_agent: setup.has_cloud,
        });
        let shelf = Arc::new(shelf);
        let desk = Desk::new(
            path,
            temporary,
            setup.config(),
            clock.clone(),
            Arc::clone(&shelf),
            Arc::clone(&hub),
        );
        let thread = std::thread::Builder::new()
            .name("till".to_owned())
            .spawn(move || desk.run(queue))?;
        Ok(Self {
            jobs,
            hub,
            clock,
            shelf,
            setup: Arc::new(setup),
            thread: Arc::new(Mutex::new(Some(thread))),
        })
    }

    /// Who this till is, and by what it sells.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What it sells.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The clocks, as the till sees them.
    pub(crate) fn now(&self) -> Now {
        self.clock.now()
    }

    /// When a moment is, for a timer.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.clock.instant(moment)
    }

    /// The wall clock of a moment.
    pub(crate) fn wall_ms(&self, moment: Moment) -> u64 {
        self.clock.wall_ms(moment)
    }

    /// Whether its file is open, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        self.hub.metrics.is_up()
    }

    /// The line to the cloud.
    pub(crate) fn line(&self) -> &Line {
        &self.hub.line
    }

    /// What is counted.
    pub(crate) fn metrics(&self) -> &TillMetrics {
        &self.hub.metrics
    }

    /// A command of the API. What is answered is durable, and search knows of it. What has not
    /// begun by the deadline is not done; what has is answered, however late.
    ///
    /// # Errors
    /// [`Refused`]; with `Overloaded` where too many wait.
    pub(crate) async fn ask(
        &self,
        asked: Asked,
        deadline: Option<Instant>,
    ) -> Result<Done, Refused> {
        let (job, answer) = job(move |desk| match deadline {
            Some(deadline) if deadline <= Instant::now() => Err(Refused::late()),
            _ => desk.ask(asked),
        });
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refused::overloaded(),
            mpsc::error::TrySendError::Closed(_) => Refused::ending(),
        })?;
        answer.await.map_err(|_| Refused::broke())?
    }

    /// Something that happened to sync. What comes of it is in [`Handle::work`].
    ///
    /// # Errors
    /// Where the disk fails; the event is lost and will be asked for again.
    pub(crate) async fn sync(&self, event: client::Event) -> Result<(), Refused> {
        self.job(move |desk| desk.sync(event)).await?
    }

    /// What the cloud says of this terminal's grant; the documents that were refused come back.
    ///
    /// # Errors
    /// Where the disk fails; nothing was taken.
    pub(crate) async fn grants(&self, event: GrantEvent) -> Result<Vec<Refusal>, Refused> {
        self.job(move |desk| desk.grants(event)).await?
    }

    /// Anything else that the till can do.
    ///
    /// # Errors
    /// Where its file is not open.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Till, &Now) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.job(move |desk| desk.till().map(|(till, now)| what(till, &now)))
            .await?
    }

    /// How the till stands.
    ///
    /// # Errors
    /// Where its file is not open.
    pub(crate) async fn standing(&self) -> Result<Standing, Refused> {
        self.with(|till, now| till.standing(now)).await
    }

    /// Reads, beside whatever is being written.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refused> {
        let mut tried = self.hub.tried.subscribe();
        // Before that there may be no file yet.
        tried
            .wait_for(|tried| *tried)
            .await
            .map_err(|_| Refused::ending())?;
        self.hub.readers.read(what).await
    }

    /// What is to be done at the cloud, as soon as there is something. For one taker.
    pub(crate) async fn work(&self) -> Work {
        self.hub.mailbox.take().await
    }

    /// Ticks where there is nobody else to: the log is written back while nothing is asked for.
    pub(crate) async fn tick_alone(self) {
        loop {
            tokio::time::sleep(IDLE).await;
            // What the disk says of it is counted and logged.
            let _ = self.sync(client::Event::Tick).await;
        }
    }

    /// Tickets from now on.
    pub(crate) fn tickets(&self) -> broadcast::Receiver<Ticket> {
        self.hub.tickets.subscribe()
    }

    /// Ends the thread after what waits, so that the file is closed in order.
    pub(crate) async fn close(&self) {
        let (job, _) = job(Desk::end);
        if self.jobs.send(job).await.is_err() {
            return;
        }
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let joined = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join));
        if tokio::time::timeout(Duration::from_secs(10), joined)
            .await
            .is_err()
        {
            tracing::warn!(
                "the till's thread does not end; its file is recovered at the next start"
            );
        }
    }

    async fn job<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (job, answer) = job(work);
        self.jobs.send(job).await.map_err(|_| Refused::ending())?;
        answer.await.map_err(|_| Refused::broke())
    }
}

/// Work, and where its answer comes.
fn job<T: Send + 'static>(
    work: impl FnOnce(&mut Desk) -> T + Send + 'static,
) -> (Job, oneshot::Receiver<T>) {
    let (tell, answer) = oneshot::channel();
    let job = Box::new(move |desk: &mut Desk| {
        // Whoever asked may have gone.
        let _ = tell.send(work(desk));
    });
    (job, answer)
}
