//! PASETO `v4.public`: an Ed25519 signature over header, payload, footer and implicit assertion.
//!
//! Written by the specification (paseto-standard/paseto-spec, `Version4.md` and `Common.md`) and
//! held to its test vectors. Invariant: of the texts that stand for one token exactly one is taken,
//! and nothing of it is read before its signature holds, but for the footer, which names the key.
//! Never another version or purpose, and never a token without a footer.

use super::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{SIGNATURE_LENGTH, Signature, Signer as _, SigningKey, VerifyingKey};

const HEADER: &str = "v4.public.";

/// Pre-authentication encoding: no two lists of pieces give the same bytes.
fn pae(pieces: &[&[u8]]) -> Vec<u8> {
    // The specification clears the highest bit of each length; no slice is as long as that.
    let length = |len: usize| (len as u64).to_le_bytes();
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&length(pieces.len()));
    for piece in pieces {
        bytes.extend_from_slice(&length(piece.len()));
        bytes.extend_from_slice(piece);
    }
    bytes
}

/// Signs. The signature is that of Ed25519 as written: the same input gives the same token.
#[must_use]
pub fn sign(key: &SigningKey, payload: &[u8], footer: &[u8], assertion: &[u8]) -> String {
    let signature = key.sign(&pae(&[HEADER.as_bytes(), payload, footer, assertion]));
    let mut body = payload.to_vec();
    body.extend_from_slice(&signature.to_bytes());
    let mut token = HEADER.to_owned();
    URL_SAFE_NO_PAD.encode_string(&body, &mut token);
    if !footer.is_empty() {
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(footer, &mut token);
    }
    token
}

/// A token taken apart; nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrusted {
    body: Vec<u8>,
    footer: Vec<u8>,
}

impl Untrusted {
    /// Takes apart a token.
    ///
    /// # Errors
    /// [`Refusal`] where it is none, is of another version, or is written in another way.
    pub fn read(token: &str) -> Result<Self, Refusal> {
        let Some(rest) = token.strip_prefix(HEADER) else {
            let version = token.split('.').next().unwrap_or_default();
            let known = matches!(version, "v1" | "v2" | "v3" | "v4");
            return Err(if known {
                Refusal::WrongVersion
            } else {
                Refusal::NotAToken
            });
        };
        let (body, footer) = rest.split_once('.').ok_or(Refusal::NotAToken)?;
        if body.is_empty() || footer.is_empty() || footer.contains('.') {
            return Err(Refusal::NotAToken);
        }
        let decode = |text| URL_SAFE_NO_PAD.decode(text);
        let body = decode(body).map_err(|_| Refusal::BadEncoding)?;
        let footer = decode(footer).map_err(|_| Refusal::BadEncoding)?;
        if body.len() <= SIGNATURE_LENGTH {
            return Err(Refusal::NotAToken);
        }
        Ok(Self { body, footer })
    }

    /// The footer, which says by which key to verify.
    #[must_use]
    pub fn footer(&self) -> &[u8] {
        &self.footer
    }

    /// The payload, where `key` signed it with this footer and this assertion.
    ///
    /// # Errors
    /// [`Refusal::BadSignature`] where it did not.
    pub fn verify(&self, key: &VerifyingKey, assertion: &[u8]) -> Result<&[u8], Refusal> {
        let (payload, signature) = self
            .body
            .split_last_chunk::<SIGNATURE_LENGTH>()
            .ok_or(Refusal::NotAToken)?;
        let signed = pae(&[HEADER.as_bytes(), payload, &self.footer, assertion]);
        // Strict: keys and signatures of small order, by which one signature fits many texts, fail.
        key.verify_strict(&signed, &Signature::from_bytes(signature))
            .map_err(|_| Refusal::BadSignature)?;
        Ok(payload)
    }
}
