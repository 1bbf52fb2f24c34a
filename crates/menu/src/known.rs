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

/// From each word on, the most words that together are a name of the lexicon, with the entries of
/// that name that `fits` lets pass.
pub(crate) fn names_in<'a>(
    tokens: &'a [Token],
    fits: impl Fn(&Entry) -> bool + 'a,
) -> impl Iterator<Item = (Range<usize>, Vec<&'static Entry>)> + 'a {
    let words: Vec<String> = tokens.iter().map(|token| singular(&token.word)).collect();
    (0..words.len()).filter_map(move |from| {
        let most = lexicon::longest_name().min(words.len() - from);
        (1..=most).rev().find_map(|length| {
            let range = from..from + length;
            let joined = words.get(range.clone())?.concat();
            let called = lexicon::called(&joined);
            let entries: Vec<_> = called
                .filter(|entry| names_one_thing(entry) && fits(entry))
                .collect();
            (!entries.is_empty()).then_some((range, entries))
        })
    })
}
