//! Figures of runs.

use crate::sim::scenario::{NAMES, Scenario, named};
use crate::sim::simulate;
use crate::sim::trace::{Done, Run, share};
use olympus_core::route::{BreakerState, Policy};
use olympus_proto::Path;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What happened in one second.
pub(crate) struct Second {
    pub(crate) at_s: f64,
    /// Part of the requests that called the cloud.
    pub(crate) cloud_share: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// The run, cut into windows of `step_ms`.
pub(crate) fn seconds(scenario: &Scenario, run: &Run, step_ms: f64) -> Vec<Second> {
    let count = (scenario.lasts_ms as f64 / step_ms) as u32;
    (0..count)
        .map(|n| {
            let (from, to) = (f64::from(n) * step_ms, f64::from(n + 1) * step_ms);
            Second {
                at_s: from / 1_000.0,
                cloud_share: share(run.between(from, to), |done| !done.calls.is_empty()),
                p50_ms: run.latency_ms(0.5, from, to),
                p99_ms: run.latency_ms(0.99, from, to),
            }
        })
        .collect()
}

pub(crate) const fn breaker(state: BreakerState) -> &'static str {
    match state {
        BreakerState::Closed => "closed",
        BreakerState::Open { told: false } => "open",
        BreakerState::Open { told: true } => "open_told",
        BreakerState::HalfOpen => "half_open",
    }
}

/// For how long after an outage began the cloud was still called by 2 % of the requests or more,
/// and for how long after its end less of what wants the cloud had it than 90 % of before.
/// Milliseconds, in windows of 500 ms; the longest of the run's outages.
fn outage_ms(scenario: &Scenario, run: &Run) -> Option<(f64, f64)> {
    const STEP: f64 = 500.0;
    let wants = |done: &&Done| scenario.policy == Policy::PreferCloud || done.hard;
    let wanted = |from: f64, to: f64| {
        share(run.between(from, to).filter(wants), |done| {
            !done.calls.is_empty()
        })
    };
    let of = |(from, to): (f64, f64)| {
        let before = wanted(from - 3_000.0, from);
        let windows = |start: f64, end: f64| {
            let count = ((end - start) / STEP) as u32;
            (0..count).map(move |n| start + f64::from(n) * STEP)
        };
        let noisy = windows(from, to).rfind(|at| {
            let requests = run.between(*at, at + STEP).count() as f64;
            run.calls_in(*at, at + STEP) as f64 > (requests * 0.02).max(1.0)
        });
        let missing = windows(to, (to + 8_000.0).min(scenario.lasts_ms as f64))
            .take_while(|at| wanted(*at, at + STEP) < 0.9 * before)
            .last();
        (
            noisy.map_or(0.0, |at| at + STEP - from),
            missing.map_or(0.0, |at| at + STEP - to),
        )
    };
    let all: Vec<(f64, f64)> = scenario.outages().into_iter().map(of).collect();
    let worst = |pick: fn(&(f64, f64)) -> f64| all.iter().map(pick).fold(0.0, f64::max);
    (all.len() == 1).then(|| (worst(|(noticed, _)| *noticed), worst(|(_, back)| *back)))
}

/// One run in words.
pub(crate) fn summary(scenario: &Scenario, run: &Run) -> String {
    let mut text = String::new();
    let end = scenario.lasts_ms as f64;
    let _ = writeln!(
        text,
        "{} under {}: {} requests, {} cloud calls, p50 {:.1} ms, p99 {:.1} ms, {:.1} % right, trace {:016x}",
        scenario.name,
        scenario.policy.as_str(),
        run.requests.len(),
        run.calls.len(),
        run.latency_ms(0.5, 0.0, end),
        run.latency_ms(0.99, 0.0, end),
        run.accuracy() * 100.0,
        run.hash
    );
    let mut reasons: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for done in &run.requests {
        let reason = done.reason.map_or("none", |reason| reason.as_str());
        *reasons.entry((path(done.path), reason)).or_default() += 1;
    }
    let mut causes: BTreeMap<&str, u32> = BTreeMap::new();
    for call in &run.calls {
        *causes.entry(call.cause.as_str()).or_default() += 1;
    }
    for ((path, reason), count) in reasons {
        let _ = writeln!(text, "  {count:>7}  {path} {reason}");
    }
    for (cause, count) in causes {
        let _ = writeln!(text, "  {count:>7}  cloud calls: {cause}");
    }
    text
}

