//! Keys of restaurants' devices: `oek_<id>_<secret>`, shown once, stored as SHA-256 in D1.
//!
//! A secret is 192 random bits, so nobody can guess it from its hash however fast the hash is.
//! Invariant: a key opens the one location that it was made for. A revoked one opens nothing: at
//! once where it was revoked, and within a minute wherever KV still knows it, or a request that was
//! under way wrote it back.

use super::{Principal, cache};
use crate::http::ctx::ExecHandle;
use crate::http::error::EdgeError;
use crate::http::ids::random_hex;
use crate::http::time::now_ms;
use olympus_proto::LocationId;
use olympus_proto::edge::EdgeScope;
use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, Env};

/// What every key begins with.
pub(crate) const KEY_PREFIX: &str = "oek_";
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 24;
const DATABASE: &str = "DB";
/// How long KV is believed about a key.
const BELIEVED_MS: u64 = 60_000;

/// A key as it was shown, of the right form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PresentedKey {
    id: String,
    sha256: String,
}

impl PresentedKey {
    /// `None` for what has not the form of a key.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(KEY_PREFIX)?.split_once('_')?;
        (is_id(id) && is_hex(secret, SECRET_BYTES)).then(|| Self {
            id: id.to_owned(),
            sha256: cache::hash(text),
        })
    }
}

/// Whether it has the form of a key's id.
pub(crate) fn is_id(text: &str) -> bool {
    is_hex(text, ID_BYTES)
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == bytes * 2
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A row of `device_keys`, as far as it decides.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    location: String,
    scope: String,
    sha256: String,
}

/// A row in KV.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    until_ms: u64,
    row: Row,
}

impl Entry {
    fn holds(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms && self.until_ms <= now_ms.saturating_add(BELIEVED_MS)
    }
}

fn cache_key(id: &str) -> String {
    format!("auth/key/{id}")
}

/// Whom the key speaks for.
pub(super) async fn check(
    env: &Env,
    exec: &ExecHandle,
    key: &PresentedKey,
) -> Result<Principal, EdgeError> {
    let kept = cache::get::<Entry>(env, &cache_key(&key.id))
        .await
        .filter(|entry| entry.holds(now_ms()));
    cache::count(kept.is_some());
    let row = match kept {
        Some(entry) => Some(entry.row),
        None => {
            let row = read(env, &key.id).await?;
            if let Some(row) = &row
                && cache::same(&row.sha256, &key.sha256)
            {
                let entry = Entry {
                    until_ms: now_ms() + BELIEVED_MS,
                    row: row.clone(),
                };
                cache::put(env, exec, cache_key(&key.id), &entry, BELIEVED_MS / 1_000);
            }
            row
        }
    };
    principal_of(key, row.as_ref())
}

fn principal_of(key: &PresentedKey, row: Option<&Row>) -> Result<Principal, EdgeError> {
    let unknown = || EdgeError::unauthorized("the key is not known here, or was revoked");
    let row = row.ok_or_else(unknown)?;
    if !cache::same(&row.sha256, &key.sha256) {
        return Err(unknown());
    }
    let scope: EdgeScope = row.scope.parse().map_err(EdgeError::internal)?;
    Ok(Principal {
        id: format!("key:{}", key.id),
        scope: Some(scope),
        locations: vec![row.location.as_str().into()],
        ends_ms: None,
    })
}

fn database(env: &Env) -> Result<D1Database, EdgeError> {
    env.d1(DATABASE)
        .map_err(|error| EdgeError::upstream("the database", error))
}

async fn read(env: &Env, id: &str) -> Result<Option<Row>, EdgeError> {
    let sql =
        "SELECT location, scope, sha256 FROM device_keys WHERE id = ?1 AND revoked_ms IS NULL";
    let failed = |error| EdgeError::upstream("the database", error);
    database(env)?
        .prepare(sql)
        .bind(&[JsValue::from_str(id)])
        .map_err(failed)?
        .first::<Row>(None)
        .await
        .map_err(failed)
}

/// A key just made; the only time that its secret is seen.
#[derive(Debug, Serialize)]
pub(crate) struct NewKey {
    pub(crate) id: String,
    pub(crate) key: String,
}

