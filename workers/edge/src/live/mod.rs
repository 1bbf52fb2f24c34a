//! What the screens of a restaurant hear: live updates, marks of what is sold out, and the
//! tickets by which a browser opens a socket.
//!
//! Invariant: one object per location holds the marks and the order of events; every other copy of
//! a mark may be late, this one is not. Never a decision about the menu or a cart.

pub(crate) mod call;
pub(crate) mod event;
mod object;
pub(crate) mod socket;
mod store;
pub(crate) mod tickets;

pub(crate) use event::Event;
pub use object::Live;
pub(crate) use store::Overrides;

use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::reply;
use call::{Caller, call, upgrade};
use object::{Done, Mark, Marked, Publish, Published};
use olympus_proto::{ItemId, LocationId};
use serde::Serialize;
use std::collections::BTreeMap;
use worker::{Env, Request, Stub};

/// Binding of the objects.
const BINDING: &str = "LIVE";

/// The object of a location.
fn stub(env: &Env, location: &LocationId) -> Result<Stub, EdgeError> {
    Ok(env
        .durable_object(BINDING)?
        .get_by_name(location.as_str())?)
}

/// Tells all screens of a location that listen to the event's topic; the event's number.
pub(crate) async fn broadcast(
    env: &Env,
    location: &LocationId,
    event: Event,
) -> Result<u64, EdgeError> {
    let published: Published =
        call(&stub(env, location)?, "/publish", &Publish { event }, None).await?;
    Ok(published.seq)
}

/// What is marked sold out, or there in spite of the menu, now.
pub(crate) async fn overrides(env: &Env, location: &LocationId) -> Result<Overrides, EdgeError> {
    call(&stub(env, location)?, "/overrides", &Done {}, None).await
}

/// Sets a mark, or takes it back with `None`, and tells the screens; the marks' version.
pub(crate) async fn set_sold_out(
    env: &Env,
    location: &LocationId,
    item: &ItemId,
    sold_out: Option<bool>,
) -> Result<u64, EdgeError> {
    let mark = Mark {
        item: item.clone(),
        sold_out,
    };
    let marked: Marked = call(&stub(env, location)?, "/sold-out", &mark, None).await?;
    Ok(marked.version)
}

/// What `GET …/availability` answers.
#[derive(Debug, Serialize)]
struct Marks {
    /// As of the events of the topic `availability`.
    version: u64,
    /// Whether a dish is sold out, whatever the menu says of it; of others the menu is right.
    sold_out: BTreeMap<ItemId, bool>,
}

/// `GET …/availability`: all marks, for a screen that missed some.
pub(crate) async fn marks(ctx: &Ctx, _request: Request) -> Answer {
    let Overrides { version, items } = overrides(&ctx.env, &ctx.location).await?;
    reply::json(&Marks {
        version,
        sold_out: items,
    })
}

/// `GET …/live`: a socket that hears the location's events.
pub(crate) async fn watch(ctx: &Ctx, request: Request) -> Answer {
    let url = request.url()?;
    let mut query = Vec::new();
    for name in ["topics", "after"] {
        if let Some((_, value)) = url.query_pairs().find(|(key, _)| key == name) {
            query.push((name, value.into_owned()));
        }
    }
    if let Some((_, after)) = query.iter().find(|(name, _)| *name == "after")
        && after.parse::<u64>().is_err()
    {
        return Err(EdgeError::invalid(
            "`after` is the number of the last event that you have",
        ));
    }
    let query: Vec<(&str, &str)> = query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let caller = Caller::new(ctx)?;
    upgrade(
        &stub(&ctx.env, &ctx.location)?,
        "/watch",
        &query,
        &caller,
        &request,
    )
    .await
}
