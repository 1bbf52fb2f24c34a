//! What a dish's printed name speaks of.
//!
//! Invariant: a guess at what a name means is taken only in the company of its kitchen; what the
//! dish is comes apart from what is merely in it.

use super::entry::{Entry, Kind};
use super::names::OfName;
use super::{LEXICON, key, sound};

/// Most entries that one name brings together ("Hummus & Falafel Plate").
const MOST: usize = 6;
/// A single word of a menu's language that is shorter may be a word of another language ("fan",
/// "dan") and needs another of its kitchen beside it.
const SURE_CHARS: usize = 5;
/// Jaro-Winkler likeness from which a word that sounds like a name is taken for it, in the company
/// of another of its kitchen.
const LEAST_ALIKE: f64 = 0.86;

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

/// An entry that a dish's name speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    /// What is known of it.
    pub entry: &'static Entry,
    /// Whether the dish is one: a chicken fajita burrito is a burrito, and its fajita is no
    /// skillet of meat.
    pub is_head: bool,
    /// Whether it is a sibling of what the entry tells of: crab fries, of fries with a spice.
    pub is_sibling: bool,
}

/// What a dish's name usually means, from left to right, each once: the dishes that it is, and the
/// parts and the words of its kitchen that are named in it; empty where none is known.
#[must_use]
pub fn named_in(name: &str) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for segment in segments(name) {
        let found = longest_names(&segment.words);
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
            let is_head = entry.kind == Kind::Dish
                && !segment.is_beside
                && hit.is_head(entry, segment.words.len());
            let is_part = entry.kind != Kind::Dish || segment.is_beside || hit.length > 1;
            let is_new = !named.iter().any(|known| std::ptr::eq(known.entry, entry));
            if is_new && (is_head || is_part) {
                let words = segment.words.get(hit.at..hit.at + hit.length);
                let known = LEXICON.by_name.get(&words.unwrap_or_default().concat());
                let is_it = |of: &OfName| of.number as usize == entry.number;
                let is_sibling = known.iter().any(|of| is_it(of) && of.is_sibling);
                named.push(Named {
                    entry,
                    is_head,
                    is_sibling,
                });
            }
        }
    }
    // What the dish is stays, and of what is in it the first.
    while named.len() > MOST {
        let last_part = named.iter().rposition(|named| !named.is_head);
        named.remove(last_part.unwrap_or(MOST));
    }
    named
}

/// A dish of those that a name joins.
struct Segment {
    /// Its words, without those that say only how much of it there is.
    words: Vec<String>,
    /// Whether it only comes with another: "in lotus leaf".
    is_beside: bool,
}

fn segments(name: &str) -> Vec<Segment> {
    const JOINS: [&str; 3] = ["and", "y", "or"];
    const BESIDE: [&str; 6] = ["with", "w", "over", "on", "in", "without"];
    let mut segments = Vec::new();
    for part in name.split(['&', '+', ',', '(', ')', '/', ':', '–', '—', '"', '|']) {
        let words = key(part);
        // A name may hold a joining word: "fish and chips", "mac and cheese".
        if LEXICON.by_name.has(&words.concat()) {
            let is_beside = false;
            segments.push(Segment { words, is_beside });
            continue;
        }
        let mut open = Segment {
            words: Vec::new(),
            is_beside: false,
        };
        for word in words {
            let is_beside = BESIDE.contains(&word.as_str());
            if is_beside || JOINS.contains(&word.as_str()) {
                let is_beside = is_beside || open.is_beside;
                segments.push(std::mem::replace(
                    &mut open,
                    Segment {
                        words: Vec::new(),
                        is_beside,
                    },
                ));
            } else {
                open.words.push(word);
            }
        }
        segments.push(open);
    }
    for segment in &mut segments {
        segment.words.retain(|word| {
            !AMOUNTS.contains(&word.as_str()) && !word.chars().all(char::is_numeric)
        });
    }
    segments.retain(|segment| !segment.words.is_empty());
    segments
}

/// A name of the lexicon in a segment of a dish's name.
struct Found {
    /// Letters of the name.
    chars: usize,
    /// Whether it only sounds like the name.
    is_heard: bool,
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
            let phrase = words.get(at..at + length)?.concat();
            let known = LEXICON.by_name.get(&phrase);
            let entries = known.iter();
            let entries = entries.filter_map(|of| LEXICON.entries.get(of.number as usize));
            (!known.is_empty()).then(|| Found {
                entries: entries.collect(),
                chars: phrase.chars().count(),
                is_heard: false,
                at,
                length,
            })
        });
        let hit = match hit {
            Some(hit) => Some(hit),
            None => words.get(at).and_then(|word| heard(word, at)),
        };
        at += hit.as_ref().map_or(1, |hit| hit.length);
        found.extend(hit);
    }
    found
}

/// The entries that have a name which sounds like the word and is spelt much like it ("kraprow" for
/// "krapow"), the likest first.
#[must_use]
pub fn heard_as(word: &str) -> Vec<&'static Entry> {
    if !sound::is_telling(word) || LEXICON.by_name.has(word) {
        return Vec::new();
    }
    let alike = LEXICON
        .by_sound
        .get(&sound::key(word))
        .into_iter()
        .flatten();
    let mut alike: Vec<(f64, usize)> = alike
        .map(|(name, number)| (strsim::jaro_winkler(word, name), *number))
        .filter(|(likeness, _)| *likeness >= LEAST_ALIKE)
        .collect();
    alike.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    let entries = alike.iter().filter_map(|(_, at)| LEXICON.entries.get(*at));
    entries.collect()
}

fn heard(word: &str, at: usize) -> Option<Found> {
    let entries = heard_as(word);
    if entries.is_empty() {
        return None;
    }
    Some(Found {
        entries,
        chars: word.chars().count(),
        is_heard: true,
        at,
        length: 1,
    })
}

impl Found {
    /// Which of the entries of that name is meant, beside what else the dish's name speaks of.
    fn choose(&self, beside: &[&Entry]) -> Option<&'static Entry> {
        let at_home = |entry: &&Entry| beside.iter().any(|other| entry.shares_cuisine(other));
        let long = self.length > 1 || self.chars >= SURE_CHARS;
        let is_sure = |entry: &&Entry| !self.is_heard && (entry.kind != Kind::Word || long);
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
