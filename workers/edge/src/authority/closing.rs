//! Payments that a person closes by hand, because nobody else can: the provider has another amount
//! under their name, refuses to look at them, or has not answered for hours.
//!
//! Invariant: only what somebody has to look at is closed so, once, with a reason that the audit log
//! keeps beside who gave it. Nothing is sent for it, neither here nor later.

use super::book::{Book, BookError};
use super::sql::{Sql, atomically};
use olympus_core::settlement::Settlement;
use olympus_proto::books::AuditEntry;
use olympus_proto::pos::{PaymentId, PaymentState};
use olympus_proto::sync::Fields;
use serde::{Deserialize, Serialize};

/// Decline code of a payment that was closed as declined.
const CLOSED: &str = "closed_by_hand";

/// What a person found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedAs {
    /// The money was moved.
    Approved,
    /// It was not, and will not be.
    Declined,
}

/// Body of `POST …/payments/close`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Which.
    pub payment: PaymentId,
    /// As what.
    pub state: ClosedAs,
    /// Why, for whoever reads the audit log: 1 to 200 bytes.
    pub reason: String,
}

/// How the payment stands since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shut {
    /// Which.
    pub payment: PaymentId,
    /// How it stands.
    pub state: PaymentState,
}

impl<S: Sql> Book<S> {
    /// Closes a payment by hand; nothing where there is none of that name.
    ///
    /// # Errors
    /// [`BookError::NothingToClose`] where it is settled, or goes on by itself.
    pub fn close(
        &self,
        closing: &Closing,
        principal: &str,
        now_ms: u64,
    ) -> Result<Option<Shut>, BookError> {
        atomically(&self.sql, || {
            let Some(mut kept) = self.payment(&closing.payment)? else {
                return Ok(None);
            };
            let taken = kept.taken.clone().filter(|_| kept.open);
            let (Some(taken), Some(_), Some(_)) = (taken, &kept.settlement, &kept.trouble) else {
                return Err(BookError::NothingToClose);
            };
            let said = match closing.state {
                ClosedAs::Approved => Fields::from([("state".to_owned(), "approved".into())]),
                ClosedAs::Declined => Fields::from([
                    ("state".to_owned(), "declined".into()),
                    ("decline_code".to_owned(), CLOSED.into()),
                ]),
            };
            kept.settlement = Settlement::of_row(taken.cents(), taken.direction, &said, now_ms);
            self.schedule(&mut kept, now_ms)?;
            self.settled(&mut kept, now_ms)?;
            let entry = AuditEntry {
                operation: format!("closed:{}:{now_ms}", kept.id),
                device: String::new(),
                incarnation: 0,
                sequence: 0,
                principal: principal.to_owned(),
                kind: "payment_closed".to_owned(),
                entity: kept.id.as_str().to_owned(),
                outcome: super::shelf::name(&kept.state)?,
                detail: Some(closing.reason.clone()),
                version: self.head()?,
                value_cents: taken.signed(),
                created_at_ms: i64::try_from(now_ms).unwrap_or(i64::MAX),
                decided_at_ms: now_ms,
            };
            self.write(Vec::new(), &[entry], "", now_ms)?;
            Ok(Some(Shut {
                payment: kept.id,
                state: kept.state,
            }))
        })
    }
}
