//! A key or a token, which nobody gets to see by accident.
//!
//! Invariant: neither `Debug` nor any error shows it; only [`Secret::reveal`] does. The settings
//! file keeps it as a plain text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for those who need it on the wire or in a cipher.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}
