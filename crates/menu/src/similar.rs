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

/// A typed word, ready to be compared with many. An insertion, a deletion, a change or a swap of
/// neighbours is one edit (optimal string alignment).
pub(crate) struct Typed {
    chars: Vec<char>,
    letters: Letters,
    /// The word compared with, and the last three rows of the alignment: kept to allocate once.
    word: Vec<char>,
    rows: [Vec<u8>; 3],
}

/// Which letters a word has, hashed to 32 bits, and how many characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letters {
    set: u32,
    count: u8,
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
    /// `word` is shorter than 250 characters: edits are counted in a byte.
    pub(crate) fn new(word: &str) -> Self {
        Self {
            chars: word.chars().collect(),
            letters: Letters::of(word),
            word: Vec::new(),
            rows: [Vec::new(), Vec::new(), Vec::new()],
        }
    }

    /// Whether a word of these letters can be within `edits` at all, or with `prefix` a
    /// beginning of it: an edit brings in one letter at most and takes out one at most.
    pub(crate) fn may_be_near(&self, other: Letters, edits: u8, prefix: bool) -> bool {
        // The lengths first: they cost least and refuse most.
        let longer = other.count.saturating_sub(self.letters.count);
        let shorter = self.letters.count.saturating_sub(other.count);
        if shorter > edits || (longer > edits && !prefix) {
            return false;
        }
        let edits = u32::from(edits);
        (self.letters.set & !other.set).count_ones() <= edits
            && (prefix || (other.set & !self.letters.set).count_ones() <= edits)
    }

    /// Edits to `word`, or with `prefix` to the nearest beginning of it; `None` where they are
    /// more than `most`.
    pub(crate) fn edits(&mut self, word: &str, most: u8, prefix: bool) -> Option<u8> {
        self.word.clear();
        // No beginning longer than this is near.
        let length = self.chars.len() + usize::from(most) + 1;
        self.word.extend(word.chars().take(length));
        let [before, above, row] = &mut self.rows;
        above.clear();
        above.extend((0..=self.word.len()).map(|at| u8::try_from(at).unwrap_or(u8::MAX)));
        for (i, typed) in self.chars.iter().enumerate() {
            row.clear();
            row.push(above[0].saturating_add(1));
            for (j, other) in self.word.iter().enumerate() {
                let mut best = (above[j] + u8::from(typed != other))
                    .min(above[j + 1].saturating_add(1))
                    .min(row[j].saturating_add(1));
                if i > 0 && j > 0 && *typed == self.word[j - 1] && self.chars[i - 1] == *other {
                    best = best.min(before[j - 1] + 1);
                }
                row.push(best);
            }
            if row.iter().all(|edits| *edits > most) {
                return None;
            }
            std::mem::swap(before, above);
            std::mem::swap(above, row);
        }
        let edits = if prefix {
            above.iter().min()
        } else {
            above.last()
        };
        edits.copied().filter(|edits| *edits <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::{Letters, Typed, dice, only_doubles_differ, sound, trigrams};
    use proptest::prelude::*;

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
                let mut pattern = Typed::new(typed);
                assert_eq!(pattern.edits(word, 2, false), expected, "{typed} {word}");
                if expected.is_some() {
                    assert!(
                        pattern.may_be_near(Letters::of(word), 2, false),
                        "{typed} {word}"
                    );
                }
            }
        }
        let mut typed = Typed::new("capucc");
        assert_eq!(typed.edits("cappuccino", 1, true), Some(1));
        assert_eq!(typed.edits("cappuccino", 1, false), None);
        assert_eq!(typed.edits("taco", 1, true), None);
        assert!(typed.may_be_near(Letters::of("cappuccino"), 1, true));
        assert!(!typed.may_be_near(Letters::of("cappuccino"), 1, false));
    }

    proptest! {
        /// The quick look never refuses what the alignment finds.
        #[test]
        fn the_quick_look_refuses_nothing_near(typed in "[a-d]{0,7}", word in "[a-d]{0,9}") {
            let mut pattern = Typed::new(&typed);
            for prefix in [false, true] {
                for most in 0..=2 {
                    if pattern.edits(&word, most, prefix).is_some() {
                        prop_assert!(pattern.may_be_near(Letters::of(&word), most, prefix));
                    }
                }
            }
        }
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
