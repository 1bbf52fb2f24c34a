//! What needs somebody to look, and what to do about it.

use super::book::{Book, BookError};
use super::settle::Trouble;
use super::shelf::{from_json, name};
use super::sql::Sql;
use olympus_core::settlement::Attention;
use olympus_proto::Cents;
use olympus_proto::books::{DeadLetters, DeadOperation, PaymentInTrouble};
use olympus_proto::provider::Reference;
use olympus_proto::sync::{OperationId, Rejection};

/// Most of either kind.
const MOST: u64 = 200;

/// Everything that waits for a person.
pub(super) fn dead_letters<S: Sql>(book: &Book<S>) -> Result<DeadLetters, BookError> {
    let lines = book.sql().run(
        "SELECT operation, device, reason, body, at_ms FROM dead_letters
         ORDER BY at_ms DESC, operation LIMIT ?1",
        &[MOST.into()],
    )?;
    let operations = lines
        .iter()
        .map(|line| {
            let reason: Rejection = from_json(&format!("\"{}\"", line.text(2)?))?;
            Ok(DeadOperation {
                operation: OperationId(line.text(0)?.to_owned()),
                device: line.text(1)?.to_owned(),
                reason,
                advice: of_operation(reason).to_owned(),
                sent: from_json(line.text(3)?)?,
                at_ms: line.count(4)?,
            })
        })
        .collect::<Result<_, BookError>>()?;
    let payments = book
        .payments_in_trouble(MOST)?
        .into_iter()
        .filter_map(|kept| {
            let trouble = kept.trouble?;
            let (why, advice) = of_payment(&trouble);
            let taken = kept.taken.as_ref();
            Some(name(&kept.state).map(|state| PaymentInTrouble {
                reference: Reference::of(book.location(), &kept.id).0,
                terminal: taken.map_or_else(|| "".into(), |taken| taken.terminal.clone()),
                day: taken.map(|taken| taken.day.clone()).unwrap_or_default(),
                cents: taken.map_or(Cents(0), super::taken::Taken::signed),
                payment: kept.id,
                state,
                why: why.to_owned(),
                advice,
                at_ms: kept.at_ms,
            }))
        })
        .collect::<Result<_, BookError>>()?;
    Ok(DeadLetters {
        operations,
        payments,
    })
}

fn of_operation(reason: Rejection) -> &'static str {
    match reason {
        Rejection::UnknownKind => {
            "The device is newer than the cloud: update the cloud, then do it again on the device."
        }
        Rejection::Malformed => {
            "The device sent what does not fit: do it by hand from what it says here, let it be on \
             the device, and report it."
        }
        Rejection::Other => {
            "The reports cannot take this row in and lack it: look at it on the device, and report it."
        }
        _ => "Look at the row on the device, and do it again there or let it be.",
    }
}

fn of_payment(trouble: &Trouble) -> (&'static str, String) {
    match trouble {
        Trouble::Provider(Attention::Late) => (
            "late",
            "The provider has not answered for hours. It is asked again by itself and never charged \
             twice; look the reference up at the provider, and see that it can be reached."
                .to_owned(),
        ),
        Trouble::Provider(Attention::Refused(code)) => (
            "refused",
            format!(
                "The provider refused to look at it: {code}. Ask the provider why, mend that, then \
                 POST …/payments/settle; where it never will, POST …/payments/close."
            ),
        ),
        Trouble::Provider(Attention::Differs) => (
            "differs",
            "The provider has another amount or direction under this reference. Compare both by \
             hand, put right at the provider what has to be, then POST …/payments/close; nothing more \
             is sent for it."
                .to_owned(),
        ),
        Trouble::Unreadable => (
            "unreadable",
            "The row is not one of a payment that this Worker can read: nothing is settled for it. \
             Report it, with the payment's id."
                .to_owned(),
        ),
        Trouble::NoOrder => (
            "no_order",
            "Its order has not arrived, so its currency is not known. Bring the terminal's line \
             back; it is looked at again by itself."
                .to_owned(),
        ),
        Trouble::NoCard => (
            "no_card",
            "It names no card, so nothing can be captured. Take the payment again, by another \
             tender."
                .to_owned(),
        ),
        Trouble::Refund(code) => (
            "refund",
            format!(
                "Cash was given back that the books do not have as taken: {code}. It is out of the \
                 drawer and stands; ask whoever was at that till."
            ),
        ),
        Trouble::Card(code) => (
            "card",
            format!(
                "The house's own card was declined: {code}. What was sold is not paid; block the \
                 card if it was copied."
            ),
        ),
    }
}
