//! What customers say in Spanish, French, German, Italian and Portuguese, in the English words
//! that limits and orders are read in.
//!
//! A sentence is taken for a language by its words; then the longest phrases of that language's
//! table stand for their English. Invariant: every word that comes out knows the bytes of the
//! phrase that it came from; a sentence in English comes out as it went in; words in no table
//! stay. Whether a menu already has a word is the caller's to say: what a menu prints is not
//! translated.

mod table;
#[cfg(test)]
mod tests;

use crate::menu::text::{Word, is_unspaced, normalise, typo_budget};
use table::{Entry, Table};

pub use table::Kind;

/// A language that has a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Of both shores.
    Spanish,
    /// As above.
    French,
    /// As above.
    German,
    /// As above.
    Italian,
    /// As above.
    Portuguese,
}

impl Language {
    /// Every one, the likelier first where a sentence could be either.
    pub const ALL: [Self; 5] = [
        Self::Spanish,
        Self::French,
        Self::German,
        Self::Italian,
        Self::Portuguese,
    ];

    /// As BCP 47 writes it: `es`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::Portuguese => "pt",
        }
    }

    /// The language that most words are of; `None` where most are English, or of none of these.
    #[must_use]
    pub fn of(text: &str, words: &[Word]) -> Option<Self> {
        let is_foreign = words.iter().any(|word| table::is_foreign(&word.text));
        if !is_foreign || text.contains(is_unspaced) {
            return None;
        }
        let said: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Self::likeliest(text, words, |_| said.clone()).or_else(|| {
            // With what is misspelt in a language of which something was said.
            Self::likeliest(text, words, |table| {
                match said.iter().any(|word| table.tells(word)) {
                    true => said.iter().map(|word| spelt(word, table)).collect(),
                    false => said.clone(),
                }
            })
        })
    }

    fn likeliest<'a>(
        text: &str,
        words: &[Word],
        said: impl Fn(&'static Table) -> Vec<&'a str>,
    ) -> Option<Self> {
        let mut best: Option<((usize, usize), Self)> = None;
        for language in Self::ALL {
            let said = said(language.table());
            let found = cover(text, words, &said, language.table());
            let (mut own, mut shared, mut english) = (0, 0, 0);
            for (at, word) in said.iter().enumerate() {
                let is_covered = found.iter().any(|f| (f.from..f.to).contains(&at));
                match (is_covered, table::is_foreign(word)) {
                    (true, true) => own += 1,
                    (true, false) => shared += 1,
                    (false, _) => english += usize::from(table::is_english(word)),
                }
            }
            let is_better = best.is_none_or(|(best, _)| (own, shared) > best);
            if own > 0 && own >= english && is_better {
                best = Some(((own, shared), language));
            }
        }
        best.map(|(.., language)| language)
    }

    fn table(self) -> &'static Table {
        table::of(self)
    }
}

/// A phrase of a language in a sentence, words `from..to`.
struct Found {
    from: usize,
    to: usize,
    entry: Entry,
}

/// A phrase that a caller may keep as it is.
#[derive(Debug, Clone, Copy)]
pub struct Phrase<'a> {
    /// Its first word.
    pub from: usize,
    /// Its words.
    pub words: &'a [Word],
    /// What it is.
    pub kind: Kind,
}

/// The words of a sentence in `language` in English, but for the phrases that `keeps` holds on to.
/// `prefers` says which of several English words is the right one here.
#[must_use]
pub fn in_english(
    text: &str,
    words: Vec<Word>,
    language: Language,
    keeps: impl Fn(Phrase<'_>) -> bool,
    prefers: impl Fn(&str) -> bool,
) -> Vec<Word> {
    let table = language.table();
    let said: Vec<&str> = words.iter().map(|word| spelt(&word.text, table)).collect();
    let found = cover(text, &words, &said, table);
    let found = found.into_iter().filter(|found| {
        let said = words.get(found.from..found.to).unwrap_or_default();
        let phrase = Phrase {
            from: found.from,
            words: said,
            kind: found.entry.kind,
        };
        !keeps(phrase)
    });
    replaced(&words, found, prefers)
}

/// As [`in_english`] for a sentence in no one language: only an allergen after a word that refuses
/// it ("something sin gluten").
#[must_use]
pub fn refusals_in_english(text: &str, words: Vec<Word>) -> Vec<Word> {
    if !words.iter().any(|word| table::is_foreign(&word.text)) {
        return words;
    }
    for language in Language::ALL {
        let said: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let found = cover(text, &words, &said, language.table());
        let refused = found.windows(2).position(|pair| {
            matches!(pair, [refusal, thing]
                if refusal.to == thing.from
                    && refusal.entry.refuses()
                    && thing.entry.kind == Kind::Allergen)
        });
        if let Some(at) = refused {
            return replaced(&words, found.into_iter().skip(at).take(2), |_| false);
        }
    }
    words
}

/// A text of which `words` were made English, as it is searched for: words that stayed as they
/// were said.
#[must_use]
pub fn written(text: &str, words: &[Word]) -> String {
    let mut line = String::with_capacity(text.len());
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        let said = text.get(word.start..word.end).unwrap_or_default();
        let stayed = normalise(said) == word.text;
        line.push_str(if stayed { said } else { &word.text });
    }
    if text.ends_with(char::is_whitespace) {
        line.push(' ');
    }
    line
}

fn replaced(
    words: &[Word],
    found: impl Iterator<Item = Found>,
    prefers: impl Fn(&str) -> bool,
) -> Vec<Word> {
    let mut out = Vec::with_capacity(words.len() + 4);
    let mut at = 0;
    for found in found {
        out.extend(
            words
                .get(at..found.from)
                .unwrap_or_default()
                .iter()
                .cloned(),
        );
        let said = words.get(found.from..found.to).unwrap_or_default();
        if let (Some(first), Some(last)) = (said.first(), said.last()) {
            let english = found.entry.english(&prefers);
            out.extend(english.split(' ').map(|word| Word {
                text: word.to_owned(),
                start: first.start,
                end: last.end,
            }));
        }
        at = found.to;
    }
    out.extend(words.get(at..).unwrap_or_default().iter().cloned());
    out
}

/// The phrases of `table` in a sentence, the longest first from the left; `said` is how its words
/// are spelt.
fn cover(text: &str, words: &[Word], said: &[&str], table: &'static Table) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = table.longest.min(words.len() - at);
        let phrase = (1..=longest).rev().find_map(|length| {
            let entry = table.find(said.get(at..at + length)?)?;
            is_unbroken(text, words.get(at..at + length)?).then_some((length, entry))
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

/// The word as `table` spells it, where it is a slip away from one.
fn spelt<'a>(word: &'a str, table: &'static Table) -> &'a str {
    let budget = typo_budget(word);
    if budget == 0 || table.has(word) || table::is_english(word) {
        return word;
    }
    table.near(word, budget).unwrap_or(word)
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
