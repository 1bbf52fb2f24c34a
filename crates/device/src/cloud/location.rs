//! The location's authority, as the till's agent asks it: operations up, rows and signed documents
//! down.
//!
//! Invariant: a call here never decides anything; what an answer means is said by `core::sync` and
//! `core::grant`. Every answer came over the line that [`super::BaseUrl`] allows, to a call with
//! this device's key: only so may its time be believed. Never asked while somebody waits at the
//! till: the agent alone calls.

use super::{Calling, CloudAsk};
use bytes::Bytes;
use olympus_proto::edge::PublishRequest;
use olympus_proto::grant::TerminalId;
use olympus_proto::location::{
    Documents, GrantRequest, ReconcileAnswer, ReconcileUpload, TerminalReport, TerminalWelcome,
};
use olympus_proto::sync::{Pull, PullAnswer, Push, PushAnswer, Register, Registered};
use serde::Deserialize;
use std::fmt;
use tokio::sync::mpsc;

/// What a terminal says of itself or wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfTerminal<T> {
    /// Which.
    pub terminal: TerminalId,
    /// What.
    pub what: T,
}

/// Numbers of the documents that a terminal has; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Version of the policy.
    pub policy: u64,
    /// Number of the list of what is revoked.
    pub revocations: u64,
    /// Number of the key set.
    pub keys: u64,
}

/// A receipt to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptAsk {
    /// Its name: 1 to 64 of `A-Z a-z 0-9 _ -`.
    pub id: String,
    /// The PDF.
    pub pdf: Bytes,
}

impl fmt::Debug for ReceiptAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptAsk")
            .field("id", &self.id)
            .field("pdf", &self.pdf.len())
            .finish()
    }
}

/// What the location's socket says to a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TillEvent {
    /// Rows changed.
    Changed {
        /// Version of the latest change.
        head: u64,
    },
    /// Something was revoked, or is not any more.
    Revocations {
        /// Number of the list.
        number: u64,
    },
    /// Another policy is in force.
    Policy {
        /// Its version.
        version: u64,
    },
    /// A key was published, brought forward or retired.
    Keys {
        /// Number of the key set.
        number: u64,
    },
    /// Another menu answers at the location.
    MenuLive,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

/// An open socket. It ends when its sender is gone: the line broke, or the other side closed it.
pub type TillEvents = mpsc::Receiver<TillEvent>;

/// Whoever answers for the location's authority: the Worker, or a simulation.
pub trait LocationApi: Send + Sync + fmt::Debug {
    /// Asks for an incarnation.
    fn register<'a>(&'a self, ask: &'a CloudAsk<Register>) -> Calling<'a, Registered>;

    /// Operations.
    fn push<'a>(&'a self, ask: &'a CloudAsk<Push>) -> Calling<'a, PushAnswer>;

    /// What changed.
    fn pull<'a>(&'a self, ask: &'a CloudAsk<Pull>) -> Calling<'a, PullAnswer>;

    /// Binds the terminal to this device's key, and answers with the keys that it pins.
    fn welcome<'a>(&'a self, ask: &'a CloudAsk<TerminalId>) -> Calling<'a, TerminalWelcome>;

    /// A grant, and what is newer of the other documents.
    fn grant<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<GrantRequest>>) -> Calling<'a, Documents>;

    /// What is newer of the documents.
    fn documents<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<Held>>) -> Calling<'a, Documents>;

    /// How the terminal stands. Nothing hangs on the answer.
    fn report<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<TerminalReport>>) -> Calling<'a, ()>;

    /// Compares a part of this device's ledger.
    fn reconcile<'a>(&'a self, ask: &'a CloudAsk<ReconcileUpload>) -> Calling<'a, ReconcileAnswer>;

    /// Keeps a receipt; the same one again changes nothing.
    fn receipt<'a>(&'a self, ask: &'a CloudAsk<ReceiptAsk>) -> Calling<'a, ()>;

    /// The menu in use at the location, where it is not the one of the digest asked with, and where
    /// there is one.
    fn menu<'a>(&'a self, ask: &'a CloudAsk<Option<String>>)
    -> Calling<'a, Option<PublishRequest>>;

    /// Listens to what happens at the location. The time is for connecting.
    fn listen<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, TillEvents>;
}

#[cfg(test)]
mod tests {
    use super::TillEvent;

    #[test]
    fn events_of_a_later_version_are_others() {
        let read = |text: &str| serde_json::from_str::<TillEvent>(text).expect("reads");
        assert_eq!(
            read(r#"{"kind":"changed","head":7}"#),
            TillEvent::Changed { head: 7 }
        );
        assert_eq!(
            read(r#"{"kind":"revocations","number":2}"#),
            TillEvent::Revocations { number: 2 }
        );
        assert_eq!(
            read(r#"{"kind":"menu_live","digest":"d","version":3}"#),
            TillEvent::MenuLive
        );
        assert_eq!(read(r#"{"kind":"party","at":"ten"}"#), TillEvent::Other);
    }
}
