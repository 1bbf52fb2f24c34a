//! The pages inside the binary: `/`, `/till`, `/kitchen`, `/operations`, `/docs` and what they
//! load from `/static/`.
//!
//! Invariant: a page loads nothing but this device's own files and the menu's pictures; no
//! script of a menu or of a customer can run. Never serves a file from the disk.

use super::error::HttpError;
use super::guard::RouteLabel;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use olympus_proto::ErrorCode;
use sha2::{Digest, Sha256};

include!(concat!(env!("OUT_DIR"), "/web.rs"));

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' https: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whatever no route took: a page, or nothing.
pub(crate) async fn page(request: Request) -> Response {
    let path = request.uri().path();
    let name = match path {
        "/" => "index.html",
        "/docs" => "docs.html",
        "/kitchen" => "kitchen.html",
        "/operations" => "operations.html",
        "/till" => "till.html",
        _ => path.strip_prefix("/static/").unwrap_or_default(),
    };
    let Some((name, bytes)) = FILES.iter().find(|(file, _)| *file == name) else {
        let message = format!("there is nothing at {path}; see /docs");
        return HttpError::new(ErrorCode::NotFound, message).into_response();
    };
    let mut response = match *request.method() {
        Method::GET | Method::HEAD => file(name, bytes, request.headers()),
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => HttpError::new(ErrorCode::MethodNotAllowed, "pages are read with GET").into_response(),
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = HeaderValue::from_static("GET,HEAD");
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response.extensions_mut().insert(RouteLabel("page"));
    response
}

fn file(name: &str, bytes: &'static [u8], asked: &HeaderMap) -> Response {
    let tag = etag(bytes);
    let mut response = if matches(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type(name)),
    );
    // Kept, but asked for each time: an update of the binary is an update of its pages.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// A tag of these bytes.
pub(crate) fn etag(bytes: &[u8]) -> HeaderValue {
    let hash = crate::keys::hex(&Sha256::digest(bytes));
    let short = hash.get(..16).unwrap_or_default();
    HeaderValue::from_str(&format!("\"{short}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// Whether the client has what the tag names.
pub(crate) fn matches(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let (Some(asked), Ok(tag)) = (asked.get(header::IF_NONE_MATCH), tag.to_str()) else {
        return false;
    };
    let asked = asked.to_str().unwrap_or_default();
    asked
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == tag || one == "*")
}
