//! Handler of pictures.

use super::body::{media_type, read, timed};
use super::endpoint::Endpoint;
use super::error::HttpError;
use super::state::{AppState, Context};
use crate::cloud::ImageFormat;
use crate::service::ServiceError;
use axum::extract::{Extension, Request, State};
use axum::response::Response;
use olympus_core::image::sniff;
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
    // What is no picture should cost no call.
    if sniff(&bytes) != Some(format) {
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

fn format_of(media: &str) -> Result<ImageFormat, HttpError> {
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp]
        .into_iter()
        .find(|format| format.media_type() == media)
        .ok_or_else(|| {
            HttpError::new(
                ErrorCode::UnsupportedMediaType,
                "send content-type: image/png, image/jpeg or image/webp",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::{ImageFormat, format_of};

    #[test]
    fn three_kinds_are_read() {
        assert_eq!(format_of("image/jpeg").ok(), Some(ImageFormat::Jpeg));
        assert!(format_of("image/gif").is_err());
    }
}
