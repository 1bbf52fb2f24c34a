//! Operations up, rows down: sends what the sync client says, and tells it what came of it.
//!
//! Invariant: what is sent is durable, since the till's thread puts it into the mailbox after its
//! commit; an answer goes to the till's thread or is lost with the call, and then it is asked for
//! again. Where the disk fails, nothing is tried for a second: the line does not mend it.

use super::{Agent, Topic};
use crate::cloud::CloudError;
use crate::till::Work;
use olympus_core::sync::client::{Event, Failure, Notice, Send};
use olympus_proto::sync::{PullAnswer, PushAnswer, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Time of a request; the client gives it up a little later.
const PATIENCE: Duration = Duration::from_secs(19);
/// After the disk failed.
const DISK: Duration = Duration::from_secs(1);
/// News within this time are pulled as one.
const TOGETHER: Duration = Duration::from_millis(100);
/// News that are heard while operations are sent are mostly of those operations: they are pulled
/// afterwards, or after this time.
const AFTERWARDS: Duration = Duration::from_secs(2);
/// How long an authority that does not take this device's key is left alone.
const SHUT: Duration = Duration::from_secs(30);
/// How long a busy one is, where it says nothing.
const BUSY: Duration = Duration::from_secs(5);

/// What is under way, and when something is due.
#[derive(Debug)]
struct Courier {
    agent: Arc<Agent>,
    calls: JoinSet<Event>,
    /// When the client wants to be told that time has passed.
    wake: Option<Instant>,
    /// When to pull because of news.
    pull: Option<Instant>,
    /// A push is under way, which one.
    pushing: Option<u64>,
    /// A pull is under way, which one; news that come now may not be in its answer.
    pulling: Option<u64>,
    missed: bool,
    /// The disk failed: nothing before then.
    not_before: Instant,
}

/// Carries for ever.
pub(super) async fn carry(agent: Arc<Agent>) {
    let mut courier = Courier {
        agent,
        calls: JoinSet::new(),
        wake: None,
        pull: None,
        pushing: None,
        pulling: None,
        missed: false,
        not_before: Instant::now(),
    };
    loop {
        if let Some(event) = courier.next().await {
            courier.tell(event).await;
        }
    }
}

impl Courier {
    /// What happened, where the client is to be told of it.
    async fn next(&mut self) -> Option<Event> {
        let pull = self.pull.map(|at| match self.pushing {
            Some(_) => at + AFTERWARDS,
            None => at,
        });
        let timer = [self.wake, pull].into_iter().flatten().min();
        let timer = timer.map(|at| at.max(self.not_before));
        let nudges = &self.agent.nudges;
        tokio::select! {
            // In this order: whether more is to be sent is known before it is pulled.
            biased;
            work = self.agent.till.work() => {
                self.take(work);
                None
            }
            Some(ended) = self.calls.join_next() => {
                // One that panicked was logged; the client gives it up by itself.
                ended.ok()
            }
            () = nudges.reached.notified() => Some(Event::Reached),
            () = nudges.changed.notified() => {
                self.missed |= self.pulling.is_some();
                self.pull.get_or_insert_with(|| Instant::now() + TOGETHER);
                None
            }
            () = until(timer) => {
                if pull.is_some_and(|at| at <= Instant::now()) {
                    self.pull = None;
                    return self.pulling.is_none().then_some(Event::Changed);
                }
                self.wake = None;
                Some(Event::Tick)
            }
        }
    }

    async fn tell(&mut self, event: Event) {
        let ended = event.request().is_some() && event.request() == self.pulling;
        if event.request() == self.pushing {
            self.pushing = None;
        }
        if let Err(error) = self.agent.till.sync(event).await {
            tracing::debug!(%error, "the till did not take what happened to sync");
            self.not_before = Instant::now() + DISK;
        }
        if ended {
            self.pulling = None;
            if std::mem::take(&mut self.missed) {
                self.pull.get_or_insert_with(Instant::now);
            }
        }
    }

    fn take(&mut self, work: Work) {
        let Work {
            send,
            wake,
            notices,
            orders,
        } = work;
        let till = &self.agent.till;
        self.wake = wake
            .map(|moment| Instant::from_std(till.instant(moment)))
            .or(self.wake);
        for send in send {
            match &send {
                Send::Pull(request, _) => self.pulling = Some(*request),
                Send::Push(request, _) => self.pushing = Some(*request),
                Send::Register(..) => {}
            }
            self.calls.spawn(deliver(Arc::clone(&self.agent), send));
        }
        for notice in notices {
            note(&self.agent, &notice);
        }
        if !orders.is_empty() {
            self.agent.nudges.report.notify_one();
            self.agent.nudges.receipts.notify_one();
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Sends one request; what came of it.
async fn deliver(agent: Arc<Agent>, send: Send) -> Event {
    match send {
        Send::Register(request, register) => {
            let answer = agent
                .call("register", PATIENCE, register, |location, ask| {
                    location.register(ask)
                })
                .await;
            agent.judge(Topic::Sync, &answer);
            match answer {
                Ok(answer) => Event::Registered { request, answer },
                Err(error) => failed(request, &error),
            }
        }
        Send::Push(request, push) => {
            let answer = agent
                .call("push", PATIENCE, push, |location, ask| location.push(ask))
                .await;
            agent.judge(Topic::Sync, &answer);
            match answer {
                Ok(answer) => {
                    agent.understood(speaks(&answer));
                    Event::Pushed { request, answer }
                }
                Err(error) => failed(request, &error),
            }
        }
        Send::Pull(request, pull) => {
            let answer = agent
                .call("pull", PATIENCE, pull, |location, ask| location.pull(ask))
                .await;
            agent.judge(Topic::Sync, &answer);
            match answer {
                Ok(answer) => {
                    agent.understood(!matches!(answer, PullAnswer::Version { .. }));
                    Event::Pulled { request, answer }
                }
                Err(error) => failed(request, &error),
            }
        }
    }
}

fn speaks(answer: &PushAnswer) -> bool {
    !matches!(answer.refused, Some(Refusal::Version { .. }))
}

fn failed(request: u64, error: &CloudError) -> Event {
    Event::Failed {
        request,
        failure: failure(error),
    }
}

/// What a failure means to sync. Broken is only what the authority itself says of the request: a
/// captive portal, a proxy or a service behind the Worker makes no poison of an operation.
fn failure(error: &CloudError) -> Failure {
    match error {
        CloudError::Unreachable(_)
        | CloudError::TimedOut(_)
        | CloudError::Unreadable { .. }
        | CloudError::WrongMenu { .. } => Failure::Silent,
        CloudError::Busy { retry_after } => Failure::Busy(retry_after.unwrap_or(BUSY)),
        CloudError::Unauthorized { .. } => Failure::Busy(SHUT),
        CloudError::Refused { status, code, .. } => match status {
            400 | 409 | 413 | 422 | 500 if code != "http" => Failure::Broken,
            404 | 405 => Failure::Busy(SHUT),
            _ => Failure::Silent,
        },
    }
}

/// Logs and counts what a person may want to know.
fn note(agent: &Agent, notice: &Notice) {
    agent.metrics.notice(notice);
    match notice {
        Notice::Registered(incarnation) => {
            tracing::info!(incarnation = incarnation.0, "this till is registered");
        }
        Notice::SequenceReused => tracing::error!(
            "another disk has this till's identity: it was restored or cloned. Nothing is lost; \
             see to it that only one of the two sells"
        ),
        Notice::OldIncarnation => {
            tracing::warn!("this till was registered elsewhere since; it registers again");
        }
        Notice::Merged(operation, over) => {
            tracing::info!(%operation, ?over, "written over what another till had set");
        }
        Notice::NotDone(operation) => {
            tracing::error!(%operation, "the cloud did not do this: see the operations page");
            agent.nudges.report.notify_one();
        }
        Notice::Incompatible { oldest, newest } => agent.broken(
            Topic::Version,
            format!(
                "the cloud speaks versions {oldest} to {newest} of sync, and this device none of \
                 them: update this device; it sells on meanwhile"
            ),
        ),
    }
}

impl Agent {
    /// Whether both speak a version of sync in common.
    fn understood(&self, common: bool) {
        if common {
            self.mended(Topic::Version);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUSY, CloudError, Failure, SHUT, failure};
    use std::time::Duration;

    #[test]
    fn only_the_authority_itself_makes_poison() {
        let refused = |status, code: &str| CloudError::Refused {
            status,
            code: code.to_owned(),
            message: String::new(),
        };
        let wait = Duration::from_secs(9);
        for (error, expected) in [
            (CloudError::unreachable("cut"), Failure::Silent),
            (CloudError::TimedOut(wait), Failure::Silent),
            (CloudError::unreadable("a portal's page"), Failure::Silent),
            (refused(500, "internal"), Failure::Broken),
            (refused(400, "invalid_request"), Failure::Broken),
            (refused(413, "payload_too_large"), Failure::Broken),
            (refused(500, "http"), Failure::Silent),
            (refused(302, "http"), Failure::Silent),
            (refused(502, "upstream_failed"), Failure::Silent),
            (refused(503, "upstream_failed"), Failure::Silent),
            (refused(404, "not_found"), Failure::Busy(SHUT)),
            (
                CloudError::Unauthorized {
                    status: 401,
                    message: String::new(),
                },
                Failure::Busy(SHUT),
            ),
            (CloudError::Busy { retry_after: None }, Failure::Busy(BUSY)),
            (
                CloudError::Busy {
                    retry_after: Some(wait),
                },
                Failure::Busy(wait),
            ),
        ] {
            assert_eq!(failure(&error), expected, "{error}");
        }
    }
}
