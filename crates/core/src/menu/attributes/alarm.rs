//! Allergies told as stories, and what is welcome after all.

use super::denied::{is_denied, named_from};
use super::limits::{Refusal, thing};
use super::phrases::{ALLERGY, BARE, HARMS, PLAIN, longest};
use super::scan::Scan;
use super::{Manner, Meaning, limits};

/// What is said of an allergy in English without naming of what.
#[rustfmt::skip]
const ALARMS: [&str; 9] = [
    "allergic", "anaphylactic", "anaphylaxis", "intolerant", "epipen", "hospital", "hospitalized", "ambulance", "hives",
];

/// "Does it have egg? I'm allergic", "I ate prawns and ended up in hospital": of what stands in another sentence.
/// Rather a limit too many.
fn unbound_in_english(scan: &mut Scan<'_>) {
    let alarm = (0..scan.tokens.len()).find(|at| {
        let said = scan.word(*at).unwrap_or_default();
        // "Cake no walnuts, allergy", and no allergy menu.
        let is_noun = scan.manner == Manner::Order && matches!(said, "allergy" | "allergies");
        let next = scan.word(*at + 1);
        let of_menu = matches!(
            next,
            Some(
                "menu" | "info" | "information" | "chart" | "list" | "wise" | "friendly" | "advice"
            )
        );
        (ALARMS.contains(&said) || (is_noun && !of_menu))
            && !is_denied(scan, *at)
            && !is_denied(scan, named_from(scan, *at))
    });
    if alarm.is_none() || scan.has_limit(0, scan.tokens.len()) {
        return;
    }
    match scan.manner {
        Manner::Search => _ = refuse_all(scan, 0, scan.tokens.len()),
        Manner::Order => refuse_named(scan),
    }
}

/// "Fish tacos, no peanuts, I'm allergic", "do they have peanuts? I'm allergic": what is ordered is eaten.
fn refuse_named(scan: &mut Scan<'_>) {
    for at in 0..scan.tokens.len() {
        if let Some(length) = longest(scan, at, PLAIN).or_else(|| asked(scan, at)) {
            limits::refused_by(scan, at, length, Refusal::Allergy);
        }
    }
}

/// The words of a question for what is in a dish: "does it have", "is there".
fn asked(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let before = scan.before(at).unwrap_or_default();
    let of_dish = matches!(
        before,
        "it" | "that" | "this" | "they" | "these" | "those" | "there"
    );
    match scan.word(at)? {
        "have" | "has" | "contain" | "contains" if of_dish => Some(1),
        "there" if matches!(before, "is" | "are") => Some(1),
        "made" | "come" | "comes" | "cooked" if scan.is(at + 1, &["with"]) => Some(2),
        "cooked" | "made" if scan.is(at + 1, &["in"]) => Some(2),
        _ => None,
    }
}

/// An alarm in another language that nothing was read from ("the last time I ate prawns I was taken
/// to hospital"): the allergens of its sentence are refused. Rather a limit too many, which is
/// shown and can be taken away, than one missed.
pub(super) fn unbound(scan: &mut Scan<'_>) {
    if !scan.in_another_language() {
        return unbound_in_english(scan);
    }
    let alarms: Vec<usize> = (0..scan.tokens.len())
        .filter(|at| {
            let said = |phrases| longest(scan, *at, phrases).is_some();
            said(HARMS) || said(ALLERGY) || said(BARE)
        })
        .collect();
    for alarm in alarms {
        let (from, to) = scan.sentence(alarm);
        let is_turned = matches!(scan.before(alarm), Some("not" | "never"));
        if is_turned || scan.has_limit(from, to) {
            continue;
        }
        // "I ate prawns. And then: hospital." Where its own sentence names none, all do.
        if !refuse_all(scan, from, to) && !scan.has_limit(0, scan.tokens.len()) {
            refuse_all(scan, 0, scan.tokens.len());
        }
    }
}

/// Refuses the allergens named in the words `from..to`; whether there are any.
fn refuse_all(scan: &mut Scan<'_>, from: usize, to: usize) -> bool {
    let mut any = false;
    let mut at = from;
    while at < to {
        let found = thing(scan, at, false)
            .filter(|found| matches!(found.1, Meaning::Free(_)) && !is_welcome(scan, found.0));
        at = match found {
            Some((end, meaning, label, _)) => {
                scan.take(at, end, meaning, label);
                any = true;
                end
            }
            None => at + 1,
        };
    }
    any
}

/// Limits in a language that nothing else is read in.
pub(super) fn heard(scan: &mut Scan<'_>) {
    if scan.in_another_language() && !scan.has_limit(0, scan.tokens.len()) {
        scan.hear_after_all();
    }
    let stated = scan.heard.as_ref().map(|heard| heard.stated.clone());
    for stated in stated.unwrap_or_default() {
        if scan.manner == Manner::Order && !stated.is_firm() {
            continue;
        }
        // Its English is that of a guest who looks for a dish, also where one orders.
        let english = stated.english();
        let mut english = Scan::english(&english);
        limits::read(&mut english);
        for found in english.findings() {
            scan.take_bytes(stated.start, stated.end, found.meaning, found.label);
        }
    }
}

/// "… is okay", "… yes".
pub(super) fn is_welcome(scan: &Scan<'_>, at: usize) -> bool {
    let at = at + usize::from(matches!(scan.word(at), Some("is" | "are" | "goes")));
    matches!(scan.word(at), Some("yes" | "ok" | "okay" | "fine" | "good"))
}

/// "No meat, but fish is fine." A vegetarian by name stays one.
pub(super) fn with_fish(scan: &mut Scan<'_>) {
    let place = (0..scan.tokens.len()).find(|at| scan.word(*at) == Some("fish"));
    let Some(at) = place else { return };
    let mut before = at;
    while before > 0 && matches!(scan.before(before), Some("of" | "the" | "eat" | "i")) {
        before -= 1;
    }
    let is_kept = matches!(scan.before(before), Some("but" | "only" | "except"));
    if is_kept || is_welcome(scan, at + 1) {
        scan.turn_diet("vegetarian", "pescatarian");
    }
}
