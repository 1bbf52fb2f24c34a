//! The shell around [`olympus_core::route`]: it has the clock, the tasks and the cloud, and does
//! what the router says.
//!
//! [`drive`] runs one request, [`ask`] says what the questions are, [`mod@line`] watches the line,
//! [`parity`] the embedding spaces, [`publish`] brings the menu to the cloud, [`marks`] what is sold
//! out. There is a shell only
//! where a cloud is set up; without one every question is answered as if this module were not
//! there. Invariant: the router's lock is never held over an await; every request begun is driven
//! until it is settled or given up. Never takes a dish, an allergen or an availability from the
//! cloud: only ids and scores.

mod ask;
mod drive;
mod flight;
mod job;
mod line;
mod marks;
mod opinion;
mod parity;
mod publish;
mod status;
#[cfg(test)]
mod tests;

pub(crate) use ask::Asking;
pub(crate) use parity::remembered as remembered_parity;

use crate::cloud::CloudApi;
use crate::metrics::{CloudGauges, Metrics};
use crate::service::{Service, ServiceError};
use flight::Flights;
use line::Line;
use marks::Marks;
use olympus_core::route::{
    Action, Ask, ConfigError, Connectivity, Draw, Event, Moment, Parity, Request, RouteConfig,
    Router, Snapshot, Task,
};
use parity::Guard;
use publish::Publisher;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Routing on this device.
#[derive(Debug)]
pub(crate) struct Shell {
    router: Mutex<Router>,
    started: Instant,
    cloud: Arc<dyn CloudApi>,
    /// Calls that wait on a blocking thread; shared with those that are not routed.
    calls: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    flights: Flights,
    line: Line,
    guard: Guard,
    publisher: Publisher,
    marks: Marks,
    /// Until when the cloud asked to be left alone, by task.
    away: Mutex<BTreeMap<Task, Moment>>,
}

impl Shell {
    /// Routes between this device and `cloud`. What has to be remembered is kept in `data_dir`, or in
    /// RAM where there is none.
    ///
    /// # Errors
    /// [`ConfigError`] where a setting cannot work.
    pub(crate) fn new(
        config: RouteConfig,
        cloud: Arc<dyn CloudApi>,
        calls: Arc<Semaphore>,
        metrics: Arc<Metrics>,
        data_dir: Option<&Path>,
    ) -> Result<Arc<Self>, ConfigError> {
        let guard = Guard::new(data_dir);
        let mut router = Router::new(config)?;
        router.set_parity(guard.parity());
        Ok(Arc::new(Self {
            router: Mutex::new(router),
            started: Instant::now(),
            cloud,
            calls,
            metrics,
            flights: Flights::default(),
            line: Line::default(),
            guard,
            publisher: Publisher::default(),
            marks: Marks::new(data_dir),
            away: Mutex::default(),
        }))
    }

    /// Starts what goes on beside the requests; it ends when the set is dropped. `publishes` says
    /// whether this device's menu is brought to the cloud; else it comes from there.
    pub(crate) fn watch(self: &Arc<Self>, service: &Arc<Service>, publishes: bool) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(line::watch(Arc::clone(self)));
        tasks.spawn(parity::watch(Arc::clone(self)));
        tasks.spawn(publish::menus(
            Arc::clone(self),
            Arc::clone(service),
            publishes,
        ));
        tasks.spawn(marks::tell(Arc::clone(self), Arc::clone(service)));
        tasks
    }

    /// The menu changed: the cloud should have it.
    pub(crate) fn menu_changed(&self) {
        self.publisher.menu_changed();
    }

    /// Staff said something of an item: the cloud should know.
    pub(crate) fn said_of(&self, item: &str) {
        self.marks.said_of(item);
    }

    /// The line, as far as is known.
    pub(crate) fn connectivity(&self) -> Connectivity {
        self.line.connectivity()
    }

    /// State of one task's paths.
    pub(crate) fn snapshot(&self, task: Task) -> Snapshot {
        self.router().snapshot(task, self.now())
    }

    /// Writes what is known of the paths into the metrics.
    pub(crate) fn measure(&self) {
        let gauges = CloudGauges {
            connectivity: self.connectivity(),
            parity: self.guard.parity(),
            breakers: Task::ALL.map(|task| (task, self.snapshot(task).breaker)),
        };
        self.metrics.cloud(&gauges);
    }

    fn begin(&self, ask: Ask) -> (Request, Vec<Action>) {
        self.router().begin(ask, self.now(), draw())
    }

    fn on(&self, request: &mut Request, event: Event) -> Vec<Action> {
        let mut router = self.router();
        request.on(&mut router, event, self.now(), draw())
    }

    fn abandon(&self, request: Request) {
        request.abandon(&mut self.router(), self.now(), draw());
    }

    /// What is heard of the line goes to the router once it is certain.
    fn heard(&self, heard: line::Heard) {
        if let Some(connectivity) = self.line.hear(heard) {
            let now = self.now();
            self.router().set_connectivity(connectivity, now);
            match connectivity {
                Connectivity::Offline => {
                    tracing::warn!("the cloud is not reached; this device answers alone");
                }
                _ => tracing::info!("the cloud is reached again"),
            }
        }
    }

    /// The cloud asked to be left alone for a while.
    fn stay_away(&self, task: Task, wait: Duration) {
        let until = self.now().after(wait);
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.insert(task, until);
    }

    /// How long the cloud is left alone yet, where it asked for it.
    fn away_for(&self, task: Task) -> Option<Duration> {
        let away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let left = away.get(&task)?.since(self.now());
        (!left.is_zero()).then_some(left)
    }

    fn set_parity(&self, parity: Parity) {
        self.router().set_parity(parity);
    }

    fn deadline(&self, task: Task) -> Duration {
        self.router().config().task(task).deadline()
    }

    fn now(&self) -> Moment {
        Moment::new(self.started.elapsed())
    }

    fn at(&self, moment: Moment) -> Instant {
        self.started + moment.since_start()
    }

    fn router(&self) -> MutexGuard<'_, Router> {
        self.router.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings with the local model's time as it is on this device, where nobody set it.
///
/// # Errors
/// The model's.
pub(crate) fn measured(
    mut config: RouteConfig,
    service: &Service,
) -> Result<RouteConfig, ServiceError> {
    let default = RouteConfig::default();
    let local = u32::try_from(service.local_latency()?.as_millis()).unwrap_or(u32::MAX);
    let prior = local.saturating_add(1);
    for (task, own) in [
        (&mut config.intent, &default.intent),
        (&mut config.search, &default.search),
    ] {
        if task.local_prior_ms == own.local_prior_ms {
            task.local_prior_ms = prior.min(task.deadline_ms);
        }
    }
    tracing::debug!(prior, "time of the local models in ms");
    Ok(config)
}

/// 64 random bits, fast. Nothing secret hangs on them.
fn draw() -> Draw {
    Draw(fastrand::u64(..))
}

/// `time`, less up to a fifth of it, so that the devices of a chain do not act in step.
fn jittered(time: Duration) -> Duration {
    time.mul_f64(1.0 - fastrand::f64() / 5.0)
}
