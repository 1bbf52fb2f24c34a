use super::{Decision, Headers, Quota, QuotaError, QuotaSettings, State};
use proptest::prelude::*;
use std::time::Duration;

/// Microseconds in the time that `quota` admits `rate` in.
fn per_us(quota: &Quota) -> u128 {
    quota.per().as_micros()
}

/// What `burst + rate · micros / per` comes to, rounded down.
fn most(quota: &Quota, micros: u64) -> u128 {
    u128::from(quota.burst()) + u128::from(quota.rate()) * u128::from(micros) / per_us(quota)
}

fn quotas() -> impl Strategy<Value = Quota> {
    (1_u32..50, 1_u32..50, 1_u64..5_000_000).prop_map(|(burst, rate, per)| {
        Quota::new(burst, rate, Duration::from_micros(per)).expect("a good quota")
    })
}

/// Whether it is admitted; the state follows.
fn admits(quota: &Quota, state: &mut State, now_us: u64, cost: u32) -> bool {
    match quota.check(*state, now_us, cost) {
        Decision::Admitted { state: next, .. } => {
            *state = next;
            true
        }
        Decision::Refused { .. } | Decision::TooCostly { .. } => false,
    }
}

proptest! {
    #[test]
    fn no_window_admits_more_than_the_burst_and_the_rate(
        quota in quotas(),
        start in 0_u64..10_000_000,
        steps in prop::collection::vec((0_u64..400_000, 0_u32..8), 1..200),
    ) {
        let (mut state, mut now) = (State::default(), start);
        let mut admitted: Vec<(u64, u32)> = Vec::new();
        for (gap, cost) in steps {
            now += gap;
            if admits(&quota, &mut state, now, cost) {
                admitted.push((now, cost));
            }
        }
        for (first, &(from, _)) in admitted.iter().enumerate() {
            let mut sum = 0_u128;
            for &(until, cost) in &admitted[first..] {
                sum += u128::from(cost);
                prop_assert!(sum <= most(&quota, until - from), "{sum} in {}", until - from);
            }
        }
    }

    #[test]
    fn a_flood_gets_exactly_the_burst_and_the_rate(
        quota in quotas(),
        start in 0_u64..2_000_000_000_000_000,
        gaps in prop::collection::vec(0_u64..100_000, 1..60),
    ) {
        // What comes back between two tries has to find room beside what is left: a quota that is
        // whole again wins nothing more by waiting.
        prop_assume!(quota.burst() > 1);
        let spare = per_us(&quota) * u128::from(quota.burst() - 1) / u128::from(quota.rate());
        let spare = u64::try_from(spare).expect("small");
        let (mut state, mut now, mut admitted) = (State::default(), start, 0_u128);
        for gap in gaps {
            while admits(&quota, &mut state, now, 1) {
                admitted += 1;
            }
            prop_assert_eq!(admitted, most(&quota, now - start));
            now += gap.min(spare);
        }
    }

    #[test]
    fn an_idle_key_has_its_whole_burst(
        quota in quotas(),
        spent in 0_u32..50,
        rest in 0_u64..10_000_000,
    ) {
        let mut state = State::default();
        prop_assert!(admits(&quota, &mut state, 7, spent.min(quota.burst())));
        let later = 7 + u64::try_from(quota.refill().as_micros()).expect("small") + rest;
        prop_assert!(state.is_idle(later));
        prop_assert!(!admits(&quota, &mut state.clone(), later, quota.burst() + 1));
        prop_assert!(admits(&quota, &mut state, later, quota.burst()));
        prop_assert!(!admits(&quota, &mut state, later, 1));
    }

    #[test]
    fn who_waits_as_told_is_admitted_and_who_comes_sooner_is_not(
        quota in quotas(),
        now in 0_u64..1_000_000_000,
        cost in 1_u32..50,
    ) {
        let mut state = State::default();
        while admits(&quota, &mut state, now, 1) {}
        let Decision::Refused { retry_after, .. } = quota.check(state, now, cost) else {
            prop_assert!(cost > quota.burst());
            return Ok(());
        };
        let wait = u64::try_from(retry_after.as_micros()).expect("small");
        prop_assert!(!admits(&quota, &mut state.clone(), now + wait - 1, cost));
        prop_assert!(admits(&quota, &mut state, now + wait, cost));
    }

    #[test]
    fn a_clock_that_goes_backwards_admits_no_more(
        quota in quotas(),
        arrivals in prop::collection::vec((0_u64..3_000_000, 0_u32..8), 1..200),
    ) {
        let mut state = State::default();
        let (mut first, mut latest, mut sum) = (None, 0, 0_u128);
        for (now, cost) in arrivals {
            latest = latest.max(now);
            if admits(&quota, &mut state, now, cost) {
                sum += u128::from(cost);
                let from = *first.get_or_insert(now);
                prop_assert!(sum <= most(&quota, latest - from));
            }
        }
    }

    #[test]
    fn no_state_and_no_time_panics(
        tat_us in any::<u64>(), part in any::<u32>(), now in any::<u64>(), cost in any::<u32>(),
        burst in 1_u32.., rate in 1_u32.., per_ms in 1_u64..,
    ) {
        if let Ok(quota) = Quota::try_from(QuotaSettings { burst, rate, per_ms }) {
            let decision = quota.check(State { tat_us, part }, now, cost);
            prop_assert_eq!(matches!(decision, Decision::TooCostly { .. }), cost > burst);
            prop_assert!(Headers::new("a", &quota, &decision).remaining <= burst);
        }
    }
}

