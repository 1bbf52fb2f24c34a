//! Diets, allergens and exclusions: "vegan", "allergic to nuts", "no dairy or eggs", "without
//! onions", "what can I get right now".
//!
//! Invariant: an allergen after a word of refusal is always a limit. What is listed with it
//! belongs to it; a food that may begin a dish's name does not ("no nuts and fish tacos").

use super::before::{allergy_named, free};
use super::denied::{is_asked, is_denied};
use super::one_word::one_word;
use super::phrases::{ALLERGY, BARE, HARMS, NOW, PLAIN, longest};
use super::scan::Scan;
use super::soft::Taste;
use super::{Manner, Meaning, alarm, denied, words};
use crate::menu::slips;
use crate::menu::text::singular;

/// How firmly something is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An allergy or the like: everything listed is refused, also in an order.
    Allergy,
    /// "no", "without".
    Plain,
}

pub(super) fn read(scan: &mut Scan<'_>) {
    denied::read(scan);
    let mut at = 0;
    while at < scan.tokens.len() {
        let to = now(scan, at)
            .or_else(|| refused(scan, at))
            .or_else(|| free(scan, at))
            .or_else(|| allergy_named(scan, at))
            .or_else(|| labelled(scan, at))
            .or_else(|| harmed_by(scan, at))
            .or_else(|| one_word(scan, at))
            .or_else(|| diet(scan, at));
        at = to.unwrap_or(at + 1);
    }
    alarm::unbound(scan);
    alarm::with_fish(scan);
    alarm::heard(scan);
}

fn now(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let to = at + longest(scan, at, NOW)?;
    scan.take(at, to, Meaning::Now, "available now".to_owned());
    Some(to)
}

fn diet(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let (length, diet) = words::DIETS
        .iter()
        .filter_map(|(phrases, diet)| Some((longest(scan, at, phrases)?, *diet)))
        .max()?;
    let denied = matches!(
        scan.before(at),
        Some("not" | "non" | "no" | "isnt" | "arent" | "anti" | "never" | "nothing")
    );
    if denied {
        return None;
    }
    // Either is good enough: the wider one.
    let either = diet == "vegan" && scan.is(at + length, &["or", "vegetarian"]);
    let (to, diet) = match either {
        true => (at + length + 2, "vegetarian"),
        false => (at + length, diet),
    };
    scan.take(at, to, Meaning::Diet(diet), diet.replace('_', " "));
    Some(to)
}

/// "Veggie" or "veg" alone is a diet; in "veggie wrap" it is a word.
pub(super) fn veggie_alone(scan: &mut Scan<'_>) {
    let place = (0..scan.tokens.len())
        .find(|at| matches!(scan.word(*at), Some("veggie" | "veggies" | "veg")));
    let Some(at) = place else { return };
    let alone = (0..scan.tokens.len())
        .all(|other| other == at || scan.word(other).is_none_or(words::is_filler));
    let denied = matches!(scan.before(at), Some("non" | "not" | "no"));
    if alone && !denied {
        scan.take(
            at,
            at + 1,
            Meaning::Diet("vegetarian"),
            "vegetarian".to_owned(),
        );
    }
}

/// "no nuts", "without onions or garlic", "allergic to shellfish and peanuts".
fn refused(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let (length, refusal) = match (longest(scan, at, ALLERGY), longest(scan, at, PLAIN)) {
        (Some(allergy), plain) if Some(allergy) >= plain => (allergy, Refusal::Allergy),
        (_, Some(plain)) => (plain, Refusal::Plain),
        (_, None) => return None,
    };
    if refusal == Refusal::Plain && scan.manner == Manner::Order {
        return None;
    }
    refused_by(scan, at, length, refusal)
}

/// "Allergies: nuts, sesame", "my allergies are nuts", as forms and notes have it.
fn labelled(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let is_label = matches!(
        scan.word(at),
        Some("allergy" | "allergies" | "allergen" | "allergens" | "allergic")
    );
    if !is_label || is_denied(scan, at) {
        return None;
    }
    let is_list = scan.gap(at + 1).contains([':', '=', '-', '\u{2013}', '(']);
    let says = matches!(
        scan.word(at + 1),
        Some("is" | "are" | "include" | "includes" | "including" | "mainly")
    );
    let is_open = scan
        .before(at)
        .is_none_or(|before| matches!(before, "my" | "have" | "food"));
    let length = 1 + usize::from(says && !scan.cut(at + 1));
    let names = match is_list {
        true => thing(scan, after_articles(scan, at + length), false).is_some(),
        false => is_open && names_allergen(scan, at + length),
    };
    names.then(|| refused_by(scan, at, length, Refusal::Allergy))?
}

