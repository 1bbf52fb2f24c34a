//! What time it is, for the till: a moment since the start, the wall clock, and the restaurant's
//! business day.
//!
//! Invariant: moments never run back, whatever somebody does to the wall clock. Never decides
//! anything: whether the wall clock is believed is for the core to say.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use olympus_core::route::{Draw, Moment};
use olympus_core::sync::client;
use olympus_store::Now;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// The clocks of this process.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    started: Instant,
    zone: TimeZone,
    day_starts: Time,
    /// How far the wall clock is behind what the till knows; below 0 where it is ahead.
    behind_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Moments count from now.
    pub(crate) fn new(zone: TimeZone, day_starts: Time) -> Self {
        Self {
            started: Instant::now(),
            zone,
            day_starts,
            behind_ms: Arc::default(),
        }
    }

    /// The till knows what time it is: business day and hour go by it. A board without a clock of its
    /// own starts in 1970 until the network tells it better, and one that was set wrongly is ahead.
    pub(super) fn learn(&self, till_ms: u64, now: &Now) {
        let signed = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        let behind = signed(till_ms).saturating_sub(signed(now.wall_ms()));
        self.behind_ms.store(behind, Ordering::Relaxed);
    }

    /// All that the till is told of time, with a draw of its own.
    pub(crate) fn now(&self) -> Now {
        let wall = Timestamp::now();
        let behind = self.behind_ms.load(Ordering::Relaxed);
        let behind = SignedDuration::from_millis(behind);
        let known = wall.checked_add(behind).unwrap_or(wall);
        let local = known.to_zoned(self.zone.clone());
        Now {
            sync: client::Now {
                moment: self.moment(),
                wall_ms: wall.as_millisecond(),
                draw: Draw(fastrand::u64(..)),
            },
            day: business_day(&local, self.day_starts),
            hour: u8::try_from(local.hour()).unwrap_or_default(),
        }
    }

    /// Time since the start.
    pub(crate) fn moment(&self) -> Moment {
        Moment::new(self.started.elapsed())
    }

    /// When a moment is, for a timer.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.started + moment.since_start()
    }

    /// The wall clock of a moment, milliseconds since 1970, by the wall clock as it is now.
    pub(crate) fn wall_ms(&self, moment: Moment) -> u64 {
        let ago = self.moment().since(moment).as_millis();
        let now = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
        now.saturating_sub(u64::try_from(ago).unwrap_or(u64::MAX))
    }
}

/// The hours before `day_starts` belong to the evening before.
fn business_day(local: &Zoned, day_starts: Time) -> String {
    let date = local.date();
    let date = match local.time() < day_starts {
        true => date.saturating_sub(1.day()),
        false => date,
    };
    date.to_string()
}

/// `HH:MM`, 00:00 to 23:59.
pub(crate) fn time_of_day(text: &str) -> Option<Time> {
    let minutes = olympus_core::menu::availability::minute_of_day(text)?;
    let part = |n: u16| i8::try_from(n).ok();
    Time::new(part(minutes / 60)?, part(minutes % 60)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::{Clock, business_day, time_of_day};
    use jiff::Zoned;
    use jiff::tz::TimeZone;

    #[test]
    fn the_small_hours_belong_to_the_evening_before() {
        let starts = time_of_day("04:00").expect("a time");
        for (at, day) in [
            ("2026-03-01T03:59:59-06:00[America/Chicago]", "2026-02-28"),
            ("2026-03-01T04:00:00-06:00[America/Chicago]", "2026-03-01"),
            ("2026-03-01T23:59:59-06:00[America/Chicago]", "2026-03-01"),
            // The night on which the clock goes forward, and that on which it goes back.
            ("2026-03-08T03:30:00-05:00[America/Chicago]", "2026-03-07"),
            ("2026-11-01T01:30:00-06:00[America/Chicago]", "2026-10-31"),
            ("2024-03-01T00:00:00+09:00[Asia/Tokyo]", "2024-02-29"),
        ] {
            let local: Zoned = at.parse().expect("a time with its zone");
            assert_eq!(business_day(&local, starts), day, "{at}");
        }
        let midnight = time_of_day("00:00").expect("a time");
        let local: Zoned = "2026-03-01T00:00:00-06:00[America/Chicago]"
            .parse()
            .expect("a time");
        assert_eq!(business_day(&local, midnight), "2026-03-01");
    }

    #[test]
    fn a_day_starts_at_a_time_of_day() {
        for bad in ["", "4", "4:00", "24:00", "23:60", "aa:bb", "-1:00"] {
            assert_eq!(time_of_day(bad), None, "{bad}");
        }
        assert!(time_of_day("23:59").is_some());
    }

    #[test]
    fn a_clock_that_is_wrong_has_the_day_that_the_till_knows() {
        let starts = time_of_day("00:00").expect("a time");
        let clock = Clock::new(TimeZone::UTC, starts);
        let handle = clock.clone();
        let now = clock.now();
        clock.learn(now.wall_ms() + 40 * 24 * 3_600_000, &now);
        let later = handle.now();
        assert!(later.day > now.day, "{} {}", later.day, now.day);
        assert!((later.sync.wall_ms - now.sync.wall_ms) < 60_000);
        clock.learn(now.wall_ms(), &now);
        assert_eq!(clock.now().day, now.day);
        // One that is years ahead: what was sold is not filed under a day to come.
        clock.learn(now.wall_ms() - 800 * 24 * 3_600_000, &now);
        assert!(handle.now().day < now.day);
    }

    #[test]
    fn moments_go_on_and_tell_when_they_were() {
        let starts = time_of_day("04:00").expect("a time");
        let clock = Clock::new(TimeZone::UTC, starts);
        let first = clock.now();
        let second = clock.now();
        assert!(second.sync.moment >= first.sync.moment);
        let told = i64::try_from(clock.wall_ms(first.sync.moment)).expect("fits");
        assert!((told - first.sync.wall_ms).abs() < 1_000);
    }
}
