//! "Half pepperoni half mushroom" where the menu has Pepperoni on Half: the half comes first.
//!
//! Invariant: what is read as one of a half is sold on a half, and not called so with the half before it.

use super::SILENT;
use crate::order::phrases::Phrases;

const HALF: &str = "half";
/// What is said of a half with nothing on it.
const BARE: [&str; 2] = ["cheese", "plain"];
/// Most words of what lies on a half.
const MOST: usize = 3;

/// Each half after what lies on it, as menus are found by; of "pepperoni half, mushroom half" it stands there.
pub(super) fn put_after(stems: &mut [String], phrases: &Phrases) {
    let mut from = 0;
    for at in 0..stems.len() {
        if stems.get(at).is_none_or(|stem| stem != HALF) {
            continue;
        }
        let of = |from: usize, end: usize| on_half(stems.get(from..end)?, phrases);
        let stands_after =
            (1..=MOST).any(|count| at >= from + count && of(at - count, at).is_some());
        // "Half cheese half pepperoni": the one half as it comes.
        let is_bare = stems
            .get(at + 1)
            .is_some_and(|what| BARE.contains(&what.as_str()));
        if is_bare && is_half_told(stems, at + 2, phrases) {
            for stem in stems.iter_mut().skip(at).take(2) {
                SILENT.clone_into(stem);
            }
            continue;
        }
        let mut after = (1..=MOST).rev();
        let found = after.find_map(|count| Some((at + count, of(at + 1, at + 1 + count)?)));
        let (false, Some((last, half))) = (stands_after, found) else {
            continue;
        };
        if let Some(stem) = stems.get_mut(at) {
            SILENT.clone_into(stem);
        }
        if let Some(stem) = stems.get_mut(last) {
            *stem = format!("{stem} {half}");
        }
        from = last + 1;
    }
}

/// Whether the other half comes next, of which the menu knows what lies on it.
fn is_half_told(stems: &[String], at: usize, phrases: &Phrases) -> bool {
    let and = usize::from(stems.get(at).is_some_and(|stem| stem == "and"));
    let half = at + and;
    let is_half = stems.get(half).is_some_and(|stem| stem == HALF);
    let told = (1..=MOST).any(|count| {
        let what = stems.get(half + 1..half + 1 + count);
        what.is_some_and(|what| on_half(what, phrases).is_some())
    });
    is_half && told
}

/// How the menu says that something lies on a half.
fn on_half(what: &[String], phrases: &Phrases) -> Option<&'static str> {
    let called = |half: &&&str| {
        let names = phrases.find(&[what, &[(**half).to_owned()]].concat());
        names.is_some_and(|names| names.items.is_empty())
    };
    let is_first = phrases.find(&[&[HALF.to_owned()], what].concat()).is_some();
    ["half", "on half"]
        .iter()
        .find(called)
        .copied()
        .filter(|_| !is_first)
}
