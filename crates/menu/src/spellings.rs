//! How the words of a menu are spelt, and which of them are near a typed word.
//!
//! Invariant: finds every spelling that [`Typed::edits`] calls near. They lie by their length, so
//! that those too short or too long are passed over unseen, and of the others a word of 32 bits
//! tells most that cannot be near.

use crate::similar::{Letters, Typed};
use crate::vocabulary::TermId;

/// Longer spellings lie together.
const LONGEST: usize = 64;

/// Spellings, shortest first.
#[derive(Debug)]
pub(crate) struct Spellings {
    /// Which letters each has.
    letters: Vec<u32>,
    words: Vec<(TermId, Box<str>)>,
    /// Where those of each length begin; one more at the end.
    from: Vec<usize>,
}

impl Spellings {
    pub(crate) fn of(mut words: Vec<(TermId, Box<str>)>) -> Self {
        let length = |word: &str| usize::from(Letters::of(word).count).min(LONGEST);
        words.sort_by_cached_key(|(id, word)| (length(word), *id));
        let starts =
            (0..=LONGEST + 1).map(|least| words.partition_point(|(_, word)| length(word) < least));
        Self {
            letters: words.iter().map(|(_, w)| Letters::of(w).set).collect(),
            from: starts.collect(),
            words,
        }
    }

    /// Terms that have a spelling within `edits` of `word`, or with `prefix` one of which a
    /// beginning is, and how far each is; a term may come twice.
    pub(crate) fn near(&self, word: &str, edits: u8, prefix: bool) -> Vec<(TermId, u8)> {
        let typed = Typed::new(word);
        let Letters { set, count } = typed.letters();
        let least = usize::from(count.saturating_sub(edits)).min(LONGEST);
        let most = if prefix {
            LONGEST
        } else {
            usize::from(count.saturating_add(edits)).min(LONGEST)
        };
        let range = self.from[least]..self.from[most + 1];
        let mut near = Vec::new();
        let spellings = self.letters[range.clone()].iter().zip(&self.words[range]);
        for (&letters, (id, spelling)) in spellings {
            // An edit brings in one letter at most and takes out one at most.
            let may_be =
                at_most(set & !letters, edits) && (prefix || at_most(letters & !set, edits));
            if may_be && let Some(distance) = typed.edits(spelling, edits, prefix) {
                near.push((*id, distance));
            }
        }
        near
    }
}

/// Whether no more than `most` bits are set. Counting them takes a dozen instructions where the
/// processor may be any; edits are two at most.
#[inline(always)]
fn at_most(bits: u32, most: u8) -> bool {
    let without_lowest = |bits: u32| bits & bits.wrapping_sub(1);
    match most {
        0 => bits == 0,
        1 => without_lowest(bits) == 0,
        2 => without_lowest(without_lowest(bits)) == 0,
        _ => bits.count_ones() <= u32::from(most),
    }
}

#[cfg(test)]
mod tests {
    use super::Spellings;
    use crate::similar::Typed;
    use proptest::prelude::*;

    proptest! {
        /// What is passed over is not near.
        #[test]
        fn all_that_is_near_is_found(
            typed in "[a-d]{0,7}",
            words in prop::collection::vec("[a-d]{0,9}|[a-b]{60,70}", 0..20),
            edits in 0_u8..4,
            prefix: bool,
        ) {
            let numbered: Vec<(u32, Box<str>)> =
                (0..).zip(&words).map(|(id, word)| (id, word.as_str().into())).collect();
            let mut near = Spellings::of(numbered.clone()).near(&typed, edits, prefix);
            near.sort_unstable();
            let pattern = Typed::new(&typed);
            let expected: Vec<(u32, u8)> = numbered
                .iter()
                .filter_map(|(id, word)| Some((*id, pattern.edits(word, edits, prefix)?)))
                .collect();
            prop_assert_eq!(near, expected);
        }
    }

    #[test]
    fn very_long_words_meet_too() {
        let long = "a".repeat(64);
        let spellings = Spellings::of(vec![(0, "a".repeat(100).into()), (1, "a".into())]);
        assert_eq!(spellings.near(&long, 0, true), [(0, 0)]);
        assert_eq!(spellings.near("a", 0, true), [(1, 0), (0, 0)]);
    }
}
