//! What is on the device's disk, and what goes in and out.

use super::AgeMark;
use crate::route::{Draw, Moment};
use olympus_proto::LocationId;
use olympus_proto::sync::{
    Cursor, DeviceId, Gone, Incarnation, Operation, OperationId, Pull, PullAnswer, Push,
    PushAnswer, Register, Registered, Rejection, Row,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the shell tells of time, and random bits, fresh for every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time since its start. Decides.
    pub moment: Moment,
    /// The wall clock, milliseconds since 1970. Never decides while the device runs.
    pub wall_ms: i64,
    /// Random bits.
    pub draw: Draw,
}

/// Who the device is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// As it was set up.
    pub device: DeviceId,
    /// Where.
    pub location: LocationId,
    /// Its registration.
    pub incarnation: Incarnation,
    /// The next operation's place in it.
    pub next_sequence: u64,
    /// The latest operation of this incarnation.
    pub last: Option<OperationId>,
}

impl Identity {
    pub(super) fn new(device: DeviceId, location: LocationId) -> Self {
        Self {
            device,
            location,
            incarnation: Incarnation(0),
            next_sequence: 1,
            last: None,
        }
    }
}

/// An operation in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// What was done.
    pub operation: Operation,
    /// How long the device had lived then.
    pub lived_ms: u64,
    /// It is sent as one that does nothing, to keep its place.
    pub given_up: bool,
}

/// An operation that was not done. It stays until a person dismisses it or does it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// What was to be done.
    pub operation: Operation,
    /// Why it was not.
    pub why: Why,
}

/// Why an operation was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The authority decided so.
    Rejected(Rejection),
    /// Dead letter: the authority failed on it again and again.
    DeadLetter,
}

/// What is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Who it is.
    pub identity: Identity,
    /// The outbox.
    pub outbox: Vec<Pending>,
    /// What was not done.
    pub attention: Vec<Attention>,
    /// The cursor, and the version that the rows are complete to.
    pub cursor: Option<(Cursor, u64)>,
    /// How long the device has lived.
    pub age: AgeMark,
}

/// Something to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Who the device is, instead of before.
    Identity(Identity),
    /// An operation in the outbox, new or instead of the one with its id.
    Put(Pending),
    /// The operation leaves the outbox.
    Delete(OperationId),
    /// The operation has to be looked at.
    Attend(Attention),
    /// A person has settled it.
    Settle(OperationId),
    /// A row, where the one on disk is not of that version or a later one.
    Row(Row),
    /// All rows. Those on disk of a later version than this stay; all others go.
    Replace(Vec<Row>, u64),
    /// The row was put away: it goes, unless it is of that version or a later one.
    Gone(Gone),
    /// The cursor, and the version that the rows are complete to.
    Cursor(Cursor, u64),
    /// How long the device has lived.
    Age(AgeMark),
}

/// Something to send, with the number that its answer or failure is told with.
#[derive(Debug, Clone, PartialEq)]
pub enum Send {
    /// Asks for an incarnation.
    Register(u64, Register),
    /// Operations.
    Push(u64, Push),
    /// Asks for changes.
    Pull(u64, Pull),
}

/// What a person or a metric is to know. Nothing depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The device has a new incarnation.
    Registered(Incarnation),
    /// The disk was restored or cloned: another device may have the same identity.
    SequenceReused,
    /// The device was registered elsewhere.
    OldIncarnation,
    /// The operation wrote over these fields of others.
    Merged(OperationId, Vec<String>),
    /// The operation was not done; see [`Attention`].
    NotDone(OperationId),
    /// The authority speaks no version that this device does: update it.
    Incompatible {
        /// Oldest it speaks.
        oldest: u16,
        /// Newest it speaks.
        newest: u16,
    },
}

/// What to do, in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// One transaction.
    pub persist: Vec<Write>,
    /// Once that is durable.
    pub send: Vec<Send>,
    /// When to send [`Event::Tick`], unless something happens before.
    pub wake: Option<Moment>,
    /// What to show.
    pub notices: Vec<Notice>,
}

/// How a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered.
    Silent,
    /// The authority asks to wait.
    Busy(Duration),
    /// It failed on this request.
    Broken,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The time of [`Effects::wake`] has come.
    Tick,
    /// The authority says that there is something to pull.
    Changed,
    /// The line is known to be up again: what waits for it is sent now, unless the authority asked
    /// to be left alone.
    Reached,
    /// Answer to a registration.
    Registered {
        /// Which.
        request: u64,
        /// What.
        answer: Registered,
    },
    /// Answer to a push.
    Pushed {
        /// Which.
        request: u64,
        /// What.
        answer: PushAnswer,
    },
    /// Answer to a pull.
    Pulled {
        /// Which.
        request: u64,
        /// What.
        answer: PullAnswer,
    },
    /// A request failed.
    Failed {
        /// Which.
        request: u64,
        /// How.
        failure: Failure,
    },
}
