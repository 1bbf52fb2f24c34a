//! What the cloud and the payment provider say to each other: captures of payments that were
//! authorised offline, and what became of them.
//!
//! ```text
//! POST /v1/captures              header idempotency-key; Capture → Captured
//! GET  /v1/captures/{reference}  Captured, or 404 where nothing was decided
//! POST /v1/captures/lookup       Lookup → Found
//! ```
//! A capture is named by its [`Reference`], unique for good: the provider refuses a second one of
//! the same reference with other amounts, and answers the first again where they are the same.
//! Idempotency keys are remembered for a day only, so nothing here rests on them alone.

use crate::grant::CardToken;
use crate::ids::{LocationId, string_id};
use crate::money::Cents;
use crate::pos::{Direction, PaymentId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most references in one [`Lookup`].
pub const MAX_LOOKUP: usize = 500;

string_id!(
    /// A payment's name at the provider: its location, a dot, its id. The id has no dot, which the
    /// cloud sees to: a location's may have some, and no two payments share a name.
    Reference
);

impl Reference {
    /// The name of a location's payment.
    #[must_use]
    pub fn of(location: &LocationId, payment: &PaymentId) -> Self {
        Self(format!("{location}.{}", payment.as_str()))
    }

    /// The payment, where it is one of this location.
    #[must_use]
    pub fn payment(&self, location: &LocationId) -> Option<PaymentId> {
        let rest = self.0.strip_prefix(location.as_str())?;
        rest.strip_prefix('.').map(PaymentId::from)
    }
}

/// Body of `POST /v1/captures`: take this money, or give it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// Its name, the same however often it is sent.
    pub reference: Reference,
    /// Which way.
    pub direction: Direction,
    /// How much, tip included; above 0 both ways.
    pub amount_cents: Cents,
    /// ISO 4217.
    pub currency: String,
    /// The card.
    pub card: CardToken,
    /// What the reader sealed for the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// What a refund gives back of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<Reference>,
}

/// What the provider decided. It never changes its mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureState {
    /// The money was moved.
    Approved,
    /// It was not, and never will be under this reference.
    Declined,
}

/// A capture as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// Its name.
    pub reference: Reference,
    /// What was decided.
    pub state: CaptureState,
    /// The provider's own name of it.
    pub provider_reference: String,
    /// Why it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_code: Option<String>,
    /// How much it is about.
    pub amount_cents: Cents,
    /// Which way.
    #[serde(default)]
    pub direction: Direction,
}

impl Captured {
    /// What was moved to the restaurant: negative for a refund, nothing where it was declined.
    #[must_use]
    pub fn moved(&self) -> Option<Cents> {
        match (self.state, self.direction) {
            (CaptureState::Declined, _) => None,
            (CaptureState::Approved, Direction::Sale) => Some(self.amount_cents),
            (CaptureState::Approved, Direction::Refund) => {
                Some(Cents(self.amount_cents.0.saturating_neg()))
            }
        }
    }
}

/// Body of `POST /v1/captures/lookup`: what became of these, at most [`MAX_LOOKUP`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Their names.
    pub references: Vec<Reference>,
}

/// Answer of `POST /v1/captures/lookup`. A reference that is missing was never decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Those that were.
    pub captures: Vec<Captured>,
}

/// Why the provider refused to look at a request; nothing was moved by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its code: `reference_reused`, `idempotency_key_reused`, `invalid`, `unauthorized`, …
    pub code: String,
    /// For people.
    pub message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Captured, Reference};
    use crate::money::Cents;

    #[test]
    fn a_reference_names_one_payment_of_one_location() {
        let reference = Reference::of(&"loc.7".into(), &"pay.1".into());
        assert_eq!(reference.as_str(), "loc.7.pay.1");
        assert_eq!(reference.payment(&"loc.7".into()), Some("pay.1".into()));
        for other in ["loc", "loc.70", "LOC.7", "loc.7.pay.1"] {
            assert_ne!(reference.payment(&other.into()), Some("pay.1".into()));
        }
    }

    #[test]
    fn what_was_moved_has_its_sign() {
        let read = |state: &str, direction: &str| {
            let text = format!(
                r#"{{"reference":"a.b","state":"{state}","provider_reference":"p","amount_cents":500{direction}}}"#
            );
            let captured: Captured = serde_json::from_str(&text).expect("a capture");
            captured.moved()
        };
        assert_eq!(read("approved", ""), Some(Cents(500)));
        assert_eq!(
            read("approved", r#","direction":"refund""#),
            Some(Cents(-500))
        );
        assert_eq!(read("declined", ""), None);
    }
}
