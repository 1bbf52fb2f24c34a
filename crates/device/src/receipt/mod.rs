//! Receipts as PDF: 80 mm wide, as long as they need to be.
//!
//! Invariant: the same order and head give the same bytes, and every amount on it is one of the
//! order's. Letters of the embedded font (Latin, Vietnamese, Greek, Cyrillic) are printed as they
//! are, every other script in Latin letters, with the original beneath for copying, searching and
//! reading aloud. Never prints a card's token and never reads a clock.

mod rows;
#[cfg(test)]
mod tests;
mod text;
mod write;

use olympus_proto::pos::Order;

/// What a receipt says besides its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReceiptHead {
    /// The restaurant's name.
    pub(crate) name: String,
    /// Its address, a line each.
    pub(crate) address: Vec<String>,
    /// Its number with the tax office.
    pub(crate) tax_id: Option<String>,
    /// Day and time, in the restaurant's zone.
    pub(crate) when: String,
    /// It was given out before.
    pub(crate) copy: bool,
}

/// The receipt of `order`.
pub(crate) fn pdf(order: &Order, head: &ReceiptHead) -> Vec<u8> {
    write::pdf(
        &format!("Receipt {}", order.number),
        &rows::rows(order, head),
    )
}
