//! Options by some words of their names.

use super::siblings::Place;
use super::{Portion, SHORTEST, is_dressed, is_inseparable, is_side, stems};
use crate::order::speech;
use std::collections::HashMap;

/// Some words of a name that mean one option of an item, though others have them too: of several it
/// is the one that the item's description names. "Onion" is the diced onion that is on the burger,
/// and not the grilled ones; "lemon pepper" is the Lemon Pepper Dry Rub.
pub(in crate::order) fn by_some_words(
    names: &[(&str, Place)],
    described: &[String],
) -> Vec<(String, Place)> {
    let mut parts: HashMap<String, Vec<Place>> = HashMap::new();
    let mut known = Vec::new();
    let mut listed = Vec::new();
    for (name, at) in names {
        let whole = stems(name);
        // "Not Spicy" is the opposite of what its last word says.
        if Portion::of(name).is_some() || whole.first().is_some_and(|first| first == "not") {
            continue;
        }
        known.push(whole.join(" "));
        if whole.iter().all(|word| described.contains(word)) {
            listed.push(*at);
        }
        let is_size = |word: &str| matches!(word, "small" | "medium" | "large" | "regular");
        let is_word = |word: &String| {
            word.chars().count() >= SHORTEST && !speech::is_cue(word) && !is_size(word)
        };
        let pairs = [
            whole.get(..2),
            whole.len().checked_sub(2).and_then(|at| whole.get(at..)),
        ];
        let pairs = pairs.into_iter().flatten().filter(|_| whole.len() > 2);
        let pairs = pairs
            .filter(|pair| pair.iter().all(is_word) && !is_free_of_sugar(pair))
            .map(|pair| pair.join(" "));
        // "Red sauce" is Red Chile Sauce.
        let around = match whole.as_slice() {
            [first, _, last] if is_word(first) && is_word(last) => Some(format!("{first} {last}")),
            _ => None,
        };
        // "Hot & Sour Soup" is hot and sour.
        let joined = name.contains('&').then(|| name.rsplit_once(' ')).flatten();
        let joined = joined.map(|(first, _)| first.to_lowercase());
        let joined = joined.filter(|first| first.contains('&') && !first.ends_with('&'));
        if let Some(joined) = joined {
            parts.entry(joined).or_default().push(*at);
        }
        // "Blue cheese dressing" is Chunky Blue Cheese Dressing.
        let rest = match whole.as_slice() {
            [first, rest @ ..] if rest.len() > 2 && is_word(first) && rest.iter().all(is_word) => {
                Some(rest.join(" "))
            }
            _ => None,
        };
        let last = whole.last().filter(|_| whole.len() > 1);
        // Half & Half is no half of something.
        let last = last.filter(|_| !is_inseparable(&whole)).cloned();
        let last = last.filter(|last| last != "half");
        for part in pairs.chain(around).chain(rest).chain(last) {
            let of = parts.entry(part).or_default();
            if !of.contains(at) {
                of.push(*at);
            }
        }
    }
    let usable = |part: &String| {
        part.chars().count() >= SHORTEST && !speech::is_cue(part) && !known.contains(part)
    };
    parts.retain(|part, _| usable(part));
    let one = |(part, of): (String, Vec<Place>)| {
        let meant = match of.as_slice() {
            [at] => Some(*at),
            _ => {
                let mut on_it = of.iter().filter(|at| listed.contains(at));
                let on_it = on_it.next().copied().filter(|_| on_it.next().is_none());
                on_it
                    .or_else(|| usual(&part, names, &of))
                    .or_else(|| undressed(&part, names, &of))
            }
        };
        Some((part, meant?))
    };
    let mut found: Vec<_> = parts.into_iter().filter_map(one).collect();
    found.sort_unstable();
    found
}

/// Of several of a kind the one that nobody need say more of: the French fries.
fn usual(part: &str, names: &[(&str, Place)], of: &[Place]) -> Option<Place> {
    const USUAL: [&str; 5] = ["french", "regular", "plain", "classic", "original"];
    let mut usual = names.iter().filter(|(name, at)| {
        of.contains(at)
            && stems(name).first().is_some_and(|first| {
                // Whole milk is milk, and whole wheat no bread that goes without saying.
                USUAL.contains(&first.as_str()) || (part == "milk" && first == "whole")
            })
    });
    let (_, at) = usual.next()?;
    usual.next().is_none().then_some(*at)
}

/// "Tots" of Tater Tots and Chili Cheese Tots: the only ones with nothing on them.
fn undressed(part: &str, names: &[(&str, Place)], of: &[Place]) -> Option<Place> {
    let is_plain = |(name, at): &&(&str, Place)| of.contains(at) && !is_dressed(&stems(name));
    let mut plain = names.iter().filter(is_plain).map(|(_, at)| *at);
    let at = plain.next().filter(|_| is_side(part))?;
    plain.next().is_none().then_some(at)
}

/// "Sugar free" says of a coffee what is not in it, and of a syrup which it is.
fn is_free_of_sugar(pair: &[String]) -> bool {
    matches!(pair, [what, free] if free == "free" && what != "gluten")
}

/// The first word of an option's name: "diet" of Diet Coke, where no option and no dish is called so.
pub(in crate::order) fn first_word(name: &str) -> Option<String> {
    let whole = stems(name);
    let first = whole
        .first()
        .filter(|_| whole.len() > 1 && Portion::of(name).is_none())?;
    // "Half mild, half hot" is no half dozen.
    let is_manner = ["spicy", "mild", "sweet", "half"].contains(&first.as_str());
    let is_long = first.chars().count() > SHORTEST || first == "ham";
    let usable = is_long && !is_manner && !speech::knows(first);
    usable.then(|| first.clone())
}
