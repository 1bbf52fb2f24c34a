//! Receipts: what a guest was given, as it was given.
//!
//! Invariant: a receipt never changes once it is stored; sending the same one again is no error,
//! so that a till may repeat itself after a lost answer.

use super::{digest, names};
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::ids::hex;
use crate::http::{body, header, reply};
use olympus_proto::ErrorCode;
use serde::Serialize;
use sha2::{Digest, Sha256};
use worker::{Bucket, Conditional, Headers, HttpMetadata, Request, Response};

/// Binding of the bucket.
const BINDING: &str = "RECEIPTS";
/// Largest receipt.
const MAX_BYTES: usize = 1024 * 1024;
/// The one type.
const CONTENT_TYPE: &str = "application/pdf";
/// How every PDF begins.
const MAGIC: &[u8] = b"%PDF-";

/// Answer of `PUT …/receipts/{id}`.
#[derive(Debug, Serialize)]
struct Stored<'a> {
    id: &'a str,
    size_bytes: usize,
    sha256: String,
}

fn key(ctx: &Ctx) -> Result<String, EdgeError> {
    let id = ctx.param(0);
    if names::is_receipt(id) {
        return Ok(format!("{}/{id}.pdf", ctx.location));
    }
    Err(EdgeError::invalid(
        "a receipt's id has 1 to 64 of A-Z, a-z, 0-9, - and _",
    ))
}

fn check(content_type: Option<&str>, bytes: &[u8]) -> Result<(), EdgeError> {
    let named = content_type.unwrap_or_default().split(';').next();
    let is_pdf = named.is_some_and(|named| named.trim().eq_ignore_ascii_case(CONTENT_TYPE));
    if !is_pdf || !bytes.starts_with(MAGIC) {
        return Err(EdgeError::new(
            ErrorCode::UnsupportedMediaType,
            "a receipt is a PDF; send it with `content-type: application/pdf`",
        ));
    }
    Ok(())
}

/// `PUT …/receipts/{id}`.
pub(crate) async fn put(ctx: &Ctx, mut request: Request) -> Answer {
    let key = key(ctx)?;
    let expected = digest::named(&request)?;
    let content_type = header(&request, "content-type");
    let bytes = body::bytes(&mut request, MAX_BYTES).await?;
    check(content_type.as_deref(), &bytes)?;
    let digest: [u8; digest::BYTES] = Sha256::digest(&bytes).into();
    if expected.is_some_and(|expected| expected != digest) {
        return Err(digest::mismatch());
    }
    let answer = Stored {
        id: ctx.param(0),
        size_bytes: bytes.len(),
        sha256: hex(&digest),
    };
    let bucket = ctx.env.bucket(BINDING)?;
    let stored = bucket
        .put(&key, bytes.clone())
        .sha256(digest)
        .only_if(Conditional {
            etag_does_not_match: Some("*".into()),
            ..Conditional::default()
        })
        .http_metadata(HttpMetadata {
            content_type: Some(CONTENT_TYPE.into()),
            ..HttpMetadata::default()
        })
        .execute()
        .await
        .map_err(|error| EdgeError::upstream("the store of receipts", error))?;
    if stored.is_some() {
        return reply::json_with_status(201, &answer);
    }
    if is_stored(&bucket, &key, &bytes).await? {
        return reply::json(&answer);
    }
    Err(EdgeError::new(
        ErrorCode::Conflict,
        "there is another receipt of this id, and receipts never change; use a new id",
    ))
}

/// Whether these bytes lie there.
async fn is_stored(bucket: &Bucket, key: &str, bytes: &[u8]) -> Result<bool, EdgeError> {
    let Some(object) = bucket.get(key).execute().await? else {
        return Ok(false);
    };
    let Some(body) = object.body() else {
        return Ok(false);
    };
    Ok(body.bytes().await? == bytes)
}

/// `GET …/receipts/{id}`.
pub(crate) async fn get(ctx: &Ctx, _request: Request) -> Answer {
    let found = ctx.env.bucket(BINDING)?.get(key(ctx)?).execute().await?;
    let Some(object) = found else {
        return Err(EdgeError::not_found("there is no such receipt"));
    };
    let headers = Headers::new();
    headers.set("content-type", CONTENT_TYPE)?;
    headers.set("content-length", &object.size().to_string())?;
    headers.set("cache-control", "no-store")?;
    headers.set("etag", &object.http_etag())?;
    let body = object
        .body()
        .ok_or_else(|| EdgeError::internal("a receipt without a body"))?;
    Ok(Response::from_body(body.response_body()?)?.with_headers(headers))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_receipt_says_that_it_is_a_pdf_and_is_one() {
        let pdf = b"%PDF-1.7\n".as_slice();
        assert!(check(Some("application/pdf"), pdf).is_ok());
        assert!(check(Some("Application/PDF; x=y"), pdf).is_ok());
        for (content_type, bytes) in [
            (None, pdf),
            (Some("text/html"), pdf),
            (Some("application/pdfx"), pdf),
            (Some("application/pdf"), b"<html>".as_slice()),
            (Some("application/pdf"), b"%PDF".as_slice()),
            (Some("application/pdf"), b"".as_slice()),
            (Some("application/pdf"), b" %PDF-1.7".as_slice()),
        ] {
            assert!(check(content_type, bytes).is_err(), "{content_type:?}");
        }
    }
}
