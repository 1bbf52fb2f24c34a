//! Choices that say there is none of something: "0% Sugar", "Unsweetened". Who says "no sugar" chooses them.

use super::{OptionRef, Phrases, every_choice};
use crate::menu::text::words;
use crate::order::called::is_grammar;
use crate::order::option::lacked;
use crate::order::stems::{is_amount, stem};
use olympus_proto::{MenuItem, ModifierGroup};
use std::collections::BTreeMap;

impl Phrases {
    pub(super) fn add_lacking(&mut self, items: &[MenuItem]) {
        for (at, _, choice) in every_choice(items) {
            for thing in lacked(&choice.name) {
                self.lacking.entry(thing).or_default().push(at);
            }
        }
    }

    /// The choices that say there is none of what these stems name.
    pub(in crate::order) fn lacking(&self, stems: &[String]) -> &[OptionRef] {
        let found = self.lacking.get(&stems.join(" "));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// "Orange fanta" of Fanta Orange, where nothing is called so.
    pub(super) fn add_turned(&mut self, items: &[MenuItem]) {
        for (at, group, choice) in every_choice(items) {
            let Some(said) = turned(&choice.name).filter(|_| is_of_drinks(group)) else {
                continue;
            };
            let is_free = self.find(&said).is_none_or(|names| {
                names.items.is_empty() && names.options.iter().all(|at| at.derived)
            });
            if is_free {
                self.add(&said.join(" "), |names| names.options.push(at));
            }
        }
    }

    /// "Half sugar", "30 percent sugar" of levels that are printed as "50%" and "30%".
    pub(super) fn add_levels(&mut self, items: &[MenuItem]) {
        let mut bare: BTreeMap<(usize, String), Vec<OptionRef>> = BTreeMap::new();
        for (at, _, choice) in every_choice(items) {
            for said in said_of_level(&choice.name) {
                self.add(&said, |names| names.options.push(at));
            }
            if let Some((level, _)) = level_of(&choice.name) {
                bare.entry((at.item, level)).or_default().push(at);
            }
        }
        // "50%" of a tea that has so much sugar, or ice, says not which.
        for ((_, level), of) in bare {
            if let [at] = of.as_slice() {
                self.add(&format!("{level} {PERCENT}"), |names| {
                    names.options.push(*at);
                });
            }
        }
    }
}

/// The two words of a name, the other first.
fn turned(name: &str) -> Option<Vec<String>> {
    let stems: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
    let [first, second] = stems.as_slice() else {
        return None;
    };
    let is_word = |word: &String| !is_grammar(word) && !is_amount(word);
    (is_word(first) && is_word(second)).then(|| vec![second.clone(), first.clone()])
}

fn is_of_drinks(group: &ModifierGroup) -> bool {
    const CALLED: [&str; 6] = ["drink", "soda", "beverage", "flavor", "pop", "juice"];
    let called = group.name.to_lowercase();
    group.max == Some(1) && CALLED.iter().any(|word| called.contains(word))
}

/// What "%" is read as behind a level.
pub(in crate::order) const PERCENT: &str = "percent";

/// How levels are said, by what menus print before the percent sign.
const LEVELS: [(&str, &[&str]); 3] = [
    ("0", &["zero"]),
    ("50", &["half"]),
    ("100", &["full", "regular", "normal"]),
];
/// What is said for each other, of how sweet a drink is.
const SWEET: [&str; 4] = ["sugar", "sweet", "sweetness", "sweetened"];

/// The level of a name that is printed as one, "50% Sugar", and what it is of.
fn level_of(name: &str) -> Option<(String, String)> {
    let (level, thing) = name.split_once('%')?;
    let thing = thing.trim().to_lowercase();
    let is_level = !level.is_empty() && level.chars().all(|c| c.is_ascii_digit());
    // "2% Milk" is a sort of milk.
    let is_thing = words(&thing).len() == 1 && stem(&thing) != "milk";
    (is_level && is_thing).then(|| (level.to_owned(), thing))
}

fn said_of_level(name: &str) -> Vec<String> {
    let Some((level, thing)) = level_of(name) else {
        return Vec::new();
    };
    let others = SWEET
        .iter()
        .filter(|other| SWEET.contains(&thing.as_str()) && **other != thing);
    let things: Vec<&str> = std::iter::once(thing.as_str())
        .chain(others.copied())
        .collect();
    let called = LEVELS.iter().filter(|(of, _)| *of == level);
    let called = called.flat_map(|(_, called)| called.iter().map(|word| (*word).to_owned()));
    let levels: Vec<String> = [level.clone(), format!("{level} {PERCENT}")]
        .into_iter()
        .chain(called)
        .collect();
    let said = |level: &String| {
        let said = things.iter().map(|thing| format!("{level} {thing}"));
        said.collect::<Vec<_>>()
    };
    levels.iter().flat_map(said).collect()
}
