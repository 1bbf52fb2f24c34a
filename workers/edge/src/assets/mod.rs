//! Files of R2 that are open to all: the pages' assets and the menus' images.
//!
//! Invariant: a menu image is delivered as the picture that it was found to be when it came in,
//! and in a sandbox; never as text, script or SVG.

mod condition;
mod kind;

use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, header, reply};
use condition::Part;
use olympus_core::image::{ImageFormat, sniff};
use olympus_proto::ErrorCode;
use serde::Serialize;
use worker::{Bucket, Conditional, Headers, HttpMetadata, Object, Range, Request, Response};

const ASSETS: &str = "ASSETS";
const IMAGES: &str = "IMAGES";
const MAX_KEY_BYTES: usize = 100;
const PAGE_POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";
const IMAGE_POLICY: &str = "sandbox; default-src 'none'";
const IMAGE_CACHE: &str = "public, max-age=300";

/// How a file is delivered.
struct Delivery {
    content_type: String,
    cache_control: &'static str,
    policy: &'static str,
}

/// `GET /static/*`.
pub(crate) async fn file(ctx: &Ctx, request: Request) -> Answer {
    let name = ctx.param(0);
    let bucket = ctx.env.bucket(ASSETS)?;
    let delivery = |_: &Object| Delivery {
        content_type: kind::content_type(name).to_owned(),
        cache_control: kind::cache_control(name),
        policy: PAGE_POLICY,
    };
    deliver(&bucket, name, &request, delivery).await
}

/// `GET /images/{loc}/{key}`.
pub(crate) async fn image(ctx: &Ctx, request: Request) -> Answer {
    let bucket = ctx.env.bucket(IMAGES)?;
    let key = format!("{}/{}", ctx.location, checked_key(ctx.param(0))?);
    let delivery = |object: &Object| Delivery {
        content_type: picture_type(object.http_metadata().content_type.as_deref()),
        cache_control: IMAGE_CACHE,
        policy: IMAGE_POLICY,
    };
    deliver(&bucket, &key, &request, delivery).await
}

async fn deliver(
    bucket: &Bucket,
    key: &str,
    request: &Request,
    delivery: impl FnOnce(&Object) -> Delivery,
) -> Answer {
    let absent = || EdgeError::not_found("there is no such file");
    let object = bucket.head(key).await?.ok_or_else(absent)?;
    let delivery = delivery(&object);
    let (etag, size) = (object.http_etag(), object.size());
    let headers = Headers::new();
    headers.set("etag", &etag)?;
    headers.set("accept-ranges", "bytes")?;
    headers.set("cache-control", delivery.cache_control)?;
    headers.set("content-security-policy", delivery.policy)?;
    headers.set("cross-origin-resource-policy", "cross-origin")?;
    if header(request, "if-none-match").is_some_and(|tags| condition::has_it(&tags, &etag)) {
        return Ok(Response::empty()?.with_status(304).with_headers(headers));
    }
    headers.set("content-type", &delivery.content_type)?;
    let range = header(request, "range");
    let if_range = header(request, "if-range");
    let part = condition::part(range.as_deref(), if_range.as_deref(), &etag, size);
    let (status, read, length) = match part {
        Part::Outside => {
            return Err(EdgeError::new(
                ErrorCode::RangeNotSatisfiable,
                format!("the file has {size} bytes"),
            )
            .with_header("content-range", format!("bytes */{size}")));
        }
        Part::Whole => (200, None, size),
        Part::Bytes(offset, last) => {
            headers.set("content-range", &format!("bytes {offset}-{last}/{size}"))?;
            let length = last - offset + 1;
            (
                206,
                Some(Range::OffsetWithLength { offset, length }),
                length,
            )
        }
    };
    headers.set("content-length", &length.to_string())?;
    if request.inner().method() == "HEAD" {
        return Ok(Response::empty()?.with_status(status).with_headers(headers));
    }
    // Should it be replaced meanwhile, head and body would be of two versions.
    let mut get = bucket.get(key).only_if(Conditional {
        etag_matches: Some(object.etag()),
        ..Conditional::default()
    });
    if let Some(range) = read {
        get = get.range(range);
    }
    let object = get.execute().await?.ok_or_else(absent)?;
    let content = object.body().ok_or_else(|| {
        EdgeError::new(
            ErrorCode::Conflict,
            "the file was replaced just now; ask again",
        )
    })?;
    let content = content.response_body()?;
    Ok(Response::from_body(content)?
        .with_status(status)
        .with_headers(headers))
}

/// Answer of `PUT …/images/{key}`.
#[derive(Debug, Serialize)]
struct Stored {
    path: String,
    content_type: &'static str,
    bytes: usize,
    etag: String,
}

/// `PUT …/images/{key}`.
pub(crate) async fn put_image(ctx: &Ctx, mut request: Request) -> Answer {
    let key = checked_key(ctx.param(0))?.to_owned();
    let picture = body::bytes(&mut request, ctx.endpoint.route().class.max_body_bytes()).await?;
    let content_type = sniff(&picture)
        .map(ImageFormat::media_type)
        .ok_or_else(|| {
            EdgeError::new(
                ErrorCode::UnsupportedMediaType,
                "send a picture in PNG, JPEG or WebP",
            )
        })?;
    let bytes = picture.len();
    let metadata = HttpMetadata {
        content_type: Some(content_type.to_owned()),
        ..HttpMetadata::default()
    };
    let stored = ctx
        .env
        .bucket(IMAGES)?
        .put(format!("{}/{key}", ctx.location), picture)
        .http_metadata(metadata)
        .execute()
        .await?
        .ok_or_else(|| EdgeError::internal("R2 refused an unconditional write"))?;
    reply::json(&Stored {
        path: format!("/images/{}/{key}", ctx.location),
        content_type,
        bytes,
        etag: stored.http_etag(),
    })
}

/// The type that was found when it came in; whatever else stands there is delivered as bytes.
fn picture_type(stored: Option<&str>) -> String {
    match stored {
        Some(known @ ("image/png" | "image/jpeg" | "image/webp")) => known.to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}

fn checked_key(key: &str) -> Result<&str, EdgeError> {
    let plain =
        |byte: u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if key.len() <= MAX_KEY_BYTES && key.bytes().all(plain) && !key.starts_with('.') {
        return Ok(key);
    }
    Err(EdgeError::invalid(
        "an image's key is 1 to 100 of letters, digits, `-`, `_` and `.`",
    ))
}

#[cfg(test)]
mod tests {
    use super::{checked_key, picture_type};

    #[test]
    fn nothing_but_pictures_is_delivered_as_one() {
        assert_eq!(picture_type(Some("image/webp")), "image/webp");
        for other in [
            None,
            Some("text/html"),
            Some("image/svg+xml"),
            Some("IMAGE/PNG"),
        ] {
            assert_eq!(picture_type(other), "application/octet-stream");
        }
    }

    #[test]
    fn keys_are_plain() {
        assert!(checked_key("burger_01.large-2x").is_ok());
        for bad in [".hidden", "a/b", "a b", "é", &"a".repeat(101)] {
            assert!(checked_key(bad).is_err(), "{bad}");
        }
    }
}
