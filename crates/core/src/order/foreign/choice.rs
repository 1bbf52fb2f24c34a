//! Which of several English words is meant, by the dish that it is said of: "caliente" is hot of a
//! coffee, and warmed of a muffin that can be had so.

use super::super::assemble::option_of;
use super::super::phrases::{Names, Phrases};
use super::tokens::{BEFORE, Role, Token, stems};

/// Takes the first way to say a choice that the dish before has, or that after where none is.
pub(super) fn choose(tokens: &mut [Token], phrases: &Phrases) {
    let dishes: Vec<Option<&Names>> = tokens.iter().map(|token| dish(token, phrases)).collect();
    for at in 0..tokens.len() {
        let before = dishes.iter().take(at).rev().flatten().next().copied();
        let after = dishes.iter().skip(at + 1).flatten().next().copied();
        let is_said_with = tokens.get(..at).is_some_and(is_with);
        let is_counted = tokens.get(..at).is_some_and(is_counted);
        let is_refused = is_refused(tokens, at);
        let Some(token) = tokens.get_mut(at).filter(|token| token.role == Role::Thing) else {
            continue;
        };
        let is_dish = dishes.get(at).copied().flatten().is_some();
        if token.ways.len() < 2 || (is_dish && !is_said_with && !is_refused) {
            continue;
        }
        let is_of = |way: &&String, dish: Option<&Names>| {
            dish.is_some_and(|dish| has_choice(dish, way, phrases))
        };
        let own = std::iter::once(&token.english).chain(&token.ways);
        let ways: Vec<&String> = own.collect();
        // "Una papas": what is counted is a dish, where there is one.
        let item = token.ways.iter().find(|way| is_item(way, phrases));
        // "Una coca" is a coke, and no other soda that is sold.
        let is_sort = |item: &String| {
            let sold = phrases.find(&stems(item));
            sold.is_some_and(|sold| has_choice(sold, &token.english, phrases))
        };
        let item = item.filter(|item| is_counted && !is_dish && !is_sort(item));
        if let Some(item) = item.cloned() {
            token.english = item;
            continue;
        }
        let meant = [before, after].into_iter().find_map(|dish| {
            let mut of = token.ways.iter().chain(ways.iter().copied());
            of.find(|way| is_of(way, dish)).cloned()
        });
        // "With french fries" where they are a side by the name of fries alone.
        let is_choice = |way: &str| {
            let names = phrases.find(&stems(way));
            names.is_some_and(|names| !names.options.is_empty())
        };
        let is_stray = is_said_with && !is_choice(&token.english);
        let side = token.ways.iter().find(|way| is_stray && is_choice(way));
        if let Some(meant) = meant.or_else(|| side.cloned()) {
            token.english = meant;
        }
    }
}

/// Whether "with" comes right before, or how much of it: a choice, and no dish.
fn is_with(before: &[Token]) -> bool {
    const AMOUNTS: [&str; 4] = ["a little", "light", "extra", "less"];
    let is_with = |english: &str| english.starts_with("with ") || english == "and with";
    before.last().is_some_and(|token| {
        let says = token.role == Role::Cue
            && (is_with(&token.english) || AMOUNTS.contains(&token.english.as_str()));
        says || token.role == Role::With
    })
}

/// Whether a thing stands in a list that is not wanted: "sans salade ni tomate", "Salat und Tomate
/// weglassen".
fn is_refused(tokens: &[Token], at: usize) -> bool {
    let goes_on = |token: &&Token| match token.role {
        Role::Thing | Role::And | Role::The => true,
        Role::Cue => matches!(token.english.as_str(), "please" | "nor" | "or"),
        Role::Of | Role::With => false,
    };
    let says = |token: Option<&Token>, words: &[&str]| {
        token.is_some_and(|token| words.contains(&token.english.as_str()))
    };
    let mut before = tokens.get(..at).unwrap_or_default().iter().rev();
    let before = before.find(|token| !goes_on(token));
    let mut after = tokens.get(at + 1..).unwrap_or_default().iter();
    let after = after.find(|token| !goes_on(token));
    says(
        before,
        &[
            "without",
            "no",
            "dont put",
            "leave out the",
            "hold the",
            "take off the",
        ],
    ) || says(after, &["left out", "left off", "taken off"])
}

/// Whether how many comes right before, or nothing that says what it is; and no "with".
fn is_counted(before: &[Token]) -> bool {
    const MEASURES: [&str; 4] = ["order of", "pieces", "slice of", "of"];
    let is_measure = |token: &&Token| MEASURES.contains(&token.english.as_str());
    let after = before.iter().rev().skip_while(is_measure).count();
    let before = before.get(..after).unwrap_or_default();
    let Some((last, rest)) = before.split_last() else {
        return true;
    };
    let number = stems(&last.english)
        .first()
        .is_some_and(|stem| stem.parse::<u32>().is_ok());
    let article = matches!(last.english.as_str(), "a" | "and a" | "some" | "another");
    last.role != Role::Thing && (number || article) && !is_with(rest)
}

/// Whether a dish goes by all of the words.
pub(super) fn is_item(way: &str, phrases: &Phrases) -> bool {
    let names = phrases.find(&stems(way));
    names.is_some_and(|names| !names.items.is_empty() && !names.is_part)
}

/// The dishes that a word names, where it names any.
pub(super) fn dish<'a>(token: &Token, phrases: &'a Phrases) -> Option<&'a Names> {
    let names = phrases.find(&stems(&token.english))?;
    let is_dish = !names.items.is_empty() && (names.options.is_empty() || !names.is_part);
    (is_dish && token.role == Role::Thing).then_some(names)
}

pub(super) fn has_choice(dish: &Names, way: &str, phrases: &Phrases) -> bool {
    let rest = BEFORE.iter().find_map(|before| way.strip_prefix(before));
    let mut named = [Some(way), rest].into_iter().flatten();
    named.any(|text| {
        phrases.find(&stems(text)).is_some_and(|names| {
            let mut items = dish.items.iter();
            items.any(|item| option_of(&names.options, *item).is_some())
        })
    })
}
