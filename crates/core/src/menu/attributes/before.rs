//! Limits whose word comes last: "gluten free", "nut allergy", "lactose intolerant".

use super::limits::{Refusal, not_mentioned, plural, refused_slip};
use super::phrases::{ALLERGY, HARMS, longest};
use super::scan::Scan;
use super::{Meaning, words};

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
    suffixed(scan, at, at + 1, Refusal::Plain)
}

/// "Glutn fre": right after an allergen.
fn is_slip_of_free(scan: &Scan<'_>, at: usize) -> bool {
    let is_slip = matches!(
        scan.word(at),
        Some(
            "fre" | "fee" | "freee" | "frree" | "fere" | "ree" | "frew" | "frer" | "rfee" | "feee"
        )
    );
    let named = || ending_at(scan, at);
    is_slip && named().is_some_and(|(_, meaning, ..)| matches!(meaning, Meaning::Free(_)))
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
    suffixed(scan, at, at + length, Refusal::Allergy)
}

/// The allergens that stand before `at`, back to the first of a list; `to` is after the word that
/// refuses them.
fn suffixed(scan: &mut Scan<'_>, at: usize, to: usize, refusal: Refusal) -> Option<usize> {
    let mut found: Vec<(usize, usize, Meaning, String)> = Vec::new();
    let mut end = at;
    while let Some((from, meaning, label, is_food)) = ending_at(scan, end) {
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
        match (joined, comma) {
            (true, _) => end = from - 1,
            (false, true) if from > 0 => end = from,
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

/// The longest allergen or ingredient whose last word is before `end`.
fn ending_at(scan: &Scan<'_>, end: usize) -> Option<(usize, Meaning, String, bool)> {
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
