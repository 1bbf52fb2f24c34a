//! Backups of a location's device: encrypted there, verified here, streamed both ways.
//!
//! Invariant: a backup is stored whole with the SHA-256 that its header names, or not at all, and
//! the newest [`KEPT`] of a location stay. No backup is ever held in memory or cached.

use super::digest::{self, HEADER};
use super::names;
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError, log};
use crate::http::ids::hex;
use crate::http::{header, reply};
use olympus_proto::ErrorCode;
use serde::Serialize;
use worker::{Bucket, Headers, HttpMetadata, Object, Request, Response};

/// Binding of the bucket.
const BINDING: &str = "BACKUPS";
/// Backups that a location has.
const KEPT: usize = 10;
/// Largest backup.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// A backup is opaque.
const CONTENT_TYPE: &str = "application/octet-stream";

/// A backup in a list, and the answer to its upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Backup {
    name: String,
    size_bytes: u64,
    uploaded_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// Answer of `GET …/backups`.
#[derive(Debug, Serialize)]
struct List {
    /// The newest first.
    backups: Vec<Backup>,
}

fn prefix(ctx: &Ctx) -> String {
    format!("{}/", ctx.location)
}

/// Where the backup of the route lies.
fn key(ctx: &Ctx) -> Result<String, EdgeError> {
    let name = ctx.param(0);
    if names::is_backup(name) {
        return Ok(format!("{}/{name}", ctx.location));
    }
    Err(EdgeError::invalid(
        "a backup's name has 1 to 64 of a-z, 0-9 and -",
    ))
}

/// How long the body says it is; a bucket takes no stream of unknown length.
fn length(declared: Option<&str>) -> Result<u64, EdgeError> {
    let length = declared
        .and_then(|declared| declared.parse().ok())
        .ok_or_else(|| EdgeError::invalid("send `content-length`, not chunks"))?;
    match length {
        0 => Err(EdgeError::invalid("the backup is empty")),
        1..=MAX_BYTES => Ok(length),
        _ => Err(EdgeError::new(
            ErrorCode::PayloadTooLarge,
            "a backup has at most 64 MiB",
        )),
    }
}

fn sha256(object: &Object) -> Option<String> {
    object.checksum().sha256.map(|digest| hex(&digest))
}

fn describe(object: &Object, prefix: &str) -> Backup {
    let key = object.key();
    Backup {
        name: key.strip_prefix(prefix).unwrap_or(&key).to_owned(),
        size_bytes: object.size(),
        uploaded_ms: object.uploaded().as_millis(),
        sha256: sha256(object),
    }
}

/// Whether the bucket refused bytes for their digest. It says so by R2's code.
fn is_mismatch(error: &worker::Error) -> bool {
    let text = error.to_string();
    text.contains("10037") || text.to_ascii_lowercase().contains("checksum")
}

/// `PUT …/backups/{name}`.
pub(crate) async fn put(ctx: &Ctx, request: Request) -> Answer {
    let key = key(ctx)?;
    let expected = digest::named(&request)?
        .ok_or_else(|| EdgeError::invalid(format!("send the body's SHA-256 in `{HEADER}`")))?;
    let size_bytes = length(header(&request, "content-length").as_deref())?;
    let body = request
        .inner()
        .body()
        .ok_or_else(|| EdgeError::invalid("the backup is empty"))?;
    let bucket = ctx.env.bucket(BINDING)?;
    let stored = bucket
        .put(&key, body)
        .sha256(expected)
        .http_metadata(HttpMetadata {
            content_type: Some(CONTENT_TYPE.into()),
            ..HttpMetadata::default()
        })
        .execute()
        .await;
    let stored = match stored {
        Ok(Some(object)) => object,
        Ok(None) => return Err(EdgeError::internal("a bucket refused without a condition")),
        Err(error) if is_mismatch(&error) => return Err(digest::mismatch()),
        Err(error) => return Err(EdgeError::upstream("the store of backups", error)),
    };
    if let Err(error) = prune(&bucket, &prefix(ctx), &key).await {
        // The backup is safe; the next one tries again.
        log(&format!("old backups could not be deleted: {error}"));
    }
    reply::json_with_status(
        201,
        &Backup {
            size_bytes,
            sha256: Some(hex(&expected)),
            ..describe(&stored, &prefix(ctx))
        },
    )
}

