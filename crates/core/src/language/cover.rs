//! A sentence cut into the phrases of a language.

use super::Language;
use super::book::Book;
use super::table::Entry;
use crate::menu::text::{Word, typo_budget};

/// A phrase of a language in a sentence, words `from..to`.
pub(super) struct Found {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) entry: Entry,
}

/// Which tables are read.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub(super) book: &'static Book,
    pub(super) language: Language,
}

impl Reader {
    /// The phrases in a sentence, the longest first from the left; `said` is how its words are
    /// spelt, and only words from one to before another that are `open` are a phrase.
    pub(super) fn cover(
        self,
        text: &str,
        words: &[Word],
        said: &[&str],
        is_open: impl Fn(usize, usize) -> bool,
    ) -> Vec<Found> {
        let most = self.book.longest(self.language);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let longest = most.min(words.len() - at);
            let phrase = (1..=longest).rev().find_map(|length| {
                let entry = self.book.find(self.language, said.get(at..at + length)?)?;
                let is_phrase = is_open(at, at + length);
                let is_whole = is_phrase && is_unbroken(text, words.get(at..at + length)?);
                is_whole.then_some((length, entry))
            });
            let (length, entry) = phrase.map_or((1, None), |(length, entry)| (length, Some(entry)));
            found.extend(entry.map(|entry| Found {
                from: at,
                to: at + length,
                entry,
            }));
            at += length;
        }
        found
    }

    /// The words as the tables spell them, where they are a slip away from one; `is_right` says
    /// which are no slip.
    pub(super) fn spelt<'a>(
        self,
        words: &'a [Word],
        is_right: impl Fn(&str) -> bool,
    ) -> Vec<&'a str> {
        let spelt = |word: &'a Word| {
            let word = word.text.as_str();
            let budget = typo_budget(word);
            let is_known = |word| self.book.has(self.language, word) || self.book.is_english(word);
            if budget == 0 || is_known(word) || is_right(word) {
                return word;
            }
            self.book.near(self.language, word, budget).unwrap_or(word)
        };
        words.iter().map(spelt).collect()
    }
}

/// Whether nothing ends a phrase between the words.
fn is_unbroken(text: &str, words: &[Word]) -> bool {
    words.windows(2).all(|pair| match pair {
        [left, right] => !text
            .get(left.end..right.start)
            .unwrap_or_default()
            .contains([',', ';', '.', '!', '?', ':', '(', ')', '\n']),
        _ => true,
    })
}
