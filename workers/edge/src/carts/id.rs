//! The id of a cart. Invariant: 128 random bits, so that knowing one is being let in by somebody
//! who knew it; one spelling, so that one cart is one object.

use crate::http::error::EdgeError;
use crate::live::tickets::random_id;
use std::fmt;
use std::str::FromStr;

/// Digits of an id.
const DIGITS: usize = 32;

/// A cart at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CartId(String);

/// The text is no id of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cart's id is 32 digits of lower-case hex")]
pub(crate) struct NotACart;

impl CartId {
    /// A new one.
    pub(super) fn random() -> Result<Self, EdgeError> {
        random_id().map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CartId {
    type Err = NotACart;

    fn from_str(text: &str) -> Result<Self, NotACart> {
        let hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == DIGITS && text.bytes().all(hex) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotACart)
    }
}

impl fmt::Display for CartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::CartId;

    #[test]
    fn an_id_has_one_spelling() {
        let id = CartId::random().unwrap();
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert_ne!(CartId::random().unwrap(), id);
        for bad in [
            "",
            "0",
            &"A".repeat(32),
            &"g".repeat(32),
            &"0".repeat(33),
            &"é".repeat(16),
        ] {
            assert!(bad.parse::<CartId>().is_err(), "{bad}");
        }
    }
}
