//! Handler of pictures.

use super::body::{media_type, read, timed};
use super::endpoint::Endpoint;
use super::error::HttpError;
use super::state::{AppState, Context};
use crate::cloud::PictureFormat;
use crate::service::ServiceError;
use axum::extract::{Extension, Request, State};
use axum::response::Response;
use olympus_proto::ErrorCode;
use std::sync::Arc;

pub(crate) async fn image(
    State(state): State<Arc<AppState>>,
    Extension(ctx): Context,
    request: Request,
) -> Result<Response, HttpError> {
    let format = format_of(&media_type(&request));
    let max = Endpoint::Image.class().max_body_bytes();
    let bytes = read(request, max, state.limits.body_timeout).await?;
    let format = format?;
    if !is_written_as(format, &bytes) {
        return Err(HttpError::invalid(format!(
            "the body is no {}",
            format.media_type()
        )));
    }
    let answer = state
        .route(
            &ctx,
            bytes,
            async |shell, asking, bytes| shell.image(asking, format, bytes).await,
            |_, _, _| Err(ServiceError::NeedsCloud),
        )
        .await?;
    timed(&answer, answer.meta.stages_us)
}

fn format_of(media: &str) -> Result<PictureFormat, HttpError> {
    [PictureFormat::Png, PictureFormat::Jpeg, PictureFormat::Webp]
        .into_iter()
        .find(|format| format.media_type() == media)
        .ok_or_else(|| {
            HttpError::new(
                ErrorCode::UnsupportedMediaType,
                "send content-type: image/png, image/jpeg or image/webp",
            )
        })
}

/// Whether the file begins as its kind does: what is no picture should cost no call.
fn is_written_as(format: PictureFormat, bytes: &[u8]) -> bool {
    match format {
        PictureFormat::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        PictureFormat::Jpeg => bytes.starts_with(b"\xff\xd8\xff"),
        PictureFormat::Webp => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
    }
}

#[cfg(test)]
mod tests {
    use super::{PictureFormat, format_of, is_written_as};

    #[test]
    fn a_picture_begins_as_its_kind_does() {
        let webp = b"RIFF\x10\0\0\0WEBPVP8 ";
        assert!(is_written_as(PictureFormat::Webp, webp));
        assert!(!is_written_as(PictureFormat::Png, webp));
        assert!(is_written_as(PictureFormat::Jpeg, b"\xff\xd8\xff\xe0rest"));
        assert!(!is_written_as(PictureFormat::Webp, b"RIFF"));
        assert!(!is_written_as(PictureFormat::Png, b""));
        assert_eq!(format_of("image/jpeg").ok(), Some(PictureFormat::Jpeg));
        assert!(format_of("image/gif").is_err());
    }
}
