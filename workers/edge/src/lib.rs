//! The cloud half of OlympusEdge, as a Cloudflare Worker.
//!
//! Invariant: every answer passes `http::serve`, which gives it its request id, its headers and,
//! where it is an error, its body; no handler of a scoped route runs before its caller was
//! checked. Never panics: a panic would fail the other requests of the isolate.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(
    missing_docs,
    reason = "public are the objects' methods, which a macro writes, and what is documented"
)]

mod ai;
mod assets;
mod auth;
pub mod authority;
mod carts;
mod flags;
mod grants;
mod http;
mod keys;
mod limits;
mod live;
mod menu;
mod metrics;
mod tables;
mod vault;

pub use authority::Authority;
pub use carts::Cart;
pub use grants::Grants;
pub use limits::RateLimiter;
pub use live::Live;
pub use menu::Publisher;

use worker::{Context, Env, Request, Response, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, exec: Context) -> worker::Result<Response> {
    Ok(http::serve(request, env, exec).await)
}
