//! Other names of a dish: "golgappa" finds Pani Puri, since the lexicon has both for one thing.
//!
//! Invariant: an entry of the lexicon is a term of the index that nobody can type, and stands for
//! the words of a printed name that are its name. It says what the name means, which is the
//! lexicon's word; it is no evidence of what a dish is made of.

use crate::analysis::Token;
use olympus_core::menu::lexicon::{self, Entry, Kind};
use olympus_core::menu::text::singular;
use std::ops::Range;

/// What such terms begin with: no word does.
const MARK: char = '\u{1}';

/// The term of an entry.
pub(crate) fn term(entry: &Entry) -> String {
    format!("{MARK}{}", entry.number)
}

/// Whether `term` stands for an entry.
pub(crate) fn is_known(term: &str) -> bool {
    term.starts_with(MARK)
}

/// Whether the names of the entry are names of one thing. Words of plain English lie together for
/// what they have in common ("toasted", "melted").
pub(crate) fn names_one_thing(entry: &Entry) -> bool {
    entry.kind != Kind::Word || entry.cuisine.is_some()
}

/// The entry that `term` stands for.
pub(crate) fn number(term: &str) -> Option<usize> {
    term.strip_prefix(MARK)?.parse().ok()
}

/// From each word on, the most words that together are a name of the lexicon, with the entries of
/// that name that `fits` lets pass.
pub(crate) fn names_in(
    tokens: &[Token],
    fits: impl Fn(&Entry) -> bool,
) -> impl Iterator<Item = (Range<usize>, Vec<&'static Entry>)> {
    // All words run together, and where each begins.
    let mut joined = String::new();
    let mut starts = vec![0];
    for token in tokens {
        joined.push_str(&singular(&token.word));
        starts.push(joined.len());
    }
    (0..tokens.len()).filter_map(move |from| {
        let most = lexicon::longest_name().min(starts.len() - 1 - from);
        (from + 1..=from + most).rev().find_map(|to| {
            let called = lexicon::called(joined.get(starts[from]..starts[to])?);
            let mut called = called.filter(|entry| names_one_thing(entry) && fits(entry));
            let first = called.next()?;
            Some((from..to, std::iter::once(first).chain(called).collect()))
        })
    })
}
