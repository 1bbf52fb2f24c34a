//! Grants at the edge: who may sell while the line is down, and how much.
//!
//! Invariant: the object `Grants` of a location is the authority; what KV has of it is a copy that
//! is believed for a minute at most, or one that cannot be another (a list is named by its number).
//! What is signed, and what a device takes, is `core::grant`'s.

mod cache;
mod desk;
mod object;
mod office;
mod schema;
mod secret;
mod store;

pub use object::Grants;

use crate::authority;
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, reply};
use crate::live::call::{Caller, call};
use object::{Ask, Nothing, Of, Rotate, Wanted};
use office::{Held, Served, TerminalsShown, WholeList};
use olympus_proto::grant::TerminalId;
use olympus_proto::location::{
    ChangeRevocations, Documents, GrantRequest, PolicyDraft, PolicyInForce, Revocations, Rotation,
    TerminalReport, TerminalWelcome,
};
use olympus_proto::sync::DeviceId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use worker::Request;

/// Binding of the objects.
const BINDING: &str = "GRANTS";

/// Asks the object of the route's location.
async fn ask<B: Serialize, R: DeserializeOwned>(
    ctx: &Ctx,
    path: &str,
    what: B,
) -> Result<R, EdgeError> {
    let location = ctx.location.clone();
    let stub = ctx.env.durable_object(BINDING)?;
    let stub = stub.get_by_name(location.as_str())?;
    call(
        &stub,
        path,
        &Ask { location, what },
        Some(&Caller::new(ctx)?),
    )
    .await
}

async fn sent<T: DeserializeOwned>(ctx: &Ctx, request: &mut Request) -> Result<T, EdgeError> {
    body::json(request, ctx.endpoint.route().class.max_body_bytes()).await
}

/// The terminal that the path names.
fn terminal(ctx: &Ctx) -> Result<TerminalId, EdgeError> {
    let text = ctx.param(0);
    if !office::is_id(text) {
        return Err(EdgeError::invalid(
            "a terminal's name is 1 to 64 of A-Z a-z 0-9 . _ -",
        ));
    }
    Ok(text.into())
}

/// `POST …/terminals/{terminal}`: the caller's key speaks for the terminal from now on.
pub(crate) async fn welcome(ctx: &Ctx, _request: Request) -> Answer {
    let welcome: TerminalWelcome = ask(ctx, "/welcome", terminal(ctx)?).await?;
    reply::json(&welcome)
}

/// `GET …/terminals`.
pub(crate) async fn terminals(ctx: &Ctx, _request: Request) -> Answer {
    let shown: TerminalsShown = ask(ctx, "/terminals", Nothing {}).await?;
    reply::json(&shown)
}

/// `DELETE …/terminals/{terminal}`: another key may speak for that name.
pub(crate) async fn release(ctx: &Ctx, _request: Request) -> Answer {
    let terminal = terminal(ctx)?;
    let device = DeviceId(terminal.0.clone());
    let sold: bool = ask(ctx, "/release", terminal).await?;
    let synced = authority::release(&ctx.env, &ctx.location, &device).await?;
    if !sold && !synced {
        return Err(EdgeError::not_found("this location has no such terminal"));
    }
    reply::no_content()
}

/// `POST …/terminals/{terminal}/grants`.
pub(crate) async fn grant(ctx: &Ctx, mut request: Request) -> Answer {
    let terminal = terminal(ctx)?;
    let asked: GrantRequest = sent(ctx, &mut request).await?;
    let known = authority::unsettled(&ctx.env, &ctx.location, &terminal).await?;
    let what = Wanted {
        request: asked,
        known,
    };
    let served: Served = ask(ctx, "/grant", Of { terminal, what }).await?;
    reply::json(&whole(ctx, served).await?)
}

/// `GET …/terminals/{terminal}/documents`.
pub(crate) async fn documents(ctx: &Ctx, request: Request) -> Answer {
    let terminal = terminal(ctx)?;
    let what = held(&request)?;
    let served: Served = ask(ctx, "/documents", Of { terminal, what }).await?;
    reply::json(&whole(ctx, served).await?)
}

/// `?policy=&revocations=&keys=`, each once; one that is not named is 0.
fn held(request: &Request) -> Result<Held, EdgeError> {
    let mut held = Held::default();
    for (name, value) in request.url()?.query_pairs() {
        let field = match name.as_ref() {
            "policy" => &mut held.policy,
            "revocations" => &mut held.revocations,
            "keys" => &mut held.keys,
            _ => continue,
        };
        *field = value.parse().ok().filter(|_| *field == 0).ok_or_else(|| {
            EdgeError::invalid(format!("`{name}` is the number of the one that you have"))
        })?;
    }
    Ok(held)
}

/// With all of the list, where it has to go along. Nothing that is newer than the rest of the
/// answer: a list of another number would be of other changes.
async fn whole(ctx: &Ctx, served: Served) -> Result<Documents, EdgeError> {
    let Served {
        mut documents,
        whole_list,
    } = served;
    if let Some(number) = whole_list {
        documents.list = match cache::list(ctx, number).await {
            Some(token) => Some(token),
            None => {
                let list: WholeList = ask(ctx, "/list", Nothing {}).await?;
                cache::keep_list(ctx, list.number, &list.token);
                Some(list.token)
            }
        };
    }
    Ok(documents)
}

/// `POST …/terminals/{terminal}/report`.
pub(crate) async fn report(ctx: &Ctx, mut request: Request) -> Answer {
    let terminal = terminal(ctx)?;
    let what: TerminalReport = sent(ctx, &mut request).await?;
    let (): () = ask(ctx, "/report", Of { terminal, what }).await?;
    reply::json_with_status(202, &Nothing {})
}

/// `GET …/policy`.
pub(crate) async fn policy(ctx: &Ctx, _request: Request) -> Answer {
    if let Some(kept) = cache::policy(ctx).await {
        return reply::json(&kept);
    }
    let policy: PolicyInForce = ask(ctx, "/policy", Nothing {}).await?;
    cache::keep_policy(ctx, &policy);
    reply::json(&policy)
}

/// `PUT …/policy`.
pub(crate) async fn set_policy(ctx: &Ctx, mut request: Request) -> Answer {
    let draft: PolicyDraft = sent(ctx, &mut request).await?;
    let policy: PolicyInForce = ask(ctx, "/set-policy", draft).await?;
    cache::forget_policy(ctx).await;
    reply::json(&policy)
}

/// `GET …/revocations`.
pub(crate) async fn revocations(ctx: &Ctx, _request: Request) -> Answer {
    let shown: Revocations = ask(ctx, "/revocations", Nothing {}).await?;
    reply::json(&shown)
}

/// `POST …/revocations`.
pub(crate) async fn revoke(ctx: &Ctx, mut request: Request) -> Answer {
    let asked: ChangeRevocations = sent(ctx, &mut request).await?;
    let shown: Revocations = ask(ctx, "/revoke", asked).await?;
    reply::json(&shown)
}

/// Body of `POST …/grant-keys/rotate`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedRotation {
    #[serde(default)]
    bring_forward: bool,
}

/// `POST …/grant-keys/rotate`.
pub(crate) async fn rotate(ctx: &Ctx, mut request: Request) -> Answer {
    let wanted: WantedRotation = sent(ctx, &mut request).await?;
    let soon = wanted.bring_forward;
    let rotation: Rotation = ask(ctx, "/rotate", Rotate { soon }).await?;
    cache::forget_policy(ctx).await;
    reply::json(&rotation)
}
