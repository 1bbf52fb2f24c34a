//! The ledger: double entry, append-only.
use super::At;
use olympus_proto::Cents;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Payment, PaymentId};
use serde::{Deserialize, Serialize};

/// An account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Money in the drawer.
    Cash,
    /// Authorised offline, not settled yet.
    CardReceivable,
    /// Taken off the house's own cards.
    StoredValue,
    /// Settled by the provider.
    Bank,
    /// Sold and declined.
    Declined,
    /// Paid for orders that are not closed.
    Deposits,
    /// Sold, tax left out.
    Sales,
    /// Tax that is owed.
    Tax,
    /// Tips that are owed.
    Tips,
    /// Given back, tax left out.
    Refunds,
}

impl Account {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Cash,
        Self::CardReceivable,
        Self::StoredValue,
        Self::Bank,
        Self::Declined,
        Self::Deposits,
        Self::Sales,
        Self::Tax,
        Self::Tips,
        Self::Refunds,
    ];

    /// Its name, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::CardReceivable => "card_receivable",
            Self::StoredValue => "stored_value",
            Self::Bank => "bank",
            Self::Declined => "declined",
            Self::Deposits => "deposits",
            Self::Sales => "sales",
            Self::Tax => "tax",
            Self::Tips => "tips",
            Self::Refunds => "refunds",
        }
    }
}

/// One entry: its postings sum to 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The same for the same thing, so that a ledger never has it twice.
    pub id: String,
    /// When.
    pub at_ms: u64,
    /// Business day.
    pub day: String,
    /// Hour of it.
    pub hour: u8,
    /// The order that it is about.
    pub order: OrderId,
    /// The payment that it is about; none where it is the order's sale.
    pub payment: Option<PaymentId>,
    /// Accounts and amounts, none of them 0, each account once.
    pub postings: Vec<(Account, Cents)>,
}

/// What the ledger of the terminal that took a payment gets once the cloud has settled it: nothing
/// where it is not settled, was settled before, is cash, or another terminal's.
#[must_use]
pub fn settled(before: &Payment, after: &Payment, at: At<'_>) -> Vec<Entry> {
    todo!()
}
