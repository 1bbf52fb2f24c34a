//! How well the words of a query fit one item, 0 to 1.
//!
//! The share of the query's information that the item accounts for, less a part where its name
//! says more than was asked. That is what BM25 measures with idf and length, but with a top of
//! 1, so that scores of different queries can be compared and fused. A word of the query counts
//! once, by its best evidence: an alias that repeats the name adds nothing.
//!
//! Invariant: a pure function of the terms; 1 only where every word is in the name or an alias
//! as typed and nothing is left over.

use crate::document::{Document, Phrase};
use crate::expand::{How, QueryWord};
use crate::vocabulary::{Field, TermId, Vocabulary};

/// What a word counts for outside the name and the aliases.
const IN_CATEGORY: f32 = 0.7;
const IN_TAGS: f32 = 0.7;
const IN_DESCRIPTION: f32 = 0.65;
const IN_GLOSS: f32 = 0.6;
/// Lost where nothing of the name was asked for.
const UNASKED_LOSS: f32 = 0.25;
/// Lost where the words stand in another order or apart.
const ORDER_LOSS: f32 = 0.03;
/// Lost where an alias fits and not the name.
const ALIAS_LOSS: f32 = 0.01;

/// One word found in an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) term: TermId,
    pub(crate) field: Field,
    pub(crate) how: How,
    /// Of the meaning, 0 to 1.
    pub(crate) quality: f32,
    /// Quality times what the field counts for.
    pub(crate) worth: f32,
}

/// How an item fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    /// 0 to 1.
    pub(crate) score: f32,
    /// Which phrase of the document fits best.
    pub(crate) phrase: usize,
    /// A bit for each word of the query: set where its best evidence is in that phrase.
    pub(crate) in_phrase: u32,
}

/// What judging one item needs room for: kept from item to item.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// What each word of the query is worth outside names.
    rest: Vec<f32>,
    /// And with the phrase at hand.
    worth: Vec<f32>,
    /// How much each word of the phrase was asked for.
    asked: Vec<f32>,
    /// Where in the phrase each word of the query was found, for the order.
    places: Vec<Option<usize>>,
}

/// A query ready to be fitted to many items.
pub(crate) struct Fitter<'a> {
    /// At most 32, as [`Expander`](crate::expand::Expander) hands them out.
    words: &'a [QueryWord],
    vocabulary: &'a Vocabulary,
    /// Start in `meanings` for each term, from 1; 0 means that the query does not mean it.
    slots: Vec<u16>,
    /// Word, quality and kind of each meaning, those of a term in a row.
    meanings: Vec<(TermId, usize, f32, How)>,
    total: f32,
}

impl<'a> Fitter<'a> {
    pub(crate) fn new(words: &'a [QueryWord], vocabulary: &'a Vocabulary) -> Self {
        let mut meanings: Vec<_> = words
            .iter()
            .enumerate()
            .flat_map(|(word, of)| {
                of.meanings
                    .iter()
                    .map(move |m| (m.term, word, m.quality, m.how))
            })
            .collect();
        meanings.sort_unstable_by_key(|meaning| (meaning.0, meaning.1));
        let mut slots = vec![0_u16; vocabulary.len()];
        // At most 32 words of 48 meanings: far below 65,535.
        for (number, meaning) in (1_u16..).zip(&meanings) {
            let slot = &mut slots[meaning.0 as usize];
            if *slot == 0 {
                *slot = number;
            }
        }
        Self {
            words,
            vocabulary,
            slots,
            meanings,
            total: words
                .iter()
                .map(|word| word.idf)
                .sum::<f32>()
                .max(f32::EPSILON),
        }
    }

