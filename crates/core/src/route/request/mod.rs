//! One request: events in, actions out.
//!
//! What happened is written into two lanes, local and cloud; what to do is then read off the lanes
//! and the time alone, so that no order of events, doubled event or late timer has a case of its
//! own. Invariants: exactly one [`Action::Answer`] or [`Action::Fail`]; a call that was started is
//! closed once; after the answer nothing is started but an audit. Calls that still run when the
//! answer is given are left to finish until their time is up: they cost no more, and tell how long
//! the cloud takes and whether both paths agree.

mod decide;
mod event;
mod start;
#[cfg(test)]
mod tests;

use super::answer::Opinion;
use super::breaker::Outcome;
use super::plan::{Plan, Situation};
use super::reason::{Cause, Reason};
use super::router::{Ask, Router, Ticket};
use super::time::{Draw, Moment, Use, scaled};
use super::{Policy, Task};
use decide::Verdict;
pub use event::{Action, CallId, Event, Failure};
use olympus_proto::Path;
use std::time::Duration;

/// Part of a retry's backoff that chance takes away at most.
const BACKOFF_JITTER: f64 = 0.5;
/// What a call that was called off counts as, in times of what it was given or of the p95: how much
/// longer it would have taken nobody knows, but it must not look as if it had just made it.
const UNANSWERED: f64 = 1.5;
/// Looks at the lanes after one event: a start that fails is looked at again.
const LOOKS: usize = 4;

/// The local lane.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Local {
    Absent,
    Idle,
    Running { since: Moment },
    Said(Opinion),
    Failed,
}

/// A cloud call under way.
#[derive(Debug)]
struct Call {
    id: CallId,
    cause: Cause,
    ticket: Ticket,
    since: Moment,
    expires: Moment,
    /// The cloud's p95 when it began.
    p95: Duration,
    /// It has the time that calls mostly take, so that its silence tells of the line.
    is_fair: bool,
}

/// The cloud lane.
#[derive(Debug, Default)]
struct Cloud {
    /// In flight: one, two while hedged.
    calls: Vec<Call>,
    started: u32,
    /// When to call again after a failure.
    retry_at: Option<Moment>,
    retries: u32,
    /// The first answer.
    said: Option<Opinion>,
    /// The latest failure.
    failed: Option<Reason>,
}

/// One request. Dropping it before it is settled loses its places: use [`Request::abandon`].
#[derive(Debug)]
#[must_use = "a request that is not driven is never answered"]
pub struct Request {
    task: Task,
    policy: Policy,
    plan: Plan,
    answer_by: Moment,
    local: Local,
    cloud: Cloud,
    /// Whether the one hedge was thought of, made or not.
    hedged: bool,
    /// Whether the answer or the error was given.
    given: bool,
    /// Whether both answers were compared.
    compared: bool,
}

impl Request {
    pub(super) fn begin(
        router: &mut Router,
        ask: Ask,
        now: Moment,
        draw: Draw,
    ) -> (Self, Vec<Action>) {
        let config = router.config();
        let task = config.task(ask.task);
        let policy = ask.forced.unwrap_or(task.policy);
        let deadline = ask.deadline.unwrap_or(task.deadline());
        let answer_by = now.after(deadline).before(config.margin()).max(now);
        let plan = router
            .situation(ask.task, policy, ask.local, answer_by, now)
            .plan();
        let mut request = Self {
            task: ask.task,
            policy,
            plan,
            answer_by,
            local: if ask.local {
                Local::Idle
            } else {
                Local::Absent
            },
            cloud: Cloud::default(),
            hedged: false,
            given: false,
            compared: false,
        };
        let mut actions = Vec::new();
        if let Plan::CloudThenHedge { cause, .. } = plan {
            request.start_cloud(router, cause, now, &mut actions);
            if router.take_audit(ask.task, draw) {
                request.start_local(Cause::Audit, now, &mut actions);
            }
        }
        request.advance(router, now, draw, &mut actions);
        (request, actions)
    }

    /// What to do now that `event` has happened.
    #[must_use]
    pub fn on(
        &mut self,
        router: &mut Router,
        event: Event,
        now: Moment,
        draw: Draw,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        self.absorb(router, event, now, draw);
        self.expire(router, now, draw, &mut actions);
        self.compare(router);
        self.advance(router, now, draw, &mut actions);
        actions
    }

    /// The client went away: gives back what is held. The shell drops calls in flight.
    pub fn abandon(mut self, router: &mut Router, now: Moment, draw: Draw) {
        for call in self.cloud.calls.drain(..) {
            router
                .paths_mut(self.task)
                .close(call.ticket, Outcome::Neutral, None, now, draw);
        }
    }

