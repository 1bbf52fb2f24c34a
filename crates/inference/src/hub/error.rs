//! What can go wrong between a model hub and the store, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a model could not be fetched, found or chosen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// The id is none that a hub could have.
    #[error("{id:?} is no model id ({reason}); expected NAME or OWNER/NAME")]
    BadId {
        /// What was asked for, cut to 80 characters.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The revision is no branch, tag or commit.
    #[error("{revision:?} is no revision; expected a branch, a tag or a commit")]
    BadRevision {
        /// What was asked for, cut to 80 characters.
        revision: String,
    },
    /// `HF_ENDPOINT` is no address.
    #[error("{endpoint:?} is no endpoint; HF_ENDPOINT must be http://HOST or https://HOST")]
    BadEndpoint {
        /// What was given.
        endpoint: String,
    },
    /// The token holds something that no header can.
    #[error("the token is damaged: HF_TOKEN must be printable ASCII without spaces")]
    BadToken,
    /// Offline mode, and the model is not here whole.
    #[error(
        "offline (HF_HUB_OFFLINE), and {id} lacks {missing}: put the files into {}, \
         or allow connections and pull it", place.display()
    )]
    Offline {
        /// The model asked for.
        id: String,
        /// The files that are not there.
        missing: String,
        /// The folder where they are expected.
        place: PathBuf,
    },
    /// Nothing usable in the folder where the model should be.
    #[error("{id} is not installed: {} lacks {missing}; pull it first", place.display())]
    NotInstalled {
        /// The model asked for.
        id: String,
        /// The files that are not there.
        missing: String,
        /// The folder where they are expected.
        place: PathBuf,
    },
    /// The hub answered 404.
    #[error("{what} not found at {endpoint}: {id}, revision {revision}")]
    NotFound {
        /// Which of model, revision or file is missing, as well as the hub lets one tell.
        what: String,
        /// The model asked for.
        id: String,
        /// The revision asked for.
        revision: String,
        /// The hub that was asked.
        endpoint: String,
    },
    /// The hub answered 401 or 403.
    #[error("{endpoint} refuses {id} ({status}): {remedy}")]
    Denied {
        /// The model asked for.
        id: String,
        /// The HTTP status.
        status: u16,
        /// The hub that was asked.
        endpoint: String,
        /// What the user can do.
        remedy: &'static str,
    },
    /// The repository holds no set of files that could be used.
    #[error("{id} cannot be used, it has no {missing}{hint}")]
    Unusable {
        /// The model asked for.
        id: String,
        /// What it would need.
        missing: String,
        /// Why the weights that it has do not count, or nothing.
        hint: &'static str,
    },
    /// No connection could be made.
    #[error("no connection to {url}: {source}")]
    Connect {
        /// What was asked for.
        url: String,
        /// The reason.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The hub did not answer, or stopped sending, for too long.
    #[error("{url} sent nothing for {seconds} s; what has arrived is kept, pull again to go on")]
    Timeout {
        /// What was asked for.
        url: String,
        /// How long it was waited for, in seconds.
        seconds: u64,
    },
    /// The connection broke within a file.
    #[error("{url} broke off; what has arrived is kept, pull again to go on")]
    Interrupted {
        /// What was asked for.
        url: String,
        /// The reason, when it was more than an early end.
        #[source]
        source: Option<io::Error>,
    },
    /// The hub is overloaded or broken: 429 or 5xx.
    #[error("{url} answers {status}; try again later")]
    Busy {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// What came back is not what a hub says.
    #[error("{url} does not answer as a model hub: {detail}")]
    Protocol {
        /// What was asked for.
        url: String,
        /// What was wrong.
        detail: String,
    },
    /// The file is not the one that was announced. It has been deleted.
    #[error("{file} is damaged: {kind} is {got}, announced was {expected}; pull it again")]
    Checksum {
        /// The file.
        file: String,
        /// Which checksum.
        kind: &'static str,
        /// What the hub announced.
        expected: String,
        /// What arrived.
        got: String,
    },
    /// The file is longer or shorter than announced. It has been deleted.
    #[error("{file} has {got} bytes, announced were {expected}; pull it again")]
    Size {
        /// The file.
        file: String,
        /// Bytes announced.
        expected: u64,
        /// Bytes offered.
        got: u64,
    },
    /// No room left for the model.
    #[error("the disk is full: cannot write {}; what has arrived is kept", path.display())]
    DiskFull {
        /// The file being written.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// A file or folder of the store could not be read or written.
    #[error("cannot {operation} {}: {source}", path.display())]
    Io {
        /// What was being done.
        operation: &'static str,
        /// To what.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// A file of the store's own does not parse.
    #[error("{} is damaged: {source}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and how.
        #[source]
        source: serde_json::Error,
    },
    /// Another process is pulling this model.
    #[error("{id} is being pulled by another process; wait for it to end")]
    Locked {
        /// The model.
        id: String,
    },
    /// The folder was not made by a pull, so a pull must not replace it.
    #[error("{} was put there by hand and is left alone; move it away to pull", place.display())]
    NotPulled {
        /// The folder.
        place: PathBuf,
    },
    /// The model is chosen and cannot be removed.
    #[error("{id} serves {role}; choose another model for it first")]
    InUse {
        /// The model.
        id: String,
        /// What it serves.
        role: &'static str,
    },
}

impl HubError {
    /// Whether the same request may well succeed a moment later.
    pub(super) fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Timeout { .. }
                | Self::Interrupted { .. }
                | Self::Busy { .. }
        )
    }

    /// For `map_err` on file operations: a full disk gets a name of its own.
    pub(super) fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path, source }
            }
            _ => Self::Io {
                operation,
                path,
                source,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_other_failures() {
        let made = |kind| HubError::io("write", Path::new("m.part"))(io::Error::from(kind));
        assert!(matches!(
            made(io::ErrorKind::StorageFull),
            HubError::DiskFull { .. }
        ));
        assert!(matches!(
            made(io::ErrorKind::QuotaExceeded),
            HubError::DiskFull { .. }
        ));
        assert!(matches!(
            made(io::ErrorKind::PermissionDenied),
            HubError::Io { .. }
        ));
    }
}
