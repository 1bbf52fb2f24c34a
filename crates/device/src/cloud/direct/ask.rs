//! Questions: what is asked of the models and of the index, and how the answers are read.

use super::rest::Within;
use super::state::ID_BYTES;
use super::{Direct, Live, POOLING, publish, refused};
use crate::cloud::checks;
use crate::cloud::error::CloudError;
use crate::cloud::{CloudHits, CloudImage, CloudIntent, HitKind, Picture, SearchAsk};
use olympus_core::image;
use olympus_core::intent::remote;
use olympus_proto::edge::EmbedResponse;
use olympus_proto::vectorize::{
    MAX_TOP_K, MetadataValue, QueryOptions, ReturnMetadata, VectorQuery,
};
use olympus_proto::workers_ai::{ChatOutput, EmbedInput, EmbedOutput, MAX_EMBED_TEXTS};
use olympus_proto::{IntentRequest, SpaceId};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Result of a query, as far as it is used.
#[derive(Deserialize)]
struct NearOnes {
    matches: Vec<Near>,
}

/// A vector and its cosine.
#[derive(Deserialize)]
pub(super) struct Near {
    id: String,
    score: f32,
}

impl Direct {
    /// Unit vectors, and the space that they are of.
    pub(super) async fn embedded(
        &self,
        within: Within<'_>,
        texts: Vec<String>,
        hurry: bool,
    ) -> Result<EmbedResponse, CloudError> {
        let model = chosen(self.models.embed.as_deref(), "embed")?;
        let count = texts.len();
        if count > MAX_EMBED_TEXTS {
            let message = format!("{count} texts at once; send at most {MAX_EMBED_TEXTS}");
            return Err(refused(400, "invalid_request", message));
        }
        let input = EmbedInput {
            text: texts,
            pooling: POOLING,
        };
        let output: EmbedOutput = self.rest.run(within, model, &input, hurry).await?;
        if output.pooling.is_some_and(|pooling| pooling != POOLING) {
            return Err(CloudError::unreadable("its vectors are pooled otherwise"));
        }
        let data = checks::unit_vectors(output.data, count)?;
        let dim = data.first().map_or(0, Vec::len);
        if output.shape != [count, dim] {
            return Err(CloudError::unreadable("its vectors are not of its shape"));
        }
        let space = SpaceId(format!("{model}/{}/{dim}", POOLING.as_str()));
        Ok(EmbedResponse { space, data })
    }

    /// Vectors of one writing of a menu, the nearest first.
    pub(super) async fn nearest(
        &self,
        within: Within<'_>,
        vector: Vec<f32>,
        mark: &str,
    ) -> Result<Vec<Near>, CloudError> {
        let is = BTreeMap::from([("$eq".to_owned(), MetadataValue::Text(mark.to_owned()))]);
        let query = VectorQuery {
            vector,
            options: QueryOptions {
                top_k: MAX_TOP_K,
                namespace: Some(self.location.0.clone()),
                filter: BTreeMap::from([(publish::DIGEST.to_owned(), is)]),
                return_values: false,
                return_metadata: ReturnMetadata::None,
            },
        };
        let found: NearOnes = self.rest.index(within, "/query", &query).await?;
        Ok(found.matches)
    }

    /// What on the menu is near a query.
    pub(super) async fn found(
        &self,
        within: Within<'_>,
        ask: &SearchAsk,
    ) -> Result<CloudHits, CloudError> {
        let Live { mark, space, items } = self.live(&ask.digest)?;
        let query = ask.request.query.trim();
        let hits = |hits| CloudHits {
            digest: ask.digest.clone(),
            space: space.clone(),
            model: self.models.embed.clone().unwrap_or_default(),
            kind: HitKind::Nearness,
            hits,
        };
        if query.is_empty() {
            return Ok(hits(Vec::new()));
        }
        let texts = vec![query.to_owned()];
        let made = self.embedded(within, texts, true).await?;
        if space.as_ref() != Some(&made.space) {
            let what = format!("a vector of {} for an index of another space", made.space);
            return Err(CloudError::unreadable(what));
        }
        let vector = made.data.into_iter().next().unwrap_or_default();
        let near = self.nearest(within, vector, &mark).await?;
        if near.is_empty() && !items.is_empty() {
            self.forget(&mark)?;
            return Err(CloudError::WrongMenu { found: None });
        }
        let near = near.into_iter().filter_map(|near| {
            let item = items.get(&id_of(&near.id)?)?;
            Some((item.clone(), near.score))
        });
        Ok(hits(checks::scores(near)?))
    }

    /// What an utterance means.
    pub(super) async fn sorted(
        &self,
        within: Within<'_>,
        request: &IntentRequest,
    ) -> Result<CloudIntent, CloudError> {
        let model = chosen(self.models.intent.as_deref(), "intent")?;
        let context = request.context.as_ref();
        let expected = context.map_or(&[][..], |context| &context.expected);
        let input = remote::chat(request.text.trim(), expected);
        let output: ChatOutput<Value> = self.rest.run(within, model, &input, true).await?;
        let said = remote::read(&output.response)
            .map_err(|error| CloudError::unread("no intent can be read from it", error))?;
        Ok(CloudIntent {
            answer: remote::answer(said, self.min_confidence, expected),
            model: model.to_owned(),
        })
    }

    /// What a picture shows, in words, and which of the dishes that came with it.
    pub(super) async fn shown(
        &self,
        within: Within<'_>,
        picture: &Picture,
    ) -> Result<CloudImage, CloudError> {
        let model = chosen(self.models.image.as_deref(), "image")?;
        let shown = image::data_url(picture.format, &picture.bytes);
        let input = image::chat(&shown, &picture.dishes);
        let output: ChatOutput<Value> = self.rest.run(within, model, &input, true).await?;
        let said = image::read(&output.response, &picture.dishes)
            .map_err(|error| CloudError::unread("no dish can be read from it", error))?;
        let recognised = said.recognised.into_iter();
        Ok(CloudImage {
            seen: said.seen,
            recognised: checks::scores(recognised.map(|it| (it.item, it.confidence)))?,
            model: model.to_owned(),
        })
    }
}

/// The model of a task.
fn chosen<'a>(model: Option<&'a str>, task: &str) -> Result<&'a str, CloudError> {
    model.ok_or_else(|| {
        let message = format!("no model for this: add {task}=MODEL to `cloud-models`");
        refused(400, "no_model", message)
    })
}

/// The bytes of an id that this device wrote.
fn id_of(text: &str) -> Option<[u8; ID_BYTES]> {
    let mut id = [0; ID_BYTES];
    if text.len() != 2 * ID_BYTES || !text.is_ascii() {
        return None;
    }
    for (at, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(id)
}
