//! The ledger: double entry, append-only. Debits are positive.
//!
//! Invariant: the postings of an entry sum to 0, and an entry has the same id however often it is
//! decided, so that a ledger that keeps ids unique has nothing twice.

use super::At;
use super::bill::{minus, plus};
use crate::settlement::SALE_DECLINED;
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
    let postings = match (after.tender, after.state) {
        (TenderKind::Cash, _) | (TenderKind::StoredValue, PaymentState::Approved) => Vec::new(),
        (_, PaymentState::Approved) => moved(after, Account::Bank),
        _ if was_undone(after) => {
            let undone = refund_postings(after).into_iter();
            undone.map(|(one, cents)| (one, negative(cents))).collect()
        }
        _ => moved(after, Account::Declined),
    };
    let id = format!("settled:{}", after.id);
    Entry::new(id, &after.order, Some(&after.id), &postings, at)
        .into_iter()
        .collect()
}

/// From where its tender's money stands to another account.
fn moved(payment: &Payment, to: Account) -> Vec<(Account, Cents)> {
    let sum = plus(payment.amount_cents, payment.tip_cents);
    let sum = match payment.direction {
        Direction::Sale => sum,
        Direction::Refund => negative(sum),
    };
    vec![(to, sum), (Account::of(payment.tender), negative(sum))]
}

/// A refund that was declined while its sale stands: nothing was given back, so it is taken out of
/// the books. Where the sale was declined, the refund makes up for it instead.
pub(super) fn was_undone(payment: &Payment) -> bool {
    payment.direction == Direction::Refund
        && payment.state == PaymentState::Declined
        && payment.decline_code.as_deref() != Some(SALE_DECLINED)
}

/// What a refund does to the books.
pub(super) fn refund_postings(refund: &Payment) -> Vec<(Account, Cents)> {
    let (amount, tax) = (refund.amount_cents, refund.tax_cents);
    let back = plus(amount, refund.tip_cents);
    let mut postings = vec![
        (Account::of(refund.tender), negative(back)),
        (Account::Tips, refund.tip_cents),
    ];
    if refund.of_deposit {
        postings.push((Account::Deposits, amount));
    } else {
        postings.push((Account::Tax, tax));
        postings.push((Account::Refunds, minus(amount, tax)));
    }
    postings
}

pub(super) const fn negative(cents: Cents) -> Cents {
    Cents(cents.0.saturating_neg())
}
