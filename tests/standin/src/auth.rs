//! OAuth 2.0 token introspection (RFC 7662) over a table that the control API sets.

use crate::fault::{self, Fault};
use crate::gate::pass;
use crate::settings::{Task, Token};
use crate::state::State as Standin;
use crate::wire;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Question {
    token: String,
}

pub(crate) fn router() -> Router<Arc<Standin>> {
    Router::new().route("/introspect", post(introspect))
}

async fn introspect(
    State(state): State<Arc<Standin>>,
    headers: HeaderMap,
    question: Result<Form<Question>, FormRejection>,
) -> Response {
    if !wire::bears(&headers, &state.options.auth_token) {
        return (StatusCode::UNAUTHORIZED, [("www-authenticate", "Bearer")]).into_response();
    }
    let answer = pass(&state, Task::Introspect, false, async {
        let Form(question) = question.map_err(|wrong| Fault::new(fault::INCOMPLETE, wrong))?;
        let settings = state.settings();
        let known = settings.tokens.get(&question.token).cloned();
        Ok(known.filter(holds).unwrap_or_default())
    })
    .await;
    match answer {
        Ok(token) => Json(token).into_response(),
        Err(refusal) => wire::plain(refusal),
    }
}

/// One that is revoked or over says nothing but that.
fn holds(token: &Token) -> bool {
    let now = jiff::Timestamp::now().as_second();
    token.active && token.exp.is_none_or(|exp| exp > now)
}
