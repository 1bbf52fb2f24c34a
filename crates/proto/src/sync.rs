//! Sync between a device and the authority of its location: operations up, rows down.
//!
//! An operation is what one device did; a row is what the location's authority decided. An
//! operation is known by its id, whoever sends it and however often; its place in its device's
//! order is (incarnation, sequence). Clocks are told, for people, and never decide.

use crate::{Cents, LocationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The version of this wire that is written here.
pub const NEWEST: u16 = 3;
/// From this version on a snapshot comes in pages, and changes say what was put away. Devices of
/// earlier ones get a snapshot whole, and one whenever rows were put away since they pulled.
pub const PAGED: u16 = 3;
/// The oldest version that is still understood: devices are updated after the cloud.
///
/// Version 1 does not know [`Outcome::Merged`]; it is told [`Outcome::Applied`].
pub const OLDEST: u16 = 1;

/// What fields a row has, or an operation sets. Opaque, but for the few that sync decides by.
pub type Fields = BTreeMap<String, serde_json::Value>;

/// A device, as it was set up. A clone of its disk has the same id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub String);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which registration of a device: minted by the authority, one more each time. 0 is none yet.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Incarnation(pub u64);

/// What makes an operation that operation: made once, on the device, at random (a UUID).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub String);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a device stands in the authority's changes. Opaque to the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// An order and its lines.
    Order,
    /// How much there is of something.
    Inventory,
    /// A dish, as the menu has it.
    Menu,
    /// One payment.
    Payment,
}

/// A row's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entity {
    /// What it is about.
    pub kind: EntityKind,
    /// Its id among its kind.
    pub id: String,
}

/// What an operation does, and so which rule decides a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Sets fields of an order. The last one to arrive wins, field by field.
    OrderUpdate,
    /// Says how much there is (`count`). Refused where another one changed it meanwhile.
    InventoryCount,
    /// Adds `by` to the count. Commutes, so it is never in conflict.
    InventoryAdjust,
    /// Sets fields of a dish. Refused where another one changed it meanwhile.
    MenuChange,
    /// Records a payment (`amount_cents`) or moves it on. The amount never changes.
    Payment,
    /// One of a later version.
    #[serde(other)]
    Unknown,
}

impl OperationKind {
    /// What the operation is about; nothing for those that change nothing.
    #[must_use]
    pub const fn entity_kind(self) -> Option<EntityKind> {
        match self {
            Self::OrderUpdate => Some(EntityKind::Order),
            Self::InventoryCount | Self::InventoryAdjust => Some(EntityKind::Inventory),
            Self::MenuChange => Some(EntityKind::Menu),
            Self::Payment => Some(EntityKind::Payment),
            Self::Unknown => None,
        }
    }
}

/// What one device did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its id: the same however often and by whichever incarnation it is sent.
    pub id: OperationId,
    /// Its place in the device's order, from 1, without gaps within an incarnation.
    pub sequence: u64,
    /// The operation at the sequence before, nothing at 1. Two disks that were one tell different
    /// stories from some sequence on; this is how the authority sees it even where one of them
    /// goes on at the very sequence where the other has stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<OperationId>,
    /// What it does.
    pub kind: OperationKind,
    /// Id of the row it is about.
    pub entity: String,
    /// Version of that row as the device saw it; 0 where it saw none.
    #[serde(default)]
    pub base_version: u64,
    /// What it sets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payload: Fields,
    /// The device has given it up: it only keeps its place. Where it was decided before, that
    /// stands.
    #[serde(default)]
    pub given_up: bool,
    /// When, by the device's own clock, milliseconds since 1970. For people.
    pub created_at_ms: i64,
    /// What is at stake.
    #[serde(default)]
    pub value_cents: Cents,
}

impl Operation {
    /// The row it is about.
    #[must_use]
    pub fn entity(&self) -> Option<Entity> {
        self.kind.entity_kind().map(|kind| Entity {
            kind,
            id: self.entity.clone(),
        })
    }
}

/// A row as the authority has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its key.
    pub entity: Entity,
    /// Grows with each change at the location; no two changes share one.
    pub version: u64,
    /// What it holds.
    pub fields: Fields,
}

/// A row that was put away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Which.
    pub entity: Entity,
    /// By which change: a row of a later version is another one.
    pub version: u64,
}

/// Asks for an incarnation: at set-up, and when the one it had is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Newest version the device speaks.
    pub version: u16,
    /// Who.
    pub device: DeviceId,
    /// Where.
    pub location: LocationId,
}

/// Answer to [`Register`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Newest version the authority speaks.
    pub newest: u16,
    /// The device's own from now on; those before are refused.
    pub incarnation: Incarnation,
}

/// Operations, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// Version that is spoken.
    pub version: u16,
    /// Who.
    pub device: DeviceId,
    /// By which registration.
    pub incarnation: Incarnation,
    /// What it did.
    pub operations: Vec<Operation>,
}

