//! What a dish is called besides its printed name: without what menus praise it with, by its number,
//! and by some of its words.

use super::phrases::{SHORTEST_PART, is_amount, stem};
use super::speech::{Cue, cue, is_cue};
use crate::menu::text::words;
use olympus_proto::MenuItem;
use std::collections::{HashMap, HashSet};

/// Words that say how a dish is and, by themselves, of no dish that it is meant.
#[rustfmt::skip]
pub(super) const MANNERS: [&str; 16] = [
    "green", "white", "black", "brown", "blue", "golden", "cold", "iced", "loaded", "stuffed", "mixed", "mini",
    "fresh", "warm", "double", "triple",
];

/// Words that several dishes' names end with: "pizza".
pub(super) fn kinds(items: &[MenuItem]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for item in items {
        if let [_, .., last] = words(&item.name).as_slice() {
            *counts.entry(stem(&last.text)).or_default() += 1;
        }
    }
    counts.retain(|word, count| *count > 1 || super::speech::knows(word));
    counts.into_keys().collect()
}

/// What is said for the end or the beginning of a name: a combo is called a meal too, Coca-Cola a
/// coke, and the other way round.
pub(super) fn otherwise_called(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let ends = |(one, other): (&str, &str)| {
        let rest = lower.strip_suffix(one)?;
        rest.ends_with(' ').then(|| format!("{rest}{other}"))
    };
    let begins = |(one, other): (&str, &str)| Some(format!("{other}{}", lower.strip_prefix(one)?));
    let ending = [("combo", "meal"), ("meal", "combo")]
        .into_iter()
        .find_map(ends);
    let beginning = [
        ("coca-cola", "coke"),
        ("coca cola", "coke"),
        ("coke zero", "coca cola zero"),
    ];
    ending.or_else(|| beginning.into_iter().find_map(begins))
}

/// What menus put before a dish's name.
#[rustfmt::skip]
const PRAISE: [&str; 40] = [
    "the", "our", "my", "famous", "world", "signature", "classic", "original", "traditional", "authentic",
    "homemade", "housemade", "house", "made", "home", "hand", "handmade", "crafted", "breaded", "battered", "cut",
    "dipped", "tossed", "squeezed", "fresh", "freshly", "brewed", "baked", "new", "york", "style", "old",
    "fashioned", "southern", "warm", "steamed", "real", "premium", "all", "natural",
];
/// What they put after it.
const SERVED: [&str; 6] = ["cup", "slice", "bottle", "glass", "serving", "portion"];

/// A name without what it is praised with, numbered by and served in, step by step, and what it is
/// called besides; the name itself is none of them.
pub(super) fn plain_names(name: &str) -> Vec<String> {
    let bare = without_amount(name.split(['(', '[']).next().unwrap_or(name));
    let spoken = bare.replace('&', " and ");
    let all: Vec<String> = words(&spoken).into_iter().map(|word| word.text).collect();
    let number = all
        .first()
        .filter(|first| bare.trim_start().starts_with('#') && first.chars().all(char::is_numeric));
    // "L2 Beef Lunch"
    let code = match all.as_slice() {
        [letter, number, _, ..]
            if letter.chars().count() == 1 && number.chars().all(char::is_numeric) =>
        {
            Some(format!("{letter} {number}"))
        }
        _ => None,
    };
    let from = if code.is_some() {
        2
    } else {
        usize::from(number.is_some())
    };
    let mut found: Vec<String> = Vec::new();
    let mut put = |part: Option<&[String]>| {
        let part = part.unwrap_or_default().join(" ");
        if !part.is_empty() && !found.contains(&part) {
            found.push(part);
        }
    };
    let praised = all.iter().skip(from);
    let praised = praised
        .take_while(|word| PRAISE.contains(&word.as_str()))
        .count();
    let is_served = |last: &String| SERVED.contains(&last.as_str());
    let to = match all.last().filter(|last| is_served(last)) {
        Some(_) if all.len() > from + praised + 1 => all.len() - 1,
        _ => all.len(),
    };
    if bare.len() < name.len() || from > 0 {
        put(all.get(from..));
    }
    if praised > 0 {
        put(all.get(from + praised..));
    }
    if to < all.len() {
        put(all.get(from + praised..to));
    }
    if let Some(number) = number {
        found.extend(["number", "combo"].map(|kind| format!("{kind} {number}")));
        found.extend(["combo", "meal"].map(|kind| format!("number {number} {kind}")));
    }
    if let (Some(code), Some(last)) = (code, all.last()) {
        found.extend([format!("{code} {last}"), code]);
    }
    // "Burrito Ahogado (Wet)" is a wet burrito.
    let also = name
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let also = also.map(|(also, _)| also.trim().to_lowercase());
    if let Some(also) =
        also.filter(|also| also.chars().all(char::is_alphabetic) && !also.is_empty())
    {
        let heads = [all.get(from), all.last()];
        found.extend(
            heads
                .into_iter()
                .flatten()
                .map(|head| format!("{also} {head}")),
        );
    }
    found
}

/// The shortest of them that is no number.
pub(super) fn plain_name(name: &str) -> Option<String> {
    let names = plain_names(name).into_iter();
    let names = names.filter(|name| !name.chars().any(char::is_numeric));
    names.min_by_key(|name| name.split(' ').count())
}

/// A name without how much of it is served: "Still Water 0.5 L", "Ice Cream, 2 Scoops".
fn without_amount(name: &str) -> &str {
    let is_amount = |rest: &str| {
        let rest = words(rest);
        let unit = |word: &str| is_amount(&stem(word)) || matches!(word, "scoops" | "scoop");
        !rest.is_empty() && rest.iter().all(|word| unit(&word.text))
    };
    let at = name.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0);
    match at.and_then(|at| name.split_at_checked(at)) {
        Some((before, rest)) if is_amount(rest) => before.trim_end_matches([' ', ',', '-']),
        _ => name,
    }
}

/// Words that stand side by side in a name, not all of them: "hot and sour" of Hot & Sour Soup,
/// "tres leches" of Tres Leches Cake.
pub(super) fn runs_of(name: &str) -> Vec<String> {
    let spoken = name.replace(['&', '+'], " and ");
    let stems: Vec<String> = words(&spoken).iter().map(|word| stem(&word.text)).collect();
    let joins = |stem: &String| {
        stem.parse::<u32>().is_ok()
            || !matches!(
                cue(stem),
                None | Some(Cue::Number(_) | Cue::Drop | Cue::Amount(_))
            )
    };
    let is_content = |stem: &String| stem.chars().count() >= SHORTEST_PART && cue(stem).is_none();
    let lengths = 2..stems.len().min(5);
    let runs = lengths.flat_map(|length| stems.windows(length));
    let said = runs.filter(|run| {
        let ends = [run.first(), run.last()];
        let is_open = ends.into_iter().flatten().any(joins);
        let is_counted = run
            .iter()
            .all(|stem| is_amount(stem) || cue(stem).is_some());
        !is_open && !is_counted && run.iter().any(is_content)
    });
    let said = said.map(|run| run.join(" "));
    said.filter(|said| !is_cue(said)).collect()
}
