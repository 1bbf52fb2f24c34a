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
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    /// 0 to 1.
    pub(crate) score: f32,
    /// The name (0) or the alias (from 1) that fits best.
    pub(crate) phrase: usize,
    /// Best evidence of each word of the query.
    pub(crate) evidence: Vec<Option<Evidence>>,
}

/// A query ready to be fitted to many items.
pub(crate) struct Fitter<'a> {
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
    pub(crate) fn fit(&self, document: &Document) -> Fit {
        let mut rest = vec![None; self.words.len()];
        for &(term, field) in &document.rest {
            let counts = match field {
                Field::Category => IN_CATEGORY,
                Field::Tags => IN_TAGS,
                Field::Gloss => IN_GLOSS,
                _ => IN_DESCRIPTION,
            };
            self.note(&mut rest, term, field, counts);
        }
        let mut best: Option<Fit> = None;
        for phrase in &document.phrases {
            let fit = self.fit_phrase(phrase, &rest);
            if best.as_ref().is_none_or(|best| fit.score > best.score) {
                best = Some(fit);
            }
        }
        best.unwrap_or(Fit {
            score: 0.0,
            phrase: 0,
            evidence: rest,
        })
    }

    fn fit_phrase(&self, phrase: &Phrase, rest: &[Option<Evidence>]) -> Fit {
        let field = if phrase.number == 0 {
            Field::Name
        } else {
            Field::Aliases
        };
        let mut evidence = rest.to_vec();
        let mut asked = vec![0.0_f32; phrase.terms.len()];
        // Where in the phrase each word was found, for the order.
        let mut places = vec![None; self.words.len()];
        for (at, &term) in phrase.terms.iter().enumerate() {
            let quality = self.note(&mut evidence, term, field, 1.0);
            asked[at] = asked[at].max(quality);
            for (word, _, _) in self.meanings(term) {
                places[word].get_or_insert(at);
            }
        }
        for (at, join) in phrase.joins.iter().enumerate() {
            if let Some(term) = join {
                let quality = self.note(&mut evidence, *term, Field::Joined, 1.0);
                for asked in &mut asked[at..=at + 1] {
                    *asked = asked.max(quality);
                }
            }
        }
        let found: f32 = self
            .words
            .iter()
            .zip(&evidence)
            .map(|(word, evidence)| word.idf * evidence.map_or(0.0, |evidence| evidence.worth))
            .sum();
        let score = found / self.total
            * (1.0 - UNASKED_LOSS * (1.0 - self.share_asked(phrase, &asked)))
            * (1.0 - ORDER_LOSS * disorder(&places))
            * if phrase.number == 0 {
                1.0
            } else {
                1.0 - ALIAS_LOSS
            };
        Fit {
            score: score.clamp(0.0, 1.0),
            phrase: phrase.number,
            evidence,
        }
    }

    /// Keeps `term` as evidence where it is better than what is known; returns its quality.
    fn note(
        &self,
        evidence: &mut [Option<Evidence>],
        term: TermId,
        field: Field,
        counts: f32,
    ) -> f32 {
        let mut best = 0.0_f32;
        for (word, quality, how) in self.meanings(term) {
            best = best.max(quality);
            let worth = quality * counts;
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
        best
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

/// Share of neighbouring words found that do not stand in the order asked for.
fn disorder(places: &[Option<usize>]) -> f32 {
    let found: Vec<usize> = places.iter().flatten().copied().collect();
    let pairs = found.len().saturating_sub(1);
    if pairs == 0 {
        return 0.0;
    }
    let apart = found
        .array_windows::<2>()
        .filter(|[l, r]| *r != l + 1)
        .count();
    #[expect(clippy::cast_precision_loss, reason = "at most 32 words")]
    let share = apart as f32 / pairs as f32;
    share
}
