//! What is signed: how a document is sealed into a token and opened again.
//!
//! Invariant: what opens is exactly what was sealed, for this location and terminal, by a key that
//! signed at that time, in the one way to write it. The name of the kind is signed with it, so that
//! a document of one kind never opens as another.

use super::keys::KeySet;
use super::paseto::{self, Untrusted};
use super::{MAX_ID_BYTES, Refusal};
use ed25519_dalek::SigningKey;
use olympus_proto::LocationId;
use olympus_proto::grant::{CardToken, KeyId, TerminalId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Whom a kind of document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every location.
    Everywhere,
    /// One location.
    Location,
    /// One terminal of a location.
    Terminal,
}

/// A kind of document that is signed.
pub trait Document: Serialize + DeserializeOwned {
    /// Its name, signed with it.
    const NAME: &'static str;
    /// Longest token.
    const MAX_BYTES: usize;
    /// Whom it is for.
    const SCOPE: Scope;

    /// The key that it names.
    fn key(&self) -> &KeyId;
    /// When it was signed.
    fn issued_ms(&self) -> u64;
    /// The location that it names, where it is one location's.
    fn location(&self) -> Option<&LocationId> {
        None
    }
    /// The terminal that it names, where it is one terminal's.
    fn terminal(&self) -> Option<&TerminalId> {
        None
    }
    /// Whether it says something that can be, whoever signed it.
    ///
    /// # Errors
    /// [`Refusal`] of what cannot.
    fn check(&self) -> Result<(), Refusal>;
}

/// The implicit assertion: signed, and known to both sides without being sent.
#[derive(Serialize)]
struct Assertion<'a> {
    document: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a LocationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal: Option<&'a TerminalId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    kid: KeyId,
}

/// The implicit assertion of a document of this kind: JSON of its name, location and terminal.
#[must_use]
pub fn assertion(
    name: &str,
    location: Option<&LocationId>,
    terminal: Option<&TerminalId>,
) -> Vec<u8> {
    let assertion = Assertion {
        document: name,
        location,
        terminal,
    };
    // Text alone: writing it as JSON does not fail.
    serde_json::to_vec(&assertion).unwrap_or_default()
}

/// A key that signs, in the Worker.
pub struct Signer {
    id: KeyId,
    key: SigningKey,
}

impl Signer {
    /// The key made of these 32 random bytes.
    #[must_use]
    pub fn new(id: KeyId, seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        Self { id, key }
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The public key as it is published.
    #[must_use]
    pub fn public(&self) -> String {
        super::keys::write_public(&self.key.verifying_key())
    }

    /// The token of `document`.
    ///
    /// # Errors
    /// [`Refusal`] where no device would take it: it contradicts itself, names another key, or is
    /// too long.
    pub fn seal<D: Document>(&self, document: &D) -> Result<String, Refusal> {
        document.check()?;
        if document.key() != &self.id {
            return Err(Refusal::KeyMismatch);
        }
        let payload = serde_json::to_vec(document).map_err(|_| Refusal::BadClaims)?;
        let footer = Footer {
            kid: self.id.clone(),
        };
        let footer = serde_json::to_vec(&footer).map_err(|_| Refusal::BadFooter)?;
        let assertion = assertion(D::NAME, document.location(), document.terminal());
        let token = paseto::sign(&self.key, &payload, &footer, &assertion);
        if token.len() > D::MAX_BYTES {
            return Err(Refusal::TokenTooLong);
        }
        Ok(token)
    }
}

/// Opens a token at a device that stands at `location` and is `terminal`, with the keys it holds.
///
/// # Errors
/// [`Refusal`] of whatever is wrong first.
pub fn open<D: Document>(
    token: &str,
    location: &LocationId,
    terminal: &TerminalId,
    keys: &KeySet,
    now_ms: u64,
) -> Result<D, Refusal> {
    if token.len() > D::MAX_BYTES {
        return Err(Refusal::TokenTooLong);
    }
    let untrusted = Untrusted::read(token)?;
    let footer: Footer = strict(untrusted.footer(), Refusal::BadFooter, Refusal::BadFooter)?;
    let key = keys.verifies_at(&footer.kid, now_ms)?;
    let assertion = match D::SCOPE {
        Scope::Everywhere => assertion(D::NAME, None, None),
        Scope::Location => assertion(D::NAME, Some(location), None),
        Scope::Terminal => assertion(D::NAME, Some(location), Some(terminal)),
    };
    let payload = untrusted.verify(key.verifying(), &assertion)?;
    let document: D = strict(payload, Refusal::BadClaims, Refusal::NotCanonical)?;
    if document.key() != &footer.kid {
        return Err(Refusal::KeyMismatch);
    }
    document.check()?;
    if document.location().is_some_and(|named| named != location) {
        return Err(Refusal::OtherLocation);
    }
    if document.terminal().is_some_and(|named| named != terminal) {
        return Err(Refusal::OtherTerminal);
    }
    key.signed_at(document.issued_ms())?;
    Ok(document)
}

/// Reads JSON that is written exactly as this house writes it: no spaces, no other order, no other
/// escapes, nothing twice, nothing left out.
fn strict<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    unread: Refusal,
    other_form: Refusal,
) -> Result<T, Refusal> {
    let read: T = serde_json::from_slice(bytes).map_err(|_| unread)?;
    match serde_json::to_vec(&read) {
        Ok(written) if written == bytes => Ok(read),
        _ => Err(other_form),
    }
}

/// Whether it is 1 to [`MAX_ID_BYTES`] of letters, digits, `.`, `_` and `-`.
pub(super) fn id(text: &str) -> Result<(), Refusal> {
    let sound = (1..=MAX_ID_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    sound.then_some(()).ok_or(Refusal::BadId)
}

/// Whether it is 64 of `0-9 a-f`.
pub(super) fn card(token: &CardToken) -> Result<(), Refusal> {
    let text = token.as_str();
    let sound = text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    sound.then_some(()).ok_or(Refusal::BadId)
}

/// Whether each is below the next.
pub(super) fn ascending<T: Ord>(list: &[T]) -> Result<(), Refusal> {
    list.is_sorted_by(|a, b| a < b)
        .then_some(())
        .ok_or(Refusal::BadOrder)
}
