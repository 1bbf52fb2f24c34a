//! Stock of counted dishes.

use super::super::body::json;
use super::super::endpoint::Endpoint;
use super::super::state::Context;
use super::write::write;
use super::{Answer, App, Named, id};
use axum::extract::{Extension, Request, State};
use olympus_store::{Command, Reader};
use serde::Deserialize;

pub(crate) async fn inventory(State(state): App) -> Answer {
    json(&state.till.read(Reader::inventory).await?)
}

pub(crate) async fn count(
    State(state): App,
    Extension(ctx): Context,
    item: Named<String>,
    request: Request,
) -> Answer {
    let item = id(item)?;
    write(&state, &ctx, Endpoint::CountStock, request, |count| {
        Command::CountStock(item, count)
    })
    .await
}

/// No body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

pub(crate) async fn stop_counting(
    State(state): App,
    Extension(ctx): Context,
    item: Named<String>,
    request: Request,
) -> Answer {
    let item = id(item)?;
    write(&state, &ctx, Endpoint::StopCounting, request, |Empty {}| {
        Command::StopCounting(item)
    })
    .await
}

pub(crate) async fn adjust(
    State(state): App,
    Extension(ctx): Context,
    item: Named<String>,
    request: Request,
) -> Answer {
    let item = id(item)?;
    write(&state, &ctx, Endpoint::AdjustStock, request, |adjust| {
        Command::AdjustStock(item, adjust)
    })
    .await
}
