//! Words that the menu does not have as they are said: misspelt, cut short, Spanish.

use super::phrases::{Phrases, SHORTEST_PART};
use super::speech;
use super::stems::stem;
use crate::menu::slips;
use crate::menu::text::{typo_budget, words};

impl Phrases {
    /// The stem of a word, of the menu's where it is one of them misspelt or cut short.
    pub(super) fn meant(&self, word: &str) -> String {
        let stem = stem(word);
        if self.knows(&stem) || speech::knows(&stem) {
            return stem;
        }
        // "Withotu onions" is not with them.
        if let Some(refusal) = slips::refusal(word) {
            return refusal.to_owned();
        }
        let meant = self.short_plural(&stem);
        let meant = meant.or_else(|| self.translated(word));
        let near = || self.nearest(&stem).filter(|_| !speech::is_everyday(&stem));
        let meant = meant.or_else(|| near().map(String::as_str));
        meant.map(str::to_owned).unwrap_or(stem)
    }

    /// The stems that words are meant as.
    pub(super) fn stems_of(&self, said: &str) -> Vec<String> {
        words(said)
            .iter()
            .map(|word| self.meant(&word.text))
            .collect()
    }

    /// The word of two letters of which this is the plural: "OJs". Only a menu tells it from "as".
    pub(super) fn short_plural(&self, stem: &str) -> Option<&str> {
        let single = stem
            .strip_suffix('s')
            .filter(|single| (2..4).contains(&single.len()))?;
        self.words.get(single).map(String::as_str)
    }

    /// The word on the menu that a Spanish one means.
    pub(super) fn translated(&self, word: &str) -> Option<&str> {
        let mut meant = crate::language::spanish(word);
        let known = meant.find_map(|english| self.words.get(&stem(english)));
        known.map(String::as_str)
    }

    /// The word on the menu that a misspelt one most likely is: the nearest within the budget,
    /// with the same first letter where several are equally near.
    pub(super) fn nearest(&self, stem: &str) -> Option<&String> {
        let budget = usize::from(typo_budget(stem));
        let length = stem.chars().count();
        let first = stem.chars().next();
        (length.saturating_sub(budget)..=length + budget)
            .filter(|_| budget > 0)
            .filter_map(|length| self.by_length.get(&length))
            .flatten()
            .map(|word| (strsim::osa_distance(stem, word), word))
            .filter(|(distance, _)| *distance <= budget)
            .min_by_key(|(distance, word)| {
                // A letter is left out more often than put in.
                let is_shorter = word.chars().count() < length;
                (*distance, word.chars().next() != first, is_shorter)
            })
            .map(|(_, word)| word)
            .or_else(|| self.turned_round(stem))
            // Salami is no salad, and pepper no pepperoni.
            .or_else(|| {
                self.begun(stem)
                    .filter(|_| !crate::language::is_english(stem))
            })
            .or_else(|| {
                self.begun_alike(stem)
                    .filter(|_| !crate::language::is_english(stem))
            })
    }

    /// The one word of four letters, of which two were typed the wrong way round: "bahn" of Banh Mi.
    fn turned_round(&self, stem: &str) -> Option<&String> {
        let is_turned = |word: &&String| {
            strsim::osa_distance(stem, word) == 1 && strsim::levenshtein(stem, word) == 2
        };
        let words = self.by_length.get(&SHORTEST_PART)?;
        let is_word = crate::language::is_english(stem);
        let mut turned = words.iter().filter(is_turned).filter(|_| !is_word);
        turned.next().filter(|_| turned.next().is_none())
    }

    /// The one word on the menu that begins so and has few letters more: "larg", "sourdo".
    fn begun(&self, stem: &str) -> Option<&String> {
        let length = stem.chars().count();
        let left = match length {
            0..SHORTEST_PART => return None,
            SHORTEST_PART..=5 => 1,
            _ => 3,
        };
        let longer = (length + 1..=length + left).filter_map(|length| self.by_length.get(&length));
        let mut words = longer.flatten().filter(|word| word.starts_with(stem));
        words.next().filter(|_| words.next().is_none())
    }

    /// The one word on the menu that begins alike and is two letters off: "lettus".
    fn begun_alike(&self, stem: &str) -> Option<&String> {
        let length = stem.chars().count();
        let alike = stem.char_indices().nth(SHORTEST_PART).map(|(at, _)| at);
        let begins = stem.get(..alike.filter(|_| length > SHORTEST_PART + 1)?)?;
        let near = (length - 2..=length + 2).filter_map(|length| self.by_length.get(&length));
        let near = near.flatten().filter(|word| word.starts_with(begins));
        let mut words = near.filter(|word| strsim::osa_distance(stem, word) <= 2);
        words.next().filter(|_| words.next().is_none())
    }
}
