//! Paying: what a payment comes to, and taking it once it is authorised.

use super::bill::plus;
use super::close::finish;
use super::fields::payment_fields;
use super::ledger::negative;
use super::{Account, At, Bill, Decided, Entry, MAX_ORDER_CENTS, PosError, categories};
use olympus_proto::Cents;
use olympus_proto::grant::{GrantId, TenderKind};
use olympus_proto::pos::{CardPresented, Direction, NewPayment, Payment, PaymentId, PaymentState};
use serde_json::Value;

/// Longest text that a reader seals for the provider.
const MAX_SEALED_BYTES: usize = 4 * 1024;
/// Longest state of a stored-value card, in base64.
const MAX_CARD_STATE_BYTES: usize = 256;

/// What a payment comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// Of the order.
    pub amount_cents: Cents,
    /// On top.
    pub tip_cents: Cents,
    /// Change, where cash is paid.
    pub change_cents: Option<Cents>,
    /// Both together: what a grant authorises and a provider takes.
    pub cents: Cents,
    /// Kinds of goods in the order, for age limits.
    pub categories: Vec<String>,
}

/// What the grant said to a payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorised {
    /// The grant that it counts under; none for cash.
    pub grant: Option<GrantId>,
    /// New state of a stored-value card, base64, for its reader to write.
    pub card_state: Option<String>,
}

/// What a payment comes to, before it is authorised.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn amounts(bill: &Bill, new: &NewPayment) -> Result<Amounts, PosError> {
    if !bill.unread.is_empty() {
        return Err(PosError::Unread);
    }
    bill.must_be_open()?;
    let due = bill.order.totals.due_cents;
    if due.0 <= 0 {
        return Err(PosError::NothingDue);
    }
    let amount_cents = new.amount_cents.unwrap_or(due);
    if amount_cents.0 <= 0 || amount_cents > due {
        return Err(PosError::BadAmount(due));
    }
    let tip_cents = new.tip_cents;
    let cents = plus(amount_cents, tip_cents);
    if tip_cents.0 < 0 || cents > MAX_ORDER_CENTS {
        return Err(PosError::BadTip);
    }
    let change_cents = match new.tender {
        TenderKind::Cash => Some(change(new, cents)?),
        TenderKind::Card | TenderKind::StoredValue => {
            by_card(new)?;
            None
        }
    };
    Ok(Amounts {
        amount_cents,
        tip_cents,
        change_cents,
        cents,
        categories: categories(&bill.order),
    })
}

/// What is given back of the cash that was handed over.
fn change(new: &NewPayment, cents: Cents) -> Result<Cents, PosError> {
    if new.card.is_some() {
        return Err(PosError::NotOfTender(new.tender, "card"));
    }
    let handed = new.handed_cents.unwrap_or(cents);
    if handed > MAX_ORDER_CENTS {
        return Err(PosError::TooMuchHanded);
    }
    let change = super::bill::minus(handed, cents);
    if change.0 < 0 {
        return Err(PosError::TooLittleHanded(cents));
    }
    Ok(change)
}

fn by_card(new: &NewPayment) -> Result<(), PosError> {
    if new.handed_cents.is_some() {
        return Err(PosError::NotOfTender(new.tender, "handed_cents"));
    }
    let card = new.card.as_ref();
    let card = card.ok_or(PosError::MissingOfTender(new.tender, "card"))?;
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let token = card.token.as_str();
    if token.len() != 64 || !token.bytes().all(hex) {
        return Err(PosError::BadCard("card.token"));
    }
    let digits = |text: &String| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if card.last4.as_ref().is_some_and(|text| !digits(text)) {
        return Err(PosError::BadCard("card.last4"));
    }
    let long = |text: &Option<String>, most| text.as_ref().is_some_and(|t| t.len() > most);
    if long(&card.sealed, MAX_SEALED_BYTES) {
        return Err(PosError::BadCard("card.sealed"));
    }
    match (new.tender, &card.state) {
        (TenderKind::StoredValue, None) => Err(PosError::MissingOfTender(new.tender, "card.state")),
        (TenderKind::StoredValue, Some(_)) if long(&card.state, MAX_CARD_STATE_BYTES) => {
            Err(PosError::BadCard("card.state"))
        }
        (TenderKind::Card, Some(_)) => Err(PosError::NotOfTender(new.tender, "card.state")),
        _ => Ok(()),
    }
}

/// Takes a payment that was authorised. `id` names it.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn pay(
    bill: &Bill,
    id: &PaymentId,
    new: &NewPayment,
    authorised: &Authorised,
    at: At<'_>,
) -> Result<Decided, PosError> {
    let amounts = amounts(bill, new)?;
    let payment = payment(bill, id, new, &amounts, authorised, at);
    let postings = [
        (Account::of(new.tender), amounts.cents),
        (Account::Deposits, negative(amounts.amount_cents)),
        (Account::Tips, negative(amounts.tip_cents)),
    ];
    let entry = format!("payment:{id}");
    let entry = Entry::new(entry, &bill.order.id, Some(id), &postings, at);
    let mut fields = payment_fields(&payment, &bill.order.currency);
    if let Some(card) = &new.card {
        for (name, told) in for_provider(card, new.tender) {
            fields.insert(name.to_owned(), Value::from(told));
        }
    }
    let mut after = bill.clone();
    after.order.payments.push(payment);
    after.refresh();
    let mut decided = Decided {
        payment: Some((id.clone(), fields)),
        ..Decided::default()
    };
    decided.postings.extend(entry);
    finish(&mut after, &mut decided, at);
    Ok(decided.written(Some(bill), &after))
}

fn payment(
    bill: &Bill,
    id: &PaymentId,
    new: &NewPayment,
    amounts: &Amounts,
    authorised: &Authorised,
    at: At<'_>,
) -> Payment {
    let cash = new.tender == TenderKind::Cash;
    Payment {
        id: id.clone(),
        order: bill.order.id.clone(),
        direction: Direction::Sale,
        refund_of: None,
        reason: None,
        of_deposit: false,
        tax_cents: Cents(0),
        tender: new.tender,
        amount_cents: amounts.amount_cents,
        tip_cents: amounts.tip_cents,
        change_cents: amounts.change_cents,
        state: at_once(cash),
        decline_code: None,
        provider_reference: None,
        last4: new.card.as_ref().and_then(|card| card.last4.clone()),
        card_state: authorised.card_state.clone(),
        grant: authorised.grant.clone(),
        terminal: at.terminal.clone(),
        day: at.day.to_owned(),
        at_ms: at.now_ms,
    }
}

/// Cash is there at once; all else is settled by the cloud.
pub(super) const fn at_once(cash: bool) -> PaymentState {
    if cash {
        PaymentState::Approved
    } else {
        PaymentState::Requested
    }
}

/// What the row carries for the authority alone.
fn for_provider(card: &CardPresented, tender: TenderKind) -> Vec<(&'static str, String)> {
    let mut told = vec![("card", card.token.as_str().to_owned())];
    if let Some(sealed) = &card.sealed {
        told.push(("sealed", sealed.clone()));
    }
    if let (TenderKind::StoredValue, Some(state)) = (tender, &card.state) {
        told.push(("card_shown", state.clone()));
    }
    told
}
