//! What is measured before the artifact is made: on registers and query files that a fit has not
//! seen. Their predictions also set the calibration.

use crate::calibrate::{self, Scored};
use crate::card::{self, Fold};
use crate::data::Example;
use crate::model::Learner;
use crate::novelty;
use crate::retrieval;
use crate::train::{Run, predict};
use crate::{Text, baseline, uncalibrated};
use olympus_core::intent::Calibration;
use std::collections::BTreeSet;

/// Held out together: each fold learns from the others. Speech and far varieties in one, so that
/// neither fold sees its like; likewise the cuisines of half the world.
struct HeldOut {
    registers: &'static [&'static str],
    queries: &'static [&'static str],
}

const FOLDS: [HeldOut; 2] = [
    HeldOut {
        registers: &["spoken", "voice", "world", "outside", "counter", "informed"],
        queries: &["east", "eastern_counter", "southern_counter"],
    },
    HeldOut {
        registers: &[
            "chat",
            "aftersales",
            "borders",
            "corrections",
            "conversation",
            "turns",
            "account",
            "assistant",
        ],
        queries: &["west", "western_counter"],
    },
];

/// Learns and scores each fold; calibrates on what all of them said.
pub(crate) fn cross_validate(
    run: &Run<'_>,
    text: &Text,
) -> anyhow::Result<(Vec<Fold>, Calibration)> {
    let registers: BTreeSet<&str> = text.examples.iter().map(|e| e.register.as_str()).collect();
    let known: BTreeSet<&str> = FOLDS.iter().flat_map(|f| f.registers).copied().collect();
    anyhow::ensure!(
        registers.is_subset(&known),
        "registers on disk are {registers:?}, the folds name {known:?}"
    );
    let (mut folds, mut all) = (Vec::new(), Vec::new());
    for held_out in FOLDS {
        let (fold, scored) = measure(run, text, &held_out)?;
        eprintln!("{fold:?}");
        folds.push(fold);
        all.extend(scored);
    }
    Ok((folds, calibrate::calibrate(&all)))
}

fn measure(run: &Run<'_>, text: &Text, held_out: &HeldOut) -> anyhow::Result<(Fold, Vec<Scored>)> {
    let (test, train): (Vec<&Example>, Vec<&Example>) = text
        .examples
        .iter()
        .partition(|e| held_out.registers.contains(&e.register.as_str()));
    let name = format!("without {}", held_out.registers.join(", "));
    let dishes = text.dishes_without(held_out.queries);
    let (learner, _) = run.fit(&name, &train, &dishes)?;
    let frozen = run.base.encoder()?;
    let linear = baseline::fit(&frozen, run.base, &train)?;
    let scored = score(run, &learner, &test)?;
    let asked: Vec<_> = text
        .asked
        .iter()
        .filter(|dish| held_out.queries.contains(&dish.file.as_str()))
        .cloned()
        .collect();
    let fold = Fold {
        held_out: held_out.registers.iter().map(|r| (*r).into()).collect(),
        count: test.len(),
        trained: calibrate::accuracy(&scored, &uncalibrated()),
        linear_on_frozen: linear.accuracy(&frozen, run.base, &test)?,
        recalls: card::recalls(&scored, &uncalibrated()),
        novelty: novelty::measure(&learner, run.base, &train, &test)?,
        queries_held_out: held_out.queries.join(", "),
        search: retrieval::measure(&learner.build()?.0, run.base, &asked)?,
        search_base: retrieval::measure(&frozen, run.base, &asked)?,
    };
    Ok((fold, scored))
}

/// Logits beside true labels.
pub(crate) fn score(
    run: &Run<'_>,
    learner: &Learner,
    examples: &[&Example],
) -> anyhow::Result<Vec<Scored>> {
    let texts: Vec<&str> = examples.iter().map(|e| e.text.as_str()).collect();
    let logits = predict(learner, run.base, &texts)?;
    Ok(logits
        .into_iter()
        .zip(examples)
        .map(|(logits, example)| (logits, example.label))
        .collect())
}
