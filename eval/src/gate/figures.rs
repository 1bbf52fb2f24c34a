//! Which figures of a report may be demanded, and which way is better.

use crate::task::Task;

/// A figure that may not get worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Key in `report.json`.
    pub name: &'static str,
    /// Less is better.
    pub lower_is_better: bool,
    /// How much of the figure `--max-drop` 1 is: 100 for what is counted by 100 utterances.
    pub per_drop: u32,
}

const fn up(name: &'static str) -> Metric {
    Metric {
        name,
        lower_is_better: false,
        per_drop: 1,
    }
}
const fn down(name: &'static str) -> Metric {
    Metric {
        name,
        lower_is_better: true,
        per_drop: 1,
    }
}

const INTENT: &[Metric] = &[
    up("accuracy_strict"),
    up("accuracy_lenient"),
    up("macro_f1"),
    up("out_of_scope_recall"),
    down("in_scope_abstained"),
    down("ece"),
    Metric {
        per_drop: 100,
        ..down("cost_per_100")
    },
];
const SEARCH: &[Metric] = &[up("hit_at_1"), up("hit_at_10"), up("mrr_at_10")];
const ORDERS: &[Metric] = &[
    up("exact_match"),
    up("line_f1"),
    up("modifier_f1"),
    down("negation_error_rate"),
];
const ATTRIBUTES: &[Metric] = &[
    up("top1_ok"),
    up("top5_ok"),
    up("preferred_at_1"),
    down("allergen_violations"),
];

/// The figures of a task that are compared with a baseline.
#[must_use]
pub fn metrics(task: Task) -> &'static [Metric] {
    match task {
        Task::Intent => INTENT,
        Task::Search => SEARCH,
        Task::Orders => ORDERS,
        Task::Attributes => ATTRIBUTES,
    }
}

/// The figure that `--min-accuracy` means unless another is named.
#[must_use]
pub fn main_metric(task: Task) -> &'static str {
    match task {
        Task::Intent => "accuracy_strict",
        Task::Search => "hit_at_10",
        Task::Orders => "exact_match",
        Task::Attributes => "top1_ok",
    }
}
