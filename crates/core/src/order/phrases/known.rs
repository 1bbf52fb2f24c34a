//! What dishes are called that neither the menu nor its words say: Chicken Fingers are tenders too.

use super::super::called::{is_grammar, plain_names};
use super::super::speech;
use super::super::stems::{is_amount, stem};
use super::{Phrases, items_by};
use crate::menu::lexicon::{self, Entry, Kind};
use crate::menu::text::{singular, words};
use olympus_proto::MenuItem;
use std::collections::HashMap;

/// Shorter words by themselves are said of other things too.
const SHORTEST_ALONE: usize = 5;
/// Words this much alike (Jaro-Winkler) are slips in each other, or the one is the other's beginning.
const LIKE: f64 = 0.8;

impl Phrases {
    /// The names that the lexicon has for a dish, where the menu has nothing that goes by them and
    /// no two dishes would.
    pub(super) fn add_known(&mut self, items: &[MenuItem]) {
        let stems_of: Vec<Vec<String>> = items.iter().map(|item| stems(&item.name)).collect();
        let known = items_by(items, |item| {
            entries_of(item).flat_map(names_of).map(stems).collect()
        });
        let spellings = Spellings::of(self.words.iter().map(String::as_str));
        let told: Vec<(Vec<String>, usize)> = known
            .into_iter()
            .filter_map(|(stems, of)| {
                let [index] = of.as_slice() else { return None };
                // "Pop it in a bag"
                if let [only] = stems.as_slice()
                    && (only.len() < SHORTEST_ALONE || speech::is_everyday(only))
                {
                    return None;
                }
                let own = stems_of.get(*index)?;
                let mut news = stems.iter().filter(|word| !own.contains(word)).peekable();
                news.peek()?;
                let is_news = news.all(|word| self.is_news(word) && !spellings.are_like(word));
                is_news.then_some((stems, *index))
            })
            .collect();
        for (stems, index) in told {
            self.add(&stems.join(" "), |names| names.add_item(index));
        }
    }

    /// Whether the menu does not say the word, nor does whoever orders without meaning a dish.
    fn is_news(&self, word: &str) -> bool {
        let is_speech = speech::knows(word) || is_grammar(word) || is_amount(word);
        !is_speech && word.len() > 2 && !self.words.contains(word)
    }
}

fn stems(name: &str) -> Vec<String> {
    words(name).iter().map(|word| stem(&word.text)).collect()
}

/// The words of a menu by their first letter.
struct Spellings<'a>(HashMap<char, Vec<&'a str>>);

impl<'a> Spellings<'a> {
    fn of(words: impl Iterator<Item = &'a str>) -> Self {
        let mut spellings: HashMap<char, Vec<&str>> = HashMap::new();
        for word in words {
            if let Some(first) = word.chars().next() {
                spellings.entry(first).or_default().push(word);
            }
        }
        Self(spellings)
    }

    /// A slip in a word of the menu is read as that word, whatever dish it is also written for.
    fn are_like(&self, word: &str) -> bool {
        let first = word.chars().next();
        let mut likely = first
            .and_then(|first| self.0.get(&first))
            .into_iter()
            .flatten();
        likely.any(|other| strsim::jaro_winkler(word, other) > LIKE)
    }
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
