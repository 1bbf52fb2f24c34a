//! One routed request on its way: does what routing says, and tells it what happened.
//!
//! Invariant: it ends when nothing is awaited any more, not when the answer is given.

use super::routing::{draw, with};
use super::{Cloud, Local, NoAnswer, Routed, Said};
use crate::ai::fault::UpstreamError;
use crate::http::error::log;
use crate::metrics;
use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use olympus_core::route::{Action, CallId, Event, Moment, Reason, Task};
use olympus_proto::Path;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::oneshot;
use worker::{Delay, Env};

type Call<T> = LocalBoxFuture<'static, (CallId, Result<Said<T>, UpstreamError>)>;

/// One request on its way.
pub(super) struct Driver<T> {
    env: Env,
    task: Task,
    id: u64,
    local: Option<Local<T>>,
    cloud: Cloud<T>,
    calls: FuturesUnordered<Call<T>>,
    cancelled: Vec<CallId>,
    local_said: Option<T>,
    cloud_said: Option<T>,
    error: Option<UpstreamError>,
    wake: Option<Moment>,
    sender: Option<oneshot::Sender<Result<Routed<T>, NoAnswer>>>,
}

impl<T: 'static> Driver<T> {
    pub(super) fn new(
        env: Env,
        task: Task,
        id: u64,
        local: Option<Local<T>>,
        cloud: Cloud<T>,
        sender: oneshot::Sender<Result<Routed<T>, NoAnswer>>,
    ) -> Self {
        Self {
            env,
            task,
            id,
            local,
            cloud,
            calls: FuturesUnordered::new(),
            cancelled: Vec::new(),
            local_said: None,
            cloud_said: None,
            error: None,
            wake: None,
            sender: Some(sender),
        }
    }

    pub(super) async fn run(mut self, actions: Vec<Action>) {
        let mut actions = actions;
        loop {
            self.act(actions);
            let state = with(&self.env, |routing, now| (routing.is_settled(self.id), now));
            let Ok((false, now)) = state else {
                return;
            };
            let Some(event) = self.next_event(now).await else {
                log("a routed request waits for nothing");
                return;
            };
            actions = self.on(event);
        }
    }

    fn on(&self, event: Event) -> Vec<Action> {
        let told = with(&self.env, |routing, now| {
            routing.on(self.id, event, now, draw())
        });
        told.unwrap_or_default()
    }

    /// Does the actions, and those that follow from them at once.
    fn act(&mut self, actions: Vec<Action>) {
        let mut due = VecDeque::from(actions);
        while let Some(action) = due.pop_front() {
            match action {
                Action::StartLocal { .. } => {
                    let event = match self.local.take().and_then(|run| run()) {
                        Some(said) => {
                            self.local_said = Some(said.value);
                            Event::Local(said.opinion)
                        }
                        None => Event::LocalFailed,
                    };
                    due.extend(self.on(event));
                }
                Action::StartCloud { call, cause, .. } => {
                    let labels = [("task", self.task.as_str()), ("cause", cause.as_str())];
                    metrics::count("edge_route_calls", &labels);
                    let answer = (self.cloud)();
                    self.calls
                        .push(answer.map(move |said| (call, said)).boxed_local());
                }
                Action::CancelCloud { call } => self.cancelled.push(call),
                Action::Answer { path, reason } => self.give(path, reason),
                Action::Fail { reason } => self.send(Err(NoAnswer {
                    reason,
                    error: self.error.clone(),
                })),
                Action::WaitUntil(at) => self.wake = Some(at),
            }
        }
    }

    fn give(&mut self, path: Path, reason: Reason) {
        let value = match path {
            Path::Local => self.local_said.take(),
            Path::Cloud => self.cloud_said.take(),
        };
        let answer = match value {
            Some(value) => Ok(Routed {
                value,
                path,
                reason,
            }),
            None => Err(NoAnswer {
                reason,
                error: self.error.clone(),
            }),
        };
        self.send(answer);
    }

    fn send(&mut self, answer: Result<Routed<T>, NoAnswer>) {
        if let Some(sender) = self.sender.take() {
            // Nobody may wait any more.
            let _ = sender.send(answer);
        }
    }

    /// The next thing that happens; `None` where nothing can.
    async fn next_event(&mut self, now: Moment) -> Option<Event> {
        let timer = self
            .wake
            .map(|at| Delay::from(at.since(now).max(Duration::from_millis(1))));
        let finished = match timer {
            Some(timer) if self.calls.is_empty() => {
                timer.await;
                return Some(Event::Tick);
            }
            Some(timer) => match select(self.calls.next(), Box::pin(timer)).await {
                Either::Left((finished, _)) => finished,
                Either::Right(_) => return Some(Event::Tick),
            },
            None => self.calls.next().await,
        };
        let (call, said) = finished?;
        if self.cancelled.contains(&call) {
            return Some(Event::Tick);
        }
        Some(match said {
            Ok(said) => {
                self.cloud_said.get_or_insert(said.value);
                Event::Cloud(call, said.opinion)
            }
            Err(error) => {
                let failure = error.as_failure();
                self.error = Some(error);
                Event::CloudFailed(call, failure)
            }
        })
    }
}
