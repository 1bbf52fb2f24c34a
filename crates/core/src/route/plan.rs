//! From what is known before a request to a plan, and from an unsure answer to an escalation.
//!
//! Pure tables over a [`Situation`]; no state. Invariant: where a local model exists a plan has
//! it, and no plan calls a cloud that the policy, the line, the parity of the vectors or the
//! breaker forbids.

use super::quantile::Quantiles;
use super::reason::{Cause, Reason};
use super::time::{Moment, scaled};
use super::trust::Standing;
use super::{Connectivity, Policy};
use std::time::Duration;

/// What is known when a decision is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Situation {
    /// Which path is wanted.
    pub policy: Policy,
    /// Now.
    pub now: Moment,
    /// When the answer has to be decided: the deadline less the margin.
    pub answer_by: Moment,
    /// The line.
    pub connectivity: Connectivity,
    /// Latency of the local model; `None` where there is none for the task.
    pub local: Option<Quantiles>,
    /// Latency of the cloud.
    pub cloud: Quantiles,
    /// What keeps the cloud from being called, apart from time: parity, breaker, load.
    pub closed: Option<Reason>,
    /// Whether the cloud is believed.
    pub standing: Standing,
    /// Whether it is time to see if a cloud that is too slow still is.
    pub explore: bool,
    /// Cloud p95 that has to fit.
    pub headroom: f64,
    /// Local p99 that is kept free.
    pub reserve: f64,
}

/// How a request is going to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// The local model, and nothing else.
    LocalOnly {
        /// Why.
        reason: Reason,
    },
    /// The cloud, because there is no local model.
    CloudOnly {
        /// When a second call is worth it.
        hedge_at: Moment,
    },
    /// The local model; the cloud where its answer is unsure and there is time.
    LocalThenEscalate {
        /// When a local model that still is silent is reason enough: after its own p99, and at
        /// the last moment that leaves time for the cloud.
        silent_at: Moment,
    },
    /// The cloud; the local model in time to be ready before the deadline.
    CloudThenHedge {
        /// Why the cloud was started.
        cause: Cause,
        /// When the local model is worth starting: the cloud's p95. Within the hedging budget.
        hedge_at: Moment,
        /// When the local model has to start. Always.
        last_call: Moment,
    },
    /// No local model, and no cloud.
    Refuse {
        /// Why.
        reason: Reason,
    },
}

impl Situation {
    /// Why the cloud cannot be called, whatever the time; `None` where it can.
    #[must_use]
    pub fn cloud_closed(&self) -> Option<Reason> {
        match (self.policy, self.connectivity) {
            (Policy::LocalOnly, _) => Some(Reason::LocalOnly),
            (_, Connectivity::Offline) => Some(Reason::Offline),
            _ => self.closed,
        }
    }

    /// Whether the cloud, if asked at `from`, nearly always answers in time.
    #[must_use]
    pub fn cloud_fits(&self, from: Moment) -> bool {
        self.cloud_needs() <= self.answer_by.since(from)
    }

    fn cloud_needs(&self) -> Duration {
        scaled(self.cloud.p95, self.headroom)
    }

    /// Whether asking the cloud now is worth it where it goes first. Who prefers it has it as
    /// soon as it is more often in time than not: the local model is ready for when it is late.
    fn is_worth_asking_first(&self) -> bool {
        let needed = match self.policy {
            Policy::PreferCloud => scaled(self.cloud.p50, self.headroom),
            _ => self.cloud_needs(),
        };
        needed <= self.answer_by.since(self.now)
    }

