//! The restaurant's menu at the edge: published by its device, searched by its customers.
//!
//! Invariant: what answers is a menu that a device published, whole and unchanged; a menu on its
//! way changes nothing before it can be searched. What is sold out is the `Live` object's to say.

mod document;
pub(crate) mod listing;
pub(crate) mod live;
mod local_time;
mod pointer;
mod publisher;
pub(crate) mod search;
mod state;
mod store;

pub use publisher::Publisher;

use crate::ai::embed::Embedder;
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, header, reply};
use crate::live::call::call;
use olympus_proto::edge::{PublishRequest, SoldOut};
use olympus_proto::{ItemId, LocationId};
use publisher::{Awaited, Expecting, Offered, Report};
use state::Offer;
use std::time::Duration;
use worker::{Delay, Env, Headers, Request, Response, Stub};

/// The publisher of a location.
fn stub(env: &Env, location: &LocationId) -> Result<Stub, EdgeError> {
    Ok(env
        .durable_object("PUBLISHER")?
        .get_by_name(location.as_str())?)
}

pub(crate) fn none_published() -> EdgeError {
    EdgeError::not_found(
        "no menu is in use at this location; its device publishes one by PUT …/menu",
    )
}

/// How often it is asked whether an old document of the same menu was deleted by now.
const DELETED_EVERY: Duration = Duration::from_millis(100);
const DELETED_TRIES: usize = 100;

/// `PUT …/menu`: the device's menu is to be used.
pub(crate) async fn put(ctx: &Ctx, mut request: Request) -> Answer {
    let max = ctx.endpoint.route().class.max_body_bytes();
    let length = header(&request, "content-length").and_then(|length| length.parse().ok());
    let sent: PublishRequest = body::json(&mut request, max).await?;
    document::check(&sent)?;
    let offered = Offered {
        location: ctx.location.clone(),
        anew: sent.anew,
        offer: Offer {
            digest: sent.digest.clone(),
            version: sent.version,
            timezone: sent.timezone.clone(),
            items: sent.items.len(),
            passages: document::passages(&sent.items).count(),
        },
    };
    let bytes = document::kept(sent, length.unwrap_or(0))?;
    let stub = stub(&ctx.env, &ctx.location)?;
    expected(&stub, &offered).await?;
    let digest = &offered.offer.digest;
    store::write(&ctx.env, ctx.location.as_str(), digest, bytes).await?;
    let report: Report = call(&stub, "/offer", &offered, None).await?;
    live::forget(&ctx.location);
    reply::json_with_status(if report.is_live { 200 } else { 202 }, &report.status)
}

/// Tells the publisher that the document is about to be written, so that it is not cleared up
/// before it is offered; waits where an old one of that menu is being cleared up.
async fn expected(stub: &Stub, offered: &Offered) -> Result<(), EdgeError> {
    let expecting = Expecting {
        location: offered.location.clone(),
        digest: offered.offer.digest.clone(),
    };
    for _ in 0..DELETED_TRIES {
        let awaited: Awaited = call(stub, "/expect", &expecting, None).await?;
        if awaited.may_write {
            return Ok(());
        }
        Delay::from(DELETED_EVERY).await;
    }
    Err(EdgeError::upstream(
        "the store of menus",
        "an old document is still being deleted",
    ))
}

/// `GET …/menu`: the menu in use.
pub(crate) async fn get(ctx: &Ctx, request: Request) -> Answer {
    let prefix = Embedder::of(&ctx.env).prefix();
    let copy = live::pointer(&ctx.env, &ctx.location, &prefix).await?;
    let copy = copy.ok_or_else(none_published)?;
    let known = header(&request, "if-none-match");
    if let Some(answer) = shown(ctx, &copy.live.digest, known.as_deref()).await? {
        return Ok(answer);
    }
    // The copy is of a menu that was cleared up since.
    let told = live::pointer_anew(&ctx.env, &ctx.location).await?;
    let told = told.ok_or_else(none_published)?;
    let answer = shown(ctx, &told.live.digest, known.as_deref()).await?;
    answer.ok_or_else(|| EdgeError::internal("the menu's document is gone"))
}

/// The menu of that digest, where it is still there.
async fn shown(
    ctx: &Ctx,
    digest: &str,
    known: Option<&str>,
) -> Result<Option<Response>, EdgeError> {
    let headers = Headers::new();
    headers.set("etag", &format!("\"{digest}\""))?;
    headers.set("cache-control", "private, no-cache")?;
    if known.is_some_and(|known| names(known, digest)) {
        let answer = Response::empty()?.with_status(304).with_headers(headers);
        return Ok(Some(answer));
    }
    let bytes = store::bytes(&ctx.env, ctx.location.as_str(), digest).await?;
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    headers.set("content-type", "application/json")?;
    Ok(Some(Response::from_bytes(bytes)?.with_headers(headers)))
}

/// Whether an `if-none-match` names the digest.
fn names(header: &str, digest: &str) -> bool {
    header.split(',').map(str::trim).any(|tag| {
        let bare = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || bare.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(digest)
    })
}

/// `GET …/menu/status`: which menu is in use, and which is on its way.
pub(crate) async fn status(ctx: &Ctx, _request: Request) -> Answer {
    let report = live::report(&ctx.env, &ctx.location).await?;
    reply::json(&report.status)
}

/// `PATCH …/menu/items/{id}/availability`: a dish is sold out, or there again.
pub(crate) async fn availability(ctx: &Ctx, mut request: Request) -> Answer {
    let max = ctx.endpoint.route().class.max_body_bytes();
    let sent: SoldOut = body::json(&mut request, max).await?;
    let item = ItemId::from(ctx.param(0));
    let prefix = Embedder::of(&ctx.env).prefix();
    let menu = live::menu(&ctx.env, &ctx.location, &prefix).await?;
    let menu = menu.ok_or_else(none_published)?;
    if menu.index.get(item.as_str()).is_none() {
        return Err(EdgeError::not_found(format!(
            "the menu has no item `{item}`"
        )));
    }
    crate::live::set_sold_out(&ctx.env, &ctx.location, &item, sent.sold_out).await?;
    live::forget(&ctx.location);
    reply::no_content()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn an_etag_is_found_in_a_list() {
        for header in [
            "\"d\"",
            "W/\"d\"",
            "\"x\", \"d\"",
            "*",
            " W/\"a\" , W/\"d\"",
        ] {
            assert!(names(header, "d"), "{header}");
        }
        for header in ["", "d", "\"dd\"", "\"d", "w/\"d\"", "\"x\",\"y\""] {
            assert!(!names(header, "d"), "{header}");
        }
    }
}
