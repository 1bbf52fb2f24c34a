//! Slips of the fingers.
//!
//! A word of at least three letters slips with probability 0.10, 0.20 or 0.40 (levels 1, 2, 3), at
//! most once, in one of four ways that are equally likely: two neighbouring letters swapped, a
//! letter dropped, a letter doubled, the key beside it hit (QWERTY). The first letter stays, as it
//! nearly always does when people type.

use super::Level;
use crate::random::Random;

/// Chance of a slip in a word, by level.
const RATE: [f64; 3] = [0.10, 0.20, 0.40];
/// Letters that a word needs to slip.
const LEAST_LETTERS: usize = 3;
const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

pub(super) fn disturb(text: &str, level: Level, random: &mut Random) -> String {
    let word = |word: &str, random: &mut Random| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        match letters >= LEAST_LETTERS && random.chance(level.of(RATE)) {
            true => slip(word, random),
            false => word.to_owned(),
        }
    };
    // spaces stay as they are
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let bare = piece.trim_end_matches(char::is_whitespace);
            let space = piece.get(bare.len()..).unwrap_or_default();
            word(bare, random) + space
        })
        .collect()
}

fn slip(word: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    // letters after the first one
    let places: Vec<usize> = chars
        .iter()
        .enumerate()
        .filter(|(_, c)| c.is_alphabetic())
        .map(|(at, _)| at)
        .skip(1)
        .collect();
    let Some(&at) = random.pick(&places) else {
        return word.to_owned();
    };
    match random.below(4) {
        0 => swap(&mut chars, &places, random),
        1 => {
            chars.remove(at);
        }
        2 => {
            if let Some(&c) = chars.get(at) {
                chars.insert(at, c);
            }
        }
        _ => {
            if let Some(c) = chars.get_mut(at) {
                *c = beside(*c, random);
            }
        }
    }
    chars.into_iter().collect()
}

/// Two neighbouring letters that differ; nothing where there are none.
fn swap(chars: &mut [char], places: &[usize], random: &mut Random) {
    let pairs: Vec<usize> = places
        .iter()
        .copied()
        .filter(|&at| places.contains(&(at + 1)) && chars.get(at) != chars.get(at + 1))
        .collect();
    if let Some(&at) = random.pick(&pairs) {
        chars.swap(at, at + 1);
    }
}

/// A key to the left or right; letters that are on no key stay.
fn beside(c: char, random: &mut Random) -> char {
    let lower = c.to_ascii_lowercase();
    let Some((row, at)) = ROWS
        .iter()
        .find_map(|row| row.find(lower).map(|at| (row.as_bytes(), at)))
    else {
        return c;
    };
    let around: Vec<char> = [at.checked_sub(1), Some(at + 1)]
        .into_iter()
        .flatten()
        .filter_map(|at| row.get(at).map(|&key| char::from(key)))
        .collect();
    match random.pick(&around) {
        Some(key) if c.is_ascii_uppercase() => key.to_ascii_uppercase(),
        Some(&key) => key,
        None => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{beside, disturb, slip};
    use crate::noise::Level;
    use crate::random::Random;
    use std::collections::BTreeSet;

    #[test]
    fn every_slip_of_a_short_word_by_hand() {
        let mut random = Random::new(1);
        let seen: BTreeSet<String> = (0..2_000).map(|_| slip("abc", &mut random)).collect();
        // b: v or n beside it; c: x or v beside it
        let want = [
            "acb", "ac", "ab", "abbc", "abcc", "avc", "anc", "abx", "abv",
        ];
        assert_eq!(seen, want.map(str::to_owned).into());
    }

    #[test]
    fn keys_beside_by_hand() {
        let mut random = Random::new(2);
        let mut around =
            |c| -> BTreeSet<char> { (0..50).map(|_| beside(c, &mut random)).collect() };
        assert_eq!(around('q'), ['w'].into());
        assert_eq!(around('G'), ['F', 'H'].into());
        assert_eq!(around('m'), ['n'].into());
        assert_eq!(around('é'), ['é'].into());
    }

    #[test]
    fn so_many_words_slip_and_short_ones_never() {
        let text = "burger ".repeat(5_000);
        for (level, low, high) in [
            (Level::One, 450, 550),
            (Level::Two, 920, 1_080),
            (Level::Three, 1_900, 2_100),
        ] {
            let noisy = disturb(&text, level, &mut Random::new(3));
            let hit = noisy.split(' ').filter(|word| *word != "burger").count();
            assert!((low..high).contains(&hit), "{level:?}: {hit}");
        }
        let short = "to go\tA 4\n";
        assert_eq!(disturb(short, Level::Three, &mut Random::new(1)), short);
    }
}
