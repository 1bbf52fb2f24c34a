//! Handlers of the menu: replace, read, roll back, sell out.

use super::body::{json, media_type, read};
use super::endpoint::Endpoint;
use super::error::HttpError;
use super::state::{AppState, Context};
use crate::routing::Shell;
use crate::service::Watch;
use crate::wire::AvailabilityRequest;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use olympus_core::menu::import::Format;
use olympus_proto::ErrorCode;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Poller, Poll};

type App = State<Arc<AppState>>;
/// What to do where the menu is not this device's own.
pub(crate) const MENU_FROM_CLOUD: &str = "this device takes its menu from the cloud: change it on the \
     device that publishes it, or set `menu-source` to device here and restart";

type Answer = Result<Response, HttpError>;

/// Parameters of `PUT /v1/menu`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutQuery {
    #[serde(default)]
    allergens_complete: bool,
}

pub(crate) async fn put(
    State(state): App,
    Extension(ctx): Context,
    query: Result<Query<PutQuery>, QueryRejection>,
    request: Request,
) -> Answer {
    let Query(said) = query.map_err(|error| HttpError::invalid(error.body_text()))?;
    let format = format_of(&media_type(&request));
    is_own(&state)?;
    let max = Endpoint::PutMenu.class().max_body_bytes();
    let bytes = read(request, max, state.limits.menu_body_timeout).await?;
    let format = format?;
    let change = state
        .change(&ctx, move |service, go_on| {
            let watch = Watch {
                progress: &|done, all| tracing::debug!(done, all, "embedding the menu"),
                go_on: &|| go_on.check(),
            };
            service.import_said(&bytes, format, said.allergens_complete, &watch)
        })
        .await?;
    state.tell(Shell::menu_changed);
    json(&change)
}

/// A menu that comes from the cloud would be back within a minute.
fn is_own(state: &AppState) -> Result<(), HttpError> {
    match state.follows_menu {
        true => Err(HttpError::new(ErrorCode::Conflict, MENU_FROM_CLOUD)),
        false => Ok(()),
    }
}

fn format_of(media: &str) -> Result<Format, HttpError> {
    match media {
        "application/json" => Ok(Format::Json),
        "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines" => {
            Ok(Format::Jsonl)
        }
        "text/csv" => Ok(Format::Csv),
        _ => Err(HttpError::new(
            ErrorCode::UnsupportedMediaType,
            "send content-type: application/json, application/x-ndjson or text/csv",
        )),
    }
}

pub(crate) async fn get(State(state): App, headers: HeaderMap) -> Answer {
    let menu = state.service()?.menu();
    let overrides = serde_json::to_string(&menu.sold_out_overrides)
        .map_err(|error| HttpError::new(ErrorCode::Internal, error.to_string()))?;
    let head = format!(
        "{{\"version\":{},\"sold_out_overrides\":{overrides},\"items\":",
        menu.version
    );
    let tag = super::pages::etag(format!("{head}{}", menu.sha256).as_bytes());
    if super::pages::matches(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let body = Chunks(VecDeque::from([
        Bytes::from(head),
        // Not copied: many may read a large menu at once.
        menu.items_json,
        Bytes::from_static(b"}"),
    ]));
    let mut response = Response::new(Body::new(body.boxed()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response.headers_mut().insert(header::ETAG, tag);
    let check = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, check);
    Ok(response)
}

pub(crate) async fn rollback(State(state): App, Extension(ctx): Context) -> Answer {
    is_own(&state)?;
    let change = state
        .change(&ctx, |service, go_on| {
            service.rollback_menu(&Watch {
                progress: &|_, _| {},
                go_on: &|| go_on.check(),
            })
        })
        .await?;
    state.tell(Shell::menu_changed);
    json(&change)
}

pub(crate) async fn availability(
    State(state): App,
    Extension(ctx): Context,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Answer {
    let Path(id) = id.map_err(|error| HttpError::invalid(error.body_text()))?;
    let body: AvailabilityRequest = state.body(Endpoint::Availability, request).await?;
    let answer = state
        .change(&ctx, move |service, go_on| {
            go_on.check()?;
            service.set_sold_out(&id, body.sold_out)
        })
        .await?;
    state.tell(|shell| shell.said_of(&answer.id));
    json(&answer)
}

/// A body of a few buffers that are sent one after the other.
struct Chunks(VecDeque<Bytes>);

impl hyper::body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Poller<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(
            self.0
                .pop_front()
                .map(|bytes| Ok(hyper::body::Frame::data(bytes))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        let len: usize = self.0.iter().map(Bytes::len).sum();
        hyper::body::SizeHint::with_exact(u64::try_from(len).unwrap_or(u64::MAX))
    }
}
