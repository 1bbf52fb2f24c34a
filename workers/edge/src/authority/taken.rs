//! A payment as its row first told it.
//!
//! Invariant: what cannot be read as a sum of money above 0 by a known tender is no payment, and
//! nothing is settled for it. Nor is what no till takes, or what JavaScript cannot count: a number
//! beyond its whole ones would come back from the storage as none, and stop all that reads it.

use olympus_core::grant::{CardState, MAX_MS};
use olympus_core::pos::MAX_ORDER_CENTS;
use olympus_proto::Cents;
use olympus_proto::grant::{CardToken, OrderId, TenderKind, TerminalId};
use olympus_proto::pos::{Direction, PaymentId};
use olympus_proto::sync::{EntityKind, Fields, Row};
use serde::{Deserialize, Serialize};

/// A payment as it first arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Taken {
    pub(super) order: OrderId,
    #[serde(default)]
    pub(super) direction: Direction,
    pub(super) tender: TenderKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refund_of: Option<PaymentId>,
    pub(super) amount_cents: Cents,
    #[serde(default)]
    pub(super) tip_cents: Cents,
    pub(super) terminal: TerminalId,
    pub(super) day: String,
    pub(super) at_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) card: Option<CardToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<String>,
    /// What a card of the house showed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) card_shown: Option<String>,
    /// What it shows since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) card_state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) currency: Option<String>,
}

/// Fields of a payment's row that stay as they arrived.
pub(super) const FIXED: [&str; 14] = [
    "order",
    "direction",
    "tender",
    "refund_of",
    "amount_cents",
    "tip_cents",
    "terminal",
    "day",
    "at_ms",
    "card",
    "sealed",
    "card_shown",
    "card_state",
    "currency",
];

/// Fields of a payment that stay with the authority: no device and no report needs them.
pub(super) const SECRET: [&str; 4] = ["card", "sealed", "card_shown", "card_state"];

/// The row as devices get it.
pub(super) fn for_devices(mut row: Row) -> Row {
    if row.entity.kind == EntityKind::Payment {
        row.fields
            .retain(|name, _| !SECRET.contains(&name.as_str()));
    }
    row
}

impl Taken {
    pub(super) fn of(fields: &Fields) -> Option<Self> {
        let object = serde_json::Value::Object(fields.clone().into_iter().collect());
        let taken: Self = serde_json::from_value(object).ok()?;
        // A refund may be of the tip alone, once all else was given back.
        let least = match taken.direction {
            Direction::Sale => 1,
            Direction::Refund => 0,
        };
        let sound = taken.amount_cents.0 >= least
            && taken.tip_cents.0 >= 0
            && (1..=MAX_ORDER_CENTS.0).contains(&taken.cents().0)
            && taken.at_ms <= MAX_MS;
        sound.then_some(taken)
    }

    /// Amount and tip.
    pub(super) fn cents(&self) -> Cents {
        Cents(self.amount_cents.0.saturating_add(self.tip_cents.0))
    }

    /// The same, negative for a refund.
    pub(super) fn signed(&self) -> Cents {
        match self.direction {
            Direction::Sale => self.cents(),
            Direction::Refund => Cents(self.cents().0.saturating_neg()),
        }
    }
}

/// What the card showed before.
pub(super) fn shown(taken: &Taken) -> Option<CardState> {
    if let Some(text) = &taken.card_shown {
        return CardState::read(&base64(text)?).ok();
    }
    // A terminal that tells only what it wrote.
    let after = CardState::read(&base64(taken.card_state.as_deref()?)?).ok()?;
    Some(CardState {
        sequence: after.sequence.checked_sub(1)?,
        balance_cents: Cents(after.balance_cents.0.checked_add(taken.cents().0)?),
        blocked: false,
    })
}

/// With padding or without, as readers write it.
fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
