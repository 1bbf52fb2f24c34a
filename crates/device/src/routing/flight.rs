//! Identical requests that are under way at the same time share one run.

use super::job::Given;
use super::opinion::{Decided, Found, Seen, Understood};
use crate::service::ServiceError;
use olympus_core::route::{Policy, SingleFlight, Task};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Runs of a task that are kept at a time.
const MOST_KEYS: usize = 1_024;
/// Requests that wait for one run.
const MOST_FOLLOWERS: usize = 128;

/// What a run ends with; cheap to give to many.
pub(super) type Outcome<T> = Result<Given<T>, Arc<ServiceError>>;

/// Whoever waits for it.
pub(super) type Waiter<T> = oneshot::Sender<Outcome<T>>;

/// What makes two requests of a task the same: whatever the answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// A policy of its own.
    forced: Option<&'static str>,
    /// State of the menu and of what staff said; see `Service::epoch`.
    epoch: u64,
    /// The question, with all that limits it.
    question: String,
}

impl Key {
    pub(super) fn new(forced: Option<Policy>, epoch: u64, question: String) -> Self {
        Self {
            forced: forced.map(Policy::as_str),
            epoch,
            question,
        }
    }
}

type Runs<T> = SingleFlight<Key, Waiter<T>>;

/// The runs under way, by task.
#[derive(Debug)]
pub(super) struct Flights {
    intent: Mutex<Runs<Decided>>,
    understood: Mutex<Runs<Understood>>,
    search: Mutex<Runs<Found>>,
    image: Mutex<Runs<Seen>>,
}

impl Default for Flights {
    fn default() -> Self {
        Self {
            intent: Mutex::new(SingleFlight::new(MOST_KEYS, MOST_FOLLOWERS)),
            understood: Mutex::new(SingleFlight::new(MOST_KEYS, MOST_FOLLOWERS)),
            search: Mutex::new(SingleFlight::new(MOST_KEYS, MOST_FOLLOWERS)),
            image: Mutex::new(SingleFlight::new(MOST_KEYS, MOST_FOLLOWERS)),
        }
    }
}

/// What a routed question ends with.
pub(super) trait Routed: std::fmt::Debug + Send + Sync + Sized + 'static {
    /// What it is asked as.
    const TASK: Task;

    /// What it says, for the router.
    fn opinion(&self) -> olympus_core::route::Opinion;

    /// Where its runs are kept.
    fn runs(flights: &Flights) -> MutexGuard<'_, Runs<Self>>;
}

fn lock<T>(runs: &Mutex<Runs<T>>) -> MutexGuard<'_, Runs<T>> {
    runs.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives each answer its runs; what it says stands beside the answer.
macro_rules! routed {
    ($answer:ty, $task:expr, $runs:ident) => {
        impl Routed for $answer {
            const TASK: Task = $task;

            fn opinion(&self) -> olympus_core::route::Opinion {
                self.says()
            }

            fn runs(flights: &Flights) -> MutexGuard<'_, Runs<Self>> {
                lock(&flights.$runs)
            }
        }
    };
}

routed!(Decided, Task::Intent, intent);
routed!(Understood, Task::Intent, understood);
routed!(Found, Task::Search, search);
routed!(Seen, Task::Image, image);
