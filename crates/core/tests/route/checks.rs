//! What has to hold of a run. Each check says what is wrong, or nothing.
//!
//! The bounds are written here and not read from the settings: a fault in the settings is a fault.

use crate::sim::scenario::Scenario;
use crate::sim::trace::{Done, Run, share};
use olympus_core::route::{Cause, Policy, Reason, Task};

/// An answer may be this late: timers fire up to 3 ms late in the simulator.
const LATE_MS: f64 = 5.0;
/// Hedges: 5 % of any run of requests, and what quiet times saved up.
const HEDGES: (f64, f64) = (0.05, 5.0);
/// Retries: 10 %, and what quiet times saved up.
const RETRIES: (f64, f64) = (0.10, 10.0);
/// A local run that takes longer than this part of its p99 is not foreseen by anybody.
const UNFORESEEN: f64 = 1.5;
/// Outage: cloud calls per request from `CALM_AFTER_MS` on.
const OUTAGE_SHARE: f64 = 0.02;
const CALM_AFTER_MS: f64 = 2_000.0;
/// In every window of this length, at every quarter of a second.
const CALM_WINDOW_MS: f64 = 2_000.0;
/// After it: share of what went to the cloud before, from `BACK_AFTER_MS` on.
const BACK_SHARE: f64 = 0.9;
const BACK_AFTER_MS: f64 = 5_000.0;

/// What holds in every world.
pub(crate) fn always(scenario: &Scenario, run: &Run) -> Vec<String> {
    let mut wrong = Vec::new();
    for done in &run.requests {
        wrong.extend(on_time(scenario, done));
    }
    if run.unsettled > 0 || run.doubled > 0 {
        wrong.push(format!(
            "{} never settled, {} answered twice",
            run.unsettled, run.doubled
        ));
    }
    wrong.extend(budgets(run));
    let room = if scenario.task == Task::Image { 8 } else { 32 };
    for call in &run.calls {
        if call.in_flight > room {
            wrong.push(format!("{} calls in flight", call.in_flight));
        }
        if call.at_ms < call.told_until_ms {
            wrong.push(format!(
                "a call at {:.0} ms, told to stay away until {:.0} ms",
                call.at_ms, call.told_until_ms
            ));
        }
    }
    if scenario.policy == Policy::LocalOnly && !run.calls.is_empty() {
        wrong.push("a cloud call under local_only".to_owned());
    }
    wrong
}

fn on_time(scenario: &Scenario, done: &Done) -> Option<String> {
    let foreseen = scenario.world.local_p99_ms(done.at_ms) * UNFORESEEN;
    let meets_it = done.local_ms <= foreseen.min(done.deadline_ms - LATE_MS);
    let told = format!("at {:.1} ms, {:?}", done.at_ms, done.reason);
    let Some(latency) = done.latency_ms() else {
        return Some(format!("never answered: {told}"));
    };
    if done.has_local && done.local_works && done.path.is_none() {
        return Some(format!("an error beside a local answer: {told}"));
    }
    ((meets_it || !done.has_local) && latency > done.deadline_ms + LATE_MS).then(|| {
        format!(
            "{latency:.1} ms, deadline {} ms, local {:.1} ms: {told}",
            done.deadline_ms, done.local_ms
        )
    })
}

/// In no run of requests is more done twice, or again, than the budgets allow.
fn budgets(run: &Run) -> Vec<String> {
    let cloud = run.calls.iter().map(|call| (call.at_ms, call.cause));
    let local = run.local_starts.iter().copied();
    let hedges = cloud.clone().chain(local).filter(|(_, c)| c.is_hedge());
    let retries = cloud.filter(|(_, cause)| *cause == Cause::Retry);
    let begun: Vec<f64> = run
        .requests
        .iter()
        .filter(|done| !done.followed)
        .map(|done| done.at_ms)
        .collect();
    let mut wrong = Vec::new();
    for (name, of, (part, burst)) in [
        ("hedges", hedges.collect::<Vec<_>>(), HEDGES),
        ("retries", retries.collect(), RETRIES),
    ] {
        let excess = worst_window(&begun, of.iter().map(|(at, _)| *at), part);
        if excess > burst + 1e-6 {
            wrong.push(format!(
                "{name}: {excess:.2} over {part} of the requests in a window, {burst} allowed"
            ));
        }
    }
    wrong
}

/// The most by which, in any window, what was done exceeds `part` of the requests.
fn worst_window(begun: &[f64], done: impl Iterator<Item = f64>, part: f64) -> f64 {
    // A request comes before what is done for it at the same moment.
    let mut events: Vec<(f64, f64)> = begun.iter().map(|at| (*at, -part)).collect();
    events.extend(done.map(|at| (at, 1.0)));
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (mut worst, mut excess) = (0.0_f64, 0.0_f64);
    for (_, change) in events {
        excess = (excess + change).max(0.0);
        worst = worst.max(excess);
    }
    worst
}

/// Few calls while nothing gets through, and all of them again soon after.
pub(crate) fn outages(scenario: &Scenario, run: &Run) -> Vec<String> {
    let mut wrong = Vec::new();
    for (from, to) in scenario.outages() {
        let calm = from + CALM_AFTER_MS;
        let mut at = calm;
        while at + CALM_WINDOW_MS <= to {
            let calls = run.calls_in(at, at + CALM_WINDOW_MS) as f64;
            let requests = run.between(at, at + CALM_WINDOW_MS).count() as f64;
            // One call a second is what any rate has to bear.
            if calls > (requests * OUTAGE_SHARE).max(CALM_WINDOW_MS / 1_000.0) {
                wrong.push(format!(
                    "{calls} calls of {requests} requests at {at:.0} ms"
                ));
            }
            at += 250.0;
        }
        let calls = run.calls_in(calm, to) as f64;
        let requests = run.between(calm, to).count() as f64;
        if calls / requests >= OUTAGE_SHARE && scenario.per_second >= 50.0 {
            wrong.push(format!("{calls} calls of {requests} requests in an outage"));
        }
        let back = to + BACK_AFTER_MS;
        let (before, after) = (
            wanted(scenario, run, from - 3_000.0, from),
            wanted(scenario, run, back, back + 3_000.0),
        );
        if after < BACK_SHARE * before || before < 0.8 {
            wrong.push(format!(
                "of the requests that want the cloud {after:.2} have it after, {before:.2} before"
            ));
        }
    }
    wrong
}

/// Part of the requests that want the cloud (all where it goes first, else the hard ones) that
/// called it.
pub(crate) fn wanted(scenario: &Scenario, run: &Run, from_ms: f64, to_ms: f64) -> f64 {
    let wants = |done: &&Done| scenario.policy == Policy::PreferCloud || done.hard;
    share(run.between(from_ms, to_ms).filter(wants), |done| {
        !done.calls.is_empty()
    })
}

/// Who waits for the cloud mostly gets an answer from it, because its p95 is minded: of the hard
/// requests few wait until the deadline in vain.
pub(crate) fn escalations_pay(run: &Run) -> Vec<String> {
    let hard = run.requests.iter().filter(|done| done.hard);
    let in_vain = share(hard, |done| done.reason == Some(Reason::CloudLate));
    if in_vain > 0.1 {
        vec![format!("{in_vain:.2} of the hard requests wait in vain")]
    } else {
        Vec::new()
    }
}
