//! What is started, and when to look again.

use super::decide::CloudState;
use super::{Action, Call, CallId, Local, Plan, Request, Router};
use crate::route::reason::Cause;
use crate::route::time::{Draw, Moment};

impl Request {
    pub(super) fn start_local(&mut self, cause: Cause, now: Moment, actions: &mut Vec<Action>) {
        if self.local == Local::Idle {
            self.local = Local::Running { since: now };
            actions.push(Action::StartLocal { cause });
        }
    }

    /// Calls the cloud, or notes why not.
    pub(super) fn start_cloud(
        &mut self,
        router: &mut Router,
        cause: Cause,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        self.start_call(router, cause, self.answer_by, now, actions);
    }

    fn start_call(
        &mut self,
        router: &mut Router,
        cause: Cause,
        expires: Moment,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        let p95 = self.situation(router, now).cloud.p95;
        let paths = router.paths_mut(self.task);
        let ticket = match paths.open(cause, now) {
            Ok(ticket) => ticket,
            Err(reason) => {
                self.cloud.failed = Some(reason);
                return;
            }
        };
        let timeout = expires.since(now);
        let id = CallId(self.cloud.started);
        self.cloud.started += 1;
        self.cloud.calls.push(Call {
            id,
            cause,
            ticket,
            since: now,
            expires,
            p95,
            is_fair: timeout >= p95.min(paths.deadline() / 2),
        });
        actions.push(Action::StartCloud {
            call: id,
            timeout,
            cause,
        });
    }

    /// Starts what is due while there is no answer; whether the lanes have to be looked at again.
    pub(super) fn start_due(
        &mut self,
        router: &mut Router,
        now: Moment,
        actions: &mut Vec<Action>,
    ) -> bool {
        if self.cloud.retry_at.is_some_and(|at| at <= now) {
            self.cloud.retry_at = None;
            // Others may have had the last token since; then the failure stands.
            if router.paths_mut(self.task).take_retry() {
                self.cloud.retries += 1;
                self.start_cloud(router, Cause::Retry, now, actions);
            }
            return true;
        }
        match self.plan {
            Plan::LocalOnly { .. } => self.start_local(Cause::First, now, actions),
            Plan::LocalThenEscalate { silent_at } => {
                self.start_local(Cause::First, now, actions);
                let is_silent = matches!(self.local, Local::Running { .. });
                if is_silent && self.cloud_state() == CloudState::Idle {
                    self.hedge_silent(router, silent_at, now, actions);
                }
            }
            Plan::CloudThenHedge {
                hedge_at,
                last_call,
                ..
            } => {
                if self.local == Local::Idle {
                    self.local_beside_cloud(router, hedge_at, last_call, now, actions);
                }
            }
            Plan::CloudOnly { hedge_at } => {
                if self.cloud.calls.len() == 1 && self.is_hedge_due(hedge_at, now) {
                    self.hedge_cloud(router, now, actions);
                }
            }
            Plan::Refuse { .. } => {}
        }
        false
    }

    /// Cloud first: starts the local model when it is worth it, and at the last when it must be.
    fn local_beside_cloud(
        &mut self,
        router: &mut Router,
        hedge_at: Moment,
        last_call: Moment,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        if self.cloud.failed.is_some() || self.cloud_state() != CloudState::Pending {
            self.start_local(Cause::Fallback, now, actions);
        } else if now >= last_call {
            self.start_local(Cause::LastCall, now, actions);
        } else if self.is_hedge_due(hedge_at, now) && router.take_hedge(self.task) {
            self.start_local(Cause::Hedge, now, actions);
        }
    }

    /// Local first: calls the cloud beside a local model that takes too long.
    fn hedge_silent(
        &mut self,
        router: &mut Router,
        silent_at: Moment,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        if self.is_hedge_due(silent_at, now)
            && self.situation(router, now).escalate() == Ok(Cause::Escalate)
        {
            self.hedge_cloud(router, now, actions);
        }
    }

    fn hedge_cloud(&mut self, router: &mut Router, now: Moment, actions: &mut Vec<Action>) {
        // Asked before the token is taken: a call that is not admitted should not cost one.
        if self.situation(router, now).cloud_closed().is_none() && router.take_hedge(self.task) {
            self.start_cloud(router, Cause::Hedge, now, actions);
        }
    }

    /// Whether it is time for the one hedge, made or not.
    fn is_hedge_due(&mut self, at: Moment, now: Moment) -> bool {
        let due = now >= at && !self.hedged;
        self.hedged |= due;
        due
    }

    /// After a sure local answer, perhaps asks the cloud as well, to compare.
    pub(super) fn audit(
        &mut self,
        router: &mut Router,
        now: Moment,
        draw: Draw,
        actions: &mut Vec<Action>,
    ) {
        let situation = self.situation(router, now);
        // A cloud too slow to be asked is not audited: exploring finds out when that is over.
        if self.cloud_state() == CloudState::Idle
            && situation.cloud_closed().is_none()
            && situation.cloud_fits(now)
            && router.take_audit(self.task, draw)
        {
            let expires = now.after(router.paths(self.task).deadline());
            self.start_call(router, Cause::Audit, expires, now, actions);
        }
    }

    /// The next moment at which something is due by time alone.
    pub(super) fn wake_at(&self, now: Moment) -> Option<Moment> {
        let expiries = self.cloud.calls.iter().map(|call| call.expires);
        if self.given {
            return expiries.min();
        }
        let idle = self.local == Local::Idle;
        let (hedge, last) = match self.plan {
            Plan::CloudThenHedge {
                hedge_at,
                last_call,
                ..
            } => (idle.then_some(hedge_at), idle.then_some(last_call)),
            Plan::LocalThenEscalate { silent_at } => (Some(silent_at), None),
            Plan::CloudOnly { hedge_at } => (Some(hedge_at), None),
            Plan::LocalOnly { .. } | Plan::Refuse { .. } => (None, None),
        };
        expiries
            .chain(hedge.filter(|_| !self.hedged))
            .chain(last)
            .chain(self.cloud.retry_at)
            .chain([self.answer_by])
            .filter(|at| *at > now)
            .min()
    }
}
