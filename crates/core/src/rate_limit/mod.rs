//! How often somebody may ask: the generic cell rate algorithm, exact.
//!
//! Invariant: in every window of length `t` at most `burst + rate · t / per` are admitted, an idle
//! key has its whole burst, and a refused request leaves no trace. The state is one moment, so that
//! nothing has to run while nobody asks; parts of a microsecond are kept, so that no rounding adds
//! up. Never reads a clock: the shell passes the time, and one that goes backwards only refuses
//! more.

mod headers;
#[cfg(test)]
mod tests;

pub use headers::Headers;

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longest time that an empty quota may take to be whole again.
const LONGEST_REFILL: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// How much is admitted: `burst` at once, then `rate` in each `per`, evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "QuotaSettings")]
pub struct Quota {
    burst: u32,
    rate: u32,
    per: Duration,
}

/// A [`Quota`] as it is written in settings and sent, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaSettings {
    /// Most at once.
    pub burst: u32,
    /// So many…
    pub rate: u32,
    /// …in this time.
    pub per_ms: u64,
}

/// A quota that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// Nothing could ever be admitted.
    #[error("burst, rate and per have to be above 0")]
    Zero,
    /// The time is no whole number of microseconds.
    #[error("per has to be a whole number of microseconds")]
    TooFine,
    /// An empty quota would be whole again after more than a year.
    #[error("the whole burst takes more than 366 days to come back; raise rate or lower burst")]
    TooSlow,
}

impl TryFrom<QuotaSettings> for Quota {
    type Error = QuotaError;

    fn try_from(settings: QuotaSettings) -> Result<Self, QuotaError> {
        let per = Duration::from_millis(settings.per_ms);
        Self::new(settings.burst, settings.rate, per)
    }
}

/// What is remembered of a key: the theoretical arrival time, when all that was admitted is paid
/// for. The default is that of a key that never asked. It may be forgotten once
/// [`State::is_idle`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Microseconds on the shell's clock.
    tat_us: u64,
    /// Parts of a microsecond beyond, of `rate` in each.
    #[serde(default)]
    part: u32,
}

impl State {
    /// Whether the whole burst can be had, so that nothing is lost by forgetting it.
    #[must_use]
    pub const fn is_idle(self, now_us: u64) -> bool {
        self.tat_us < now_us || (self.tat_us == now_us && self.part == 0)
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may go on.
    Admitted {
        /// What to remember.
        state: State,
        /// What could be asked for now besides.
        remaining: u32,
        /// When the whole burst can be had again.
        reset_after: Duration,
    },
    /// Not now. What is remembered stays as it is.
    Refused {
        /// When this request would be admitted, if nobody else asks.
        retry_after: Duration,
        /// What could be asked for now.
        remaining: u32,
        /// When the whole burst can be had again.
        reset_after: Duration,
    },
    /// Never: it costs more than the whole burst.
    TooCostly {
        /// What it costs.
        cost: u32,
        /// The most that can be had at once.
        burst: u32,
    },
}

impl Quota {
    /// `burst` at once, then `rate` in each `per`.
    ///
    /// # Errors
    /// [`QuotaError`] where nothing could ever be admitted, or not be counted exactly.
    pub fn new(burst: u32, rate: u32, per: Duration) -> Result<Self, QuotaError> {
        if burst == 0 || rate == 0 || per.is_zero() {
            return Err(QuotaError::Zero);
        }
        if !per.subsec_nanos().is_multiple_of(1_000) {
            return Err(QuotaError::TooFine);
        }
        let quota = Self { burst, rate, per };
        let longest = LONGEST_REFILL.as_micros() * u128::from(rate);
        if per.as_micros().saturating_mul(u128::from(burst)) > longest {
            return Err(QuotaError::TooSlow);
        }
        Ok(quota)
    }

    /// Most at once.
    #[must_use]
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// How many come back in each [`Quota::per`].
    #[must_use]
    pub const fn rate(&self) -> u32 {
        self.rate
    }

    /// The time in which [`Quota::rate`] come back.
    #[must_use]
    pub const fn per(&self) -> Duration {
        self.per
    }

    /// How long an empty quota takes to be whole again, in whole microseconds, rounded up.
    #[must_use]
    pub fn refill(&self) -> Duration {
        self.rounded_up(self.capacity())
    }

    /// Judges a request of this cost that comes now, in microseconds since any fixed moment before
    /// the first one.
    #[must_use]
    pub fn check(&self, state: State, now_us: u64, cost: u32) -> Decision {
        if cost > self.burst {
            return Decision::TooCostly {
                cost,
                burst: self.burst,
            };
        }
        let now = u128::from(now_us) * u128::from(self.rate);
        let owed = self.ticks_of(state).saturating_sub(now);
        let after = owed + self.each() * u128::from(cost);
        let capacity = self.capacity();
        if after > capacity {
            return Decision::Refused {
                retry_after: self.rounded_up(after - capacity),
                remaining: self.remaining(owed),
                reset_after: self.rounded_up(owed),
            };
        }
        Decision::Admitted {
            state: self.state_of(now + after),
            remaining: self.remaining(after),
            reset_after: self.rounded_up(after),
        }
    }

    // Inside, time is counted in ticks: `rate` of them are a microsecond, so that what one request
    // costs, `per / rate`, is a whole number of them. 128 bits hold any u64 of microseconds.

    fn each(&self) -> u128 {
        self.per.as_micros()
    }

    fn capacity(&self) -> u128 {
        self.each() * u128::from(self.burst)
    }

    fn ticks_of(&self, state: State) -> u128 {
        // A state may have been made under another rate.
        let part = state.part.min(self.rate - 1);
        u128::from(state.tat_us) * u128::from(self.rate) + u128::from(part)
    }

    fn state_of(&self, ticks: u128) -> State {
        let rate = u128::from(self.rate);
        State {
            tat_us: u64::try_from(ticks / rate).unwrap_or(u64::MAX),
            part: u32::try_from(ticks % rate).unwrap_or(0),
        }
    }

    fn remaining(&self, owed: u128) -> u32 {
        let left = self.capacity().saturating_sub(owed) / self.each();
        u32::try_from(left).unwrap_or(self.burst)
    }

    fn rounded_up(&self, ticks: u128) -> Duration {
        let micros = ticks.div_ceil(u128::from(self.rate));
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}
