//! What can go wrong before there is a score. Every variant is the caller's to mend (a path, a
//! line, a server that does not answer) and ends the program with exit code 2; a bad score is not
//! an error.

use olympus_device::service::ServiceError;
use std::fmt;
use std::path::PathBuf;

/// Where a row stands: shown as `file:line`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was named by the caller.
    pub file: String,
    /// 1-based.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One line of data that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
}

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A file could not be read.
    #[error("cannot read {}: {source}{hint}", path.display())]
    ReadFile {
        /// As named by the caller.
        path: PathBuf,
        /// Where such files usually lie; empty where that would not help.
        hint: &'static str,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Lines that are no rows of this task.
    #[error("{}", show_lines(.shown, *.total))]
    BadData {
        /// All bad lines, also those not shown.
        total: usize,
        /// The first of them.
        shown: Vec<BadLine>,
    },
    /// There is nothing to score.
    #[error("no rows in {0}; give at least one line of data")]
    NoRows(String),
    /// The baseline is no report, or one of something else.
    #[error("baseline {}: {reason}", path.display())]
    Baseline {
        /// As named by the caller.
        path: PathBuf,
        /// Why it cannot be compared.
        reason: String,
    },
    /// Options that do not go together.
    #[error("{0}")]
    Usage(String),
    /// The system under test could not be started or given its menu.
    #[error("cannot prepare the system under test: {0}")]
    Prepare(#[source] SystemError),
    /// The system under test gave no usable answer to a row.
    #[error("{place}: {source}")]
    Ask {
        /// The row that was asked.
        place: Place,
        /// What came back.
        #[source]
        source: SystemError,
    },
    /// The report could not be written.
    #[error("cannot write {}: {source}", path.display())]
    WriteReport {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

/// Why the system under test gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// No connection, or it broke.
    #[error("no answer from {url}: {source}")]
    Connect {
        /// What was called.
        url: String,
        /// The client's reason.
        #[source]
        source: Box<ureq::Error>,
    },
    /// An answer with an error status.
    #[error("{url} answered {status}: {message}")]
    Status {
        /// What was called.
        url: String,
        /// HTTP status.
        status: u16,
        /// The error's own words, shortened.
        message: String,
    },
    /// An answer that is not what the API promises.
    #[error("{url} answered something unexpected: {reason}")]
    Answer {
        /// What was called.
        url: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// The service in this process failed.
    #[error("{0}")]
    Service(#[source] Box<ServiceError>),
    /// The system does not do this task at all.
    #[error("{0}")]
    Unsupported(String),
}

fn show_lines(shown: &[BadLine], total: usize) -> String {
    let mut text = format!(
        "{total} bad line{} of data:",
        if total == 1 { "" } else { "s" }
    );
    for bad in shown {
        text.push_str(&format!("\n  {}: {}", bad.place, bad.message));
    }
    if total > shown.len() {
        text.push_str(&format!("\n  … and {} more", total - shown.len()));
    }
    text
}
