//! The line to the cloud, as the agent finds it: up or down, and since when.

use super::clock::Clock;
use olympus_core::route::Moment;
use olympus_proto::pos;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Line {
    clock: Clock,
    state: Mutex<(pos::Line, Moment)>,
}

impl Line {
    /// Down until somebody says otherwise; none where no cloud is set up.
    pub(super) fn new(has_cloud: bool, clock: &Clock) -> Self {
        let line = match has_cloud {
            true => pos::Line::Offline,
            false => pos::Line::None,
        };
        Self {
            clock: clock.clone(),
            state: Mutex::new((line, clock.moment())),
        }
    }

    /// The cloud answers, or does not.
    pub(crate) fn is(&self, up: bool) {
        let line = match up {
            true => pos::Line::Online,
            false => pos::Line::Offline,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 != line {
            tracing::info!(up, "the line of the till");
            *state = (line, self.clock.moment());
        }
    }

    /// How it is, and since when.
    pub(crate) fn get(&self) -> (pos::Line, Moment) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it has been down; nothing where it is up or there is none.
    pub(crate) fn down_for(&self) -> Duration {
        match self.get() {
            (pos::Line::Offline, since) => self.clock.moment().since(since),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::till::clock::{Clock, time_of_day};
    use jiff::tz::TimeZone;
    use olympus_proto::pos;
    use std::time::Duration;

    #[test]
    fn tells_since_when_it_is_as_it_is() {
        let clock = Clock::new(TimeZone::UTC, time_of_day("04:00").expect("a time"));
        let none = Line::new(false, &clock);
        assert_eq!(none.get().0, pos::Line::None);
        assert_eq!(none.down_for(), Duration::ZERO);
        let line = Line::new(true, &clock);
        let (first, since) = line.get();
        assert_eq!(first, pos::Line::Offline);
        std::thread::sleep(Duration::from_millis(2));
        assert!(line.down_for() >= Duration::from_millis(2));
        line.is(false);
        assert_eq!(line.get().1, since, "it was down before");
        line.is(true);
        assert_eq!(line.down_for(), Duration::ZERO);
        assert!(line.get().1 > since);
    }
}