    /// Whether no event is awaited any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.given && self.cloud.calls.is_empty() && !matches!(self.local, Local::Running { .. })
    }

    /// How it is answered.
    #[must_use]
    pub const fn plan(&self) -> Plan {
        self.plan
    }

    /// When the answer is decided at the latest: the deadline less the margin.
    #[must_use]
    pub const fn answer_by(&self) -> Moment {
        self.answer_by
    }

    fn situation(&self, router: &Router, now: Moment) -> Situation {
        let local = self.local != Local::Absent && self.local != Local::Failed;
        router.situation(self.task, self.policy, local, self.answer_by, now)
    }

    /// Writes what happened into the lanes and into what is known of the paths.
    fn absorb(&mut self, router: &mut Router, event: Event, now: Moment, draw: Draw) {
        match event {
            Event::Tick => {}
            Event::Local(opinion) => {
                if let Local::Running { since } = self.local {
                    self.local = Local::Said(opinion);
                    router
                        .paths_mut(self.task)
                        .record_local(now.since(since), now);
                }
            }
            Event::LocalFailed => {
                if let Local::Running { .. } = self.local {
                    self.local = Local::Failed;
                }
            }
            Event::Cloud(id, opinion) => {
                if let Some(call) = self.take_call(id) {
                    self.cloud.said.get_or_insert(opinion);
                    let took = now.since(call.since);
                    let paths = router.paths_mut(self.task);
                    paths.close(call.ticket, Outcome::Success, Some(took), now, draw);
                    if call.cause == Cause::Explore {
                        paths.explored(now);
                    }
                }
            }
            Event::CloudFailed(id, failure) => {
                if let Some(call) = self.take_call(id) {
                    self.cloud_failed(router, call, failure, now, draw);
                }
            }
        }
    }

    fn cloud_failed(
        &mut self,
        router: &mut Router,
        call: Call,
        failure: Failure,
        now: Moment,
        draw: Draw,
    ) {
        let (outcome, reason, retry) = match failure {
            Failure::Unreachable => (Outcome::Failure, Reason::CloudFailed, true),
            Failure::Busy { retry_after: None } => (Outcome::Failure, Reason::CloudBusy, true),
            Failure::Busy {
                retry_after: Some(wait),
            } => (Outcome::Told(wait), Reason::CloudBusy, false),
            Failure::Refused => (Outcome::Neutral, Reason::CloudRefused, false),
        };
        router
            .paths_mut(self.task)
            .close(call.ticket, outcome, None, now, draw);
        self.cloud.failed = Some(reason);
        if retry && call.cause != Cause::Audit {
            self.schedule_retry(router, now, draw);
        }
    }

    /// Calls again after a wait, where there is time and budget for it and nothing else runs.
    fn schedule_retry(&mut self, router: &mut Router, now: Moment, draw: Draw) {
        let retry = router.config().retry;
        if self.given || self.cloud.retries >= retry.most || !self.cloud.calls.is_empty() {
            return;
        }
        let doubled = retry
            .backoff_ms
            .saturating_mul(1_u32.checked_shl(self.cloud.retries).unwrap_or(u32::MAX));
        let wait = scaled(
            Duration::from_millis(u64::from(doubled)),
            1.0 - BACKOFF_JITTER * draw.unit(Use::Retry),
        );
        let situation = self.situation(router, now);
        let at = now.after(wait);
        if situation.cloud_closed().is_none()
            && situation.cloud_fits(at)
            && router.paths(self.task).affords_retry()
        {
            self.cloud.retry_at = Some(at);
        }
    }

    /// Calls off what has run out of time.
    fn expire(&mut self, router: &mut Router, now: Moment, draw: Draw, actions: &mut Vec<Action>) {
        while let Some(index) = self.cloud.calls.iter().position(|call| call.expires <= now) {
            let call = self.cloud.calls.swap_remove(index);
            actions.push(Action::CancelCloud { call: call.id });
            let (outcome, took) = if call.is_fair {
                let least = now.since(call.since).max(call.p95);
                (Outcome::Failure, Some(scaled(least, UNANSWERED)))
            } else {
                (Outcome::Neutral, None)
            };
            router
                .paths_mut(self.task)
                .close(call.ticket, outcome, took, now, draw);
            self.cloud.failed = Some(Reason::CloudLate);
        }
    }

    /// Where both paths are sure, whether they say the same goes into the cloud's record, once.
    fn compare(&mut self, router: &mut Router) {
        let (Local::Said(local), Some(cloud), false) = (self.local, self.cloud.said, self.compared)
        else {
            return;
        };
        self.compared = true;
        let paths = router.paths_mut(self.task);
        let confident_at = paths.confident_at();
        if local.is_sure(confident_at) && cloud.is_sure(confident_at) {
            paths.observe(local.says == cloud.says);
        }
    }

    /// Reads the lanes and does what is due.
    fn advance(&mut self, router: &mut Router, now: Moment, draw: Draw, actions: &mut Vec<Action>) {
        for _ in 0..LOOKS {
            if self.given {
                break;
            }
            match self.verdict(router, now) {
                Verdict::Answer(path, reason) => {
                    self.give(Action::Answer { path, reason }, actions);
                    if reason == Reason::LocalConfident {
                        self.audit(router, now, draw, actions);
                    }
                }
                Verdict::Fail(reason) => self.give(Action::Fail { reason }, actions),
                Verdict::Ask(cause) => self.start_cloud(router, cause, now, actions),
                Verdict::Wait => {
                    if !self.start_due(router, now, actions) {
                        break;
                    }
                }
            }
        }
        if let Some(at) = self.wake_at(now) {
            actions.push(Action::WaitUntil(at));
        }
    }

    fn give(&mut self, action: Action, actions: &mut Vec<Action>) {
        actions.push(action);
        self.given = true;
        self.cloud.retry_at = None;
    }

    fn take_call(&mut self, id: CallId) -> Option<Call> {
        let index = self.cloud.calls.iter().position(|call| call.id == id)?;
        Some(self.cloud.calls.swap_remove(index))
    }
}
