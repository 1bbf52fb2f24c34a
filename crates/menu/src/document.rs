//! What one item says, as terms: each of its names for itself, the rest in one list.
//!
//! Invariant: made once when the index is built; a search reads it and never the text.

use crate::analysis::{self, Token};
use crate::known;
use crate::usual::words_of;
use crate::vocabulary::{Count, Field, Fields, TermId, Vocabulary};
use olympus_core::menu::lexicon::{Entry, Kind, Named};
use olympus_proto::MenuItem;
use rustc_hash::FxHashMap;

/// The name, one alias, or the name with what the lexicon knows in place of its words.
#[derive(Debug)]
pub(crate) struct Phrase {
    /// 0 is the item's name, then its aliases from 1.
    pub(crate) number: usize,
    /// Whether entries of the lexicon stand in it.
    pub(crate) is_known: bool,
    pub(crate) terms: Box<[TermId]>,
    /// `joins[i]` is `terms[i]` and `terms[i + 1]` as one term.
    pub(crate) joins: Box<[Option<TermId>]>,
}

/// One item as terms.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) phrases: Box<[Phrase]>,
    /// Terms of the other fields, without repetition.
    pub(crate) rest: Box<[(TermId, Field)]>,
}

impl Document {
    /// Which alias the phrase at that place is; none where it is the name.
    pub(crate) fn alias(&self, phrase: usize) -> Option<usize> {
        self.phrases.get(phrase)?.number.checked_sub(1)
    }
}

/// One item as tokens, before terms have numbers.
pub(crate) struct Draft {
    phrases: Vec<Spoken>,
    rest: Vec<(Field, Vec<Token>)>,
}

/// A [`Phrase`] as tokens.
struct Spoken {
    number: usize,
    is_known: bool,
    tokens: Vec<Token>,
    /// Each with the one after it as one term.
    joins: Vec<Option<String>>,
}

impl Spoken {
    fn of(number: usize, text: &str) -> Self {
        let tokens = analysis::tokens(text);
        let pairs = tokens.array_windows::<2>();
        Self {
            number,
            is_known: false,
            joins: pairs.map(|[l, r]| analysis::joined(l, r)).collect(),
            tokens,
        }
    }

    /// The same with entries in place of the words that are their names; none where there is none.
    fn known(&self, named: &[Named]) -> Option<Self> {
        // What is in a dish is named wherever its word stands; a dish, where its kitchen fits.
        let is_named = |entry: &Entry| named.iter().any(|n| n.entry.number == entry.number);
        let may_be = |entry: &Entry| entry.kind == Kind::Part || is_named(entry);
        let mut tokens = Vec::new();
        let mut from = 0;
        for (range, entries) in known::names_in(&self.tokens, may_be) {
            let named = entries.iter().find(|entry| is_named(entry));
            let (Some(entry), true) = (named.or(entries.first()), range.start >= from) else {
                continue;
            };
            tokens.extend(self.tokens.get(from..range.start)?.iter().cloned());
            let (term, end) = (known::term(entry), self.tokens.get(range.end - 1)?.end);
            tokens.push(Token {
                word: term.clone(),
                term,
                start: self.tokens.get(range.start)?.start,
                end,
            });
            from = range.end;
        }
        tokens.extend(self.tokens.get(from..)?.iter().cloned());
        (from > 0).then(|| Self {
            number: self.number,
            is_known: true,
            joins: vec![None; tokens.len().saturating_sub(1)],
            tokens,
        })
    }
}

impl Draft {
    /// Of an item whose name speaks of `named`.
    pub(crate) fn of(item: &MenuItem, named: &[Named]) -> Self {
        let names = std::iter::once(&item.name).chain(&item.aliases);
        let told = [
            (Field::Category, item.category.as_deref()),
            (Field::Description, item.description.as_deref()),
        ];
        let told = told
            .into_iter()
            .filter_map(|(field, text)| Some((field, text?)));
        let tags = item.tags.iter().map(|tag| (Field::Tags, tag.as_str()));
        let usual = named.iter().filter(|_| item.description.is_none());
        let usual = usual
            .flat_map(|named| words_of(named.entry))
            .map(|text| (Field::Gloss, text));
        let rest = told.chain(tags).chain(usual);
        let names = names.enumerate();
        let mut phrases: Vec<Spoken> = names.map(|(at, name)| Spoken::of(at, name)).collect();
        let known = phrases.first().and_then(|name| name.known(named));
        phrases.extend(known);
        Self {
            phrases,
            rest: rest
                .map(|(field, text)| (field, analysis::tokens(text)))
                .collect(),
        }
    }

    /// Every term with its field, repetitions included.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (Field, &str)> {
        fn of(field: Field, tokens: &[Token]) -> impl Iterator<Item = (Field, &str)> {
            tokens.iter().map(move |token| (field, token.term.as_str()))
        }
        let names = self.phrases.iter().flat_map(|phrase| {
            phrase.tokens.iter().map(|token| {
                let field = match phrase.number {
                    _ if known::is_known(&token.term) => Field::Known,
                    0 => Field::Name,
                    _ => Field::Aliases,
                };
                (field, token.term.as_str())
            })
        });
        let joined = self
            .phrases
            .iter()
            .flat_map(|phrase| phrase.joins.iter().flatten());
        let joined = joined.map(|term| (Field::Joined, term.as_str()));
        let rest = self.rest.iter();
        let rest = rest.flat_map(move |(field, tokens)| of(*field, tokens));
        names.chain(joined).chain(rest)
    }

    pub(crate) fn count<'a>(&'a self, counts: &mut FxHashMap<&'a str, Count<'a>>) {
        let mut seen: FxHashMap<&str, Fields> = FxHashMap::default();
        for (field, term) in self.terms() {
            seen.entry(term).or_default().insert(field);
        }
        let named = self.phrases.iter().flat_map(|phrase| &phrase.tokens);
        let tokens = named.chain(self.rest.iter().flat_map(|(_, tokens)| tokens));
        for token in tokens.filter(|token| token.word != token.term) {
            let count = counts.entry(&token.term).or_default();
            count.written.insert(&token.word);
        }
        for (term, fields) in seen {
            let count = counts.entry(term).or_default();
            count.items += 1;
            count.items_naming += u32::from(fields.names());
            count.fields.join(fields);
        }
    }

    pub(crate) fn number(&self, vocabulary: &Vocabulary) -> Document {
        let phrases = self.phrases.iter().map(|phrase| Phrase {
            number: phrase.number,
            is_known: phrase.is_known,
            terms: phrase
                .tokens
                .iter()
                .filter_map(|token| vocabulary.id(&token.term))
                .collect(),
            joins: phrase
                .joins
                .iter()
                .map(|join| vocabulary.id(join.as_deref()?))
                .collect(),
        });
        let mut rest: Vec<(TermId, Field)> = self
            .rest
            .iter()
            .flat_map(|(field, tokens)| {
                tokens
                    .iter()
                    .filter_map(|token| Some((vocabulary.id(&token.term)?, *field)))
            })
            .collect();
        rest.sort_unstable();
        rest.dedup();
        Document {
            phrases: phrases.collect(),
            rest: rest.into(),
        }
    }
}