    /// Word, quality and kind of each meaning of `term` in this query.
    pub(crate) fn meanings(&self, term: TermId) -> impl Iterator<Item = (usize, f32, How)> + '_ {
        let from = usize::from(self.slots[term as usize]);
        let of_term = if from == 0 {
            &[]
        } else {
            &self.meanings[from - 1..]
        };
        of_term
            .iter()
            .take_while(move |meaning| meaning.0 == term)
            .map(|&(_, word, quality, how)| (word, quality, how))
    }

    /// Judges one item.
    pub(crate) fn fit(&self, document: &Document, room: &mut Room) -> Fit {
        room.rest.clear();
        room.rest.resize(self.words.len(), 0.0);
        for &(term, field) in &document.rest {
            for (word, quality, _) in self.meanings(term) {
                let worth = &mut room.rest[word];
                *worth = worth.max(quality * counts(field));
            }
        }
        let mut best: Option<Fit> = None;
        for (at, phrase) in document.phrases.iter().enumerate() {
            if phrase.is_known && !self.seeks_known_of(phrase) {
                continue;
            }
            let printed = document.phrases.get(phrase.number);
            let printed = printed.filter(|_| phrase.is_known);
            let fit = self.fit_phrase(at, phrase, printed, room);
            if best.is_none_or(|best| fit.score > best.score) {
                best = Some(fit);
            }
        }
        best.unwrap_or(Fit {
            score: 0.0,
            phrase: 0,
            in_phrase: 0,
        })
    }

    /// Whether a word of the query is another name of what the phrase tells.
    fn seeks_known_of(&self, phrase: &Phrase) -> bool {
        let mut known = phrase
            .terms
            .iter()
            .filter(|term| self.vocabulary.is_known(**term));
        known.any(|term| self.slots[*term as usize] != 0)
    }

    /// `printed` is the name that a known phrase tells: whoever says a word of it has found it too.
    fn fit_phrase(
        &self,
        at: usize,
        phrase: &Phrase,
        printed: Option<&Phrase>,
        room: &mut Room,
    ) -> Fit {
        room.worth.clone_from(&room.rest);
        for &term in printed.into_iter().flat_map(|printed| &printed.terms) {
            for (word, quality, _) in self.meanings(term) {
                room.worth[word] = room.worth[word].max(quality);
            }
        }
        room.asked.clear();
        room.asked.resize(phrase.terms.len(), 0.0);
        room.places.clear();
        room.places.resize(self.words.len(), None);
        for (place, &term) in phrase.terms.iter().enumerate() {
            for (word, quality, _) in self.meanings(term) {
                room.worth[word] = room.worth[word].max(quality);
                room.asked[place] = room.asked[place].max(quality);
                room.places[word].get_or_insert(place);
            }
        }
        for (place, join) in phrase.joins.iter().enumerate() {
            let Some(term) = join else { continue };
            for (word, quality, _) in self.meanings(*term) {
                room.worth[word] = room.worth[word].max(quality);
                for asked in &mut room.asked[place..=place + 1] {
                    *asked = asked.max(quality);
                }
            }
        }
        let (mut found, mut in_phrase) = (0.0, 0_u32);
        for (nth, word) in self.words.iter().enumerate() {
            found += word.idf * room.worth[nth];
            in_phrase |= u32::from(room.worth[nth] > room.rest[nth]) << nth;
        }
        let score = found / self.total
            * (1.0 - UNASKED_LOSS * (1.0 - self.share_asked(phrase, &room.asked)))
            * (1.0 - ORDER_LOSS * disorder(&room.places))
            * if phrase.number == 0 {
                1.0
            } else {
                1.0 - ALIAS_LOSS
            };
        Fit {
            score: score.clamp(0.0, 1.0),
            phrase: at,
            in_phrase,
        }
    }

    /// Best evidence of each word of the query in an item, of its phrases in that one alone.
    pub(crate) fn evidence(&self, document: &Document, phrase: usize) -> Vec<Option<Evidence>> {
        let mut evidence = vec![None; self.words.len()];
        for &(term, field) in &document.rest {
            self.note(&mut evidence, term, field);
        }
        let Some(phrase) = document.phrases.get(phrase) else {
            return evidence;
        };
        let field = match phrase.number {
            0 => Field::Name,
            _ => Field::Aliases,
        };
        // A word that stands in the name is no other name of it.
        let printed = document.phrases.get(phrase.number).into_iter();
        for &term in printed.chain([phrase]).flat_map(|phrase| &phrase.terms) {
            let is_known = self.vocabulary.is_known(term);
            self.note(
                &mut evidence,
                term,
                if is_known { Field::Known } else { field },
            );
        }
        for term in phrase.joins.iter().flatten() {
            self.note(&mut evidence, *term, Field::Joined);
        }
        evidence
    }

    /// Keeps `term` as evidence where it is better than what is known.
    fn note(&self, evidence: &mut [Option<Evidence>], term: TermId, field: Field) {
        for (word, quality, how) in self.meanings(term) {
            let worth = quality * counts(field);
            let known = &mut evidence[word];
            if known.is_none_or(|known| worth > known.worth) {
                *known = Some(Evidence {
                    term,
                    field,
                    how,
                    quality,
                    worth,
                });
            }
        }
    }

    /// Share of the phrase's information that the query asked for. Grammar has none.
    fn share_asked(&self, phrase: &Phrase, asked: &[f32]) -> f32 {
        let (mut of, mut all) = (0.0, 0.0);
        for (&term, &quality) in phrase.terms.iter().zip(asked) {
            let entry = self.vocabulary.entry(term);
            if !entry.grammar {
                of += entry.idf * quality;
                all += entry.idf;
            }
        }
        if all > 0.0 { of / all } else { 1.0 }
    }
}

