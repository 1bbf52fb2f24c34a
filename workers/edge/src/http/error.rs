//! Errors on their way to a client.
//!
//! Invariant: every error answer has the body `{"error":{"code","message","request_id"}}`, and
//! no cause of an inner fault is in it: causes are for the log, where the request id leads.

use olympus_proto::{ApiError, ErrorBody, ErrorCode, ErrorDetail};
use worker::{Headers, Response};

/// Longer messages quote too much of what was sent.
const MAX_MESSAGE_CHARS: usize = 600;

/// What this runs on, as clients are told.
const PLATFORM: &str = "a part of the service";

/// What to tell the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EdgeError {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) details: Vec<ErrorDetail>,
    pub(crate) retry_after_s: Option<u32>,
    /// Further headers of the answer.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What a handler gives.
pub(crate) type Answer = Result<Response, EdgeError>;

impl EdgeError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after_s: None,
            headers: Vec::new(),
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unauthorized, message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// A fault of ours: the cause goes to the log.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        log(&format!("a request failed: {cause}"));
        Self::new(
            ErrorCode::Internal,
            "the service failed; try again, and look for the request id in its log",
        )
    }

    /// A fault of what this rests on: the cause goes to the log.
    pub(crate) fn upstream(what: &str, cause: impl std::fmt::Display) -> Self {
        log(&format!("{what} failed: {cause}"));
        Self {
            retry_after_s: Some(1),
            ..Self::new(
                ErrorCode::UpstreamFailed,
                format!("{what} does not answer; try again"),
            )
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The body.
    pub(crate) fn body(&self, request_id: &str) -> ApiError {
        let mut message = self.message.clone();
        if let Some((at, _)) = message.char_indices().nth(MAX_MESSAGE_CHARS) {
            message.truncate(at);
            message.push('…');
        }
        ApiError {
            error: ErrorBody {
                code: self.code,
                message,
                request_id: request_id.to_owned(),
                details: self.details.clone(),
            },
        }
    }

    /// Writes head and body.
    pub(crate) fn render(&self, request_id: &str) -> worker::Result<Response> {
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        if let Some(seconds) = self.retry_after_s {
            headers.set("retry-after", &seconds.to_string())?;
        }
        if self.code == ErrorCode::Unauthorized {
            headers.set("www-authenticate", "Bearer")?;
        }
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        // Strings and numbers always serialise.
        let body = serde_json::to_vec(&self.body(request_id)).unwrap_or_default();
        Ok(Response::from_bytes(body)?
            .with_status(self.code.http_status())
            .with_headers(headers))
    }
}

/// The platform failed: an object that is being replaced or is overloaded, a store that is away. It
/// says nothing of the request, which a till must not take for one that can never be taken.
impl From<worker::Error> for EdgeError {
    fn from(error: worker::Error) -> Self {
        Self::upstream(PLATFORM, error)
    }
}

impl From<worker::KvError> for EdgeError {
    fn from(error: worker::KvError) -> Self {
        Self::upstream(PLATFORM, error)
    }
}

/// One line in the log; natively on standard error, for tests.
pub(crate) fn log(line: &str) {
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{line}");
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::EdgeError;
    use olympus_proto::ErrorCode;

    #[test]
    fn causes_stay_in_the_log_and_messages_short() {
        let body = EdgeError::internal("D1_ERROR: table secrets").body("r1");
        assert!(!body.error.message.contains("D1_ERROR"));
        assert_eq!(body.error.request_id, "r1");
        let body = EdgeError::upstream("the auth service", "connect 10.0.0.7").body("r1");
        assert!(!body.error.message.contains("10.0.0.7"));
        let lost = worker::Error::RustError("object 7 was reset".to_owned());
        let error = EdgeError::from(lost);
        assert_eq!(error.code, ErrorCode::UpstreamFailed, "none of the request");
        assert!(!error.message.contains("object 7") && error.retry_after_s == Some(1));
        let long = EdgeError::new(ErrorCode::InvalidRequest, "é".repeat(2_000)).body("r1");
        assert_eq!(long.error.message.chars().count(), 601);
    }
}
