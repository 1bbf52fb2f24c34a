//! `POST …/embeddings`: unit vectors of up to 100 texts, with the space that they live in.

use super::embed::Embedder;
use super::{deadline_of, within};
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::time::now_ms;
use crate::http::{body, reply};
use olympus_menu::checked_text;
use olympus_proto::edge::{EmbedRequest, EmbedResponse};
use olympus_proto::workers_ai::MAX_EMBED_TEXTS;
use std::time::Duration;
use worker::Request;

/// Time for the answer where the request does not say.
const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) async fn embed(ctx: &Ctx, mut request: Request) -> Answer {
    let deadline = deadline_of(&request)?.unwrap_or(DEADLINE);
    let max = ctx.endpoint.route().class.max_body_bytes();
    let sent: EmbedRequest = body::json(&mut request, max).await?;
    check(&sent.texts)?;
    let embedder = Embedder::of(&ctx.env);
    let spent = Duration::from_millis(now_ms().saturating_sub(ctx.started_ms));
    let data = within(
        deadline.saturating_sub(spent),
        embedder.embed(&ctx.env, &sent.texts),
    )
    .await?;
    let dim = data.first().map_or(0, Vec::len);
    reply::json(&EmbedResponse {
        space: embedder.space(dim),
        data,
    })
}

/// The texts go to the model as they are: folding them would make another vector.
fn check(texts: &[String]) -> Result<(), EdgeError> {
    if !(1..=MAX_EMBED_TEXTS).contains(&texts.len()) {
        return Err(EdgeError::invalid(format!(
            "`texts` has {} entries; send 1 to {MAX_EMBED_TEXTS}",
            texts.len()
        )));
    }
    for (at, text) in texts.iter().enumerate() {
        checked_text(text).map_err(|error| {
            let error = EdgeError::from(error);
            EdgeError {
                message: format!("texts[{at}]: {}", error.message),
                ..error
            }
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;
    use olympus_proto::ErrorCode;

    #[test]
    fn the_bad_text_is_named() {
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(check(&texts(&["a", "b"])), Ok(()));
        let error = check(&texts(&["a", " "])).expect_err("is refused");
        assert_eq!(error.code, ErrorCode::EmptyText);
        assert!(error.message.starts_with("texts[1]"), "{}", error.message);
        for bad in [texts(&[]), vec!["a".to_owned(); 101]] {
            let error = check(&bad).expect_err("is refused");
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
    }
}
