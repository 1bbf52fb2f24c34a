//! Connections that only read, beside the till.
//!
//! Invariant: each answer is of one moment, and what is told was committed.

mod orders;
mod report;

pub use orders::OrderFilter;

use crate::StoreError;
use crate::open::{self, OpenOptions};
use crate::tables::{keep, ledger, payments, stock, tickets};
use olympus_proto::Cents;
use olympus_proto::grant::OrderId;
use olympus_proto::location::LedgerPayment;
use olympus_proto::pos::{Inventory, OpenSettlement, Payment, PaymentId, Reconcile, Tickets};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;

/// A connection that only reads; many may exist beside the till.
#[derive(Debug)]
pub struct Reader {
    conn: Connection,
    options: OpenOptions,
}

impl Reader {
    /// Opens the file of a till that has been opened before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, StoreError> {
        let conn = open::reader(path, options)?;
        let options = options.clone();
        Ok(Self { conn, options })
    }

    /// As [`crate::Till::backup_to`], of this moment; the till goes on meanwhile.
    ///
    /// # Errors
    /// Where the file exists or the disk fails; what was begun may be left there.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        open::copy(&self.conn, path, &self.options)
    }

    /// A payment or refund.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn payment(&self, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
        let found = payments::get(&self.conn, id)?;
        Ok(found.map(|(payment, _)| payment))
    }

    /// Tickets that are not done, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tickets(&self) -> Result<Tickets, StoreError> {
        let tickets = tickets::waiting(&self.conn)?;
        Ok(Tickets { tickets })
    }

    /// Counted dishes, by item.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn inventory(&self) -> Result<Inventory, StoreError> {
        let stock = stock::all(&self.conn)?;
        Ok(Inventory { stock })
    }

    /// What this device took and what is not settled of it, of all days.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn settlement(&self) -> Result<OpenSettlement, StoreError> {
        payments::settlement(&self.conn)
    }

    /// Payments and refunds in this device's ledger, by business day, for reconciliation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ledger_payments(&self, from: &str, to: &str) -> Result<Vec<LedgerPayment>, StoreError> {
        ledger::payments(&self.conn, from, to)
    }

    /// The sum of each account; all of them together are 0.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ledger_sums(&self) -> Result<BTreeMap<String, Cents>, StoreError> {
        let transaction = self.conn.unchecked_transaction()?;
        ledger::sums(&transaction)
    }

    /// An order's receipt, PDF.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipt(&self, order: &OrderId) -> Result<Option<Vec<u8>>, StoreError> {
        keep::get(&self.conn, order)
    }

    /// Orders whose receipts wait to be uploaded, oldest first, and how many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipts_waiting(&self, limit: u32) -> Result<(Vec<OrderId>, u64), StoreError> {
        keep::waiting(&self.conn, limit)
    }

    /// The latest reconcile report.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn reconcile(&self) -> Result<Option<Reconcile>, StoreError> {
        keep::reconciled(&self.conn)
    }
}
