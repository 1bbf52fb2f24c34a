//! The recovery key: `ork_` and 256 random bits in hexadecimal.
//!
//! Invariant: it is shown once, by who makes it; neither `Debug` nor an error shows it.

use super::BackupError;
use crate::keys::hex;
use std::fmt;

const PREFIX: &str = "ork_";

/// Decrypts a restaurant's backups.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey([u8; 32]);

/// The text is no recovery key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a recovery key is ork_ and 64 hexadecimal digits; `cloud backup --new-key` makes one")]
pub struct BadRecoveryKey;

impl RecoveryKey {
    /// A new one.
    ///
    /// # Errors
    /// [`BackupError::Random`]
    pub fn make() -> Result<Self, BackupError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| BackupError::Random(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// Reads it as it was shown; spaces around it and letter case do not matter.
    ///
    /// # Errors
    /// [`BadRecoveryKey`]
    pub fn read(text: &str) -> Result<Self, BadRecoveryKey> {
        let text = text.trim().to_ascii_lowercase();
        let digits = text.strip_prefix(PREFIX).ok_or(BadRecoveryKey)?.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(BadRecoveryKey);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }

    /// As it is shown to its owner.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", hex(&self.0))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(hidden)")
    }
}

fn digit(byte: u8) -> Result<u8, BadRecoveryKey> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(BadRecoveryKey),
    }
}
