//! One request, driven: the router's actions are done, what happens is told to it.
//!
//! A task of its own drives each request, because calls may still run when the answer is out: they
//! tell how long the cloud takes and whether both paths agree. Invariant: everybody who waits gets
//! one outcome; a request is settled or given up, whatever panics; where the client is gone and
//! nobody else waits, calls are called off at once.

use super::Shell;
use super::flight::{Key, Outcome, Routed, Waiter};
use super::job::{Calling, Fault, Given, Job, Local, no_answer};
use super::line::{Heard, is_reached};
use crate::cloud::CloudError;
use crate::service::ServiceError;
use olympus_core::route::{Action, Ask, CallId, Cause, Event, Failure, Moment, Reason, Request};
use olympus_proto::Path;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

/// How long a cloud that has another menu is left alone.
const OTHER_MENU: Duration = Duration::from_secs(3);

/// What one of the running tasks ended with.
enum Told<T> {
    Local(Result<T, ServiceError>),
    Cloud(Result<T, Fault>),
}

/// Which lane a running task belongs to.
enum Lane {
    Local,
    Cloud(CallId, AbortHandle, Moment),
}

/// Drives one request.
pub(super) struct Driver<T: Routed> {
    shell: Arc<Shell>,
    ask: Ask,
    key: Option<Key>,
    start_local: Option<Local<T>>,
    start_cloud: Box<dyn Fn(Duration) -> Calling<T> + Send>,
    /// Until it is settled.
    request: Option<Request>,
    waiter: Option<Waiter<T>>,
    running: JoinSet<Told<T>>,
    lanes: Vec<(Id, Lane)>,
    /// What happened while actions were done.
    events: VecDeque<Event>,
    wake: Option<Moment>,
    local: Result<Option<Arc<T>>, Arc<ServiceError>>,
    cloud: Option<Arc<T>>,
    fault: Option<Fault>,
}

impl<T: Routed> Driver<T> {
    pub(super) fn new(shell: Arc<Shell>, job: Job<T>, waiter: Waiter<T>) -> Self {
        let ask = Ask {
            task: T::TASK,
            local: job.local.is_some(),
            deadline: job.deadline,
            forced: job.forced,
        };
        Self {
            shell,
            ask,
            key: job.key,
            start_local: job.local,
            start_cloud: job.cloud,
            request: None,
            waiter: Some(waiter),
            running: JoinSet::new(),
            lanes: Vec::new(),
            events: VecDeque::new(),
            wake: None,
            local: Ok(None),
            cloud: None,
            fault: None,
        }
    }

    /// Until the request is settled, or nobody waits for its answer any more.
    pub(super) async fn run(mut self) {
        let (request, actions) = self.shell.begin(self.ask);
        self.request = Some(request);
        self.act(actions);
        while self.request.as_ref().is_some_and(|r| !r.is_settled()) {
            let event = match self.events.pop_front() {
                Some(event) => Some(event),
                None => tokio::select! {
                    biased;
                    Some(ended) = self.running.join_next_with_id() => self.ended(ended),
                    () = until(&self.shell, self.wake) => Some(Event::Tick),
                    () = gone(&mut self.waiter) => {
                        if !self.goes_on_for_another() {
                            return;
                        }
                        None
                    }
                },
            };
            if let (Some(event), Some(request)) = (event, &mut self.request) {
                let actions = self.shell.on(request, event);
                self.act(actions);
            }
        }
        // Settled: nothing is held any more.
        self.request = None;
    }

    fn act(&mut self, actions: Vec<Action>) {
        self.wake = None;
        for action in actions {
            match action {
                Action::StartLocal { cause } => self.begin_local(cause),
                Action::StartCloud {
                    call,
                    timeout,
                    cause,
                } => self.begin_cloud(call, timeout, cause),
                Action::CancelCloud { call } => self.cancel(call),
                Action::Answer { path, reason } => self.answer(path, reason),
                Action::Fail { reason } => self.fail(reason),
                Action::WaitUntil(at) => self.wake = Some(at),
            }
        }
    }

    fn begin_local(&mut self, cause: Cause) {
        self.shell.metrics.call(T::TASK, Path::Local, cause);
        let permit = Arc::clone(&self.shell.calls).try_acquire_owned();
        let (Some(work), Ok(permit)) = (self.start_local.take(), permit) else {
            self.local_failed(ServiceError::Overloaded {
                what: "too many requests are being answered",
                retry_after_s: 1,
            });
            self.events.push_back(Event::LocalFailed);
            return;
        };
        let running = self.running.spawn_blocking(move || {
            let _permit = permit;
            Told::Local(work())
        });
        self.lanes.push((running.id(), Lane::Local));
    }

    fn begin_cloud(&mut self, call: CallId, timeout: Duration, cause: Cause) {
        self.shell.metrics.call(T::TASK, Path::Cloud, cause);
        let calling = (self.start_cloud)(timeout);
        let running = self.running.spawn(async { Told::Cloud(calling.await) });
        let lane = Lane::Cloud(call, running.clone(), self.shell.now());
        self.lanes.push((running.id(), lane));
    }

    fn cancel(&mut self, call: CallId) {
        let of_call = |(_, lane): &(Id, Lane)| matches!(lane, Lane::Cloud(id, ..) if *id == call);
        if let Some(at) = self.lanes.iter().position(of_call)
            && let (_, Lane::Cloud(_, running, _)) = self.lanes.swap_remove(at)
        {
            running.abort();
            self.shell.heard(Heard::Call(false));
        }
    }

