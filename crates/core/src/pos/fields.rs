//! Orders and payments as the fields of their rows, and back.
//!
//! ```text
//! number terminal service label currency day opened_ms tax_basis_points tax_included
//! status void_reason       what was told; whether it counts is derived
//! line:<line>              the line as it was ordered, held or voided
//! kitchen:<line>           the firing that it went with, and how far it is
//! sold:<line>              a closing has paid for it; the line as it was then
//! closed:<terminal>        what that terminal's ledger has of the sale
//! ```
//! Invariant: what two tills do at once to different lines, or to a line and in the kitchen, is in
//! different fields. What a later version writes beside is passed over and stays in the row; a line
//! or a closing that cannot be read is known to be there.

use super::bill::{Bill, Closed, InKitchen};
use super::{PosError, Rules, Tax};
use olympus_proto::grant::{OrderId, TerminalId};
use olympus_proto::pos::{
    LineId, LineState, Order, OrderStatus, OrderTotals, Payment, PaymentId, SoldLine,
};
use olympus_proto::sync::Fields;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LINE: &str = "line:";
const KITCHEN: &str = "kitchen:";
const SOLD: &str = "sold:";
const CLOSED: &str = "closed:";

/// An order by its fields and its payments (in any order; others' are passed over). What later
/// versions write beside is passed over; what is missing has its default, and `rules` where the
/// order does not say under which it was opened.
#[must_use]
pub fn bill_from_fields(
    id: &OrderId,
    fields: &Fields,
    payments: &[Payment],
    rules: &Rules,
) -> Bill {
    let told: String = read(fields, "status").unwrap_or_default();
    let reason: String = read(fields, "void_reason").unwrap_or_default();
    let of_order = payments.iter().filter(|one| one.order == *id);
    let mut bill = Bill {
        order: Order {
            id: id.clone(),
            number: read(fields, "number").unwrap_or(0),
            terminal: read(fields, "terminal").unwrap_or_else(|| TerminalId(String::new())),
            service: read(fields, "service").unwrap_or_default(),
            label: read(fields, "label"),
            status: OrderStatus::Open,
            void_reason: None,
            currency: read(fields, "currency").unwrap_or_else(|| rules.currency.clone()),
            day: read(fields, "day").unwrap_or_default(),
            opened_ms: read(fields, "opened_ms").unwrap_or(0),
            lines: Vec::new(),
            totals: OrderTotals::default(),
            payments: of_order.cloned().collect(),
            revision: 0,
            pending: false,
        },
        tax: Tax {
            basis_points: read(fields, "tax_basis_points").unwrap_or(rules.tax_basis_points),
            included: read(fields, "tax_included").unwrap_or(rules.tax_included),
        },
        called_off: (told == "voided").then_some(reason),
        kitchen: BTreeMap::new(),
        sold: BTreeMap::new(),
        closed: BTreeMap::new(),
        unread: BTreeSet::new(),
    };
    for (name, value) in fields {
        bill.take_field(name, value);
    }
    bill.refresh();
    bill
}

impl Bill {
    /// One of the fields that there are many of.
    fn take_field(&mut self, name: &str, value: &Value) {
        if let Some(id) = name.strip_prefix(LINE) {
            match line(id, value) {
                Some(line) => self.order.lines.push(line),
                None => drop(self.unread.insert(name.to_owned())),
            }
        } else if let Some(id) = name.strip_prefix(KITCHEN) {
            if let Some(place) = in_kitchen(value) {
                self.kitchen.insert(LineId::from(id), place);
            }
        } else if let Some(id) = name.strip_prefix(SOLD) {
            match line(id, value) {
                Some(line) => drop(self.sold.insert(LineId::from(id), line)),
                None => drop(self.unread.insert(name.to_owned())),
            }
        } else if let Some(id) = name.strip_prefix(CLOSED) {
            match serde_json::from_value::<Closed>(value.clone()) {
                Ok(closed) => drop(self.closed.insert(TerminalId::from(id), closed)),
                Err(_) => drop(self.unread.insert(name.to_owned())),
            }
        }
    }
}

fn line(id: &str, value: &Value) -> Option<SoldLine> {
    let mut value = value.clone();
    let fields = value.as_object_mut()?;
    let voided = fields.get("state").and_then(Value::as_str) == Some("voided");
    fields.insert("line".to_owned(), Value::from(id));
    fields.insert(
        "state".to_owned(),
        Value::from(if voided { "voided" } else { "held" }),
    );
    serde_json::from_value(value).ok()
}

/// A state of a later version is none of those that are known: the kitchen has the line, anew.
fn in_kitchen(value: &Value) -> Option<InKitchen> {
    let read = serde_json::from_value::<InKitchen>(value.clone());
    read.ok().or_else(|| {
        let mut value = value.clone();
        value.as_object_mut()?.remove("state");
        serde_json::from_value(value).ok()
    })
}

/// As [`bill_from_fields`], only what is shown.
#[must_use]
pub fn order_from_fields(
    id: &OrderId,
    fields: &Fields,
    payments: &[Payment],
    rules: &Rules,
) -> Order {
    bill_from_fields(id, fields, payments, rules).order
}

