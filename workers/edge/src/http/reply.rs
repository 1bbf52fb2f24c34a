//! Answers that are no errors.

use super::error::{Answer, EdgeError};
use serde::Serialize;
use worker::{Headers, Response};

/// JSON with status 200.
pub(crate) fn json<T: Serialize>(value: &T) -> Answer {
    json_with_status(200, value)
}

/// JSON with another status.
pub(crate) fn json_with_status<T: Serialize>(status: u16, value: &T) -> Answer {
    let body = serde_json::to_vec(value).map_err(EdgeError::internal)?;
    bytes(status, "application/json", body)
}

/// Bytes of a type.
pub(crate) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Answer {
    let headers = Headers::new();
    headers.set("content-type", content_type)?;
    Ok(Response::from_bytes(body)?
        .with_status(status)
        .with_headers(headers))
}

/// 204.
pub(crate) fn no_content() -> Answer {
    Ok(Response::empty()?.with_status(204))
}
