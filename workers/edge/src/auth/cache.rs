//! What was found out about a caller, kept for a while in KV.
//!
//! Invariant: an entry is believed only for the very credential whose hash stands in it, and only
//! until the moment that stands in it: KV may hold it longer, and names of entries may be chosen
//! by nobody. A credential itself is never written.

use crate::http::ctx::ExecHandle;
use crate::http::error::log;
use crate::metrics;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use worker::Env;

const BINDING: &str = "CACHE";
/// KV keeps nothing for less.
const LEAST_TTL_S: u64 = 60;

/// SHA-256 of a credential, in hexadecimal.
pub(super) fn hash(credential: &str) -> String {
    crate::http::ids::hex(Sha256::digest(credential.as_bytes()).as_slice())
}

/// Whether two hashes are one, in a time that does not tell where they part.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// The entry, where KV has one that can be read.
pub(super) async fn get<T: DeserializeOwned>(env: &Env, key: &str) -> Option<T> {
    let kv = env.kv(BINDING).ok()?;
    match kv.get(key).text().await {
        Ok(text) => serde_json::from_str(&text?).ok(),
        Err(error) => {
            log(&format!("the cache could not be read: {error}"));
            None
        }
    }
}

/// Keeps an entry, after the answer.
pub(super) fn put<T: Serialize>(env: &Env, exec: &ExecHandle, key: String, entry: &T, ttl_s: u64) {
    let (Ok(kv), Ok(text)) = (env.kv(BINDING), serde_json::to_string(entry)) else {
        return;
    };
    exec.wait_until(async move {
        let written = match kv.put(&key, text) {
            Ok(put) => put.expiration_ttl(ttl_s.max(LEAST_TTL_S)).execute().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            log(&format!("the cache could not be written: {error}"));
        }
    });
}

/// Forgets an entry.
pub(super) async fn forget(env: &Env, key: &str) -> worker::Result<()> {
    Ok(env.kv(BINDING)?.delete(key).await?)
}

/// Counts whether the cache knew.
pub(super) fn count(hit: bool) {
    metrics::cache("auth", hit);
}

#[cfg(test)]
mod tests {
    use super::{hash, same};

    #[test]
    fn hashes_are_compared_whole() {
        let one = hash("a");
        assert_eq!(one.len(), 64);
        assert!(same(&one, &hash("a")));
        assert!(!same(&one, &hash("b")));
        assert!(!same(&one, &one[..32]));
        assert!(!same("", &one));
    }
}
