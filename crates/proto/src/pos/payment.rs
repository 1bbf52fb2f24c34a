//! Payments and refunds.

use super::PaymentId;
use crate::grant::{CardToken, GrantId, OrderId, TenderKind, TerminalId};
use crate::money::Cents;
use serde::{Deserialize, Serialize};

/// Which way money goes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the guest.
    #[default]
    Sale,
    /// Back to the guest.
    Refund,
}

/// Where a payment stands.
///
/// ```text
/// Requested ─► Sent ─► Approved
///                 ├──► Declined
///                 └──► Unknown ─► (ask) ─► Approved | Declined | Requested
/// ```
/// Cash is `Approved` at once. A card is `Requested` on the device, under its grant; the cloud sends
/// it to the provider and says what became of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Authorised offline, not yet sent to the provider.
    #[default]
    Requested,
    /// The provider was asked to take it.
    Sent,
    /// The money is there.
    Approved,
    /// The provider refused it: what was sold is not paid.
    Declined,
    /// The provider did not answer. It is asked what became of it, never told to take it again.
    Unknown,
}

impl PaymentState {
    /// Whether nothing more becomes of it by itself.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Approved | Self::Declined)
    }
}

/// A card, as its reader presents it. Never its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardPresented {
    /// Keyed hash of its number, 64 lower-case hex digits.
    pub token: CardToken,
    /// What the reader sealed for the provider, base64, at most 4 KiB; only passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// Its last four digits, for the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last4: Option<String>,
    /// State of a stored-value card as its reader read it, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// Body of `POST /v1/orders/{order}/payments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// By what.
    pub tender: TenderKind,
    /// The card, where it is not cash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardPresented>,
    /// Cash that was handed over; the change is told. Absent: exactly what is to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_cents: Option<Cents>,
    /// How much of the order; absent: all that is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_cents: Option<Cents>,
    /// On top of it.
    #[serde(default)]
    pub tip_cents: Cents,
    /// The age that somebody has checked, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_shown: Option<u8>,
}

/// Body of `POST /v1/payments/{payment}/refunds`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// How much; absent: all that is left of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_cents: Option<Cents>,
    /// Why, 1 to 200 bytes.
    pub reason: String,
}

/// A payment or a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The order it pays.
    pub order: OrderId,
    /// Which way.
    pub direction: Direction,
    /// What a refund gives back of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<PaymentId>,
    /// Why a refund was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A refund of money that its order had not earned: before all of it was paid, or more than it
    /// costs. It is due again, as far as the order needs it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_deposit: bool,
    /// The tax in a refund of what was sold; 0 elsewhere.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub tax_cents: Cents,
    /// By what.
    pub tender: TenderKind,
    /// How much of the order, above 0 in both directions; 0 only where a refund gives back tip
    /// alone.
    pub amount_cents: Cents,
    /// On top of it.
    pub tip_cents: Cents,
    /// Change of cash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_cents: Option<Cents>,
    /// Where it stands.
    pub state: PaymentState,
    /// Why it was declined: the provider's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_code: Option<String>,
    /// The provider's own name of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_reference: Option<String>,
    /// Last digits of the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last4: Option<String>,
    /// New state of a stored-value card, base64, for its reader to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_state: Option<String>,
    /// The grant that it counts under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// Who took it.
    pub terminal: TerminalId,
    /// Business day.
    pub day: String,
    /// When.
    pub at_ms: u64,
}

fn is_nothing(cents: &Cents) -> bool {
    cents.0 == 0
}
