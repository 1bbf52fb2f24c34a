//! Giving money back, and calling an order off.

use super::bill::{at_least_nothing, minus, plus};
use super::close::{finish, post};
use super::fields::payment_fields;
use super::ledger::{refund_postings, was_undone};
use super::pay::at_once;
use super::tax::share;
use super::{At, Bill, Closed, Decided, Entry, MAX_NOTE_BYTES, PosError, kitchen};
use olympus_proto::Cents;
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{Direction, NewRefund, Payment, PaymentId, PaymentState, VoidOrder};

/// What a refund comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenBack {
    /// Of the order.
    pub amount_cents: Cents,
    /// Of the tip.
    pub tip_cents: Cents,
    /// Both together: what a grant is told and a provider gives back.
    pub cents: Cents,
    /// See [`Payment::of_deposit`].
    pub of_deposit: bool,
    /// The tax in it, where it is no deposit.
    pub tax_cents: Cents,
}

/// What a refund of `payment`, one of the bill's, comes to: first of what it paid of the order,
/// then of its tip.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn refund_amounts(
    bill: &Bill,
    payment: &PaymentId,
    new: &NewRefund,
) -> Result<GivenBack, PosError> {
    reason(&new.reason)?;
    bill.must_know_payments()?;
    let sale = sale(bill, payment)?;
    if sale.tender == TenderKind::StoredValue && sale.state != PaymentState::Approved {
        return Err(PosError::NotBooked(payment.clone()));
    }
    let (amount_left, tip_left) = left(bill, sale);
    let left = plus(amount_left, tip_left);
    let cents = new.amount_cents.unwrap_or(left);
    if cents.0 <= 0 || cents > left {
        return Err(PosError::OverRefund(left));
    }
    let amount_cents = cents.min(amount_left);
    let of_deposit = amount_cents.0 > 0 && amount_cents <= bill.unearned();
    Ok(GivenBack {
        amount_cents,
        tip_cents: minus(cents, amount_cents),
        cents,
        of_deposit,
        tax_cents: if of_deposit {
            Cents(0)
        } else {
            tax_share(bill, amount_cents)
        },
    })
}

fn sale<'b>(bill: &'b Bill, id: &PaymentId) -> Result<&'b Payment, PosError> {
    let mut payments = bill.order.payments.iter();
    let sale = payments.find(|one| one.id == *id);
    let sale = sale.ok_or_else(|| PosError::UnknownPayment(id.clone()))?;
    if sale.direction == Direction::Refund {
        return Err(PosError::IsRefund(id.clone()));
    }
    if sale.state == PaymentState::Declined {
        return Err(PosError::PaymentDeclined(id.clone()));
    }
    Ok(sale)
}

/// What is left of a payment: of the order, and of its tip.
fn left(bill: &Bill, sale: &Payment) -> (Cents, Cents) {
    let back = bill.order.payments.iter().filter(|one| {
        one.refund_of.as_ref() == Some(&sale.id) && one.state != PaymentState::Declined
    });
    let start = (sale.amount_cents, sale.tip_cents);
    let (amount, tip) = back.fold(start, |(amount, tip), one| {
        (minus(amount, one.amount_cents), minus(tip, one.tip_cents))
    });
    (at_least_nothing(amount), at_least_nothing(tip))
}

/// Gives back a payment of the bill, or part of it. `id` names the refund.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn refund(
    bill: &Bill,
    payment: &PaymentId,
    id: &PaymentId,
    new: &NewRefund,
    at: At<'_>,
) -> Result<Decided, PosError> {
    let back = refund_amounts(bill, payment, new)?;
    let sale = sale(bill, payment)?;
    let tender = tender_of(sale);
    let refund = Payment {
        id: id.clone(),
        direction: Direction::Refund,
        refund_of: Some(payment.clone()),
        reason: Some(new.reason.clone()),
        of_deposit: back.of_deposit,
        tax_cents: back.tax_cents,
        amount_cents: back.amount_cents,
        tip_cents: back.tip_cents,
        change_cents: None,
        tender,
        state: at_once(tender == TenderKind::Cash),
        provider_reference: None,
        last4: sale.last4.clone().filter(|_| tender == sale.tender),
        card_state: None,
        terminal: at.terminal.clone(),
        day: at.day.to_owned(),
        at_ms: at.now_ms,
        ..sale.clone()
    };
    let postings = refund_postings(&refund);
    let entry = format!("payment:{id}");
    let entry = Entry::new(entry, &bill.order.id, Some(id), &postings, at);
    let mut decided = Decided {
        payment: Some((id.clone(), payment_fields(&refund, &bill.order.currency))),
        ..Decided::default()
    };
    decided.postings.extend(entry);
    let mut after = bill.clone();
    after.order.payments.push(refund);
    after.refresh();
    finish(&mut after, &mut decided, at);
    Ok(decided.written(Some(bill), &after))
}

/// By what a payment is given back. A stored-value card is not there to be written, and its balance
/// is the location's to raise: what it paid is given back in cash.
const fn tender_of(sale: &Payment) -> TenderKind {
    match sale.tender {
        TenderKind::Card => TenderKind::Card,
        TenderKind::Cash | TenderKind::StoredValue => TenderKind::Cash,
    }
}

/// The tax in it. What all refunds of an order give back of its tax is the tax in their sum, so
/// that refunds in parts come to the same as one of the whole.
fn tax_share(bill: &Bill, amount: Cents) -> Cents {
    let sold = bill.posted();
    // One that the provider declined was taken out of the books.
    let earned =
        |one: &&Payment| one.direction == Direction::Refund && !one.of_deposit && !was_undone(one);
    let before = bill.order.payments.iter().filter(earned);
    let none = (Cents(0), Cents(0));
    let (before, carried) = before.fold(none, |(sum, tax), one| {
        (plus(sum, one.amount_cents), plus(tax, one.tax_cents))
    });
    let all = plus(before, amount).min(sold.total_cents);
    let tax = minus(share(sold.tax_cents, all, sold.total_cents), carried);
    at_least_nothing(tax).min(amount)
}

/// Calls an order off: nothing may be paid of it.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn void(bill: &Bill, new: &VoidOrder, at: At<'_>) -> Result<Decided, PosError> {
    reason(&new.reason)?;
    bill.must_know_payments()?;
    bill.must_be_open()?;
    if bill.was_sold() {
        return Err(PosError::Sold);
    }
    let held = bill.held();
    if held.0 > 0 {
        return Err(PosError::SomethingPaid(held));
    }
    let mut after = bill.clone();
    after.called_off = Some(new.reason.clone());
    let mut decided = Decided::default();
    // What was declined of it is owed by nobody any more.
    let missing = bill.posted().missing(Closed {
        declined_cents: bill.declined(),
        ..Closed::default()
    });
    if !missing.is_nothing() {
        decided.postings.extend(post(&mut after, missing, at));
    }
    after.refresh();
    decided.tickets = kitchen::tickets(&after);
    Ok(decided.written(Some(bill), &after))
}

pub(super) fn reason(text: &str) -> Result<(), PosError> {
    if (1..=MAX_NOTE_BYTES).contains(&text.len()) {
        Ok(())
    } else {
        Err(PosError::BadReason)
    }
}
