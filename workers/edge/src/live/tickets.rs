//! Tickets: how a browser, which cannot set a header on a WebSocket, opens one.
//!
//! Invariant: a ticket opens one socket of one location, once, within thirty seconds, as the
//! principal that asked for it; trying it anywhere uses it up. Only its hash is kept. A token
//! never stands in an address, where logs would keep it.

use super::call::{Caller, call};
use super::object::{Done, NewTicket, Redeem, Redeemed};
use super::stub;
use crate::auth::Principal;
use crate::carts::id::CartId;
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::ids::{hex, random_hex};
use crate::http::{body, reply};
use olympus_proto::LocationId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use worker::{Env, Request};

/// How long a ticket is good.
const TTL_S: u64 = 30;
/// Bytes of randomness.
const RANDOM_BYTES: usize = 16;

/// Body of `POST …/tickets`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(rename = "for")]
    target: String,
}

/// Answer of `POST …/tickets`.
#[derive(Debug, Serialize)]
struct Issued {
    ticket: String,
    expires_in_s: u64,
}

/// 128 bits that nobody guesses, as lower-case hex.
pub(crate) fn random_id() -> Result<String, EdgeError> {
    random_hex::<RANDOM_BYTES>().ok_or_else(|| EdgeError::internal("no randomness"))
}

fn hash(ticket: &str) -> String {
    hex(Sha256::digest(ticket.as_bytes()).as_slice())
}

/// Whether it has a ticket's form; anything else is not worth asking the object.
fn well_formed(ticket: &str) -> bool {
    ticket.len() == RANDOM_BYTES * 2
        && ticket
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a ticket can be had for it.
fn is_target(target: &str) -> bool {
    target == "live"
        || target
            .strip_prefix("carts/")
            .is_some_and(|cart| cart.parse::<CartId>().is_ok())
}

/// `POST …/tickets`.
pub(crate) async fn issue(ctx: &Ctx, mut request: Request) -> Answer {
    let wanted: Wanted = body::json(&mut request, 256).await?;
    if !is_target(&wanted.target) {
        return Err(EdgeError::invalid(
            "`for` is \"live\" or \"carts/\" and the cart's id",
        ));
    }
    let ticket = random_id()?;
    let kept = NewTicket {
        hash: hash(&ticket),
        target: wanted.target,
        principal: serde_json::to_string(&Caller::new(ctx)?).map_err(EdgeError::internal)?,
        ttl_ms: TTL_S * 1_000,
    };
    let _: Done = call(&stub(&ctx.env, &ctx.location)?, "/ticket", &kept, None).await?;
    reply::json(&Issued {
        ticket,
        expires_in_s: TTL_S,
    })
}

/// Whom a ticket speaks for at `target` (`live` or `carts/{cart}`); nobody, where it is unknown,
/// used, too old, or was made for another socket.
///
/// # Errors
/// The object could not be asked: nobody is let in, and the client may try again.
pub(crate) async fn redeem(
    env: &Env,
    location: &LocationId,
    target: &str,
    ticket: &str,
) -> Result<Option<Principal>, EdgeError> {
    if !well_formed(ticket) {
        return Ok(None);
    }
    let asked = Redeem {
        hash: hash(ticket),
        target: target.to_owned(),
    };
    let redeemed: Redeemed = call(&stub(env, location)?, "/redeem", &asked, None).await?;
    let Some(principal) = redeemed.principal else {
        return Ok(None);
    };
    let caller: Caller = serde_json::from_str(&principal).map_err(EdgeError::internal)?;
    Ok(Some(Principal {
        id: caller.subject,
        scope: Some(caller.scope),
        locations: vec![location.clone()],
        ends_ms: caller.ends_ms,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_have_tickets() {
        let cart = "0123456789abcdef0123456789abcdef";
        assert!(is_target("live"));
        assert!(is_target(&format!("carts/{cart}")));
        for bad in [
            "",
            "Live",
            "live/",
            "carts/",
            "carts/x",
            "menu",
            &format!("carts/{cart}/live"),
            &format!("carts/{}", cart.to_uppercase()),
        ] {
            assert!(!is_target(bad), "{bad}");
        }
    }

    #[test]
    fn tickets_have_one_form_and_are_kept_as_hashes() {
        let ticket = random_id().unwrap();
        assert!(well_formed(&ticket));
        assert_ne!(random_id().unwrap(), ticket);
        assert!(!hash(&ticket).contains(&ticket));
        for bad in [
            "",
            "0",
            &ticket
                .to_uppercase()
                .replace(|c: char| c.is_ascii_digit(), "A"),
            &format!("{ticket}0"),
        ] {
            assert!(!well_formed(bad), "{bad}");
        }
        assert_eq!(hash("abc").get(..8), Some("ba7816bf"));
    }
}
