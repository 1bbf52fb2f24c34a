//! Cloudflare's REST API: a bearer token, an account, and an envelope around every answer.

use super::{MAX_UPLOAD_BYTES, as_json, bears, must_be, ndjson, refused, whole};
use crate::ai;
use crate::fault::{self, Fault, Refusal};
use crate::gate::pass;
use crate::settings::Task;
use crate::state::State as Standin;
use crate::vectorize::{Config, MetadataIndex, PropertyName, Write};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::{any, get, post};
use olympus_proto::vectorize::{Ids, MAX_BATCH_REST};
use olympus_proto::workers_ai::{CloudflareError, Envelope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<Standin>> {
    let indexes = "/client/v4/accounts/{account}/vectorize/v2/indexes";
    Router::new()
        .route("/client/v4/accounts/{account}/ai/run/{*model}", post(run))
        .route(indexes, get(list).post(create))
        .route(&format!("{indexes}/{{name}}"), any(index))
        .route(&format!("{indexes}/{{name}}/{{*action}}"), any(act))
}

fn answer<T: Serialize>(result: Result<T, Refusal>) -> Response {
    match result {
        Ok(result) => {
            let envelope = Envelope {
                result: Some(result),
                success: true,
                errors: Vec::new(),
                messages: Vec::new(),
            };
            as_json(StatusCode::OK, &envelope)
        }
        Err(refusal) => refused(refusal, |fault| {
            let error = CloudflareError {
                code: fault.code,
                message: fault.message.clone(),
            };
            let envelope: Envelope<Value> = Envelope {
                result: None,
                success: false,
                errors: vec![error],
                messages: Vec::new(),
            };
            as_json(fault.status, &envelope)
        }),
    }
}

/// Any other path.
pub(crate) async fn no_route() -> Response {
    answer::<()>(Err(Fault::of(fault::NO_ROUTE).into()))
}

fn admit(state: &Standin, headers: &HeaderMap, account: &str) -> Result<(), Fault> {
    if !bears(headers, &state.options.api_token) {
        return Err(Fault::of(fault::AUTHENTICATION));
    }
    if account != state.options.account {
        return Err(Fault::new(fault::NO_ROUTE, "no such account"));
    }
    Ok(())
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::new(fault::PARSE, error))
}

async fn run(
    State(state): State<Arc<Standin>>,
    Path((account, model)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(run_model(&state, &account, &model, &headers, body).await)
}

async fn run_model(
    state: &Standin,
    account: &str,
    model: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Value, Refusal> {
    admit(state, headers, account)?;
    let body = whole(body, state.settings().max_body_bytes).await?;
    if body.is_empty() {
        return Err(Fault::new(fault::INCOMPLETE, "body").into());
    }
    must_be(headers, "application/json", fault::INVALID)?;
    let mut inputs: Value =
        serde_json::from_slice(&body).map_err(|error| Fault::new(fault::INVALID, error))?;
    let options = inputs
        .as_object_mut()
        .and_then(|inputs| inputs.remove("options"))
        .unwrap_or_default();
    ai::run(state, model, inputs, &options).await
}

async fn list(
    State(state): State<Arc<Standin>>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = async {
        admit(&state, &headers, &account)?;
        pass(&state, Task::Read, false, async {
            Ok(state.store().list())
        })
        .await
    };
    answer(result.await)
}

async fn create(
    State(state): State<Arc<Standin>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let result = async {
        admit(&state, &headers, &account)?;
        let body = whole(body, MAX_UPLOAD_BYTES).await?;
        pass(&state, Task::Write, false, async {
            state.store().create(parsed::<Config>(&body)?)
        })
        .await
    };
    answer(result.await)
}

async fn index(
    State(state): State<Arc<Standin>>,
    Path((account, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let result = async {
        admit(&state, &headers, &account)?;
        match method {
            Method::GET => {
                let look = async { state.store().describe(&name) };
                pass(&state, Task::Read, false, look).await
            }
            Method::DELETE => {
                let drop = async { state.store().remove(&name).map(|()| Value::Null) };
                pass(&state, Task::Write, false, drop).await
            }
            _ => Err(Fault::of(fault::NO_ROUTE).into()),
        }
    };
    answer(result.await)
}

async fn act(
    State(state): State<Arc<Standin>>,
    Path((account, name, action)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let result = async {
        let (parts, body) = request.into_parts();
        admit(&state, &parts.headers, &account)?;
        let body = whole(body, MAX_UPLOAD_BYTES).await?;
        match (parts.method, action.as_str()) {
            (Method::GET, action) => read(&state, &name, action).await,
            (Method::POST, action) => posted(&state, &name, action, &parts.headers, &body).await,
            _ => Err(Fault::of(fault::NO_ROUTE).into()),
        }
    };
    answer(result.await)
}

async fn read(state: &Standin, name: &str, action: &str) -> Result<Value, Refusal> {
    pass(state, Task::Read, false, async {
        let mut store = state.store();
        let index = store.index(name)?;
        match action {
            "info" => Ok(json!(index.info())),
            "metadata_index/list" => Ok(json!({"metadataIndexes": index.metadata_indexes()})),
            _ => Err(Fault::of(fault::NO_ROUTE)),
        }
    })
    .await
}

async fn posted(
    state: &Standin,
    name: &str,
    action: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, Refusal> {
    let task = match action {
        "query" => Task::Query,
        "get_by_ids" => Task::Read,
        _ => Task::Write,
    };
    pass(state, task, false, async {
        let vectors = matches!(action, "insert" | "upsert");
        if vectors {
            ndjson(headers)?;
        } else {
            must_be(headers, "application/json", fault::PARSE)?;
        }
        let write = match action {
            "insert" | "upsert" => {
                let (write, count) = Write::vectors(state, name, body, MAX_BATCH_REST, action)?;
                state.gates.items(task, count);
                write
            }
            "query" => return Ok(json!(state.store().index(name)?.query(&parsed(body)?)?)),
            "get_by_ids" => {
                return Ok(json!(
                    state.store().index(name)?.get(&parsed::<Ids>(body)?)?
                ));
            }
            "delete_by_ids" => Write::deletion(parsed::<Ids>(body)?)?,
            "metadata_index/create" => {
                let wanted = parsed::<MetadataIndex>(body)?;
                state.store().index(name)?.room_for(&wanted)?;
                Write::CreateMetadataIndex(wanted)
            }
            "metadata_index/delete" => {
                Write::DeleteMetadataIndex(parsed::<PropertyName>(body)?.property_name)
            }
            _ => return Err(Fault::of(fault::NO_ROUTE)),
        };
        Ok(json!(write.submit(state, name)?))
    })
    .await
}
