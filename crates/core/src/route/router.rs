//! What is known of both paths, by task, and where requests begin.
//!
//! Invariant: tasks share nothing but the line, so that a slow image path never closes the intent
//! path; a call that is opened is closed exactly once, by move of its [`Ticket`].

use super::answer::Record;
use super::breaker::{Breaker, BreakerState, Change, Outcome, Pass};
use super::budget::Budget;
use super::config::{ConfigError, RouteConfig, TaskConfig};
use super::limit::{Limiter, Permit};
use super::plan::Situation;
use super::quantile::{Quantiles, Sketch};
use super::reason::{Cause, Reason};
use super::request::{Action, Request};
use super::time::{Draw, Moment, Use};
use super::trust::{Standing, Trust};
use super::{Connectivity, Parity, Policy, Task};
use std::time::Duration;

/// Tokens of the hedging budget that audits leave for hedges.
const HEDGES_FIRST: u32 = 1;

/// One request, as it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// What is asked.
    pub task: Task,
    /// Whether there is a local model for it, loaded and able to answer.
    pub local: bool,
    /// Time for the answer from now; `None` is the task's own.
    pub deadline: Option<Duration>,
    /// A policy for this request only; `None` is the task's own.
    pub forced: Option<Policy>,
}

impl Ask {
    /// A request with a local model and the task's own deadline and policy.
    #[must_use]
    pub const fn new(task: Task) -> Self {
        Self {
            task,
            local: true,
            deadline: None,
            forced: None,
        }
    }
}

/// State of one task's paths, for metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snapshot {
    /// Whether cloud calls pass.
    pub breaker: BreakerState,
    /// Whether the cloud is believed.
    pub standing: Standing,
    /// Rate at which its sure answers are not the local ones, 0 to 1.
    pub disagreement: f64,
    /// Latency of the local model; its prior until it was measured.
    pub local: Quantiles,
    /// Latency of the cloud; its prior until it was measured.
    pub cloud: Quantiles,
    /// Cloud calls in flight.
    pub in_flight: u32,
    /// Hedges that could be made now.
    pub hedges_left: u64,
    /// Retries that could be made now.
    pub retries_left: u64,
}

/// The routing of one place: a device, or an isolate at the edge. 15 KB.
#[derive(Debug)]
pub struct Router {
    config: RouteConfig,
    connectivity: Connectivity,
    parity: Parity,
    intent: Paths,
    search: Paths,
    image: Paths,
}

impl Router {
    /// Without a measurement: online, the breakers closed, the cloud trusted.
    ///
    /// # Errors
    /// [`ConfigError`] where a setting cannot work.
    pub fn new(config: RouteConfig) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self::unchecked(config))
    }

    /// Takes settings that [`RouteConfig::check`] refuses. For tests that plant faults.
    #[doc(hidden)]
    #[must_use]
    pub fn unchecked(config: RouteConfig) -> Self {
        Self {
            intent: Paths::new(&config, Task::Intent),
            search: Paths::new(&config, Task::Search),
            image: Paths::new(&config, Task::Image),
            config,
            connectivity: Connectivity::Online,
            parity: Parity::Open,
        }
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &RouteConfig {
        &self.config
    }

    /// The line changed, as far as the shell knows. Where it is back, breakers probe at once.
    pub fn set_connectivity(&mut self, connectivity: Connectivity, now: Moment) {
        let was_down = self.connectivity == Connectivity::Offline;
        self.connectivity = connectivity;
        if was_down && connectivity != Connectivity::Offline {
            for task in Task::ALL {
                self.paths_mut(task).breaker.line_is_back(now);
            }
        }
    }

    /// The guard compared the embedding spaces of both paths.
    pub fn set_parity(&mut self, parity: Parity) {
        self.parity = parity;
    }

    /// Plans `ask` and says what to do first. Every request begun has to be driven until
    /// [`Request::is_settled`] or given up by [`Request::abandon`].
    pub fn begin(&mut self, ask: Ask, now: Moment, draw: Draw) -> (Request, Vec<Action>) {
        let paths = self.paths_mut(ask.task);
        paths.hedges.deposit();
        paths.retries.deposit();
        Request::begin(self, ask, now, draw)
    }

    /// State of one task's paths.
    #[must_use]
    pub fn snapshot(&self, task: Task, now: Moment) -> Snapshot {
        let paths = self.paths(task);
        Snapshot {
            breaker: paths.breaker.state(now),
            standing: paths.trust.standing(),
            disagreement: paths.trust.disagreement(),
            local: paths.local(),
            cloud: paths.cloud(now),
            in_flight: paths.limiter.in_flight(),
            hedges_left: paths.hedges.left(),
            retries_left: paths.retries.left(),
        }
    }

    /// What a decision for a request of `task` rests on.
    pub(super) fn situation(
        &self,
        task: Task,
        policy: Policy,
        local: bool,
        answer_by: Moment,
        now: Moment,
    ) -> Situation {
        let paths = self.paths(task);
        let parted = task == Task::Search && self.parity == Parity::Closed;
        let enough = answer_by.since(now) >= self.config.task(task).deadline() / 2;
        Situation {
            policy,
            now,
            answer_by,
            connectivity: self.connectivity,
            local: local.then(|| paths.local()),
            cloud: paths.cloud(now),
            closed: if parted {
                Some(Reason::ParityClosed)
            } else {
                paths.closed(now)
            },
            standing: paths.trust.standing(),
            explore: enough && self.connectivity == Connectivity::Online && now >= paths.explore_at,
            headroom: self.config.cloud_headroom,
            reserve: self.config.local_reserve,
        }
    }

    /// Whether a request should be answered by both paths, to compare them. Takes the token.
    pub(super) fn take_audit(&mut self, task: Task, draw: Draw) -> bool {
        let share = self.config.trust.audit_share;
        let paths = self.paths_mut(task);
        let wanted = share > 0.0 && (paths.trust.wants_evidence() || draw.unit(Use::Audit) < share);
        wanted && paths.hedges.affords(HEDGES_FIRST) && self.take_hedge(task)
    }

    /// Takes a token of the hedging budget; a metered line has none.
    pub(super) fn take_hedge(&mut self, task: Task) -> bool {
        self.connectivity != Connectivity::Metered && self.paths_mut(task).hedges.take()
    }

    pub(super) const fn paths(&self, task: Task) -> &Paths {
        match task {
            Task::Intent => &self.intent,
            Task::Search => &self.search,
            Task::Image => &self.image,
        }
    }

    pub(super) const fn paths_mut(&mut self, task: Task) -> &mut Paths {
        match task {
            Task::Intent => &mut self.intent,
            Task::Search => &mut self.search,
            Task::Image => &mut self.image,
        }
    }
}

