//! Why a command is refused.
use olympus_proto::ErrorCode;

/// Why a command is refused. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PosError {
    /// x
    #[error("x")]
    X,
}

impl PosError {
    /// The code that it is answered with.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        ErrorCode::InvalidRequest
    }
}
