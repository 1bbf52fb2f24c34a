//! Which figures of a report may be demanded, and which way is better.

use crate::task::Task;

/// A figure that may not get worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Key in `report.json`.
    pub name: &'static str,
    /// Less is better.
    pub lower_is_better: bool,
}

const fn up(name: &'static str) -> Metric {
    Metric {
        name,
        lower_is_better: false,
    }
}
const fn down(name: &'static str) -> Metric {
    Metric {
        name,
        lower_is_better: true,
    }
}

const INTENT: &[Metric] = &[
    up("accuracy_strict"),
    up("accuracy_lenient"),
    up("macro_f1"),
    up("out_of_scope_recall"),
    down("in_scope_abstained"),
    down("ece"),
];
const SEARCH: &[Metric] = &[up("hit_at_1"), up("hit_at_10"), up("mrr_at_10")];
const ORDERS: &[Metric] = &[
    up("exact_match"),
    up("line_f1"),
    up("modifier_f1"),
    down("negation_error_rate"),
];

/// The figures of a task that are compared with a baseline.
#[must_use]
pub fn metrics(task: Task) -> &'static [Metric] {
    match task {
        Task::Intent => INTENT,
        Task::Search => SEARCH,
        Task::Orders => ORDERS,
    }
}

/// The figure that `--min-accuracy` means unless another is named.
#[must_use]
pub fn main_metric(task: Task) -> &'static str {
    match task {
        Task::Intent => "accuracy_strict",
        Task::Search => "hit_at_10",
        Task::Orders => "exact_match",
    }
}
