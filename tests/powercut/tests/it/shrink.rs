//! The fewest steps that still fail.

use crate::world::plan::Plan;
use crate::world::plant::Plant;
use crate::world::simulate;
use std::fmt::Write;

const MOST_RUNS: u32 = 300;

fn fails(plan: &Plan, plant: Option<Plant>) -> bool {
    !simulate(plan, plant, false).violations.is_empty()
}

/// Leaves steps out, many at a time and then one by one, as long as it still fails.
pub(crate) fn shrink(mut plan: Plan, plant: Option<Plant>) -> Plan {
    let mut runs = 0;
    let mut size = plan.steps.len() / 2;
    while size > 0 && runs < MOST_RUNS {
        let mut at = 0;
        let before = plan.steps.len();
        while at < plan.steps.len() && runs < MOST_RUNS {
            let mut less = plan.clone();
            less.steps.drain(at..(at + size).min(less.steps.len()));
            runs += 1;
            if fails(&less, plant) {
                plan = less;
            } else {
                at += size;
            }
        }
        if size > 1 || before == plan.steps.len() {
            size /= 2;
        }
    }
    plan
}

/// What a person needs to see it again.
pub(crate) fn report(plan: Plan, plant: Option<Plant>) -> String {
    let plan = shrink(plan, plant);
    let run = simulate(&plan, plant, true);
    let mut text = format!(
        "seed {} fails, in {} steps: {plan:#?}\n",
        plan.seed,
        plan.steps.len()
    );
    let from = run.lines.len().saturating_sub(300);
    for line in run.lines.iter().skip(from) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "{:#?}", run.violations);
    text
}
