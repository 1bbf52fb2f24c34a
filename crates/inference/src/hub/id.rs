//! Names of models and revisions, checked before they touch a path or a URL.
//!
//! Invariant: a [`ModelId`] is one or two plain path parts, so its folder is always a direct
//! child of the store, and two different ids never share one.

use std::fmt;

use super::HubError;

/// `name` or `owner/name`, as the hub allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModelId(String);

impl ModelId {
    /// Refuses whatever a hub would not accept as the id of a repository.
    pub(super) fn parse(text: &str) -> Result<Self, HubError> {
        let refuse = |reason| HubError::BadId {
            id: shorten(text),
            reason,
        };
        if text.len() > 192 {
            return Err(refuse("it is longer than 192 bytes"));
        }
        if text.split('/').count() > 2 {
            return Err(refuse("it has more than one slash"));
        }
        for part in text.split('/') {
            if part.is_empty() {
                return Err(refuse("a part of it is empty"));
            }
            if !part.bytes().all(is_plain) {
                return Err(refuse("only letters, digits and . _ - are allowed"));
            }
            // `--` stands for the slash in folder names; the hub forbids it for the same reason.
            if part.contains("..") || part.contains("--") {
                return Err(refuse("it contains .. or --"));
            }
            if part.starts_with(['.', '-']) || part.ends_with(['.', '-']) {
                return Err(refuse("a part of it starts or ends with . or -"));
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The id of the model that a folder of the store holds, when it can hold one.
    pub(super) fn from_folder(folder: &str) -> Option<Self> {
        Self::parse(&folder.replace("--", "/")).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of this model's folder.
    pub(super) fn folder(&self) -> String {
        self.0.replace('/', "--")
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Refuses a revision that is no branch, tag, commit or `refs/pr/N`.
pub(super) fn check_revision(text: &str) -> Result<(), HubError> {
    let plain = text.bytes().all(|b| is_plain(b) || b == b'/');
    let parts = text
        .split('/')
        .all(|p| !p.is_empty() && !p.starts_with(['.', '-']));
    if text.len() <= 200 && plain && parts && !text.contains("..") {
        return Ok(());
    }
    Err(HubError::BadRevision {
        revision: shorten(text),
    })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// What is quoted back of a refused name: an error message must stay readable.
fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_way_to_its_folder_and_back() {
        for text in ["gpt2", "sentence-transformers/all-MiniLM-L6-v2", "a/b.c_d"] {
            let id = ModelId::parse(text).unwrap();
            assert_eq!(ModelId::from_folder(&id.folder()), Some(id));
        }
    }

    #[test]
    fn ids_that_could_leave_the_store_are_refused() {
        let long = "a".repeat(193);
        for text in [
            "", "/", "a/", "/a", "../a", "a/..", "a/../b", "a/b/c", "..", ".", ".pull", "-a",
            "a\\b", "C:", "a b", "a\0", "a%2fb", "a--b", "é", "a/b.", &long,
        ] {
            assert!(ModelId::parse(text).is_err(), "{text:?} was let through");
        }
    }

    #[test]
    fn revisions() {
        for good in [
            "main",
            "v1.0",
            "refs/pr/12",
            "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        ] {
            assert!(check_revision(good).is_ok(), "{good} was refused");
        }
        for bad in [
            "", "/", "a//b", "../main", "a/../b", "main?x", "a#b", "a b", "-x", ".git", "a\r\n",
        ] {
            assert!(check_revision(bad).is_err(), "{bad:?} was let through");
        }
    }
}
