//! Sync that loses nothing and does nothing twice: operations from a device to its location's
//! authority, rows from there to every device.
//!
//! ```text
//!  business write ─► Client::record ─► persist (with the business write) ─► send Push ─┐
//!                                                                                      ▼
//!  rows, outcomes ◄── persist ◄── Client::on ◄── PushAnswer ◄── commit ◄── Authority::push
//!  rows, cursor   ◄── persist ◄── Client::on ◄── PullAnswer ◄──────────── Authority::pull
//! ```
//! Invariants: an operation is durable before it is sent, and on the device until its outcome is;
//! the authority decides it once, in one transaction with the device's mark, and gives the same
//! outcome to whoever sends it again; rows come with the cursor that they are complete to. What is
//! not done is shown: rejected and dead-lettered operations stay until a person settles them.
//!
//! Never a clock, I/O, async or randomness. Wall clocks are told and never decide. The shell keeps
//! two rules: what is in `persist` is one transaction and commits before anything in `send` goes
//! out; and where a commit fails, or its outcome is unknown, the state is dropped and restored
//! from what is on disk.

mod apply;
pub mod authority;
pub mod client;

pub use apply::view;
pub use authority::Authority;
pub use client::Client;
