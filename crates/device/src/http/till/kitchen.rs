//! The kitchen's tickets.

use super::super::body::json;
use super::super::endpoint::Endpoint;
use super::super::state::Context;
use super::write::write;
use super::{Answer, App, Named, id};
use axum::extract::{Extension, Request, State};
use olympus_store::{Command, Reader};

pub(crate) async fn tickets(State(state): App) -> Answer {
    json(&state.till.read(Reader::tickets).await?)
}

pub(crate) async fn move_ticket(
    State(state): App,
    Extension(ctx): Context,
    ticket: Named<String>,
    request: Request,
) -> Answer {
    let ticket = id(ticket)?;
    write(&state, &ctx, Endpoint::MoveTicket, request, |to| {
        Command::MoveTicket(ticket, to)
    })
    .await
}
