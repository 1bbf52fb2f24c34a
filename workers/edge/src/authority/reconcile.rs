//! A device's ledger beside the authority's book and the provider's.
//!
//! Invariant: nothing is changed by it but which payments the uploads of one report have named.
//! What the book says is read in one transaction; what the provider says is put beside it.

use super::book::{Book, BookError};
use super::shelf::{from_json, to_json};
use super::sql::{Line, Sql, atomically};
use olympus_proto::Cents;
use olympus_proto::grant::TerminalId;
use olympus_proto::location::{ReconcileUpload, ReconciledPayment};
use olympus_proto::pos::PaymentId;
use olympus_proto::provider::Reference;
use olympus_proto::sync::DeviceId;
use serde::{Deserialize, Serialize};

/// Uploads of a report are remembered for a day.
const REMEMBERED_MS: u64 = 24 * 3_600_000;
/// Most payments that the cloud says it has beside the device.
const MOST_MISSING: u64 = 1_000;

/// The book's side of a report, and what to ask the provider.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The payments of the upload, and after the last one those that no upload named.
    pub payments: Vec<ReconciledPayment>,
    /// Names of those that go by cards of the provider's.
    pub asks: Vec<Reference>,
}

impl<S: Sql> Book<S> {
    /// Whether the principal may ask for a terminal's ledger: nobody may whose device it is not.
    ///
    /// # Errors
    /// [`BookError::Foreign`] where another one registered it.
    pub fn speaks_for(&self, terminal: &TerminalId, principal: &str) -> Result<(), BookError> {
        self.mark(&DeviceId(terminal.0.clone()), principal)?;
        Ok(())
    }

    /// Looks up what a device's ledger names.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn reconcile(&self, upload: &ReconcileUpload, now_ms: u64) -> Result<Compared, BookError> {
        atomically(&self.sql, || {
            let named: Vec<&str> = upload
                .payments
                .iter()
                .map(|it| it.payment.as_str())
                .collect();
            self.remember(upload, &named, now_ms)?;
            let lines = self.sql.run(
                "SELECT named.value, payments.cents, payments.state, payments.tender
                 FROM json_each(?1) AS named LEFT JOIN payments ON payments.payment = named.value
                 ORDER BY named.key",
                &[to_json(&named)?.into()],
            )?;
            let mut compared = Compared::default();
            for (line, sent) in lines.iter().zip(&upload.payments) {
                self.compare(&mut compared, line, sent.card)?;
            }
            if upload.last {
                for line in &self.unnamed(upload)? {
                    self.compare(&mut compared, line, false)?;
                }
            }
            Ok(compared)
        })
    }

    fn remember(
        &self,
        upload: &ReconcileUpload,
        named: &[&str],
        now_ms: u64,
    ) -> Result<(), BookError> {
        let old = now_ms.saturating_sub(REMEMBERED_MS);
        self.sql
            .run("DELETE FROM uploads WHERE at_ms < ?1", &[old.into()])?;
        self.insert(
            "INSERT INTO uploads (upload, payment, at_ms)
             SELECT ?2, value, ?3 FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING",
            named,
            &[upload.upload.as_str().into(), now_ms.into()],
        )
    }

    /// What the book has of these days and this terminal, and no upload named.
    fn unnamed(&self, upload: &ReconcileUpload) -> Result<Vec<Line>, BookError> {
        Ok(self.sql.run(
            "SELECT payment, cents, state, tender FROM payments
             WHERE terminal = ?1 AND day BETWEEN ?2 AND ?3 AND payment NOT IN
                (SELECT payment FROM uploads WHERE upload = ?4)
             ORDER BY payment LIMIT ?5",
            &[
                upload.terminal.as_str().into(),
                upload.from.as_str().into(),
                upload.to.as_str().into(),
                upload.upload.as_str().into(),
                MOST_MISSING.into(),
            ],
        )?)
    }

    /// One line of `payment, cents, state, tender`.
    fn compare(
        &self,
        compared: &mut Compared,
        line: &Line,
        is_card: bool,
    ) -> Result<(), BookError> {
        let payment = PaymentId::from(line.text(0)?);
        if is_card || line.maybe_text(3) == Some("card") {
            compared.asks.push(Reference::of(&self.location, &payment));
        }
        let state = line.maybe_text(2).filter(|state| !state.is_empty());
        compared.payments.push(ReconciledPayment {
            payment,
            cloud_cents: line.maybe_number(1).map(Cents),
            state: state
                .map(|state| from_json(&format!("\"{state}\"")))
                .transpose()?,
            provider_cents: None,
        });
        Ok(())
    }
}
