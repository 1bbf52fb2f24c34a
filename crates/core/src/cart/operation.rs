//! What is asked of a cart, and what came of it.

use super::line::{Author, LineId, LineModifier, OpId};
use olympus_proto::{Cents, ItemId};
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One edit by one client, e.g.
/// `{"op":"set_quantity","id":"…","base_version":7,"line":"…","quantity":2}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Named by the client; sent again with the same id it is applied once.
    pub id: OpId,
    /// The version that the client saw when it made this.
    pub base_version: u64,
    /// What is to be done.
    #[serde(flatten)]
    pub edit: Edit,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// A new line.
    AddLine {
        /// Named by the client.
        line: LineId,
        /// Which dish.
        item: ItemId,
        /// What the customer reads. Comes from the menu.
        #[serde(default)]
        name: String,
        /// Price of one without its choices. Comes from the menu.
        #[serde(default)]
        unit_price_cents: Cents,
        /// How many; a number that is none, such as 300 or 1.5, is read as 0 and refused.
        #[serde(deserialize_with = "quantity")]
        quantity: u8,
        /// Its choices.
        #[serde(default)]
        modifiers: Vec<LineModifier>,
        /// What the kitchen is told; empty for nothing.
        #[serde(default)]
        note: String,
    },
    /// How many of a line.
    SetQuantity {
        /// Which line.
        line: LineId,
        /// How many; a number that is none, such as 300 or 1.5, is read as 0 and refused.
        #[serde(deserialize_with = "quantity")]
        quantity: u8,
    },
    /// All choices of a line.
    SetModifiers {
        /// Which line.
        line: LineId,
        /// Its choices from now on.
        modifiers: Vec<LineModifier>,
    },
    /// What the kitchen is told of a line.
    SetNote {
        /// Which line.
        line: LineId,
        /// The text; empty for nothing.
        note: String,
    },
    /// A line less.
    RemoveLine {
        /// Which line.
        line: LineId,
    },
    /// No lines at all. With braces, since serde lets a bare name pass whatever else it says.
    Clear {},
}

/// A number that no line may have is a slip in one operation, not in all that came with it.
fn quantity<'de, D: Deserializer<'de>>(numbers: D) -> Result<u8, D::Error> {
    struct AnyNumber;
    impl Visitor<'_> for AnyNumber {
        type Value = u8;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }
        fn visit_u64<E>(self, number: u64) -> Result<u8, E> {
            Ok(u8::try_from(number).unwrap_or(0))
        }
        fn visit_i64<E>(self, number: i64) -> Result<u8, E> {
            Ok(u8::try_from(number).unwrap_or(0))
        }
        fn visit_f64<E>(self, _: f64) -> Result<u8, E> {
            Ok(0)
        }
    }
    numbers.deserialize_any(AnyNumber)
}

impl Edit {
    /// The line that it is about; `None` for [`Edit::Clear`].
    #[must_use]
    pub fn line(&self) -> Option<&LineId> {
        match self {
            Self::AddLine { line, .. }
            | Self::SetQuantity { line, .. }
            | Self::SetModifiers { line, .. }
            | Self::SetNote { line, .. }
            | Self::RemoveLine { line } => Some(line),
            Self::Clear {} => None,
        }
    }

    /// Bytes of its longer texts, for what is kept of it.
    pub(super) fn text_bytes(&self) -> usize {
        let of_modifiers = |modifiers: &[LineModifier]| -> usize {
            let bytes = |one: &LineModifier| one.group.len() + one.id.len() + one.name.len();
            modifiers.iter().map(bytes).sum()
        };
        match self {
            Self::AddLine {
                item,
                name,
                modifiers,
                note,
                ..
            } => item.0.len() + name.len() + note.len() + of_modifiers(modifiers),
            Self::SetModifiers { modifiers, .. } => of_modifiers(modifiers),
            Self::SetNote { note, .. } => note.len(),
            Self::SetQuantity { .. } | Self::RemoveLine { .. } | Self::Clear {} => 0,
        }
    }
}

/// What came of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done; the cart is this version now.
    Applied {
        /// The version that it made.
        version: u64,
    },
    /// Was done before; nothing changed.
    Repeated {
        /// The version that it made then.
        version: u64,
    },
    /// Not done; nothing changed.
    Refused {
        /// Why.
        reason: Reason,
    },
}

/// Why an operation was not done. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody removed the line.
    #[error("somebody removed this line; add the dish anew")]
    Gone,
    /// There never was such a line.
    #[error("there is no such line")]
    NoSuchLine,
    /// Another line has that id.
    #[error("another line has this id; make a new one")]
    LineTaken,
    /// The operation is too old to tell whether it was done before.
    #[error("this operation is too old; load the cart and make it anew")]
    Stale,
    /// The cart never had the version that the operation builds on.
    #[error("the cart never had this base_version; load the cart and make the operation anew")]
    UnknownVersion,
    /// An id is empty, too long or no visible ASCII.
    #[error("ids are 1 to 64 bytes of visible ASCII")]
    BadId,
    /// The quantity is none of 1 to 99.
    #[error("the quantity has to be 1 to 99")]
    BadQuantity,
    /// A name or an id of the menu is empty or too long.
    #[error("the item's id is empty, or a name or an id is longer than 256 bytes")]
    BadText,
    /// A price or a total is below 0 or too high.
    #[error("a price is below 0 or too high")]
    BadPrice,
    /// The note is longer than 200 bytes.
    #[error("the note may have 200 bytes")]
    NoteTooLong,
    /// More than 20 choices.
    #[error("a line may have 20 choices")]
    TooManyModifiers,
    /// A choice is there twice.
    #[error("a choice is there twice")]
    RepeatedModifier,
    /// More than 100 lines.
    #[error("a cart may have 100 lines")]
    TooManyLines,
    /// The texts or the total of all lines are too much.
    #[error("the cart is full; place this order and begin another")]
    CartFull,
    /// The menu has no such dish.
    #[error("the menu has no such dish")]
    NotOnMenu,
    /// The menu states no price for the dish.
    #[error("the menu states no price for this dish")]
    NoPrice,
    /// The dish has no such choice.
    #[error("the dish has no such choice")]
    UnknownModifier,
    /// A group wants more or fewer choices.
    #[error("a group of choices wants more or fewer of them")]
    WrongModifiers,
}

impl Reason {
    /// Whether the menu of the moment says so, not the cart nor the operation: under another menu
    /// the same operation may be done.
    pub(super) const fn is_of_the_menu(self) -> bool {
        matches!(
            self,
            Self::NotOnMenu | Self::NoPrice | Self::UnknownModifier | Self::WrongModifiers
        )
    }
}

/// An operation that was done, as all who watch are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The version that it made.
    pub version: u64,
    /// Who did it.
    pub author: Author,
    /// What was done, with names and prices as the menu has them.
    #[serde(flatten)]
    pub operation: Operation,
}
