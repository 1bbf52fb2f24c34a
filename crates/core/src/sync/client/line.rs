//! When to try again.

use super::{ClientConfig, Now};
use crate::route::Moment;
use std::time::Duration;

/// Failures in a row, and until when to wait.
#[derive(Debug, Default)]
pub(super) struct Line {
    failures: u32,
    until: Moment,
    /// Until when the authority asked to be left alone.
    asked: Moment,
}

impl Line {
    pub(super) fn open(&self, now: Now) -> bool {
        self.until <= now.moment
    }

    pub(super) fn until(&self) -> Moment {
        self.until
    }

    pub(super) fn works(&mut self) {
        *self = Self::default();
    }

    /// The line is up: only what the authority asked for is waited. The failures stay, so that a
    /// line that flaps is tried less and less often.
    pub(super) fn reached(&mut self) {
        self.until = self.until.min(self.asked);
    }

    /// Waits twice as long as before, less up to half by chance, or for as long as it was asked to.
    pub(super) fn fails(&mut self, config: &ClientConfig, now: Now, asked: Option<Duration>) {
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures = (self.failures + 1).min(30);
        let full = config
            .backoff
            .saturating_mul(factor)
            .min(config.backoff_most);
        let half = full / 2;
        // The upper bits: a generator's lower ones are often the weaker ones.
        let part = u32::try_from(now.draw.0 >> 48).unwrap_or(0);
        let wait = half + half.saturating_mul(part) / 65_536;
        self.asked = now.moment.after(asked.unwrap_or_default());
        self.until = now.moment.after(wait).max(self.asked);
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::route::{Draw, Moment};
    use crate::sync::client::{ClientConfig, Now};
    use std::time::Duration;

    #[test]
    fn waits_longer_each_time_and_as_long_as_it_is_asked() {
        let config = ClientConfig::default();
        let mut line = Line::default();
        let now = |bits| Now {
            moment: Moment::START,
            wall_ms: 0,
            draw: Draw(bits),
        };
        for least in [250, 500, 1_000, 2_000] {
            line.fails(&config, now(0), None);
            assert_eq!(line.until(), Moment::from_millis(least));
        }
        line.fails(&config, now(u64::MAX), None);
        assert!(
            line.until() > Moment::from_millis(7_999) && line.until() < Moment::from_millis(8_000)
        );
        for _ in 0..100 {
            line.fails(&config, now(u64::MAX), None);
        }
        assert!(line.until() <= Moment::from_millis(60_000));
        line.fails(&config, now(0), Some(Duration::from_secs(90)));
        assert_eq!(line.until(), Moment::from_millis(90_000));
        line.reached();
        assert_eq!(
            line.until(),
            Moment::from_millis(90_000),
            "it was asked for"
        );
        line.fails(&config, now(0), None);
        assert_eq!(line.until(), Moment::from_millis(30_000));
        line.reached();
        assert!(line.open(now(0)));
        line.fails(&config, now(0), None);
        assert_eq!(
            line.until(),
            Moment::from_millis(30_000),
            "as long as before"
        );
        line.works();
        assert!(line.open(now(0)));
    }
}
