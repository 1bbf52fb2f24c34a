//! Mistakes, planted to see that the simulator finds them: none passes for sound.
//!
//! `WORLD_PLANT=ForgetsKeys` looks at one of them; with `WORLD_SEED=4` it prints what happens then.

use crate::shrink::shrink;
use crate::world::plan::Plan;
use crate::world::plant::Plant;
use crate::world::simulate;
use std::sync::atomic::{AtomicUsize, Ordering};

/// In so many worlds each has to be found.
const SEEDS: u64 = 60;

fn violation(seed: u64, plant: Option<Plant>) -> Option<String> {
    simulate(&Plan::of(seed), plant, false)
        .violations
        .into_iter()
        .next()
}

/// The first seed that shows it, and is sound without it.
fn found(plant: Plant) -> Option<(u64, String)> {
    let told = std::env::var("WORLD_SEED").ok();
    if let Some(seed) = told.and_then(|told| told.parse().ok()) {
        let run = simulate(&Plan::of(seed), Some(plant), true);
        println!("{}", run.lines.join("\n"));
        return run.violations.into_iter().next().map(|it| (seed, it));
    }
    (0..SEEDS).find_map(|seed| {
        let violation = violation(seed, Some(plant))?;
        let sound = self::violation(seed, None).is_none();
        sound.then_some((seed, violation))
    })
}

/// What was found of each, on all cores.
fn all() -> Vec<(Plant, Option<(u64, String)>)> {
    let told = std::env::var("WORLD_PLANT").ok();
    let wanted = |plant: &Plant| {
        told.as_ref()
            .is_none_or(|told| *told == format!("{plant:?}"))
    };
    let plants: Vec<Plant> = Plant::ALL.into_iter().filter(wanted).collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || {
        let mut done = Vec::new();
        while let Some(plant) = plants.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*plant, found(*plant)));
        }
        done
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|it| it.join().expect("no panic"));
        joined.flatten().collect()
    })
}

#[test]
fn planted_mistakes_are_all_found() {
    let mut passed = Vec::new();
    for (plant, found) in all() {
        match found {
            Some((seed, first)) => {
                let first: String = first.chars().take(160).collect();
                println!("{plant:?}: seed {seed}: {first}");
            }
            None => passed.push(plant),
        }
    }
    assert!(passed.is_empty(), "not found: {passed:?}");
}

#[test]
fn planted_and_failing_a_world_shrinks_to_a_few_steps() {
    let plant = Plant::DeletesTheWal;
    let (seed, _) = found(plant).expect("a seed that shows it");
    let plan = Plan::of(seed);
    let steps = plan.steps.len();
    let small = shrink(plan, Some(plant));
    assert!(
        small.steps.len() <= 5 && small.steps.len() < steps,
        "{small:#?}"
    );
    assert!(!simulate(&small, Some(plant), false).violations.is_empty());
}
