//! Why the till did not do something.

use olympus_proto::ErrorCode;
use olympus_store::{StoreError, TillError};

/// A stable code, and what to do, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refused {
    /// On the wire.
    pub(crate) code: ErrorCode,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// The queue is full.
    pub(super) fn overloaded() -> Self {
        let message = "the till has too much to do; send it again with the same idempotency-key";
        Self::new(ErrorCode::Overloaded, message)
    }

    /// Its turn came too late.
    pub(super) fn late() -> Self {
        let message = "the deadline passed before the till's turn came; nothing was done";
        Self::new(ErrorCode::DeadlineExceeded, message)
    }

    /// The thread has ended.
    pub(super) fn ending() -> Self {
        Self::new(ErrorCode::NotReady, "the till is being closed; try again")
    }

    /// The thread failed on it.
    pub(super) fn broke() -> Self {
        let message = "the till failed; send it again with the same idempotency-key, and look into \
                       the log";
        Self::new(ErrorCode::Internal, message)
    }

    /// There is no file to write to.
    pub(super) fn closed(why: &str) -> Self {
        let message = format!("nothing can be sold: {why}; `docs/OPERATIONS.md` says what to do");
        Self::new(ErrorCode::StorageFailed, message)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::new(ErrorCode::StorageFailed, error.to_string())
    }
}

impl From<TillError> for Refused {
    fn from(error: TillError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
