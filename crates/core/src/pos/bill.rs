//! An order as the rules see it: what is shown of it, and what its document holds beside that.
//!
//! Invariant: status and totals are derived, from lines, payments and what was told; nothing here
//! is summed twice or stored as a sum.

use super::PosError;
use super::tax::{Tax, tax_of, with_tax};
use olympus_proto::Cents;
use olympus_proto::grant::TerminalId;
use olympus_proto::pos::{
    Direction, LineId, LineState, Order, OrderStatus, OrderTotals, Payment, PaymentId,
    PaymentState, SoldLine, TicketState,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is unread of a bill and begins so is a payment.
const UNREAD_PAYMENT: &str = "payment:";

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
    #[serde(default)]
    pub times: u32,
}

impl Closed {
    /// Both together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            total_cents: plus(self.total_cents, other.total_cents),
            tax_cents: plus(self.tax_cents, other.tax_cents),
            declined_cents: plus(self.declined_cents, other.declined_cents),
            times: self.times.saturating_add(other.times),
        }
    }

    /// What is missing of `wanted`.
    pub(super) fn missing(self, wanted: Self) -> Self {
        Self {
            total_cents: minus(wanted.total_cents, self.total_cents),
            tax_cents: minus(wanted.tax_cents, self.tax_cents),
            declined_cents: minus(wanted.declined_cents, self.declined_cents),
            times: 1,
        }
    }

    /// Nothing of it is to be posted.
    pub(super) const fn is_nothing(self) -> bool {
        self.total_cents.0 == 0 && self.tax_cents.0 == 0 && self.declined_cents.0 == 0
    }
}

/// An order, and what its document holds beside what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// What is shown.
    pub order: Order,
    /// The tax that it was opened under.
    pub tax: Tax,
    /// A till called it off, and why. It counts while nothing is paid of the order.
    pub called_off: Option<String>,
    /// Fired lines.
    pub kitchen: BTreeMap<LineId, InKitchen>,
    /// Lines that a closing has paid for, and taken from the stock, as they were then. They are
    /// refunded, not changed: what another till did to them meanwhile came too late.
    pub sold: BTreeMap<LineId, SoldLine>,
    /// By terminal.
    pub closed: BTreeMap<TerminalId, Closed>,
    /// Lines, closings and payments that could not be read: a later version wrote them.
    pub unread: BTreeSet<String>,
}

impl Bill {
    /// Derives what is derived.
    pub(super) fn refresh(&mut self) {
        let order = &mut self.order;
        order
            .lines
            .retain(|line| !self.sold.contains_key(&line.line));
        order.lines.extend(self.sold.values().cloned());
        order.lines.sort_by_cached_key(|line| place(&line.line));
        for line in &mut order.lines {
            let kitchen = self.kitchen.get(&line.line);
            line.firing = kitchen.map(|at| at.firing);
            line.fired_ms = kitchen.map(|at| at.fired_ms);
            if line.state != LineState::Voided {
                line.state = kitchen.map_or(LineState::Held, |at| line_state(at.state));
            }
        }
        order
            .payments
            .sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
        let money = Money::of(&order.payments);
        let held = money.held();
        let lines = lines_total(&order.lines);
        let due = minus(with_tax(lines, self.tax), money.covered());
        let was_sold = self.closed.values().any(|closed| closed.total_cents.0 != 0);
        order.status = if self.called_off.is_some() && held.0 == 0 && !was_sold {
            OrderStatus::Voided
        } else if (held.0 > 0 || was_sold) && due.0 <= 0 && self.unread.is_empty() {
            OrderStatus::Paid
        } else {
            OrderStatus::Open
        };
        let voided = order.status == OrderStatus::Voided;
        order.void_reason = self.called_off.clone().filter(|_| voided);
        order.totals = totals(&order.lines, &order.payments, self.tax, order.status);
    }

    /// A payment of it cannot be read: a later version took it. Nothing is paid, given back or called
    /// off here until it can, or a guest would pay twice.
    pub fn unread_payment(&mut self, id: &PaymentId) {
        self.unread.insert(format!("{UNREAD_PAYMENT}{id}"));
        self.refresh();
    }

    /// Refuses what needs to know all that was paid.
    pub(super) fn must_know_payments(&self) -> Result<(), PosError> {
        let payment = |what: &String| what.starts_with(UNREAD_PAYMENT);
        match self.unread.iter().any(payment) {
            true => Err(PosError::Unread),
            false => Ok(()),
        }
    }

    /// All that was posted of its sale.
    pub(super) fn posted(&self) -> Closed {
        let none = Closed::default();
        self.closed.values().fold(none, |sum, one| sum.plus(*one))
    }

    /// Its sale stands in a ledger.
    pub(super) fn was_sold(&self) -> bool {
        self.closed.values().any(|closed| closed.total_cents.0 != 0)
    }

    /// What is there of the guest's money and does not belong to a refunded sale.
    pub(super) fn held(&self) -> Cents {
        Money::of(&self.order.payments).held()
    }

    /// Declined payments, less what was to be given back of them.
    pub(super) fn declined(&self) -> Cents {
        Money::of(&self.order.payments).declined
    }

