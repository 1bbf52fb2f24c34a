//! What is asked of a terminal, and what is kept of it.

use super::super::card::CardState;
use super::state::Step;
use olympus_proto::Cents;
use olympus_proto::grant::{CardToken, GrantId, OrderId, SaleId, TenderKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By what a sale is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// Money in hand.
    Cash,
    /// A bank card.
    Card(CardToken),
    /// The house's card, and what it shows.
    StoredValue(CardToken, CardState),
}

impl Tender {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> TenderKind {
        match self {
            Self::Cash => TenderKind::Cash,
            Self::Card(_) => TenderKind::Card,
            Self::StoredValue(..) => TenderKind::StoredValue,
        }
    }

    /// The card, where there is one.
    #[must_use]
    pub const fn card(&self) -> Option<&CardToken> {
        match self {
            Self::Cash => None,
            Self::Card(card) | Self::StoredValue(card, _) => Some(card),
        }
    }
}

/// A sale to authorise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The same each time it is asked for.
    pub id: SaleId,
    /// The order that it pays.
    pub order: Option<OrderId>,
    /// By what.
    pub tender: Tender,
    /// How much.
    pub cents: Cents,
    /// Kinds of goods in it.
    pub categories: Vec<String>,
    /// The age that somebody has checked, in years.
    pub age_shown: Option<u8>,
}

/// A sale that was authorised, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sold {
    /// Under which grant it counts; none for cash.
    pub grant: Option<GrantId>,
    /// The order that it pays.
    pub order: Option<OrderId>,
    /// By what, and what a card showed before.
    pub tender: Tender,
    /// How much.
    pub cents: Cents,
    /// How much the terminal might do then.
    pub step: Step,
    /// When.
    pub at_ms: u64,
    /// What was given back of it.
    pub refunds: BTreeMap<SaleId, Cents>,
}

impl Sold {
    /// Whether `sale` is this one, asked for again.
    pub(super) fn is(&self, sale: &Sale) -> bool {
        self.tender == sale.tender && self.cents == sale.cents && self.order == sale.order
    }

    /// What has not been given back.
    #[must_use]
    pub fn left(&self) -> Cents {
        let back: i64 = self.refunds.values().map(|cents| cents.0).sum();
        Cents(self.cents.0.saturating_sub(back))
    }
}

/// What was sold under a grant. It only grows: a refund gives back money, no leave to sell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// All of it.
    pub cents: Cents,
    /// How many.
    pub sales: u32,
}

impl Totals {
    /// With one sale more; saturates, which refuses.
    pub(super) const fn with(self, cents: Cents) -> Self {
        Self {
            cents: Cents(self.cents.0.saturating_add(cents.0)),
            sales: self.sales.saturating_add(1),
        }
    }
}
