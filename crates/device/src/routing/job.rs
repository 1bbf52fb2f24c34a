//! A question with both ways to answer it, and what comes of it.

use super::Shell;
use super::drive::Driver;
use super::flight::{Key, Outcome, Routed};
use crate::cloud::CloudError;
use crate::service::ServiceError;
use olympus_core::route::{Policy, Reason, Role};
use olympus_proto::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// An answer, and how it was made.
#[derive(Debug)]
pub(crate) struct Given<T> {
    pub(crate) what: Arc<T>,
    pub(crate) path: Path,
    pub(crate) reason: Reason,
}

impl<T> Clone for Given<T> {
    fn clone(&self) -> Self {
        Self {
            what: Arc::clone(&self.what),
            path: self.path,
            reason: self.reason,
        }
    }
}

/// Why the cloud's way gave no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// The cloud failed, or the line.
    Cloud(CloudError),
    /// This device could not use the answer.
    Device(ServiceError),
}

impl From<CloudError> for Fault {
    fn from(error: CloudError) -> Self {
        Self::Cloud(error)
    }
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Self {
        Self::Device(error)
    }
}

pub(super) type Calling<T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send>>;

/// A question, and both ways to answer it.
pub(super) struct Job<T> {
    /// Time for the answer from now; `None` is the task's own.
    pub(super) deadline: Option<Duration>,
    /// A policy for this question alone.
    pub(super) forced: Option<Policy>,
    /// What makes another question the same; `None` shares with nobody.
    pub(super) key: Option<Key>,
    /// Computes on a blocking thread; `None` where this device has no model for it.
    pub(super) local: Option<Local<T>>,
    /// Asks the cloud within a time; called once for each call.
    pub(super) cloud: Box<dyn Fn(Duration) -> Calling<T> + Send>,
}

pub(super) type Local<T> = Box<dyn FnOnce() -> Result<T, ServiceError> + Send>;

/// Leaders without time that a request follows before it asks by itself.
const MOST_HURRIED: usize = 3;

impl Shell {
    /// Answers `job` by the path that the router chooses.
    ///
    /// A leader works within its own time. One that had too little of it says nothing of the
    /// question: who followed it and has time left asks again.
    pub(super) async fn drive<T: Routed>(self: &Arc<Self>, mut job: Job<T>) -> Outcome<T> {
        let time = job.deadline.unwrap_or_else(|| self.deadline(T::TASK));
        let answer_by = self.now().after(time);
        for _ in 0..MOST_HURRIED {
            let Some(key) = job.key.clone() else {
                break;
            };
            let (waiter, answer) = oneshot::channel();
            let role = T::runs(&self.flights).join(key, waiter, answer_by);
            match role {
                Role::Follower => {
                    let outcome = told(answer).await;
                    let left = answer_by.since(self.now());
                    if left.is_zero() || !was_hurried(&outcome) {
                        return outcome;
                    }
                    job.deadline = Some(left);
                }
                Role::Alone(_) => break,
                // The waiter of a leader is not kept by the flight.
                Role::Leader => return self.run(job).await,
            }
        }
        self.run(Job { key: None, ..job }).await
    }

    async fn run<T: Routed>(self: &Arc<Self>, job: Job<T>) -> Outcome<T> {
        let (waiter, answer) = oneshot::channel();
        tokio::spawn(Driver::new(Arc::clone(self), job, waiter).run());
        told(answer).await
    }
}

async fn told<T>(answer: oneshot::Receiver<Outcome<T>>) -> Outcome<T> {
    answer.await.unwrap_or_else(|_| {
        let error = "routing ended without an answer".to_owned();
        Err(Arc::new(ServiceError::Encoder(error)))
    })
}

/// Whether there is no answer because whoever ran had too little time.
fn was_hurried<T>(outcome: &Outcome<T>) -> bool {
    let error = outcome.as_ref().err().map(|error| &**error);
    matches!(error, Some(ServiceError::DeadlineExceeded))
}

/// Why nothing answers a question that this device has no model for. `away` is how long the cloud
/// wants to be left alone.
pub(super) fn no_answer(
    reason: Reason,
    fault: Option<&Fault>,
    away: Option<Duration>,
) -> ServiceError {
    if reason == Reason::DeadlineExceeded {
        return ServiceError::DeadlineExceeded;
    }
    let why = match fault {
        Some(Fault::Cloud(error)) => error.to_string(),
        _ => why(reason).to_owned(),
    };
    ServiceError::Cloud {
        reason,
        why,
        retry_after: away.filter(|_| reason == Reason::CloudBusy),
    }
}

/// What keeps the cloud from being asked, for people.
fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Offline => "the cloud is not reached, and this device has no model for it",
        Reason::BreakerOpen | Reason::CloudFailed => {
            "the cloud failed lately, and this device has no model for it"
        }
        Reason::CloudBusy | Reason::Shed => {
            "the cloud is busy, and this device has no model for it"
        }
        Reason::LocalOnly => {
            "this device has no model for it; send x-route-policy: prefer_cloud, or leave it out"
        }
        _ => "the cloud gave no answer, and this device has no model for it",
    }
}
