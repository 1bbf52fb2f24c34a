//! What holds in every world.

use crate::shrink::report;
use crate::sim::plan::Plan;
use crate::sim::{Run, simulate};
use std::collections::BTreeMap;

/// What all worlds come to.
#[derive(Default)]
struct Totals {
    worlds: u64,
    events: u64,
    operations: usize,
    applied: usize,
    attention: usize,
    slowest_ms: u64,
    seen: BTreeMap<&'static str, u32>,
    failed: Vec<u64>,
}

impl Totals {
    fn count(&mut self, seed: u64, run: &Run) {
        self.worlds += 1;
        self.events += run.events;
        self.operations += run.operations;
        self.applied += run.applied;
        self.attention += run.attention;
        self.slowest_ms = self.slowest_ms.max(run.settled_ms);
        for what in &run.seen {
            *self.seen.entry(what).or_default() += 1;
        }
        if !run.violations.is_empty() {
            self.failed.push(seed);
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.worlds += other.worlds;
        self.events += other.events;
        self.operations += other.operations;
        self.applied += other.applied;
        self.attention += other.attention;
        self.slowest_ms = self.slowest_ms.max(other.slowest_ms);
        for (what, worlds) in other.seen {
            *self.seen.entry(what).or_default() += worlds;
        }
        self.failed.extend(other.failed);
        self
    }
}

/// Every seed, on all cores.
fn all(seeds: std::ops::Range<u64>) -> Totals {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    std::thread::scope(|scope| {
        let run = |thread: u64| {
            let seeds = seeds.clone().filter(move |seed| seed % threads == thread);
            move || {
                let mut totals = Totals::default();
                for seed in seeds {
                    totals.count(seed, &simulate(&Plan::of(seed), None, false));
                }
                totals
            }
        };
        let workers: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(run(thread)))
            .collect();
        let joined = workers.into_iter().map(|it| it.join().expect("no panic"));
        joined.fold(Totals::default(), Totals::and)
    })
}

#[test]
fn nothing_is_lost_or_doubled_in_any_world() {
    let started = std::time::Instant::now();
    let it = all(crate::seeds(20_000));
    println!(
        "{} worlds, {} events, {} operations, {} applied, {} to be looked at, settled at most {} ms after healing, {} violated, {:.1?}; {:?}",
        it.worlds,
        it.events,
        it.operations,
        it.applied,
        it.attention,
        it.slowest_ms,
        it.failed.len(),
        started.elapsed(),
        it.seen,
    );
    if let Some(first) = it.failed.first() {
        panic!(
            "{} of {} fail, {:?} …\n{}",
            it.failed.len(),
            it.worlds,
            &it.failed[..it.failed.len().min(10)],
            report(Plan::of(*first), None)
        );
    }
    if it.worlds >= 500 {
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
            assert!(it.seen.contains_key(what), "no world has {what}");
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
