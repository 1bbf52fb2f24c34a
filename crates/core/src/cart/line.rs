//! What stands in a cart, and how much of it there may be.

use super::Reason;
use olympus_proto::{Cents, ItemId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Most lines of a cart.
pub const MAX_LINES: usize = 100;
/// Most of one line.
pub const MAX_QUANTITY: u8 = 99;
/// Longest note, in bytes.
pub const MAX_NOTE_BYTES: usize = 200;
/// Most choices of one line.
pub const MAX_MODIFIERS: usize = 20;
/// Longest id of a line, an operation or an author, in bytes.
pub const MAX_ID_BYTES: usize = 64;
/// Longest name of a dish or a choice, and longest id that a menu gives, in bytes.
pub const MAX_NAME_BYTES: usize = 256;
/// Most text of all lines together, in bytes.
pub const MAX_TEXT_BYTES: usize = 96 * 1024;
/// Dearest price of one dish or choice, dearest line and dearest cart.
pub const MAX_CENTS: Cents = Cents(100_000_000);

macro_rules! client_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether it is 1 to [`MAX_ID_BYTES`] bytes of visible ASCII.
            #[must_use]
            pub fn is_sound(&self) -> bool {
                (1..=MAX_ID_BYTES).contains(&self.0.len())
                    && self.0.bytes().all(|byte| byte.is_ascii_graphic())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self(value.to_owned())
            }
        }
    };
}

client_id!(
    /// A line, named by the client that adds it; never used for another one.
    LineId
);
client_id!(
    /// An operation, named by the client that makes it; never used for another one.
    OpId
);
client_id!(
    /// Who did something, as the shell knows them: a session or a key, not a name they chose.
    Author
);

/// A choice that goes with a dish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineModifier {
    /// Its group in the dish.
    pub group: String,
    /// Its id in the group.
    pub id: String,
    /// What the customer reads. Comes from the menu.
    #[serde(default)]
    pub name: String,
    /// Added to the dish's price; may be negative. Comes from the menu.
    #[serde(default)]
    pub price_cents: Cents,
}

/// One dish, so many times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which dish.
    pub item: ItemId,
    /// What the customer reads.
    pub name: String,
    /// Price of one without its choices.
    pub unit_price_cents: Cents,
    /// 1 to [`MAX_QUANTITY`].
    pub quantity: u8,
    /// Its choices, each once.
    pub modifiers: Vec<LineModifier>,
    /// What the kitchen is told; empty for nothing.
    pub note: String,
    /// Who added it.
    pub added_by: Author,
    /// The version of the cart that it came with.
    pub added_in: u64,
}

impl Line {
    /// Price of all of it; `None` where that is less than nothing or beyond [`MAX_CENTS`].
    #[must_use]
    pub fn total(&self) -> Option<Cents> {
        let each = self
            .modifiers
            .iter()
            .try_fold(self.unit_price_cents.0, |sum, modifier| {
                sum.checked_add(modifier.price_cents.0)
            })?;
        let total = each.checked_mul(i64::from(self.quantity))?;
        (0..=MAX_CENTS.0).contains(&total).then_some(Cents(total))
    }

    /// Bytes of all its texts.
    pub(super) fn text_bytes(&self) -> usize {
        let modifiers: usize = self
            .modifiers
            .iter()
            .map(|modifier| modifier.group.len() + modifier.id.len() + modifier.name.len())
            .sum();
        self.item.0.len() + self.name.len() + self.note.len() + self.added_by.0.len() + modifiers
    }

    /// Refuses what no line may be.
    pub(super) fn check(&self) -> Result<(), Reason> {
        if !(1..=MAX_QUANTITY).contains(&self.quantity) {
            return Err(Reason::BadQuantity);
        }
        if self.note.len() > MAX_NOTE_BYTES {
            return Err(Reason::NoteTooLong);
        }
        if self.modifiers.len() > MAX_MODIFIERS {
            return Err(Reason::TooManyModifiers);
        }
        let choices: BTreeSet<_> = self
            .modifiers
            .iter()
            .map(|modifier| (&modifier.group, &modifier.id))
            .collect();
        if choices.len() < self.modifiers.len() {
            return Err(Reason::RepeatedModifier);
        }
        let texts = self
            .modifiers
            .iter()
            .flat_map(|modifier| [&modifier.group, &modifier.id, &modifier.name]);
        if self.item.0.is_empty()
            || texts
                .chain([&self.item.0, &self.name])
                .any(|text| text.len() > MAX_NAME_BYTES)
        {
            return Err(Reason::BadText);
        }
        let far = |cents: Cents| cents.0.unsigned_abs() > MAX_CENTS.0.unsigned_abs();
        if self.unit_price_cents.0 < 0
            || far(self.unit_price_cents)
            || self.modifiers.iter().any(|one| far(one.price_cents))
        {
            return Err(Reason::BadPrice);
        }
        self.total().map(|_| ()).ok_or(Reason::BadPrice)
    }
}