/// Makes a key of a location.
pub(crate) async fn create(
    env: &Env,
    location: &LocationId,
    name: &str,
    scope: EdgeScope,
) -> Result<NewKey, EdgeError> {
    let none = || EdgeError::internal("no randomness");
    let id = random_hex::<ID_BYTES>().ok_or_else(none)?;
    let secret = random_hex::<SECRET_BYTES>().ok_or_else(none)?;
    let key = format!("{KEY_PREFIX}{id}_{secret}");
    let sql = "INSERT INTO device_keys (id, location, name, scope, sha256, created_ms) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let failed = |error| EdgeError::upstream("the database", error);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds fit into 53 bits")]
    let now = now_ms() as f64;
    database(env)?
        .prepare(sql)
        .bind(&[
            JsValue::from_str(&id),
            JsValue::from_str(location.as_str()),
            JsValue::from_str(name),
            JsValue::from_str(scope.as_str()),
            JsValue::from_str(&cache::hash(&key)),
            JsValue::from_f64(now),
        ])
        .map_err(failed)?
        .run()
        .await
        .map_err(failed)?;
    Ok(NewKey { id, key })
}

#[derive(Debug, Deserialize)]
struct Revoked {
    #[expect(dead_code, reason = "that there is a row says it all")]
    id: String,
}

/// Ends a key of a location; whether there was such a key.
pub(crate) async fn revoke(env: &Env, location: &LocationId, id: &str) -> Result<bool, EdgeError> {
    let sql = "UPDATE device_keys SET revoked_ms = coalesce(revoked_ms, ?3) \
               WHERE id = ?1 AND location = ?2 RETURNING id";
    let failed = |error| EdgeError::upstream("the database", error);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds fit into 53 bits")]
    let now = now_ms() as f64;
    let revoked = database(env)?
        .prepare(sql)
        .bind(&[
            JsValue::from_str(id),
            JsValue::from_str(location.as_str()),
            JsValue::from_f64(now),
        ])
        .map_err(failed)?
        .first::<Revoked>(None)
        .await
        .map_err(failed)?;
    if revoked.is_none() {
        return Ok(false);
    }
    cache::forget(env, &cache_key(id)).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{BELIEVED_MS, Entry, PresentedKey, Row, cache, principal_of};
    use olympus_proto::edge::EdgeScope;

    const ID: &str = "0123456789abcdef";

    fn key(secret: &str) -> String {
        format!("oek_{ID}_{}", secret.repeat(48))
    }

    fn row(of: &str) -> Row {
        Row {
            location: "loc-7".to_owned(),
            scope: "device".to_owned(),
            sha256: cache::hash(of),
        }
    }

    #[test]
    fn a_key_speaks_for_its_own_location() {
        let presented = PresentedKey::parse(&key("a")).unwrap();
        let principal = principal_of(&presented, Some(&row(&key("a")))).unwrap();
        assert_eq!(principal.id, format!("key:{ID}"));
        assert_eq!(principal.scope, Some(EdgeScope::Device));
        assert_eq!(principal.locations, ["loc-7".into()]);
    }

    #[test]
    fn another_secret_of_the_same_id_is_nobody() {
        let presented = PresentedKey::parse(&key("b")).unwrap();
        assert!(principal_of(&presented, Some(&row(&key("a")))).is_err());
        assert!(principal_of(&presented, None).is_err());
    }

    #[test]
    fn only_whole_keys_are_keys() {
        let good = key("a");
        for bad in [
            good.to_uppercase(),
            good.replace("oek_", "oe_"),
            format!("{good}0"),
            good[..good.len() - 1].to_owned(),
            good.replace(ID, "0123456789abcdeg"),
            good.replace(ID, "0123456789abcde"),
            good.replacen('_', "__", 2),
        ] {
            assert_eq!(PresentedKey::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_cache_is_believed_for_a_minute() {
        let entry = |until_ms| Entry {
            until_ms,
            row: row("x"),
        };
        let now = 1_800_000_000_000;
        assert!(entry(now + BELIEVED_MS).holds(now));
        assert!(!entry(now).holds(now));
        assert!(!entry(now + BELIEVED_MS + 1).holds(now));
    }
}
