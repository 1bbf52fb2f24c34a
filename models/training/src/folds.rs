//! What is measured before the artifact is made: on registers and query files that a fit has not
//! seen. Their predictions set the calibration, unless a file does (`validation`).

use crate::calibrate::{self, Scored};
use crate::card::{self, Fold};
use crate::data::{self, Example};
use crate::novelty::{self, Judged};
use crate::retrieval::{self, Retrieval};
use crate::train::{Begin, Run};
use crate::{Text, baseline, phrases, uncalibrated};
use olympus_core::intent::Calibration;
use olympus_inference::known::Familiarity;
use std::collections::BTreeSet;

/// Held out together: each fold learns from the others. Speech and far varieties in one, so that
/// neither fold sees its like; likewise the cuisines of half the world. Of each language one
/// manner is held out: nobody understands a language that was never heard.
struct HeldOut {
    registers: &'static [&'static str],
    queries: &'static [&'static str],
}

static FOLDS: [HeldOut; 2] = [
    HeldOut {
        registers: &[
            "spoken",
            "voice",
            "world",
            "outside",
            "counter",
            "edits",
            "informed",
            "spanish_spoken",
            "french_spoken",
            "german_spoken",
            "italian_spoken",
            "portuguese_spoken",
            "spanish_more",
            "french_more",
            "german_more",
            "italian_more",
            "portuguese_more",
            "scope",
            "plain",
            "spanish_plain",
            "french_plain",
            "german_plain",
            "italian_plain",
            "portuguese_plain",
        ],
        queries: &[
            "east",
            "eastern_counter",
            "southern_counter",
            "menus_east_asia",
            "menus_southeast_asia",
            "menus_india_to_africa",
        ],
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
            "brief",
            "names",
            "elsewhere",
            "spanish_typed",
            "french_typed",
            "german_typed",
            "italian_typed",
            "portuguese_typed",
            "twins",
            "spanish_twins",
            "french_twins",
            "german_twins",
            "italian_twins",
            "portuguese_twins",
        ],
        queries: &[
            "west",
            "western_counter",
            "menus_american",
            "menus_drinks_sweets_sides",
            "menus_latin_and_south",
            "menus_pizza_and_europe",
        ],
    },
];

/// Learns and judges each fold; what a distance counts for and the calibration are set by what
/// all of them said.
pub(crate) fn cross_validate(
    run: &Run<'_>,
    text: &Text,
) -> anyhow::Result<(Vec<Fold>, Familiarity, Calibration)> {
    let registers: BTreeSet<&str> = text.examples.iter().map(|e| e.register.as_str()).collect();
    let known: BTreeSet<&str> = FOLDS.iter().flat_map(|f| f.registers).copied().collect();
    anyhow::ensure!(
        registers.is_subset(&known),
        "registers on disk are {registers:?}, the folds name {known:?}"
    );
    let measured = FOLDS
        .iter()
        .map(|held_out| measure(run, text, held_out))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let all: Vec<Judged> = measured.iter().flat_map(Measured::english).collect();
    let familiarity = novelty::fit(&all);
    let scored: Vec<Scored> = novelty::with(&all, familiarity);
    let folds: Vec<Fold> = measured
        .into_iter()
        .map(|measured| measured.fold(familiarity))
        .collect();
    for fold in &folds {
        eprintln!("{fold:?}");
    }
    Ok((folds, familiarity, calibrate::calibrate(&scored)))
}

/// What was measured of one fold before all of them were judged.
struct Measured {
    held_out: &'static HeldOut,
    judged: Vec<Judged>,
    /// Which of them are in English.
    is_english: Vec<bool>,
    linear_on_frozen: f64,
    search: Retrieval,
    search_base: Retrieval,
}

impl Measured {
    /// What the calibration is fitted to. A language of which one manner of a few hundred lines was
    /// left out is far harder than anything in English: it would say how sure to be of either.
    fn english(&self) -> impl Iterator<Item = Judged> {
        let judged = self.judged.iter().zip(&self.is_english);
        judged
            .filter(|(_, english)| **english)
            .map(|(judged, _)| *judged)
    }

    fn fold(self, familiarity: Familiarity) -> Fold {
        let with: Vec<Scored> = novelty::with(&self.judged, familiarity);
        Fold {
            held_out: self
                .held_out
                .registers
                .iter()
                .map(|r| (*r).into())
                .collect(),
            count: with.len(),
            trained: calibrate::accuracy(&with, &uncalibrated()),
            linear_on_frozen: self.linear_on_frozen,
            recalls: card::recalls(&with, &uncalibrated()),
            novelty: novelty::measure(&self.judged, familiarity),
            queries_held_out: self.held_out.queries.join(", "),
            search: self.search,
            search_base: self.search_base,
        }
    }
}

fn measure(run: &Run<'_>, text: &Text, held_out: &'static HeldOut) -> anyhow::Result<Measured> {
    let (test, train): (Vec<&Example>, Vec<&Example>) = text
        .examples
        .iter()
        .partition(|e| held_out.registers.contains(&e.register.as_str()));
    let name = format!("without {}", held_out.registers.join(", "));
    let dishes = text.dishes_without(held_out.queries);
    let learner = run.fit(&name, &train, &dishes, &Begin::default())?.learner;
    let frozen = run.base.encoder()?;
    let linear = baseline::fit(&frozen, run.base, &train)?;
    let asked: Vec<_> = text
        .asked
        .iter()
        .filter(|dish| held_out.queries.contains(&dish.file.as_str()))
        .cloned()
        .collect();
    let prototypes = novelty::prototypes(&learner, run.base, &train, run.settings.seed)?;
    let by_phrases = phrases::fit(run.base, &train, run.settings.seed)?;
    let mut judged = novelty::judge(&learner, run.base, Some(&prototypes), &test)?;
    novelty::add_phrases(run.base, &by_phrases, &test, &mut judged)?;
    Ok(Measured {
        held_out,
        judged,
        is_english: test
            .iter()
            .map(|e| data::language_of(&e.register).is_none())
            .collect(),
        linear_on_frozen: linear.accuracy(&frozen, run.base, &test)?,
        search: retrieval::measure(&learner.build()?.0, run.base, &asked)?,
        search_base: retrieval::measure(&frozen, run.base, &asked)?,
    })
}
