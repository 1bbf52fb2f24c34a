//! The local API over HTTP/1.1.
//!
//! Layers, outermost first: [`observe`] (ids, error bodies, headers, metrics), panics, CORS,
//! [`guard`] (keys, deadlines, slots), handlers. Invariant: async threads never compute; a slow
//! or bad client holds at most its own connection. Never trusts a header that it did not check.

mod ask;
mod body;
pub mod endpoint;
mod error;
mod guard;
mod health;
mod image;
mod menu;
mod observe;
mod openapi;
mod pages;
pub mod server;
mod state;
mod till;

pub(crate) use menu::MENU_FROM_CLOUD;
pub use openapi::document as openapi_document;

use axum::Router;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use endpoint::Endpoint;
use error::HttpError;
use olympus_proto::ErrorCode;
use state::AppState;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

/// What one server takes; the defaults suit a restaurant's device.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the connection (or the last answer) to the end of the next request's head.
    pub header_timeout: Duration,
    /// From the head to the end of a body of class `Text` or `Bulk`.
    pub body_timeout: Duration,
    /// The same of a menu.
    pub menu_body_timeout: Duration,
    /// Questions without `x-deadline-ms` are given up after it.
    pub default_deadline: Duration,
    /// In-flight requests may take so long once the server goes down.
    pub grace: Duration,
    /// Most connections.
    pub max_connections: usize,
    /// Most connections from one address.
    pub max_connections_per_peer: usize,
    /// Most requests that are answered at a time.
    pub max_calls: usize,
    /// Most requests of class `Bulk` at a time.
    pub max_bulk: usize,
    /// Most requests of class `Menu` at a time.
    pub max_menus: usize,
    /// Most kitchen screens.
    pub max_screens: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(15),
            menu_body_timeout: Duration::from_secs(60),
            default_deadline: Duration::from_secs(10),
            grace: Duration::from_secs(10),
            max_connections: 512,
            max_connections_per_peer: 128,
            max_calls: 128,
            max_bulk: 8,
            max_menus: 2,
            max_screens: 32,
        }
    }
}

fn router(state: &Arc<AppState>) -> Router {
    let mut router = Router::new();
    for endpoint in Endpoint::ALL.iter().copied() {
        let guard = from_fn_with_state((Arc::clone(state), endpoint), guard::guard);
        router = router.route(endpoint.path(), handler(endpoint).route_layer(guard));
    }
    let mut router = router
        .method_not_allowed_fallback(other_method)
        .fallback(pages::page)
        .with_state(Arc::clone(state));
    if !state.cors_origins.is_empty() {
        router = router.layer(cors(&state.cors_origins));
    }
    router
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(from_fn_with_state(Arc::clone(state), observe::observe))
}

fn handler(endpoint: Endpoint) -> MethodRouter<Arc<AppState>> {
    let filter = MethodFilter::try_from(endpoint.method()).unwrap_or(MethodFilter::GET);
    match endpoint {
        Endpoint::Intent => on(filter, ask::intent),
        Endpoint::IntentBatch => on(filter, ask::intent_batch),
        Endpoint::Understand => on(filter, ask::understand),
        Endpoint::ParseOrder => on(filter, ask::parse_order),
        Endpoint::Search => on(filter, ask::search),
        Endpoint::SearchBatch => on(filter, ask::search_batch),
        Endpoint::Suggest => on(filter, ask::suggest),
        Endpoint::Image => on(filter, image::image),
        Endpoint::GetMenu => on(filter, menu::get),
        Endpoint::PutMenu => on(filter, menu::put),
        Endpoint::Rollback => on(filter, menu::rollback),
        Endpoint::Availability => on(filter, menu::availability),
        Endpoint::Embeddings => on(filter, ask::embeddings),
        Endpoint::Cloud => on(filter, health::cloud),
        Endpoint::Health => on(filter, health::alive),
        Endpoint::Ready => on(filter, health::ready),
        Endpoint::Metrics => on(filter, health::metrics),
        Endpoint::OpenApi => on(filter, health::description),
        Endpoint::OpenOrder => on(filter, till::open),
        Endpoint::ListOrders => on(filter, till::list),
        Endpoint::GetOrder => on(filter, till::order),
        Endpoint::AddLines => on(filter, till::add_lines),
        Endpoint::ChangeLine => on(filter, till::change_line),
        Endpoint::Fire => on(filter, till::fire),
        Endpoint::Pay => on(filter, till::pay),
        Endpoint::VoidOrder => on(filter, till::void),
        Endpoint::Receipt => on(filter, till::receipt),
        Endpoint::GetPayment => on(filter, till::payment),
        Endpoint::Refund => on(filter, till::refund),
        Endpoint::GetInventory => on(filter, till::inventory),
        Endpoint::CountStock => on(filter, till::count),
        Endpoint::StopCounting => on(filter, till::stop_counting),
        Endpoint::AdjustStock => on(filter, till::adjust),
        Endpoint::Tickets => on(filter, till::tickets),
        Endpoint::MoveTicket => on(filter, till::move_ticket),
        Endpoint::KitchenLive => on(filter, till::live),
        Endpoint::Sales => on(filter, till::sales),
        Endpoint::SettlementReport => on(filter, till::settlement),
        Endpoint::Operations => on(filter, till::operations),
        Endpoint::SettleAttention => on(filter, till::attention),
        Endpoint::Reconcile => on(filter, till::reconcile),
    }
}

/// A known path with another method; axum adds `allow`.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let message = format!("{method} is not for this path; see the `allow` header");
    HttpError::new(ErrorCode::MethodNotAllowed, message).into_response()
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|o| HeaderValue::from_str(o).ok());
    let header = axum::http::HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(origins.collect::<Vec<_>>())
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header("authorization"),
            header("content-type"),
            header("x-api-key"),
            header("x-request-id"),
            header("x-deadline-ms"),
            header(guard::ROUTE_POLICY),
            header(till::IDEMPOTENCY_KEY),
            header("if-match"),
        ])
        .expose_headers([
            header("x-request-id"),
            header("server-timing"),
            header("retry-after"),
            header("etag"),
            header(till::REPLAYED),
        ])
        .max_age(Duration::from_secs(600))
}
