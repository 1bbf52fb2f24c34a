//! The properties, over many seeds.

use crate::checks;
use crate::seeds;
use crate::sim::scenario::{NAMES, Scenario, named, random};
use crate::sim::simulate;
use crate::sim::trace::{Run, share};
use olympus_core::route::{Policy, Reason, Standing};
use olympus_proto::Path;

fn scenario(name: &str, policy: Policy) -> Scenario {
    named(name, policy).expect("a scenario of that name")
}

/// Runs a scenario with each seed and checks what holds in every world, and `check`.
fn holds(scenario: &Scenario, count: u64, check: impl Fn(&Run) -> Vec<String>) {
    for seed in seeds(count) {
        let run = simulate(scenario, seed);
        let mut wrong = checks::always(scenario, &run);
        wrong.extend(check(&run));
        assert!(
            wrong.is_empty(),
            "{} under {:?}, seed {seed}: {} wrong, e.g. {:?}",
            scenario.name,
            scenario.policy,
            wrong.len(),
            wrong.first()
        );
    }
}

const WITH_CLOUD: [Policy; 3] = [Policy::PreferLocal, Policy::PreferCloud, Policy::Auto];

#[test]
fn random_worlds() {
    for seed in seeds(60) {
        let scenario = random(seed);
        let run = simulate(&scenario, seed);
        let wrong = checks::always(&scenario, &run);
        assert!(
            wrong.is_empty(),
            "seed {seed} under {:?}: {} wrong, e.g. {:?}",
            scenario.policy,
            wrong.len(),
            wrong.first()
        );
    }
}

#[test]
fn named_worlds() {
    for name in NAMES {
        // A device that gets busy cannot be foreseen; it has a test of its own.
        if name == "showcase" || name == "busy_device" {
            continue;
        }
        for policy in Policy::ALL {
            holds(&scenario(name, policy), 1, |_| Vec::new());
        }
    }
}

#[test]
fn an_outage_is_noticed_within_two_seconds_and_its_end_within_five() {
    for name in ["outage_refused", "outage_silent"] {
        for policy in WITH_CLOUD {
            let scenario = scenario(name, policy);
            holds(&scenario, 3, |run| checks::outages(&scenario, run));
        }
    }
}

#[test]
fn a_slow_outage_at_low_rates_costs_a_call_a_second_at_most() {
    for per_second in [2.0, 10.0, 30.0] {
        for policy in WITH_CLOUD {
            let scenario = Scenario {
                per_second,
                ..scenario("outage_silent", policy)
            };
            holds(&scenario, 3, |run| {
                // The breaker needs some calls to open; then one a second at most.
                let opened = 15_000.0
                    - if policy == Policy::PreferCloud {
                        5_000.0
                    } else {
                        2_000.0
                    };
                let calls = run.calls_in(opened, 15_000.0);
                let most = ((15_000.0 - opened) / 1_000.0) as usize + 1;
                (calls > most)
                    .then(|| format!("{calls} calls at {per_second} a second"))
                    .into_iter()
                    .collect()
            });
        }
    }
}

#[test]
fn a_known_outage_costs_no_call_and_a_told_one_is_left_alone() {
    let told = scenario("capacity", Policy::PreferCloud);
    holds(&told, 3, |run| {
        // 8 s of capacity errors with 3 s to wait: the first burst and two probes.
        let calls = run.calls_in(5_500.0, 13_000.0);
        (calls > 6)
            .then(|| format!("{calls} calls"))
            .into_iter()
            .collect()
    });
}

#[test]
fn escalations_mind_the_p95() {
    for name in ["steady", "spikes", "two_speeds", "brown_out"] {
        for policy in [Policy::PreferLocal, Policy::Auto] {
            holds(&scenario(name, policy), 2, checks::escalations_pay);
        }
    }
}

#[test]
fn a_brown_out_costs_few_users_their_time() {
    for policy in [Policy::PreferLocal, Policy::Auto] {
        holds(&scenario("brown_out", policy), 2, |run| {
            let late = share(run.between(7_000.0, 13_000.0), |done| {
                done.latency_ms().is_some_and(|latency| latency > 200.0)
            });
            (late > 0.05)
                .then(|| format!("{late:.3} wait for a slow cloud"))
                .into_iter()
                .collect()
        });
    }
}

#[test]
fn a_device_that_gets_busy_is_late_for_few() {
    for policy in Policy::ALL {
        let scenario = scenario("busy_device", policy);
        for seed in seeds(2) {
            let run = simulate(&scenario, seed);
            let late = share(&run.requests, |done| {
                done.latency_ms().is_none_or(|latency| latency > 305.0)
            });
            assert!(late <= 0.001, "{policy:?} {seed}: {late}");
            assert!(run.requests.iter().all(|done| done.path.is_some()));
        }
    }
}

#[test]
fn a_fast_but_wrong_cloud_is_found_out() {
    for policy in [Policy::PreferLocal, Policy::Auto] {
        let wrong = scenario("wrong", policy);
        let local_only = scenario("wrong", Policy::LocalOnly);
        for seed in seeds(2) {
            let (run, alone) = (simulate(&wrong, seed), simulate(&local_only, seed));
            let (with, without) = (run.accuracy(), alone.accuracy());
            assert!(
                with >= without - 0.02,
                "{policy:?} {seed}: {with:.3} with it, {without:.3} without"
            );
            let last = run.samples.last().expect("a sample");
            assert_eq!(last.standing, Standing::Distrusted);
        }
    }
}

#[test]
fn a_right_cloud_is_worth_asking() {
    for policy in [Policy::PreferLocal, Policy::Auto] {
        let good = scenario("steady", policy);
        let local_only = scenario("steady", Policy::LocalOnly);
        holds(&good, 2, |run| {
            let trusted = run.samples.iter().all(|s| s.standing == Standing::Trusted);
            (!trusted)
                .then(|| "distrusted".to_owned())
                .into_iter()
                .collect()
        });
        for seed in seeds(2) {
            let with = simulate(&good, seed).accuracy();
            let without = simulate(&local_only, seed).accuracy();
            assert!(with >= without + 0.05, "{seed}: {with:.3} and {without:.3}");
        }
    }
}

#[test]
fn identical_requests_share_a_run_and_its_answer() {
    holds(&scenario("popular", Policy::PreferCloud), 2, |run| {
        let followed = share(&run.requests, |done| done.followed);
        let fewer = run.calls.len() < run.requests.len() * 9 / 10;
        (followed < 0.2 || !fewer)
            .then(|| format!("{followed:.2} followed, {} calls", run.calls.len()))
            .into_iter()
            .collect()
    });
}

#[test]
fn the_local_model_answers_where_it_is_better_placed() {
    let run = simulate(&scenario("outage_silent", Policy::PreferCloud), 1);
    let local = share(run.between(8_000.0, 15_000.0), |done| {
        done.path == Some(Path::Local) && done.reason == Some(Reason::BreakerOpen)
    });
    assert!(local > 0.95, "{local}");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [1, 2] {
        let scenario = random(seed);
        let (one, other) = (simulate(&scenario, seed), simulate(&scenario, seed));
        assert_eq!(one.hash, other.hash);
        assert_ne!(one.hash, simulate(&scenario, seed + 100).hash);
    }
}
