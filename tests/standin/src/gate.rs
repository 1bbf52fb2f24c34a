//! What every request passes: counting, outages, limits, injected errors and latency.
//!
//! Invariant: a request that is answered by its work takes at least the latency drawn for it.

use crate::fault::{self, Fault, Refusal};
use crate::settings::{Health, Settings, Task, TaskSettings};
use crate::state::{State, lock};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

const MINUTE: Duration = Duration::from_secs(60);
/// Between two looks whether there is room; only requests over a set capacity wait so.
const QUEUE_LOOK: Duration = Duration::from_millis(2);

/// Requests of one kind since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    /// All that came.
    pub(crate) calls: u64,
    /// Answered with a result.
    pub(crate) answered: u64,
    /// Answered with an error.
    pub(crate) refused: u64,
    /// Closed without an answer.
    pub(crate) cut: u64,
    /// Left without an answer.
    pub(crate) hung: u64,
    /// Texts, vectors or ids in them.
    pub(crate) items: u64,
}

#[derive(Debug, Default)]
struct Gate {
    count: Count,
    in_flight: usize,
    recent: VecDeque<Instant>,
}

#[derive(Debug, Default)]
struct Inner {
    gates: BTreeMap<Task, Gate>,
    /// Requests to models, for the daily allowance.
    of_today: u64,
}

/// One gate a kind of request.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<Inner>);

impl Gates {
    fn with<T>(&self, task: Task, act: impl FnOnce(&mut Gate) -> T) -> T {
        act(lock(&self.0).gates.entry(task).or_default())
    }

    pub(crate) fn counters(&self) -> BTreeMap<Task, Count> {
        let inner = lock(&self.0);
        let of = |task| inner.gates.get(&task).map(|gate| gate.count.clone());
        Task::ALL
            .into_iter()
            .map(|task| (task, of(task).unwrap_or_default()))
            .collect()
    }

    /// Counts what was in a request.
    pub(crate) fn items(&self, task: Task, count: usize) {
        self.with(task, |gate| gate.count.items += count as u64);
    }

    /// Counters and windows start anew; what is in flight stays so.
    pub(crate) fn reset(&self) {
        let mut inner = lock(&self.0);
        inner.of_today = 0;
        for gate in inner.gates.values_mut() {
            gate.count = Count::default();
            gate.recent.clear();
        }
    }

    fn spend_today(&self, allowed: Option<u64>) -> Result<(), Fault> {
        let mut inner = lock(&self.0);
        if allowed.is_some_and(|allowed| inner.of_today >= allowed) {
            return Err(Fault::of(fault::ALLOWANCE));
        }
        inner.of_today += 1;
        Ok(())
    }

    fn spend_minute(&self, task: Task, allowed: Option<usize>) -> Result<(), Fault> {
        let now = Instant::now();
        self.with(task, |gate| {
            while gate.recent.front().is_some_and(|at| now - *at >= MINUTE) {
                gate.recent.pop_front();
            }
            if allowed.is_some_and(|allowed| gate.recent.len() >= allowed) {
                return Err(Fault::new(task.busy_code(), "requests of this minute"));
            }
            gate.recent.push_back(now);
            Ok(())
        })
    }

    fn enter(&self, task: Task, capacity: Option<usize>) -> Option<Place<'_>> {
        self.with(task, |gate| {
            let room = capacity.is_none_or(|capacity| gate.in_flight < capacity);
            room.then(|| gate.in_flight += 1)
        })
        .map(|()| Place { gates: self, task })
    }
}

/// A place among those in flight.
#[derive(Debug)]
struct Place<'a> {
    gates: &'a Gates,
    task: Task,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gates.with(self.task, |gate| gate.in_flight -= 1);
    }
}

/// Does the work of one request, or what the settings do instead.
pub(crate) async fn pass<T>(
    state: &State,
    task: Task,
    reject_if_busy: bool,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Refusal> {
    let count = |act: fn(&mut Count)| state.gates.with(task, |gate| act(&mut gate.count));
    count(|count| count.calls += 1);
    let settings = state.settings();
    let Some(own) = settings.tasks.get(&task) else {
        return Err(Fault::of(500).into());
    };
    match own.health {
        Health::Up => {}
        Health::Outage => {
            count(|count| count.cut += 1);
            return Err(Refusal::Cut);
        }
        Health::Hang => {
            count(|count| count.hung += 1);
            return std::future::pending().await;
        }
    }
    let result = admitted(state, &settings, own, task, reject_if_busy, work).await;
    match &result {
        Ok(_) => count(|count| count.answered += 1),
        Err(_) => count(|count| count.refused += 1),
    }
    Ok(result?)
}

async fn admitted<T>(
    state: &State,
    settings: &Settings,
    own: &TaskSettings,
    task: Task,
    reject_if_busy: bool,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    state.gates.spend_minute(task, own.per_minute)?;
    if task.is_ai() {
        state.gates.spend_today(settings.daily_requests)?;
    }
    // One draw of each kind a request, so that a seed means the same whatever is set.
    let (fails, latency) = state.draw(|chance| {
        let fails = chance.f64() < own.errors.rate;
        (fails, own.latency.draw(chance))
    });
    if fails {
        return Err(Fault::of(own.errors.code).retry_after(own.errors.retry_after_s));
    }
    let timeout = Duration::from_millis(settings.timeout_ms);
    let start = Instant::now();
    let _place = loop {
        match state.gates.enter(task, own.capacity) {
            Some(place) => break place,
            None if reject_if_busy => {
                return Err(Fault::of(task.busy_code()).retry_after(own.errors.retry_after_s));
            }
            None if start.elapsed() >= timeout => return Err(Fault::of(fault::TIMEOUT)),
            None => sleep(QUEUE_LOOK).await,
        }
    };
    let begun = Instant::now();
    if latency > timeout {
        sleep(timeout).await;
        return Err(Fault::of(fault::TIMEOUT));
    }
    let result = work.await;
    sleep_until(begun + latency).await;
    result
}