/// What was decided, once and for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// Done, and nobody else was in the way.
    Applied {
        /// The row's version by it.
        version: u64,
    },
    /// Done, over what others wrote since the device saw the row.
    Merged {
        /// The row's version by it.
        version: u64,
        /// Fields that others had set.
        over: Vec<String>,
    },
    /// Not done: a person has to look.
    Rejected {
        /// Why.
        reason: Rejection,
    },
    /// The device gave it up before it arrived.
    Skipped,
}

/// Why an operation was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Another one changed the row since the device saw it: look at it and do it again.
    Stale,
    /// The row was put away: open a new one.
    Gone,
    /// A payment's amount does not change: void it and record a new one.
    AmountFixed,
    /// The payload does not fit the kind.
    Malformed,
    /// The authority does not know the kind: do it again when it has been updated.
    UnknownKind,
    /// A reason of a later version.
    #[serde(other)]
    Other,
}

/// An operation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Which.
    pub operation: OperationId,
    /// What became of it, the first time it arrived.
    pub outcome: Outcome,
}

/// Why a push was not taken further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Refusal {
    /// Operations are missing before the next one.
    Gap {
        /// The sequence that is next.
        expected: u64,
    },
    /// The device was registered again since, or never: register.
    OldIncarnation,
    /// Another operation has this place: the disk was restored or cloned. Register.
    SequenceReused,
    /// The version is not spoken.
    Version {
        /// Oldest that is.
        oldest: u16,
        /// Newest that is.
        newest: u16,
    },
}

/// Answer to [`Push`]: what was decided, up to where it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PushAnswer {
    /// Newest version the authority speaks.
    pub newest: u16,
    /// Decided operations, each after its decision is durable.
    pub settled: Vec<Settled>,
    /// The rows they are about, as they are now.
    #[serde(default)]
    pub rows: Vec<Row>,
    /// Why the rest was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// Asks for what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Version that is spoken.
    pub version: u16,
    /// Since when; nothing asks for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// At most so many rows. Before version 3 a snapshot comes whole.
    pub limit: u32,
}

/// Answer to [`Pull`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PullAnswer {
    /// What changed since `from`.
    Changes {
        /// The cursor it was asked with.
        from: Cursor,
        /// Rows, oldest change first.
        rows: Vec<Row>,
        /// Rows that were put away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<Gone>,
        /// Where the device stands with them.
        cursor: Cursor,
        /// Changes up to this version are in.
        complete_to: u64,
        /// There are more.
        more: bool,
    },
    /// Everything there is, or a page of it; what the device has beside all pages was put away.
    Snapshot {
        /// Rows, oldest change first.
        rows: Vec<Row>,
        /// Rows of pages before that were put away since.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<Gone>,
        /// Where the device stands with them; ask for the next page with it.
        cursor: Cursor,
        /// Changes up to this version are in.
        complete_to: u64,
        /// There are more pages: nothing is known before the last one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// The cursor is too old, or of another authority: ask without one.
    Expired,
    /// The version is not spoken.
    Version {
        /// Oldest that is.
        oldest: u16,
        /// Newest that is.
        newest: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::{Operation, OperationKind, Outcome, PushAnswer, Refusal, Rejection};

    #[test]
    fn reads_what_version_1_writes() {
        let text =
            r#"{"id":"a","sequence":1,"kind":"order_update","entity":"o1","created_at_ms":5}"#;
        let operation: Operation = serde_json::from_str(text).expect("version 1");
        assert_eq!(operation.base_version, 0);
        assert!(operation.payload.is_empty());
    }

    #[test]
    fn reads_what_a_later_version_writes() {
        let text =
            r#"{"id":"a","sequence":1,"kind":"teleport","entity":"","created_at_ms":5,"x":1}"#;
        let operation: Operation = serde_json::from_str(text).expect("a later version");
        assert_eq!(operation.kind, OperationKind::Unknown);
        assert_eq!(operation.entity(), None);
        let rejection: Rejection = serde_json::from_str(r#""new_reason""#).expect("later");
        assert_eq!(rejection, Rejection::Other);
    }

    #[test]
    fn answers_keep_their_shape() {
        let answer = PushAnswer {
            newest: 2,
            settled: vec![super::Settled {
                operation: super::OperationId("a".to_owned()),
                outcome: Outcome::Merged {
                    version: 7,
                    over: vec!["table".to_owned()],
                },
            }],
            rows: Vec::new(),
            refused: Some(Refusal::Gap { expected: 3 }),
        };
        let text = serde_json::to_string(&answer).expect("JSON");
        assert_eq!(
            text,
            r#"{"newest":2,"settled":[{"operation":"a","outcome":{"is":"merged","version":7,"over":["table"]}}],"rows":[],"refused":{"is":"gap","expected":3}}"#
        );
        assert_eq!(
            serde_json::from_str::<PushAnswer>(&text).expect("back"),
            answer
        );
    }
}
