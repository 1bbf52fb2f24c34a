//! From a route to its handler: limits and access first.
//!
//! Invariant: no handler of a scoped route runs before `auth` let its caller in, and none at a
//! location that is not the caller's.

use super::body::check_length;
use super::ctx::{Ctx, ExecHandle};
use super::endpoint::Endpoint;
use super::error::{Answer, EdgeError};
use super::path::Found;
use super::{header, reply};
use crate::auth;
use worker::{Env, Request};

pub(crate) async fn run(
    request: Request,
    found: Found,
    env: &Env,
    exec: &ExecHandle,
    request_id: &str,
    started_ms: u64,
) -> Answer {
    let route = found.endpoint.route();
    let principal = auth::authorise(&request, &found, env, exec).await?;
    let declared = header(&request, "content-length");
    check_length(declared.as_deref(), route.class.max_body_bytes())?;
    let ctx = Ctx {
        env: env.clone(),
        exec: exec.clone(),
        endpoint: found.endpoint,
        request_id: request_id.to_owned(),
        location: found.location,
        params: found.params,
        principal,
        started_ms,
    };
    dispatch(&ctx, request).await
}

#[derive(serde::Serialize)]
struct Health {
    status: &'static str,
}

async fn dispatch(ctx: &Ctx, _request: Request) -> Answer {
    match ctx.endpoint {
        Endpoint::Health => reply::json(&Health { status: "ok" }),
        _ => Err(EdgeError::not_found("there is no such route")),
    }
}
