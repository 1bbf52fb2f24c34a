//! When not to call the cloud: a circuit breaker.
//!
//! ```text
//!           too many failures, or told to wait
//!   Closed ───────────────────────────────────► Open ◄─┐
//!     ▲                                           │    │ a probe failed: open for longer
//!     │ enough probes succeeded        its time   │    │
//!     └────────────── HalfOpen ◄──────────────────┘    │
//!                        └─────────────────────────────┘
//! ```
//! Invariant: while open no call passes; while half-open at most one call more than have
//! succeeded. A result of a call that passed in another state changes nothing: it tells of another
//! time. Each time in a row it stays open for twice as long, up to a bound, less a random part, so
//! that the devices of a chain do not come back in step.

#[cfg(test)]
mod tests;

use super::time::{Draw, Moment, Use, scaled};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// Part of an opening that chance takes away at most.
const JITTER: f64 = 0.25;

/// When a breaker opens and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BreakerConfig {
    /// Latest calls that the failure rate is taken over.
    pub window: u32,
    /// Age at which a call is no longer recent.
    pub window_ms: u32,
    /// Calls without which a rate says nothing.
    pub least_calls: u32,
    /// Failure rate that opens, above 0 to 1.
    pub failure_rate: f64,
    /// Failures in a row that open: finds an outage at low rates. Few enough would also be met by
    /// chance: at a failure rate of 30 %, five in a row every four seconds at 100 calls a second.
    pub consecutive: u32,
    /// First opening; the next ones in a row double.
    pub open_ms: u32,
    /// Longest opening. Bounds both what probes cost during an outage (one call each) and how
    /// late the end of an outage is noticed.
    pub open_most_ms: u32,
    /// Longest wait that the cloud may ask for by `Retry-After`.
    pub told_most_ms: u32,
    /// Probes that have to succeed before all calls pass again.
    pub probes: u32,
    /// Time after which a probe without a result counts as lost.
    pub probe_lost_ms: u32,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self {
            window: 40,
            window_ms: 10_000,
            least_calls: 20,
            failure_rate: 0.5,
            consecutive: 6,
            open_ms: 500,
            open_most_ms: 2_000,
            told_most_ms: 60_000,
            probes: 3,
            probe_lost_ms: 10_000,
        }
    }
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered in time.
    Success,
    /// It failed, or did not answer in time.
    Failure,
    /// It was refused with a time to stay away (`Retry-After`).
    Told(Duration),
    /// It says nothing of the line: called off, or given less time than is fair.
    Neutral,
}

/// Leave to make one call; given back with its [`Outcome`], once, by move.
#[derive(Debug)]
#[must_use = "a pass without an outcome is a probe lost"]
pub struct Pass {
    era: u64,
}

/// State, without its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// No call passes; `told` where the cloud asked for it.
    Open {
        /// By `Retry-After`, not by failures.
        told: bool,
    },
    /// A few calls pass, to see.
    HalfOpen,
}

/// A change that others have to know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Calls stop.
    Opened,
    /// The first probe after an opening succeeded: what was known of the line is outdated.
    Back,
    /// All calls pass again.
    Closed,
}

#[derive(Debug, Clone)]
enum State {
    Closed {
        recent: VecDeque<(Moment, bool)>,
        in_a_row: u32,
        since: Moment,
    },
    Open {
        until: Moment,
        told: bool,
    },
    HalfOpen {
        successes: u32,
        in_flight: u32,
        last: Moment,
    },
}

/// The breaker of one task's cloud path.
#[derive(Debug, Clone)]
pub struct Breaker {
    config: BreakerConfig,
    state: State,
    /// Counts changes of state; tells a pass of this state from one of an earlier.
    era: u64,
    /// Openings in a row.
    openings: u32,
}

impl Breaker {
    /// Closed.
    #[must_use]
    pub fn new(config: BreakerConfig) -> Self {
        Self {
            config,
            state: closed(Moment::START),
            era: 0,
            openings: 0,
        }
    }

