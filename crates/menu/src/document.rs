//! What one item says, as terms: each of its names for itself, the rest in one list.
//!
//! Invariant: made once when the index is built; a search reads it and never the text.

use crate::analysis::{self, Token};
use crate::usual::{Usual, words_of};
use crate::vocabulary::{Count, Field, Fields, TermId, Vocabulary};
use olympus_proto::MenuItem;
use std::collections::HashMap;

/// The name or one alias.
#[derive(Debug)]
pub(crate) struct Phrase {
    /// 0 is the item's name, then its aliases from 1.
    pub(crate) number: usize,
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

/// One item as tokens, before terms have numbers.
pub(crate) struct Draft {
    phrases: Vec<Vec<Token>>,
    rest: Vec<(Field, Vec<Token>)>,
}

impl Draft {
    pub(crate) fn of(item: &MenuItem) -> Self {
        let mut phrases = vec![analysis::tokens(&item.name)];
        phrases.extend(item.aliases.iter().map(|alias| analysis::tokens(alias)));
        let rest = [
            (Field::Category, item.category.as_deref()),
            (Field::Description, item.description.as_deref()),
        ]
        .into_iter()
        .filter_map(|(field, text)| text.map(|text| (field, analysis::tokens(text))))
        .chain(
            item.tags
                .iter()
                .map(|tag| (Field::Tags, analysis::tokens(tag))),
        )
        .chain(
            Usual::of(item)
                .entries
                .iter()
                .flat_map(|entry| words_of(entry))
                .map(|text| (Field::Gloss, analysis::tokens(text))),
        )
        .collect();
        Self { phrases, rest }
    }

    /// Every term with its field, repetitions included.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (Field, String)> + '_ {
        let names = self
            .phrases
            .iter()
            .enumerate()
            .flat_map(|(number, tokens)| {
                let field = if number == 0 {
                    Field::Name
                } else {
                    Field::Aliases
                };
                tokens.iter().map(move |token| (field, token.term.clone()))
            });
        let joined = self.phrases.iter().flat_map(|tokens| {
            tokens
                .array_windows::<2>()
                .filter_map(|[left, right]| analysis::joined(left, right))
                .map(|term| (Field::Joined, term))
        });
        let rest = self
            .rest
            .iter()
            .flat_map(|(field, tokens)| tokens.iter().map(|token| (*field, token.term.clone())));
        names.chain(joined).chain(rest)
    }

    pub(crate) fn count(&self, counts: &mut HashMap<String, Count>) {
        let mut seen: HashMap<String, Fields> = HashMap::new();
        for (field, term) in self.terms() {
            seen.entry(term).or_default().insert(field);
        }
        let tokens = self.phrases.iter().chain(self.rest.iter().map(|(_, t)| t));
        for token in tokens.flatten().filter(|token| token.word != token.term) {
            let count = counts.entry(token.term.clone()).or_default();
            count.written.insert(token.word.clone());
        }
        for (term, fields) in seen {
            let count = counts.entry(term).or_default();
            count.items += 1;
            count.items_naming += u32::from(fields.names());
            for field in Field::ALL {
                if fields.contains(field) {
                    count.fields.insert(field);
                }
            }
        }
    }

    pub(crate) fn number(&self, vocabulary: &Vocabulary) -> Document {
        let phrases = self
            .phrases
            .iter()
            .enumerate()
            .map(|(number, tokens)| Phrase {
                number,
                terms: tokens
                    .iter()
                    .filter_map(|token| vocabulary.id(&token.term))
                    .collect(),
                joins: tokens
                    .array_windows::<2>()
                    .map(|[left, right]| {
                        analysis::joined(left, right).and_then(|term| vocabulary.id(&term))
                    })
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
