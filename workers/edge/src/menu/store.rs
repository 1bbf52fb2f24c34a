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
    digest: &str,
    document: Vec<u8>,
) -> Result<(), EdgeError> {
    let bucket = bucket(env)?;
    bucket
        .put(key(location, digest), document)
        .execute()
        .await?;
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

/// Digests of the documents of a location, and whether there are more than these.
pub(super) async fn list(env: &Env, location: &str) -> Result<(Vec<String>, bool), EdgeError> {
    let bucket = bucket(env)?;
    let prefix = format!("{location}/");
    let page = bucket.list().prefix(prefix.clone()).execute().await?;
    let keys = page.objects().into_iter().map(|object| object.key());
    let digests = keys.filter_map(|key| {
        let name = key.strip_prefix(&prefix)?.strip_suffix(".json")?;
        Some(name.to_owned())
    });
    Ok((digests.collect(), page.truncated()))
}

/// Deletes a document.
pub(super) async fn delete(env: &Env, location: &str, digest: &str) -> Result<(), EdgeError> {
    Ok(bucket(env)?.delete(key(location, digest)).await?)
}
