//! The rules of selling: what an order costs, what may be done to it, what a payment comes to, and
//! what the ledger says of it. docs/SELLING.md tells them in words.
//!
//! ```text
//!  fields ─► Bill ─► open_order add_lines change_line fire pay refund void move_ticket ─► Decided
//!    ▲                                                                                      │
//!    └──────────── the store writes it in one transaction: fields, ledger, stock ◄──────────┘
//! ```
//! An order is a document of fields, so that two tills that change it at once both keep what they
//! did; all that is summed is derived from it. Invariants: money is whole cents and no amount
//! overflows; every ledger entry sums to 0; never more is given back than was taken; what is not
//! understood is neither lost nor sold over. Never a clock, I/O or randomness: ids, time and the
//! business day come from the shell, and nothing is done here: a [`Decided`] is data.

mod bill;
mod change;
mod close;
mod error;
mod fields;
mod kitchen;
mod ledger;
mod lines;
mod pay;
mod price;
mod refund;
mod stock;
mod tax;

pub use bill::{Bill, Closed, InKitchen, categories, totals};
pub use change::change_line;
pub use close::close;
pub use error::PosError;
pub use fields::{
    bill_from_fields, fields_of_bill, fields_of_payment, keep_sale, order_from_fields,
    payment_from_fields,
};
pub use kitchen::{fire, move_ticket, ticket_place, tickets};
pub use ledger::{Account, Entry, settled};
pub use lines::{add_lines, open_order};
pub use pay::{Amounts, Authorised, amounts, pay};
pub use refund::{GivenBack, refund, refund_amounts, void};
pub use stock::{adjust, count};
pub use tax::{Tax, tax_of};

use olympus_proto::grant::{OrderId, TerminalId};
use olympus_proto::pos::{CountStock, OrderStatus, PaymentId, SoldLine, Ticket};
use olympus_proto::sync::Fields;
use olympus_proto::{Cents, ItemId, MenuItem};

/// Most of one line.
pub const MAX_QUANTITY: u32 = 999;
/// Most lines of an order, voided ones included.
pub const MAX_LINES: usize = 500;
/// Longest lines of an order together, in bytes of JSON: a closing tells all of them at once, and one
/// push is at most 1 MiB.
pub const MAX_LINES_BYTES: usize = 256 * 1024;
/// Most lines in one request.
pub const MAX_NEW_LINES: usize = 100;
/// Most choices on a line.
pub const MAX_MODIFIERS: usize = 50;
/// Longest note, and longest reason, in bytes.
pub const MAX_NOTE_BYTES: usize = 200;
/// Longest label, in bytes.
pub const MAX_LABEL_BYTES: usize = 60;
/// Dearest line.
pub const MAX_LINE_CENTS: Cents = Cents(10_000_000);
/// Dearest order, dearest payment, tip and heap of cash.
pub const MAX_ORDER_CENTS: Cents = Cents(100_000_000);
/// Most of one dish.
pub const MAX_COUNT: i64 = 1_000_000;
/// Most that one adjustment adds or takes.
pub const MAX_ADJUST: i64 = 100_000;

/// By what a restaurant sells. An order keeps the rules that it was opened under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// ISO 4217 code.
    pub currency: String,
    /// Tax, in hundredths of a percent.
    pub tax_basis_points: u32,
    /// Prices include it.
    pub tax_included: bool,
}

/// A dish, and whether it can be had now. Age limits go by its category.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// As the menu has it.
    pub item: MenuItem,
    /// It is served at this hour and not sold out.
    pub to_be_had: bool,
}

/// The menu in use: a dish by its id.
pub type Menu<'a> = &'a dyn Fn(&ItemId) -> Option<Offer>;

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The terminal.
    pub terminal: &'a TerminalId,
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// Business day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// Hour in the restaurant's zone, 0 to 23.
    pub hour: u8,
}

/// What a command comes to. The store writes all of it in one transaction, or nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decided {
    /// Fields of the order that are set; the others stay.
    pub order: Option<(OrderId, Fields)>,
    /// A new payment or refund, all its fields.
    pub payment: Option<(PaymentId, Fields)>,
    /// Dishes, and by how much their count changes. Only counted dishes have one.
    pub stock: Vec<(ItemId, i64)>,
    /// A dish that is counted anew.
    pub count: Option<(ItemId, CountStock)>,
    /// Tickets that are new or have changed, as they are now.
    pub tickets: Vec<Ticket>,
    /// What the ledger gets.
    pub postings: Vec<Entry>,
    /// With it all of the order is paid, and its sale stands in the ledger.
    pub closes: bool,
}

impl Decided {
    /// With the fields in which the order has changed.
    fn written(mut self, before: Option<&Bill>, after: &Bill) -> Self {
        let fields = fields::changed(before, after);
        if !fields.is_empty() {
            self.order = Some((after.order.id.clone(), fields));
        }
        self
    }

    /// A line leaves the stock.
    fn take(&mut self, line: &SoldLine) {
        let by = i64::from(line.quantity);
        match self.stock.iter_mut().find(|(item, _)| *item == line.item) {
            Some((_, sum)) => *sum = sum.saturating_sub(by),
            None => self.stock.push((line.item.clone(), -by)),
        }
    }
}

impl Bill {
    fn must_be_open(&self) -> Result<(), PosError> {
        match self.order.status {
            OrderStatus::Open => Ok(()),
            OrderStatus::Paid => Err(PosError::Paid),
            OrderStatus::Voided => Err(PosError::Voided),
        }
    }
}