    /// What a task that ended tells the router; nothing where it was called off.
    fn ended(&mut self, ended: Result<(Id, Told<T>), JoinError>) -> Option<Event> {
        let (id, told) = match ended {
            Ok((id, told)) => (id, Ok(told)),
            Err(error) => (error.id(), Err(error)),
        };
        let at = self.lanes.iter().position(|(own, _)| *own == id)?;
        let (_, lane) = self.lanes.swap_remove(at);
        Some(match (lane, told) {
            (Lane::Cloud(call, _, since), Ok(Told::Cloud(Ok(answer)))) => {
                self.shell.heard(Heard::Call(true));
                let took = self.shell.now().since(since);
                self.shell.metrics.cloud_latency(T::TASK, took);
                let opinion = answer.opinion();
                self.cloud.get_or_insert_with(|| Arc::new(answer));
                Event::Cloud(call, opinion)
            }
            (Lane::Cloud(call, ..), Ok(Told::Cloud(Err(fault)))) => {
                Event::CloudFailed(call, self.cloud_failed(fault))
            }
            (Lane::Cloud(call, ..), told) => {
                let why = told
                    .err()
                    .map_or_else(String::new, |error| error.to_string());
                let fault = Fault::Device(ServiceError::Encoder(why));
                Event::CloudFailed(call, self.cloud_failed(fault))
            }
            (Lane::Local, Ok(Told::Local(Ok(answer)))) => {
                let opinion = answer.opinion();
                self.local = Ok(Some(Arc::new(answer)));
                Event::Local(opinion)
            }
            (Lane::Local, Ok(Told::Local(Err(error)))) => {
                self.local_failed(error);
                Event::LocalFailed
            }
            (Lane::Local, told) => {
                let why = told
                    .err()
                    .map_or_else(String::new, |error| error.to_string());
                self.local_failed(ServiceError::Encoder(why));
                Event::LocalFailed
            }
        })
    }

    fn local_failed(&mut self, error: ServiceError) {
        self.local = Err(Arc::new(error));
    }

    fn cloud_failed(&mut self, fault: Fault) -> Failure {
        let failure = match &fault {
            // A menu on its way takes a while: asking for each search would be in vain.
            Fault::Cloud(CloudError::WrongMenu { .. }) => Failure::Busy {
                retry_after: Some(OTHER_MENU),
            },
            Fault::Cloud(error) => Failure::from(error),
            // The cloud answered: the fault is here, and asking again would not help.
            Fault::Device(_) => Failure::Refused,
        };
        if let Failure::Busy {
            retry_after: Some(wait),
        } = failure
        {
            self.shell.stay_away(T::TASK, wait);
        }
        let task = T::TASK.as_str();
        let reached = match &fault {
            Fault::Cloud(error) => {
                tracing::debug!(%error, task, "the cloud gave no answer");
                is_reached(error)
            }
            Fault::Device(error) => {
                tracing::warn!(%error, task, "an answer of the cloud is not used");
                true
            }
        };
        self.shell.heard(Heard::Call(reached));
        self.fault = Some(fault);
        failure
    }

    fn answer(&mut self, path: Path, reason: Reason) {
        let what = match path {
            Path::Local => self.local.as_ref().ok().and_then(Option::as_ref),
            Path::Cloud => self.cloud.as_ref(),
        };
        let outcome = match what {
            Some(what) => Ok(Given {
                what: Arc::clone(what),
                path,
                reason,
            }),
            None => Err(self.error(reason)),
        };
        self.deliver(&outcome, Some(path), reason);
    }

    fn fail(&mut self, reason: Reason) {
        self.deliver(&Err(self.error(reason)), None, reason);
    }

    fn deliver(&mut self, outcome: &Outcome<T>, path: Option<Path>, reason: Reason) {
        let key = self.key.take();
        let followers = key.map(|key| T::runs(&self.shell.flights).finish(&key));
        let waiters = self.waiter.take().into_iter();
        for waiter in waiters.chain(followers.into_iter().flatten()) {
            self.shell.metrics.answer(T::TASK, path, reason);
            // Who went away meanwhile needs none.
            let _ = waiter.send(outcome.clone());
        }
    }

    /// Why there is no answer.
    fn error(&self, reason: Reason) -> Arc<ServiceError> {
        match &self.local {
            Err(error) => Arc::clone(error),
            Ok(_) => Arc::new(no_answer(
                reason,
                self.fault.as_ref(),
                self.shell.away_for(T::TASK),
            )),
        }
    }

    /// The client is gone; whether somebody else waits for the same.
    fn goes_on_for_another(&mut self) -> bool {
        let key = self.key.as_ref();
        self.waiter = key.and_then(|key| T::runs(&self.shell.flights).abandon(key));
        if self.waiter.is_none() {
            self.key = None;
        }
        self.waiter.is_some()
    }
}

impl<T: Routed> Drop for Driver<T> {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            self.shell.abandon(request);
        }
        if let Some(key) = self.key.take() {
            // They are told by their channels' ends.
            drop(T::runs(&self.shell.flights).finish(&key));
        }
    }
}

/// Until a moment; without one for ever.
async fn until(shell: &Shell, wake: Option<Moment>) {
    match wake {
        Some(at) => tokio::time::sleep_until(shell.at(at)).await,
        None => std::future::pending().await,
    }
}

/// Until nobody waits for the answer any more; for ever once it was given.
async fn gone<T: Routed>(waiter: &mut Option<Waiter<T>>) {
    match waiter {
        Some(waiter) => waiter.closed().await,
        None => std::future::pending().await,
    }
}
