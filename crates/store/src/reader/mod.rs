//! Connections that only read, beside the till.

use crate::{OpenOptions, StoreError};
use olympus_proto::Cents;
use olympus_proto::grant::OrderId;
use olympus_proto::location::LedgerPayment;
use olympus_proto::pos::{
    Inventory, OpenSettlement, Order, OrderList, OrderStatus, Payment, PaymentId, Reconcile,
    SalesReport, Tickets,
};
use std::collections::BTreeMap;
use std::path::Path;

/// Which orders.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OrderFilter {
    /// Of this business day.
    pub day: Option<String>,
    /// That stand there.
    pub status: Option<OrderStatus>,
}

/// A connection that only reads; many may exist beside the till.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// Opens the file of a till that has been opened before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, StoreError> {
        let _ = (path, options);
        Err(StoreError::Full)
    }

    /// An order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        let _ = id;
        Err(StoreError::Full)
    }

    /// Orders, newest first. `before` is [`OrderList::next`] of the page before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn orders(
        &self,
        filter: &OrderFilter,
        before: Option<&str>,
        limit: u32,
    ) -> Result<OrderList, StoreError> {
        let _ = (filter, before, limit);
        Err(StoreError::Full)
    }

    /// A payment or refund.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn payment(&self, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
        let _ = id;
        Err(StoreError::Full)
    }

    /// Tickets that are not done, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tickets(&self) -> Result<Tickets, StoreError> {
        Err(StoreError::Full)
    }

    /// Counted dishes, by item.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn inventory(&self) -> Result<Inventory, StoreError> {
        Err(StoreError::Full)
    }

    /// What this device sold on these business days, the last one included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sales(&self, from: &str, to: &str) -> Result<SalesReport, StoreError> {
        let _ = (from, to);
        Err(StoreError::Full)
    }

    /// What is not settled yet, of all days.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn settlement(&self) -> Result<OpenSettlement, StoreError> {
        Err(StoreError::Full)
    }

    /// Payments and refunds in this device's ledger, by business day, for reconciliation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ledger_payments(&self, from: &str, to: &str) -> Result<Vec<LedgerPayment>, StoreError> {
        let _ = (from, to);
        Err(StoreError::Full)
    }

    /// The sum of each account; all of them together are 0.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ledger_sums(&self) -> Result<BTreeMap<String, Cents>, StoreError> {
        Err(StoreError::Full)
    }

    /// An order's receipt, PDF.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipt(&self, order: &OrderId) -> Result<Option<Vec<u8>>, StoreError> {
        let _ = order;
        Err(StoreError::Full)
    }

    /// Orders whose receipts wait to be uploaded, oldest first, and how many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipts_waiting(&self, limit: u32) -> Result<(Vec<OrderId>, u64), StoreError> {
        let _ = limit;
        Err(StoreError::Full)
    }

    /// The latest reconcile report.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn reconcile(&self) -> Result<Option<Reconcile>, StoreError> {
        Err(StoreError::Full)
    }
}
