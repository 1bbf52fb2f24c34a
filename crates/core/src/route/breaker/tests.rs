use super::{Breaker, BreakerConfig, BreakerState, Change, Outcome};
use crate::route::{Draw, Moment};
use std::time::Duration;

/// Takes nothing from an opening, or next to nothing.
const DRAW: Draw = Draw(0);

fn at(millis: u64) -> Moment {
    Moment::from_millis(millis)
}

fn call(breaker: &mut Breaker, outcome: Outcome, now: Moment) -> Option<Change> {
    let pass = breaker.pass(now).expect("a pass");
    breaker.record(pass, outcome, now, DRAW)
}

fn opened(now: Moment) -> Breaker {
    let mut breaker = Breaker::new(BreakerConfig::default());
    for _ in 0..5 {
        assert_eq!(call(&mut breaker, Outcome::Failure, now), None);
    }
    assert_eq!(
        call(&mut breaker, Outcome::Failure, now),
        Some(Change::Opened)
    );
    breaker
}

#[test]
fn opens_on_failures_in_a_row_and_on_their_rate() {
    let breaker = opened(at(0));
    assert_eq!(breaker.state(at(1)), BreakerState::Open { told: false });
    let mut breaker = Breaker::new(BreakerConfig::default());
    for n in 0..19 {
        let outcome = if n % 2 == 0 {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        assert_eq!(call(&mut breaker, outcome, at(n)), None);
    }
    assert_eq!(
        call(&mut breaker, Outcome::Failure, at(19)),
        Some(Change::Opened)
    );
}

#[test]
fn old_failures_and_neutral_outcomes_do_not_count() {
    let mut breaker = Breaker::new(BreakerConfig {
        consecutive: 100,
        ..BreakerConfig::default()
    });
    for n in 0..90 {
        // Many failures, but never twenty calls within the window.
        assert_eq!(call(&mut breaker, Outcome::Failure, at(n * 600)), None);
        assert_eq!(call(&mut breaker, Outcome::Neutral, at(n * 600)), None);
    }
}

#[test]
fn half_open_lets_one_more_pass_than_succeeded() {
    let mut breaker = opened(at(0));
    assert!(breaker.pass(at(370)).is_none(), "not yet");
    let first = breaker.pass(at(500)).expect("a probe");
    assert!(breaker.pass(at(500)).is_none(), "one at a time");
    assert_eq!(
        breaker.record(first, Outcome::Success, at(550), DRAW),
        Some(Change::Back)
    );
    let second = breaker.pass(at(550)).expect("a probe");
    let third = breaker.pass(at(550)).expect("two after one success");
    assert!(breaker.pass(at(550)).is_none());
    assert_eq!(
        breaker.record(second, Outcome::Success, at(600), DRAW),
        None
    );
    assert_eq!(
        breaker.record(third, Outcome::Success, at(600), DRAW),
        Some(Change::Closed)
    );
    assert_eq!(breaker.state(at(600)), BreakerState::Closed);
}

#[test]
fn stays_open_for_longer_each_time_up_to_a_bound() {
    let mut breaker = opened(at(0));
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..5 {
        let from = now;
        while !breaker.lets_pass(at(now)) {
            now += 1;
        }
        waits.push(now - from);
        assert_eq!(
            call(&mut breaker, Outcome::Failure, at(now)),
            Some(Change::Opened)
        );
    }
    for (wait, most) in waits.iter().zip([500, 1_000, 2_000, 2_000, 2_000]) {
        assert!((most * 3 / 4..=most).contains(wait), "{waits:?}");
    }
}

#[test]
fn a_flapping_line_keeps_its_backoff_and_a_stable_one_loses_it() {
    for (closed_for, most) in [(1_000, 1_000), (5_000, 500)] {
        let mut breaker = opened(at(0));
        for _ in 0..3 {
            call(&mut breaker, Outcome::Success, at(600));
        }
        let mut now = 600 + closed_for;
        for _ in 0..6 {
            call(&mut breaker, Outcome::Failure, at(now));
        }
        let from = now;
        while !breaker.lets_pass(at(now)) {
            now += 1;
        }
        assert!((most * 3 / 4..=most).contains(&(now - from)), "{most}");
    }
}

#[test]
fn retry_after_is_honoured_to_the_millisecond_and_never_shortened() {
    let mut breaker = Breaker::new(BreakerConfig::default());
    let wait = Outcome::Told(Duration::from_millis(3_000));
    let late = breaker.pass(at(0)).expect("a pass");
    assert_eq!(call(&mut breaker, wait, at(10)), Some(Change::Opened));
    assert_eq!(breaker.state(at(10)), BreakerState::Open { told: true });
    breaker.line_is_back(at(20));
    assert_eq!(
        breaker.record(late, Outcome::Told(Duration::from_millis(5)), at(30), DRAW),
        None
    );
    assert!(breaker.pass(at(3_009)).is_none());
    assert!(breaker.pass(at(3_010)).is_some());
    let mut breaker = Breaker::new(BreakerConfig::default());
    call(&mut breaker, Outcome::Told(Duration::MAX), at(0));
    assert!(breaker.pass(at(60_000)).is_some(), "bounded");
}

#[test]
fn results_from_another_time_change_nothing() {
    let mut breaker = Breaker::new(BreakerConfig::default());
    let stale = breaker.pass(at(0)).expect("a pass");
    let stale_too = breaker.pass(at(0)).expect("a pass");
    for _ in 0..6 {
        call(&mut breaker, Outcome::Failure, at(1));
    }
    let probe = breaker.pass(at(600)).expect("a probe");
    assert_eq!(breaker.record(stale, Outcome::Failure, at(610), DRAW), None);
    assert_eq!(
        breaker.record(stale_too, Outcome::Success, at(610), DRAW),
        None
    );
    assert!(breaker.pass(at(610)).is_none(), "the probe is still out");
    assert_eq!(
        breaker.record(probe, Outcome::Success, at(620), DRAW),
        Some(Change::Back)
    );
}

#[test]
fn a_lost_probe_does_not_close_the_line_for_ever() {
    let mut breaker = opened(at(0));
    let _lost = breaker.pass(at(600)).expect("a probe");
    assert!(breaker.pass(at(10_600)).is_none());
    let probe = breaker.pass(at(10_601)).expect("another one");
    assert!(breaker.pass(at(10_602)).is_none());
    breaker.record(probe, Outcome::Success, at(10_650), DRAW);
    assert!(breaker.pass(at(10_651)).is_some());
}

#[test]
fn a_line_that_is_back_is_probed_at_once() {
    let mut breaker = opened(at(0));
    breaker.line_is_back(at(10));
    assert!(breaker.pass(at(10)).is_some());
}