/// All fields of an order.
#[must_use]
pub fn fields_of_bill(bill: &Bill) -> Fields {
    let order = &bill.order;
    let mut fields = Fields::new();
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    set("number", Value::from(order.number));
    set("terminal", Value::from(order.terminal.as_str()));
    set("service", json(&order.service));
    set("currency", Value::from(order.currency.as_str()));
    set("day", Value::from(order.day.as_str()));
    set("opened_ms", Value::from(order.opened_ms));
    set("tax_basis_points", Value::from(bill.tax.basis_points));
    set("tax_included", Value::from(bill.tax.included));
    let status = match &bill.called_off {
        Some(_) => OrderStatus::Voided,
        None => order.status,
    };
    set("status", json(&status));
    if let Some(reason) = &bill.called_off {
        set("void_reason", Value::from(reason.as_str()));
    }
    if let Some(label) = &order.label {
        set("label", Value::from(label.as_str()));
    }
    for line in &order.lines {
        set(&format!("{LINE}{}", line.line), json(&as_ordered(line)));
    }
    for (line, place) in &bill.kitchen {
        set(&format!("{KITCHEN}{line}"), json(place));
    }
    for (id, line) in &bill.sold {
        set(&format!("{SOLD}{id}"), json(line));
    }
    for (terminal, closed) in &bill.closed {
        set(&format!("{CLOSED}{terminal}"), json(closed));
    }
    fields
}

/// A line without what its place in the kitchen says.
pub(super) fn as_ordered(line: &SoldLine) -> SoldLine {
    let state = match line.state {
        LineState::Voided => LineState::Voided,
        _ => LineState::Held,
    };
    SoldLine {
        state,
        firing: None,
        fired_ms: None,
        ..line.clone()
    }
}

/// Fields that `after` has and `before` has not, or has otherwise.
pub(super) fn changed(before: Option<&Bill>, after: &Bill) -> Fields {
    let before = before.map(fields_of_bill).unwrap_or_default();
    let mut fields = fields_of_bill(after);
    fields.retain(|name, value| before.get(name) != Some(value));
    fields
}

/// What this terminal's ledger has of an order's sale stands, with the lines that it was of, whatever
/// became of the operation that told it. `held` is the document as it was last shown, `posted` what
/// the ledger has.
pub fn keep_sale(fields: &mut Fields, held: &Fields, terminal: &TerminalId, posted: Closed) {
    let name = format!("{CLOSED}{terminal}");
    let told = |fields: &Fields| read::<Closed>(fields, &name);
    let known = match told(fields) {
        Some(closed) => closed.times,
        // A later version wrote it: it stays as it is.
        None if fields.contains_key(&name) => return,
        None => 0,
    };
    if known >= posted.times {
        return;
    }
    let own = told(held).filter(|closed| closed.times >= posted.times);
    fields.insert(name, json(&own.unwrap_or(posted)));
    for (name, line) in held.iter().filter(|(name, _)| name.starts_with(SOLD)) {
        fields.entry(name.clone()).or_insert_with(|| line.clone());
    }
}

/// A payment by its fields.
///
/// # Errors
/// [`PosError::BadPaymentRow`] where one is missing that it cannot be without.
pub fn payment_from_fields(id: &PaymentId, fields: &Fields) -> Result<Payment, PosError> {
    let mut told = fields.clone();
    told.insert("id".to_owned(), Value::from(id.as_str()));
    for (name, default) in [
        ("direction", Value::from("sale")),
        ("tip_cents", Value::from(0)),
        ("state", Value::from("requested")),
        ("terminal", Value::from("")),
        ("day", Value::from("")),
        ("at_ms", Value::from(0)),
    ] {
        told.entry(name.to_owned()).or_insert(default);
    }
    // A null is a field that was taken back.
    told.retain(|_, value| !value.is_null());
    let object = Value::Object(told.into_iter().collect());
    serde_json::from_value(object).map_err(|why| PosError::BadPaymentRow {
        id: id.clone(),
        why: why.to_string(),
    })
}

/// All fields of a payment, but for what goes to the provider alone (`currency`, `card`, `sealed`,
/// `card_shown`).
#[must_use]
pub fn fields_of_payment(payment: &Payment) -> Fields {
    let mut fields: Fields = match json(payment) {
        Value::Object(object) => object.into_iter().collect(),
        _ => Fields::new(),
    };
    fields.remove("id");
    fields
}

/// The row of a new payment.
pub(super) fn payment_fields(payment: &Payment, currency: &str) -> Fields {
    let mut fields = fields_of_payment(payment);
    fields.insert("currency".to_owned(), Value::from(currency));
    fields
}

fn read<T: DeserializeOwned>(fields: &Fields, name: &str) -> Option<T> {
    let value = fields.get(name)?;
    serde_json::from_value(value.clone()).ok()
}

/// Only plain data is written here, which has always a form in JSON.
fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
