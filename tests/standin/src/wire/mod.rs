//! The two wires: REST and a Worker's bindings.

pub(crate) mod binding;
pub(crate) mod rest;

use crate::fault::{self, Fault, Refusal};
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Serialize;
use serde_json::json;
use subtle::ConstantTimeEq as _;

/// Vectorize takes uploads of up to 100 MB.
const MAX_UPLOAD_BYTES: usize = 100_000_000;

/// Marks a response that is not sent: its connection is closed. Also the error that does it.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("closed without an answer, as asked")]
pub(crate) struct Cut;

/// A whole body, or 3006.
pub(crate) async fn whole(body: Body, limit: usize) -> Result<bytes::Bytes, Fault> {
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Fault::new(fault::TOO_LARGE, format!("over {limit} bytes")))
        }
        Err(error) => Err(Fault::new(fault::INCOMPLETE, error)),
    }
}

/// Whether exactly this token is borne.
pub(crate) fn bears(headers: &HeaderMap, token: &str) -> bool {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let borne = all
        .next()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    all.next().is_none()
        && borne.is_some_and(|borne| borne.as_bytes().ct_eq(token.as_bytes()).into())
}

/// JSON whose content type is exactly `application/json`: a binding takes anything else for a
/// stream.
fn as_json(status: StatusCode, value: &impl Serialize) -> Response {
    (status, Json(value)).into_response()
}

/// A response that closes the connection.
fn cut() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(Cut);
    response
}

fn refused(refusal: Refusal, say: impl FnOnce(&Fault) -> Response) -> Response {
    let fault = match refusal {
        Refusal::Cut => return cut(),
        Refusal::Said(fault) => fault,
    };
    let mut response = say(&fault);
    if let Some(seconds) = fault.retry_after_s {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A refusal outside Cloudflare's shapes.
pub(crate) fn plain(refusal: Refusal) -> Response {
    refused(refusal, |fault| {
        as_json(fault.status, &json!({"error": fault.message}))
    })
}

fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map_or("", str::trim)
}

fn must_be(headers: &HeaderMap, wanted: &str, code: u32) -> Result<(), Fault> {
    let got = content_type(headers);
    if got.eq_ignore_ascii_case(wanted) {
        Ok(())
    } else {
        Err(Fault::new(
            code,
            format!("content-type is `{got}`, not {wanted}"),
        ))
    }
}

/// The one way in which both wires hand a batch of vectors over.
fn ndjson(headers: &HeaderMap) -> Result<(), Fault> {
    must_be(headers, "application/x-ndjson", fault::PARSE)
}
