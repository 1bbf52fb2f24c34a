//! An order in another language, told in English.
//!
//! The phrases of the language's tables become words (`tokens`), put as English puts them by what
//! the menu has (`turn`: "jugo de naranja" is orange juice), and what only grammar tells is written
//! out (`grammar`). Invariant: every word of the English text knows the bytes that it was said in.
//! What the menu prints stays as it is said.

mod choice;
mod grammar;
mod tokens;
mod turn;

use super::phrases::Phrases;
use super::segment::MOST_WORDS;
use super::stems::stem;
use crate::language::Said;
use crate::menu::text::{Word, words};
use olympus_proto::{ParsedOrder, Span};
use std::ops::Range;
use tokens::Token;

/// An order in English, and where its words were said.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) text: String,
    /// Bytes of `text` with those of what was said, from left to right.
    places: Vec<(Range<usize>, Range<usize>)>,
}

/// `None` where it is English already, or in no language that is known.
pub(super) fn in_english(text: &str, phrases: &Phrases) -> Option<Told> {
    let mut spoken = words(text);
    spoken.truncate(MOST_WORDS);
    let named = |words: &[Word]| {
        tokens::named(words, phrases)
            .iter()
            .map(|at| *at > 0)
            .collect()
    };
    let said = Said::of(text, &spoken, |word| phrases.knows(&stem(word)), named)?;
    let mut tokens = tokens::of(text, &said, phrases);
    turn::for_kids(&mut tokens, phrases);
    turn::turn(&mut tokens, phrases);
    choice::choose(&mut tokens, phrases);
    grammar::write_out(&mut tokens, phrases);
    Some(Told::of(&tokens))
}

impl Told {
    fn of(tokens: &[Token]) -> Self {
        let mut told = Self::default();
        for token in tokens {
            told.text.push_str(token.gap.as_str());
            let start = told.text.len();
            told.text.push_str(&token.english);
            let at = start..told.text.len();
            told.places.push((at, token.start..token.end));
        }
        told
    }

    /// Where the words were said that are at `span` in the English text.
    fn place(&self, span: Span) -> Option<Span> {
        let mut touched = self
            .places
            .iter()
            .filter(|(at, _)| at.start < span.end.max(span.start + 1) && at.end > span.start)
            .map(|(_, said)| said);
        let first = touched.next()?;
        Some(touched.fold(
            Span {
                start: first.start,
                end: first.end,
            },
            |all, said| Span {
                start: all.start.min(said.start),
                end: all.end.max(said.end),
            },
        ))
    }

    /// The spans and the words of the answer as they were said.
    pub(super) fn point_back(&self, said: &str, parsed: &mut ParsedOrder) {
        let back = |span: &mut Span| *span = self.place(*span).unwrap_or(*span);
        let text = |span: Span| {
            said.get(span.start..span.end)
                .unwrap_or_default()
                .to_owned()
        };
        for span in parsed
            .lines
            .iter_mut()
            .filter_map(|line| line.span.as_mut())
        {
            back(span);
        }
        for words in &mut parsed.not_understood {
            back(&mut words.span);
            words.text = text(words.span);
        }
        parsed.not_understood.sort_by_key(|words| words.span.start);
        parsed.not_understood.dedup();
        for item in &mut parsed.ambiguous {
            back(&mut item.span);
            item.text = text(item.span);
        }
    }
}
