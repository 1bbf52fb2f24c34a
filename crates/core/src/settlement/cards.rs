//! Stored-value cards, as the authority knows them.
use crate::grant::{CardState, Refusal};
use olympus_proto::Cents;
use serde::{Deserialize, Serialize};

/// What is known of one card.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardBook {}

impl CardBook {
    /// Takes `cents` off the card that showed `shown` at the terminal.
    ///
    /// # Errors
    /// [`Refusal`], whose code is the payment's decline code; the book is as it was.
    pub fn spend(&mut self, shown: &CardState, cents: Cents) -> Result<CardState, Refusal> {
        todo!()
    }

    /// The newest state known.
    #[must_use]
    pub fn last(&self) -> Option<CardState> {
        todo!()
    }
}
