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

mod auth;
mod http;

use worker::{Context, Env, Request, Response, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, exec: Context) -> worker::Result<Response> {
    Ok(http::serve(request, env, exec).await)
}
