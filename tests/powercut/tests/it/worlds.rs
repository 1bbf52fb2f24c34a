//! What holds in every world.
//!
//! `WORLD_SEEDS=2000 cargo test -p olympus-powercut worlds -- --nocapture` looks for longer;
//! `WORLD_SEED=17` looks at one seed.

use crate::shrink::report;
use crate::world::plan::Plan;
use crate::world::{Run, simulate};
use std::collections::BTreeMap;

fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seeds to try: `WORLD_SEED`, or `WORLD_SEEDS` of them from `WORLD_FROM` on, or the default.
fn seeds(default: u64) -> std::ops::Range<u64> {
    if let Some(seed) = told("WORLD_SEED") {
        return seed..seed + 1;
    }
    let from = told("WORLD_FROM").unwrap_or(0);
    from..from + told("WORLD_SEEDS").unwrap_or(default)
}

/// What all worlds come to.
#[derive(Default)]
struct Totals {
    worlds: u64,
    events: u64,
    guests: usize,
    orders: usize,
    payments: usize,
    seen: BTreeMap<&'static str, u32>,
    failed: Vec<u64>,
}

impl Totals {
    fn count(&mut self, seed: u64, run: &Run) {
        self.worlds += 1;
        self.events += run.events;
        self.guests += run.guests;
        self.orders += run.orders;
        self.payments += run.payments;
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
        self.guests += other.guests;
        self.orders += other.orders;
        self.payments += other.payments;
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
fn worlds_lose_and_double_nothing_and_all_books_agree() {
    let started = std::time::Instant::now();
    let it = all(seeds(60));
    println!(
        "{} worlds, {} events, {} guests, {} orders, {} payments, {} violated, {:.1?}; {:?}",
        it.worlds,
        it.events,
        it.guests,
        it.orders,
        it.payments,
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
    if it.worlds >= 60 {
        for what in [
            "loss",
            "partition",
            "power cut",
            "disk fails",
            "restored",
            "cloned",
            "sequence reused",
            "old incarnation",
            "the authority loses power",
            "a deploy taken back",
            "no answer of the provider",
            "no grant for it",
            "asked again",
        ] {
            assert!(it.seen.contains_key(what), "no world has {what}");
        }
    }
}

#[test]
fn worlds_of_the_same_seed_are_the_same() {
    let mut hashes = std::collections::BTreeSet::new();
    for seed in 0..4 {
        let plan = Plan::of(seed);
        let [one, two] = [false, true].map(|lines| simulate(&plan, None, lines));
        assert_eq!(
            (one.hash, one.events),
            (two.hash, two.events),
            "seed {seed}"
        );
        hashes.insert(one.hash);
    }
    assert_eq!(hashes.len(), 4, "another seed is another world");
}
