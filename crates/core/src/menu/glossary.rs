//! What dishes of the world are, in everyday words: "hummus" is a chickpea dip.
//!
//! Menus rarely say what a dish is, and customers often do not know what it is called. A gloss
//! lets an item without a description be found by what it usually is. Invariant: a gloss helps to
//! find and is never shown as the restaurant's word, and never says that an allergen is absent.

use super::text::words;
use std::collections::HashMap;
use std::sync::LazyLock;

/// `names;of;it<TAB>gloss`, one dish a line.
const SOURCES: [&str; 2] = [
    include_str!("glossary/asia.tsv"),
    include_str!("glossary/west.tsv"),
];

/// Most glosses that one item's name brings together ("Hummus & Falafel Plate").
const MOST: usize = 3;

struct Glossary {
    by_name: HashMap<String, &'static str>,
    longest_words: usize,
}

static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    let mut longest_words = 0;
    for (names, gloss) in entries() {
        for name in names.split(';') {
            let words: Vec<String> = words(name).into_iter().map(|word| word.text).collect();
            longest_words = longest_words.max(words.len());
            by_name.entry(words.join(" ")).or_insert(gloss);
        }
    }
    by_name.remove("");
    Glossary {
        by_name,
        longest_words,
    }
});

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    SOURCES
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.split_once('\t'))
}

/// What the dishes named in `name` usually are: the longest names in it, from left to right,
/// each taken once; empty where none is known.
#[must_use]
pub fn glosses(name: &str) -> Vec<&'static str> {
    let words: Vec<String> = words(name).into_iter().map(|word| word.text).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < MOST {
        let longest = GLOSSARY.longest_words.min(words.len() - at);
        let hit = (1..=longest).rev().find_map(|length| {
            let phrase = words.get(at..at + length)?.join(" ");
            Some((length, *GLOSSARY.by_name.get(&phrase)?))
        });
        match hit {
            Some((length, gloss)) => {
                if !found.contains(&gloss) {
                    found.push(gloss);
                }
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{SOURCES, entries, glosses};

    #[test]
    fn finds_dishes_inside_a_menus_name_whatever_its_accents() {
        assert!(glosses("House Hummus (large)")[0].contains("chickpea"));
        assert_eq!(glosses("Phở Bò"), glosses("PHO BO"));
        assert!(!glosses("Phở Bò").is_empty());
        assert!(glosses("Number 7 Meal").is_empty());
        assert!(glosses("").is_empty());
    }

    #[test]
    fn every_line_is_names_and_a_gloss() {
        for source in SOURCES {
            for line in source.lines() {
                let columns: Vec<&str> = line.split('\t').collect();
                assert_eq!(columns.len(), 2, "{line}");
                assert!(
                    columns.iter().all(|column| !column.trim().is_empty()),
                    "{line}"
                );
            }
        }
        assert!(entries().count() >= 2_000, "{}", entries().count());
    }
}
