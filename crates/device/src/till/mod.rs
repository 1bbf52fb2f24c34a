//! The till on this device: one thread that owns [`olympus_store::Till`], and what is around it.
//!
//! ```text
//!  http ── ask ──►┐ bounded  ┌────────┐  COMMIT   ┌─► shelf ─► search: what has run out
//!  agent ─ sync ─►│ queue ──►│  desk  │──────────►├─► tickets ─► kitchen screens
//!                 ┘          └────────┘           └─► mailbox ─► agent ─► cloud
//!  http ── read ─────────────► readers
//! ```
//! Invariant: one thread writes, in the order in which it was asked; what is answered is durable.
//! The till works whether there is a cloud or not, and before the model is loaded. Never keeps
//! business state of its own: all of it is in the file.

mod backups;
mod clock;
mod desk;
mod handle;
mod line;
mod mailbox;
mod metrics;
mod readers;
mod refused;
mod setup;
mod shelf;
#[cfg(test)]
mod tests;

pub(crate) use backups::keep as keep_backups;
pub(crate) use clock::time_of_day;
pub(crate) use handle::Handle;
pub(crate) use mailbox::Work;
pub(crate) use metrics::TillMetrics;
pub(crate) use refused::Refused;
pub(crate) use setup::FILE;
pub use setup::{ReceiptSetup, Setup};
pub(crate) use shelf::Shelf;
