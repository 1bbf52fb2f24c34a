//! How Workers AI and Vectorize fail, told by the words of their bindings.
//!
//! The bindings throw plain errors: `"3040: …"` (Workers AI) and `"VECTOR_QUERY_ERROR (code =
//! 40006): …"` or `"…_ERROR: Status + 500"` (Vectorize). Invariant: what cannot be told is
//! [`UpstreamError::Failed`], which may be tried again.

use olympus_core::route::Failure;
use std::time::Duration;

/// How long to stay away where the day's allowance is spent: as long as a breaker holds at most.
const ALLOWANCE_WAIT: Duration = Duration::from_secs(60);
/// Longest text of an upstream's error that is kept.
const MAX_MESSAGE_CHARS: usize = 200;

/// Why a call to a model or to the index gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// No capacity.
    #[error("it has no capacity")]
    Busy {
        /// How long to stay away, where it is known.
        retry_after: Option<Duration>,
    },
    /// Too slow, by its own clock or by ours.
    #[error("it did not answer in time")]
    TimedOut,
    /// The request is at fault: it will be refused again.
    #[error("it refuses: {0}")]
    Refused(String),
    /// It failed; the next call may not.
    #[error("it failed: {0}")]
    Failed(String),
    /// It answered with what no answer may be.
    #[error("its answer cannot be used: {0}")]
    Unreadable(String),
}

impl UpstreamError {
    /// The error that a binding threw.
    pub(crate) fn thrown(message: &str) -> Self {
        let told = || message.chars().take(MAX_MESSAGE_CHARS).collect::<String>();
        match code(message) {
            Some(3040 | 40_041 | 429) => Self::Busy { retry_after: None },
            Some(3036) => Self::Busy {
                retry_after: Some(ALLOWANCE_WAIT),
            },
            Some(3007 | 3008 | 408) => Self::TimedOut,
            Some(
                3000..=3006
                | 3023
                | 3041
                | 3042
                | 5000..=5999
                | 40_000..=40_999
                | 400..=407
                | 409..=428,
            ) if !message.contains("JSON Mode") => Self::Refused(told()),
            Some(_) | None => Self::Failed(told()),
        }
    }

    /// As routing wants to know it.
    pub(crate) fn as_failure(&self) -> Failure {
        match self {
            Self::Busy { retry_after } => Failure::Busy {
                retry_after: *retry_after,
            },
            Self::Refused(_) => Failure::Refused,
            Self::TimedOut | Self::Failed(_) | Self::Unreadable(_) => Failure::Unreachable,
        }
    }

    /// Whether the same call is refused again, however often it is made.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// The number in an error's text: leading (`5007: …`), in `(code = 40006)` or in `Status + 500`.
fn code(message: &str) -> Option<u32> {
    let digits = |text: &str| -> Option<u32> {
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        text.get(..end)?.parse().ok()
    };
    // A thrown error that was turned into text may be led by its class.
    let bare = message
        .rsplit_once("Error: ")
        .map_or(message, |(_, rest)| rest);
    let led = digits(bare).filter(|_| {
        bare.trim_start_matches(|c: char| c.is_ascii_digit())
            .starts_with(':')
    });
    led.or_else(|| {
        ["code = ", "Status + "]
            .into_iter()
            .find_map(|mark| digits(message.split_once(mark)?.1))
    })
}

#[cfg(test)]
mod tests {
    use super::UpstreamError;
    use olympus_core::route::Failure;
    use std::time::Duration;

    #[test]
    fn tells_errors_by_their_numbers() {
        let busy = UpstreamError::Busy { retry_after: None };
        for (message, expected) in [
            ("3040: No capacity temporarily available", busy.clone()),
            (
                "InferenceUpstreamError: 3040: out of capacity",
                busy.clone(),
            ),
            (
                "VECTOR_QUERY_ERROR (code = 40041): too many requests",
                busy.clone(),
            ),
            ("VECTOR_QUERY_ERROR: Status + 429", busy),
            ("3007: timeout", UpstreamError::TimedOut),
            (
                "3036: you have used up your daily free allocation",
                UpstreamError::Busy {
                    retry_after: Some(Duration::from_secs(60)),
                },
            ),
        ] {
            assert_eq!(UpstreamError::thrown(message), expected, "{message}");
        }
        for refused in [
            "5007: No such model",
            "5004: invalid input",
            "3003: incomplete",
            "VECTOR_UPSERT_ERROR (code = 40006): wrong dimensions",
        ] {
            let error = UpstreamError::thrown(refused);
            assert!(error.is_final(), "{refused}");
            assert_eq!(error.as_failure(), Failure::Refused);
        }
        for failed in [
            "VECTOR_QUERY_ERROR: Status + 500",
            "Network connection lost.",
            "5025: JSON Mode couldn't be met",
            "",
            "1000000000000: x",
            "see page 5007",
        ] {
            let error = UpstreamError::thrown(failed);
            assert_eq!(error, UpstreamError::Failed(failed.to_owned()), "{failed}");
            assert_eq!(error.as_failure(), Failure::Unreachable);
        }
    }
}
