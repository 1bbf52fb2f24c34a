//! The one that writes.

use crate::command::{
    Asked, Done, GrantEvent, Menu, Now, Refusals, Standing, TillConfig, Todo,
};
use crate::{OpenOptions, StoreError, TillError};
use olympus_core::sync::client;
use olympus_proto::grant::OrderId;
use olympus_proto::location::GrantRequest;
use olympus_proto::pos::Reconcile;
use std::path::Path;

/// The till of one terminal: the one owner of its file.
#[derive(Debug)]
pub struct Till {
    config: TillConfig,
}

impl Till {
    /// Opens the file, makes or migrates it where needed, and takes up where it stopped.
    ///
    /// # Errors
    /// [`StoreError`], which says what to do.
    pub fn open(
        path: &Path,
        options: OpenOptions,
        config: TillConfig,
        now: &Now,
    ) -> Result<(Self, Todo), StoreError> {
        let _ = (path, options, now);
        Ok((Self { config }, Todo::default()))
    }

    /// Does a command, once.
    ///
    /// # Errors
    /// Where it may not be done, or the disk fails; then nothing was done.
    pub fn ask(&mut self, asked: Asked, menu: Menu<'_>, now: &Now) -> Result<Done, TillError> {
        let _ = (asked, menu, now, &self.config);
        Err(StoreError::Full.into())
    }

    /// Takes what happened between this device and the cloud.
    ///
    /// # Errors
    /// Where the disk fails; the event is lost and will be asked for again.
    pub fn sync(&mut self, event: client::Event, now: &Now) -> Result<Todo, StoreError> {
        let _ = (event, now);
        Err(StoreError::Full)
    }

    /// Takes what the cloud says about this terminal. The documents that were refused come back.
    ///
    /// # Errors
    /// Where the disk fails; nothing was taken.
    pub fn grants(&mut self, event: GrantEvent, now: &Now) -> Result<Refusals, StoreError> {
        let _ = (event, now);
        Err(StoreError::Full)
    }

    /// What to ask the cloud for now, where a grant is due; nothing before the terminal was
    /// welcomed.
    #[must_use]
    pub fn grant_due(&self, now: &Now) -> Option<GrantRequest> {
        let _ = now;
        None
    }

    /// Whether the terminal was registered.
    #[must_use]
    pub fn is_welcome(&self) -> bool {
        false
    }

    /// Version of the policy, number of the list of what is revoked, number of the key set; 0 is
    /// none.
    #[must_use]
    pub fn documents_held(&self) -> (u64, u64, u64) {
        (0, 0, 0)
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self, now: &Now) -> Standing {
        let _ = now;
        unreachable!()
    }

    /// Keeps an order's receipt, to be uploaded.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn keep_receipt(
        &mut self,
        order: &OrderId,
        pdf: &[u8],
        now: &Now,
    ) -> Result<(), StoreError> {
        let _ = (order, pdf, now);
        Err(StoreError::Full)
    }

    /// The receipt is in the cloud.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn receipt_uploaded(&mut self, order: &OrderId) -> Result<(), StoreError> {
        let _ = order;
        Err(StoreError::Full)
    }

    /// Keeps the latest reconcile report.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn keep_reconcile(&mut self, report: &Reconcile) -> Result<(), StoreError> {
        let _ = report;
        Err(StoreError::Full)
    }

    /// Writes a whole, checked copy to a file that does not exist yet.
    ///
    /// # Errors
    /// Where the file exists or the disk fails.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        let _ = path;
        Err(StoreError::Full)
    }
}
