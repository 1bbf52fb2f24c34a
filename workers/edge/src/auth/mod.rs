//! Who calls, and what they may.

use crate::http::ctx::ExecHandle;
use crate::http::error::EdgeError;
use crate::http::path::Found;
use olympus_proto::LocationId;
use olympus_proto::edge::EdgeScope;
use worker::{Env, Request};

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    /// Names the caller in logs and limits; never a secret.
    pub(crate) id: String,
    /// What it may do; `None` where nobody was asked for.
    pub(crate) scope: Option<EdgeScope>,
    /// Where.
    pub(crate) locations: Vec<LocationId>,
}

pub(crate) async fn authorise(
    _request: &Request,
    found: &Found,
    _env: &Env,
    _exec: &ExecHandle,
) -> Result<Principal, EdgeError> {
    match found.endpoint.route().scope {
        None => Ok(Principal {
            id: String::new(),
            scope: None,
            locations: Vec::new(),
        }),
        Some(_) => Err(EdgeError::unauthorized("send a token")),
    }
}
