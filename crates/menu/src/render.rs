//! What a hit shows: the item, where the words were found, and why it is here.
//!
//! Invariant: highlights are the item's own text, HTML-escaped, with nothing but `<mark>` added.
//! Runs only for the hits returned.

use crate::analysis::{self, Token};
use crate::document::usual_words;
use crate::expand::{How, QueryWord};
use crate::fit::{Evidence, Fit, Fitter};
use crate::index::MenuIndex;
use crate::vocabulary::{Field, TermId};
use olympus_core::menu::lexicon;
use olympus_proto::{Hit, HitScores, MenuItem, State, Usually};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// A word is marked where it is at least this good beside the item's best evidence for it.
const MARKED_FROM: f32 = 0.8;

/// Makes hits of one search.
pub(crate) struct Renderer<'a> {
    index: &'a MenuIndex,
    fitter: &'a Fitter<'a>,
    words: &'a [QueryWord],
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(
        index: &'a MenuIndex,
        fitter: &'a Fitter<'a>,
        words: &'a [QueryWord],
    ) -> Self {
        Self {
            index,
            fitter,
            words,
        }
    }

    /// A hit of a search. `fit` is absent where only the meaning is near.
    pub(crate) fn hit(
        &self,
        position: u32,
        item: &MenuItem,
        state: State,
        score: f32,
        scores: HitScores,
        fit: Option<&Fit>,
    ) -> Hit {
        let mut hit = bare(item, state, self.index.usually(position));
        hit.score = score;
        hit.scores = scores;
        if let Some(fit) = fit {
            hit.highlights = self.highlights(item, fit);
        }
        hit.reason = self.reason(item, scores, fit);
        hit
    }

    /// A hit of the plain list.
    pub(crate) fn listed(item: &MenuItem, state: State, usually: Option<Usually>) -> Hit {
        let mut hit = bare(item, state, usually);
        "on the menu".clone_into(&mut hit.reason);
        hit
    }

    fn highlights(&self, item: &MenuItem, fit: &Fit) -> BTreeMap<String, String> {
        let alias = fit
            .phrase
            .checked_sub(1)
            .and_then(|alias| item.aliases.get(alias));
        [
            ("name", Some(item.name.as_str())),
            ("aliases", alias.map(String::as_str)),
            ("category", item.category.as_deref()),
            ("description", item.description.as_deref()),
        ]
        .into_iter()
        .filter_map(|(field, text)| {
            let text = text?;
            let spans = self.spans(text, fit);
            (!spans.is_empty()).then(|| (field.to_owned(), mark(text, &spans)))
        })
        .collect()
    }

    /// Byte ranges of `text` to mark, in order and apart.
    fn spans(&self, text: &str, fit: &Fit) -> Vec<Range<usize>> {
        let tokens = analysis::tokens(text);
        let mut spans: Vec<Range<usize>> = Vec::new();
        let found: Vec<bool> = tokens
            .iter()
            .map(|token| self.is_found(&token.term, fit))
            .collect();
        for (at, token) in tokens.iter().enumerate() {
            if found[at] {
                spans.push(token.start..token.end);
            } else if let Some(next) = tokens.get(at + 1)
                && !found[at + 1]
                && let Some(joined) = analysis::joined(token, next)
                && self.is_found(&joined, fit)
            {
                spans.push(token.start..next.end);
            }
        }
        spans.sort_unstable_by_key(|span| (span.start, span.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        apart
    }

    fn is_found(&self, term: &str, fit: &Fit) -> bool {
        self.index.vocabulary.id(term).is_some_and(|term| {
            self.fitter.meanings(term).any(|(word, quality, _)| {
                let best = fit.evidence.get(word).copied().flatten();
                best.is_some_and(|best| quality >= MARKED_FROM * best.quality)
            })
        })
    }

    fn reason(&self, item: &MenuItem, scores: HitScores, fit: Option<&Fit>) -> String {
        let mut reason = String::new();
        for (field, opening) in [
            (Field::Name, "name matches "),
            (Field::Aliases, "also called "),
            (Field::Category, "category is "),
            (Field::Tags, "marked "),
            (Field::Description, "description mentions "),
            (Field::Gloss, "usually "),
        ] {
            let found = fit.map_or_else(Vec::new, |fit| self.found(item, field, fit));
            if found.is_empty() {
                continue;
            }
            if !reason.is_empty() {
                reason.push_str("; ");
            }
            reason.push_str(opening);
            reason.push_str(&found.join(", "));
        }
        if reason.is_empty() {
            reason.push_str("close in meaning");
        } else if scores.semantic > scores.lexical {
            reason.push_str("; close in meaning");
        }
        reason
    }

    /// The words found in `field`, as printed, and as typed where that differs.
    fn found(&self, item: &MenuItem, field: Field, fit: &Fit) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (word, evidence) in self.words.iter().zip(&fit.evidence) {
            let Some(evidence) = evidence.filter(|evidence| shown_as(evidence, fit) == field)
            else {
                continue;
            };
            let printed = self.printed(item, &evidence, fit);
            let mut text = format!("\"{printed}\"");
            // Writing to a String cannot fail.
            let _ = match evidence.how {
                How::Exact | How::Prefix => Ok(()),
                How::Typo => write!(text, " (typed \"{}\")", word.typed),
                How::Synonym => write!(text, " (asked for \"{}\")", word.typed),
            };
            if !found.contains(&text) {
                found.push(text);
            }
        }
        found
    }

    /// The words of the item that the evidence is, as printed.
    fn printed(&self, item: &MenuItem, evidence: &Evidence, fit: &Fit) -> String {
        let texts: Vec<&str> = match shown_as(evidence, fit) {
            Field::Category => item.category.as_deref().into_iter().collect(),
            Field::Description => item.description.as_deref().into_iter().collect(),
            Field::Tags => item.tags.iter().map(String::as_str).collect(),
            Field::Gloss => lexicon::named_in(&item.name)
                .into_iter()
                .flat_map(|named| usual_words(named.entry))
                .collect(),
            _ => match fit
                .phrase
                .checked_sub(1)
                .and_then(|alias| item.aliases.get(alias))
            {
                Some(alias) => vec![alias],
                None => vec![&item.name],
            },
        };
        texts
            .into_iter()
            .find_map(|text| self.surface(text, evidence.term))
            .unwrap_or_else(|| self.index.vocabulary.entry(evidence.term).term.to_string())
    }

    fn surface(&self, text: &str, term: TermId) -> Option<String> {
        let tokens = analysis::tokens(text);
        let is_term = |text: &str| self.index.vocabulary.id(text) == Some(term);
        let part = |from: &Token, to: &Token| text.get(from.start..to.end).map(str::to_owned);
        tokens
            .iter()
            .find(|token| is_term(&token.term))
            .and_then(|token| part(token, token))
            .or_else(|| {
                let pair = tokens.array_windows::<2>().find(|[left, right]| {
                    analysis::joined(left, right).is_some_and(|joined| is_term(&joined))
                });
                pair.and_then(|[left, right]| part(left, right))
            })
    }
}

