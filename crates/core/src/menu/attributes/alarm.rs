//! Allergies told as stories, and what is welcome after all.

use super::Meaning;
use super::limits::{ALLERGY, HARMS, longest, thing};
use super::scan::Scan;

/// An alarm in another language that nothing was read from ("the last time I ate prawns I was taken
/// to hospital"): the allergens of its sentence are refused. Rather a limit too many, which is
/// shown and can be taken away, than one missed.
pub(super) fn unbound(scan: &mut Scan<'_>) {
    if !scan.in_another_language() {
        return;
    }
    let alarms: Vec<usize> = (0..scan.tokens.len())
        .filter(|at| longest(scan, *at, HARMS).is_some() || longest(scan, *at, ALLERGY).is_some())
        .collect();
    for alarm in alarms {
        let (from, to) = scan.sentence(alarm);
        let is_turned = matches!(scan.before(alarm), Some("not" | "never"));
        if is_turned || scan.has_limit(from, to) {
            continue;
        }
        let mut at = from;
        while at < to {
            let found = thing(scan, at, false)
                .filter(|found| matches!(found.1, Meaning::Free(_)) && !is_welcome(scan, found.0));
            at = match found {
                Some((end, meaning, label, _)) => {
                    scan.take(at, end, meaning, label);
                    end
                }
                None => at + 1,
            };
        }
    }
}

/// "… is okay", "… yes".
pub(super) fn is_welcome(scan: &Scan<'_>, at: usize) -> bool {
    let at = at + usize::from(matches!(scan.word(at), Some("is" | "are" | "goes")));
    matches!(scan.word(at), Some("yes" | "ok" | "okay" | "fine" | "good"))
}

/// "No meat, but fish is fine."
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
