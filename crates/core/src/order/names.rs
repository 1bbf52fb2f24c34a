//! What an item or an option may be called: its name, its aliases, and what follows from them.
//!
//! Invariant: every phrase comes from the menu's own words. `No onion` is the option `onion`,
//! named as something left out; `Extra cheese` is `cheese`, named as more of it.

use super::grammar::tokens;
use olympus_proto::{MenuItem, Modifier, ModifierGroup};

/// Longest phrase, in words.
const MAX_WORDS: usize = 8;

/// How an option's printed name speaks of what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flavour {
    /// `Bacon`.
    Plain,
    /// `Extra cheese`.
    Extra,
    /// `Less ice`.
    Light,
    /// `No onion`.
    Without,
}

/// Words that name something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) tokens: Vec<String>,
    /// Only a part of the name.
    pub(super) part: bool,
    pub(super) flavour: Flavour,
}

/// Words at which no part of a name begins or ends.
const WEAK: &[&str] = &[
    "and", "with", "of", "de", "del", "la", "le", "el", "al", "alla", "alle", "all", "ai", "con",
    "me", "en", "na", "no", "the", "a", "an", "in", "on", "for", "e", "y", "di", "da", "au", "aux",
    "style", "to", "or", "by", "our", "s", "l", "half", "meal", "box", "plate", "extra", "side",
    "new", "sti", "don",
];

/// The phrases of an item.
pub(super) fn of_item(item: &MenuItem) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for name in std::iter::once(&item.name).chain(&item.aliases) {
        for text in plain_and_bracketed(name) {
            let words = tokens(&text);
            push(&mut phrases, without_and(&words), false, Flavour::Plain);
            push(&mut phrases, without_measure(&words), false, Flavour::Plain);
            if (2..=3).contains(&words.len()) && !words.iter().any(|word| is_weak(word)) {
                let mut turned = words.clone();
                turned.rotate_left(1);
                push(&mut phrases, turned, false, Flavour::Plain);
            }
            push(&mut phrases, words.clone(), false, Flavour::Plain);
            parts(&mut phrases, &words, Flavour::Plain);
        }
    }
    phrases
}

/// The phrases of an option.
pub(super) fn of_option(group: &ModifierGroup, option: &Modifier, size: bool) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    let mut flavour = Flavour::Plain;
    for (at, name) in std::iter::once(&option.name)
        .chain(&option.aliases)
        .enumerate()
    {
        for text in plain_and_bracketed(name) {
            let all = tokens(&text);
            // "extra large" is a size of its own and no more of "large"
            let (words, own) = if size {
                (all.as_slice(), Flavour::Plain)
            } else {
                split_flavour(&all)
            };
            if at == 0 {
                flavour = flavour.max(own);
            }
            if own != Flavour::Without {
                push(&mut phrases, all.clone(), false, Flavour::Plain);
            }
            push(&mut phrases, without_and(words), false, own);
            push(&mut phrases, words.to_vec(), false, own);
            if !size {
                with_group(&mut phrases, group, words, own);
                if at == 0 {
                    parts(&mut phrases, words, own);
                }
            }
        }
    }
    if size {
        for word in size_words(group, option) {
            push(&mut phrases, word, false, Flavour::Plain);
        }
    } else {
        let words = tokens(&option.id);
        let telling = words
            .iter()
            .all(|word| word.chars().all(char::is_alphabetic))
            && !matches!(option.id.as_str(), "none" | "regular" | "default");
        if telling {
            let (words, own) = split_flavour(&words);
            let own = own.max(flavour);
            if let [first, second] = words {
                let turned = vec![second.clone(), first.clone()];
                push(&mut phrases, turned, false, own);
            }
            with_group(&mut phrases, group, words, own);
            push(&mut phrases, words.to_vec(), false, own);
        }
    }
    phrases
}

/// `oat` of the group `milk` is also `oat milk`, `medium` of `spice` also `medium spice`.
fn with_group(phrases: &mut Vec<Phrase>, group: &ModifierGroup, words: &[String], own: Flavour) {
    let heading = tokens(&group.id);
    let [heading] = heading.as_slice() else {
        return;
    };
    let general = matches!(
        heading.as_str(),
        "add" | "remove" | "extra" | "option" | "modifier" | "choice"
    );
    if general || words.contains(heading) {
        return;
    }
    let mut joined = words.to_vec();
    joined.push(heading.clone());
    push(phrases, joined.clone(), false, own);
    if joined.len() > 2 {
        joined.remove(joined.len() - 2);
        push(phrases, joined, true, own);
    }
}

/// Whether the choices of a group are sizes: it is called so, or all of them are.
pub(super) fn is_size(group: &ModifierGroup) -> bool {
    let called = tokens(&group.id).into_iter().chain(tokens(&group.name));
    let mut called = called.filter(|word| !matches!(word.as_str(), "drink" | "pizza" | "your"));
    called.any(|word| matches!(word.as_str(), "size" | "volume"))
        || (!group.options.is_empty()
            && group.options.iter().all(|option| {
                let words = tokens(&option.name);
                is_measure(&words) || size_word(&words.join(" ")).is_some()
            }))
}

