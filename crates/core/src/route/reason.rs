//! Why: stable codes for answers and for calls.
//!
//! Invariant: a code never changes its meaning and is never used again; they stand in
//! `meta.reason`, in metrics and in docs/ROUTING.md.

use std::fmt;

/// Why a request was answered by the path that answered it, or by none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The policy allows the local path only.
    LocalOnly,
    /// The local answer was sure: no need for the cloud.
    LocalConfident,
    /// The line is said to be down.
    Offline,
    /// The cloud's vectors are of another space.
    ParityClosed,
    /// The cloud failed too often lately.
    BreakerOpen,
    /// The cloud asked to stay away for a while, or refused for want of capacity.
    CloudBusy,
    /// Too many calls are in flight.
    Shed,
    /// The cloud's p95 does not fit in the time left.
    NoTime,
    /// The cloud's sure answers are too often not the local ones.
    CloudDistrusted,
    /// Both answered, the local answer is the better one.
    LocalBetter,
    /// Both answered, and said the same.
    Agreed,
    /// Cloud first; the local model was started as well and was ready before the cloud.
    HedgeWon,
    /// The deadline came with the local answer in hand and the cloud still silent.
    CloudLate,
    /// The cloud failed; the local model answered.
    CloudFailed,
    /// The cloud did not accept the request (an error of ours, not of the line).
    CloudRefused,
    /// There is no local model for this.
    CloudOnly,
    /// Cloud first, and it answered.
    CloudFirst,
    /// The local answer was unsure or late; the cloud answered alone.
    Escalated,
    /// Both answered, the cloud's answer is the better one.
    CloudBetter,
    /// The local model failed; the cloud answered.
    LocalFailed,
    /// The deadline came with nothing in hand and no local model under way.
    DeadlineExceeded,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 21] = [
        Self::LocalOnly,
        Self::LocalConfident,
        Self::Offline,
        Self::ParityClosed,
        Self::BreakerOpen,
        Self::CloudBusy,
        Self::Shed,
        Self::NoTime,
        Self::CloudDistrusted,
        Self::LocalBetter,
        Self::Agreed,
        Self::HedgeWon,
        Self::CloudLate,
        Self::CloudFailed,
        Self::CloudRefused,
        Self::CloudOnly,
        Self::CloudFirst,
        Self::Escalated,
        Self::CloudBetter,
        Self::LocalFailed,
        Self::DeadlineExceeded,
    ];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LocalOnly => "local_only",
            Self::LocalConfident => "local_confident",
            Self::Offline => "offline",
            Self::ParityClosed => "parity_closed",
            Self::BreakerOpen => "breaker_open",
            Self::CloudBusy => "cloud_busy",
            Self::Shed => "shed",
            Self::NoTime => "no_time",
            Self::CloudDistrusted => "cloud_distrusted",
            Self::LocalBetter => "local_better",
            Self::Agreed => "agreed",
            Self::HedgeWon => "hedge_won",
            Self::CloudLate => "cloud_late",
            Self::CloudFailed => "cloud_failed",
            Self::CloudRefused => "cloud_refused",
            Self::CloudOnly => "cloud_only",
            Self::CloudFirst => "cloud_first",
            Self::Escalated => "escalated",
            Self::CloudBetter => "cloud_better",
            Self::LocalFailed => "local_failed",
            Self::DeadlineExceeded => "deadline_exceeded",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a path was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It is the first one of the plan.
    First,
    /// The local answer is unsure.
    Escalate,
    /// The cloud's p95 does not fit, but it is time to see whether that still holds.
    Explore,
    /// The other attempt takes longer than usual. Draws from the hedging budget.
    Hedge,
    /// The last moment at which the local model makes the deadline. Draws from no budget.
    LastCall,
    /// The other path failed, or its answer is not enough.
    Fallback,
    /// A call failed and there is time for another. Draws from the retry budget.
    Retry,
    /// To compare both paths, without anybody waiting for it. Draws from the hedging budget.
    Audit,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 8] = [
        Self::First,
        Self::Escalate,
        Self::Explore,
        Self::Hedge,
        Self::LastCall,
        Self::Fallback,
        Self::Retry,
        Self::Audit,
    ];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Escalate => "escalate",
            Self::Explore => "explore",
            Self::Hedge => "hedge",
            Self::LastCall => "last_call",
            Self::Fallback => "fallback",
            Self::Retry => "retry",
            Self::Audit => "audit",
        }
    }

    /// Whether it duplicates work that is under way or done, and so draws from the hedging budget.
    #[must_use]
    pub const fn is_hedge(self) -> bool {
        matches!(self, Self::Hedge | Self::Audit)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Reason};
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_there_once_and_documented() {
        let manual = include_str!("../../../../docs/ROUTING.md");
        let codes: Vec<&str> = Reason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .chain(Cause::ALL.iter().map(|cause| cause.as_str()))
            .collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        for code in codes {
            assert!(manual.contains(&format!("| `{code}` |")), "{code}");
        }
    }
}