    /// The state at `now`; an opening that has run out is half-open.
    #[must_use]
    pub fn state(&self, now: Moment) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until, told } if now < until => BreakerState::Open { told },
            State::Open { .. } | State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Whether a call would pass at `now`.
    #[must_use]
    pub fn lets_pass(&self, now: Moment) -> bool {
        match self.state {
            State::Closed { .. } => true,
            State::Open { until, .. } => now >= until,
            State::HalfOpen {
                successes,
                in_flight,
                last,
            } => in_flight <= successes || self.lost(last, now),
        }
    }

    /// Leave to call, where a call passes at `now`.
    pub fn pass(&mut self, now: Moment) -> Option<Pass> {
        if !self.lets_pass(now) {
            return None;
        }
        if let State::Open { .. } = self.state {
            self.enter(State::HalfOpen {
                successes: 0,
                in_flight: 0,
                last: now,
            });
        }
        let lost = match self.state {
            State::HalfOpen {
                successes,
                in_flight,
                last,
            } => in_flight > successes && self.lost(last, now),
            _ => false,
        };
        if let State::HalfOpen {
            in_flight, last, ..
        } = &mut self.state
        {
            // Lost probes free their places, or one that never reports would close the line.
            *in_flight = if lost { 1 } else { *in_flight + 1 };
            *last = now;
        }
        Some(Pass { era: self.era })
    }

    /// What became of the call that `pass` was for; `draw` shortens an opening.
    pub fn record(
        &mut self,
        pass: Pass,
        outcome: Outcome,
        now: Moment,
        draw: Draw,
    ) -> Option<Change> {
        if let Outcome::Told(wait) = outcome {
            return self.told(wait, now);
        }
        if pass.era != self.era {
            return None;
        }
        match &mut self.state {
            State::Closed { .. } => self.record_closed(outcome, now, draw),
            State::Open { .. } => None,
            State::HalfOpen {
                successes,
                in_flight,
                ..
            } => {
                *in_flight = in_flight.saturating_sub(1);
                match outcome {
                    Outcome::Success => {
                        *successes += 1;
                        let first = *successes == 1;
                        if *successes >= self.config.probes {
                            self.enter(closed(now));
                            return Some(Change::Closed);
                        }
                        first.then_some(Change::Back)
                    }
                    Outcome::Failure => Some(self.open(now, draw)),
                    Outcome::Neutral | Outcome::Told(_) => None,
                }
            }
        }
    }

    /// The line is said to be back: the next call probes, whatever is left of an opening. A time
    /// that the cloud asked for is kept.
    pub fn line_is_back(&mut self, now: Moment) {
        if let State::Open { until, told: false } = &mut self.state {
            *until = now;
        }
    }

    fn record_closed(&mut self, outcome: Outcome, now: Moment, draw: Draw) -> Option<Change> {
        let State::Closed {
            recent, in_a_row, ..
        } = &mut self.state
        else {
            return None;
        };
        let failed = match outcome {
            Outcome::Success => false,
            Outcome::Failure => true,
            Outcome::Neutral | Outcome::Told(_) => return None,
        };
        *in_a_row = if failed { *in_a_row + 1 } else { 0 };
        recent.push_back((now, failed));
        let age = Duration::from_millis(u64::from(self.config.window_ms));
        while recent.len() > self.config.window as usize
            || recent.front().is_some_and(|(at, _)| now.since(*at) > age)
        {
            recent.pop_front();
        }
        let failures = recent.iter().filter(|(_, failed)| *failed).count();
        let rate = failures as f64 / recent.len().max(1) as f64;
        let too_many = failed
            && (*in_a_row >= self.config.consecutive
                || (recent.len() >= self.config.least_calls as usize
                    && rate >= self.config.failure_rate));
        too_many.then(|| self.open(now, draw))
    }

    /// Opens because of failures.
    fn open(&mut self, now: Moment, draw: Draw) -> Change {
        let most = Duration::from_millis(u64::from(self.config.open_most_ms));
        if let State::Closed { since, .. } = self.state
            && now.since(since) > most
        {
            // Closed for long enough to call the last outage over; a flapping line is not.
            self.openings = 0;
        }
        let first = Duration::from_millis(u64::from(self.config.open_ms));
        let time = first
            .saturating_mul(1_u32.checked_shl(self.openings).unwrap_or(u32::MAX))
            .min(most);
        self.openings = self.openings.saturating_add(1);
        let until = now.after(scaled(time, 1.0 - JITTER * draw.unit(Use::Open)));
        self.enter(State::Open { until, told: false });
        Change::Opened
    }

    /// Opens because the cloud says so, also for a call that passed long ago; never for less than
    /// is left of an opening.
    fn told(&mut self, wait: Duration, now: Moment) -> Option<Change> {
        let most = Duration::from_millis(u64::from(self.config.told_most_ms));
        let asked = now.after(wait.min(most));
        if let State::Open { until, told } = &mut self.state {
            *told |= asked > *until;
            *until = asked.max(*until);
            return None;
        }
        self.enter(State::Open {
            until: asked,
            told: true,
        });
        Some(Change::Opened)
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }

    fn lost(&self, last: Moment, now: Moment) -> bool {
        now.since(last) > Duration::from_millis(u64::from(self.config.probe_lost_ms))
    }
}

fn closed(since: Moment) -> State {
    State::Closed {
        recent: VecDeque::new(),
        in_a_row: 0,
        since,
    }
}
