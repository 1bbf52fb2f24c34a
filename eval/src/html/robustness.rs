//! The page's part on noise: the clean figures and those of each noise.

use super::{escape, number, percent, section, table};
use crate::task::robustness::Noisy;

/// Nothing where no noise was measured. `clean` are the figures without noise.
pub(super) fn body(clean: &[(&'static str, Option<f64>)], runs: &[Noisy]) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let head: Vec<&str> = ["noise", "texts changed"]
        .into_iter()
        .chain(clean.iter().map(|(name, _)| *name))
        .collect();
    let mut rows = vec![vec!["none".to_owned(), percent(Some(0.0))]];
    if let Some(first) = rows.first_mut() {
        first.extend(clean.iter().map(|(_, value)| number(*value)));
    }
    for run in runs {
        let figures = clean
            .iter()
            .map(|(name, _)| number(run.figures.get(*name).copied().flatten()));
        let name = escape(&run.noise.to_string());
        rows.push(
            [name, percent(run.changed)]
                .into_iter()
                .chain(figures)
                .collect(),
        );
    }
    let note =
        "The same rows with slips of typing and of speech recognition; level 3 is the worst.";
    section("robustness", "Robustness", note, &table(&head, &rows))
}
