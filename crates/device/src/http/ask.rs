//! Handlers of the questions: intent, understand, search, suggest, embeddings.

use super::body::{read_json, timed};
use super::endpoint::Endpoint;
use super::error::HttpError;
use super::state::{AppState, Context};
use crate::service::Service;
use crate::wire::{
    EmbeddingData, EmbeddingValue, EmbeddingsInput, EmbeddingsRequest, EmbeddingsResponse,
    EncodingFormat, IntentBatchRequest, SearchBatchRequest, UnderstandRequest, Usage,
};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, Request, State};
use axum::response::Response;
use base64::Engine;
use olympus_inference::Analysis;
use olympus_proto::{IntentRequest, OrderParseRequest, SearchRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

type App = State<Arc<AppState>>;
type Answer = Result<Response, HttpError>;

impl AppState {
    /// The JSON body of a request, within the limits of its route.
    pub(crate) async fn body<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        request: Request,
    ) -> Result<T, HttpError> {
        let max = endpoint.class().max_body_bytes();
        read_json(request, max, self.limits.body_timeout).await
    }
}

pub(crate) async fn intent(State(state): App, Extension(ctx): Context, request: Request) -> Answer {
    let body: IntentRequest = state.body(Endpoint::Intent, request).await?;
    let answer = state
        .route(
            &ctx,
            body,
            async |shell, asking, body| shell.intent(asking, body).await,
            |service, call, body| service.intent_for(call, &body.text, body.context.as_ref()),
        )
        .await?;
    timed(&answer, answer.meta.stages_us)
}

pub(crate) async fn intent_batch(
    State(state): App,
    Extension(ctx): Context,
    request: Request,
) -> Answer {
    let body: IntentBatchRequest = state.body(Endpoint::IntentBatch, request).await?;
    let answer = state
        .ask(&ctx, move |service, call| service.intents_for(call, &body))
        .await?;
    timed(&answer, answer.meta.stages_us)
}

pub(crate) async fn understand(
    State(state): App,
    Extension(ctx): Context,
    request: Request,
) -> Answer {
    let body: UnderstandRequest = state.body(Endpoint::Understand, request).await?;
    let answer = state
        .route(
            &ctx,
            body,
            async |shell, asking, body| shell.understand(asking, body).await,
            Service::understand_for,
        )
        .await?;
    timed(&answer, answer.meta.stages_us)
}

pub(crate) async fn parse_order(
    State(state): App,
    Extension(ctx): Context,
    request: Request,
) -> Answer {
    let body: OrderParseRequest = state.body(Endpoint::ParseOrder, request).await?;
    let answer = state
        .ask(&ctx, move |service, call| {
            service.parse_order_for(call, &body)
        })
        .await?;
    timed(&answer, answer.meta.stages_us)
}

pub(crate) async fn search(State(state): App, Extension(ctx): Context, request: Request) -> Answer {
    let body: SearchRequest = state.body(Endpoint::Search, request).await?;
    let answer = state
        .route(
            &ctx,
            body,
            async |shell, asking, body| shell.search(asking, body).await,
            Service::search_for,
        )
        .await?;
    timed(&answer, answer.meta.stages_us)
}

pub(crate) async fn search_batch(
    State(state): App,
    Extension(ctx): Context,
    request: Request,
) -> Answer {
    let body: SearchBatchRequest = state.body(Endpoint::SearchBatch, request).await?;
    let answer = state
        .ask(&ctx, move |service, call| service.searches_for(call, &body))
        .await?;
    timed(&answer, answer.meta.stages_us)
}

/// Parameters of `GET /v1/menu/suggest`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuggestQuery {
    #[serde(default)]
    q: String,
    #[serde(default = "eight")]
    limit: usize,
}

fn eight() -> usize {
    8
}

pub(crate) async fn suggest(
    State(state): App,
    Extension(ctx): Context,
    query: Result<Query<SuggestQuery>, QueryRejection>,
) -> Answer {
    let Query(query) = query.map_err(|error| HttpError::invalid(error.body_text()))?;
    let answer = state
        .ask(&ctx, move |service, call| {
            service.suggest_for(call, &query.q, query.limit)
        })
        .await?;
    timed(&answer, answer.meta.stages_us)
}

pub(crate) async fn embeddings(
    State(state): App,
    Extension(ctx): Context,
    request: Request,
) -> Answer {
    let body: EmbeddingsRequest = state.body(Endpoint::Embeddings, request).await?;
    let service = state.service()?;
    let model = service.model();
    if let Some(asked) = &body.model
        && *asked != model.id
    {
        return Err(HttpError::invalid(format!(
            "model `{asked}` is not the one on this device; send `{}` or leave it out",
            model.id
        )));
    }
    if body.dimensions.is_some_and(|dim| dim != model.dim) {
        return Err(HttpError::invalid(format!(
            "dimensions must be {} or left out",
            model.dim
        )));
    }
    let texts = match body.input {
        EmbeddingsInput::One(text) => vec![text],
        EmbeddingsInput::Many(texts) => texts,
    };
    let (analyses, stages) = state
        .ask(&ctx, move |service, call| {
            service.embeddings_for(call, &texts)
        })
        .await?;
    let tokens = analyses.iter().map(|analysis| analysis.tokens).sum();
    let data = analyses.iter().enumerate();
    let answer = EmbeddingsResponse {
        object: "list".to_owned(),
        data: data
            .map(|(index, analysis)| EmbeddingData {
                object: "embedding".to_owned(),
                index,
                embedding: written(analysis, body.encoding_format),
            })
            .collect(),
        model: model.id.clone(),
        usage: Usage {
            prompt_tokens: tokens,
            total_tokens: tokens,
        },
    };
    timed(&answer, stages)
}

fn written(analysis: &Analysis, format: EncodingFormat) -> EmbeddingValue {
    match format {
        EncodingFormat::Float => EmbeddingValue::Float(analysis.embedding.clone()),
        EncodingFormat::Base64 => {
            let numbers = analysis.embedding.iter();
            let bytes: Vec<u8> = numbers.flat_map(|number| number.to_le_bytes()).collect();
            EmbeddingValue::Base64(base64::engine::general_purpose::STANDARD.encode(bytes))
        }
    }
}
