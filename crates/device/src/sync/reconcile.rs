//! Asks the cloud what it and the payment provider have, and keeps the comparison.
//!
//! Invariant: what waits is counted after the ledger was read, so that a payment of it that the cloud
//! cannot have yet makes the report say "waits to be sent", and never "equal" or "lost".

use super::Agent;
use super::compare::{Books, compare};
use crate::cloud::CloudError;
use crate::till::Refused;
use olympus_proto::location::{LedgerPayment, ReconcileUpload};
use olympus_proto::pos::Reconcile;
use std::time::Duration;

/// Payments in one upload.
const BATCH: usize = 1_000;
/// Time of one upload.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReconciled {
    /// The till does not answer.
    #[error(transparent)]
    Till(#[from] Refused),
    /// The cloud does not.
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

impl Agent {
    /// Compares this device's ledger of these business days, the last one included, with the
    /// cloud's and the provider's. The till keeps the report.
    ///
    /// # Errors
    /// [`NotReconciled`]; the report before stays.
    pub(crate) async fn reconcile(
        &self,
        from: String,
        to: String,
    ) -> Result<Reconcile, NotReconciled> {
        let (first, last) = (from.clone(), to.clone());
        let ledger = (self.till)
            .read(move |reader| reader.ledger_payments(&first, &last))
            .await?;
        let standing = self.till.standing().await?;
        let told = self.upload(&from, &to, &ledger).await?;
        let (first, last) = (from.clone(), to.clone());
        let since = (self.till)
            .read(move |reader| reader.ledger_payments(&first, &last))
            .await?;
        let report = compare(&Books {
            from: &from,
            to: &to,
            at_ms: self.till.now().wall_ms(),
            ledger: &ledger,
            told: &told,
            since: &since,
            unsent: u64::try_from(standing.sync.queue_size).unwrap_or(u64::MAX),
        });
        let kept = report.clone();
        let keep = move |till: &mut olympus_store::Till, _: &_| till.keep_reconcile(&kept);
        self.till.with(keep).await?.map_err(Refused::from)?;
        tracing::info!(
            equal = report.equal,
            payments = report.payments,
            differences = report.differences.len(),
            "the books were compared"
        );
        Ok(report)
    }

    async fn upload(
        &self,
        from: &str,
        to: &str,
        ledger: &[LedgerPayment],
    ) -> Result<Vec<olympus_proto::location::ReconciledPayment>, CloudError> {
        let upload = format!("{:016x}", fastrand::u64(..));
        let mut told = Vec::with_capacity(ledger.len());
        let mut rest = ledger;
        loop {
            let (batch, after) = rest.split_at(rest.len().min(BATCH));
            rest = after;
            let part = ReconcileUpload {
                terminal: self.terminal.clone(),
                from: from.to_owned(),
                to: to.to_owned(),
                payments: batch.to_vec(),
                last: rest.is_empty(),
                upload: upload.clone(),
            };
            let answer = self
                .call("reconcile", PATIENCE, part, |location, ask| {
                    location.reconcile(ask)
                })
                .await?;
            told.extend(answer.payments);
            if rest.is_empty() {
                return Ok(told);
            }
        }
    }
}
