//! How old an operation is, whatever the wall clock says.
//!
//! Invariant: age never runs back, and grows while the device runs, clock set or not. The wall
//! clock is only asked how long the device was off, and only believed within a month.

use super::{Now, Write};
use crate::route::Moment;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const HEARTBEAT: Duration = Duration::from_secs(60);
const PLAUSIBLE_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// How long the device has lived, as it is on disk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeMark {
    /// Milliseconds lived.
    pub lived_ms: u64,
    /// What the wall clock said then, milliseconds since 1970.
    pub wall_ms: i64,
}

#[derive(Debug)]
pub(super) struct Age {
    lived_ms: u64,
    at: Moment,
}

impl Age {
    pub(super) fn restore(mark: AgeMark, now: Now) -> Self {
        let off_ms = now.wall_ms.saturating_sub(mark.wall_ms);
        // The first start has no mark; a clock that was set tells nothing.
        let off_ms = match mark.wall_ms {
            0 => 0,
            _ if off_ms > PLAUSIBLE_MS => 0,
            _ => u64::try_from(off_ms).unwrap_or(0),
        };
        Self {
            lived_ms: mark.lived_ms.saturating_add(off_ms),
            at: now.moment,
        }
    }

    pub(super) fn lived_ms(&self, now: Now) -> u64 {
        let since = now.moment.since(self.at).as_millis();
        self.lived_ms
            .saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }

    /// What to persist, and counts from there.
    pub(super) fn mark(&mut self, now: Now) -> Write {
        self.lived_ms = self.lived_ms(now);
        self.at = now.moment.max(self.at);
        Write::Age(AgeMark {
            lived_ms: self.lived_ms,
            wall_ms: now.wall_ms,
        })
    }

    /// As [`Self::mark`], once a minute.
    pub(super) fn heartbeat(&mut self, now: Now) -> Option<Write> {
        (now.moment.since(self.at) >= HEARTBEAT).then(|| self.mark(now))
    }
}

#[cfg(test)]
mod tests {
    use super::{Age, AgeMark, PLAUSIBLE_MS};
    use crate::route::{Draw, Moment};
    use crate::sync::client::Now;

    #[test]
    fn grows_with_the_time_off_where_the_clock_can_be_believed() {
        let mark = AgeMark {
            lived_ms: 1_000,
            wall_ms: 1_700_000_000_000,
        };
        let year = 365 * 24 * 3_600 * 1_000;
        for (off_ms, wanted) in [
            (500, 1_500),
            (-500, 1_000),
            (10 * year, 1_000),
            (-10 * year, 1_000),
            (PLAUSIBLE_MS, 1_000 + PLAUSIBLE_MS as u64),
        ] {
            let now = Now {
                moment: Moment::START,
                wall_ms: mark.wall_ms + off_ms,
                draw: Draw(0),
            };
            assert_eq!(Age::restore(mark, now).lived_ms(now), wanted, "{off_ms}");
        }
    }
}
