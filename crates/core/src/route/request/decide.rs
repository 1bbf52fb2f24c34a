//! Whether the answers in hand are enough: a table over both lanes and the time.

use super::{Local, Opinion, Path, Plan, Policy, Reason, Request, Router};
use crate::route::answer::better;
use crate::route::reason::Cause;
use crate::route::time::Moment;
use crate::route::trust::Standing;

/// What the lanes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Answer(Path, Reason),
    Fail(Reason),
    /// Call the cloud now.
    Ask(Cause),
    /// For an event or a moment.
    Wait,
}

/// The cloud lane, summed up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum CloudState {
    Idle,
    /// A call is in flight or a retry is coming.
    Pending,
    Said(Opinion),
    Failed(Reason),
}

impl Request {
    pub(super) fn cloud_state(&self) -> CloudState {
        if let Some(opinion) = self.cloud.said {
            CloudState::Said(opinion)
        } else if !self.cloud.calls.is_empty() || self.cloud.retry_at.is_some() {
            CloudState::Pending
        } else {
            self.cloud
                .failed
                .map_or(CloudState::Idle, CloudState::Failed)
        }
    }

    pub(super) fn verdict(&self, router: &Router, now: Moment) -> Verdict {
        if let Plan::Refuse { reason } = self.plan {
            return Verdict::Fail(reason);
        }
        match (self.local, self.cloud_state()) {
            (Local::Said(local), CloudState::Said(cloud)) => self.both(router, &local, &cloud),
            (Local::Said(local), CloudState::Pending) => self.local_first(router, &local, now),
            (Local::Said(local), CloudState::Idle) => self.local_alone(router, &local, now),
            (Local::Said(_), CloudState::Failed(reason)) => Verdict::Answer(Path::Local, reason),
            (Local::Idle | Local::Running { .. }, CloudState::Said(cloud)) => {
                self.cloud_alone(router, &cloud, now)
            }
            (Local::Idle | Local::Running { .. }, _) => Verdict::Wait,
            (Local::Absent, CloudState::Said(_)) => Verdict::Answer(Path::Cloud, Reason::CloudOnly),
            (Local::Failed, CloudState::Said(_)) => {
                Verdict::Answer(Path::Cloud, Reason::LocalFailed)
            }
            (Local::Absent | Local::Failed, CloudState::Failed(Reason::CloudLate)) => {
                Verdict::Fail(Reason::DeadlineExceeded)
            }
            (Local::Absent | Local::Failed, CloudState::Failed(reason)) => Verdict::Fail(reason),
            (Local::Absent | Local::Failed, _) if now >= self.answer_by => {
                Verdict::Fail(Reason::DeadlineExceeded)
            }
            (Local::Absent | Local::Failed, CloudState::Pending) => Verdict::Wait,
            (Local::Absent, CloudState::Idle) => Verdict::Ask(Cause::First),
            (Local::Failed, CloudState::Idle) => match self.situation(router, now).cloud_closed() {
                Some(_) => Verdict::Fail(Reason::LocalFailed),
                None => Verdict::Ask(Cause::Fallback),
            },
        }
    }

    /// Both answered. Whoever prefers the cloud has its answer where it is sure and believed.
    fn both(&self, router: &Router, local: &Opinion, cloud: &Opinion) -> Verdict {
        let (path, reason) = if self.policy == Policy::PreferCloud && enough(self, router, cloud) {
            (Path::Cloud, Reason::CloudFirst)
        } else {
            better(local, cloud, router.paths(self.task).record())
        };
        Verdict::Answer(path, reason)
    }

    /// The local model answered while the cloud still runs.
    fn local_first(&self, router: &Router, local: &Opinion, now: Moment) -> Verdict {
        let is_sure = local.is_sure(router.paths(self.task).confident_at());
        if now >= self.answer_by {
            Verdict::Answer(Path::Local, Reason::CloudLate)
        } else if !is_sure || self.policy == Policy::PreferCloud {
            Verdict::Wait
        } else if let (Some(reason), true) = (self.cloud.failed, self.cloud.calls.is_empty()) {
            Verdict::Answer(Path::Local, reason)
        } else if let Plan::CloudThenHedge { .. } = self.plan {
            Verdict::Answer(Path::Local, Reason::HedgeWon)
        } else {
            Verdict::Answer(Path::Local, Reason::LocalConfident)
        }
    }

    /// The local model answered and the cloud was not asked.
    fn local_alone(&self, router: &Router, local: &Opinion, now: Moment) -> Verdict {
        if let Plan::LocalOnly { reason } = self.plan {
            Verdict::Answer(Path::Local, reason)
        } else if local.is_sure(router.paths(self.task).confident_at()) {
            Verdict::Answer(Path::Local, Reason::LocalConfident)
        } else {
            match self.situation(router, now).escalate() {
                Ok(cause) => Verdict::Ask(cause),
                Err(reason) => Verdict::Answer(Path::Local, reason),
            }
        }
    }

    /// The cloud answered while the local model did not.
    fn cloud_alone(&self, router: &Router, cloud: &Opinion, now: Moment) -> Verdict {
        if !enough(self, router, cloud) && now < self.answer_by {
            return Verdict::Wait;
        }
        let reason = match self.plan {
            Plan::CloudThenHedge { .. } => Reason::CloudFirst,
            _ => Reason::Escalated,
        };
        Verdict::Answer(Path::Cloud, reason)
    }
}

/// Whether the cloud's answer may be given without waiting for the local one.
fn enough(request: &Request, router: &Router, cloud: &Opinion) -> bool {
    let paths = router.paths(request.task);
    cloud.is_sure(paths.confident_at()) && paths.record().standing == Standing::Trusted
}
