//! Bodies: read within a size and a time, and parsed with errors that say where.

use super::error::HttpError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use olympus_proto::{ErrorCode, StagesUs};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// After a body that is too large, so much is still read and thrown away: a client that is busy
/// sending would otherwise see a broken connection and not the answer.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// The whole body.
pub(crate) async fn read(
    request: Request,
    max_bytes: usize,
    within: Duration,
) -> Result<Bytes, HttpError> {
    let mut body = request.into_body();
    match tokio::time::timeout(within, collect(&mut body, max_bytes)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            let _ = tokio::time::timeout(DRAIN_TIME, drain(&mut body)).await;
            Err(HttpError::new(
                ErrorCode::PayloadTooLarge,
                format!("the body is larger than {max_bytes} bytes"),
            ))
        }
        Ok(Err(error)) => Err(HttpError::invalid(format!("the body broke off: {error}"))),
        Err(_) => Err(HttpError::invalid(format!(
            "the body did not arrive within {} s",
            within.as_secs()
        ))),
    }
}

/// `None` where there is more than `max_bytes`.
async fn collect(body: &mut Body, max_bytes: usize) -> Result<Option<Bytes>, axum::Error> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            if bytes.len() + data.len() > max_bytes {
                return Ok(None);
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(Some(bytes.freeze()))
}

async fn drain(body: &mut Body) {
    let mut left = DRAIN_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let len = frame.data_ref().map_or(0, Bytes::len);
        left = left.saturating_sub(len);
        if left == 0 {
            return;
        }
    }
}

/// The type in `content-type`, lower case, parameters cut off; empty where there is none.
pub(crate) fn media_type(request: &Request) -> String {
    let value = request.headers().get(header::CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// A JSON body. A type is asked for, so that a web page cannot send one without the browser's
/// asking first.
pub(crate) async fn read_json<T: DeserializeOwned>(
    request: Request,
    max_bytes: usize,
    within: Duration,
) -> Result<T, HttpError> {
    let media = media_type(&request);
    let bytes = read(request, max_bytes, within).await?;
    if media != "application/json" {
        return Err(HttpError::new(
            ErrorCode::UnsupportedMediaType,
            "send content-type: application/json",
        ));
    }
    parse(&bytes)
}

/// JSON of at most 128 levels.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(HttpError::invalid(format!("the body is no UTF-8: {error}")));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| HttpError::invalid(format!("the body cannot be read: {error}")))
}

/// A JSON answer.
pub(crate) fn json<T: Serialize>(body: &T) -> Result<Response, HttpError> {
    let bytes = serde_json::to_vec(body)
        .map_err(|error| HttpError::new(ErrorCode::Internal, error.to_string()))?;
    Ok((
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/json")],
        bytes,
    )
        .into_response())
}

/// A JSON answer whose stages go into `Server-Timing`.
pub(crate) fn timed<T: Serialize>(body: &T, stages: StagesUs) -> Result<Response, HttpError> {
    let mut response = json(body)?;
    response.extensions_mut().insert(stages);
    Ok(response)
}
