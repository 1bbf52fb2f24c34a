//! `/__control`: settings and counters, read and changed at once.
//!
//! Never fails by the settings: an outage can always be ended.

use crate::gate::Count;
use crate::settings::{Settings, Task};
use crate::state::State as Standin;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Serialize)]
struct View<'a> {
    settings: &'a Settings,
    counters: BTreeMap<Task, Count>,
}

pub(crate) fn router() -> Router<Arc<Standin>> {
    Router::new()
        .route("/__control", get(show).put(change))
        .route("/__control/reset", post(reset))
        .route("/__control/settle", post(settle))
}

async fn show(State(state): State<Arc<Standin>>) -> Response {
    let settings = state.settings();
    Json(View {
        settings: &settings,
        counters: state.gates.counters(),
    })
    .into_response()
}

async fn change(State(state): State<Arc<Standin>>, body: Bytes) -> Response {
    let patched = serde_json::from_slice::<Value>(&body)
        .map_err(|error| error.to_string())
        .and_then(|patch| state.settings().patched(&patch));
    match patched {
        Ok(settings) => {
            state.set(settings);
            show(State(state)).await
        }
        Err(wrong) => (StatusCode::BAD_REQUEST, Json(wrong)).into_response(),
    }
}

async fn reset(State(state): State<Arc<Standin>>) -> Response {
    match state.reset() {
        Ok(()) => show(State(state)).await,
        Err(fault) => (fault.status, fault.message).into_response(),
    }
}

async fn settle(State(state): State<Arc<Standin>>) -> StatusCode {
    state.store().settle();
    StatusCode::NO_CONTENT
}