/// What English says after the thing, other languages may say before it: "me sienta mal el gluten".
fn harmed_by(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let length = longest(scan, at, HARMS).or_else(|| longest(scan, at, BARE));
    let length = length.filter(|_| scan.in_another_language())?;
    let after = after_articles(scan, at + length);
    if thing(scan, after, false).is_some_and(|found| alarm::is_welcome(scan, found.0)) {
        return None;
    }
    let with = scan.is(at + length, &["with"]) && !scan.cut(at + length);
    refused_by(scan, at, length + usize::from(with), Refusal::Allergy)
}

/// What is listed after the `length` words at `at`, which refuse it.
pub(super) fn refused_by(
    scan: &mut Scan<'_>,
    at: usize,
    length: usize,
    refusal: Refusal,
) -> Option<usize> {
    // "not allergic to", "nothing without", "why don't you have".
    let before = scan.before(at).filter(|_| !scan.cut(at));
    let turned = match refusal {
        _ if matches!(
            before,
            Some("not" | "never" | "isnt" | "arent" | "no" | "nothing" | "nobody" | "longer")
        ) =>
        {
            true
        }
        // "Why don't you have nuts", "don't leave off the cheese"
        Refusal::Plain => matches!(before, Some("you" | "they" | "why" | "dont")),
        Refusal::Allergy => {
            is_asked(scan, at) || (!scan.in_another_language() && is_denied(scan, at))
        }
    };
    if turned {
        return None;
    }
    // "Allergic" alone may also stand after what it is said of.
    let is_loose = length == 1 && scan.word(at).is_some_and(|word| word.starts_with("aller"));
    let is_harm = scan.word(at).is_some_and(|word| word.starts_with("make"));
    // What no table has in another language is hardly a food.
    let is_loose = is_loose || is_harm || scan.in_another_language();
    let any = (refusal == Refusal::Allergy && !is_loose)
        || ["without", "sans", "minus", "w", "excluding", "exclude"]
            .iter()
            .any(|word| scan.word(at) == Some(word));
    let mut from = at;
    let mut item = after_articles(scan, at + length);
    // "No, the other one."
    if scan.cut(at + length) && refusal == Refusal::Plain {
        return None;
    }
    let mut last = None;
    while let Some((to, meaning, label, is_food)) = thing(
        scan,
        item,
        any && (last.is_none() || scan.manner == Manner::Search),
    ) {
        let is_listed = || after_connector(scan, to).is_some_and(|next| names_allergen(scan, next));
        let doubtful = last.is_some()
            && (refusal == Refusal::Plain
                || (scan.manner == Manner::Order && !is_listed() && !goes_on(scan, to)))
            && is_food
            && !scan.is(item.saturating_sub(1), &["or"])
            && !scan.ends_at(to);
        if doubtful {
            break;
        }
        // "No nut allergies" are none.
        let is_none = matches!(scan.word(to), Some("allergies" | "intolerances")) && !scan.cut(to);
        if refusal == Refusal::Plain && is_none {
            return last;
        }
        let to = after_products(scan, to);
        scan.take(from, to, meaning, label);
        last = Some(to);
        from = to;
        // "Allergia alla soia alla senape", "allergic to nuts sesame": the list needs no comma.
        let is_list = refusal == Refusal::Allergy && !scan.cut(to);
        let follows = || is_list && goes_on(scan, to);
        let next = after_connector(scan, to).or_else(|| follows().then_some(to));
        let Some(next) = next.filter(|next| !begins_order(scan, to, *next)) else {
            break;
        };
        // "Allergic to nuts and to milk."
        let again = matches!(scan.word(next), Some("to" | "at" | "for")) && !scan.cut(next);
        item = after_articles(scan, next + usize::from(again));
        // "Senza le uova, le noci": other languages say the article again.
        let is_said_again =
            scan.cut(item) && matches!(scan.word(item), Some("the" | "with" | "of"));
        if is_said_again && scan.in_another_language() {
            item = after_articles(scan, item + 1);
        }
    }
    last
}

/// Whether something that is ordered follows what is refused: "allergic to peanuts, add cheese", "… and a milk".
fn begins_order(scan: &Scan<'_>, to: usize, next: usize) -> bool {
    let opens = |at: usize| scan.word(at).is_some_and(opens_order);
    let joins = scan.word(to) == Some("plus");
    scan.manner == Manner::Order && (joins || opens(next))
}

/// Whether a word stands before what is ordered.
pub(super) fn opens_order(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "one"
            | "two"
            | "three"
            | "four"
            | "add"
            | "extra"
            | "with"
            | "w"
            | "plus"
            | "another"
            | "some"
            | "on"
            | "want"
            | "get"
    ) || word.chars().all(|c| c.is_ascii_digit())
}

