//! An order as the rules see it: what is shown of it, and what its document holds beside that.

use super::tax::{Tax, tax_of};
use olympus_proto::Cents;
use olympus_proto::grant::TerminalId;
use olympus_proto::pos::{
    Direction, LineId, LineState, Order, OrderStatus, OrderTotals, Payment, PaymentState, SoldLine,
    TicketState,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where a line stands in the kitchen. A field of its own, so that a touch on the kitchen's screen
/// never writes over what another till does to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InKitchen {
    /// The firing that it came with, from 1.
    pub firing: u32,
    /// When it came.
    pub fired_ms: u64,
    /// Where it stands.
    #[serde(default)]
    pub state: TicketState,
    /// When it last moved.
    #[serde(default)]
    pub moved_ms: u64,
}

/// What one terminal's ledger has of an order's sale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Sold, tax included.
    pub total_cents: Cents,
    /// Of it tax.
    pub tax_cents: Cents,
    /// Declined payments that others were taken for.
    #[serde(default)]
    pub declined_cents: Cents,
    /// How often it was posted.
    pub times: u32,
}

/// An order, and what its document holds beside what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// What is shown.
    pub order: Order,
    /// The tax that it was opened under.
    pub tax: Tax,
    /// Fired lines.
    pub kitchen: BTreeMap<LineId, InKitchen>,
    /// Lines that a closing has paid for, and taken from the stock. They are refunded, not changed.
    pub sold: BTreeSet<LineId>,
    /// By terminal.
    pub closed: BTreeMap<TerminalId, Closed>,
    /// Lines that could not be read: a later version wrote them.
    pub unread: BTreeSet<String>,
}

/// What an order costs and what came of it.
#[must_use]
pub fn totals(
    lines: &[SoldLine],
    payments: &[Payment],
    tax: Tax,
    status: OrderStatus,
) -> OrderTotals {
    todo!()
}

/// The kinds of goods in it, for the policy's age limits: each once, voided lines left out.
#[must_use]
pub fn categories(order: &Order) -> Vec<String> {
    todo!()
}
