//! Checksums, as a hub announces them in its ETags.
//!
//! A file kept in large-file storage is announced by the SHA-256 of its bytes, a small one by
//! git's SHA-1 of `blob <length>\0` and its bytes. SHA-1 here tells a damaged download from a
//! whole one; against someone who forges files only the connection to the hub protects.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::Digest;

/// What a file's content must hash to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checksum {
    /// Of the bytes.
    Sha256(String),
    /// Of git's header and the bytes.
    GitBlob(String),
}

impl Checksum {
    /// The checksum in an ETag, if it is one: 64 or 40 hexadecimal digits.
    pub(super) fn from_etag(etag: &str) -> Option<Self> {
        let hex = etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"');
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let hex = hex.to_ascii_lowercase();
        match hex.len() {
            64 => Some(Self::Sha256(hex)),
            40 => Some(Self::GitBlob(hex)),
            _ => None,
        }
    }

    /// The digits, which are safe in a file name.
    pub(super) fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitBlob(hex) => hex,
        }
    }

    /// For messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::GitBlob(_) => "git's SHA-1",
        }
    }

    /// The checksum of the same kind that `path` really has.
    pub(super) fn of_file(&self, path: &Path) -> io::Result<Self> {
        Ok(match self {
            Self::Sha256(_) => Self::Sha256(sha256_of(path)?),
            Self::GitBlob(_) => {
                let header = format!("blob {}\0", path.metadata()?.len());
                Self::GitBlob(digest::<sha1::Sha1>(header.as_bytes(), path)?)
            }
        })
    }
}

/// The SHA-256 of a file, in lowercase hexadecimal.
pub(super) fn sha256_of(path: &Path) -> io::Result<String> {
    digest::<sha2::Sha256>(&[], path)
}

fn digest<D: Digest>(header: &[u8], path: &Path) -> io::Result<String> {
    let mut hasher = D::new_with_prefix(header);
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags() {
        let sha1 = "ce013625030ba8dba906f756967f9e9ca394464a";
        let sha256 = "a".repeat(64);
        let quoted = format!("\"{sha1}\"");
        assert_eq!(Checksum::from_etag(&quoted).unwrap().hex(), sha1);
        let weak = format!("W/\"{}\"", sha256.to_uppercase());
        assert_eq!(Checksum::from_etag(&weak), Some(Checksum::Sha256(sha256)));
        for none in [
            "",
            "\"\"",
            "\"abc\"",
            "\"d41d8cd98f00b204e9800998ecf8427e-12\"",
        ] {
            assert_eq!(Checksum::from_etag(none), None);
        }
    }

    #[test]
    fn known_sums() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hello");
        std::fs::write(&path, "hello\n").unwrap();
        // `printf 'hello\n' | git hash-object --stdin` and `| sha256sum`.
        let git = Checksum::from_etag("ce013625030ba8dba906f756967f9e9ca394464a").unwrap();
        assert_eq!(git.of_file(&path).unwrap(), git);
        assert_eq!(
            sha256_of(&path).unwrap(),
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        );
    }
}
