//! Other names of a dish: "golgappa" finds Pani Puri, since the lexicon has both for one thing.
//!
//! Invariant: an entry of the lexicon is a term of the index that nobody can type, and stands for
//! the words of a printed name that are its name. It says what the name means, which is the
//! lexicon's word; it is no evidence of what a dish is made of.

use crate::analysis::{self, Token};
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

/// Shorter words of a menu's language are words of English too ("king", "pan").
const SHORTEST_FOREIGN: usize = 5;

/// From each word on, the most words that together are a name of the lexicon, with the entries of
/// that name that `fits` lets pass. No name begins or ends with a word of grammar: "root I guess" is
/// no roti. Of what is inside a longer name only what dishes are made of counts: "kung" of kung pao
/// is no shrimp.
pub(crate) fn names_in(
    tokens: &[Token],
    fits: impl Fn(&Entry) -> bool,
) -> impl Iterator<Item = (Range<usize>, Vec<&'static Entry>)> {
    // All words run together, and where each begins.
    let mut joined = String::new();
    let mut starts = vec![0];
    let mut is_grammar = Vec::with_capacity(tokens.len());
    for token in tokens {
        joined.push_str(&singular(&token.word));
        starts.push(joined.len());
        is_grammar.push(analysis::is_stop_word(&token.word));
    }
    (0..tokens.len()).filter_map(move |from| {
        let most = lexicon::longest_name().min(starts.len() - 1 - from);
        let mut is_inside = false;
        let ends = (from + 1..=from + most).rev();
        let mut ends = ends.filter(|to| !is_grammar[from] && !is_grammar[to - 1]);
        ends.find_map(|to| {
            let name = joined.get(starts[from]..starts[to])?;
            let may_be = |entry: &&Entry| {
                let is_plain = entry.kind != Kind::Word || name.len() >= SHORTEST_FOREIGN;
                is_plain && (!is_inside || entry.kind == Kind::Part)
            };
            let called = lexicon::called(name).filter(|entry| names_one_thing(entry));
            let mut called = called.filter(may_be).filter(|entry| fits(entry));
            let first = called.next();
            let rest: Vec<_> = called.collect();
            is_inside |= lexicon::is_name(name);
            let entries = std::iter::once(first?).chain(rest).collect();
            Some((from..to, entries))
        })
    })
}
