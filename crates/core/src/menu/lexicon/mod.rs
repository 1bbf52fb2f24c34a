//! What the dishes of the world usually are: "hummus" is a chickpea dip.
//!
//! Menus rarely say what a dish is, and customers often do not know what it is called. Invariant:
//! what is usual helps to find a dish and is shown as usual; it is never the restaurant's word,
//! fulfils no limit of a search, and never says that an allergen is absent.

mod entry;

pub use entry::{COLUMNS, Entry, Kind};

use super::text::{self, singular};
use olympus_proto::{Allergen, Usually};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// A file a part of the world, one dish a line, written as [`COLUMNS`] say.
const SOURCES: [&str; 8] = [
    include_str!("mediterranean.tsv"),
    include_str!("japan_china.tsv"),
    include_str!("southeast_mainland.tsv"),
    include_str!("southeast_islands.tsv"),
    include_str!("south_asia.tsv"),
    include_str!("middle_east_africa.tsv"),
    include_str!("americas.tsv"),
    include_str!("europe_drinks.tsv"),
];

/// Most entries that one name brings together ("Hummus & Falafel Plate").
const MOST: usize = 6;
/// A single word of a menu's language that is shorter may be a word of another language ("fan",
/// "dan") and needs another of its kitchen beside it.
const SURE_CHARS: usize = 5;

/// Words of a name that say how much or how it comes, not what it is.
#[rustfmt::skip]
const AMOUNTS: [&str; 27] = [
    "plate", "platter", "combo", "special", "large", "small", "medium", "regular", "side", "order",
    "piece", "pc", "of", "the", "our", "house", "a", "half", "full", "mini", "classic", "homemade",
    "fresh", "lunch", "dinner", "famous", "original",
];
/// Cuisines whose dishes are named in English, what it is coming last.
#[rustfmt::skip]
const ENGLISH: [&str; 12] = [
    "american", "southern", "british", "irish", "tex mex", "english", "australian", "canadian",
    "hawaiian", "cajun", "scottish", "jewish",
];

struct Lexicon {
    entries: Vec<Entry>,
    /// Entries by name, in the order of the files.
    by_name: HashMap<String, Vec<usize>>,
    longest_words: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let entries: Vec<Entry> = lines().filter_map(Entry::read).collect();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    let mut longest_words = 0;
    for (number, entry) in entries.iter().enumerate() {
        for name in &entry.names {
            let words = key(name);
            longest_words = longest_words.max(words.len());
            let numbers = by_name.entry(words.join(" ")).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }
    by_name.remove("");
    Lexicon {
        entries,
        by_name,
        longest_words,
    }
});

fn lines() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().flat_map(|source| source.lines())
}

/// The words of a name, in the singular.
fn key(name: &str) -> Vec<String> {
    text::words(name)
        .into_iter()
        .map(|word| singular(&word.text))
        .collect()
}

/// Every entry, in the order of the files.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &LEXICON.entries
}

/// An entry that a dish's name speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    /// What is known of it.
    pub entry: &'static Entry,
    /// Whether the dish is one: a chicken fajita burrito is a burrito, and its fajita is no
    /// skillet of meat.
    pub is_head: bool,
}

/// What a dish's name usually means, from left to right, each once: the dishes that it is, and the
/// parts and the words of its kitchen that are named in it; empty where none is known.
#[must_use]
pub fn named_in(name: &str) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for segment in segments(name) {
        let found = longest_names(&segment);
        for (number, hit) in found.iter().enumerate() {
            let beside: Vec<&Entry> = found
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != number)
                .flat_map(|(_, other)| other.entries.iter().copied())
                .collect();
            let Some(entry) = hit.choose(&beside) else {
                continue;
            };
            let is_head = entry.kind == Kind::Dish && hit.is_head(entry, segment.len());
            let is_part = entry.kind != Kind::Dish || hit.phrase.contains(' ');
            let is_new = !named.iter().any(|known| std::ptr::eq(known.entry, entry));
            if is_new && (is_head || is_part) {
                named.push(Named { entry, is_head });
            }
        }
    }
    named.truncate(MOST);
    named
}

