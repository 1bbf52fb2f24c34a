//! The Durable Object `Publisher`, one per location: brings a menu from its document in R2 into
//! Vectorize, switches to it when it shows, and clears up behind it.
//!
//! What is decided is in `state`; here it is done, one step an alarm. Invariant: a state is on
//! disk before the next step begins, and every step may be done twice. It trusts its caller,
//! which is the Worker alone.

mod work;

pub(super) use work::query_options;

use super::document::{Names, Passage, passages};
use super::state::{Offer, Pace, State as Progress, Step, Taken};
use super::{pointer, store};
use crate::ai::embed::Embedder;
use crate::ai::fault::UpstreamError;
use crate::http::error::{EdgeError, log};
use crate::http::{time::now_ms, var};
use crate::live::call;
use olympus_proto::LocationId;
use olympus_proto::edge::{PublishRequest, PublishStatus};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

/// A step that is not heard of for so long was killed; the alarm comes again.
const WATCHDOG: Duration = Duration::from_secs(150);
/// An alarm that has not come so long after its time is set again.
const LATE_MS: u64 = 5_000;
/// An alarm is set by a wait, so its time is a little later than what it was set for.
const ROUNDED_MS: u64 = 50;
const KEY: &str = "state";

/// Body of `/offer`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Offered {
    pub(super) location: LocationId,
    pub(super) offer: Offer,
    pub(super) anew: bool,
}

/// Body of `/expect`: a menu whose document is about to be written, and then offered.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Expecting {
    pub(super) location: LocationId,
    pub(super) digest: String,
}

/// Answer of `/expect`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Awaited {
    /// Whether the document may be written now: an old one of that digest is not being deleted.
    pub(super) may_write: bool,
}

/// Body of `/missed`: a search found no vector at all of that menu.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Missed {
    pub(super) location: LocationId,
    pub(super) digest: String,
    pub(super) generation: u64,
}

/// Body of `/status`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) location: LocationId,
}

/// What the object says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    /// Whether the offered menu is in use already.
    pub(super) is_live: bool,
    pub(super) status: PublishStatus,
    pub(super) pointer: Option<pointer::Pointer>,
}

/// Why a step was not done.
enum Stop {
    /// Try again.
    Fault(String),
    /// The same call is refused again.
    Refused(String),
}

impl From<UpstreamError> for Stop {
    fn from(error: UpstreamError) -> Self {
        match error.is_final() {
            true => Self::Refused(error.to_string()),
            false => Self::Fault(error.to_string()),
        }
    }
}

impl From<EdgeError> for Stop {
    fn from(error: EdgeError) -> Self {
        Self::Fault(error.message)
    }
}

/// A menu with its passages.
struct Paper {
    document: PublishRequest,
    passages: Vec<Passage>,
}

impl Paper {
    fn of(document: PublishRequest) -> Self {
        Self {
            passages: passages(&document.items).collect(),
            document,
        }
    }

    /// What a passage's vector is called, and its dish.
    fn named(&self, passage: &Passage, names: &Names) -> Option<(String, &str)> {
        let item = self.document.items.get(passage.item)?.id.as_str();
        Some((names.id(item, passage.no), item))
    }
}

/// Brings menus into use.
#[durable_object]
pub struct Publisher {
    state: State,
    env: Env,
    /// What is on disk, once it was read.
    kept: RefCell<Option<Progress>>,
    /// The document read last.
    paper: RefCell<Option<Rc<Paper>>>,
    /// What was seen of a writing, by its number: looks that failed in the middle need not begin anew.
    seen: RefCell<(u64, HashMap<String, Vec<f32>>)>,
    /// Until when a step that began is taken to run.
    busy_until_ms: Cell<u64>,
}

