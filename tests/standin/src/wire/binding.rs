//! The wire of a Worker's bindings, as workerd's `ai-api` and `vectorize-api` write and read it.
//!
//! Both take a status other than 200 for a failure. `Ai` throws `{internalCode}: {description}`,
//! Vectorize `{OPERATION}_ERROR (code = {code}): {error}`; results come without an envelope.

use super::{MAX_UPLOAD_BYTES, as_json, must_be, ndjson, refused, whole};
use crate::ai;
use crate::fault::{self, Fault, Refusal};
use crate::gate::pass;
use crate::settings::Task;
use crate::state::State as Standin;
use crate::vectorize::Write;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::{any, post};
use olympus_proto::vectorize::{Ids, MAX_BATCH_WORKER};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Names the index where there is more than one; Miniflare's plugin sets it.
const INDEX: &str = "x-standin-index";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    inputs: Value,
    #[serde(default)]
    options: Value,
}

pub(crate) fn router() -> Router<Arc<Standin>> {
    Router::new()
        .route("/binding/ai/run", post(run))
        .route("/binding/vectorize/{action}", any(act))
}

async fn run(
    State(state): State<Arc<Standin>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut response = match run_model(&state, query.as_deref(), &headers, body).await {
        Ok(result) => as_json(StatusCode::OK, &result),
        Err(refusal) => refused(refusal, |fault| {
            let body = json!({
                "name": "AiError",
                "internalCode": fault.code,
                "description": fault.message,
                "message": fault.to_string(),
            });
            as_json(fault.status, &body)
        }),
    };
    let id = state.draw(|chance| chance.u64(..));
    if let Ok(id) = HeaderValue::from_str(&format!("{id:016x}")) {
        response.headers_mut().insert("cf-ai-req-id", id);
    }
    response
}

async fn run_model(
    state: &Standin,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Value, Refusal> {
    if query != Some("version=3") {
        return Err(Fault::new(fault::INCOMPLETE, "?version=3").into());
    }
    let model = headers
        .get("cf-consn-model-id")
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Fault::new(fault::INCOMPLETE, "cf-consn-model-id"))?;
    let body = whole(body, state.settings().max_body_bytes).await?;
    if body.is_empty() {
        return Err(Fault::new(fault::INCOMPLETE, "body").into());
    }
    must_be(headers, "application/json", fault::INVALID)?;
    let run: Run =
        serde_json::from_slice(&body).map_err(|error| Fault::new(fault::INVALID, error))?;
    ai::run(state, model, run.inputs, &run.options).await
}

async fn act(
    State(state): State<Arc<Standin>>,
    Path(action): Path<String>,
    request: Request,
) -> Response {
    match asked(&state, &action, request).await {
        Ok(result) => as_json(StatusCode::OK, &result),
        Err(refusal) => refused(refusal, |fault| {
            let body = json!({"code": fault.code, "error": fault.message});
            as_json(fault.status, &body)
        }),
    }
}

async fn asked(state: &Standin, action: &str, request: Request) -> Result<Value, Refusal> {
    let (parts, body) = request.into_parts();
    let name = match parts.headers.get(INDEX) {
        Some(name) => name
            .to_str()
            .map_err(|_| Fault::of(fault::NO_INDEX))?
            .to_owned(),
        None => state.store().only()?,
    };
    let body = whole(body, MAX_UPLOAD_BYTES).await?;
    let (method, task) = match action {
        "info" => (Method::GET, Task::Read),
        "query" => (Method::POST, Task::Query),
        "getByIds" => (Method::POST, Task::Read),
        "insert" | "upsert" | "deleteByIds" => (Method::POST, Task::Write),
        _ => return Err(Fault::of(fault::NO_ROUTE).into()),
    };
    if parts.method != method {
        return Err(Fault::of(fault::NO_ROUTE).into());
    }
    pass(state, task, false, async {
        done(state, &name, action, &parts.headers, &body)
    })
    .await
}

fn done(
    state: &Standin,
    name: &str,
    action: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, Fault> {
    match action {
        "info" => return Ok(json!(state.store().index(name)?.info())),
        "insert" | "upsert" => {
            ndjson(headers)?;
            let (write, count) = Write::vectors(state, name, body, MAX_BATCH_WORKER, action)?;
            state.gates.items(Task::Write, count);
            return Ok(json!(write.submit(state, name)?));
        }
        _ => must_be(headers, "application/json", fault::PARSE)?,
    }
    let body: Value =
        serde_json::from_slice(body).map_err(|error| Fault::new(fault::PARSE, error))?;
    if action == "query" {
        return Ok(json!(state.store().index(name)?.query(&body)?));
    }
    let ids: Ids = serde_json::from_value(body).map_err(|error| Fault::new(fault::PARSE, error))?;
    match action {
        "getByIds" => Ok(json!(state.store().index(name)?.get(&ids)?)),
        _ => Ok(json!(Write::deletion(ids)?.submit(state, name)?)),
    }
}
