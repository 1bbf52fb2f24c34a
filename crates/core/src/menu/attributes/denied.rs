//! Allergies that nobody has: "not allergic", "no nut allergies", "are you allergic".

use super::before::ending_at;
use super::limits::{after_articles, names_allergen, thing};
use super::scan::Scan;

/// Whether nobody has what is named from `at` on: "not allergic", "no nut allergies", "I don't have an egg allergy",
/// "are you allergic".
pub(super) fn is_denied(scan: &Scan<'_>, at: usize) -> bool {
    denied_from(scan, at).is_some()
}

/// Whether a guest asks somebody else: "are you allergic", and not "thank you, allergic to nuts" without its comma.
pub(super) fn is_asked(scan: &Scan<'_>, at: usize) -> bool {
    let is_you = scan.before(at) == Some("you") && !scan.cut(at);
    let before = at.checked_sub(1).and_then(|you| scan.before(you));
    is_you
        && matches!(
            before,
            Some("are" | "r" | "do" | "did" | "can" | "were" | "if")
        )
}

/// The word that says so.
fn denied_from(scan: &Scan<'_>, mut at: usize) -> Option<usize> {
    let before = |at: usize| scan.before(at).filter(|_| !scan.cut(at));
    let is_between = |word: &str| {
        matches!(
            word,
            "a" | "an"
                | "have"
                | "has"
                | "got"
                | "am"
                | "is"
                | "are"
                | "really"
                | "longer"
                | "one"
                | "that"
                | "of"
                | "us"
                | "them"
                | "severe"
                | "bad"
        )
    };
    let asks = is_asked(scan, at);
    let own = at;
    while before(at).is_some_and(is_between) {
        at -= 1;
    }
    let denies = matches!(
        before(at),
        Some(
            "not"
                | "no"
                | "never"
                | "isnt"
                | "arent"
                | "nobody"
                | "none"
                | "neither"
                | "any"
                | "without"
                | "if"
                | "anyone"
                | "zero"
                | "dont"
                | "doesnt"
                | "nor"
        )
    );
    match (denies, asks) {
        (true, _) => at.checked_sub(1),
        (false, true) => own.checked_sub(1),
        _ => None,
    }
}

/// The first word of the thing that an allergy at `at` is called by: "nut allergy", and not "no peanuts, allergy"
/// or "no peanuts allergy", which leave them out.
pub(super) fn named_from(scan: &Scan<'_>, at: usize) -> usize {
    let is_one = scan.word(at).is_some_and(|word| !word.ends_with('s'));
    let is_many = scan.before(at).is_some_and(|word| word.ends_with('s'));
    match ending_at(scan, at) {
        Some((from, ..)) if !(scan.cut(at) || is_one && is_many) => from,
        _ => at,
    }
}

/// Notes the allergies that nobody has: their words are no part of an order.
pub(super) fn read(scan: &mut Scan<'_>) {
    for at in 0..scan.tokens.len() {
        let is_named = matches!(
            scan.word(at),
            Some(
                "allergy"
                    | "allergies"
                    | "allergic"
                    | "intolerant"
                    | "intolerance"
                    | "celiac"
                    | "coeliac"
            )
        );
        if !is_named {
            continue;
        }
        let Some(from) = denied_from(scan, named_from(scan, at)).or_else(|| denied_from(scan, at))
        else {
            continue;
        };
        // "Not allergic to nuts or eggs", "… to anything"
        let mut to = at + 1;
        if matches!(scan.word(to), Some("to" | "too")) {
            to += 1;
            to += usize::from(matches!(scan.word(to), Some("anything" | "any")));
            while let Some((end, ..)) = thing(scan, after_articles(scan, to), false) {
                to = end;
                match scan.word(to) {
                    Some("or" | "and" | "nor") if !scan.cut(to) && names_allergen(scan, to + 1) => {
                        to += 1;
                    }
                    _ => break,
                }
            }
        }
        scan.deny(from, to);
    }
}