/// Whether an alarm `set` for a time does for what is due at `at_ms`, and is not late.
fn will_come(set_ms: u64, at_ms: u64, now_ms: u64) -> bool {
    let due_ms = at_ms.max(now_ms);
    set_ms <= due_ms.saturating_add(ROUNDED_MS) && now_ms < set_ms.saturating_add(LATE_MS)
}

impl DurableObject for Publisher {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            kept: RefCell::new(None),
            paper: RefCell::new(None),
            seen: RefCell::default(),
            busy_until_ms: Cell::new(0),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let answer = match request.path().as_str() {
            "/expect" => {
                let expecting: Expecting = request.json().await?;
                return call::answer(self.expect(expecting).await);
            }
            "/offer" => {
                let offered: Offered = request.json().await?;
                self.offer(offered).await
            }
            "/missed" => {
                let missed: Missed = request.json().await?;
                self.missed(&missed).await
            }
            "/status" => {
                let asked: Asked = request.json().await?;
                self.report(&asked.location).await
            }
            _ => Err(EdgeError::not_found("no such call")),
        };
        call::answer(answer)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.load().await?;
        let due = self.with(|progress| progress.next());
        if let Some((at, step)) = due
            && at <= now_ms()
        {
            // Where this object is killed in the middle of the step, it wakes up again.
            self.state.storage().set_alarm(WATCHDOG).await?;
            let limit = u64::try_from(WATCHDOG.as_millis()).unwrap_or(u64::MAX);
            self.busy_until_ms.set(now_ms().saturating_add(limit));
            self.step(step).await;
            self.save().await?;
            self.busy_until_ms.set(0);
        }
        self.arm().await?;
        Response::empty()
    }
}

impl Publisher {
    async fn load(&self) -> worker::Result<()> {
        if self.kept.borrow().is_some() {
            return Ok(());
        }
        let text: Option<String> = self.state.storage().get(KEY).await?;
        let progress = match text {
            Some(text) => serde_json::from_str(&text)?,
            None => Progress::default(),
        };
        self.kept.borrow_mut().get_or_insert(progress);
        Ok(())
    }

    async fn save(&self) -> worker::Result<()> {
        let text = self.with(|progress| serde_json::to_string(progress))?;
        self.state.storage().put(KEY, text).await
    }

    /// Lends what is known; after [`Self::load`] it is what is on disk.
    fn with<R>(&self, lend: impl FnOnce(&mut Progress) -> R) -> R {
        lend(self.kept.borrow_mut().get_or_insert_default())
    }

    /// Wakes up for the next step.
    async fn arm(&self) -> worker::Result<()> {
        let storage = self.state.storage();
        match self.with(|progress| progress.next()) {
            Some((at, _)) => {
                let wait = at.saturating_sub(now_ms());
                storage.set_alarm(Duration::from_millis(wait)).await
            }
            None => storage.delete_alarm().await,
        }
    }

    fn pace(&self) -> Pace {
        let told = var(&self.env, "PUBLISH");
        if told.is_empty() {
            return Pace::default();
        }
        serde_json::from_str(&told).unwrap_or_else(|error| {
            log(&format!("the var PUBLISH cannot be used: {error}"));
            Pace::default()
        })
    }

    async fn offer(&self, offered: Offered) -> Result<Report, EdgeError> {
        self.load().await?;
        let prefix = Embedder::of(&self.env).prefix();
        let taken = self.with(|progress| {
            progress.location = offered.location.0;
            progress.offer(offered.offer, offered.anew, &prefix, now_ms())
        });
        self.save().await?;
        self.arm().await?;
        Ok(self.told(taken == Taken::Live))
    }

    async fn expect(&self, expecting: Expecting) -> Result<Awaited, EdgeError> {
        self.load().await?;
        let may_write = self.with(|progress| {
            progress.location = expecting.location.0;
            progress.expect(&expecting.digest, now_ms())
        });
        self.save().await?;
        self.arm_unless_busy().await?;
        Ok(Awaited { may_write })
    }

