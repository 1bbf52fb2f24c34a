//! Documents of menus in R2: what a device published, by the digest of its items.

use crate::http::error::EdgeError;
use olympus_proto::edge::PublishRequest;
use worker::{Bucket, Env};

fn bucket(env: &Env) -> Result<Bucket, EdgeError> {
    Ok(env.bucket("MENUS")?)
}

/// Where a document lies. Both parts are checked to be harmless: the location by the router, the
/// digest by its computation.
pub(super) fn key(location: &str, digest: &str) -> String {
    format!("{location}/{digest}.json")
}

/// Keeps a document; writing it twice is writing it once.
pub(super) async fn write(
    env: &Env,
    location: &str,
    document: &PublishRequest,
) -> Result<(), EdgeError> {
    let bytes = serde_json::to_vec(document).map_err(EdgeError::internal)?;
    let bucket = bucket(env)?;
    let put = bucket.put(key(location, &document.digest), bytes);
    put.execute().await?;
    Ok(())
}

/// The bytes of a document.
pub(super) async fn bytes(
    env: &Env,
    location: &str,
    digest: &str,
) -> Result<Option<Vec<u8>>, EdgeError> {
    let object = bucket(env)?.get(key(location, digest)).execute().await?;
    let Some(body) = object.as_ref().and_then(worker::Object::body) else {
        return Ok(None);
    };
    Ok(Some(body.bytes().await?))
}

/// A document.
pub(super) async fn read(
    env: &Env,
    location: &str,
    digest: &str,
) -> Result<Option<PublishRequest>, EdgeError> {
    match bytes(env, location, digest).await? {
        Some(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(EdgeError::internal),
        None => Ok(None),
    }
}

/// Whether a document is there.
pub(super) async fn exists(env: &Env, location: &str, digest: &str) -> Result<bool, EdgeError> {
    let head = bucket(env)?.head(key(location, digest)).await?;
    Ok(head.is_some())
}

pub(super) async fn delete(env: &Env, location: &str, digest: &str) -> Result<(), EdgeError> {
    Ok(bucket(env)?.delete(key(location, digest)).await?)
}
