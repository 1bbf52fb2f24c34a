//! What time it is, by a clock that cannot be trusted.
//!
//! Two readings: the wall clock, which can be set by hand or lose its battery, and the time since
//! the shell's start, which only runs forward. Invariant: the time never runs back, unless the
//! server says what time it is; from then on until the next start the wall clock is not asked. A
//! wall clock that is far ahead is not believed either, or one wrong setting would end every grant
//! for good.

use super::LEEWAY_MS;
use crate::route::Moment;

/// How far ahead of the highest time seen a wall clock is believed. A device that was off for
/// longer needs the server anyhow.
pub const FAR_MS: u64 = 31 * 24 * 60 * 60 * 1_000;

/// Both clocks, read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, milliseconds since 1970.
    pub wall_ms: u64,
    /// Time since the shell's start.
    pub up: Moment,
}

/// Whether the wall clock is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockState {
    /// It agrees with what was seen.
    Good,
    /// It is behind the highest time seen by more than the leeway.
    RolledBack,
    /// It is far ahead of it.
    FarOff,
}

/// The highest time seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    highest_ms: u64,
    /// When, by the time since the start, it was that time.
    at: Moment,
    /// Whether the server has told the time since the start.
    told: bool,
}

impl Clock {
    /// After a start: time stands where it stood.
    pub(super) const fn new(highest_ms: u64) -> Self {
        Self {
            highest_ms,
            at: Moment::START,
            told: false,
        }
    }

    /// The time by what was seen and what has passed since.
    fn expected_ms(&self, reading: Reading) -> u64 {
        let passed = reading.up.since(self.at).as_millis();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        self.highest_ms.saturating_add(passed)
    }

    pub(super) fn state(&self, reading: Reading) -> ClockState {
        let expected = self.expected_ms(reading);
        if reading.wall_ms.saturating_add(LEEWAY_MS) < expected {
            ClockState::RolledBack
        } else if reading.wall_ms > expected.saturating_add(FAR_MS) {
            ClockState::FarOff
        } else {
            ClockState::Good
        }
    }

    /// The time at this reading.
    pub(super) fn now_ms(&self, reading: Reading) -> u64 {
        let expected = self.expected_ms(reading);
        if self.told || self.state(reading) == ClockState::FarOff {
            return expected;
        }
        expected.max(reading.wall_ms)
    }

    /// The time at this reading, kept as the highest seen.
    pub(super) fn observe(&mut self, reading: Reading) -> u64 {
        self.highest_ms = self.now_ms(reading);
        self.at = self.at.max(reading.up);
        self.highest_ms
    }

    /// The server's word, the one way back.
    pub(super) fn tell(&mut self, server_ms: u64, reading: Reading) {
        *self = Self {
            highest_ms: server_ms,
            at: reading.up,
            told: true,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, ClockState, FAR_MS, Reading};
    use crate::route::Moment;

    const NOW: u64 = 1_800_000_000_000;

    fn at(wall_ms: u64, up_ms: u64) -> Reading {
        let up = Moment::from_millis(up_ms);
        Reading { wall_ms, up }
    }

    #[test]
    fn a_clock_rolled_back_does_not_turn_back_the_time_and_it_goes_on() {
        let mut clock = Clock::new(NOW);
        assert_eq!(clock.observe(at(NOW + 5_000, 1_000)), NOW + 5_000);
        assert_eq!(clock.observe(at(0, 3_000)), NOW + 7_000);
        assert_eq!(clock.state(at(0, 3_000)), ClockState::RolledBack);
        assert_eq!(
            clock.observe(at(NOW, 3_000)),
            NOW + 7_000,
            "within the leeway"
        );
        assert_eq!(clock.state(at(NOW, 3_000)), ClockState::Good);
        assert_eq!(
            clock.observe(at(NOW, 1_000)),
            NOW + 7_000,
            "a shell that errs"
        );
    }

    #[test]
    fn a_clock_far_ahead_is_not_kept() {
        let mut clock = Clock::new(NOW);
        let far = at(NOW + FAR_MS + 1_001, 1_000);
        assert_eq!(clock.state(far), ClockState::FarOff);
        assert_eq!(clock.observe(far), NOW + 1_000);
        assert_eq!(clock.observe(at(NOW + 9_000, 2_000)), NOW + 9_000);
    }

    #[test]
    fn the_server_turns_it_back_and_the_wall_is_not_asked_again() {
        let mut clock = Clock::new(NOW + 1_000_000);
        clock.tell(NOW, at(NOW + 1_000_000, 10));
        assert_eq!(clock.observe(at(NOW + 2_000_000, 20)), NOW + 10);
    }
}
