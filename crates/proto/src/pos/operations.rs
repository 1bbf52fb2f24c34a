//! How the till stands: what the operations page shows.

use super::PaymentId;
use super::payment::PaymentState;
use super::report::OpenSettlement;
use crate::money::Cents;
use crate::sync::{OperationId, OperationKind};
use serde::{Deserialize, Serialize};

/// The line to the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// No cloud is set up.
    None,
    /// The cloud answers.
    Online,
    /// It does not.
    Offline,
}

/// How much may still be sold without asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalStanding {
    /// `full`, `reduced` or `cash_only`.
    pub step: String,
    /// Whether the wall clock is believed: `right`, `behind` or `ahead`.
    pub clock: String,
    /// When the grant ends, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_expires_ms: Option<u64>,
    /// What may still be taken under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_cents: Option<Cents>,
    /// How many sales more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_sales: Option<u32>,
    /// Version of the policy in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<u64>,
    /// Number of the list of what is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocations: Option<u64>,
}

/// What waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsSync {
    /// Operations that wait.
    pub queue_size: u64,
    /// What they are worth.
    pub queue_cents: Cents,
    /// Age of the oldest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_ms: Option<u64>,
    /// When the cloud last took all there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_ms: Option<u64>,
    /// How close the caps are: `none`, `soft`, `hard` or `full`.
    pub pressure: String,
    /// Registration of this disk.
    pub incarnation: u64,
}

/// Something that was not done, and that a person has to settle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttentionItem {
    /// The operation.
    pub operation: OperationId,
    /// What it was to do.
    pub kind: OperationKind,
    /// The row it is about.
    pub entity: String,
    /// Why it was not done: the rejection's name, or `dead_letter`.
    pub why: String,
    /// For people: what happened and what to do.
    pub advice: String,
    /// What it set.
    pub payload: crate::sync::Fields,
    /// When, by the device's clock.
    pub created_at_ms: i64,
    /// Whether doing it again makes sense.
    pub can_retry: bool,
}

/// Body of `POST /v1/operations/attention/{operation}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum SettleAttention {
    /// Do it again, over the row as it is now.
    Again,
    /// Let it be.
    Dismiss,
}

/// What was settled with the provider.
pub type Settlement = OpenSettlement;

/// Where two books differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileDifference {
    /// The payment.
    pub payment: PaymentId,
    /// Amount and tip in this device's ledger, negative for refunds; absent where it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_cents: Option<Cents>,
    /// The same in the cloud's ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_cents: Option<Cents>,
    /// The same in the provider's book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_cents: Option<Cents>,
    /// State in the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PaymentState>,
    /// For people: what it means and what to do.
    pub advice: String,
}

/// Answer of `POST /v1/operations/reconcile`: whether this device's ledger, the cloud's and the
/// payment provider's say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconcile {
    /// First business day.
    pub from: String,
    /// Last business day, included.
    pub to: String,
    /// When it was made.
    pub at_ms: u64,
    /// All three agree, and nothing is on its way.
    pub equal: bool,
    /// Payments compared.
    pub payments: u64,
    /// Sum in this device's ledger, tips included, refunds negative.
    pub device_cents: Cents,
    /// The same in the cloud's ledger.
    pub cloud_cents: Cents,
    /// Of it what goes by cards, in this device's ledger, declined ones left out.
    pub device_card_cents: Cents,
    /// The same in the provider's book.
    pub provider_cents: Cents,
    /// Payments that the cloud has not settled with the provider yet.
    pub open: u64,
    /// Operations of this device that the cloud does not have yet.
    pub unsent: u64,
    /// Differences, at most 200.
    pub differences: Vec<ReconcileDifference>,
}

/// Answer of `GET /v1/operations`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operations {
    /// Which restaurant.
    pub location: String,
    /// Which terminal this device is.
    pub terminal: String,
    /// Business day that is sold on.
    pub day: String,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// The line to the cloud.
    pub line: Line,
    /// Since when it has been so.
    pub line_since_ms: u64,
    /// What keeps the two from working together though the line is up, for people: a version that
    /// is too old, a key that is not accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What waits.
    pub sync: OperationsSync,
    /// What may be sold.
    pub standing: TerminalStanding,
    /// What is not settled.
    pub settlement: Settlement,
    /// Receipts that wait to be uploaded.
    pub receipts_waiting: u64,
    /// What was not done.
    pub attention: Vec<AttentionItem>,
    /// The last reconcile report, where one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconcile: Option<Reconcile>,
}
