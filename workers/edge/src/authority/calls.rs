//! What the Worker says to the object.

use crate::http::ctx::Ctx;
use crate::http::error::EdgeError;
use crate::live::call::call;
use olympus_proto::LocationId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use worker::{Env, Stub};

/// Binding of the objects.
const BINDING: &str = "AUTHORITY";

/// A call's body.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked<T> {
    pub(super) location: LocationId,
    /// Whom the Worker verified; empty where the Worker itself asks.
    #[serde(default)]
    pub(super) principal: String,
    pub(super) what: T,
}

/// Nothing more to say.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Nothing {}

/// Answer of `/release`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Released {
    pub(super) released: bool,
}

/// Answer of `/tell-again`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Again {
    /// Changes up to this version are told again.
    pub(super) head: u64,
}

fn stub(env: &Env, location: &LocationId) -> Result<Stub, EdgeError> {
    Ok(env
        .durable_object(BINDING)?
        .get_by_name(location.as_str())?)
}

/// Asks the object of a location.
pub(super) async fn ask<T: Serialize, R: DeserializeOwned>(
    env: &Env,
    location: &LocationId,
    path: &str,
    what: T,
) -> Result<R, EdgeError> {
    let asked = Asked {
        location: location.clone(),
        principal: String::new(),
        what,
    };
    call(&stub(env, location)?, path, &asked, None).await
}

/// Asks the object of the route's location for the caller.
pub(super) async fn ask_for_caller<T: Serialize, R: DeserializeOwned>(
    ctx: &Ctx,
    path: &str,
    what: T,
) -> Result<R, EdgeError> {
    let asked = Asked {
        location: ctx.location.clone(),
        principal: ctx.principal.id.clone(),
        what,
    };
    call(&stub(&ctx.env, &ctx.location)?, path, &asked, None).await
}
