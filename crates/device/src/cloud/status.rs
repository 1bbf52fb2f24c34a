//! What an answer's status means: the one place where it is decided.
//!
//! Invariant: 401 and 403 are about the key, 429 and 503 about capacity, 408 and 504 about time;
//! a redirect is a refusal. What the other side wrote is quoted as one short line.

use super::error::{CloudError, one_line};
use super::http::Reply;
use hyper::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// An error as the Worker writes it; its codes may be newer than this device.
#[derive(Deserialize)]
struct Body {
    error: Inner,
}

#[derive(Deserialize)]
struct Inner {
    code: String,
    message: String,
}

/// An error of either way of asking, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Reply {
    /// The answer, where it is one.
    pub(crate) fn success(self, timeout: Duration) -> Result<Self, CloudError> {
        if self.status.is_success() {
            return Ok(self);
        }
        let told = serde_json::from_slice::<Body>(&self.body).map_or_else(
            |_| Told::by_status(self.status),
            |body| Told {
                code: one_line(&body.error.code),
                message: one_line(&body.error.message),
            },
        );
        Err(self.refusal(told, timeout))
    }

    /// The answer's JSON, where it is one.
    pub(crate) fn json<T: DeserializeOwned>(self, timeout: Duration) -> Result<T, CloudError> {
        let reply = self.success(timeout)?;
        serde_json::from_slice(&reply.body)
            .map_err(|error| CloudError::unread("it is not the JSON that was asked for", error))
    }

    /// What an answer that is no success means.
    pub(crate) fn refusal(&self, told: Told, timeout: Duration) -> CloudError {
        let status = self.status.as_u16();
        match status {
            401 | 403 => CloudError::Unauthorized {
                status,
                message: told.message,
            },
            408 | 504 => CloudError::TimedOut(timeout),
            429 => CloudError::Busy {
                retry_after: self.retry_after(),
            },
            // Something behind it failed, which is no want of capacity.
            503 if told.code != "upstream_failed" => CloudError::Busy {
                retry_after: self.retry_after(),
            },
            _ => CloudError::Refused {
                status,
                code: told.code,
                message: told.message,
            },
        }
    }
}

impl Told {
    /// For want of a body that says more.
    pub(crate) fn by_status(status: StatusCode) -> Self {
        let message = if status.is_redirection() {
            "redirects are not followed: set the address that it leads to"
        } else {
            status.canonical_reason().unwrap_or("no reason given")
        };
        Self {
            code: "http".to_owned(),
            message: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;
    use crate::cloud::CloudError;
    use bytes::Bytes;
    use hyper::StatusCode;
    use hyper::header::{HeaderMap, RETRY_AFTER};
    use std::time::Duration;

    fn error(status: u16, body: &'static str) -> CloudError {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "9".parse().expect("a value"));
        let reply = Reply {
            status: StatusCode::from_u16(status).expect("a status"),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        };
        reply
            .json::<serde_json::Value>(Duration::from_secs(1))
            .expect_err("is no success")
    }

    #[test]
    fn each_status_means_one_thing() {
        let failed = r#"{"error":{"code":"upstream_failed","message":"auth is\ndown"}}"#;
        for (status, body, expected) in [
            (302, "", "Refused { status: 302, code: \"http\""),
            (400, "<html>", "Refused { status: 400, code: \"http\""),
            (401, "", "Unauthorized"),
            (403, failed, "Unauthorized"),
            (408, "", "TimedOut(1s)"),
            (429, "", "Busy { retry_after: Some(9s) }"),
            (500, "{}", "Refused { status: 500"),
            (
                502,
                failed,
                "code: \"upstream_failed\", message: \"auth is down\"",
            ),
            (503, "", "Busy { retry_after: Some(9s) }"),
            (503, failed, "Refused { status: 503"),
            (504, "", "TimedOut(1s)"),
            (200, "[1,", "Unreadable"),
        ] {
            let error = format!("{:?}", error(status, body));
            assert!(error.contains(expected), "{status}: {error}");
        }
    }
}
