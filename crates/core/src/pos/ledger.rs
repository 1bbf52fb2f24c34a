//! The ledger: double entry, append-only. Debits are positive.
//!
//! Invariant: the postings of an entry sum to 0, and an entry has the same id however often it is
//! decided, so that a ledger that keeps ids unique has nothing twice.

use super::At;
use super::bill::plus;
use olympus_proto::Cents;
use olympus_proto::grant::{OrderId, TenderKind};
use olympus_proto::pos::{Direction, Payment, PaymentId, PaymentState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

    /// Where a tender's money stands before it is settled.
    #[must_use]
    pub const fn of(tender: TenderKind) -> Self {
        match tender {
            TenderKind::Cash => Self::Cash,
            TenderKind::Card => Self::CardReceivable,
            TenderKind::StoredValue => Self::StoredValue,
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

impl Entry {
    /// `None` where nothing is left to be posted.
    pub(super) fn new(
        id: String,
        order: &OrderId,
        payment: Option<&PaymentId>,
        postings: &[(Account, Cents)],
        at: At<'_>,
    ) -> Option<Self> {
        let mut sums: BTreeMap<Account, Cents> = BTreeMap::new();
        for (account, cents) in postings {
            let sum = sums.entry(*account).or_default();
            *sum = plus(*sum, *cents);
        }
        sums.retain(|_, sum| sum.0 != 0);
        (!sums.is_empty()).then(|| Self {
            id,
            at_ms: at.now_ms,
            day: at.day.to_owned(),
            hour: at.hour,
            order: order.clone(),
            payment: payment.cloned(),
            postings: sums.into_iter().collect(),
        })
    }
}

/// What the ledger of the terminal that took a payment gets once the cloud has settled it: nothing
/// where it is not settled, was settled before, is cash, or another terminal's.
#[must_use]
pub fn settled(before: &Payment, after: &Payment, at: At<'_>) -> Vec<Entry> {
    let now_settled = !before.state.is_settled() && after.state.is_settled();
    if !now_settled || after.terminal != *at.terminal {
        return Vec::new();
    }
    let to = match (after.tender, after.state) {
        (TenderKind::Cash, _) | (TenderKind::StoredValue, PaymentState::Approved) => {
            return Vec::new();
        }
        (_, PaymentState::Approved) => Account::Bank,
        _ => Account::Declined,
    };
    let sum = plus(after.amount_cents, after.tip_cents);
    let sum = match after.direction {
        Direction::Sale => sum,
        Direction::Refund => negative(sum),
    };
    let postings = [(to, sum), (Account::of(after.tender), negative(sum))];
    let id = format!("settled:{}", after.id);
    Entry::new(id, &after.order, Some(&after.id), &postings, at)
        .into_iter()
        .collect()
}

pub(super) const fn negative(cents: Cents) -> Cents {
    Cents(cents.0.saturating_neg())
}