/// The words of each dish that a name joins, without those that say only how much of it there is.
fn segments(name: &str) -> Vec<Vec<String>> {
    const JOINS: [&str; 8] = ["and", "with", "w", "y", "or", "over", "on", "in"];
    let mut segments = Vec::new();
    for part in name.split(['&', '+', ',', '(', ')', '/', ':', '-', '"', '|']) {
        // A name may hold a joining word: "fish and chips", "mac and cheese".
        let words = key(part);
        if LEXICON.by_name.contains_key(&words.join(" ")) {
            segments.push(words);
            continue;
        }
        segments.extend(
            words
                .split(|word| JOINS.contains(&word.as_str()))
                .map(<[String]>::to_vec),
        );
    }
    for segment in &mut segments {
        segment.retain(|word| {
            !AMOUNTS.contains(&word.as_str()) && !word.chars().all(char::is_numeric)
        });
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

/// A name of the lexicon in a segment of a dish's name.
struct Found {
    phrase: String,
    at: usize,
    length: usize,
    entries: Vec<&'static Entry>,
}

fn longest_names(words: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = LEXICON.longest_words.min(words.len() - at);
        let hit = (1..=longest).rev().find_map(|length| {
            let phrase = words.get(at..at + length)?.join(" ");
            let numbers = LEXICON.by_name.get(&phrase)?;
            let entries = numbers.iter().filter_map(|at| LEXICON.entries.get(*at));
            let entries = entries.collect();
            Some(Found {
                phrase,
                at,
                length,
                entries,
            })
        });
        at += hit.as_ref().map_or(1, |hit| hit.length);
        found.extend(hit);
    }
    found
}

impl Found {
    /// Which of the entries of that name is meant, beside what else the dish's name speaks of.
    fn choose(&self, beside: &[&Entry]) -> Option<&'static Entry> {
        let at_home = |entry: &&Entry| beside.iter().any(|other| entry.shares_cuisine(other));
        let long = self.length > 1 || self.phrase.chars().count() >= SURE_CHARS;
        let is_sure = |entry: &&Entry| entry.kind != Kind::Word || long;
        let mut in_order = self.entries.clone();
        in_order.sort_by_key(|entry| entry.kind == Kind::Word);
        let known = in_order.iter().copied().find(at_home);
        known.or_else(|| in_order.into_iter().find(is_sure))
    }

    /// Whether the dish is one of these: English names it last, most other languages first.
    fn is_head(&self, entry: &Entry, words: usize) -> bool {
        let is_last = self.at + self.length == words;
        let english = entry
            .cuisine
            .is_none_or(|cuisine| ENGLISH.iter().any(|english| cuisine.contains(english)));
        is_last || (self.at == 0 && !english)
    }
}