/// Other words for a size: those of its rank where it is a measure (`26 cm` of two is the small
/// one), everyday ones where it is a word.
fn size_words(group: &ModifierGroup, option: &Modifier) -> Vec<Vec<String>> {
    let words = tokens(&option.name);
    let taken = |word: &str| {
        let mut options = group.options.iter();
        options.any(|other| other.id != option.id && tokens(&other.name).join(" ") == word)
    };
    let rank = if is_measure(&words) {
        rank_word(group, option)
    } else {
        size_word(&words.join(" "))
    };
    let Some(rank) = rank else {
        return Vec::new();
    };
    let others: &[&str] = match rank {
        "small" => &["small", "sm", "smaller", "smallest"],
        "medium" => &["medium", "med", "regular", "normal", "standard"],
        "regular" => &["regular", "normal", "standard", "small", "medium"],
        "large" => &[
            "large", "lg", "big", "larger", "largest", "bigger", "biggest",
        ],
        _ => &["extra large", "xl", "x large", "extra big"],
    };
    others
        .iter()
        .filter(|word| !taken(word))
        .map(|word| tokens(word))
        .collect()
}

/// The word for the place of a measure among those of its group.
fn rank_word(group: &ModifierGroup, option: &Modifier) -> Option<&'static str> {
    let mut measures: Vec<(u64, &str)> = Vec::new();
    for other in &group.options {
        let words = tokens(&other.name);
        if !is_measure(&words) {
            return None;
        }
        measures.push((milli(&words)?, other.id.as_str()));
    }
    measures.sort_unstable();
    let at = measures.iter().position(|(_, id)| *id == option.id)?;
    match (measures.len(), at) {
        (2 | 3, 0) => Some("small"),
        (3, 1) => Some("medium"),
        (2, 1) | (3, 2) => Some("large"),
        _ => None,
    }
}

/// A measure in thousandths of its unit, for comparison.
fn milli(words: &[String]) -> Option<u64> {
    let number: u64 = words.first()?.parse().ok()?;
    let unit = words.last()?.as_str();
    let scale = if matches!(unit, "liter" | "l" | "kg") {
        1_000
    } else {
        1
    };
    number.checked_mul(scale)
}

fn size_word(text: &str) -> Option<&'static str> {
    match text {
        "small" => Some("small"),
        "medium" | "med" => Some("medium"),
        "regular" | "normal" | "standard" => Some("regular"),
        "large" | "big" => Some("large"),
        "extra large" | "xl" | "x large" => Some("extra large"),
        _ => None,
    }
}

/// `330 ml`, `7 5 fl oz`.
fn is_measure(words: &[String]) -> bool {
    let numbers = words
        .iter()
        .take_while(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        .count();
    let units = words.get(numbers..).unwrap_or_default();
    numbers > 0
        && !units.is_empty()
        && units.iter().all(|unit| {
            matches!(
                unit.as_str(),
                "ml" | "cl" | "l" | "liter" | "oz" | "fl" | "floz" | "cm" | "inch" | "g" | "kg"
            )
        })
}

pub(super) fn split_flavour(words: &[String]) -> (&[String], Flavour) {
    let Some((first, rest)) = words.split_first() else {
        return (words, Flavour::Plain);
    };
    let flavour = match first.as_str() {
        _ if rest.is_empty() => return (words, Flavour::Plain),
        "no" | "without" | "hold" => Flavour::Without,
        "extra" | "double" | "more" | "additional" => Flavour::Extra,
        "less" | "light" => Flavour::Light,
        "with" => Flavour::Plain,
        _ => return (words, Flavour::Plain),
    };
    (rest, flavour)
}

/// A name without what stands in brackets, and what stands there.
fn plain_and_bracketed(name: &str) -> Vec<String> {
    let Some((before, rest)) = name.split_once('(') else {
        return vec![name.to_owned()];
    };
    // "or(a,b)" is a name and no remark
    if !before.ends_with(' ') {
        return vec![name.to_owned()];
    }
    let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
    vec![format!("{before} {after}"), inside.to_owned()]
}

fn without_and(words: &[String]) -> Vec<String> {
    let others = words.iter().filter(|word| *word != "and");
    others.cloned().collect()
}

/// `Rib-Eye Steak 300 g` is also `Rib-Eye Steak`.
fn without_measure(words: &[String]) -> Vec<String> {
    let from = words
        .iter()
        .position(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match from {
        Some(at) if at > 0 && is_measure(words.get(at..).unwrap_or_default()) => {
            words.get(..at).unwrap_or_default().to_vec()
        }
        _ => words.to_vec(),
    }
}

fn is_weak(word: &str) -> bool {
    WEAK.contains(&word)
}

/// Runs of words inside a name.
fn parts(phrases: &mut Vec<Phrase>, words: &[String], flavour: Flavour) {
    for length in 1..words.len().min(MAX_WORDS) {
        for run in words.windows(length) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
            let telling = length > 1 || first.chars().count() > 2 || !first.is_ascii();
            let sized = length == 1 && size_word(first).is_some();
            if telling && !sized && !is_weak(first) && !is_weak(last) && !run.iter().all(number) {
                push(phrases, run.to_vec(), true, flavour);
            }
        }
    }
}

fn push(phrases: &mut Vec<Phrase>, tokens: Vec<String>, part: bool, flavour: Flavour) {
    if tokens.is_empty() || tokens.len() > MAX_WORDS {
        return;
    }
    let known = phrases.iter_mut().find(|known| known.tokens == tokens);
    match known {
        Some(known) => known.part &= part,
        None => phrases.push(Phrase {
            tokens,
            part,
            flavour,
        }),
    }
}
