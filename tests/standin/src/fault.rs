//! What goes wrong, with Cloudflare's number and HTTP status.
//!
//! Where Cloudflare does not publish the number of a refusal, [`PARSE`] stands for it.

use axum::http::StatusCode;

pub(crate) const NO_MODEL: u32 = 5007;
pub(crate) const INVALID: u32 = 5004;
pub(crate) const INCOMPLETE: u32 = 3003;
pub(crate) const TOO_LARGE: u32 = 3006;
pub(crate) const TIMEOUT: u32 = 3007;
pub(crate) const ALLOWANCE: u32 = 3036;
pub(crate) const CAPACITY: u32 = 3040;
pub(crate) const TERMS: u32 = 5016;
pub(crate) const BAD_MODEL_ID: u32 = 3042;
pub(crate) const JSON_MODE: u32 = 5024;
pub(crate) const AUTHENTICATION: u32 = 10_000;
pub(crate) const NO_ROUTE: u32 = 7003;

pub(crate) const NO_INDEX: u32 = 3000;
pub(crate) const INDEX_EXISTS: u32 = 3002;
pub(crate) const DIMENSIONS: u32 = 40_006;
pub(crate) const IDS: u32 = 40_007;
pub(crate) const ID_LENGTH: u32 = 40_008;
pub(crate) const PARSE: u32 = 40_023;
pub(crate) const TOP_K: u32 = 40_025;
pub(crate) const RETURN_METADATA: u32 = 40_026;
pub(crate) const TOO_MANY_REQUESTS: u32 = 40_041;

/// Number, HTTP status, what it says.
const KNOWN: &[(u32, u16, &str)] = &[
    (NO_MODEL, 400, "No such model or task"),
    (INVALID, 400, "Invalid input"),
    (INCOMPLETE, 400, "Request is missing headers or body"),
    (TOO_LARGE, 413, "Request is too large"),
    (TIMEOUT, 408, "Request timeout"),
    (3008, 408, "Request was aborted"),
    (
        ALLOWANCE,
        429,
        "You have used up your daily free allocation of 10,000 neurons",
    ),
    (
        CAPACITY,
        429,
        "Capacity temporarily exceeded, please try again",
    ),
    (TERMS, 403, "Model agreement: the terms were not agreed to"),
    (5018, 403, "The account may not use this model"),
    (3023, 403, "Service unavailable for account"),
    (3041, 403, "The account may not use this private model"),
    (BAD_MODEL_ID, 404, "The model name is invalid"),
    (JSON_MODE, 400, "JSON Mode couldn't be met"),
    (AUTHENTICATION, 401, "Authentication error"),
    (NO_ROUTE, 404, "Could not route to this path"),
    (NO_INDEX, 404, "vectorize.index_not_found"),
    (INDEX_EXISTS, 409, "vectorize.index.duplicate_name"),
    (DIMENSIONS, 400, "invalid vector"),
    (IDS, 400, "too many ids in payload"),
    (ID_LENGTH, 400, "id too long"),
    (PARSE, 400, "failed to parse the request"),
    (TOP_K, 400, "invalid topK"),
    (
        RETURN_METADATA,
        400,
        "Failed to parse the request body as JSON: returnMetadata: expected value",
    ),
    (TOO_MANY_REQUESTS, 429, "Too Many Requests"),
];

/// A refusal that is answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct Fault {
    pub(crate) code: u32,
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) retry_after_s: Option<u32>,
}

impl Fault {
    /// A number alone; one that is not known is an internal error.
    pub(crate) fn of(code: u32) -> Self {
        let (status, text) = KNOWN
            .iter()
            .find(|(known, ..)| *known == code)
            .map_or((500, "internal error"), |(_, status, text)| (*status, text));
        Self {
            code,
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            message: text.to_owned(),
            retry_after_s: None,
        }
    }

    /// A number and what exactly was wrong.
    pub(crate) fn new(code: u32, detail: impl std::fmt::Display) -> Self {
        let mut fault = Self::of(code);
        fault.message = format!("{}: {detail}", fault.message);
        fault
    }

    /// When to come again.
    pub(crate) fn retry_after(mut self, seconds: Option<u32>) -> Self {
        self.retry_after_s = seconds;
        self
    }
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is said why.
    Said(Fault),
    /// The connection is closed without an answer.
    Cut,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Said(fault)
    }
}
