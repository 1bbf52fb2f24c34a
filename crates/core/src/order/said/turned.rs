//! "Brisket sliced" of Sliced Brisket: the two words of a choice, the other first.
//!
//! Invariant: the word that is said last is nothing by itself, and begins no name with the word after it: "egg fried
//! rice" is fried rice.

use crate::order::called::is_grammar;
use crate::order::phrases::{Names, Phrases};
use crate::order::stems::is_amount;

/// Each such choice as the menu prints it. `are_next` tells whether nothing but a blank stands between a word and the
/// next.
pub(super) fn put_back(stems: &mut [String], phrases: &Phrases, are_next: impl Fn(usize) -> bool) {
    let is_word =
        |word: &String| word.parse::<u32>().is_err() && !is_grammar(word) && !is_amount(word);
    let is_printed = |names: &Names| {
        let is_exact = names.options.iter().any(|option| !option.derived);
        !names.is_size && is_exact
    };
    let is_free = |names: &Names| {
        let is_derived = names.options.iter().all(|option| option.derived);
        (names.items.is_empty() || names.is_part) && is_derived && !names.is_size
    };
    let find = |words: &[&String]| {
        let words: Vec<String> = words.iter().map(|word| (*word).clone()).collect();
        phrases.find(&words)
    };
    for at in 0..stems.len().saturating_sub(1) {
        let Some([what, how]) = stems.get(at..at + 2) else {
            return;
        };
        if !are_next(at) || !is_word(what) || !is_word(how) {
            continue;
        }
        // The one that few pairs pass.
        if !find(&[how, what]).is_some_and(is_printed) || find(&[what, how]).is_some() {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| stems.get(at));
        let is_of_before = before.is_some_and(|before| find(&[before, what]).is_some());
        let next = stems.get(at + 2);
        let is_of_next = next.is_some_and(|next| find(&[how, next]).is_some());
        if find(&[how]).is_none_or(is_free) && !is_of_before && !is_of_next {
            stems.swap(at, at + 1);
        }
    }
}