    /// How much more was paid than the order costs.
    pub(super) fn over(&self) -> Cents {
        let covered = Money::of(&self.order.payments).covered();
        at_least_nothing(minus(covered, self.order.totals.total_cents))
    }

    /// What was paid and is not part of a sale: before the order is closed, or more than it costs.
    /// A declined payment is sold until another one has taken its place.
    pub(super) fn unearned(&self) -> Cents {
        let money = Money::of(&self.order.payments);
        let posted = self.posted();
        let sold = posted.total_cents.min(self.order.totals.total_cents);
        let taken = plus(money.covered(), money.declined);
        minus(minus(taken, sold), posted.declined_cents)
    }

    /// The line of that id.
    pub(super) fn line(&self, id: &LineId) -> Option<&SoldLine> {
        self.order.lines.iter().find(|line| line.line == *id)
    }
}

/// What payments come to.
#[derive(Default)]
struct Money {
    /// Taken, declined ones left out.
    paid: Cents,
    /// Of it given back before it was earned.
    returned: Cents,
    /// Given back in all.
    refunded: Cents,
    /// Tips that are left.
    tips: Cents,
    /// Declined, less what was to be given back of it.
    declined: Cents,
    /// Sold, declined, and to be given back: it is not owed any more.
    waived: Cents,
}

impl Money {
    fn of(payments: &[Payment]) -> Self {
        let mut money = Self::default();
        for payment in payments {
            match payment.direction {
                Direction::Sale => money.sale(payment),
                Direction::Refund => {
                    let sale = payment.refund_of.as_ref();
                    let sale = sale.and_then(|id| payments.iter().find(|one| one.id == *id));
                    money.refund(payment, sale.is_some_and(declined));
                }
            }
        }
        money
    }

    fn sale(&mut self, payment: &Payment) {
        if declined(payment) {
            self.declined = plus(self.declined, payment.amount_cents);
        } else {
            self.paid = plus(self.paid, payment.amount_cents);
            self.tips = plus(self.tips, payment.tip_cents);
        }
    }

    fn refund(&mut self, payment: &Payment, of_declined: bool) {
        let amount = payment.amount_cents;
        match (of_declined, payment.of_deposit) {
            (true, of_deposit) => {
                self.declined = minus(self.declined, amount);
                if !of_deposit {
                    self.waived = plus(self.waived, amount);
                }
            }
            (false, _) if declined(payment) => {}
            (false, of_deposit) => {
                self.refunded = plus(self.refunded, amount);
                self.tips = minus(self.tips, payment.tip_cents);
                if of_deposit {
                    self.returned = plus(self.returned, amount);
                }
            }
        }
    }

    /// The guest's money that is here for the order.
    fn held(&self) -> Cents {
        at_least_nothing(minus(self.paid, self.returned))
    }

    /// What the order does not ask for any more.
    fn covered(&self) -> Cents {
        plus(self.held(), self.waived)
    }
}

fn declined(payment: &Payment) -> bool {
    payment.state == PaymentState::Declined
}

/// What an order costs and what came of it.
#[must_use]
pub fn totals(
    lines: &[SoldLine],
    payments: &[Payment],
    tax: Tax,
    status: OrderStatus,
) -> OrderTotals {
    let lines_cents = lines_total(lines);
    let total_cents = with_tax(lines_cents, tax);
    let money = Money::of(payments);
    let due_cents = match status {
        OrderStatus::Voided => Cents(0),
        _ => at_least_nothing(minus(total_cents, money.covered())),
    };
    OrderTotals {
        lines_cents,
        tax_cents: tax_of(lines_cents, tax),
        total_cents,
        paid_cents: money.paid,
        refunded_cents: money.refunded,
        tip_cents: money.tips,
        due_cents,
    }
}

/// The kinds of goods in it, for the policy's age limits: each once, voided lines left out.
#[must_use]
pub fn categories(order: &Order) -> Vec<String> {
    let sold = order
        .lines
        .iter()
        .filter(|line| line.state != LineState::Voided);
    let kinds: BTreeSet<&String> = sold.filter_map(|line| line.category.as_ref()).collect();
    kinds.into_iter().cloned().collect()
}

fn lines_total(lines: &[SoldLine]) -> Cents {
    lines
        .iter()
        .fold(Cents(0), |sum, line| plus(sum, line.total()))
}

const fn line_state(state: TicketState) -> LineState {
    match state {
        TicketState::New | TicketState::Cooking => LineState::Fired,
        TicketState::Ready => LineState::Ready,
        TicketState::Done => LineState::Served,
    }
}

/// Where a line stands among the others: by its number, which grows with each line that any till
/// adds to what it sees, then by its terminal.
pub(super) fn place(line: &LineId) -> (u32, String) {
    let text = line.as_str();
    let number = text.rsplit_once('.').and_then(|(_, n)| n.parse().ok());
    (number.unwrap_or(u32::MAX), text.to_owned())
}

pub(super) const fn plus(a: Cents, b: Cents) -> Cents {
    Cents(a.0.saturating_add(b.0))
}

pub(super) const fn minus(a: Cents, b: Cents) -> Cents {
    Cents(a.0.saturating_sub(b.0))
}

pub(super) fn at_least_nothing(cents: Cents) -> Cents {
    Cents(cents.0.max(0))
}