    /// How the request is going to be answered.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let Some(local) = self.local else {
            return match self.cloud_closed() {
                Some(reason) => Plan::Refuse { reason },
                // Slow is better than nothing, so time is no reason against it.
                None => Plan::CloudOnly {
                    hedge_at: self.now.after(self.cloud.p95),
                },
            };
        };
        match self.cloud_closed() {
            Some(reason @ (Reason::LocalOnly | Reason::Offline | Reason::ParityClosed)) => {
                Plan::LocalOnly { reason }
            }
            closed if self.wants_cloud_first(local) => match closed {
                Some(reason) => Plan::LocalOnly { reason },
                None => self.cloud_first(local),
            },
            // A breaker may have closed by the time the local answer turns out unsure.
            _ => Plan::LocalThenEscalate {
                silent_at: self
                    .now
                    .after(local.p99)
                    .min(self.answer_by.before(self.cloud_needs())),
            },
        }
    }

    /// Whether an unsure or missing local answer sends the request to the cloud, and as what.
    ///
    /// # Errors
    /// The reason why it does not.
    pub fn escalate(&self) -> Result<Cause, Reason> {
        if let Some(reason) = self.cloud_closed() {
            return Err(reason);
        }
        if self.standing == Standing::Distrusted && self.local.is_some() {
            return Err(Reason::CloudDistrusted);
        }
        if self.cloud_fits(self.now) {
            Ok(Cause::Escalate)
        } else if self.explore {
            Ok(Cause::Explore)
        } else {
            Err(Reason::NoTime)
        }
    }

    /// `prefer_cloud` wants the cloud first wherever the line costs nothing; `auto` only where the
    /// local model is the slower one and there is no time for both in turn. Where there is, local
    /// first is never worse: a sure answer is sooner and free, an unsure one still goes on.
    fn wants_cloud_first(&self, local: Quantiles) -> bool {
        if self.connectivity == Connectivity::Metered {
            return false;
        }
        match self.policy {
            Policy::PreferCloud => true,
            Policy::Auto => {
                self.standing == Standing::Trusted
                    && self.cloud.p50 < local.p50
                    && !self.cloud_fits(self.now.after(local.p95))
            }
            Policy::LocalOnly | Policy::PreferLocal => false,
        }
    }

    fn cloud_first(&self, local: Quantiles) -> Plan {
        let cause = if self.is_worth_asking_first() {
            Cause::First
        } else if self.explore {
            Cause::Explore
        } else {
            return Plan::LocalOnly {
                reason: Reason::NoTime,
            };
        };
        let last_call = match self.standing {
            Standing::Trusted => self
                .answer_by
                .before(scaled(local.p99, self.reserve))
                .max(self.now),
            // Its answer will not be taken without the local one: both at once.
            Standing::Distrusted => self.now,
        };
        Plan::CloudThenHedge {
            cause,
            hedge_at: self.now.after(self.cloud.p95).min(last_call),
            last_call,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, Situation};
    use crate::route::{Cause, Connectivity, Moment, Policy, Quantiles, Reason, Standing};
    use std::time::Duration;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Local 10 ms, cloud 80 ms, all open, 295 ms to go.
    fn good() -> Situation {
        Situation {
            policy: Policy::Auto,
            now: Moment::from_millis(1_000),
            answer_by: Moment::from_millis(1_295),
            connectivity: Connectivity::Online,
            local: Some(Quantiles::all(ms(10))),
            cloud: Quantiles::all(ms(80)),
            closed: None,
            standing: Standing::Trusted,
            explore: false,
            headroom: 1.0,
            reserve: 2.0,
        }
    }

    /// What a plan is called, and why.
    fn told(plan: Plan) -> String {
        match plan {
            Plan::LocalOnly { reason } => format!("local only, {reason}"),
            Plan::CloudOnly { .. } => "cloud only".to_owned(),
            Plan::LocalThenEscalate { .. } => "local, then escalate".to_owned(),
            Plan::CloudThenHedge { cause, .. } => format!("cloud, then hedge, {cause}"),
            Plan::Refuse { reason } => format!("refuse, {reason}"),
        }
    }

    #[test]
    fn plans_by_policy_and_state() {
        let of = |change: &dyn Fn(&mut Situation)| -> Vec<String> {
            Policy::ALL
                .into_iter()
                .map(|policy| {
                    let mut situation = Situation { policy, ..good() };
                    change(&mut situation);
                    told(situation.plan())
                })
                .collect()
        };
        let only = |reason: &str| format!("local only, {reason}");
        let local = || only("local_only");
        let escalate = || "local, then escalate".to_owned();
        let cloud = || "cloud, then hedge, first".to_owned();
        assert_eq!(of(&|_| {}), [local(), escalate(), cloud(), escalate()]);
        // In the order of `Policy::ALL`: local_only, prefer_local, prefer_cloud, auto.
        assert_eq!(
            of(&|s| s.connectivity = Connectivity::Offline),
            [local(), only("offline"), only("offline"), only("offline")]
        );
        assert_eq!(
            of(&|s| s.connectivity = Connectivity::Metered),
            [local(), escalate(), escalate(), escalate()]
        );
        assert_eq!(
            of(&|s| s.closed = Some(Reason::ParityClosed)),
            [
                local(),
                only("parity_closed"),
                only("parity_closed"),
                only("parity_closed")
            ]
        );
        assert_eq!(
            of(&|s| s.closed = Some(Reason::BreakerOpen)),
            [local(), escalate(), only("breaker_open"), escalate()]
        );
        assert_eq!(
            of(&|s| s.cloud = Quantiles::all(ms(400))),
            [local(), escalate(), only("no_time"), escalate()]
        );
        assert_eq!(
            of(&|s| s.local = Some(Quantiles::all(ms(240)))),
            [local(), escalate(), cloud(), cloud()],
            "a slow local model leaves no time for both"
        );
    }

    #[test]
    fn without_a_local_model_it_is_the_cloud_or_nothing() {
        for (policy, closed, plan) in [
            (Policy::LocalOnly, None, "refuse, local_only"),
            (Policy::PreferLocal, None, "cloud only"),
            (Policy::Auto, None, "cloud only"),
            (Policy::Auto, Some(Reason::CloudBusy), "refuse, cloud_busy"),
        ] {
            let situation = Situation {
                policy,
                closed,
                local: None,
                ..good()
            };
            assert_eq!(told(situation.plan()), plan, "{policy:?}");
        }
    }

    #[test]
    fn the_local_model_starts_in_time_to_be_ready() {
        let situation = Situation {
            policy: Policy::PreferCloud,
            ..good()
        };
        let Plan::CloudThenHedge {
            hedge_at,
            last_call,
            ..
        } = situation.plan()
        else {
            unreachable!("cloud first");
        };
        assert_eq!(hedge_at, Moment::from_millis(1_080), "the cloud's p95");
        assert_eq!(last_call, Moment::from_millis(1_275), "twice the local p99");
        let slow = Situation {
            cloud: Quantiles::all(ms(290)),
            ..situation
        };
        let Plan::CloudThenHedge { hedge_at, .. } = slow.plan() else {
            unreachable!("cloud first");
        };
        assert_eq!(hedge_at, last_call, "whichever is earlier");
        let doubted = Situation {
            standing: Standing::Distrusted,
            ..situation
        };
        let Plan::CloudThenHedge { last_call, .. } = doubted.plan() else {
            unreachable!("cloud first");
        };
        assert_eq!(last_call, doubted.now, "both at once");
    }

    #[test]
    fn escalates_only_into_enough_time() {
        let late = |millis| Situation {
            now: Moment::from_millis(millis),
            ..good()
        };
        assert_eq!(late(1_215).escalate(), Ok(Cause::Escalate));
        assert_eq!(late(1_216).escalate(), Err(Reason::NoTime));
        let explorer = Situation {
            explore: true,
            ..late(1_216)
        };
        assert_eq!(explorer.escalate(), Ok(Cause::Explore));
        for (change, reason) in [
            (
                Situation {
                    standing: Standing::Distrusted,
                    ..good()
                },
                Reason::CloudDistrusted,
            ),
            (
                Situation {
                    closed: Some(Reason::Shed),
                    ..good()
                },
                Reason::Shed,
            ),
            (
                Situation {
                    policy: Policy::LocalOnly,
                    ..good()
                },
                Reason::LocalOnly,
            ),
        ] {
            assert_eq!(change.escalate(), Err(reason));
        }
    }
}
