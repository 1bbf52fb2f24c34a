//! Giving money back, and calling an order off.
use super::{At, Bill, Decided, PosError};
use olympus_proto::Cents;
use olympus_proto::pos::{NewRefund, PaymentId, VoidOrder};

/// What a refund comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenBack {
    /// Of the order.
    pub amount_cents: Cents,
    /// Of the tip.
    pub tip_cents: Cents,
    /// Both together: what a grant is told and a provider gives back.
    pub cents: Cents,
    /// See [`olympus_proto::pos::Payment::of_deposit`].
    pub of_deposit: bool,
}

/// What a refund of `payment`, one of the bill's, comes to.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn refund_amounts(
    bill: &Bill,
    payment: &PaymentId,
    new: &NewRefund,
) -> Result<GivenBack, PosError> {
    todo!()
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
    todo!()
}

/// Calls an order off: nothing may be paid of it.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn void(bill: &Bill, new: &VoidOrder, at: At<'_>) -> Result<Decided, PosError> {
    todo!()
}
