//! What can go wrong with a request, each kind with its stable code.

use olympus_core::menu::filter::FilterError;
use olympus_core::route::Reason;
use olympus_inference::InferenceError;
use olympus_menu::{AskedError, MAX_TEXT_BYTES, MenuError};
use olympus_proto::{ErrorCode, ErrorDetail};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Errors of the service.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Nothing but blanks.
    #[error("the text is empty; send what was said or typed")]
    EmptyText,
    /// Longer than anybody speaks.
    #[error("the text has {bytes} bytes; at most {max} are read")]
    TextTooLong {
        /// Its length after trimming.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A value that cannot be meant.
    #[error("{0}")]
    Invalid(String),
    /// A filter that cannot be meant.
    #[error("filters.{field}: {0}", field = .0.field())]
    Filter(#[from] FilterError),
    /// Lines of a menu are wrong; nothing was applied.
    #[error("{total} errors in the menu; nothing was applied")]
    InvalidMenu {
        /// How many there are.
        total: usize,
        /// The first of them.
        details: Vec<ErrorDetail>,
    },
    /// More items than this device takes.
    #[error("the menu has more than {max} items; raise `max-items`, or split the menu")]
    MenuTooLarge {
        /// The limit.
        max: usize,
    },
    /// One entry of a batch is wrong.
    #[error("{entry}: {source}")]
    InEntry {
        /// Which entry.
        entry: String,
        /// What is wrong with it.
        #[source]
        source: Box<ServiceError>,
    },
    /// No such item.
    #[error("the menu has no item `{0}`")]
    NoSuchItem(String),
    /// There is no earlier menu.
    #[error("there is no earlier menu to go back to")]
    NothingToRollBack,
    /// Too much is waiting already.
    #[error("{what}; try again in {retry_after_s} s")]
    Overloaded {
        /// What is too busy.
        what: &'static str,
        /// When it may be worth to try again.
        retry_after_s: u32,
    },
    /// Nobody waits for the answer any more.
    #[error("the deadline passed before an answer was ready; nothing was applied")]
    DeadlineExceeded,
    /// The device is starting or going down.
    #[error("not ready: {0}")]
    NotReady(&'static str),
    /// Another process works on the data folder.
    #[error(
        "{path} is in use by a running `olympus-edge start`; \
         send the change to it with --url http://ADDRESS:PORT, or stop it first"
    )]
    DataDirInUse {
        /// Which folder.
        path: PathBuf,
    },
    /// The menu changed under a question that the cloud was asked.
    #[error("the menu was changed while the cloud searched it")]
    OtherMenu,
    /// There is no model for it on this device, and the cloud gives no answer.
    #[error("{why}")]
    Cloud {
        /// What keeps it from answering.
        reason: Reason,
        /// The same for people.
        why: String,
        /// When it may be worth to try again, where the cloud said so.
        retry_after: Option<Duration>,
    },
    /// There is no model for it on this device, and no cloud.
    #[error(
        "this device has no model for pictures; set up the cloud half: \
         `olympus-edge config set cloud-url`, `location-id` and `api-key`"
    )]
    NeedsCloud,
    /// The model failed.
    #[error("the model failed: {0}")]
    Inference(#[from] InferenceError),
    /// The encoder's thread failed in a way that it should not.
    #[error("the encoder failed: {0}")]
    Encoder(String),
    /// The menu index failed.
    #[error("the menu index failed: {0}")]
    Menu(#[from] MenuError),
    /// A file could not be read or written.
    #[error("{action} {path}: {source}")]
    Storage {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file of the menu is not what was written.
    #[error("{file} cannot be used: {why}")]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// A setting cannot be used.
    #[error("{0}")]
    Setup(String),
}

impl ServiceError {
    /// The code that clients see.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::EmptyText => ErrorCode::EmptyText,
            Self::TextTooLong { .. } => ErrorCode::TextTooLong,
            Self::Invalid(_) | Self::Filter(_) => ErrorCode::InvalidRequest,
            Self::InvalidMenu { .. } => ErrorCode::InvalidMenu,
            Self::MenuTooLarge { .. } => ErrorCode::MenuTooLarge,
            Self::InEntry { source, .. } => source.code(),
            Self::NoSuchItem(_) => ErrorCode::NotFound,
            Self::NothingToRollBack => ErrorCode::NothingToRollBack,
            Self::Overloaded { .. } => ErrorCode::Overloaded,
            Self::DeadlineExceeded => ErrorCode::DeadlineExceeded,
            Self::NotReady(_) | Self::DataDirInUse { .. } | Self::NeedsCloud => ErrorCode::NotReady,
            Self::OtherMenu => ErrorCode::Conflict,
            Self::Cloud { reason, .. } => match reason {
                Reason::CloudBusy | Reason::Shed => ErrorCode::UpstreamBusy,
                Reason::LocalOnly => ErrorCode::NotReady,
                _ => ErrorCode::UpstreamFailed,
            },
            Self::Inference(_)
            | Self::Encoder(_)
            | Self::Menu(_)
            | Self::Storage { .. }
            | Self::Damaged { .. }
            | Self::Setup(_) => ErrorCode::Internal,
        }
    }
}

impl From<AskedError> for ServiceError {
    fn from(error: AskedError) -> Self {
        match error {
            AskedError::EmptyText => Self::EmptyText,
            AskedError::TextTooLong { bytes } => Self::TextTooLong {
                bytes,
                max: MAX_TEXT_BYTES,
            },
            AskedError::Invalid(message) => Self::Invalid(message),
            AskedError::Filter(error) => Self::Filter(error),
        }
    }
}
