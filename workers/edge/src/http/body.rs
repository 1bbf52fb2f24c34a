//! Bodies: read within a size, and parsed with errors that say where.
//!
//! Invariant: never more than the limit is held, whatever `content-length` says.

use super::error::EdgeError;
use futures_util::StreamExt as _;
use olympus_proto::ErrorCode;
use serde::de::DeserializeOwned;
use worker::Request;

fn too_large(max_bytes: usize) -> EdgeError {
    EdgeError::new(
        ErrorCode::PayloadTooLarge,
        format!("the body is larger than {max_bytes} bytes"),
    )
}

/// Refuses what says itself that it is too large, or that cannot say how large it is.
pub(crate) fn check_length(declared: Option<&str>, max_bytes: usize) -> Result<(), EdgeError> {
    let Some(declared) = declared else {
        return Ok(());
    };
    match declared.parse::<usize>() {
        Ok(length) if length <= max_bytes => Ok(()),
        Ok(_) => Err(too_large(max_bytes)),
        Err(_) => Err(EdgeError::invalid("content-length is no number")),
    }
}

/// The whole body.
pub(crate) async fn bytes(request: &mut Request, max_bytes: usize) -> Result<Vec<u8>, EdgeError> {
    let declared = request.headers().get("content-length")?;
    check_length(declared.as_deref(), max_bytes)?;
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let mut stream = request.stream()?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| EdgeError::invalid("the body broke off; send the request again"))?;
        if body.len() + chunk.len() > max_bytes {
            return Err(too_large(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The body as JSON.
pub(crate) async fn json<T: DeserializeOwned>(
    request: &mut Request,
    max_bytes: usize,
) -> Result<T, EdgeError> {
    let content_type = request.headers().get("content-type")?;
    check_json(content_type.as_deref())?;
    let body = bytes(request, max_bytes).await?;
    serde_json::from_slice(&body).map_err(|error| {
        EdgeError::invalid(format!(
            "the body is not the JSON that this route reads: {error}"
        ))
    })
}

fn check_json(content_type: Option<&str>) -> Result<(), EdgeError> {
    let kind = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(EdgeError::new(
        ErrorCode::UnsupportedMediaType,
        "send JSON with `content-type: application/json`",
    ))
}

#[cfg(test)]
mod tests {
    use super::{check_json, check_length};
    use olympus_proto::ErrorCode;

    #[test]
    fn lengths_are_checked_before_a_byte_is_read() {
        assert_eq!(check_length(None, 10), Ok(()));
        assert_eq!(check_length(Some("10"), 10), Ok(()));
        for (sent, code) in [
            ("11", ErrorCode::PayloadTooLarge),
            ("-1", ErrorCode::InvalidRequest),
            ("1e3", ErrorCode::InvalidRequest),
            ("", ErrorCode::InvalidRequest),
        ] {
            let refused = check_length(Some(sent), 10).map_err(|error| error.code);
            assert_eq!(refused, Err(code), "{sent}");
        }
    }

    #[test]
    fn json_says_that_it_is_json() {
        assert_eq!(check_json(Some("Application/JSON; charset=utf-8")), Ok(()));
        for other in [None, Some("text/plain"), Some("application/jsonx")] {
            let refused = check_json(other).map_err(|error| error.code);
            assert_eq!(refused, Err(ErrorCode::UnsupportedMediaType));
        }
    }
}
