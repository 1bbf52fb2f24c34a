//! What was not done: what a person is told, and what they do about it.

use super::work::Work;
use super::write::{Origin, Plan};
use crate::command::Reply;
use crate::tables::orders;
use crate::{StoreError, TillError};
use olympus_core::sync::client::{Attention, NotRecorded, Why};
use olympus_proto::ErrorCode;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{AttentionItem, SettleAttention};
use olympus_proto::sync::{Fields, Operation, OperationId, OperationKind, Rejection};

impl Work<'_> {
    /// Does it again, over the row as it is now, or lets it be.
    pub(super) fn settle_attention(
        &mut self,
        id: &OperationId,
        what: SettleAttention,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let found = self.client.attention().find(|one| one.operation.id == *id);
        let found = found.ok_or(NotRecorded::NotThere)?;
        let (operation, told) = (found.operation.clone(), item(found));
        self.touched.extend(operation.entity());
        match what {
            SettleAttention::Again if !told.can_retry => {
                let message = format!("it cannot be done again: {}", told.advice);
                return Err(TillError::refused(ErrorCode::WrongState, message));
            }
            SettleAttention::Again => {
                let plan = Plan {
                    kind: operation.kind,
                    payload: self.as_it_stands(&operation)?,
                    entity: operation.entity,
                    value_cents: operation.value_cents,
                };
                let draft = self.draft(plan, origin.id("again"))?;
                let effects = self.client.again(id, draft, self.now.sync)?;
                self.take(effects)?;
            }
            SettleAttention::Dismiss => {
                if let Some(write) = self.client.dismiss(id) {
                    self.write(write)?;
                }
            }
        }
        self.show()?;
        Ok(Reply::Nothing)
    }

    /// What the operation sets, where nothing newer would be written over by it. An opening that was
    /// not done is shown all the same and gone on with, so that the order as it is shown is what it
    /// comes to now; and what stands in the books is never an older sale.
    fn as_it_stands(&self, operation: &Operation) -> Result<Fields, StoreError> {
        let mut payload = operation.payload.clone();
        if operation.kind != OperationKind::OrderUpdate {
            return Ok(payload);
        }
        let id = OrderId(operation.entity.clone());
        let Some(shown) = orders::get(self.conn, &id)? else {
            return Ok(payload);
        };
        let opens = payload.contains_key("opened_ms");
        for (name, value) in &mut payload {
            let booked = name.starts_with("closed:") || name.starts_with("sold:");
            if (opens || booked)
                && let Some(now) = shown.fields.get(name)
            {
                *value = now.clone();
            }
        }
        Ok(payload)
    }
}

/// As a person is told of it.
pub(super) fn item(attention: &Attention) -> AttentionItem {
    let operation = &attention.operation;
    let (why, advice, can_retry) = told(attention.why, operation.kind);
    AttentionItem {
        operation: operation.id.clone(),
        kind: operation.kind,
        entity: operation.entity.clone(),
        why,
        advice: advice.to_owned(),
        payload: operation.payload.clone(),
        created_at_ms: operation.created_at_ms,
        can_retry,
    }
}

fn told(why: Why, kind: OperationKind) -> (String, &'static str, bool) {
    let rejection = match why {
        Why::DeadLetter => {
            return (
                "dead_letter".to_owned(),
                "The cloud failed on it again and again. It is kept here: do it again once the \
                 cloud has been repaired, or let it be.",
                true,
            );
        }
        Why::Rejected(rejection) => rejection,
    };
    let (name, advice, can_retry) = match rejection {
        Rejection::Stale if kind == OperationKind::InventoryCount => (
            "stale",
            "Somebody changed the stock since it was counted. Count it again, or do this count \
             again if it still holds.",
            true,
        ),
        Rejection::Stale => (
            "stale",
            "Somebody changed it meanwhile. Look at it as it is now; do it again if it is still \
             wanted.",
            true,
        ),
        Rejection::Gone => (
            "gone",
            "What it is about was put away. Open a new one if it is still wanted, and let this be.",
            false,
        ),
        Rejection::AmountFixed => (
            "amount_fixed",
            "A payment's amount does not change. Refund it and take a new one; let this be.",
            false,
        ),
        Rejection::Malformed => (
            "malformed",
            "The cloud could not read it. Note what it was about, tell whoever looks after the \
             device, and let it be.",
            false,
        ),
        Rejection::UnknownKind => (
            "unknown_kind",
            "The cloud is of an earlier version. Do it again once it has been updated.",
            true,
        ),
        Rejection::Other => (
            "other",
            "The cloud refused it for a reason that this version does not know. Update the \
             device, or let it be.",
            false,
        ),
    };
    (name.to_owned(), advice, can_retry)
}
