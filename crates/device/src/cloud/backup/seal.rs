//! One encrypted file: `OEBK`, format 2, nonce, then the content under XChaCha20-Poly1305, all
//! before it authenticated with it.
//!
//! Invariant: a bit changed anywhere is found, and the file says nothing of its content but the
//! length: two backups of the same content have nothing in common. A nonce has 192 random bits, so
//! that it never comes twice. Format 1 also had the content's SHA-256 in clear, by which a guess
//! could be checked: it is read and never written.

use super::{BackupError, RecoveryKey};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

const MAGIC: &[u8; 4] = b"OEBK";
const FORMAT: u8 = 2;
/// With the content's SHA-256 after the nonce.
const WITH_DIGEST: u8 = 1;
const NONCE: usize = 24;
const HEADER: usize = MAGIC.len() + 1 + NONCE;
const DIGEST: usize = 32;

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
    let rest = sealed.strip_prefix(MAGIC).ok_or(BackupError::NotABackup)?;
    let (format, rest) = rest.split_first().ok_or(BackupError::NotABackup)?;
    let header = match *format {
        FORMAT => HEADER,
        WITH_DIGEST => HEADER + DIGEST,
        later => return Err(BackupError::Format(later)),
    };
    let (header, encrypted) = sealed
        .split_at_checked(header)
        .ok_or(BackupError::NotABackup)?;
    let nonce = rest.first_chunk().ok_or(BackupError::NotABackup)?;
    let nonce: [u8; NONCE] = *nonce;
    let payload = Payload {
        msg: encrypted,
        aad: header,
    };
    XChaCha20Poly1305::new(key.bytes().into())
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| BackupError::WrongKeyOrDamaged)
}
