//! Orders and payments as the fields of their rows, and back.
use super::{Bill, PosError, Rules};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Order, Payment, PaymentId};
use olympus_proto::sync::Fields;

/// An order by its fields and its payments (in any order; others' are passed over). What later
/// versions write beside is passed over; what is missing has its default.
#[must_use]
pub fn bill_from_fields(id: &OrderId, fields: &Fields, payments: &[Payment], rules: &Rules) -> Bill {
    todo!()
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
    todo!()
}

/// A payment by its fields.
///
/// # Errors
/// [`PosError`] where one is missing that it cannot be without.
pub fn payment_from_fields(id: &PaymentId, fields: &Fields) -> Result<Payment, PosError> {
    todo!()
}

/// All fields of a payment, but for what goes to the provider alone.
#[must_use]
pub fn fields_of_payment(payment: &Payment) -> Fields {
    todo!()
}