    async fn missed(&self, missed: &Missed) -> Result<Report, EdgeError> {
        self.load().await?;
        let (pace, now) = (self.pace(), now_ms());
        if self.with(|progress| progress.missed(&missed.digest, missed.generation, pace, now)) {
            log(&format!(
                "searches at {} find no vector of menu {}",
                missed.location, missed.digest
            ));
            self.save().await?;
        }
        self.report(&missed.location).await
    }

    /// Whatever became of the alarm, or of the step before: what is left to do is done. An alarm
    /// that is about to come is left alone: set anew by each who asks for the status, it would
    /// never come.
    async fn arm_unless_busy(&self) -> worker::Result<()> {
        if self.busy_until_ms.get() >= now_ms() {
            return Ok(());
        }
        let due = self.with(|progress| progress.next());
        let set = self.state.storage().get_alarm().await?;
        match (due, set.and_then(|at| u64::try_from(at).ok())) {
            (Some((at, _)), Some(set)) if will_come(set, at, now_ms()) => Ok(()),
            _ => self.arm().await,
        }
    }

    async fn report(&self, location: &LocationId) -> Result<Report, EdgeError> {
        self.load().await?;
        let (prefix, pace) = (Embedder::of(&self.env).prefix(), self.pace());
        let began = self.with(|progress| {
            progress.location.clone_from(&location.0);
            progress.respace(&prefix, pace, now_ms())
        });
        if began {
            self.save().await?;
        }
        self.arm_unless_busy().await?;
        Ok(self.told(false))
    }

    fn told(&self, is_live: bool) -> Report {
        self.with(|progress| Report {
            is_live,
            status: progress.status(),
            pointer: progress.live.as_ref().map(pointer::Pointer::of),
        })
    }

    async fn step(&self, step: Step) {
        let done = match &step {
            Step::Write(job) => self.write(job).await,
            Step::Verify(job) => self.verify(job).await,
            Step::Tell(live) => self.tell(live).await,
            Step::Sweep(old) => self.sweep(old).await,
            Step::Check(live) => self.check(live).await,
            Step::Tidy => self.tidy().await,
        };
        let (error, refused) = match done {
            Ok(()) => return,
            Err(Stop::Fault(error)) => (error, false),
            Err(Stop::Refused(error)) => (error, true),
        };
        if !matches!(step, Step::Write(_) | Step::Verify(_)) {
            // Those are in the status.
            log(&format!("a step of publishing failed: {step:?}: {error}"));
        }
        let pace = self.pace();
        self.with(|progress| progress.failed(&step, &error, refused, pace, now_ms()));
    }

    fn location(&self) -> String {
        self.with(|progress| progress.location.clone())
    }

    async fn paper(&self, digest: &str) -> Result<Rc<Paper>, Stop> {
        if let Some(paper) = &*self.paper.borrow()
            && paper.document.digest == digest
        {
            return Ok(Rc::clone(paper));
        }
        let read = store::read(&self.env, &self.location(), digest).await?;
        let missing = || Stop::Refused("its document is gone; publish it again".to_owned());
        let paper = Rc::new(Paper::of(read.ok_or_else(missing)?));
        *self.paper.borrow_mut() = Some(Rc::clone(&paper));
        Ok(paper)
    }
}

#[cfg(test)]
mod tests {
    use super::will_come;

    #[test]
    fn an_alarm_that_is_about_to_come_is_left_alone() {
        for (set, at, now, comes) in [
            (1_000, 1_000, 990, true),
            (1_010, 1_000, 990, true),
            // Due long ago, set just now.
            (5_000, 1_000, 5_030, true),
            // The watchdog's, and something is due.
            (150_000, 1_000, 2_000, false),
            // It did not come.
            (1_000, 1_000, 6_001, false),
            // A step later than what is due now.
            (9_000, 2_000, 1_000, false),
        ] {
            assert_eq!(will_come(set, at, now), comes, "{set} {at} {now}");
        }
    }
}
