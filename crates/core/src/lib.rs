//! What is decided, and nothing else: which intent an answer carries, which lines make a menu,
//! which items pass a filter, whether a dish can be had now, how two scores become one.
//!
//! Invariant: the same input gives the same output, natively and in wasm. Never a clock (the
//! caller passes the local time), I/O, async or randomness; and never a panic, whatever the
//! bytes.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod cart;
pub mod grant;
pub mod image;
pub mod intent;
pub mod language;
pub mod menu;
pub mod order;
pub mod parity;
pub mod pos;
pub mod rate_limit;
pub mod route;
pub mod settlement;
pub mod sync;
mod unreadable;
