//! What holds in every world.

use crate::shrink::report;
use crate::sim::plan::Plan;
use crate::sim::{Run, simulate};
use std::collections::BTreeMap;

/// Every seed, on all cores.
fn all(seeds: std::ops::Range<u64>) -> Vec<(u64, Run)> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    std::thread::scope(|scope| {
        let run = |thread: u64| {
            let seeds = seeds.clone().filter(move |seed| seed % threads == thread);
            move || -> Vec<_> {
                seeds
                    .map(|seed| (seed, simulate(&Plan::of(seed), None, false)))
                    .collect()
            }
        };
        let workers: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(run(thread)))
            .collect();
        let join =
            |worker: std::thread::ScopedJoinHandle<'_, Vec<_>>| worker.join().expect("no panic");
        workers.into_iter().flat_map(join).collect()
    })
}

#[test]
fn nothing_is_lost_or_doubled_in_any_world() {
    let started = std::time::Instant::now();
    let runs = all(crate::seeds(2_000));
    let (mut events, mut operations, mut applied, mut attention, mut slowest) = (0, 0, 0, 0, 0);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut failed = Vec::new();
    for (seed, run) in &runs {
        events += run.events;
        operations += run.operations;
        applied += run.applied;
        attention += run.attention;
        slowest = slowest.max(run.settled_ms);
        run.seen
            .iter()
            .for_each(|what| *seen.entry(what).or_default() += 1);
        if !run.violations.is_empty() {
            failed.push(*seed);
        }
    }
    println!(
        "{} worlds, {events} events, {operations} operations, {applied} applied, {attention} to be looked at, settled at most {slowest} ms after healing, {} violated, {:.1?}; {seen:?}",
        runs.len(),
        failed.len(),
        started.elapsed(),
    );
    if let Some(first) = failed.first() {
        panic!(
            "{} of {} fail, {:?} …\n{}",
            failed.len(),
            runs.len(),
            &failed[..failed.len().min(10)],
            report(Plan::of(*first), None)
        );
    }
    if runs.len() >= 500 {
        for what in [
            "loss",
            "power cut",
            "disk fails",
            "restored",
            "cloned",
            "sequence reused",
            "old incarnation",
            "merged",
            "not done",
            "a cap",
            "put away",
            "batches",
            "a gap",
            "a version refused",
            "a cursor expired",
            "busy",
            "broken",
            "settled by a person",
        ] {
            assert!(seen.contains_key(what), "no world has {what}");
        }
    }
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..20 {
        let plan = Plan::of(seed);
        let [one, two] = [false, true].map(|lines| simulate(&plan, None, lines));
        assert_eq!(one.hash, two.hash, "seed {seed}");
        assert_eq!(one.events, two.events);
    }
    let hashes: std::collections::BTreeSet<_> = (0..20)
        .map(|seed| simulate(&Plan::of(seed), None, false).hash)
        .collect();
    assert_eq!(hashes.len(), 20, "another seed is another world");
}
