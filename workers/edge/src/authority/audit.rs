//! The audit log: what was decided, of whom, when. Entries go from the object's outbox to D1.
//!
//! Invariant: an entry is written in the transaction of what it tells of, and tells it once, by
//! the operation's id. It holds no card and nothing that a reader sealed.

use olympus_core::settlement::Settlement;
use olympus_proto::Cents;
use olympus_proto::books::AuditEntry;
use olympus_proto::pos::PaymentId;
use olympus_proto::sync::{DeviceId, Incarnation, Operation, Outcome, Row};
use serde::Serialize;

/// The wire name of something that is a text there.
fn text(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Who sent operations, by which registration, and when they were decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) device: &'a DeviceId,
    pub(super) incarnation: Incarnation,
    pub(super) principal: &'a str,
    pub(super) now_ms: u64,
}

impl Sent<'_> {
    /// What is told of an operation.
    pub(super) fn entry(&self, operation: &Operation, outcome: &Outcome) -> AuditEntry {
        let (outcome, detail, version) = match outcome {
            Outcome::Applied { version } => ("applied", None, *version),
            Outcome::Merged { version, over } => ("merged", Some(over.join(" ")), *version),
            Outcome::Rejected { reason } => ("rejected", Some(text(reason)), 0),
            Outcome::Skipped => ("skipped", None, 0),
        };
        AuditEntry {
            operation: operation.id.0.clone(),
            device: self.device.0.clone(),
            incarnation: self.incarnation.0,
            sequence: operation.sequence,
            principal: self.principal.to_owned(),
            kind: text(&operation.kind),
            entity: operation.entity.clone(),
            outcome: outcome.to_owned(),
            detail,
            version,
            value_cents: operation.value_cents,
            created_at_ms: operation.created_at_ms,
            decided_at_ms: self.now_ms,
        }
    }
}

/// What is told of a payment that the authority moved on.
pub(super) fn of_settlement(
    payment: &PaymentId,
    settlement: &Settlement,
    row: &Row,
    cents: Cents,
    now_ms: u64,
) -> AuditEntry {
    let code = row.fields.get("decline_code");
    AuditEntry {
        operation: format!("settled:{payment}:{}", row.version),
        device: String::new(),
        incarnation: 0,
        sequence: 0,
        principal: String::new(),
        kind: "settlement".to_owned(),
        entity: payment.as_str().to_owned(),
        outcome: text(&settlement.state()),
        detail: code.and_then(|code| code.as_str()).map(str::to_owned),
        version: row.version,
        value_cents: cents,
        created_at_ms: i64::try_from(now_ms).unwrap_or(i64::MAX),
        decided_at_ms: now_ms,
    }
}
