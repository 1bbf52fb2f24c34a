//! How alike two written words are: edits, shared trigrams, consonants in common.
//!
//! Invariant: pure functions of the two words, in 0 to 1 where they grade. Words of scripts
//! that are cut into pairs are never compared: two characters share too little to be "similar".

use olympus_core::menu::text;

/// The trigrams of a word with its ends marked: `ramen` → ` ra ram ame men en `. None of
/// numbers and of scripts written in pairs.
pub(crate) fn trigrams(word: &str) -> Vec<[char; 3]> {
    if word.chars().any(|c| c.is_numeric() || text::is_unspaced(c)) {
        return Vec::new();
    }
    let padded: Vec<char> = std::iter::once(' ')
        .chain(word.chars())
        .chain(std::iter::once(' '))
        .collect();
    let mut trigrams: Vec<[char; 3]> = padded.array_windows::<3>().copied().collect();
    trigrams.sort_unstable();
    trigrams.dedup();
    trigrams
}

/// Dice coefficient of two sets of which `shared` are common to both.
pub(crate) fn dice(shared: usize, left: usize, right: usize) -> f32 {
    if left + right == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of trigrams")]
    let (twice, both) = ((2 * shared) as f32, (left + right) as f32);
    twice / both
}

/// A key that Latin words share when they are said alike: the first letter's class, then the
/// classes of the consonants, doubles once. `None` of words too short or not Latin.
pub(crate) fn sound(word: &str) -> Option<String> {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let bytes = word.as_bytes();
    let mut key = String::with_capacity(word.len());
    let mut before = None;
    for (at, &byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let class = match (byte, next) {
            (b'p', b'h') => 'f',
            (b'c', b'e' | b'i' | b'y') | (b's' | b'z', _) => 's',
            (b'c', b'a') if bytes.get(at + 2) == Some(&b'e') => 's',
            (b'c' | b'k' | b'q', _) => 'k',
            (b'h' | b'w', _) if at > 0 => continue,
            (b'a' | b'e' | b'i' | b'o' | b'u' | b'y', _) => {
                if at == 0 {
                    key.push('a');
                }
                before = None;
                continue;
            }
            (b'j', _) => 'g',
            (b'v', _) => 'f',
            (b'd', _) => 't',
            (b'x', _) => 's',
            (other, _) => char::from(other),
        };
        if before.replace(class) != Some(class) {
            key.push(class);
        }
    }
    // Two consonants are common to too many words.
    (key.len() >= 3).then_some(key)
}

/// Whether the words differ only in letters written double: the commonest slip of all.
pub(crate) fn only_doubles_differ(left: &str, right: &str) -> bool {
    let singles = |word: &str| {
        let mut chars: Vec<char> = word.chars().collect();
        chars.dedup();
        chars
    };
    singles(left) == singles(right)
}

/// Longer words are near nothing: a row of their alignment would not fit into a word of 64 bits.
const LONGEST_TYPED: usize = 64;

/// A typed word, ready to be compared with many. An insertion, a deletion, a change or a swap of
/// neighbours is one edit (optimal string alignment).
pub(crate) struct Typed {
    length: usize,
    letters: Letters,
    /// Where each character of ASCII stands: a bit a place.
    ascii: [u64; 128],
    /// The same of others.
    others: Vec<(char, u64)>,
}

/// Which letters a word has, hashed to 32 bits, and how many characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letters {
    pub(crate) set: u32,
    pub(crate) count: u8,
}

impl Letters {
    pub(crate) fn of(word: &str) -> Self {
        let mut letters = Self { set: 0, count: 0 };
        for c in word.chars() {
            letters.set |= 1 << (c as u32 % 32);
            letters.count = letters.count.saturating_add(1);
        }
        letters
    }
}

impl Typed {
    pub(crate) fn new(word: &str) -> Self {
        let mut typed = Self {
            length: word.chars().count(),
            letters: Letters::of(word),
            ascii: [0; 128],
            others: Vec::new(),
        };
        for (at, c) in word.chars().take(LONGEST_TYPED).enumerate() {
            match typed.ascii.get_mut(c as usize) {
                Some(places) => *places |= 1 << at,
                None => typed.others.push((c, 1 << at)),
            }
        }
        typed
    }

    /// Which letters it has, and how many.
    pub(crate) fn letters(&self) -> Letters {
        self.letters
    }