/// A cloud call under way: its leave and its place.
#[derive(Debug)]
#[must_use = "a ticket that is not closed is a place lost"]
pub(super) struct Ticket {
    pass: Pass,
    permit: Permit,
}

/// Both paths of one task.
#[derive(Debug)]
pub(super) struct Paths {
    task: TaskConfig,
    explore: Duration,
    breaker: Breaker,
    limiter: Limiter,
    local: Sketch,
    cloud: Sketch,
    trust: Trust,
    hedges: Budget,
    retries: Budget,
    explore_at: Moment,
}

impl Paths {
    fn new(config: &RouteConfig, task: Task) -> Self {
        let task = config.task(task).clone();
        Self {
            explore: Duration::from_millis(u64::from(config.explore_ms)),
            breaker: Breaker::new(config.breaker),
            limiter: Limiter::new(task.most_in_flight),
            local: Sketch::new(config.latency),
            cloud: Sketch::new(config.latency),
            trust: Trust::new(config.trust),
            hedges: Budget::new(config.hedge.allowance()),
            retries: Budget::new(config.retry.allowance()),
            explore_at: Moment::START,
            task,
        }
    }

    /// Why a call would not be admitted; `None` where it would.
    pub(super) fn closed(&self, now: Moment) -> Option<Reason> {
        if let BreakerState::Open { told: true } = self.breaker.state(now) {
            Some(Reason::CloudBusy)
        } else if !self.breaker.lets_pass(now) {
            Some(Reason::BreakerOpen)
        } else if !self.limiter.has_room() {
            Some(Reason::Shed)
        } else {
            None
        }
    }

    /// Opens a call.
    ///
    /// # Errors
    /// The reason why none is admitted.
    pub(super) fn open(&mut self, cause: Cause, now: Moment) -> Result<Ticket, Reason> {
        if let Some(reason) = self.closed(now) {
            return Err(reason);
        }
        let permit = self.limiter.acquire().ok_or(Reason::Shed)?;
        let Some(pass) = self.breaker.pass(now) else {
            self.limiter.release(permit);
            return Err(Reason::BreakerOpen);
        };
        if cause == Cause::Explore {
            self.explore_at = now.after(self.explore);
        }
        Ok(Ticket { pass, permit })
    }

    /// Closes a call, with the time it took or, where it never answered, at least takes; `None`
    /// where that is not known.
    pub(super) fn close(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        took: Option<Duration>,
        now: Moment,
        draw: Draw,
    ) {
        self.limiter.release(ticket.permit);
        let change = self.breaker.record(ticket.pass, outcome, now, draw);
        if change == Some(Change::Back) {
            // Latencies from before the outage, and the timeouts in it, tell nothing of the line
            // as it is now.
            self.cloud.forget();
        }
        if let Some(took) = took {
            self.cloud.record(took, now);
        }
    }

    /// An exploring call made it in time: the next request may explore at once, so that enough
    /// samples are there soon.
    pub(super) const fn explored(&mut self, now: Moment) {
        self.explore_at = now;
    }

    pub(super) fn record_local(&mut self, took: Duration, now: Moment) {
        self.local.record(took, now);
    }

    pub(super) fn observe(&mut self, agree: bool) {
        self.trust.observe(agree);
    }

    /// Whether the retry budget has a token.
    pub(super) fn affords_retry(&self) -> bool {
        self.retries.affords(0)
    }

    /// Takes a token of the retry budget.
    pub(super) fn take_retry(&mut self) -> bool {
        self.retries.take()
    }

    pub(super) const fn confident_at(&self) -> f32 {
        self.task.confident_at
    }

    pub(super) const fn deadline(&self) -> Duration {
        self.task.deadline()
    }

    pub(super) fn record(&self) -> Record {
        Record {
            standing: self.trust.standing(),
            disagreement: self.trust.disagreement(),
        }
    }

    /// What was measured last holds: the local model does not change while it is not used. Its
    /// tail is never taken to be shorter than the prior, because the deadline rests on it and a
    /// few samples do not show a tail.
    fn local(&self) -> Quantiles {
        let prior = Duration::from_millis(u64::from(self.task.local_prior_ms));
        self.local
            .last_known()
            .map_or(Quantiles::all(prior), |known| Quantiles {
                p50: known.p50,
                p95: known.p95.max(prior),
                p99: known.p99.max(prior),
            })
    }

    /// The line changes by itself: old samples tell nothing.
    fn cloud(&self, now: Moment) -> Quantiles {
        let prior = Duration::from_millis(u64::from(self.task.cloud_prior_ms));
        self.cloud
            .quantiles(now)
            .unwrap_or_else(|| Quantiles::all(prior))
    }
}
