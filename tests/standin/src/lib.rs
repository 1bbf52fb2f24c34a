//! A stand-in of Workers AI, Vectorize, an OAuth introspection service and a payment provider,
//! strict enough to fail a client that the real ones would fail.
//!
//! One port speaks REST (as the device calls it) and the wire of a Worker's bindings (as workerd's
//! own classes call it). Invariant: no limit that Cloudflare documents is looser here, a write to
//! Vectorize is never seen before its delay is over, and no answer comes sooner than its drawn
//! latency. Never talks to the network and keeps nothing on disk.

mod ai;
mod auth;
mod control;
mod draw;
mod fault;
mod gate;
mod options;
mod provider;
mod server;
mod settings;
mod state;
mod vectorize;
mod wire;

pub use options::Options;
pub use server::{Standin, start};
