//! Turns at the model, the bounded queue before it and the threads that work it off.
//!
//! There are as many turns as cores. Where one is free, whoever asks takes it and encodes on its own
//! thread: nobody waits for another thread to wake. Otherwise it waits, and what waits is encoded by
//! threads in small batches, so load makes batches. Single texts go before bulk work (batch forms,
//! imports), which gets a turn after every few rounds and comes in small pieces. Invariants: no more
//! turns at a time than there are; every accepted job is answered exactly once, also when the model panics or the thread
//! ends. Never keeps more than its capacity.

use super::at_work::AtWork;
use super::error::ServiceError;
use crate::metrics::Metrics;
use olympus_inference::{Analysis, Cores, Engine, InferenceError, Timings};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Single texts encoded at once. They share the reading of the weights, which is what counts where caches
/// are small; with more of them the first waits for the last. Measured at 1,000 requests a second on two
/// cores whose cache holds the weights: see docs/BENCHMARKS.md.
const MAX_BATCH_TEXTS: usize = 4;
/// After so many rounds of single texts, waiting bulk work gets one.
const BULK_EVERY: u32 = 4;

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Somebody is waiting in front of a screen.
    Interactive,
    /// Batches and imports.
    Bulk,
}

/// The models at work: one, or two where the chosen one has no intent head.
#[derive(Debug)]
pub(crate) struct Models {
    /// Embeds menu and queries.
    pub(crate) search: Engine,
    /// Decides intents where `search` cannot.
    pub(crate) intent: Option<Engine>,
}

impl Models {
    fn analyse(
        &self,
        texts: &[&str],
        cores: Cores,
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        let (mut found, mut timings) = self.search.analyse_timed(texts, cores)?;
        if let Some(intent) = &self.intent {
            let (heads, more) = intent.analyse_timed(texts, cores)?;
            for (analysis, head) in found.iter_mut().zip(heads) {
                analysis.logits = head.logits;
            }
            timings.tokenize_us += more.tokenize_us;
            timings.encode_us += more.encode_us;
            timings.classify_us += more.classify_us;
        }
        Ok((found, timings))
    }
}

/// What came of a job.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// One a text, in their order.
    pub(crate) analyses: Vec<Analysis>,
    /// Microseconds in the queue.
    pub(crate) queue_us: u64,
    /// Microseconds by stage of the whole batch: that is how long the job took.
    pub(crate) timings: Timings,
}

type Reply = Result<Encoded, ServiceError>;
type Analyse<'a> = dyn Fn(&[&str]) -> Result<(Vec<Analysis>, Timings), ServiceError> + 'a;

struct Job {
    texts: Vec<String>,
    deadline: Option<Instant>,
    enqueued: Instant,
    reply: SyncSender<Reply>,
}

#[derive(Default)]
struct Queue {
    interactive: VecDeque<Job>,
    bulk: VecDeque<Job>,
    texts: usize,
    rounds: u32,
    /// Turns that somebody has.
    busy: usize,
    closed: bool,
}

struct Shared {
    models: Arc<Models>,
    queue: Mutex<Queue>,
    wake: Condvar,
    capacity: usize,
    metrics: Arc<Metrics>,
    at_work: Arc<AtWork>,
    /// Most turns at a time.
    turns: usize,
}

/// Handle of the threads; dropping it answers what waits and ends them.
pub(crate) struct EncoderThread {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl EncoderThread {
    /// Starts a thread for each core; at most `capacity` texts wait before them.
    pub(crate) fn start(
        models: Arc<Models>,
        capacity: usize,
        metrics: Arc<Metrics>,
        at_work: Arc<AtWork>,
    ) -> Result<Self, ServiceError> {
        let shared = Arc::new(Shared {
            models,
            queue: Mutex::default(),
            wake: Condvar::new(),
            capacity,
            metrics,
            turns: at_work.cores(),
            at_work,
        });
        let start = |_| {
            let inside = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("encoder".to_owned())
                .spawn(move || inside.run())
        };
        let threads = (0..shared.turns).map(start).collect::<Result<_, _>>();
        let threads = threads.map_err(|error| ServiceError::Encoder(error.to_string()))?;
        Ok(Self { shared, threads })
    }

    /// Encodes texts, waiting for the answer.
    ///
    /// # Errors
    /// `Overloaded` at once where the queue is full; `DeadlineExceeded` where the job's time is
    /// over before it was answered; `Inference`, `Encoder`.
    pub(crate) fn encode(
        &self,
        texts: Vec<String>,
        lane: Lane,
        deadline: Option<Instant>,
    ) -> Reply {
        let (reply, told) = sync_channel(1);
        let job = Job {
            texts,
            deadline,
            enqueued: Instant::now(),
            reply,
        };
        let turn = match lane {
            Lane::Interactive => self.shared.free_turn(),
            Lane::Bulk => None,
        };
        match turn {
            Some(turn) => turn.answer(vec![job]),
            None => self.submit(job, lane)?,
        }
        wait(&told, deadline)
    }

    fn submit(&self, job: Job, lane: Lane) -> Result<(), ServiceError> {
        let mut queue = self.shared.lock();
        if queue.closed {
            return Err(ServiceError::NotReady("shutting down"));
        }
        // An empty queue takes any job, so that none is too large for ever.
        if queue.texts > 0 && queue.texts + job.texts.len() > self.shared.capacity {
            return Err(ServiceError::Overloaded {
                what: "too many texts are waiting for the encoder",
                retry_after_s: 1,
            });
        }
        queue.texts += job.texts.len();
        self.shared.metrics.queue_depth(queue.texts);
        match lane {
            Lane::Interactive => queue.interactive.push_back(job),
            Lane::Bulk => queue.bulk.push_back(job),
        }
        drop(queue);
        self.shared.wake.notify_one();
        Ok(())
    }
}

impl Drop for EncoderThread {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            // Its panics are caught inside; there is nothing left to learn.
            let _ = thread.join();
        }
    }
}

