//! An order in another language as the phrases of its tables, each with all the English that it
//! can be; which of it is meant only a menu can tell.

use super::book::{Book, ORDER};
use super::cover::{Found, Reader};
use super::table::Kind;
use super::{Language, compound};
use crate::menu::text::{Word, is_unspaced};

/// A phrase of an order, words `from..to` of it.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// Its first word.
    pub from: usize,
    /// The word after it.
    pub to: usize,
    /// What it is.
    pub kind: Kind,
    english: &'static str,
}

impl Piece {
    /// What it is in English, the likeliest first.
    pub fn english(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.english.split('|')
    }
}

/// An order that is not in English.
#[derive(Debug, Clone)]
pub struct Said {
    /// What it is in.
    pub language: Language,
    /// Its words; those that are two in English are two here.
    pub words: Vec<Word>,
    /// Its phrases, from left to right.
    pub pieces: Vec<Piece>,
}

impl Said {
    /// `None` where most of it is English. What is `printed` on the menu is spelt as it should be,
    /// and is of no language; the words that `named` says are no part of a phrase.
    #[must_use]
    pub fn of(
        text: &str,
        words: &[Word],
        printed: impl Fn(&str) -> bool,
        named: impl Fn(&[Word]) -> Vec<bool>,
    ) -> Option<Self> {
        let language = told(text, words, &printed)?;
        let words = parted(words, language, &printed);
        let named = named(&words);
        let is_open = |from: usize, to: usize| !named.iter().take(to).skip(from).any(|at| *at);
        let reader = reader(language);
        let found = reader.cover(text, &words, &reader.spelt(&words, &printed), is_open);
        // "Una coca sin hielo and a taco": its English stays English.
        let is_grammar = |at: usize| words.get(at).is_some_and(|w| ORDER.is_grammar(&w.text));
        let is_covered = |at: usize| found.iter().any(|f| (f.from..f.to).contains(&at));
        let is_mixed = (0..words.len()).any(|at| is_grammar(at) && !is_covered(at));
        let is_article = |at: usize| words.get(at).is_some_and(|w| w.text == "a");
        let is_english = |at: usize| is_grammar(at) || is_article(at);
        let stays = |found: &Found| is_mixed && (found.from..found.to).all(is_english);
        let pieces = found
            .iter()
            .filter(|found| !stays(found))
            .map(|found| Piece {
                from: found.from,
                to: found.to,
                kind: found.entry.kind,
                english: found.entry.all(),
            });
        Some(Self {
            language,
            pieces: pieces.collect(),
            words,
        })
    }
}

impl Said {
    /// The phrases of which a longer one is made.
    #[must_use]
    pub fn parts(&self, text: &str, whole: &Piece) -> Vec<Piece> {
        let words = self.words.get(whole.from..whole.to).unwrap_or_default();
        let is_shorter = |from: usize, to: usize| to - from < words.len();
        let reader = reader(self.language);
        let found = reader.cover(text, words, &reader.spelt(words, |_| false), is_shorter);
        let parts = found.into_iter().map(|found| Piece {
            from: found.from + whole.from,
            to: found.to + whole.from,
            kind: found.entry.kind,
            english: found.entry.all(),
        });
        parts.collect()
    }
}

/// What a word of food or size in Spanish is in English, the likeliest first: such words are said
/// within English too.
pub fn spanish(word: &str) -> impl Iterator<Item = &'static str> {
    let entry = ORDER.find(Language::Spanish, &[word]);
    let entry = entry.filter(|entry| entry.kind != Kind::Cue);
    entry.into_iter().flat_map(|entry| entry.all().split('|'))
}

fn reader(language: Language) -> Reader {
    Reader {
        book: &ORDER,
        language,
    }
}

/// The language of an order; what is `printed` on the menu says nothing.
fn told(text: &str, words: &[Word], printed: &impl Fn(&str) -> bool) -> Option<Language> {
    let book: &Book = &ORDER;
    let is_foreign = words.iter().any(|word| book.is_foreign(&word.text));
    if !is_foreign || text.contains(is_unspaced) {
        return None;
    }
    let is_english = |word: &Word| {
        book.is_english(&word.text) && (book.is_grammar(&word.text) || !printed(&word.text))
    };
    // One letter is a word of every language.
    let is_own =
        |language: Language, word: &str| word.chars().nth(1).is_some() && book.has(language, word);
    let unprinted = words.iter().filter(|word| !printed(&word.text)).count();
    let mut best: Option<((usize, usize), Language)> = None;
    // The others have no word of their own to tell them by, whatever is read into the rest.
    let is_possible = |language: &Language| {
        let mut telling = words.iter().map(|word| word.text.as_str());
        telling.any(|word| is_own(*language, word) && !book.is_english(word) && !printed(word))
    };
    for language in Language::ALL.into_iter().filter(is_possible) {
        let reader = reader(language);
        let found = reader.cover(text, words, &reader.spelt(words, printed), |_, _| true);
        let (mut own, mut shared, mut strange) = (0, 0, 0);
        for (at, word) in words.iter().enumerate() {
            let is_covered = found.iter().any(|f| (f.from..f.to).contains(&at));
            match (is_covered, book.is_english(&word.text)) {
                (false, _) => strange += usize::from(is_english(word)),
                (true, _) if printed(&word.text) || !is_own(language, &word.text) => {}
                (true, true) => shared += 1,
                (true, false) => own += 1,
            }
        }
        let is_better = best.is_none_or(|(best, _)| (own, shared) > best);
        if own > 0 && own >= strange && book.is_enough(own, unprinted) && is_better {
            best = Some(((own, shared), language));
        }
    }
    best.map(|(.., language)| language)
}

/// The words, with those that German writes as one apart.
fn parted(words: &[Word], language: Language, printed: impl Fn(&str) -> bool) -> Vec<Word> {
    if language != Language::German {
        return words.to_vec();
    }
    let find = |word: &str| ORDER.find(language, &[word]);
    let is_food = |word: &str| printed(word) || find(word).is_some_and(|it| it.kind != Kind::Cue);
    let mut out = Vec::with_capacity(words.len() + 4);
    for word in words {
        let is_known = printed(&word.text) || ORDER.has(language, &word.text);
        match compound::split(&word.text, is_food).filter(|_| !is_known) {
            Some((first, rest)) => out.extend([first, rest].map(|text| Word {
                text,
                ..word.clone()
            })),
            None => out.push(word.clone()),
        }
    }
    out
}
