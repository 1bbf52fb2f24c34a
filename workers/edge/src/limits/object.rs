//! The Durable Object that counts for one key.
//!
//! Invariant: a request is judged in one step, from memory, without waiting in between; its state
//! is written before the answer leaves, so that an evicted object remembers. What is idle deletes
//! itself.

use crate::http::time::now_ms;
use crate::http::var;
use olympus_core::rate_limit::{Decision, Headers, Quota, QuotaSettings, State as Counted};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

const STATE: &str = "state";
/// How often an object looks whether it may forget, in seconds; the var changes it.
const CHECK_VAR: &str = "LIMITER_CHECK_S";
const CHECK_S: u64 = 10 * 60;

/// What the Worker asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask {
    /// The policy's name in headers.
    pub(super) policy: String,
    pub(super) quota: QuotaSettings,
    pub(super) cost: u32,
}

/// What the object says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) admitted: bool,
    limit: u32,
    remaining: u32,
    reset_s: u64,
    policy: String,
    rate_limit: String,
    retry_after_s: Option<u64>,
}

impl Verdict {
    fn new(policy: &str, quota: &Quota, decision: &Decision) -> Self {
        let headers = Headers::new(policy, quota, decision);
        Self {
            admitted: matches!(decision, Decision::Admitted { .. }),
            limit: headers.limit,
            remaining: headers.remaining,
            reset_s: headers.reset_s,
            policy: headers.policy,
            rate_limit: headers.rate_limit,
            retry_after_s: headers.retry_after_s,
        }
    }

    /// Names and values of headers.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let headers = Headers {
            limit: self.limit,
            remaining: self.remaining,
            reset_s: self.reset_s,
            policy: self.policy.clone(),
            rate_limit: self.rate_limit.clone(),
            retry_after_s: self.retry_after_s,
        };
        headers.pairs()
    }

    /// Whether less of it is left, in parts of the whole.
    pub(super) fn is_tighter(&self, other: &Self) -> bool {
        let (own, its) = (u64::from(self.remaining), u64::from(other.remaining));
        own * u64::from(other.limit) < its * u64::from(self.limit)
    }
}

/// One key's limiter.
#[durable_object(alarm)]
pub struct RateLimiter {
    state: State,
    check_after: Duration,
    /// `None` until it was read.
    counted: Cell<Option<Counted>>,
    /// Whether an alarm is set.
    watched: Cell<bool>,
}

impl DurableObject for RateLimiter {
    fn new(state: State, env: Env) -> Self {
        let seconds = var(&env, CHECK_VAR).parse().unwrap_or(CHECK_S).max(1);
        Self {
            state,
            check_after: Duration::from_secs(seconds),
            counted: Cell::new(None),
            watched: Cell::new(false),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let ask: Ask = request.json().await?;
        let Ok(quota) = Quota::try_from(ask.quota) else {
            return Ok(Response::empty()?.with_status(400));
        };
        self.load().await?;
        let before = self.counted.get().unwrap_or_default();
        let decision = quota.check(before, now_ms().saturating_mul(1_000), ask.cost);
        if let Decision::Admitted { state, .. } = decision {
            self.counted.set(Some(state));
            self.state.storage().put(STATE, state).await?;
            self.watch().await?;
        }
        Response::from_json(&Verdict::new(&ask.policy, &quota, &decision))
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.load().await?;
        self.watched.set(false);
        let counted = self.counted.get().unwrap_or_default();
        if counted.is_idle(now_ms().saturating_mul(1_000)) {
            self.counted.set(None);
            self.state.storage().delete_all().await?;
        } else {
            self.watch().await?;
        }
        Response::empty()
    }
}

impl RateLimiter {
    /// Reads what was counted before this object was made. Others may have read it and counted
    /// meanwhile: theirs stays.
    async fn load(&self) -> worker::Result<()> {
        if self.counted.get().is_some() {
            return Ok(());
        }
        let stored: Option<Counted> = self.state.storage().get(STATE).await?;
        if self.counted.get().is_none() {
            self.counted.set(Some(stored.unwrap_or_default()));
        }
        Ok(())
    }

    async fn watch(&self) -> worker::Result<()> {
        if self.watched.replace(true) {
            return Ok(());
        }
        self.state.storage().set_alarm(self.check_after).await
    }
}
