//! From a route to its handler: limits and access first.
//!
//! Invariant: no handler of a scoped route runs before `auth` let its caller in, and none at a
//! location that is not the caller's.

use super::body::check_length;
use super::ctx::{Ctx, ExecHandle};
use super::endpoint::Endpoint;
use super::error::Answer;
use super::path::Found;
use super::{header, reply};
use crate::{
    ai, assets, auth, authority, carts, flags, grants, keys, limits, live, menu, metrics, vault,
};
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
    let address = header(&request, "cf-connecting-ip");
    let by_address = limits::by_address(env, route.rate, address.as_deref()).await?;
    let principal = auth::authorise(&request, &found, env, exec).await?;
    let by_caller = limits::by_caller(env, route.rate, &principal, &found.location).await?;
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
    let told = by_address.and(by_caller);
    match dispatch(&ctx, request).await {
        Ok(response) => told.dress(response),
        Err(error) => Err(told.dress_error(error)),
    }
}

#[derive(serde::Serialize)]
struct Health {
    status: &'static str,
}

async fn dispatch(ctx: &Ctx, request: Request) -> Answer {
    match ctx.endpoint {
        Endpoint::Health => reply::json(&Health { status: "ok" }),
        Endpoint::Metrics => metrics::show(ctx, request).await,
        Endpoint::Static => assets::file(ctx, request).await,
        Endpoint::GetImage => assets::image(ctx, request).await,
        Endpoint::PutImage => assets::put_image(ctx, request).await,
        Endpoint::Flags => flags::list(ctx, request).await,
        Endpoint::PutFlag => flags::set(ctx, request).await,
        Endpoint::CreateKey => keys::create(ctx, request).await,
        Endpoint::RevokeKey => keys::revoke(ctx, request).await,
        Endpoint::SyncRegister => authority::routes::register(ctx, request).await,
        Endpoint::SyncPush => authority::routes::push(ctx, request).await,
        Endpoint::SyncPull => authority::routes::pull(ctx, request).await,
        Endpoint::Reconcile => authority::routes::reconcile(ctx, request).await,
        Endpoint::TellReports => authority::routes::tell_again(ctx, request).await,
        Endpoint::SettlePayments => authority::routes::settle(ctx, request).await,
        Endpoint::ClosePayment => authority::routes::close(ctx, request).await,
        Endpoint::IssueCard => authority::routes::issue_card(ctx, request).await,
        Endpoint::HouseCard => authority::routes::card(ctx, request).await,
        Endpoint::DeadLetters => authority::routes::dead_letters(ctx, request).await,
        Endpoint::Orders => authority::reports::orders(ctx, request).await,
        Endpoint::Sales => authority::reports::sales(ctx, request).await,
        Endpoint::Audit => authority::reports::audit(ctx, request).await,
        Endpoint::Terminals => grants::terminals(ctx, request).await,
        Endpoint::Welcome => grants::welcome(ctx, request).await,
        Endpoint::ReleaseTerminal => grants::release(ctx, request).await,
        Endpoint::Grant => grants::grant(ctx, request).await,
        Endpoint::Documents => grants::documents(ctx, request).await,
        Endpoint::TerminalReport => grants::report(ctx, request).await,
        Endpoint::Policy => grants::policy(ctx, request).await,
        Endpoint::PutPolicy => grants::set_policy(ctx, request).await,
        Endpoint::Revocations => grants::revocations(ctx, request).await,
        Endpoint::Revoke => grants::revoke(ctx, request).await,
        Endpoint::RotateKeys => grants::rotate(ctx, request).await,
        Endpoint::CreateCart => carts::create(ctx, request).await,
        Endpoint::GetCart => carts::get(ctx, request).await,
        Endpoint::CartOps => carts::ops(ctx, request).await,
        Endpoint::CartLive => carts::join(ctx, request).await,
        Endpoint::LocationLive => live::watch(ctx, request).await,
        Endpoint::Marks => live::marks(ctx, request).await,
        Endpoint::Ticket => live::tickets::issue(ctx, request).await,
        Endpoint::ListBackups => vault::backups::list(ctx, request).await,
        Endpoint::PutBackup => vault::backups::put(ctx, request).await,
        Endpoint::GetBackup => vault::backups::get(ctx, request).await,
        Endpoint::PutReceipt => vault::receipts::put(ctx, request).await,
        Endpoint::GetReceipt => vault::receipts::get(ctx, request).await,
        Endpoint::Intent => ai::intent::ask(ctx, request).await,
        Endpoint::Embeddings => ai::embeddings::embed(ctx, request).await,
        Endpoint::Image => ai::image::recognise(ctx, request).await,
        Endpoint::Search => menu::search::search(ctx, request).await,
        Endpoint::GetMenu => menu::get(ctx, request).await,
        Endpoint::PutMenu => menu::put(ctx, request).await,
        Endpoint::MenuStatus => menu::status(ctx, request).await,
        Endpoint::Availability => menu::availability(ctx, request).await,
    }
}
