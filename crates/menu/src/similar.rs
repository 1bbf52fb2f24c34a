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

/// Edits from one word to the other: an insertion, a deletion, a change or a swap of neighbours
/// is one (optimal string alignment).
pub(crate) fn edits(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    alignment(&left, &right).last().copied().unwrap_or(0)
}

/// Edits from `typed` to the nearest beginning of `word`.
pub(crate) fn prefix_edits(typed: &str, word: &str) -> usize {
    let typed: Vec<char> = typed.chars().collect();
    let word: Vec<char> = word.chars().collect();
    alignment(&typed, &word).into_iter().min().unwrap_or(0)
}

/// The last row of the alignment: edits from all of `left` to each beginning of `right`.
fn alignment(left: &[char], right: &[char]) -> Vec<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(above.len());
        row.push(i + 1);
        for (j, r) in right.iter().enumerate() {
            let mut best = (above[j] + usize::from(l != r))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *l == right[j - 1] && left[i - 1] == *r {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above
}

#[cfg(test)]
mod tests {
    use super::{dice, edits, only_doubles_differ, prefix_edits, sound, trigrams};

    #[test]
    fn counts_edits_with_swaps_as_one() {
        for (left, right, expected) in [
            ("pizza", "pizza", 0),
            ("pizza", "pzza", 1),
            ("pizza", "piza", 1),
            ("pizza", "pziza", 1),
            ("pizza", "", 5),
            ("", "", 0),
            ("μουσακασ", "μουσκασ", 1),
            ("ceser", "caesar", 2),
        ] {
            assert_eq!(edits(left, right), expected, "{left} {right}");
            assert_eq!(edits(right, left), expected, "{right} {left}");
        }
        assert_eq!(prefix_edits("capucc", "cappuccino"), 1);
        assert_eq!(prefix_edits("capp", "cappuccino"), 0);
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
