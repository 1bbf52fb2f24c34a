//! What each register brings: a linear head on frozen vectors, learnt without it. A whole training
//! takes an hour and this a minute, so it tells which text matters and not how well a model does.

use crate::Text;
use crate::baseline;
use crate::data::{self, Example};
use crate::model::Base;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Prints a line a register: accuracy on each file without it, and what it loses against all.
pub(crate) fn run(base: &Base, text: &Text, reports: &[PathBuf]) -> anyhow::Result<()> {
    anyhow::ensure!(
        !reports.is_empty(),
        "name files to measure on with --report"
    );
    let frozen = base.encoder()?;
    let all: Vec<&Example> = text.examples.iter().collect();
    let rows = baseline::Rows::of(&frozen, base, &all)?;
    let sets = reports.iter().map(|path| data::load_jsonl(path));
    let sets = sets.collect::<anyhow::Result<Vec<_>>>()?;
    let encoded = sets.iter().map(|set| {
        let set: Vec<&Example> = set.iter().collect();
        baseline::Rows::of(&frozen, base, &set)
    });
    let encoded = encoded.collect::<anyhow::Result<Vec<_>>>()?;
    let accuracies = |without: Option<&str>| -> anyhow::Result<Vec<f64>> {
        let kept: Vec<usize> = (0..all.len())
            .filter(|at| {
                all.get(*at)
                    .is_some_and(|e| Some(group(&e.register)) != without)
            })
            .collect();
        let head = rows.only(&kept)?.fit()?;
        encoded.iter().map(|set| head.accuracy_on(set)).collect()
    };
    let whole = accuracies(None)?;
    let shown = |shares: &[f64]| -> String {
        shares
            .iter()
            .map(|share| format!(" {share:>8.4}"))
            .collect()
    };
    println!("{:<24} {:>6}{}", "without", "rows", shown(&whole));
    let groups: BTreeSet<&str> = all.iter().map(|e| group(&e.register)).collect();
    for name in groups {
        let count = all.iter().filter(|e| group(&e.register) == name).count();
        let lost: Vec<f64> = accuracies(Some(name))?
            .iter()
            .zip(&whole)
            .map(|(without, whole)| without - whole)
            .collect();
        println!("{name:<24} {count:>6}{}", shown(&lost));
    }
    Ok(())
}

/// The two manners of a language are one: one alone teaches most of what both do.
fn group(register: &str) -> &str {
    data::language_of(register).unwrap_or(register)
}
