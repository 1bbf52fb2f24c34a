//! Who calls, and what they may.
//!
//! Invariant: nobody passes whom neither a device key nor the auth service vouched for; what
//! cannot be checked is refused. A token is read from `authorization` alone (a ticket from the
//! address, on the routes that upgrade), never logged and never kept: caches know its hash.

mod bearer;
mod cache;
pub(crate) mod devices;
mod introspect;
mod upgrade;

use crate::http::ctx::ExecHandle;
use crate::http::error::EdgeError;
use crate::http::header;
use crate::http::path::Found;
use bearer::Credential;
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
    /// When its token ends, milliseconds since 1970; `None` for what has no end of its own.
    pub(crate) ends_ms: Option<u64>,
}

impl Principal {
    /// Who calls a route that is open to all.
    fn anybody() -> Self {
        Self {
            id: String::new(),
            scope: None,
            locations: Vec::new(),
            ends_ms: None,
        }
    }
}

/// Lets the caller in, or says why not.
pub(crate) async fn authorise(
    request: &Request,
    found: &Found,
    env: &Env,
    exec: &ExecHandle,
) -> Result<Principal, EdgeError> {
    let Some(needed) = found.endpoint.route().scope else {
        return Ok(Principal::anybody());
    };
    let upgrades = found.endpoint.upgrades();
    if upgrades {
        upgrade::check_origin(request, env)?;
    }
    let authorization = header(request, "authorization");
    let principal = match authorization {
        None if upgrades => upgrade::by_ticket(request, found, env).await?,
        None => return Err(missing()),
        Some(value) => match bearer::parse(&value)? {
            Credential::Key(key) => devices::check(env, exec, &key).await?,
            Credential::Token(token) => introspect::check(env, exec, &token).await?,
        },
    };
    admit(&principal, needed, &found.location)?;
    Ok(principal)
}

fn missing() -> EdgeError {
    EdgeError::unauthorized("send a token or a device key as `authorization: Bearer …`")
}

/// Scope and place. A route without a location asks for the scope alone.
fn admit(principal: &Principal, needed: EdgeScope, location: &LocationId) -> Result<(), EdgeError> {
    let has = principal
        .scope
        .ok_or_else(|| EdgeError::forbidden("the token has no scope of this service"))?;
    if has < needed {
        let message = format!("the caller's scope is {has}; this asks for {needed}");
        return Err(EdgeError::forbidden(message));
    }
    let elsewhere = !location.as_str().is_empty() && !principal.locations.contains(location);
    if elsewhere {
        return Err(EdgeError::forbidden(
            "the caller has no part in this location",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Principal, admit};
    use olympus_proto::edge::EdgeScope;
    use olympus_proto::{ErrorCode, LocationId};

    fn principal(scope: Option<EdgeScope>) -> Principal {
        Principal {
            id: "s".to_owned(),
            scope,
            locations: vec!["loc-7".into(), "loc-8".into()],
            ends_ms: None,
        }
    }

    #[test]
    fn every_scope_admits_what_is_below_it_at_its_own_locations() {
        let here = LocationId::from("loc-7");
        for has in EdgeScope::ALL {
            for needed in EdgeScope::ALL {
                let admitted = admit(&principal(Some(has)), needed, &here).is_ok();
                assert_eq!(admitted, has >= needed, "{has} for {needed}");
                for elsewhere in ["loc-9", "LOC-7", "loc-77", "loc", "*"] {
                    let refused = admit(&principal(Some(has)), needed, &elsewhere.into());
                    let code = refused.map_err(|error| error.code);
                    assert_eq!(code, Err(ErrorCode::Forbidden), "{has} at {elsewhere}");
                }
            }
        }
        assert!(admit(&principal(None), EdgeScope::Kiosk, &here).is_err());
    }

    #[test]
    fn a_route_without_a_location_asks_for_the_scope_alone() {
        let none = LocationId::from("");
        assert!(admit(&principal(Some(EdgeScope::Admin)), EdgeScope::Admin, &none).is_ok());
        assert!(admit(&principal(Some(EdgeScope::Device)), EdgeScope::Admin, &none).is_err());
    }
}
