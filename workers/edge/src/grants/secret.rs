//! The seeds of the keys that sign.
//!
//! Invariant: a seed is made of the Worker's secret, the location and the key's id whenever it is
//! needed, and never kept; the same three make the same key for good. So who has the database has
//! no key, and who has the secret has them all: it is never shown and never logged.

use crate::http::error::EdgeError;
use hmac::{Hmac, KeyInit as _, Mac as _};
use olympus_core::grant::Signer;
use olympus_proto::grant::KeyId;
use olympus_proto::{ErrorCode, LocationId};
use sha2::Sha256;
use std::fmt;
use worker::Env;

/// Name of the secret.
const NAME: &str = "GRANT_SECRET";
/// Shortest secret: 32 bytes written in hexadecimal are twice as long.
const LEAST_BYTES: usize = 32;

/// What all keys are made of.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The Worker's.
    pub(super) fn of(env: &Env) -> Result<Self, EdgeError> {
        let text = env.secret(NAME).map(|secret| secret.to_string());
        Self::read(text.unwrap_or_default())
    }

    /// A secret that is long enough.
    ///
    /// # Errors
    /// Where it is too short to be one.
    pub(crate) fn read(text: String) -> Result<Self, EdgeError> {
        if text.len() < LEAST_BYTES {
            return Err(EdgeError::new(
                ErrorCode::NotReady,
                format!("nothing can be signed here: set the secret {NAME} to 32 random bytes"),
            ));
        }
        Ok(Self(text))
    }

    /// The key of this id at a location.
    pub(super) fn signer(&self, location: &LocationId, key: &KeyId) -> Result<Signer, EdgeError> {
        let keyed = Hmac::<Sha256>::new_from_slice(self.0.as_bytes());
        let mut keyed = keyed.map_err(EdgeError::internal)?;
        // Neither of the two ids can have a bar in it.
        keyed.update(location.as_str().as_bytes());
        keyed.update(b"|");
        keyed.update(key.as_str().as_bytes());
        let seed: [u8; 32] = keyed.finalize().into_bytes().into();
        Ok(Signer::new(key.clone(), &seed))
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_key_is_of_one_secret_one_location_and_one_id() {
        let secret = |text: &str| Secret::read(text.repeat(32)).unwrap();
        let public = |secret: &Secret, location: &str, key: &str| {
            let signer = secret.signer(&location.into(), &key.into()).unwrap();
            signer.public()
        };
        let mine = public(&secret("ab"), "loc-7", "k-1");
        assert_eq!(public(&secret("ab"), "loc-7", "k-1"), mine);
        for other in [
            public(&secret("ac"), "loc-7", "k-1"),
            public(&secret("ab"), "loc-8", "k-1"),
            public(&secret("ab"), "loc-7", "k-2"),
            public(&secret("ab"), "loc-7k-1", ""),
        ] {
            assert_ne!(other, mine);
        }
        assert!(Secret::read("a".repeat(31)).is_err());
        assert!(!format!("{:?}", secret("ab")).contains("ab"));
    }
}
