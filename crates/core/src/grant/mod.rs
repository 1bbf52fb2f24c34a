//! Selling while the line is down: leave to sell, signed beforehand and bounded.
//!
//! The authority signs grants, policies, lists of what is revoked and its keys; a device verifies
//! them by the keys it holds and counts what it sells. The format, the codes and the rotation of
//! keys are told in docs/GRANTS.md.
//!
//! Invariant: what a terminal authorises is bounded by what was signed for it, whatever its clock,
//! its disk or the line does, as long as the shell writes before it tells. Never a clock, I/O or
//! randomness: readings, draws and keys' seeds come from the shell.

mod card;
mod claims;
mod clock;
mod document;
mod keys;
mod list;
pub mod paseto;
mod refusal;
mod terminal;
#[cfg(test)]
mod tests;

pub use card::{CardState, LAYOUT};
pub use claims::{MAX_AGE_LIMITS, MAX_REDUCED_MS};
pub use clock::{ClockState, FAR_MS, Reading};
pub use document::{Document, Scope, Signer, assertion, open};
pub use keys::{Key, KeySet, MAX_AGE_MS, MAX_KEYS, Phase, RETIRE_MS, SETTLE_MS, WAIT_MS};
pub use list::{MAX_ENTRIES, RevocationList};
pub use refusal::Refusal;
pub use terminal::{
    Approved, Effects, Head, KEEP_SALES_MS, MAX_OPEN_ORDERS, MAX_ORDER_MS, MAX_REFUNDS, Opened,
    Row, Sale, Saved, Sold, Step, Tender, Terminal, Totals,
};

use olympus_proto::Cents;

/// How much two clocks may differ.
pub const LEEWAY_MS: u64 = 120_000;
/// Longest time from the signing of a grant to its end.
pub const MAX_LIFE_MS: u64 = 24 * 60 * 60 * 1_000;
/// Longest time from the signing of a list to its end.
pub const MAX_LIST_LIFE_MS: u64 = 24 * 60 * 60 * 1_000;
/// Latest time and highest number: what a JSON number holds exactly everywhere.
pub const MAX_MS: u64 = (1 << 53) - 1;
/// Dearest sale and most of all sales.
pub const MAX_CENTS: Cents = Cents(100_000_000);
/// Most sales under one grant.
pub const MAX_SALES: u32 = 10_000;
/// Longest id, in bytes.
pub const MAX_ID_BYTES: usize = 64;
