//! The payment provider: takes captures, tells what became of them, and can be made to fail as
//! providers do.
//!
//! Invariant: what was decided under a reference stays so; a second request for it with other
//! amounts is refused, whatever its key. Where `unique_references` is off it trusts idempotency
//! keys alone and forgets them, as sloppier ones do: then a client that asks twice pays twice, and
//! `moved` shows it. Money is never real.

mod book;

pub(crate) use book::Book;

use crate::fault::{self, Fault, Refusal};
use crate::gate::pass;
use crate::settings::{After, Task};
use crate::state::State as Standin;
use crate::wire;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use olympus_proto::provider::{Capture, Captured, Found, Lookup, MAX_LOOKUP, Reference, Refused};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// A capture is short; a lookup has 500 references.
const MAX_BODY_BYTES: usize = 128 * 1024;

pub(crate) fn router() -> Router<Arc<Standin>> {
    Router::new()
        .route("/v1/captures", post(capture))
        .route("/v1/captures/lookup", post(lookup))
        .route("/v1/captures/{reference}", get(look))
        .route("/__provider", get(show))
}

/// A refusal in the provider's own shape.
pub(crate) fn refused(status: u16, code: &str, message: impl Into<String>) -> Box<Response> {
    let body = Refused {
        code: code.to_owned(),
        message: message.into(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Box::new((status, Json(body)).into_response())
}

fn known(state: &Standin, headers: &HeaderMap) -> Result<(), Box<Response>> {
    if wire::bears(headers, &state.options.provider_token) {
        return Ok(());
    }
    Err(refused(401, "unauthorized", "show the provider's token"))
}

async fn body_of<T: serde::de::DeserializeOwned>(body: Body) -> Result<(T, [u8; 32]), Fault> {
    let bytes = wire::whole(body, MAX_BODY_BYTES).await?;
    let digest = Sha256::digest(&bytes).into();
    let read = serde_json::from_slice(&bytes);
    Ok((
        read.map_err(|wrong| Fault::new(fault::INCOMPLETE, wrong))?,
        digest,
    ))
}

async fn capture(State(state): State<Arc<Standin>>, headers: HeaderMap, body: Body) -> Response {
    if let Err(refusal) = known(&state, &headers) {
        return *refusal;
    }
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .filter(|key| !key.is_empty() && key.len() <= 255)
        .map(str::to_owned);
    let Some(key) = key else {
        return *refused(400, "invalid", "send an idempotency-key of 1 to 255 bytes");
    };
    let work = async {
        let (capture, digest) = body_of::<Capture>(body).await?;
        Ok(decide(&state, capture, key, digest).await)
    };
    let decided = match pass(&state, Task::Capture, false, work).await {
        Ok(Ok(captured)) => captured,
        Ok(Err(refusal)) => return *refusal,
        Err(refusal) => return wire::plain(refusal),
    };
    after(&state, decided).await
}

/// Decides it, later where the settings say so: whether the caller still waits makes no difference.
async fn decide(
    state: &Arc<Standin>,
    capture: Capture,
    key: String,
    digest: [u8; 32],
) -> Result<Captured, Box<Response>> {
    let wait = Duration::from_millis(state.settings().provider.commit_delay_ms);
    let state = Arc::clone(state);
    let deciding = tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        let settings = state.settings();
        state
            .book()
            .capture(capture, key, digest, &settings.provider)
    });
    match deciding.await {
        Ok(decided) => decided,
        Err(error) => Err(refused(500, "internal", error.to_string())),
    }
}

/// What the caller hears once it is decided.
async fn after(state: &Standin, captured: Captured) -> Response {
    let settings = state.settings();
    let strikes = state.draw(fastrand::Rng::f64) < settings.provider.after_rate;
    match settings.provider.after {
        After::Cut if strikes => wire::plain(Refusal::Cut),
        After::Hang if strikes => std::future::pending().await,
        After::Fail if strikes => *refused(500, "internal", "it failed, or it did not"),
        _ => Json(captured).into_response(),
    }
}

async fn look(
    State(state): State<Arc<Standin>>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Response {
    if let Err(refusal) = known(&state, &headers) {
        return *refusal;
    }
    let found = pass(&state, Task::Lookup, false, async {
        Ok(state.book().find(&Reference(reference)))
    });
    match found.await {
        Ok(Some(captured)) => Json(captured).into_response(),
        Ok(None) => *refused(404, "not_found", "nothing was decided under this reference"),
        Err(refusal) => wire::plain(refusal),
    }
}

async fn lookup(State(state): State<Arc<Standin>>, headers: HeaderMap, body: Body) -> Response {
    if let Err(refusal) = known(&state, &headers) {
        return *refusal;
    }
    let found = pass(&state, Task::Lookup, false, async {
        let (asked, _) = body_of::<Lookup>(body).await?;
        if asked.references.len() > MAX_LOOKUP {
            return Err(Fault::new(fault::INCOMPLETE, "too many references"));
        }
        let book = state.book();
        let captures = asked.references.iter().filter_map(|one| book.find(one));
        Ok(Found {
            captures: captures.collect(),
        })
    });
    match found.await {
        Ok(found) => Json(found).into_response(),
        Err(refusal) => wire::plain(refusal),
    }
}

/// The whole book, for tests: what was moved, and how often each reference was asked for.
async fn show(State(state): State<Arc<Standin>>) -> Response {
    Json(state.book().view()).into_response()
}