/// What is refused at `at`: first word after it, meaning, label, and whether it may be a food
/// that a dish is named for.
pub(super) fn thing(
    scan: &Scan<'_>,
    at: usize,
    any: bool,
) -> Option<(usize, Meaning, String, bool)> {
    let said: Vec<&str> = (at..at + 3)
        .map_while(|place| scan.word(place).filter(|_| place == at || !scan.cut(place)))
        .collect();
    let said = said.as_slice();
    match said {
        ["animal", "products" | "product", ..] => {
            return Some((at + 2, Meaning::Diet("vegan"), "vegan".to_owned(), false));
        }
        ["meat" | "meats", ..] => {
            let label = "vegetarian".to_owned();
            return Some((at + 1, Meaning::Diet("vegetarian"), label, false));
        }
        ["spice" | "spices" | "heat" | "spicy" | "spiciness", ..] => {
            let label = Taste::Mild.label().to_owned();
            return Some((at + 1, Meaning::Taste(Taste::Mild), label, false));
        }
        _ => {}
    }
    if let Some(named) = words::allergen(said) {
        let to = at + named.length;
        let word = said.get(..named.length)?.join(" ");
        if !named.allergens.is_empty() {
            let label = format!("no {}", plural(&word));
            return Some((to, Meaning::Free(named.allergens), label, named.is_food));
        }
        let meaning = Meaning::Without(words::mentions(&singular(&word)));
        return Some((to, meaning, not_mentioned(&word), true));
    }
    let known = words::ingredient(said, false);
    let slip = said
        .first()
        .filter(|_| known.is_none())
        .and_then(|word| refused_slip(scan, word));
    if let Some((meant, named)) = slip.and_then(|meant| Some((meant, words::allergen(&[meant])?))) {
        let label = format!("no {}", plural(meant));
        return Some((at + 1, Meaning::Free(named.allergens), label, named.is_food));
    }
    let (ingredient, length) = words::ingredient(said, any)?;
    // "alcoholic" and the like are no words of a list: they are what "non" is said of.
    let meaning = Meaning::Without(words::mentions(&ingredient));
    let word = said.get(..length)?.join(" ");
    Some((at + length, meaning, not_mentioned(&word), true))
}

/// The allergen that a word is a slip of; other languages have words of their own.
pub(super) fn refused_slip(scan: &Scan<'_>, word: &str) -> Option<&'static str> {
    let is_english = !scan.in_another_language() && scan.heard.is_none();
    slips::refused(word).filter(|_| is_english)
}

pub(super) fn names_allergen(scan: &Scan<'_>, at: usize) -> bool {
    thing(scan, after_articles(scan, at), false)
        .is_some_and(|found| matches!(found.1, Meaning::Free(_)))
}

/// Whether a list goes on without a comma. A food that a dish may be named for does where the list ends with
/// it or goes on: "I can't have nuts fish tacos please" orders some.
fn goes_on(scan: &Scan<'_>, at: usize) -> bool {
    if scan.in_another_language() {
        return names_allergen(scan, at);
    }
    let Some((to, Meaning::Free(_), _, is_food)) = thing(scan, at, false) else {
        return false;
    };
    let is_followed = || after_connector(scan, to).is_some_and(|next| names_allergen(scan, next));
    !is_food || scan.ends_at(to) || is_followed() || (!scan.cut(to) && goes_on(scan, to))
}

/// "Nut allergy" is said "no nuts".
pub(super) fn plural(word: &str) -> String {
    match word {
        "nut" | "tree nut" | "peanut" | "egg" | "sulphite" | "sulfite" | "mollusc"
        | "crustacean" => {
            format!("{word}s")
        }
        _ => word.to_owned(),
    }
}

pub(super) fn not_mentioned(word: &str) -> String {
    format!("{word} not mentioned")
}

pub(super) fn after_articles(scan: &Scan<'_>, mut at: usize) -> usize {
    while !scan.cut(at)
        && matches!(
            scan.word(at),
            Some(
                "any"
                    | "the"
                    | "a"
                    | "an"
                    | "of"
                    | "my"
                    | "added"
                    | "trace"
                    | "traces"
                    | "all"
                    | "both"
                    | "most"
                    | "certain"
                    | "raw"
                    | "whole"
                    | "real"
                    | "kind"
                    | "kinds"
                    | "type"
                    | "types"
                    | "sort"
                    | "sorts"
            )
        )
    {
        at += 1;
    }
    at
}

fn after_products(scan: &Scan<'_>, at: usize) -> usize {
    let takes = !scan.cut(at)
        && matches!(
            scan.word(at),
            Some("product" | "products" | "ingredients" | "allergy" | "allergies")
        );
    if takes { at + 1 } else { at }
}

/// The place after "or", "and", "no", a comma: where the list may go on.
fn after_connector(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let comma = at < scan.tokens.len() && scan.gap(at).contains([',', '/', '&', '+']);
    let mut next = at;
    while matches!(
        scan.word(next),
        Some("or" | "and" | "n" | "nor" | "plus" | "no" | "without")
    ) && (next == at || !scan.cut(next))
        && next < at + 2
    {
        next += 1;
    }
    (comma || next > at).then_some(next)
}