/// Names beyond the newest [`KEPT`], without the one that was just stored.
fn beyond(mut all: Vec<(u64, String)>, just_stored: &str) -> Vec<String> {
    // Clocks tie; the one just stored is the newest whatever they say.
    all.sort_by(|(at_a, a), (at_b, b)| {
        let rank = |at: &u64, key: &str| (key == just_stored, *at);
        rank(at_b, b).cmp(&rank(at_a, a)).then_with(|| b.cmp(a))
    });
    all.into_iter().skip(KEPT).map(|(_, key)| key).collect()
}

async fn prune(bucket: &Bucket, prefix: &str, just_stored: &str) -> worker::Result<()> {
    let all = bucket.list().prefix(prefix).execute().await?.objects();
    let all = all
        .iter()
        .map(|object| (object.uploaded().as_millis(), object.key()))
        .collect();
    let old = beyond(all, just_stored);
    if old.is_empty() {
        return Ok(());
    }
    bucket.delete_multiple(old).await
}

/// `GET …/backups`.
pub(crate) async fn list(ctx: &Ctx, _request: Request) -> Answer {
    let prefix = prefix(ctx);
    let bucket = ctx.env.bucket(BINDING)?;
    let listed = bucket.list().prefix(&prefix).execute().await?;
    let mut backups: Vec<Backup> = listed
        .objects()
        .iter()
        .map(|object| describe(object, &prefix))
        .collect();
    backups.sort_by(|a, b| (b.uploaded_ms, &b.name).cmp(&(a.uploaded_ms, &a.name)));
    reply::json(&List { backups })
}

/// `GET …/backups/{name}`.
pub(crate) async fn get(ctx: &Ctx, _request: Request) -> Answer {
    let found = ctx.env.bucket(BINDING)?.get(key(ctx)?).execute().await?;
    let Some(object) = found else {
        return Err(EdgeError::not_found("there is no such backup; list them"));
    };
    let headers = Headers::new();
    headers.set("content-type", CONTENT_TYPE)?;
    headers.set("content-length", &object.size().to_string())?;
    headers.set("cache-control", "no-store")?;
    headers.set("etag", &object.http_etag())?;
    if let Some(digest) = sha256(&object) {
        headers.set(HEADER, &digest)?;
    }
    let body = object
        .body()
        .ok_or_else(|| EdgeError::internal("a backup without a body"))?;
    Ok(Response::from_body(body.response_body()?)?.with_headers(headers))
}

#[cfg(test)]
mod tests {
    use super::{KEPT, MAX_BYTES, beyond, length};
    use olympus_proto::ErrorCode;

    #[test]
    fn the_newest_stay_and_the_one_just_stored_always() {
        let all: Vec<(u64, String)> = (0..13).map(|at| (at, format!("l/{at:02}"))).collect();
        assert_eq!(beyond(all.clone(), "l/12"), ["l/02", "l/01", "l/00"]);
        assert_eq!(
            beyond(all.clone(), "l/00"),
            ["l/03", "l/02", "l/01"],
            "a clock that went back does not lose the new one"
        );
        assert!(beyond(all[..KEPT].to_vec(), "l/00").is_empty());
        let tied: Vec<(u64, String)> = (0..11).map(|n| (5, format!("l/{n:02}"))).collect();
        assert_eq!(beyond(tied, "l/00"), ["l/01"]);
    }

    #[test]
    fn a_length_is_known_and_in_bounds() {
        let code = |declared| length(declared).map_err(|error| error.code);
        assert_eq!(code(Some("1")), Ok(1));
        let most = MAX_BYTES.to_string();
        assert_eq!(code(Some(&most)), Ok(MAX_BYTES));
        for bad in [None, Some(""), Some("0"), Some("-1"), Some("x")] {
            assert_eq!(code(bad), Err(ErrorCode::InvalidRequest), "{bad:?}");
        }
        let more = (MAX_BYTES + 1).to_string();
        assert_eq!(code(Some(&more)), Err(ErrorCode::PayloadTooLarge));
    }
}
