//! Limits whose word comes last: "gluten free", "nut allergy", "lactose intolerant".

use super::denied::{is_denied, named_from};
use super::limits::{Refusal, not_mentioned, opens_order, plural, refused_slip};
use super::phrases::{ALLERGY, HARMS, longest};
use super::scan::Scan;
use super::{Manner, Meaning, words};
use crate::menu::slips;

/// "gluten-free", "nut and dairy free", "sugar free".
pub(super) fn free(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let is_free = scan.word(at) == Some("free") || is_slip_of_free(scan, at);
    let is_free = is_free && !scan.cut(at);
    let other = matches!(
        scan.word(at + 1),
        Some("range" | "refill" | "refills" | "of" | "from" | "delivery" | "wifi" | "style")
    ) && !scan.cut(at + 1);
    if !is_free || other {
        return None;
    }
    // "A regular bun, not gluten free"
    let from = ending_at(scan, at).map_or(at, |(from, ..)| from);
    if scan.manner == Manner::Order && matches!(scan.before(from), Some("not" | "no")) {
        return None;
    }
    suffixed(scan, at, at + 1, Refusal::Plain)
}

/// "Glutn fre": right after an allergen; a fish fee is to be paid.
fn is_slip_of_free(scan: &Scan<'_>, at: usize) -> bool {
    let named = || ending_at(scan, at);
    let is_free = |found: (usize, Meaning, String, bool)| {
        let is_word = scan.word(at) == Some("fee");
        matches!(found.1, Meaning::Free(_)) && !(is_word && found.3)
    };
    scan.word(at).is_some_and(slips::is_of_free) && named().is_some_and(is_free)
}

/// "lactose intolerant", "nut allergy".
pub(super) fn allergy_named(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let said = matches!(
        scan.word(at),
        Some(
            "intolerant"
                | "intolerance"
                | "intolerances"
                | "allergy"
                | "allergies"
                | "allergic"
                | "sensitivity"
                | "sensitive"
        )
    );
    let turned = |phrases| longest(scan, at, phrases).filter(|_| scan.in_another_language());
    let length = match said {
        true => 1,
        // "Tremoços não posso comer."
        false => longest(scan, at, HARMS).or_else(|| turned(ALLERGY))?,
    };
    // "Il latte, mi fa male": a comma may part the thing from what it does.
    if scan.cut(at) && (said || !matches!(scan.gap(at).trim(), "," | ":")) {
        return None;
    }
    // "No nut allergies", "I don't have an egg allergy"
    if said && !scan.in_another_language() && is_denied(scan, named_from(scan, at)) {
        return None;
    }
    suffixed(scan, at, at + length, Refusal::Allergy)
}

/// The allergens that stand before `at`, back to the first of a list; `to` is after the word that
/// refuses them.
fn suffixed(scan: &mut Scan<'_>, at: usize, to: usize, refusal: Refusal) -> Option<usize> {
    let mut found: Vec<(usize, usize, Meaning, String)> = Vec::new();
    let mut end = at;
    let is_order = scan.manner == Manner::Order;
    while let Some((from, meaning, label, is_food)) = ending_at(scan, end) {
        // "With egg, and nut free" in an order has the egg.
        if is_order && !found.is_empty() && scan.before(from).is_some_and(opens_list) {
            break;
        }
        // "fish and gluten free chips" are fish.
        let doubtful = refusal == Refusal::Plain && is_food && !found.is_empty();
        if doubtful && !scan.ends_at(to) {
            break;
        }
        found.push((from, end, meaning, label));
        // "The squid and the octopus make me sick."
        let mut from = from;
        while from > 0
            && !scan.cut(from)
            && matches!(scan.before(from), Some("the" | "a" | "to" | "of"))
        {
            from -= 1;
        }
        let comma = scan.gap(from).contains([',', '/', '&', '+']);
        let joined = matches!(scan.before(from), Some("and" | "or")) && !scan.cut(from);
        // "Tacos with cheese, nut allergy"; of several allergies a list is told.
        let is_list = !is_order || matches!(scan.word(at), Some("allergies" | "intolerances"));
        let named =
            || ending_at(scan, from).filter(|_| refusal == Refusal::Allergy && !scan.cut(from));
        match (joined, comma && is_list) {
            (true, _) => end = from - 1,
            (false, true) if from > 0 => end = from,
            // "Egg peanut soy allergy"
            _ if named().is_some_and(|(_, meaning, _, is_food)| {
                matches!(meaning, Meaning::Free(_)) && !(is_order && is_food && found.len() < 2)
            }) =>
            {
                end = from;
            }
            _ if refusal == Refusal::Allergy && scan.in_another_language() => end = from,
            _ => break,
        }
    }
    let many = found.len();
    for (number, (from, end, meaning, label)) in found.into_iter().enumerate() {
        // The last of the list, which comes first here, takes the word that refuses.
        let to = if number == 0 { to } else { end };
        let from = match number + 1 == many {
            true => from,
            false => from.saturating_sub(usize::from(
                scan.before(from) == Some("and") || scan.before(from) == Some("or"),
            )),
        };
        scan.take(from, to, meaning, label);
    }
    (many > 0).then_some(to)
}

/// Whether what comes after a word is on the dish.
fn opens_list(word: &str) -> bool {
    opens_order(word) && !matches!(word, "a" | "an")
}

/// The longest allergen or ingredient whose last word is before `end`.
pub(super) fn ending_at(scan: &Scan<'_>, end: usize) -> Option<(usize, Meaning, String, bool)> {
    for length in [3, 2, 1] {
        let Some(from) = end.checked_sub(length) else {
            continue;
        };
        let said: Option<Vec<&str>> = (from..end)
            .map(|at| scan.word(at).filter(|_| at == from || !scan.cut(at)))
            .collect();
        let Some(said) = said else { continue };
        if let Some(named) = words::allergen(&said)
            && named.length == length
            && !named.allergens.is_empty()
        {
            let label = format!("no {}", plural(&said.join(" ")));
            return Some((from, Meaning::Free(named.allergens), label, named.is_food));
        }
        if let Some((ingredient, taken)) = words::ingredient(&said, false)
            && taken == length
        {
            let meaning = Meaning::Without(words::mentions(&ingredient));
            return Some((from, meaning, not_mentioned(&said.join(" ")), true));
        }
    }
    let from = end.checked_sub(1)?;
    let meant = refused_slip(scan, scan.word(from)?)?;
    let named = words::allergen(&[meant])?;
    let label = format!("no {}", plural(meant));
    Some((from, Meaning::Free(named.allergens), label, named.is_food))
}
