//! Mistakes, planted to see that the simulator finds them: none passes for sound.

use crate::shrink::shrink;
use crate::sim::plan::Plan;
use crate::sim::plant::Plant;
use crate::sim::simulate;

/// The first seed that shows it, and is sound without it.
fn found(plant: Plant) -> Option<u64> {
    let fails = |seed: u64, plant| {
        !simulate(&Plan::of(seed), plant, false)
            .violations
            .is_empty()
    };
    (0..2_000).find(|seed| fails(*seed, Some(plant)) && !fails(*seed, None))
}

#[test]
fn every_planted_mistake_is_found() {
    let mut passed = Vec::new();
    for plant in Plant::ALL {
        let Some(seed) = found(plant) else {
            passed.push(plant);
            continue;
        };
        let run = simulate(&Plan::of(seed), Some(plant), false);
        let first = run.violations.first().expect("one that was found");
        println!("{plant:?}: seed {seed}: {first}");
    }
    assert!(passed.is_empty(), "not found: {passed:?}");
}

#[test]
fn a_failing_world_shrinks_to_a_few_steps() {
    let plant = Plant::OutcomesBeforeRows;
    let plan = Plan::of(found(plant).expect("a seed that shows it"));
    let steps = plan.steps.len();
    let small = shrink(plan, Some(plant));
    assert!(
        small.steps.len() <= 6 && small.steps.len() < steps,
        "{small:#?}"
    );
    assert!(!simulate(&small, Some(plant), false).violations.is_empty());
}
