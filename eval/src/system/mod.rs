//! The system under test, behind one small trait with two real implementations: a server spoken
//! to over HTTP, and the device's service inside this process.
//!
//! Invariant: one question at a time, so that a latency is one answer's and not a queue's. Never
//! judges an answer.

pub mod http;
pub mod local;

use crate::error::SystemError;
use crate::order::Line;
use olympus_core::menu::import::Format;
use olympus_proto::Intent;
use serde::{Deserialize, Serialize};

/// What is scored. Calls block until the answer is there.
pub trait System {
    /// Replaces the menu that [`System::search`] looks through.
    ///
    /// # Errors
    /// The system cannot be reached or refuses the menu; its reason names the lines.
    fn load_menu(&mut self, bytes: &[u8], format: Format) -> Result<(), SystemError>;

    /// What the customer wants.
    ///
    /// # Errors
    /// No usable answer.
    fn intent(&mut self, text: &str) -> Result<IntentReply, SystemError>;

    /// Ids of the dishes found, best first.
    ///
    /// # Errors
    /// No usable answer.
    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, SystemError>;

    /// The order that the words place.
    ///
    /// # Errors
    /// No usable answer, or [`SystemError::Unsupported`] where there is no order parser.
    fn parse_order(&mut self, text: &str) -> Result<Vec<Line>, SystemError>;

    /// What answered; complete only after the first answer.
    fn identity(&self) -> Identity;
}

/// A decided intent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntentReply {
    /// What the system acts on.
    pub intent: Intent,
    /// The likeliest class, also where the system abstains.
    pub best_guess: Intent,
    /// Probability of the best guess, 0 to 1.
    pub confidence: f64,
}

/// A dish found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// In the menu.
    pub id: String,
    /// For people.
    pub name: String,
    /// Rank score, 0 to 1; 0 where the system tells none.
    pub score: f32,
}

/// Which system and which model gave the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `in_process`, or the server's address.
    pub system: String,
    /// The model.
    pub model: ModelIdentity,
}

/// The model that answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// As the answers name it; null where they do not.
    pub id: Option<String>,
    /// Of its weights, lowercase hex; null where the system does not tell.
    pub sha256: Option<String>,
}
