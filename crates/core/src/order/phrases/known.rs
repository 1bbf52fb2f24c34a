//! What dishes are called that neither the menu nor its words say: Chicken Fingers are tenders too.

use super::super::called::{is_grammar, plain_names};
use super::super::speech;
use super::super::stems::{is_amount, stem};
use super::Phrases;
use crate::menu::lexicon::{self, Entry, Kind};
use crate::menu::text::{singular, words};
use olympus_proto::MenuItem;
use std::collections::BTreeMap;

impl Phrases {
    /// The names that the lexicon has for a dish, where the menu has nothing that goes by them and
    /// no two dishes would.
    pub(super) fn add_known(&mut self, items: &[MenuItem]) {
        let mut known: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            for name in entries_of(item).flat_map(names_of) {
                let of = known.entry(name).or_default();
                if !of.contains(&index) {
                    of.push(index);
                }
            }
        }
        let told: Vec<(Vec<String>, usize)> = known
            .into_iter()
            .filter_map(|(name, of)| {
                let [index] = of.as_slice() else { return None };
                let stems = stems(name);
                self.is_news(&stems, items.get(*index)?)
                    .then_some((stems, *index))
            })
            .collect();
        for (stems, index) in told {
            self.add(&stems.join(" "), |names| names.add_item(index));
        }
    }

    /// Whether the words say something that the menu does not, and nothing else of it than the dish.
    fn is_news(&self, stems: &[String], item: &MenuItem) -> bool {
        let own = self::stems(&item.name);
        let is_speech = |word: &String| {
            speech::knows(word) || is_grammar(word) || is_amount(word) || word.len() < 3
        };
        let mut news = stems.iter().filter(|word| !own.contains(word)).peekable();
        news.peek().is_some()
            && news.all(|word| {
                !self.words.contains(word) && !is_speech(word) && !is_spelt_like(word, &self.words)
            })
    }
}

fn stems(name: &str) -> Vec<String> {
    words(name).iter().map(|word| stem(&word.text)).collect()
}

/// A slip in a word of the menu is read as that word, whatever dish it is also written for.
fn is_spelt_like(word: &str, known: &std::collections::HashSet<String>) -> bool {
    known
        .iter()
        .any(|other| strsim::jaro_winkler(word, other) > 0.85)
}

/// The dishes that the whole name of the item is a name of.
fn entries_of(item: &MenuItem) -> impl Iterator<Item = &'static Entry> {
    let plain = plain_names(&item.name);
    let called = plain.into_iter().chain([item.name.clone()]);
    let entries = called.flat_map(|name| {
        let joined: String = words(&name)
            .iter()
            .map(|word| singular(&word.text))
            .collect();
        lexicon::called(&joined).collect::<Vec<_>>()
    });
    entries.filter(|entry| entry.kind == Kind::Dish)
}

/// Its names that are spoken in Latin letters.
fn names_of(entry: &'static Entry) -> impl Iterator<Item = &'static str> {
    let names = entry.names.iter().take(entry.of_one_thing).copied();
    names.filter(|name| name.is_ascii())
}
