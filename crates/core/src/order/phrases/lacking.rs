//! Choices that say there is none of something: "0% Sugar", "Unsweetened". Who says "no sugar" chooses them.

use super::{OptionRef, Phrases};
use crate::menu::text::words;
use crate::order::option::lacked;
use crate::order::stems::stem;
use olympus_proto::MenuItem;

impl Phrases {
    pub(super) fn add_lacking(&mut self, items: &[MenuItem]) {
        for (item, at) in items.iter().enumerate() {
            for (group, choices) in at.modifier_groups.iter().enumerate() {
                for (option, choice) in choices.options.iter().enumerate() {
                    let at = OptionRef {
                        item,
                        derived: true,
                        group,
                        option,
                    };
                    for thing in lacked(&choice.name) {
                        self.lacking.entry(thing).or_default().push(at);
                    }
                }
            }
        }
    }

    /// The choices that say there is none of what these stems name.
    pub(in crate::order) fn lacking(&self, stems: &[String]) -> &[OptionRef] {
        let found = self.lacking.get(&stems.join(" "));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// "Half sugar", "30 percent sugar" of levels that are printed as "50%" and "30%".
    pub(super) fn add_levels(&mut self, items: &[MenuItem]) {
        for (item, at) in items.iter().enumerate() {
            for (group, choices) in at.modifier_groups.iter().enumerate() {
                for (option, choice) in choices.options.iter().enumerate() {
                    let at = OptionRef {
                        item,
                        derived: true,
                        group,
                        option,
                    };
                    for said in said_of_level(&choice.name) {
                        self.add(&said, |names| names.options.push(at));
                    }
                }
            }
        }
    }
}

/// How levels are said, by what menus print before the percent sign.
const LEVELS: [(&str, &[&str]); 3] = [
    ("0", &["zero"]),
    ("50", &["half"]),
    ("100", &["full", "regular", "normal"]),
];
/// What is said for the thing that there is so much of.
const THINGS: [(&str, &[&str]); 1] = [("sugar", &["sweet", "sweetness"])];

fn said_of_level(name: &str) -> Vec<String> {
    let Some((level, thing)) = name.split_once('%') else {
        return Vec::new();
    };
    let thing = thing.trim().to_lowercase();
    let is_level = !level.is_empty() && level.chars().all(|c| c.is_ascii_digit());
    // "2% Milk" is a sort of milk.
    let is_thing = words(&thing).len() == 1 && stem(&thing) != "milk";
    if !is_level || !is_thing {
        return Vec::new();
    }
    let others = THINGS.iter().filter(|(of, _)| *of == thing);
    let others = others.flat_map(|(_, others)| others.iter().copied());
    let things: Vec<&str> = std::iter::once(thing.as_str()).chain(others).collect();
    let called = LEVELS.iter().filter(|(of, _)| *of == level);
    let called = called.flat_map(|(_, called)| called.iter().map(|word| (*word).to_owned()));
    let levels: Vec<String> = [level.to_owned(), format!("{level} percent")]
        .into_iter()
        .chain(called)
        .collect();
    let said = |level: &String| {
        let said = things.iter().map(|thing| format!("{level} {thing}"));
        said.collect::<Vec<_>>()
    };
    levels.iter().flat_map(said).collect()
}