fn quota(burst: u32, rate: u32, seconds: u64) -> Quota {
    Quota::new(burst, rate, Duration::from_secs(seconds)).expect("a good quota")
}

#[test]
fn a_third_of_a_second_is_not_rounded_away() {
    let quota = quota(2, 3, 1);
    let (mut state, mut admitted) = (State::default(), 0);
    for now_us in 0..=3_000_000_u64 {
        admitted += u32::from(admits(&quota, &mut state, now_us, 1));
    }
    assert_eq!(admitted, 2 + 9);
}

#[test]
fn a_quota_that_says_nothing_is_refused() {
    let second = Duration::from_secs(1);
    for (burst, rate, per, error) in [
        (0, 1, second, QuotaError::Zero),
        (1, 0, second, QuotaError::Zero),
        (1, 1, Duration::ZERO, QuotaError::Zero),
        (1, 1, Duration::from_nanos(1_500), QuotaError::TooFine),
        (u32::MAX, 1, second, QuotaError::TooSlow),
        (1, 1, Duration::MAX, QuotaError::TooFine),
    ] {
        assert_eq!(Quota::new(burst, rate, per), Err(error));
    }
    let read = serde_json::from_str::<Quota>(r#"{"burst":20,"rate":2,"per_ms":1000}"#);
    assert_eq!(read.expect("a quota"), quota(20, 2, 1));
    for bad in [
        r#"{"burst":0,"rate":2,"per_ms":1000}"#,
        r#"{"burst":1,"rate":2,"per_ms":1000,"more":1}"#,
    ] {
        assert!(serde_json::from_str::<Quota>(bad).is_err(), "{bad}");
    }
}

#[test]
fn more_than_the_burst_is_never_admitted_and_says_so() {
    let quota = quota(5, 1, 1);
    let never = Decision::TooCostly { cost: 6, burst: 5 };
    assert_eq!(quota.check(State::default(), 0, 6), never);
    let headers = Headers::new("x", &quota, &never);
    assert_eq!(headers.retry_after_s, None, "waiting does not help");
}

#[test]
fn a_client_is_told_its_limit() {
    let quota = quota(20, 2, 1);
    let admitted = quota.check(State::default(), 0, 5);
    let headers = Headers::new("to\"ken\r\n", &quota, &admitted);
    assert_eq!(headers.policy, "\"token\";q=20;w=10");
    assert_eq!(
        headers.rate_limit, "\"token\";r=15;t=3",
        "2.5 s, rounded up"
    );
    let names: Vec<_> = headers.pairs().iter().map(|(name, _)| *name).collect();
    assert!(!names.contains(&"Retry-After"));
    let Decision::Admitted { state, .. } = admitted else {
        unreachable!("{admitted:?}");
    };
    let refused = quota.check(state, 0, 18);
    let headers = Headers::new("token", &quota, &refused);
    assert_eq!((headers.remaining, headers.retry_after_s), (15, Some(2)));
    assert!(headers.pairs().contains(&("Retry-After", "2".to_owned())));
}

#[test]
fn what_is_remembered_survives_a_round_trip() {
    let quota = quota(3, 7, 1);
    let mut state = State::default();
    assert!(admits(&quota, &mut state, 1_000, 2));
    let json = serde_json::to_string(&state).expect("serialises");
    assert_eq!(serde_json::from_str::<State>(&json).expect("reads"), state);
    assert_eq!(json, r#"{"tat_us":286714,"part":2}"#);
}