/// What a word counts for in a field.
fn counts(field: Field) -> f32 {
    match field {
        Field::Name | Field::Aliases | Field::Joined | Field::Known => 1.0,
        Field::Category => IN_CATEGORY,
        Field::Tags => IN_TAGS,
        Field::Description => IN_DESCRIPTION,
        Field::Gloss => IN_GLOSS,
    }
}

/// Share of neighbouring words found that do not stand in the order asked for.
fn disorder(places: &[Option<usize>]) -> f32 {
    let (mut before, mut pairs, mut apart) = (None, 0_u8, 0_u8);
    for &place in places.iter().flatten() {
        if let Some(before) = before.replace(place) {
            pairs += 1;
            apart += u8::from(place != before + 1);
        }
    }
    f32::from(apart) / f32::from(pairs.max(1))
}

#[cfg(test)]
mod tests {
    use super::{Fitter, Room};
    use crate::index::MenuIndex;
    use crate::vectors::Vectors;
    use crate::vocabulary::Field;
    use olympus_proto::{MenuItem, MenuVersion};
    use proptest::prelude::*;

    fn index(texts: &[(String, String, String)]) -> MenuIndex {
        let items = texts.iter().enumerate().map(|(at, (name, alias, told))| {
            let mut item = MenuItem::new(&at.to_string(), name);
            item.aliases = vec![alias.clone()];
            item.description = Some(told.clone());
            item
        });
        MenuIndex::build(items.collect(), MenuVersion(1), Vectors::none()).expect("builds")
    }

    proptest! {
        /// The two ways to judge an item, for its place and for what is shown of it, are of one mind.
        #[test]
        fn evidence_says_what_the_score_is_made_of(
            texts in prop::collection::vec(
                (
                    "([a-c]{2,6}|pani puri|summer roll)( [a-c]{2,6}| bowl){0,2}",
                    "[a-c]{2,6}( [a-c]{2,6})?",
                    "([a-c]{2,6} |bowl ){0,3}",
                ),
                1..6,
            ),
            query in "([a-c]{2,6}|golgappa|goi cuon)( [a-c]{2,6}| panni| bowl| puri){0,3}",
        ) {
            let index = index(&texts);
            let words = index.expander().words(&query, true);
            let fitter = Fitter::new(&words, &index.vocabulary);
            let mut room = Room::default();
            for document in &index.documents {
                let fit = fitter.fit(document, &mut room);
                let evidence = fitter.evidence(document, fit.phrase);
                let names = [Field::Name, Field::Aliases, Field::Joined, Field::Known];
                for (at, evidence) in evidence.iter().enumerate() {
                    let named = evidence.is_some_and(|found| names.contains(&found.field));
                    prop_assert_eq!(fit.in_phrase >> at & 1 == 1, named);
                }
                prop_assert_eq!(fit.score > 0.0, evidence.iter().any(Option::is_some));
            }
        }
    }
}
