//! Paying.
use super::{At, Bill, Decided, PosError};
use olympus_proto::Cents;
use olympus_proto::grant::GrantId;
use olympus_proto::pos::{NewPayment, PaymentId};

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
    todo!()
}

/// Takes a payment that was authorised.
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
    todo!()
}
