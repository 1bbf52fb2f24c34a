//! Orders: from an utterance to lines grounded in the menu.
//!
//! How an utterance is read: [`Lexicon`] holds every phrase that this menu can be ordered by
//! beside the words of ordering; `segment` cuts the words into the best sequence of phrases;
//! `reader` walks over them and opens, changes and drops lines (`dishes`, `choices`, `counts`);
//! `answer` grounds what was wished in the options of each item.
//!
//! Invariant: nothing is in an answer that the menu does not have. Words that fit several things
//! are told as ambiguous and words that fit nothing as not understood, a "no …" above all. The
//! same text, menu and context give the same answer.

mod answer;
mod choices;
mod counts;
mod dishes;
mod draft;
mod grammar;
mod lexicon;
mod names;
mod reader;
mod segment;
mod spelling;
#[cfg(test)]
mod tests;

pub use counts::MAX_QUANTITY;
pub use lexicon::Lexicon;

use crate::menu::filter::Filter;
use answer::Answer;
use draft::{Draft, What, Wish};
use olympus_proto::{MenuItem, ModifierAction, OrderLine, ParsedOrder, State};
use reader::Reader;

/// Most lines of an order given.
pub const MAX_LINES: usize = 100;

/// An order given that cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// More lines than are read.
    #[error("context.order has {0} lines; at most {MAX_LINES} are read")]
    TooManyLines(usize),
    /// The item is not on this menu.
    #[error("context.order: line {line} is `{id}`, which is not on the menu; leave it out")]
    UnknownItem {
        /// The line's number.
        line: u32,
        /// The item.
        id: String,
    },
    /// Two lines of one number, or number 0.
    #[error("context.order: line number {0} is 0 or used twice; number the lines from 1")]
    LineNumber(u32),
    /// No such quantity.
    #[error("context.order: line {line} has quantity {quantity}; use 1 to {MAX_QUANTITY}")]
    Quantity {
        /// The line's number.
        line: u32,
        /// As sent.
        quantity: u32,
    },
}

/// Reads orders against one menu.
pub struct Parser<'a> {
    /// Built from `items`.
    pub lexicon: &'a Lexicon,
    /// The menu, in the order in which the lexicon was built.
    pub items: &'a [MenuItem],
    /// What substitutes must pass and lines are held against.
    pub filter: &'a Filter,
    /// Whether an item can be had now.
    pub state: &'a dyn Fn(&MenuItem) -> State,
}

impl Parser<'_> {
    /// The order after `text`, given the order before it.
    ///
    /// # Errors
    /// [`ContextError`] where the order before it is not one of this menu.
    pub fn parse(&self, text: &str, before: &[OrderLine]) -> Result<ParsedOrder, ContextError> {
        let given = self.drafts(before)?;
        let segments = segment::segments(self.lexicon, text);
        let reader = Reader::new(self.lexicon, self.items, segments, given);
        let (drafts, notes) = reader.read();
        let answer = Answer {
            lexicon: self.lexicon,
            items: self.items,
            text,
            filter: self.filter,
            state: self.state,
        };
        Ok(answer.of(&drafts, &notes))
    }

    fn drafts(&self, lines: &[OrderLine]) -> Result<Vec<Draft>, ContextError> {
        if lines.len() > MAX_LINES {
            return Err(ContextError::TooManyLines(lines.len()));
        }
        let mut drafts: Vec<Draft> = Vec::with_capacity(lines.len());
        for given in lines {
            let line = given.line;
            if line == 0 || drafts.iter().any(|other| other.line == Some(line)) {
                return Err(ContextError::LineNumber(line));
            }
            if !(1..=MAX_QUANTITY).contains(&given.quantity) {
                let quantity = given.quantity;
                return Err(ContextError::Quantity { line, quantity });
            }
            let position = self.items.iter().position(|item| item.id == given.id);
            let position = position.and_then(|at| u32::try_from(at).ok());
            let item = position.ok_or_else(|| ContextError::UnknownItem {
                line,
                id: given.id.to_string(),
            })?;
            drafts.push(Draft {
                line: Some(line),
                candidates: vec![item],
                quantity: given.quantity,
                wishes: wishes(given),
                ..Draft::default()
            });
        }
        Ok(drafts)
    }
}

fn wishes(given: &OrderLine) -> Vec<Wish> {
    let wish = |what, action| Wish {
        what,
        action,
        amount: None,
        span: None,
    };
    let size = given.size.iter().map(|size| {
        let what = What::GivenSize(size.clone(), given.size_option.clone());
        wish(what, ModifierAction::Add)
    });
    let modifiers = given.modifiers.iter().map(|modifier| {
        let mut modifier = modifier.clone();
        // Spans are of the text that is read now.
        modifier.span = None;
        let action = modifier.action;
        wish(What::Given(modifier), action)
    });
    size.chain(modifiers).collect()
}
