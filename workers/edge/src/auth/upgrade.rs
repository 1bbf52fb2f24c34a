//! Who opens a socket. A browser cannot set a header on one, so it shows a ticket that it got
//! with its token before.
//!
//! Invariant: a ticket is asked about only where a socket is really being opened, and a page of
//! an origin that may not read answers opens none, whatever it shows.

use super::{Principal, missing};
use crate::http::error::EdgeError;
use crate::http::path::Found;
use crate::http::{cors, header, var};
use crate::live::tickets;
use worker::{Env, Request};

/// Refuses a page of another origin.
pub(super) fn check_origin(request: &Request, env: &Env) -> Result<(), EdgeError> {
    let Some(origin) = header(request, "origin") else {
        return Ok(()); // no page
    };
    let own = request
        .url()
        .is_ok_and(|url| url.origin().ascii_serialization() == origin);
    if own || cors::allows(&var(env, "CORS_ORIGINS"), &origin) {
        return Ok(());
    }
    Err(EdgeError::forbidden(
        "pages of this origin may not open sockets here",
    ))
}

/// Whom the address's ticket speaks for.
pub(super) async fn by_ticket(
    request: &Request,
    found: &Found,
    env: &Env,
) -> Result<Principal, EdgeError> {
    let opens =
        header(request, "upgrade").is_some_and(|kind| kind.eq_ignore_ascii_case("websocket"));
    let url = request.url()?;
    let mut tickets = url.query_pairs().filter(|(name, _)| name == "ticket");
    let (Some((_, ticket)), None, true) = (tickets.next(), tickets.next(), opens) else {
        return Err(missing());
    };
    let target = found
        .params
        .first()
        .map_or_else(|| "live".to_owned(), |cart| format!("carts/{cart}"));
    tickets::redeem(env, &found.location, &target, &ticket)
        .await?
        .ok_or_else(|| EdgeError::unauthorized("the ticket is not known, was used, or is too old"))
}