const fn path(path: Option<Path>) -> &'static str {
    match path {
        Some(Path::Local) => "local",
        Some(Path::Cloud) => "cloud",
        None => "error",
    }
}

/// Every request of a run.
pub(crate) fn csv(run: &Run) -> String {
    let mut text = "at_ms,latency_ms,path,reason,hard,right,cloud_calls\n".to_owned();
    for done in &run.requests {
        let _ = writeln!(
            text,
            "{:.3},{:.3},{},{},{},{},{}",
            done.at_ms,
            done.latency_ms().unwrap_or(f64::NAN),
            path(done.path),
            done.reason.map_or("none", |reason| reason.as_str()),
            done.hard,
            done.right,
            done.calls.len()
        );
    }
    text
}

/// The run second by second, with the state of the breaker.
pub(crate) fn json(scenario: &Scenario, run: &Run) -> String {
    let seconds: Vec<_> = seconds(scenario, run, 1_000.0)
        .iter()
        .map(|second| {
            let at_ms = second.at_s * 1_000.0;
            let sample = run.samples.iter().rfind(|s| s.at_ms <= at_ms + 999.0);
            serde_json::json!({
                "at_s": second.at_s,
                "cloud_share": second.cloud_share,
                "p50_ms": second.p50_ms,
                "p99_ms": second.p99_ms,
                "breaker": sample.map(|s| breaker(s.breaker)),
                "cloud_p95_ms": sample.map(|s| s.cloud_p95_ms),
            })
        })
        .collect();
    let run = serde_json::json!({
        "scenario": scenario.name,
        "policy": scenario.policy.as_str(),
        "trace": format!("{:016x}", run.hash),
        "seconds": seconds,
    });
    format!("{run:#}\n")
}

/// Figures of every scenario under every policy, over `seeds` runs each.
pub(crate) fn table(seeds: u64, per_second: f64) -> String {
    let mut text = "| scenario | policy | cloud | p50 ms | p99 ms | late | right | quiet after | back after |\n\
                    |---|---|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for name in NAMES {
        for policy in Policy::ALL {
            let Some(scenario) = named(name, policy) else {
                continue;
            };
            let scenario = Scenario {
                per_second,
                ..scenario
            };
            let runs: Vec<Run> = (1..=seeds).map(|seed| simulate(&scenario, seed)).collect();
            text.push_str(&row(&scenario, &runs));
        }
    }
    text
}

fn row(scenario: &Scenario, runs: &[Run]) -> String {
    let outages: Vec<_> = runs.iter().filter_map(|r| outage_ms(scenario, r)).collect();
    let worst = |pick: fn(&(f64, f64)) -> f64| {
        let most = outages.iter().map(pick).fold(0.0, f64::max);
        if outages.is_empty() || scenario.policy == Policy::LocalOnly {
            String::new()
        } else {
            format!("{:.1} s", most / 1_000.0)
        }
    };
    let all = Run {
        requests: runs.iter().flat_map(|run| run.requests.clone()).collect(),
        ..Run::default()
    };
    let end = scenario.lasts_ms as f64;
    let late = |done: &Done| {
        done.latency_ms()
            .is_none_or(|latency| latency > done.deadline_ms + 5.0)
    };
    format!(
        "| {} | {} | {:.1} % | {:.1} | {:.1} | {:.3} % | {:.1} % | {} | {} |\n",
        scenario.name,
        scenario.policy.as_str(),
        share(&all.requests, |done| !done.calls.is_empty()) * 100.0,
        all.latency_ms(0.5, 0.0, end),
        all.latency_ms(0.99, 0.0, end),
        share(&all.requests, late) * 100.0,
        all.accuracy() * 100.0,
        worst(|(noticed, _)| *noticed),
        worst(|(_, back)| *back),
    )
}