    /// Edits to `word`, or with `prefix` to the nearest beginning of it; `None` where they are
    /// more than `most`.
    ///
    /// A column of the alignment's table is two words of bits, whether the number below is one
    /// more or one less; the next column takes a dozen instructions (Hyyrö, *A bit-vector
    /// algorithm for computing Levenshtein and Damerau edit distances*, 2003).
    pub(crate) fn edits(&self, word: &str, most: u8, prefix: bool) -> Option<u8> {
        let last = match self.length {
            0 => {
                return u8::try_from(if prefix { 0 } else { word.chars().count() })
                    .ok()
                    .filter(|edits| *edits <= most);
            }
            1..=LONGEST_TYPED => 1_u64 << (self.length - 1),
            _ => return None,
        };
        // No beginning longer than this is near.
        let longest = self.length + usize::from(most) + 1;
        let (mut more, mut less) = (!0_u64, 0_u64);
        let (mut same, mut places_before) = (0_u64, 0_u64);
        let mut edits = self.length;
        let mut nearest = edits;
        for c in word.chars().take(longest) {
            let places = self.places(c);
            let swapped = ((!same & places) << 1) & places_before;
            same = ((places & more).wrapping_add(more) ^ more) | places | less | swapped;
            let (right_more, right_less) = (less | !(same | more), same & more);
            edits += usize::from(right_more & last != 0);
            edits -= usize::from(right_less & last != 0);
            let right_more = right_more << 1 | 1;
            more = (right_less << 1) | !(same | right_more);
            less = right_more & same;
            places_before = places;
            nearest = nearest.min(edits);
        }
        let edits = if prefix { nearest } else { edits };
        u8::try_from(edits).ok().filter(|edits| *edits <= most)
    }

    fn places(&self, c: char) -> u64 {
        let others = || self.others.iter().filter(|(other, _)| *other == c);
        let places = self.ascii.get(c as usize).copied();
        places.unwrap_or_else(|| others().fold(0, |all, (_, place)| all | place))
    }
}

#[cfg(test)]
mod tests {
    use super::{Typed, dice, only_doubles_differ, sound, trigrams};
    use proptest::prelude::*;

    /// The table of the alignment, as it is taught: edits from each beginning of one word to each of
    /// the other.
    fn table(typed: &str, word: &str) -> Vec<Vec<usize>> {
        let (typed, word): (Vec<char>, Vec<char>) =
            (typed.chars().collect(), word.chars().collect());
        let mut rows: Vec<Vec<usize>> = vec![(0..=word.len()).collect()];
        for i in 1..=typed.len() {
            let mut row = vec![i];
            for j in 1..=word.len() {
                let differ = usize::from(typed[i - 1] != word[j - 1]);
                let mut best = (rows[i - 1][j - 1] + differ)
                    .min(rows[i - 1][j] + 1)
                    .min(row[j - 1] + 1);
                if i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                row.push(best);
            }
            rows.push(row);
        }
        rows
    }

    proptest! {
        #[test]
        fn bits_say_what_the_table_says(
            typed in "[a-cé]{0,9}|[ab]{60,64}", word in "[a-cé]{0,9}|[ab]{60,66}",
        ) {
            let last = table(&typed, &word).pop().unwrap_or_default();
            let pattern = Typed::new(&typed);
            for most in 0..5_u8 {
                let within = |edits: Option<&usize>| {
                    edits.and_then(|e| u8::try_from(*e).ok()).filter(|e| *e <= most)
                };
                prop_assert_eq!(pattern.edits(&word, most, false), within(last.last()));
                prop_assert_eq!(pattern.edits(&word, most, true), within(last.iter().min()));
            }
        }
    }

    #[test]
    fn counts_edits_with_swaps_as_one() {
        for (left, right, expected) in [
            ("pizza", "pizza", Some(0)),
            ("pizza", "pzza", Some(1)),
            ("pizza", "piza", Some(1)),
            ("pizza", "pziza", Some(1)),
            ("pizza", "pizzaria", None),
            ("pizza", "", None),
            ("", "", Some(0)),
            ("μουσακασ", "μουσκασ", Some(1)),
            ("ceser", "caesar", Some(2)),
            ("abcd", "dcba", None),
        ] {
            for (typed, word) in [(left, right), (right, left)] {
                let pattern = Typed::new(typed);
                assert_eq!(pattern.edits(word, 2, false), expected, "{typed} {word}");
            }
        }
        let typed = Typed::new("capucc");
        assert_eq!(typed.edits("cappuccino", 1, true), Some(1));
        assert_eq!(typed.edits("cappuccino", 1, false), None);
        assert_eq!(typed.edits("taco", 1, true), None);
    }

    #[test]
    fn doubles_are_the_commonest_slip() {
        assert!(only_doubles_differ("cokie", "cookie") && only_doubles_differ("pizza", "piza"));
        assert!(!only_doubles_differ("coke", "cokie"));
    }

    #[test]
    fn words_said_alike_share_their_sound() {
        for (left, right) in [
            ("caesar", "ceser"),
            ("zucchini", "zookeeni"),
            ("zucchini", "zoocheeni"),
            ("ketchup", "catchip"),
            ("caesar", "ceasser"),
            ("spaghetti", "spagety"),
        ] {
            assert_eq!(sound(left), sound(right), "{left} {right}");
            assert!(sound(left).is_some(), "{left}");
        }
        assert_eq!(sound("taco"), None);
        assert_ne!(sound("kebab"), sound("kebap"));
        assert_eq!(sound("борщ"), None);
    }

    #[test]
    fn trigrams_mark_the_ends_and_leave_numbers_out() {
        assert_eq!(trigrams("ab"), [[' ', 'a', 'b'], ['a', 'b', ' ']]);
        assert!(
            trigrams("16").is_empty() && trigrams("牛肉").is_empty() && trigrams("").is_empty()
        );
        assert!((dice(2, 3, 3) - 2.0 / 3.0).abs() < 1e-6);
        assert!(dice(0, 0, 0).abs() < f32::EPSILON);
    }
}
