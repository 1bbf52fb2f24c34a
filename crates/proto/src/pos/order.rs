//! Orders as they are sold.

use super::LineId;
use super::payment::Payment;
use crate::grant::{OrderId, TerminalId};
use crate::ids::ItemId;
use crate::money::Cents;
use crate::order::{Amount, ModifierAction};
use serde::{Deserialize, Serialize};

/// How an order reaches its guest.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// At the counter.
    #[default]
    Counter,
    /// Through the window of a car.
    DriveThrough,
    /// At a table.
    Table,
    /// By a courier.
    Delivery,
    /// From a kiosk's screen.
    Kiosk,
}

/// Where an order stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// It can be changed and paid.
    #[default]
    Open,
    /// All of it is paid.
    Paid,
    /// It was called off; nothing of it is owed.
    Voided,
}

/// Where a line stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Not yet told to the kitchen.
    #[default]
    Held,
    /// The kitchen has it.
    Fired,
    /// It is ready to be handed over.
    Ready,
    /// It was handed over.
    Served,
    /// It was taken off.
    Voided,
}

/// A choice to make on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewModifier {
    /// The group's id in its item.
    pub group: String,
    /// The option's id in its group.
    pub id: String,
    /// Wanted or not; an option that is left out costs nothing.
    #[serde(default = "add")]
    pub action: ModifierAction,
    /// How much, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

const fn add() -> ModifierAction {
    ModifierAction::Add
}

/// A line to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The dish, of the menu in use.
    pub item: ItemId,
    /// How many, 1 to 999.
    #[serde(default = "one")]
    pub quantity: u32,
    /// Choices, sizes among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<NewModifier>,
    /// For the kitchen, at most 200 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Price of one, before modifiers, where the menu states none. Refused where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<Cents>,
}

const fn one() -> u32 {
    1
}

/// Body of `POST /v1/orders`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewOrder {
    /// How it reaches its guest.
    pub service: Service,
    /// Table, name or car, at most 60 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its first lines, at most 100.
    pub lines: Vec<NewLine>,
    /// Tell the kitchen at once.
    pub fire: bool,
}

/// Body of `POST /v1/orders/{order}/lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddLines {
    /// 1 to 100 lines.
    pub lines: Vec<NewLine>,
    /// Tell the kitchen at once.
    #[serde(default)]
    pub fire: bool,
}

/// Body of `PATCH /v1/orders/{order}/lines/{line}`; what is left out stays. A line that the kitchen
/// has can only be voided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeLine {
    /// How many, 1 to 999.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// All its choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifiers: Option<Vec<NewModifier>>,
    /// For the kitchen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Take it off; why, at most 200 bytes. Stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void: Option<String>,
}

/// Body of `POST /v1/orders/{order}/fire`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fire {
    /// Held lines to tell the kitchen of; empty is all.
    pub lines: Vec<LineId>,
}

/// Body of `POST /v1/orders/{order}/void`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidOrder {
    /// Why, 1 to 200 bytes.
    pub reason: String,
}

/// A choice as it was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldModifier {
    /// The group's id in its item.
    pub group: String,
    /// The option's id in its group.
    pub id: String,
    /// As the menu had it.
    pub name: String,
    /// Wanted or not.
    pub action: ModifierAction,
    /// How much, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// What it adds to the price of one.
    pub price_cents: Cents,
}

/// A line as it was sold: names and prices are those of the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldLine {
    /// Its id.
    pub line: LineId,
    /// The dish.
    pub item: ItemId,
    /// As the menu had it.
    pub name: String,
    /// The heading that it stood under; age limits go by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How many.
    pub quantity: u32,
    /// Choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<SoldModifier>,
    /// For the kitchen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Price of one, modifiers included.
    pub unit_cents: Cents,
    /// Where it stands.
    pub state: LineState,
    /// Why it was taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_reason: Option<String>,
    /// The firing that it went to the kitchen with, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firing: Option<u32>,
    /// When it went there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_ms: Option<u64>,
}

impl SoldLine {
    /// What the line costs; nothing where it was taken off.
    #[must_use]
    pub fn total(&self) -> Cents {
        match self.state {
            LineState::Voided => Cents(0),
            _ => Cents(self.unit_cents.0.saturating_mul(i64::from(self.quantity))),
        }
    }
}

/// What an order costs, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTotals {
    /// All lines. Tax included where prices include it.
    pub lines_cents: Cents,
    /// Tax, within or on top of the lines.
    pub tax_cents: Cents,
    /// To pay, tips left out.
    pub total_cents: Cents,
    /// Paid of it, by payments that were not declined.
    pub paid_cents: Cents,
    /// Given back.
    pub refunded_cents: Cents,
    /// Tips.
    pub tip_cents: Cents,
    /// Still to pay.
    pub due_cents: Cents,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What is called out: counts up on its terminal each business day.
    pub number: u32,
    /// The terminal that opened it.
    pub terminal: TerminalId,
    /// How it reaches its guest.
    pub service: Service,
    /// Table, name or car.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it stands.
    pub status: OrderStatus,
    /// Why it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_reason: Option<String>,
    /// ISO 4217 code of all its amounts.
    pub currency: String,
    /// Business day on which it was opened.
    pub day: String,
    /// When.
    pub opened_ms: u64,
    /// Its lines, voided ones included, in the order in which they were added.
    pub lines: Vec<SoldLine>,
    /// What it costs.
    pub totals: OrderTotals,
    /// Payments and refunds, oldest first.
    pub payments: Vec<Payment>,
    /// Grows with each change here; for `if-match`.
    pub revision: u64,
    /// Changes of it wait to be sent to the cloud.
    pub pending: bool,
}

/// Answer of `GET /v1/orders`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderList {
    /// The orders.
    pub orders: Vec<Order>,
    /// Pass as `before` for those before; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
