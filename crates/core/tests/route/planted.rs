//! Faults, planted to see that the simulator finds them: each in settings that the router would
//! refuse, or in a shell that does not do what it is told.

use crate::checks;
use crate::sim::scenario::{Scenario, named};
use crate::sim::simulate;
use crate::sim::trace::Run;
use olympus_core::route::Policy;

/// Whether `check` finds nothing in the scenario, and something once the fault is planted.
fn finds(
    name: &str,
    policy: Policy,
    plant: impl Fn(&mut Scenario),
    check: impl Fn(&Scenario, &Run) -> Vec<String>,
) {
    let mut scenario = named(name, policy).expect("a scenario of that name");
    let sound = check(&scenario, &simulate(&scenario, 1));
    assert!(
        sound.is_empty(),
        "{name} without a fault: {:?}",
        sound.first()
    );
    plant(&mut scenario);
    let found = check(&scenario, &simulate(&scenario, 1));
    assert!(!found.is_empty(), "{name}: the fault is not found");
}

#[test]
fn a_breaker_that_never_opens() {
    for name in ["outage_refused", "outage_silent"] {
        let plant = |s: &mut Scenario| {
            s.config.breaker.consecutive = u32::MAX;
            s.config.breaker.least_calls = u32::MAX;
        };
        finds(name, Policy::Auto, plant, checks::outages);
    }
}

#[test]
fn a_breaker_that_opens_for_too_long() {
    let plant = |s: &mut Scenario| {
        s.config.breaker.open_ms = 20_000;
        s.config.breaker.open_most_ms = 20_000;
    };
    finds("outage_silent", Policy::Auto, plant, checks::outages);
}

#[test]
fn probes_without_a_backoff() {
    let plant = |s: &mut Scenario| s.config.breaker.open_most_ms = 100;
    finds(
        "outage_refused",
        Policy::PreferCloud,
        plant,
        checks::outages,
    );
}

#[test]
fn hedges_without_a_budget() {
    let plant = |s: &mut Scenario| {
        s.config.hedge.share = 1.0;
        s.config.hedge.burst = 1_000_000;
    };
    finds("brown_out", Policy::PreferCloud, plant, checks::always);
}

#[test]
fn retries_without_a_budget() {
    let plant = |s: &mut Scenario| {
        s.config.retry.share = 1.0;
        s.config.retry.burst = 1_000_000;
    };
    finds("errors", Policy::PreferCloud, plant, checks::always);
}

#[test]
fn escalations_that_ignore_the_p95() {
    let plant = |s: &mut Scenario| s.config.cloud_headroom = 0.0;
    let check = |_: &Scenario, run: &Run| checks::escalations_pay(run);
    finds("two_speeds", Policy::Auto, plant, check);
}

#[test]
fn a_local_model_started_too_late() {
    let plant = |s: &mut Scenario| s.config.local_reserve = 0.0;
    finds("two_speeds", Policy::PreferCloud, plant, checks::always);
}

#[test]
fn no_margin_before_the_deadline() {
    let plant = |s: &mut Scenario| {
        // As much too late as the margin is meant to be early.
        s.deadline_ms += 5;
        s.config.margin_ms = 0;
        s.world.local.sigma = 0.0;
    };
    let check = |_: &Scenario, run: &Run| {
        let late = |done: &&crate::sim::trace::Done| done.latency_ms() > Some(300.0);
        run.requests
            .iter()
            .filter(late)
            .map(|done| format!("{:?}", done.latency_ms()))
            .collect()
    };
    finds("brown_out", Policy::Auto, plant, check);
}

#[test]
fn paths_that_are_never_compared() {
    let plant = |s: &mut Scenario| s.config.trust.audit_share = 0.0;
    let check = |s: &Scenario, run: &Run| {
        let alone = Scenario {
            policy: Policy::LocalOnly,
            ..s.clone()
        };
        let loss = simulate(&alone, 1).accuracy() - run.accuracy();
        (loss > 0.02)
            .then(|| format!("{loss:.3} lost"))
            .into_iter()
            .collect()
    };
    finds("wrong", Policy::Auto, plant, check);
}

#[test]
fn no_bound_on_calls_in_flight() {
    let plant = |s: &mut Scenario| {
        s.config.intent.most_in_flight = u32::MAX;
        s.per_second = 1_000.0;
        s.lasts_ms = 2_000;
    };
    finds("steady", Policy::PreferCloud, plant, checks::always);
}

#[test]
fn a_shell_whose_timers_never_fire() {
    let plant = |s: &mut Scenario| s.shell.drops_timers = true;
    finds("outage_silent", Policy::PreferCloud, plant, checks::always);
}

#[test]
fn a_shell_that_does_not_pass_on_retry_after() {
    let plant = |s: &mut Scenario| s.shell.drops_retry_after = true;
    finds("capacity", Policy::PreferCloud, plant, checks::always);
}
