//! The error body and its stable codes.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)*) => {
        /// Stable error codes; each belongs to one HTTP status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode { $($(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];
            /// The wire name.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(ErrorCode::$name => $text,)* } }
            /// The HTTP status it is sent with.
            #[must_use]
            pub fn http_status(self) -> u16 { match self { $(ErrorCode::$name => $status,)* } }
        }
    };
}

codes! {
    /// The body is no JSON, or a field has a wrong type or value.
    InvalidRequest = "invalid_request", 400;
    /// The text to understand is empty.
    EmptyText = "empty_text", 400;
    /// The text to understand is longer than the limit.
    TextTooLong = "text_too_long", 400;
    /// Lines of the menu are wrong; `details` lists them; nothing was applied.
    InvalidMenu = "invalid_menu", 400;
    /// No key, or one that is not known.
    Unauthorized = "unauthorized", 401;
    /// The key lacks the scope that the route asks for.
    Forbidden = "forbidden", 403;
    /// No such route, item or version.
    NotFound = "not_found", 404;
    /// The route exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405;
    /// What it rests on has changed meanwhile; read it anew and try again.
    Conflict = "conflict", 409;
    /// The idempotency key was used for another request; make a new one.
    IdempotencyKeyReused = "idempotency_key_reused", 409;
    /// The order, payment or ticket is in no state for it; the message says which is.
    WrongState = "wrong_state", 409;
    /// The sale may not be made offline; `reason` in the message is a code of docs/GRANTS.md.
    NotAuthorised = "not_authorised", 402;
    /// Too much waits to be sent to the cloud: bring the line back, then go on.
    OfflineLimit = "offline_limit", 409;
    /// There is no earlier menu to go back to.
    NothingToRollBack = "nothing_to_roll_back", 409;
    /// The stored version is not the one that `if-match` or `if-none-match` names.
    PreconditionFailed = "precondition_failed", 412;
    /// The body is larger than the route's limit.
    PayloadTooLarge = "payload_too_large", 413;
    /// The menu has more items than the device's limit.
    MenuTooLarge = "menu_too_large", 413;
    /// The content type is not one that the route reads.
    UnsupportedMediaType = "unsupported_media_type", 415;
    /// The range lies outside of the file.
    RangeNotSatisfiable = "range_not_satisfiable", 416;
    /// The route speaks WebSocket alone.
    UpgradeRequired = "upgrade_required", 426;
    /// More requests than are allowed; retry after the header's seconds.
    RateLimited = "rate_limited", 429;
    /// The queue is full; retry after the header's seconds.
    Overloaded = "overloaded", 429;
    /// The disk is full or fails; nothing was done, and the request may be retried.
    StorageFailed = "storage_failed", 507;
    /// The device failed; the request may be retried.
    Internal = "internal", 500;
    /// A service that this one rests on failed; the request may be retried.
    UpstreamFailed = "upstream_failed", 502;
    /// A service that this one rests on has no capacity; retry after the header's seconds.
    UpstreamBusy = "upstream_busy", 503;
    /// Still starting, or shutting down.
    NotReady = "not_ready", 503;
    /// The deadline passed before an answer was ready.
    DeadlineExceeded = "deadline_exceeded", 504;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong with one input line or item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// 1-based line of the input (CSV, JSONL) or position of the item (JSON).
    pub line: usize,
    /// The item, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The field at fault, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// The inner part of an error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Stable code.
    pub code: ErrorCode,
    /// For people: what is wrong and what to do.
    pub message: String,
    /// Id of the request, also in the header `x-request-id`.
    pub request_id: String,
    /// One entry a bad line, at most 100; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub details: Vec<ErrorDetail>,
}

/// An error answer: `{"error":{"code","message","request_id"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// The one field.
    pub error: ErrorBody,
}
