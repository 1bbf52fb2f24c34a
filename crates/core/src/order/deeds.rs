//! Choices as they are asked for with another word beside or for them: "scrambled eggs" of a group
//! Eggs, "toast it" of the option Toasted.

use super::option::is_sort;
use super::phrases::{OptionRef, Phrases, every_choice};
use super::speech;
use super::stems::stem;
use crate::menu::text::words;
use olympus_proto::MenuItem;

/// Letters that a word must have before its "ed".
const SHORTEST: usize = 3;
/// Deeds that are said for each other.
const SAME: [(&str, &str); 1] = [("warm", "heat")];

impl Phrases {
    /// An option with the name of its group behind it: "sourdough bread", "dark roast".
    pub(super) fn add_with_group(&mut self, item: &MenuItem, name: &str, at: OptionRef) {
        let group = item.modifier_groups.get(at.group);
        let named = group.map(|group| words(&group.name)).unwrap_or_default();
        let mut named = named.iter().map(|word| stem(&word.text));
        let only = named.clone().next().filter(|_| named.clone().count() == 1);
        // "Choice of Bread"
        let Some(group) = only.or_else(|| named.find(|word| is_sort(word))) else {
            return;
        };
        let is_said = words(name).iter().any(|word| stem(&word.text) == group);
        if !is_said && !speech::knows(&group) {
            let at = OptionRef {
                derived: true,
                ..at
            };
            self.add(&format!("{name} {group}"), |names| names.options.push(at));
        }
    }

    /// "Toast it" where there is Toasted, and "warm" where that is no other word of the menu.
    pub(super) fn add_deeds(&mut self, items: &[MenuItem]) {
        let mut said: Vec<(String, OptionRef)> = Vec::new();
        for (at, _, choice) in every_choice(items) {
            said.extend(deeds(&choice.name).into_iter().map(|deed| (deed, at)));
        }
        said.retain(|(deed, _)| deed.contains(' ') || !self.is_taken(deed));
        for (deed, at) in said {
            self.add(&deed, |names| names.options.push(at));
        }
        self.sort_options();
    }

    fn is_taken(&self, word: &str) -> bool {
        let stem = stem(word);
        self.knows(&stem) || speech::knows(&stem)
    }
}

/// Ways to ask for what a participle says was done.
fn deeds(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let Some(deed) = name
        .strip_suffix("ed")
        .filter(|deed| deed.len() >= SHORTEST && deed.chars().all(char::is_alphabetic))
    else {
        return Vec::new();
    };
    // "slice" of "sliced"
    let mut done = vec![deed.to_owned(), format!("{deed}e")];
    for (one, other) in SAME {
        if deed == one || deed == other {
            let other = if deed == one { other } else { one };
            done.extend([other.to_owned(), format!("{other}ed")]);
        }
    }
    let to = |deed: &String| ["", " it", " them", " that"].map(|what| format!("{deed}{what}"));
    done.iter().flat_map(to).collect()
}
