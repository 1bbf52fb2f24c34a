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

impl Shell {
    /// Answers `job` by the path that the router chooses.
    pub(super) async fn drive<T: Routed>(self: &Arc<Self>, job: Job<T>) -> Outcome<T> {
        let time = job.deadline.unwrap_or_else(|| self.deadline(T::TASK));
        let (waiter, answer) = oneshot::channel();
        let role = match &job.key {
            Some(key) => {
                let answer_by = self.now().after(time);
                T::runs(&self.flights).join(key.clone(), waiter, answer_by)
            }
            None => Role::Alone(waiter),
        };
        let answer = match role {
            Role::Follower => answer,
            Role::Alone(waiter) => {
                let job = Job { key: None, ..job };
                tokio::spawn(Driver::new(Arc::clone(self), job, waiter).run());
                answer
            }
            Role::Leader => {
                // The waiter of a leader is not kept by the flight.
                let (waiter, answer) = oneshot::channel();
                tokio::spawn(Driver::new(Arc::clone(self), job, waiter).run());
                answer
            }
        };
        answer.await.unwrap_or_else(|_| {
            let error = "routing ended without an answer".to_owned();
            Err(Arc::new(ServiceError::Encoder(error)))
        })
    }
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
        _ => told(reason).to_owned(),
    };
    ServiceError::Cloud {
        reason,
        why,
        retry_after: away.filter(|_| reason == Reason::CloudBusy),
    }
}

/// What keeps the cloud from being asked, for people.
fn told(reason: Reason) -> &'static str {
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
