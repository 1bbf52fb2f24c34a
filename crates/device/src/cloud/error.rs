//! How a call to the cloud fails.
//!
//! Invariant: no variant holds a key, a token or a header; what the cloud said is cut to one
//! short line.

use olympus_core::route::Failure;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// What is kept of a message.
const MESSAGE_CHARS: usize = 300;

/// Why there is no answer from the cloud. Clones share their source, so that callers of one
/// flight can all have it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CloudError {
    /// Not connected, or cut before the answer was whole.
    #[error("the cloud cannot be reached; check the line and `cloud-url`")]
    Unreachable(#[source] Arc<dyn Error + Send + Sync>),
    /// No whole answer in the time for it.
    #[error("the cloud did not answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// No capacity, or more requests than are allowed.
    #[error("the cloud is busy; {}", later(*.retry_after))]
    Busy {
        /// When to come back, where it was said.
        retry_after: Option<Duration>,
    },
    /// It answered, and refused or failed.
    #[error("the cloud answered {status} ({code}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The error's code; `http` where the answer had none.
        code: String,
        /// What it said, on one line.
        message: String,
    },
    /// An answer that makes no sense.
    #[error("the cloud's answer cannot be used: {what}")]
    Unreadable {
        /// What is wrong with it.
        what: String,
        /// What the reader says.
        #[source]
        source: Option<Arc<dyn Error + Send + Sync>>,
    },
    /// The key is unknown, revoked, or lacks the scope or the location.
    #[error(
        "the cloud does not accept this device's key ({status}): {message}; make one with the \
         scope `device` for this location and `olympus-edge config set api-key -` it"
    )]
    Unauthorized {
        /// HTTP status: 401 or 403.
        status: u16,
        /// What it said, on one line.
        message: String,
    },
    /// The cloud has another menu than this device.
    #[error("the cloud has {}; run `olympus-edge cloud publish`", other_menu(.found.as_deref()))]
    WrongMenu {
        /// Digest of the menu that it has; `None` for none.
        found: Option<String>,
    },
}

impl CloudError {
    /// Not reached, and why.
    pub(crate) fn unreachable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreachable(Arc::from(source.into()))
    }

    /// An answer that is wrong in itself.
    pub(crate) fn unreadable(what: impl Into<String>) -> Self {
        Self::Unreadable {
            what: what.into(),
            source: None,
        }
    }

    /// An answer that could not be read.
    pub(crate) fn unread(
        what: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Unreadable {
            what: what.into(),
            source: Some(Arc::from(source.into())),
        }
    }
}

impl From<&CloudError> for Failure {
    fn from(error: &CloudError) -> Self {
        match error {
            CloudError::Unreachable(_)
            | CloudError::TimedOut(_)
            | CloudError::Unreadable { .. } => Self::Unreachable,
            CloudError::Busy { retry_after } => Self::Busy {
                retry_after: *retry_after,
            },
            CloudError::Refused { status, .. } if *status >= 500 => Self::Unreachable,
            CloudError::Refused { .. }
            | CloudError::Unauthorized { .. }
            | CloudError::WrongMenu { .. } => Self::Refused,
        }
    }
}

/// What somebody else wrote, as one short line without control characters.
pub(crate) fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MESSAGE_CHARS)
        .collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn later(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(
        || "try again later".to_owned(),
        |wait| format!("try again in {} s", wait.as_secs_f64().ceil()),
    )
}

fn other_menu(found: Option<&str>) -> String {
    found.map_or_else(
        || "no menu of this location".to_owned(),
        |digest| format!("another menu ({})", digest.get(..12).unwrap_or(digest)),
    )
}

#[cfg(test)]
mod tests {
    use super::{CloudError, one_line};
    use olympus_core::route::Failure;
    use std::time::Duration;

    #[test]
    fn routing_is_told_what_it_acts_on() {
        let wait = Some(Duration::from_secs(3));
        let refused = |status| CloudError::Refused {
            status,
            code: "x".to_owned(),
            message: String::new(),
        };
        for (error, failure) in [
            (CloudError::unreachable("cut"), Failure::Unreachable),
            (CloudError::TimedOut(Duration::ZERO), Failure::Unreachable),
            (CloudError::unreadable("x"), Failure::Unreachable),
            (refused(500), Failure::Unreachable),
            (refused(400), Failure::Refused),
            (CloudError::WrongMenu { found: None }, Failure::Refused),
            (
                CloudError::Busy { retry_after: wait },
                Failure::Busy { retry_after: wait },
            ),
        ] {
            assert_eq!(Failure::from(&error), failure, "{error}");
        }
    }

    #[test]
    fn what_others_wrote_is_one_short_line() {
        assert_eq!(one_line(" a\r\nb\u{1b}[31m  c "), "a b [31m c");
        assert_eq!(one_line(&"ü".repeat(1_000)).chars().count(), 300);
    }
}
