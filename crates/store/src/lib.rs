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
mod open;
mod reader;
mod till;

pub use command::{
    Asked, Command, Done, GrantEvent, Menu, Now, Refusals, Reply, Standing, TillConfig, Todo,
};
pub use error::{StoreError, TillError};
pub use open::{OpenOptions, Synchronous};
pub use reader::{OrderFilter, Reader};
pub use till::Till;
