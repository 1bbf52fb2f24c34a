//! The outermost layer: request ids, error bodies, security headers, timing, metrics, one log
//! line a request. Invariant: every answer passes here; no text of a customer is ever logged.

use super::error::HttpError;
use super::guard::RouteLabel;
use super::state::{AppState, Ctx};
use crate::metrics::stage_names;
use crate::service::Call;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use olympus_proto::{ErrorCode, StagesUs};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// Label of what no route took.
const UNMATCHED: &str = "unmatched";

pub(crate) async fn observe(
    State(state): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let sent = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok());
    let request_id = state.ids.take(sent);
    request.extensions_mut().insert(Ctx {
        call: Call {
            request_id: request_id.clone(),
            deadline: None,
            started,
        },
        forced: None,
        scope: None,
    });
    let method = request.method().clone();
    let mut response = next.run(request).await;

    let label = response.extensions_mut().remove::<RouteLabel>();
    let route = label.map_or(UNMATCHED, |label| label.0);
    if let Some(error) = response.extensions_mut().remove::<HttpError>() {
        state.metrics.error(route, error.code);
        response = with_headers_of(&response, error.render(&request_id));
    }
    let status = response.status().as_u16();
    let took = started.elapsed();
    let stages = response.extensions_mut().remove::<StagesUs>();
    dress(response.headers_mut(), &request_id, stages, took);
    if state.stopping.load(Ordering::Relaxed) {
        // So that clients do not send their next request into a closing door.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    state.metrics.request(route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(%method, route, status, micros, request_id, "answered");
    response
}

/// Keeps what the inner layers said in headers: `allow`, and those of CORS.
fn with_headers_of(inner: &Response, mut rendered: Response) -> Response {
    for (name, value) in inner.headers() {
        let of_body = *name == header::CONTENT_TYPE || *name == header::CONTENT_LENGTH;
        if !of_body && !rendered.headers().contains_key(name) {
            rendered.headers_mut().insert(name.clone(), value.clone());
        }
    }
    rendered
}

fn dress(
    headers: &mut HeaderMap,
    request_id: &str,
    stages: Option<StagesUs>,
    took: std::time::Duration,
) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    let mut timing = String::new();
    for (name, micros) in stages.as_ref().map(stage_names).iter().flatten() {
        if *micros > 0 && *name != "total" {
            // Writing to a String cannot fail.
            let _ = write!(
                timing,
                "{name};dur={}.{:03}, ",
                micros / 1_000,
                micros % 1_000
            );
        }
    }
    let total = took.as_micros();
    let _ = write!(timing, "total;dur={}.{:03}", total / 1_000, total % 1_000);
    if let Ok(timing) = HeaderValue::from_str(&timing) {
        headers.insert(SERVER_TIMING, timing);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// What a panic in a handler becomes.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    use axum::response::IntoResponse;
    let message = "the device failed; try again, and look for the request id in its log";
    HttpError::new(ErrorCode::Internal, message).into_response()
}
