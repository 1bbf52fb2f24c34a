//! Errors on their way to a client.
//!
//! Invariant: every error answer, also one that axum or hyper would write, has the body
//! `{"error":{"code","message","request_id"}}`. The request id is known to the outermost layer
//! alone, so an error travels as an extension of its response and is written there.

use crate::service::ServiceError;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use olympus_proto::{ApiError, ErrorBody, ErrorCode, ErrorDetail};
use std::time::Duration;

/// Longer messages quote too much of what was sent.
const MAX_MESSAGE_CHARS: usize = 600;

/// What to tell the client.
#[derive(Debug, Clone)]
pub(crate) struct HttpError {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) details: Vec<ErrorDetail>,
    pub(crate) retry_after_s: Option<u32>,
}

impl HttpError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after_s: None,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    pub(crate) fn overloaded(message: impl Into<String>) -> Self {
        Self {
            retry_after_s: Some(1),
            ..Self::new(ErrorCode::Overloaded, message)
        }
    }

    /// Writes head and body.
    pub(crate) fn render(self, request_id: &str) -> Response {
        let status = StatusCode::from_u16(self.code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut message = self.message;
        if let Some((at, _)) = message.char_indices().nth(MAX_MESSAGE_CHARS) {
            message.truncate(at);
            message.push('…');
        }
        let body = ApiError {
            error: ErrorBody {
                code: self.code,
                message,
                request_id: request_id.to_owned(),
                details: self.details,
            },
        };
        // Strings and numbers always serialise.
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == ErrorCode::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ServiceError> for HttpError {
    fn from(error: ServiceError) -> Self {
        Self::from(&error)
    }
}

impl From<&ServiceError> for HttpError {
    fn from(error: &ServiceError) -> Self {
        let code = error.code();
        let retry_after_s = match error {
            ServiceError::Overloaded { retry_after_s, .. } => Some(*retry_after_s),
            ServiceError::NotReady(_) => Some(1),
            ServiceError::Cloud { retry_after, .. } => Some(whole_seconds(*retry_after)),
            _ => None,
        };
        let message = if code == ErrorCode::Internal {
            // Paths and causes are for the log; the request id leads there.
            tracing::error!(%error, "a request failed");
            "the device failed; try again, and look for the request id in its log".to_owned()
        } else {
            error.to_string()
        };
        let details = match error {
            ServiceError::InvalidMenu { details, .. } => details.clone(),
            _ => Vec::new(),
        };
        Self {
            code,
            message,
            details,
            retry_after_s,
        }
    }
}

/// At least one: `Retry-After` knows no parts of a second.
fn whole_seconds(wait: Option<Duration>) -> u32 {
    let seconds = wait.map_or(1, |wait| wait.as_millis().div_ceil(1_000));
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}
