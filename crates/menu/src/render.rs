//! What a hit shows: the item, where the words were found, and why it is here.
//!
//! Invariant: highlights are the item's own text, HTML-escaped, with nothing but `<mark>` added.
//! Runs only for the hits returned.

use crate::analysis::{self, Token};
use crate::expand::{How, QueryWord};
use crate::fit::{Evidence, Fit, Fitter};
use crate::index::MenuIndex;
use crate::known;
use crate::vocabulary::{Field, TermId};
use olympus_core::menu::lexicon;
use olympus_core::menu::text::is_unspaced;
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
    /// How what was asked for begins, in two letters.
    beginnings: Vec<[u8; 2]>,
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(
        index: &'a MenuIndex,
        fitter: &'a Fitter<'a>,
        words: &'a [QueryWord],
    ) -> Self {
        let terms = words.iter().flat_map(|word| &word.meanings);
        let terms = terms.map(|meaning| &index.vocabulary.entry(meaning.term).term);
        let mut beginnings: Vec<[u8; 2]> = terms
            .filter_map(|term| term.as_bytes().first_chunk().copied())
            .collect();
        beginnings.sort_unstable();
        beginnings.dedup();
        Self {
            index,
            fitter,
            words,
            beginnings,
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
        fit: Option<Fit>,
    ) -> Hit {
        let mut hit = bare(item, state, self.index.usually(position).cloned());
        hit.score = score;
        hit.scores = scores;
        let document = self.index.documents.get(position as usize);
        let found = fit.zip(document).map(|(fit, document)| Found {
            position,
            item,
            alias: document.alias(fit.phrase),
            evidence: self.fitter.evidence(document, fit.phrase),
        });
        if let Some(found) = &found {
            hit.highlights = self.highlights(found);
        }
        hit.reason = self.reason(scores, found.as_ref());
        hit
    }

    /// A hit of the plain list.
    pub(crate) fn listed(item: &MenuItem, state: State, usually: Option<Usually>) -> Hit {
        let mut hit = bare(item, state, usually);
        "on the menu".clone_into(&mut hit.reason);
        hit
    }

    fn highlights(&self, found: &Found<'_>) -> BTreeMap<String, String> {
        [
            ("name", Some(found.item.name.as_str())),
            ("aliases", found.alias()),
            ("category", found.item.category.as_deref()),
            ("description", found.item.description.as_deref()),
        ]
        .into_iter()
        .filter_map(|(field, text)| {
            let text = text?;
            let spans = self.spans(text, found);
            (!spans.is_empty()).then(|| (field.to_owned(), mark(text, &spans)))
        })
        .collect()
    }

    /// Byte ranges of `text` to mark, in order and apart.
    fn spans(&self, text: &str, of: &Found<'_>) -> Vec<Range<usize>> {
        let tokens = analysis::tokens(text);
        let mut spans: Vec<Range<usize>> = Vec::new();
        let found: Vec<bool> = tokens
            .iter()
            .map(|token| self.is_found(&token.term, of))
            .collect();
        for (at, token) in tokens.iter().enumerate() {
            if found[at] {
                spans.push(token.start..token.end);
            } else if let Some(next) = tokens.get(at + 1)
                && !found[at + 1]
                && self.may_begin(&token.word)
                && let Some(joined) = analysis::joined(token, next)
                && self.is_found(&joined, of)
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

    /// Whether something that was asked for may begin with the word. Folding leaves the first two
    /// letters of what is joined as they are, and writing it in Latin letters those that are.
    fn may_begin(&self, word: &str) -> bool {
        let beginning = word.as_bytes().first_chunk::<2>();
        beginning.is_none_or(|two| !word.is_ascii() || self.beginnings.contains(two))
    }

    fn is_found(&self, term: &str, of: &Found<'_>) -> bool {
        self.index.vocabulary.id(term).is_some_and(|term| {
            self.fitter.meanings(term).any(|(word, quality, _)| {
                let best = of.evidence.get(word).copied().flatten();
                best.is_some_and(|best| quality >= MARKED_FROM * best.quality)
            })
        })
    }

    fn reason(&self, scores: HitScores, found: Option<&Found<'_>>) -> String {
        let mut reason = String::new();
        for (field, opening) in [
            (Field::Name, "name matches "),
            (Field::Aliases, "also called "),
            (Field::Known, "in other words "),
            (Field::Category, "category is "),
            (Field::Tags, "marked "),
            (Field::Description, "description mentions "),
            (Field::Gloss, "usually "),
        ] {
            let words = found.map_or_else(Vec::new, |found| self.words_in(field, found));
            if words.is_empty() {
                continue;
            }
            if !reason.is_empty() {
                reason.push_str("; ");
            }
            reason.push_str(opening);
            reason.push_str(&words.join(", "));
        }
        if reason.is_empty() {
            reason.push_str("close in meaning");
        } else if scores.semantic > scores.lexical {
            reason.push_str("; close in meaning");
        }
        reason
    }

    /// The words found in `field`, as printed, and as typed where that differs.
    fn words_in(&self, field: Field, found: &Found<'_>) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for (word, evidence) in self.words.iter().zip(&found.evidence) {
            let Some(evidence) = evidence.filter(|evidence| found.shown_as(evidence) == field)
            else {
                continue;
            };
            let printed = match field {
                Field::Known => self.typed(&evidence),
                _ => self.printed(field, evidence.term, found),
            };
            let mut text = format!("\"{printed}\"");
            // Writing to a String cannot fail.
            let _ = match evidence.how {
                How::Exact | How::Prefix | How::Known => Ok(()),
                How::Typo => write!(text, " (typed \"{}\")", word.typed),
                How::Synonym => write!(text, " (asked for \"{}\")", word.typed),
            };
            if !words.contains(&text) {
                words.push(text);
            }
        }
        words
    }

    /// The words of the query that mean `term`, the first that stand side by side; of a slip in it,
    /// the name that was meant.
    fn typed(&self, evidence: &Evidence) -> String {
        let term = evidence.term;
        if evidence.how == How::Typo {
            let term = &self.index.vocabulary.entry(term).term;
            let entry = known::number(term).and_then(|number| lexicon::entries().get(number));
            return entry.map_or("", |entry| entry.names[0]).to_owned();
        }
        let means = |word: &&QueryWord| word.meanings.iter().any(|by| by.term == term);
        let words = self.words.iter().skip_while(|word| !means(word));
        let mut said = String::new();
        for word in words.take_while(means) {
            let typed = word.typed.as_str();
            // Of a script without spaces the words are pairs that overlap.
            let mut chars = typed.chars();
            let shared = chars.next().filter(|first| is_unspaced(*first));
            if shared.is_some() && said.ends_with(|last| Some(last) == shared) {
                said.push_str(chars.as_str());
            } else {
                if !said.is_empty() {
                    said.push(' ');
                }
                said.push_str(typed);
            }
        }
        said
    }

    /// The words of the item that `term` is, as printed.
    fn printed(&self, field: Field, term: TermId, found: &Found<'_>) -> String {
        let item = found.item;
        let texts: Vec<&str> = match field {
            Field::Category => item.category.as_deref().into_iter().collect(),
            Field::Description => item.description.as_deref().into_iter().collect(),
            Field::Tags => item.tags.iter().map(String::as_str).collect(),
            Field::Gloss => self.index.usual_words(found.position).collect(),
            _ => vec![found.alias().unwrap_or(&item.name)],
        };
        let written = &self.index.vocabulary.entry(term).term;
        // Of a dozen texts most can be passed over unread; what two of its words are is found after that.
        let likely = texts.iter().filter(|text| may_hold(text, written));
        likely
            .chain(&texts)
            .find_map(|text| self.surface(text, term))
            .unwrap_or_else(|| written.to_string())
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

/// What of an item was asked for.
struct Found<'a> {
    position: u32,
    item: &'a MenuItem,
    /// Which alias fits best; none where the name does.
    alias: Option<usize>,
    /// Best evidence of each word of the query.
    evidence: Vec<Option<Evidence>>,
}

impl Found<'_> {
    /// The alias that fits best; `None` where the name does.
    fn alias(&self) -> Option<&str> {
        self.alias
            .and_then(|alias| self.item.aliases.get(alias).map(String::as_str))
    }

    /// The field that the evidence is told under: joined words are told as the phrase they stand in.
    fn shown_as(&self, evidence: &Evidence) -> Field {
        match evidence.field {
            Field::Joined if self.alias.is_none() => Field::Name,
            Field::Joined => Field::Aliases,
            field => field,
        }
    }
}

/// Whether a word of the text may be the term: where its letters are plain, its beginning stands in it,
/// whatever its case. Plurals are folded at the end.
fn may_hold(text: &str, term: &str) -> bool {
    let stem = term.strip_suffix('i').unwrap_or(term).as_bytes();
    let mut parts = text.as_bytes().windows(stem.len().max(1));
    let is_plain = text.is_ascii() && !text.contains(['\'', '`']);
    !is_plain || parts.any(|part| part.eq_ignore_ascii_case(stem))
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
