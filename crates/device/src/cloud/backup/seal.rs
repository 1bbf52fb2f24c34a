//! One encrypted file: `OEBK`, format 1, nonce, SHA-256 of the content, then the content under
//! XChaCha20-Poly1305, all before it authenticated with it.
//!
//! Invariant: a bit changed anywhere is found. A nonce has 192 random bits, so that it never
//! comes twice.

use super::{BackupError, RecoveryKey};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 4] = b"OEBK";
const FORMAT: u8 = 1;
const NONCE: usize = 24;
const HEADER: usize = MAGIC.len() + 1 + NONCE + 32;

/// Encrypts.
///
/// # Errors
/// [`BackupError::Random`], or `TooLarge`.
pub fn seal(key: &RecoveryKey, content: &[u8]) -> Result<Vec<u8>, BackupError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|error| BackupError::Random(error.to_string()))?;
    let mut sealed = Vec::with_capacity(HEADER + content.len() + 16);
    sealed.extend_from_slice(MAGIC);
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&Sha256::digest(content));
    let payload = Payload {
        msg: content,
        aad: &sealed,
    };
    let encrypted = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| BackupError::TooLarge(content.len()))?;
    sealed.extend_from_slice(&encrypted);
    if sealed.len() > crate::cloud::MAX_BACKUP {
        return Err(BackupError::TooLarge(sealed.len()));
    }
    Ok(sealed)
}

/// Decrypts what [`seal`] made, whole or not at all.
///
/// # Errors
/// `NotABackup`, `Format` or `WrongKeyOrDamaged`.
pub fn open(key: &RecoveryKey, sealed: &[u8]) -> Result<Vec<u8>, BackupError> {
    let (header, encrypted) = sealed
        .split_at_checked(HEADER)
        .ok_or(BackupError::NotABackup)?;
    let (magic, rest) = header.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(BackupError::NotABackup);
    }
    let (format, rest) = rest.split_at(1);
    if format != [FORMAT] {
        return Err(BackupError::Format(format[0]));
    }
    let (nonce, digest) = rest.split_at(NONCE);
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| BackupError::NotABackup)?;
    let payload = Payload {
        msg: encrypted,
        aad: header,
    };
    let content = XChaCha20Poly1305::new(key.bytes().into())
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| BackupError::WrongKeyOrDamaged)?;
    if Sha256::digest(&content)[..] != *digest {
        return Err(BackupError::WrongKeyOrDamaged);
    }
    Ok(content)
}
