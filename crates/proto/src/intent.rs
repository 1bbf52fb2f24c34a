//! What a customer wants, and how sure the classifier is.

use crate::meta::Meta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The intents of the mission. The order of [`Intent::ALL`] is the order of the classifier's
/// outputs and part of every model artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Placing an order or adding to one.
    Order,
    /// Asking for information, an order's status included.
    Question,
    /// Dissatisfaction.
    Complaint,
    /// Changing what is already ordered.
    Modification,
    /// Voiding an order or an item of it.
    Cancel,
    /// None of these, or not sure enough to say. `out_of_scope` is read as this.
    #[serde(alias = "out_of_scope")]
    Unknown,
}

impl Intent {
    /// Every intent, in the order of the classifier's outputs.
    pub const ALL: [Intent; 6] = [
        Intent::Order,
        Intent::Question,
        Intent::Complaint,
        Intent::Modification,
        Intent::Cancel,
        Intent::Unknown,
    ];

    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Intent::Order => "order",
            Intent::Question => "question",
            Intent::Complaint => "complaint",
            Intent::Modification => "modification",
            Intent::Cancel => "cancel",
            Intent::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text named no intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnIntent(pub String);

impl fmt::Display for NotAnIntent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no intent; use one of order, question, complaint, modification, cancel, unknown",
            self.0
        )
    }
}

impl std::error::Error for NotAnIntent {}

impl FromStr for Intent {
    type Err = NotAnIntent;

    fn from_str(text: &str) -> Result<Self, NotAnIntent> {
        if text == "out_of_scope" {
            return Ok(Intent::Unknown);
        }
        Intent::ALL
            .into_iter()
            .find(|intent| intent.as_str() == text)
            .ok_or_else(|| NotAnIntent(text.to_owned()))
    }
}

/// Calibrated probability of each intent; they add up to 1.
pub type Scores = BTreeMap<Intent, f32>;

/// What the front end knows that the words do not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Context {
    /// Intents that can happen at this point of the dialogue; empty means all. Probabilities
    /// are conditioned on this set; `unknown` always stays possible.
    pub expected: Vec<Intent>,
}

/// Body of `POST /v1/intent` and `POST /v1/understand` (the latter adds search fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentRequest {
    /// What was said or typed: 1 to 8,192 bytes after trimming.
    pub text: String,
    /// What the front end knows besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

/// Why an intent was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentReason {
    /// The best class passed its threshold.
    Confident,
    /// The best class is in scope, but its probability is under its threshold.
    BelowThreshold,
    /// The best class is "out of scope".
    OutOfScope,
}

/// The decided intent, without how the request travelled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentAnswer {
    /// What to act on; `unknown` means ask again.
    pub intent: Intent,
    /// Calibrated probability of `best_guess`, 0 to 1.
    pub confidence: f32,
    /// The likeliest class, also where `intent` abstains.
    pub best_guess: Intent,
    /// Why `intent` was said.
    pub reason: IntentReason,
    /// Probability of every class.
    pub scores: Scores,
}

/// Answer of `POST /v1/intent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentResponse {
    /// The decision.
    #[serde(flatten)]
    pub answer: IntentAnswer,
    /// How the answer was made.
    pub meta: Meta,
}

#[cfg(test)]
mod tests {
    use super::Intent;

    #[test]
    fn names_survive_a_round_trip_and_out_of_scope_is_unknown() {
        for intent in Intent::ALL {
            assert_eq!(intent.as_str().parse(), Ok(intent));
            let json = serde_json::to_string(&intent).expect("serialises");
            assert_eq!(json, format!("\"{intent}\""));
        }
        assert_eq!("out_of_scope".parse(), Ok(Intent::Unknown));
        assert!("Order".parse::<Intent>().is_err());
    }
}
