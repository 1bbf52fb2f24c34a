//! The words of this index: those of `olympus_core::menu::text`, Greek and Cyrillic in Latin
//! letters, plurals folded.
//!
//! Invariant: items and queries go through the same function, so a fold that is linguistically
//! rough (`fries` → `fri`) still matches itself. Never shown to people.

use crate::translit;
use olympus_core::menu::text;
use std::borrow::Cow;

/// A word of a text and the term that it is indexed as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What is looked up.
    pub(crate) term: String,
    /// The word as it was normalised, plural and all.
    pub(crate) word: String,
    /// First byte in the original text.
    pub(crate) start: usize,
    /// First byte after it.
    pub(crate) end: usize,
}

/// The tokens of `text`, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    text::words(text)
        .into_iter()
        .map(|word| Token {
            term: term(&word.text),
            word: word.text,
            start: word.start,
            end: word.end,
        })
        .collect()
}

/// Two neighbours as one term: `cheese` `burgers` → `cheeseburger`. None for numbers and for
/// scripts that are cut into pairs anyway.
pub(crate) fn joined(left: &Token, right: &Token) -> Option<String> {
    let joins = |token: &Token| {
        token.word.chars().all(char::is_alphabetic) && !token.word.chars().any(text::is_unspaced)
    };
    (joins(left) && joins(right)).then(|| term(&format!("{}{}", left.word, right.word)))
}

/// What a normalised word is indexed as.
pub(crate) fn term(word: &str) -> String {
    fold(&translit::latin(word)).into_owned()
}

/// Folds English plurals: a final `s` goes, then a final `ie` or `y` is an `i`, so that
/// `cherry`, `cherries`, `cookie` and `cookies` each meet their other number.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    let long = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let stem = match word {
        _ if !long => word,
        _ if ["ches", "shes", "xes", "sses", "oes"]
            .iter()
            .any(|end| word.ends_with(end)) =>
        {
            &word[..word.len() - 2]
        }
        _ if word.ends_with("ss") || word.ends_with("us") => word,
        _ => word.strip_suffix('s').unwrap_or(word),
    };
    let ending = ["ie", "y"].into_iter().find(|end| stem.ends_with(end));
    match ending {
        Some(end) if stem.len() >= 3 + end.len() - 1 && stem.is_ascii() => {
            Cow::Owned(format!("{}i", &stem[..stem.len() - end.len()]))
        }
        _ => Cow::Borrowed(stem),
    }
}

/// Words of ordering speech and of grammar. They are not scored where other words remain.
#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "a", "about", "again", "all", "also", "am", "an", "and", "any", "anything", "are", "as", "at",
    "be", "bring", "but", "by", "can", "could", "d", "did", "do", "does", "dont", "else", "for",
    "from", "get", "give", "go", "gonna", "got", "grab", "had", "has", "have", "hello", "hey",
    "hi", "how", "i", "id", "if", "ill", "im", "in", "is", "it", "its", "ive", "just", "know",
    "lemme", "let", "lets", "like", "ll", "looking", "m", "make", "may", "maybe", "me", "my",
    "need", "of", "ok", "okay", "on", "or", "order", "our", "please", "pls", "re", "really", "s",
    "serve", "show", "so", "some", "something", "t", "take", "thank", "thanks", "that", "the",
    "then", "there", "these", "they", "thing", "this", "those", "to", "try", "u", "uh", "um",
    "us", "ve", "wanna", "want", "was", "we", "well", "what", "whats", "which", "will", "with",
    "would", "yeah", "yes", "you", "your",
];

/// Whether the normalised word says nothing about a dish.
pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{STOP_WORDS, fold, is_stop_word, joined, tokens};

    #[test]
    fn both_numbers_of_a_word_meet() {
        for (one, many) in [
            ("taco", "tacos"),
            ("cherry", "cherries"),
            ("cookie", "cookies"),
            ("smoothie", "smoothies"),
            ("potato", "potatoes"),
            ("sandwich", "sandwiches"),
            ("dish", "dishes"),
            ("box", "boxes"),
            ("pie", "pies"),
            ("fry", "fries"),
            ("egg", "eggs"),
            ("noodle", "noodles"),
            ("hummus", "hummus"),
        ] {
            assert_eq!(fold(one), fold(many), "{one}");
        }
        for other in [
            ("hummus", "hummu"),
            ("soup", "soap"),
            ("μουσακασ", "μουσακα"),
        ] {
            assert_ne!(fold(other.0), fold(other.1));
        }
    }

    #[test]
    fn neighbours_join_and_numbers_do_not() {
        let words = tokens("Cheese Burgers 2 牛肉面");
        assert_eq!(
            joined(&words[0], &words[1]).as_deref(),
            Some("cheeseburger")
        );
        assert_eq!(joined(&words[1], &words[2]), None);
        assert_eq!(joined(&words[3], &words[4]), None);
    }

    #[test]
    fn stop_words_are_sorted_for_the_search() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("please") && !is_stop_word("pizza"));
    }
}
