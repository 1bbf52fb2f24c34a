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
    state: Mutex<State>,
}

/// Up or down, and since when, by both clocks.
#[derive(Debug, Clone, Copy)]
struct State {
    line: pos::Line,
    since: Moment,
    since_ms: u64,
}

impl State {
    fn now(line: pos::Line, clock: &Clock) -> Self {
        let now = clock.now();
        Self {
            line,
            since: now.sync.moment,
            since_ms: now.wall_ms(),
        }
    }
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
            state: Mutex::new(State::now(line, clock)),
        }
    }

    /// The cloud answers, or does not.
    pub(crate) fn is(&self, up: bool) {
        let line = match up {
            true => pos::Line::Online,
            false => pos::Line::Offline,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.line != line {
            tracing::info!(up, "the line of the till");
            *state = State::now(line, &self.clock);
        }
    }

    /// How it is, and since when by the wall clock.
    pub(crate) fn get(&self) -> (pos::Line, u64) {
        let state = self.state();
        (state.line, state.since_ms)
    }

    /// How long it has been down; nothing where it is up or there is none.
    pub(crate) fn down_for(&self) -> Duration {
        let state = self.state();
        match state.line {
            pos::Line::Offline => self.clock.moment().since(state.since),
            pos::Line::Online | pos::Line::None => Duration::ZERO,
        }
    }

    fn state(&self) -> State {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert!(line.get().1 >= since);
        assert_eq!(line.get().0, pos::Line::Online);
    }
}
