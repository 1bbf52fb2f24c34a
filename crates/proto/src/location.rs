//! What a terminal and its location's authority say to each other, besides sync: registration,
//! grants, what is revoked, reports and reconciliation.
//!
//! Under `/api/v1/locations/{location}`. Tokens are the signed documents of [`crate::grant`];
//! operations and rows are those of [`crate::sync`]. Every answer with a token says the server's
//! time, which is the one clock that may turn a terminal's back.

use crate::grant::{CardToken, GrantId, KeyId, Policy, PublishedKeys, Revoked, TerminalId};
use crate::money::Cents;
use crate::pos::{PaymentId, PaymentState};
use serde::{Deserialize, Serialize};

/// Answer of `POST …/terminals/{terminal}`: a terminal begins, with the keys it pins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalWelcome {
    /// The terminal.
    pub terminal: TerminalId,
    /// The keys that it pins: this answer came over an authenticated line.
    pub keys: PublishedKeys,
    /// The server's time.
    pub server_ms: u64,
}

/// Body of `POST …/terminals/{terminal}/grants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// Made at random for each wish; asked again with the same, the same grant is answered.
    pub request: String,
    /// What the terminal sold under its grants that the cloud may not know of yet; it lowers caps.
    pub unsettled_cents: Cents,
    /// How many sales.
    pub unsettled_sales: u32,
    /// The grant in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<GrantId>,
    /// Version of the policy in force; 0 is none. A newer one comes along.
    #[serde(default)]
    pub policy: u64,
    /// Number of the list held; 0 is none. What is newer comes along.
    #[serde(default)]
    pub revocations: u64,
    /// Number of the key set held. A newer one comes along.
    #[serde(default)]
    pub keys: u64,
}

/// Answer of `POST …/terminals/{terminal}/grants` and `GET …/terminals/{terminal}/documents`: take
/// them in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// Key sets, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The policy, where it is newer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The whole list of what is revoked, where changes are not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Changes of the list, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deltas: Vec<String>,
    /// The grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// The server's time.
    pub server_ms: u64,
}

/// Body of `PUT …/policy`: the rules of the location, without what the authority fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDraft {
    /// As in [`Policy`].
    pub tenders: Vec<crate::grant::TenderPolicy>,
    /// As in [`Policy`].
    #[serde(default)]
    pub age_limits: Vec<crate::grant::AgeLimit>,
    /// As in [`Policy`].
    pub reduced_percent: u8,
    /// As in [`Policy`].
    pub reduced_ms: u64,
    /// Caps of a grant.
    pub caps: crate::grant::Caps,
    /// How long a grant lives, at most 24 h.
    pub grant_life_ms: u64,
}

/// Answer of `GET …/policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyInForce {
    /// As it was signed last.
    pub policy: Policy,
    /// What grants are made by.
    pub caps: crate::grant::Caps,
    /// How long a grant lives.
    pub grant_life_ms: u64,
    /// The signed policy.
    pub token: String,
}

/// Body of `POST …/revocations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeRevocations {
    /// What is revoked from now on.
    pub add: Revoked,
    /// What is not any more.
    pub remove: Revoked,
}

/// Answer of `POST …/revocations` and `GET …/revocations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocations {
    /// Number of the list.
    pub number: u64,
    /// How many entries it has.
    pub entries: u64,
}

/// Answer of `POST …/grant-keys/rotate`: who signs, and who is next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The key that signs now.
    pub signs: KeyId,
    /// The key that waits for its turn.
    pub next: KeyId,
    /// From when it signs.
    pub signs_from_ms: u64,
}

/// What a terminal says of itself, every few minutes (`POST …/terminals/{terminal}/report`, 202).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminalReport {
    /// Version of its program.
    pub version: String,
    /// By its clock.
    pub at_ms: u64,
    /// Operations that wait.
    pub queue_size: u64,
    /// What they are worth.
    pub queue_cents: Cents,
    /// Operations that a person has to settle.
    pub attention: u64,
    /// Its list of what is revoked.
    pub revocations: u64,
    /// What it sold under its grant.
    pub spent_cents: Cents,
    /// The state of each stored-value card that it saw, newest sequence only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardSeen>,
}

/// A stored-value card as a terminal last saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardSeen {
    /// The card.
    pub card: CardToken,
    /// Its sequence.
    pub sequence: u64,
    /// Its balance.
    pub balance_cents: Cents,
}

/// A payment in a device's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerPayment {
    /// Which.
    pub payment: PaymentId,
    /// Amount and tip; negative for refunds.
    pub cents: Cents,
    /// Whether the provider has to know it.
    pub card: bool,
}

/// Body of `POST …/reconcile`: at most 1,000 payments of one terminal; several uploads make one
/// report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconcileUpload {
    /// Whose ledger.
    pub terminal: TerminalId,
    /// First business day.
    pub from: String,
    /// Last business day, included.
    pub to: String,
    /// What stands in it.
    pub payments: Vec<LedgerPayment>,
    /// These are the last ones: also say what the cloud has of these days that no upload named.
    pub last: bool,
    /// Names the uploads that belong together; made at random by the device.
    pub upload: String,
}

/// One payment as cloud and provider have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledPayment {
    /// Which.
    pub payment: PaymentId,
    /// Amount and tip in the cloud's ledger; absent where it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_cents: Option<Cents>,
    /// Where it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PaymentState>,
    /// What the provider has taken for it; absent where it has taken nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_cents: Option<Cents>,
}

/// Answer of `POST …/reconcile`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileAnswer {
    /// The payments of this upload, and after the last one those that the device does not have.
    pub payments: Vec<ReconciledPayment>,
}