/// What dishes of that name usually are; `None` where nothing is known of them.
#[must_use]
pub fn usually(named: &[Named]) -> Option<Usually> {
    let mut told: Vec<&Named> = named.iter().filter(|named| named.is_head).collect();
    if told.is_empty() {
        // "Gai Pad Prik" is said word by word.
        told.extend(named.iter().filter(|named| named.entry.kind == Kind::Word));
        if told.len() < 2 {
            return None;
        }
    }
    let all = || named.iter().map(|named| named.entry);
    let allergens: BTreeSet<Allergen> = all().flat_map(|e| e.allergens.iter().copied()).collect();
    let diet = told.first()?.entry.diet;
    let glosses: Vec<&str> = told.iter().map(|named| named.entry.gloss).collect();
    Some(Usually {
        gloss: glosses.join("; "),
        cuisine: told
            .iter()
            .find_map(|named| named.entry.cuisine)
            .map(str::to_owned),
        diet: diet
            .filter(|_| all().all(|entry| entry.diet == diet))
            .map(str::to_owned),
        possible_allergens: allergens.into_iter().collect(),
        spice: all().filter_map(|entry| entry.spice).max(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Entry, Kind, entries, key, lines, named_in, usually};
    use olympus_proto::Allergen;
    use std::collections::HashSet;

    fn glosses(name: &str) -> Vec<&'static str> {
        named_in(name).iter().map(|n| n.entry.gloss).collect()
    }

    #[test]
    fn finds_dishes_inside_a_menus_name_whatever_its_accents_and_number() {
        assert!(glosses("House Hummus (large)")[0].contains("chickpea"));
        assert_eq!(glosses("Phở Bò"), glosses("PHO BO"));
        assert!(!glosses("Phở Bò").is_empty());
        assert_eq!(glosses("Two Burritos"), glosses("burrito"));
        assert!(glosses("Number 7 Meal").is_empty());
        assert!(glosses("").is_empty());
    }

    #[test]
    fn a_dish_is_what_its_name_ends_with_in_english_and_begins_with_elsewhere() {
        let heads = |name: &str| -> Vec<&str> {
            let named = named_in(name).into_iter().filter(|named| named.is_head);
            named.map(|named| named.entry.names[0]).collect()
        };
        assert_eq!(heads("Chicken Fajita Burrito"), ["burrito"]);
        assert_eq!(heads("Hummus & Falafel Plate"), ["hummus", "falafel"]);
        assert_eq!(heads("Fish and Chips").len(), 1);
        assert!(heads("Chili Lime Chicken").is_empty());
        assert!(!heads("Spaghetti Carbonara al Tartufo").is_empty());
        assert!(usually(&named_in("Chili Lime Chicken")).is_none());
    }

    #[test]
    fn a_short_word_of_a_language_needs_its_kitchen_beside_it() {
        let short = entries().iter().filter(|e| e.kind == Kind::Word);
        let mut tried = 0;
        for entry in short {
            let name = entry.names[0];
            let alone = named_in(name);
            if name.is_ascii() && name.len() < 4 && !name.contains(' ') && key(name).len() == 1 {
                assert!(alone.iter().all(|n| n.entry.kind != Kind::Word), "{name}");
                tried += 1;
            }
        }
        assert!(tried > 20, "{tried}");
    }

    #[test]
    fn every_line_is_whole_and_no_dish_stands_twice() {
        for line in lines() {
            assert!(Entry::read(line).is_some(), "{line}");
        }
        let mut names = HashSet::new();
        for entry in entries() {
            let head = key(entry.names[0]).join(" ");
            let language = (entry.kind == Kind::Word).then_some(entry.cuisine);
            assert!(names.insert((head, language)), "{} twice", entry.names[0]);
            let animal = [
                Allergen::Fish,
                Allergen::Crustaceans,
                Allergen::Molluscs,
                Allergen::Milk,
                Allergen::Eggs,
            ];
            let vegan = entry.diet == Some("vegan");
            assert!(
                !(vegan && entry.allergens.iter().any(|a| animal.contains(a))),
                "{} is called vegan",
                entry.names[0]
            );
        }
        assert!(entries().len() >= 4_000, "{}", entries().len());
    }

    #[test]
    fn what_is_usual_joins_the_warnings_of_all_parts_and_only_a_diet_they_share() {
        assert_eq!(usually(&named_in("Number 7")), None);
        let hummus = usually(&named_in("Hummus")).unwrap();
        assert_eq!(hummus.diet.as_deref(), Some("vegan"));
        assert!(hummus.possible_allergens.contains(&Allergen::Sesame));
        let plate = usually(&named_in("Hummus & Lamb Chops")).unwrap();
        assert_eq!(plate.diet, None);
        assert!(plate.possible_allergens.contains(&Allergen::Sesame));
        assert!(plate.gloss.contains("chickpea") && plate.gloss.contains("; "));
    }
}
