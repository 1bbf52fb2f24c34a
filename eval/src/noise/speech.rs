//! What a microphone and a recogniser make of an utterance.
//!
//! At every level: lower case, no punctuation but the apostrophe inside a word, whole numbers up to
//! twelve as words. Then for each word, with probabilities by level (1, 2, 3), in this order: a
//! small word is lost (0.05, 0.10, 0.20); a word that sounds like another is taken for it (0.10,
//! 0.25, 0.50 of those in the table); a filler comes before it (0.03, 0.06, 0.12); it is said twice
//! (0.02, 0.04, 0.08). The last word standing is never lost.

use super::Level;
use super::confusions::{NUMBERS, others};
use crate::random::Random;

const LOST: [f64; 3] = [0.05, 0.10, 0.20];
const CONFUSED: [f64; 3] = [0.10, 0.25, 0.50];
const FILLED: [f64; 3] = [0.03, 0.06, 0.12];
const REPEATED: [f64; 3] = [0.02, 0.04, 0.08];

const FILLERS: [&str; 10] = [
    "uh",
    "um",
    "er",
    "hmm",
    "like",
    "you know",
    "well",
    "so",
    "okay",
    "let me see",
];

/// Small words whose loss leaves what was meant; `no`, `not` and `off` are not among them.
const SMALL: [&str; 30] = [
    "a", "an", "the", "to", "of", "on", "in", "at", "for", "with", "and", "is", "are", "it", "i",
    "i'd", "i'll", "my", "me", "we", "you", "do", "be", "can", "some", "that", "this", "as", "by",
    "or",
];

pub(super) fn disturb(text: &str, level: Level, random: &mut Random) -> String {
    let words = words(text);
    let mut said: Vec<&str> = Vec::with_capacity(words.len() * 2);
    for (at, word) in words.iter().enumerate() {
        let last_standing = said.is_empty() && at + 1 == words.len();
        let small = SMALL.contains(&word.as_str()) && !last_standing;
        if small && random.chance(level.of(LOST)) {
            continue;
        }
        let alike = others(word);
        let mut heard = word.as_str();
        if !alike.is_empty() && random.chance(level.of(CONFUSED)) {
            heard = random.pick(&alike).copied().unwrap_or(heard);
        }
        if random.chance(level.of(FILLED)) {
            said.extend(random.pick(&FILLERS));
        }
        said.push(heard);
        if random.chance(level.of(REPEATED)) {
            said.push(heard);
        }
    }
    said.join(" ")
}

/// Lower case, no punctuation, small numbers spelt out.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('’', "'");
    lower
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '.')))
        .flat_map(|token| match token.parse::<f64>() {
            // a price keeps its point
            Ok(_) => vec![token],
            Err(_) => token.split('.').collect(),
        })
        .map(|token| token.trim_matches(|c| matches!(c, '\'' | '.')))
        .filter(|token| !token.is_empty())
        .map(|token| spelt(token).unwrap_or(token).to_owned())
        .collect()
}

fn spelt(token: &str) -> Option<&'static str> {
    NUMBERS.get(token.parse::<usize>().ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::{FILLERS, SMALL, disturb, words};
    use crate::noise::Level;
    use crate::random::Random;

    #[test]
    fn case_punctuation_and_digits_go() {
        for (text, want) in [
            ("Two 12oz Cokes, please!", "two 12oz cokes please"),
            ("I’d like 2 — no, 3.", "i'd like two no three"),
            ("It's $3.50/each...", "it's 3.50 each"),
            ("'quoted' 13 a.m.", "quoted 13 a m"),
            ("我要可乐。", "我要可乐"),
        ] {
            assert_eq!(words(text).join(" "), want);
        }
    }

    #[test]
    fn rates_by_counting() {
        // neither small nor in the table
        let plain = "burger ".repeat(10_000);
        let heard = disturb(&plain, Level::Three, &mut Random::new(1));
        let filled = FILLERS
            .iter()
            .map(|filler| heard.matches(&format!(" {filler} burger")).count())
            .sum::<usize>();
        assert!((1_100..1_300).contains(&filled), "{filled}");
        let burgers = heard.matches("burger").count();
        assert!((10_720..10_880).contains(&burgers), "{burgers}");
        let small = "the ".repeat(10_000) + "x";
        let heard = disturb(&small, Level::One, &mut Random::new(2));
        // 5 % lost, 2 % of the rest twice
        let left = heard.split(' ').filter(|word| *word == "the").count();
        assert!((9_600..9_780).contains(&left), "{left}");
        let alike = "ate ".repeat(10_000);
        let heard = disturb(&alike, Level::Two, &mut Random::new(3));
        let confused = heard.split(' ').filter(|word| *word == "eight").count();
        // a quarter, 4 % of it twice
        assert!((2_480..2_720).contains(&confused), "{confused}");
    }

    #[test]
    fn no_negation_is_lost_and_the_last_word_stays() {
        for word in ["no", "not", "don't", "without", "off", "never"] {
            assert!(!SMALL.contains(&word) && !FILLERS.contains(&word), "{word}");
        }
        for seed in 0..500 {
            assert!(!disturb("the", Level::Three, &mut Random::new(seed)).is_empty());
        }
    }
}
