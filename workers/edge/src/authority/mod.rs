//! The authority of a location: takes what its devices did, settles their card payments, tells
//! every device and the read model.
//!
//! ```text
//!  push ─► book (core::sync) ─► rows, outcomes, payments ─► pull
//!               one transaction │            │
//!                        outbox ▼            ▼ alarm (core::settlement)
//!              D1: orders, payments, audit   payment provider ─► decreed rows
//! ```
//! Invariant: what is decided is decided once, in one transaction over a [`sql::Sql`], before
//! anybody hears of it. All of that runs natively as well, over rusqlite: the simulator of whole
//! restaurants drives [`book::Book`] itself. Never a decision of its own about a conflict or a
//! capture: those are `core`'s.

mod advice;
mod audit;
mod backoff;
pub mod book;
mod calls;
mod cards;
mod changes;
pub mod closing;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
mod object;
pub mod pages;
mod payments;
mod provider;
mod read_model;
pub mod reconcile;
mod refunds;
pub(crate) mod reports;
pub(crate) mod routes;
pub mod schema;
mod settings;
pub mod settle;
mod shelf;
pub mod sql;
pub(crate) mod storage;
mod taken;
pub mod tell;
mod telling;
mod work;

pub use object::Authority;
pub use payments::Unsettled;

use crate::http::error::EdgeError;
use olympus_proto::LocationId;
use olympus_proto::grant::TerminalId;
use olympus_proto::sync::DeviceId;
use worker::Env;

/// What the authority knows to be unsettled of a terminal: caps of its next grant are lower by it.
pub(crate) async fn unsettled(
    env: &Env,
    location: &LocationId,
    terminal: &TerminalId,
) -> Result<Unsettled, EdgeError> {
    calls::ask(env, location, "/unsettled", terminal).await
}

/// An admin removed the terminal: another key may register it from now on. Whether it was there.
pub(crate) async fn release(
    env: &Env,
    location: &LocationId,
    device: &DeviceId,
) -> Result<bool, EdgeError> {
    let released: calls::Released = calls::ask(env, location, "/release", device).await?;
    Ok(released.released)
}

#[cfg(test)]
mod tests;
