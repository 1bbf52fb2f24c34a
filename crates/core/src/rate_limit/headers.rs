//! What a client is told of its limit: `RateLimit` and `RateLimit-Policy` as structured fields,
//! `RateLimit-Limit`, `-Remaining` and `-Reset` of the drafts before, and `Retry-After`.

use super::{Decision, Quota};
use std::time::Duration;

/// Header values of one decision. Seconds are rounded up, so that who waits as told is admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// `RateLimit-Limit`: most at once.
    pub limit: u32,
    /// `RateLimit-Remaining`: what can be asked for now.
    pub remaining: u32,
    /// `RateLimit-Reset`: seconds until the whole burst can be had.
    pub reset_s: u64,
    /// `RateLimit-Policy`, e.g. `"token";q=20;w=10`: the burst, and in how many seconds it comes
    /// back.
    pub policy: String,
    /// `RateLimit`, e.g. `"token";r=3;t=7`.
    pub rate_limit: String,
    /// `Retry-After` in seconds, where the request is refused and waiting helps.
    pub retry_after_s: Option<u64>,
}

impl Headers {
    /// What to say of `decision` by `quota`. Of the policy's `name`, what is no ASCII letter,
    /// digit, `-`, `_` or `.` is left out.
    #[must_use]
    pub fn new(name: &str, quota: &Quota, decision: &Decision) -> Self {
        let (remaining, reset_after, retry_after) = match *decision {
            Decision::Admitted {
                remaining,
                reset_after,
                ..
            } => (remaining, reset_after, None),
            Decision::Refused {
                retry_after,
                remaining,
                reset_after,
            } => (remaining, reset_after, Some(retry_after)),
            // What is left was not looked at; nothing of it is enough.
            Decision::TooCostly { .. } => (0, quota.refill(), None),
        };
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .collect();
        let reset_s = seconds(reset_after);
        let (burst, window) = (quota.burst(), seconds(quota.refill()).max(1));
        Self {
            limit: burst,
            remaining,
            reset_s,
            policy: format!("\"{name}\";q={burst};w={window}"),
            rate_limit: format!("\"{name}\";r={remaining};t={reset_s}"),
            retry_after_s: retry_after.map(|after| seconds(after).max(1)),
        }
    }

    /// Names and values, to be set on the answer.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("RateLimit-Limit", self.limit.to_string()),
            ("RateLimit-Remaining", self.remaining.to_string()),
            ("RateLimit-Reset", self.reset_s.to_string()),
            ("RateLimit-Policy", self.policy.clone()),
            ("RateLimit", self.rate_limit.clone()),
        ];
        if let Some(after) = self.retry_after_s {
            pairs.push(("Retry-After", after.to_string()));
        }
        pairs
    }
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
