//! Handlers of those who watch the device: alive, ready, metrics, the API's description.

use super::body::json;
use super::error::HttpError;
use super::openapi;
use super::state::AppState;
use crate::metrics;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use olympus_core::route::Connectivity;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

type App = State<Arc<AppState>>;
type Answer = Result<Response, HttpError>;

pub(crate) async fn alive() -> Answer {
    json(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

pub(crate) async fn ready(State(state): App) -> Answer {
    let stopping = state.stopping.load(Ordering::Relaxed);
    let loaded = state.service.get().filter(|_| !stopping);
    let Some(service) = loaded else {
        let missing: Value = if stopping {
            json!(["the server is shutting down"])
        } else {
            json!(["model", "menu index"])
        };
        let mut response = json(&json!({"ready": false, "missing": missing}))?;
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let soon = HeaderValue::from_static("1");
        response.headers_mut().insert(header::RETRY_AFTER, soon);
        return Ok(response);
    };
    let (version, _) = service.menu_versions();
    json(&json!({
        "ready": true,
        "missing": [],
        "model": service.model().id,
        "intent_model": service.intent_model().id,
        "menu_version": version.unwrap_or_default(),
        "items": service.item_count(),
        "cloud": line(&state),
        "till": state.till.is_open(),
    }))
}

/// The line to the cloud, for the pages.
fn line(state: &AppState) -> &'static str {
    match state.shell.get().map(|shell| shell.connectivity()) {
        None => "none",
        Some(Connectivity::Offline) => "offline",
        Some(Connectivity::Online | Connectivity::Metered) => "online",
    }
}

pub(crate) async fn cloud(State(state): App) -> Answer {
    // Only what is known by then could be said before.
    state.service()?;
    let status = state.shell.get().map(|shell| shell.status());
    json(&status.unwrap_or_default())
}

pub(crate) async fn metrics(State(state): App) -> Answer {
    if let Some(shell) = state.shell.get() {
        shell.measure();
    }
    state.till.metrics().measure(&state.till).await;
    let kind = [(header::CONTENT_TYPE, metrics::CONTENT_TYPE)];
    Ok((kind, state.metrics.render()).into_response())
}

pub(crate) async fn description() -> Answer {
    json(&openapi::document())
}
