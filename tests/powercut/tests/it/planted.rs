//! Mistakes, planted to see that the simulator finds them: none passes for sound.

use crate::shrink::shrink;
use crate::world::plan::Plan;
use crate::world::plant::Plant;
use crate::world::simulate;

fn violation(seed: u64, plant: Option<Plant>) -> Option<String> {
    simulate(&Plan::of(seed), plant, false)
        .violations
        .into_iter()
        .next()
}

/// The first seed that shows it, and is sound without it.
fn found(plant: Plant) -> Option<(u64, String)> {
    (0..60).find_map(|seed| {
        let violation = violation(seed, Some(plant))?;
        self::violation(seed, None)
            .is_none()
            .then_some((seed, violation))
    })
}

#[test]
fn planted_mistakes_are_all_found() {
    let mut passed = Vec::new();
    for plant in Plant::ALL {
        match found(plant) {
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
