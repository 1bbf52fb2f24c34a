//! Limits and searches in another language, in English.

use super::Language;
use super::book::SEARCH;
use super::cover::{Found, Reader};
use super::table::Kind;
use crate::menu::text::{Word, is_unspaced, normalise};

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

fn reader(language: Language) -> Reader {
    Reader {
        book: &SEARCH,
        language,
    }
}

fn as_said(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

fn says_anything(words: &[Word]) -> bool {
    words.iter().any(|word| SEARCH.is_foreign(&word.text))
}

impl Language {
    /// The language that most words are of; `None` where most are English, or of none of these.
    #[must_use]
    pub fn of(text: &str, words: &[Word]) -> Option<Self> {
        if !says_anything(words) || text.contains(is_unspaced) {
            return None;
        }
        likeliest(text, words, |_| as_said(words)).or_else(|| {
            // With what is misspelt in a language of which something was said.
            likeliest(text, words, |language| {
                let tells = |word: &Word| SEARCH.tells(language, &word.text);
                match words.iter().any(tells) {
                    true => reader(language).spelt(words, |_| false),
                    false => as_said(words),
                }
            })
        })
    }
}

fn likeliest<'a>(
    text: &str,
    words: &[Word],
    said: impl Fn(Language) -> Vec<&'a str>,
) -> Option<Language> {
    let mut best: Option<((usize, usize), Language)> = None;
    for language in Language::ALL {
        let said = said(language);
        let found = reader(language).cover(text, words, &said, |_, _| true);
        let (mut own, mut shared, mut english) = (0, 0, 0);
        for (at, word) in said.iter().enumerate() {
            let is_covered = found.iter().any(|f| (f.from..f.to).contains(&at));
            match (is_covered, SEARCH.is_foreign(word)) {
                (true, true) => own += 1,
                (true, false) => shared += 1,
                (false, _) => english += usize::from(SEARCH.is_english(word)),
            }
        }
        let is_better = best.is_none_or(|(best, _)| (own, shared) > best);
        if own > 0 && own >= english && is_better {
            best = Some(((own, shared), language));
        }
    }
    best.map(|(.., language)| language)
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
    let said = reader(language).spelt(&words, |_| false);
    let found = reader(language).cover(text, &words, &said, |_, _| true);
    let found = found.into_iter().filter(|found| {
        !keeps(Phrase {
            from: found.from,
            words: words.get(found.from..found.to).unwrap_or_default(),
            kind: found.entry.kind,
        })
    });
    replaced(&words, found, prefers)
}

/// As [`in_english`] for a sentence in no one language: only an allergen after a word that refuses
/// it ("something sin gluten").
#[must_use]
pub fn refusals_in_english(text: &str, words: Vec<Word>) -> Vec<Word> {
    if !says_anything(&words) {
        return words;
    }
    for language in Language::ALL {
        let found = reader(language).cover(text, &words, &as_said(&words), |_, _| true);
        let refused = found.windows(2).position(|pair| {
            matches!(pair, [refusal, thing]
                if refusal.to == thing.from
                    && refusal.entry.refuses()
                    && thing.entry.kind == Kind::Allergen)
        });
        if let Some(at) = refused {
            return replaced(&words, found.into_iter().skip(at).take(2), |_| false);
        }
        // The two are one phrase of the table.
        let whole = found
            .iter()
            .position(|found| found.entry.refuses_something());
        if let Some(at) = whole {
            return replaced(&words, found.into_iter().skip(at).take(1), |_| false);
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
        out.extend_from_slice(words.get(at..found.from).unwrap_or_default());
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
    out.extend_from_slice(words.get(at..).unwrap_or_default());
    out
}