fn wait(answer: &Receiver<Reply>, deadline: Option<Instant>) -> Reply {
    let ended = Err(ServiceError::Encoder("its thread ended".to_owned()));
    let Some(deadline) = deadline else {
        return answer.recv().unwrap_or(ended);
    };
    // An answer that is there is taken, however late it is.
    match answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(reply) => reply,
        Err(RecvTimeoutError::Timeout) => Err(ServiceError::DeadlineExceeded),
        Err(RecvTimeoutError::Disconnected) => ended,
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        while let Some((turn, jobs)) = self.next() {
            turn.answer(jobs);
        }
    }

    /// A turn that nobody has; bulk work that waits has one of them coming.
    fn free_turn(&self) -> Option<Turn<'_>> {
        let mut queue = self.lock();
        let promised = usize::from(!queue.bulk.is_empty());
        let is_free = queue.interactive.is_empty() && queue.busy + promised < self.turns;
        (is_free && !queue.closed).then(|| {
            queue.busy += 1;
            Turn(self)
        })
    }

    /// Waits for work and a turn; `None` once the queue is closed and empty.
    fn next(&self) -> Option<(Turn<'_>, Vec<Job>)> {
        let mut queue = self.lock();
        loop {
            if queue.busy < self.turns
                && let Some(jobs) = queue.take()
            {
                queue.busy += 1;
                self.metrics.queue_depth(queue.texts);
                return Some((Turn(self), jobs));
            }
            if queue.closed && queue.is_empty() {
                return None;
            }
            queue = self
                .wake
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The right to run the model until it is dropped.
struct Turn<'a>(&'a Shared);

impl Turn<'_> {
    /// Gives the turn back before anybody is told, so that who asks again at once finds it free.
    fn answer(self, jobs: Vec<Job>) {
        let told = answer(jobs, &|texts| {
            // A lone text has the core that nobody uses.
            let spare = match texts {
                [_] => self.0.at_work.spare(),
                _ => None,
            };
            let cores = spare.as_ref().map_or(Cores::One, |_| Cores::Two);
            catch_unwind(AssertUnwindSafe(|| self.0.models.analyse(texts, cores)))
                .map_err(|_| ServiceError::Encoder("it panicked; see the log".to_owned()))?
                .map_err(ServiceError::Inference)
        });
        drop(self);
        tell(told);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.busy -= 1;
        let waiting = !queue.is_empty() || queue.closed;
        drop(queue);
        if waiting {
            self.0.wake.notify_one();
        }
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.interactive.is_empty() && self.bulk.is_empty()
    }

    fn take(&mut self) -> Option<Vec<Job>> {
        let bulk_is_due = self.rounds >= BULK_EVERY || self.interactive.is_empty();
        if bulk_is_due && let Some(job) = self.bulk.pop_front() {
            self.rounds = 0;
            self.texts -= job.texts.len();
            return Some(vec![job]);
        }
        let mut jobs = Vec::new();
        let mut texts = 0;
        while let Some(job) = self.interactive.front() {
            if !jobs.is_empty() && texts + job.texts.len() > MAX_BATCH_TEXTS {
                break;
            }
            texts += job.texts.len();
            jobs.extend(self.interactive.pop_front());
        }
        self.texts -= texts;
        self.rounds = self.rounds.saturating_add(1);
        (!jobs.is_empty()).then_some(jobs)
    }
}

/// An answer and who waits for it.
type Told = (SyncSender<Reply>, Reply);

fn tell(told: Vec<Told>) {
    for (reply, answer) in told {
        // Whoever asked may be gone.
        let _ = reply.send(answer);
    }
}

/// Encodes jobs together; an answer for each.
fn answer(jobs: Vec<Job>, analyse: &Analyse<'_>) -> Vec<Told> {
    let started = Instant::now();
    let (late, jobs): (Vec<_>, Vec<_>) = jobs
        .into_iter()
        .partition(|job| job.deadline.is_some_and(|deadline| deadline <= started));
    let late = late.into_iter().map(|job| job.reply);
    let mut told: Vec<Told> = late
        .map(|reply| (reply, Err(ServiceError::DeadlineExceeded)))
        .collect();
    let texts: Vec<&str> = jobs
        .iter()
        .flat_map(|job| job.texts.iter().map(String::as_str))
        .collect();
    let done = match texts.is_empty() {
        true => Ok(Default::default()),
        false => analyse(&texts),
    };
    match done {
        Ok((analyses, timings)) => {
            let mut analyses = analyses.into_iter();
            told.extend(jobs.into_iter().map(|job| {
                let own = analyses.by_ref().take(job.texts.len()).collect();
                let encoded = encoded(&job, started, own, timings);
                (job.reply, Ok(encoded))
            }));
        }
        // One bad text must not fail its neighbours.
        Err(_) if jobs.len() > 1 => {
            let alone = jobs.into_iter().map(|job| answer(vec![job], analyse));
            told.extend(alone.flatten());
        }
        Err(error) => {
            tracing::error!(%error, "encoding failed");
            told.extend(jobs.into_iter().next().map(|job| (job.reply, Err(error))));
        }
    }
    told
}

fn encoded(job: &Job, started: Instant, analyses: Vec<Analysis>, timings: Timings) -> Encoded {
    let waited = started.saturating_duration_since(job.enqueued).as_micros();
    Encoded {
        analyses,
        queue_us: u64::try_from(waited).unwrap_or(u64::MAX),
        timings,
    }
}

#[cfg(test)]
mod tests;