/// The field that the evidence is told under: joined words are told as the phrase they stand in.
fn shown_as(evidence: &Evidence, fit: &Fit) -> Field {
    match evidence.field {
        Field::Joined if fit.phrase == 0 => Field::Name,
        Field::Joined => Field::Aliases,
        field => field,
    }
}

/// What the dish usually is, where the menu does not say what it is.
pub(crate) fn usually(item: &MenuItem) -> Option<Usually> {
    let unsaid = item.description.is_none();
    unsaid.then(|| lexicon::usually(&lexicon::named_in(&item.name)))?
}

fn bare(item: &MenuItem, state: State, usually: Option<Usually>) -> Hit {
    Hit {
        id: item.id.clone(),
        name: item.name.clone(),
        description: item.description.clone(),
        usually,
        category: item.category.clone(),
        price: item.price_cents.map(olympus_proto::Cents::major),
        price_cents: item.price_cents,
        tags: item.tags.clone(),
        allergens: item.allergens.clone(),
        modifier_groups: item.modifier_groups.clone(),
        available: state == State::Available,
        state,
        image: item.image.clone(),
        pos_id: item.pos_id.clone(),
        score: 0.0,
        scores: HitScores::default(),
        highlights: BTreeMap::new(),
        reason: String::new(),
    }
}

/// `text` escaped, with `spans` (in order, apart) in `<mark>`.
fn mark(text: &str, spans: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(text.len() + spans.len() * 13);
    let mut at = 0;
    for span in spans {
        escape(text.get(at..span.start).unwrap_or_default(), &mut html);
        html.push_str("<mark>");
        escape(text.get(span.clone()).unwrap_or_default(), &mut html);
        html.push_str("</mark>");
        at = span.end;
    }
    escape(text.get(at..).unwrap_or_default(), &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}
