//! What the cloud tells people of a location: sales of all its devices, the audit log, and what
//! needs somebody to look.
//!
//! Under `/api/v1/locations/{location}`. All but [`DeadLetters`] comes from the read model, which
//! follows the authority by seconds: `head` says how far it is.

use crate::grant::{CardToken, TenderKind, TerminalId};
use crate::ids::ItemId;
use crate::money::Cents;
use crate::pos::{OpenSettlement, Order, PaymentId};
use crate::sync::{Operation, OperationId, Rejection};
use serde::{Deserialize, Serialize};

/// Answer of `GET …/orders?day=&before=`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudOrders {
    /// The orders.
    pub orders: Vec<Order>,
    /// Pass as `before` for those before; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Body of `POST …/cards`: a stored-value card that the house gives out, as it is written. Nothing is
/// taken off a card that was not told here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewHouseCard {
    /// Which.
    pub card: CardToken,
    /// Its sequence.
    #[serde(default)]
    pub sequence: u64,
    /// What is on it.
    pub balance_cents: Cents,
}

/// Answer of `POST …/cards` and `GET …/cards/{card}`: what the authority's book has of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseCard {
    /// Its sequence when it was issued.
    pub issued_sequence: u64,
    /// What was on it then.
    pub issued_cents: Cents,
    /// Its sequence after the last use that was booked.
    pub sequence: u64,
    /// What is left after that.
    pub balance_cents: Cents,
}

/// What was sold on one business day, or by one terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudTotal {
    /// The day, or the terminal.
    pub of: String,
    /// Orders that are paid.
    pub orders: u64,
    /// Their totals, tax included, tips left out.
    pub gross_cents: Cents,
    /// Of it tax.
    pub tax_cents: Cents,
}

/// What came in by one tender. Declined payments are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudTender {
    /// The tender.
    pub tender: TenderKind,
    /// How many payments.
    pub payments: u64,
    /// Taken, tips included.
    pub taken_cents: Cents,
    /// Of it tips.
    pub tip_cents: Cents,
    /// Given back, tips included.
    pub refunded_cents: Cents,
}

/// What one dish brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudItem {
    /// The dish.
    pub item: ItemId,
    /// A name that it was sold under.
    pub name: String,
    /// How many.
    pub quantity: u64,
    /// What they brought, modifiers included.
    pub lines_cents: Cents,
}

/// Answer of `GET …/reports/sales?from=&to=`: what all devices sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudSales {
    /// First business day.
    pub from: String,
    /// Last business day, included.
    pub to: String,
    /// Always `cloud`.
    pub source: String,
    /// ISO 4217 codes of the orders; amounts of several are not to be added.
    pub currencies: Vec<String>,
    /// Orders that are paid.
    pub orders: u64,
    /// Their totals, tax included, tips left out.
    pub gross_cents: Cents,
    /// Of it tax.
    pub tax_cents: Cents,
    /// By day.
    pub by_day: Vec<CloudTotal>,
    /// By the terminal that opened the order.
    pub by_terminal: Vec<CloudTotal>,
    /// By tender.
    pub by_tender: Vec<CloudTender>,
    /// By dish, most money first, at most 500.
    pub by_item: Vec<CloudItem>,
    /// What is not settled, of these days.
    pub settlement: OpenSettlement,
    /// Changes of the authority up to this version are in it.
    pub head: u64,
}

/// One decision of the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The operation; for the authority's own decisions `settled:`, the payment and the version.
    pub operation: String,
    /// Whose; empty for the authority itself.
    pub device: String,
    /// By which registration.
    pub incarnation: u64,
    /// Its place there.
    pub sequence: u64,
    /// Who sent it: a key or a subject.
    pub principal: String,
    /// What it does.
    pub kind: String,
    /// The row.
    pub entity: String,
    /// What became of it: `applied`, `merged`, `rejected`, `skipped`, or a payment's state.
    pub outcome: String,
    /// More of it: the reason, or the fields that were written over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The row's version by it; 0 where it changed nothing.
    pub version: u64,
    /// What is at stake.
    pub value_cents: Cents,
    /// When, by the device's clock.
    pub created_at_ms: i64,
    /// When it was decided.
    pub decided_at_ms: u64,
}

/// Answer of `GET …/audit?after=`: oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// At most 500.
    pub entries: Vec<AuditEntry>,
    /// Pass as `after` for those after; absent where there are none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// An operation that could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadOperation {
    /// Which.
    pub operation: OperationId,
    /// Whose.
    pub device: String,
    /// Why not.
    pub reason: Rejection,
    /// For people: what to do.
    pub advice: String,
    /// As it was sent.
    pub sent: Operation,
    /// When it came.
    pub at_ms: u64,
}

/// A payment that is not settled, and why somebody should look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentInTrouble {
    /// Which.
    pub payment: PaymentId,
    /// Its name at the provider.
    pub reference: String,
    /// Where it was taken.
    pub terminal: TerminalId,
    /// Business day.
    pub day: String,
    /// Amount and tip; negative for refunds.
    pub cents: Cents,
    /// Where it stands: a [`crate::pos::PaymentState`].
    pub state: String,
    /// Why: `late`, `refused`, `differs`, `unreadable`, `no_order` or `no_card`.
    pub why: String,
    /// For people: what it means and what to do.
    pub advice: String,
    /// When it was taken, by the terminal's clock.
    pub at_ms: u64,
}

/// Answer of `GET …/dead-letters`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeadLetters {
    /// Operations, newest first, at most 200.
    pub operations: Vec<DeadOperation>,
    /// Payments, oldest first, at most 200.
    pub payments: Vec<PaymentInTrouble>,
}

/// Answer of `POST …/payments/settle`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hurried {
    /// Payments that are not settled, and are looked at now.
    pub open: u64,
}
