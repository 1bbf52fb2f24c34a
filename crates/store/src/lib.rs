//! The till on its disk: orders, payments, stock, tickets, ledger, outbox and grants in one SQLite
//! file.
//!
//! ```text
//!  Command ─► idempotency? ─► core::pos decides ─► Terminal authorises ─► Client records ─► COMMIT ─► Todo
//!  Event   ───────────────────────────────────────────────────────────► Client takes    ─► COMMIT ─► Todo
//! ```
//! Invariant: a command is one transaction, on disk before anybody hears of it; what is shown is
//! `sync::view` of the rows and of what waits; the ledger only grows. Where a transaction fails, or
//! it is not known whether it did, what is in memory is dropped and read anew. Never async, a
//! thread, a clock or a random number: the shell tells them.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod command;
mod error;
mod migrate;
mod open;
mod reader;
mod tables;
mod till;

pub use command::{
    Asked, Command, Done, GrantEvent, Menu, Now, Refusals, Reply, Standing, TillConfig, Todo,
};
pub use error::{StoreError, TillError};
pub use migrate::NEWEST_SCHEMA;
pub use open::{OpenOptions, Synchronous};
pub use reader::{OrderFilter, Reader};
pub use till::Till;

use std::path::Path;

/// Makes the file's schema that version: back, before an earlier program is put in this one's
/// place. 0 is an empty file, where nothing was sold.
///
/// # Errors
/// Where a till has the file open, or a step fails; then the file is of the last version that could
/// be made.
pub fn migrate(path: &Path, options: &OpenOptions, version: u32) -> Result<(), StoreError> {
    let _owner = open::Owner::of(path, options)?;
    let mut conn = open::checked(path, options)?;
    migrate::to(&mut conn, version)
}
