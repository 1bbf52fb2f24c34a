//! The layer before each route: who may come in, until when, and how many at a time.
//!
//! Invariant: no handler of a scoped route runs before its key was checked; without any key only
//! this machine's own pages and programs are let in.

use super::endpoint::{Class, Endpoint};
use super::error::HttpError;
use super::state::{AppState, Ctx, deadline};
use crate::keys::Scope;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use olympus_core::route::{Policy, PolicyError};
use olympus_proto::ErrorCode;
use std::sync::Arc;

/// The header that forces a path for one request.
pub(super) const ROUTE_POLICY: &str = "x-route-policy";

/// The subprotocol of kitchen screens.
pub(super) const KITCHEN_PROTOCOL: &str = "olympus.kitchen";
/// Before a key that stands among the subprotocols.
const KEY_PROTOCOL: &str = "key.";

/// Which route answered, for metrics and logs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteLabel(pub(crate) &'static str);

pub(crate) async fn guard(
    State((state, endpoint)): State<(Arc<AppState>, Endpoint)>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match pass(&state, endpoint, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    response
        .extensions_mut()
        .insert(RouteLabel(endpoint.path()));
    response
}

async fn pass(
    state: &AppState,
    endpoint: Endpoint,
    mut request: Request,
    next: Next,
) -> Result<Response, HttpError> {
    let scope = authorise(state, endpoint, &request)?;
    if let Some(ctx) = request.extensions_mut().get_mut::<Ctx>() {
        ctx.scope = scope;
    }
    let sent = request.headers().get("x-deadline-ms").cloned();
    if let Some(header) = sent
        && let Some(ctx) = request.extensions_mut().get_mut::<Ctx>()
    {
        let text = header.to_str().unwrap_or_default();
        ctx.call.deadline = Some(deadline(text, ctx.call.started)?);
    }
    if endpoint.is_routed()
        && let Some(header) = request.headers().get(ROUTE_POLICY).cloned()
        && let Some(ctx) = request.extensions_mut().get_mut::<Ctx>()
    {
        ctx.forced = Some(policy(&header)?);
    }
    let slots = match endpoint.class() {
        Class::Bulk | Class::Picture => Some(&state.bulk),
        Class::Menu => Some(&state.menus),
        Class::Plain | Class::Text => None,
    };
    let _slot = slots
        .map(tokio::sync::Semaphore::try_acquire)
        .transpose()
        .map_err(|_| HttpError::overloaded("too many large requests at a time"))?;
    Ok(next.run(request).await)
}

fn policy(header: &HeaderValue) -> Result<Policy, HttpError> {
    let text = String::from_utf8_lossy(header.as_bytes());
    text.trim()
        .parse()
        .map_err(|error: PolicyError| HttpError::invalid(format!("{ROUTE_POLICY}: {error}")))
}

/// The scope of the key; `None` where none is asked for.
fn authorise(
    state: &AppState,
    endpoint: Endpoint,
    request: &Request,
) -> Result<Option<Scope>, HttpError> {
    let Some(needed) = endpoint.scope() else {
        return Ok(None);
    };
    if state.keys.is_empty() {
        if state.loopback {
            return own_machine(state, request).map(|()| None);
        }
        let message = "this device has no key yet: `olympus-edge keys create` makes one";
        return Err(HttpError::new(ErrorCode::Unauthorized, message));
    }
    let among_protocols = match endpoint {
        Endpoint::KitchenLive => key_protocol(request.headers()),
        _ => None,
    };
    let Some(key) = presented(request.headers()).or(among_protocols) else {
        let message = "send a key of this device as `authorization: Bearer oe_…`; \
                       `olympus-edge keys create` makes one";
        return Err(HttpError::new(ErrorCode::Unauthorized, message));
    };
    match state.keys.scope_of(key) {
        Some(scope) if scope >= needed => Ok(Some(scope)),
        Some(scope) => Err(HttpError::new(
            ErrorCode::Forbidden,
            format!("the key's scope is {scope}; this asks for {needed}"),
        )),
        None => Err(HttpError::new(
            ErrorCode::Unauthorized,
            "the key is not known here, or was revoked",
        )),
    }
}

fn presented(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some((scheme, key)) = text("authorization").and_then(|value| value.split_once(' '))
        && scheme.eq_ignore_ascii_case("bearer")
    {
        return Some(key.trim());
    }
    text("x-api-key").map(str::trim)
}

/// A browser cannot set a header on a WebSocket, but it can name subprotocols.
fn key_protocol(headers: &HeaderMap) -> Option<&str> {
    let named = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    named
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|name| name.trim().strip_prefix(KEY_PROTOCOL))
}

/// An open loopback answers this machine's programs and its own pages. A page from elsewhere
/// shows itself by its `Origin`, or, where it tricked the name service, by its `Host`.
fn own_machine(state: &AppState, request: &Request) -> Result<(), HttpError> {
    let forbidden = |message: &str| Err(HttpError::new(ErrorCode::Forbidden, message));
    let headers = request.headers();
    let host = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => match headers.get(header::HOST).map(|host| host.to_str()) {
            Some(Ok(host)) => Some(host),
            Some(Err(_)) => return forbidden("the Host header is not readable"),
            None => None,
        },
    };
    if host.is_some_and(|host| !is_loopback_host(host)) {
        return forbidden(
            "without keys this device answers to localhost alone; make a key with `olympus-edge keys create`",
        );
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let own = origin
        .strip_prefix("http://")
        .is_some_and(|origin| Some(origin) == host);
    if own || state.cors_origins.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    forbidden(
        "pages of other origins may not call this device; see `olympus-edge config set cors-origins`",
    )
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback_host;

    #[test]
    fn knows_this_machine_by_its_names() {
        for own in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:80",
        ] {
            assert!(is_loopback_host(own), "{own}");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example",
            "192.168.1.2:8080",
            "[::2]:80",
            "",
        ] {
            assert!(!is_loopback_host(foreign), "{foreign}");
        }
    }
}
