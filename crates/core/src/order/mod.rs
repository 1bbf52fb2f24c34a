//! From what a customer says to the lines of an order, by the menu's own names.
//!
//! Words are cut into phrases (`segment`): names of the menu and the cues of ordering
//! ([`speech`]); the phrases are then read from left to right ([`assemble`]). Invariant: the same
//! menu, text and order give the same answer; every line and every choice exists on the menu;
//! every span lies in the text. No model takes part, so an order is never guessed from its sound.

mod assemble;
mod called;
mod deeds;
mod draft;
mod foreign;
mod lines;
mod misspelt;
mod option;
mod phrases;
mod said;
mod segment;
mod speech;
mod stems;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_allergies;
#[cfg(test)]
mod tests_counter;
#[cfg(test)]
mod tests_house;
#[cfg(test)]
mod tests_known;
#[cfg(test)]
mod tests_languages;
#[cfg(test)]
mod tests_meant;
#[cfg(test)]
mod tests_menus;
#[cfg(test)]
mod tests_negation;
#[cfg(test)]
mod tests_parts;
#[cfg(test)]
mod tests_patterns;
#[cfg(test)]
mod tests_plates;
#[cfg(test)]
mod tests_review;
#[cfg(test)]
mod tests_taken_back;
#[cfg(test)]
mod tests_takeout;
#[cfg(test)]
mod tests_till;
#[cfg(test)]
mod tests_wishes;

use olympus_proto::{MenuItem, OrderLine, ParsedOrder};
use phrases::Phrases;

/// Most of one item on a line.
pub const MOST: u32 = 999;
/// Most lines of an order.
pub const MOST_LINES: usize = 100;

/// Reads orders for one menu; made once per version.
#[derive(Debug, Clone)]
pub struct OrderParser {
    items: Vec<MenuItem>,
    phrases: Phrases,
}

impl OrderParser {
    /// Learns a menu's names: items, aliases, options. A group whose id or name says `size` holds
    /// sizes and no modifiers.
    #[must_use]
    pub fn new(items: Vec<MenuItem>) -> Self {
        let phrases = Phrases::new(&items);
        Self { items, phrases }
    }

    /// The order that `text` places, on top of the lines of `order`. Lines of items that are not
    /// on the menu any more are left out.
    #[must_use]
    pub fn parse(&self, text: &str, order: &[OrderLine]) -> ParsedOrder {
        let Some(told) = foreign::in_english(text, &self.phrases) else {
            return self.parse_english(text, order);
        };
        let mut parsed = self.parse_english(&told.text, order);
        told.point_back(text, &mut parsed);
        parsed
    }

    fn parse_english(&self, text: &str, order: &[OrderLine]) -> ParsedOrder {
        let segments = segment::segment(text, &self.phrases);
        assemble::assemble(&self.items, &self.phrases, text, &segments, order)
    }
}
