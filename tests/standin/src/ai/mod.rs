//! Workers AI: which model is meant, and what it answers.

mod chat;
mod embed;
mod image;
mod rerank;
mod schema;
mod space;

use crate::fault::{self, Fault, Refusal};
use crate::gate::pass;
use crate::settings::{Model, Task};
use crate::state::State;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use space::DIMS;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RunOptions {
    reject_if_busy: bool,
}

/// One run of a model.
pub(crate) async fn run(
    state: &State,
    model: &str,
    inputs: Value,
    options: &Value,
) -> Result<Value, Refusal> {
    let options: RunOptions = match options {
        Value::Null => RunOptions::default(),
        given => RunOptions::deserialize(given)
            .map_err(|error| Fault::new(fault::INVALID, format!("options: {error}")))?,
    };
    let busy = options.reject_if_busy;
    match known(state, model)? {
        Model::Terms => Err(Fault::of(fault::TERMS).into()),
        Model::Embeddings { dims } => {
            let work = embed::run(state, model, dims, inputs);
            pass(state, Task::Embeddings, busy, work).await
        }
        Model::Rerank => pass(state, Task::Rerank, busy, rerank::run(state, inputs)).await,
        kind @ (Model::Chat | Model::Vision) => {
            let task = if image::any(&inputs) {
                Task::Vision
            } else {
                Task::Chat
            };
            let work = chat::run(state, kind == Model::Vision, inputs);
            pass(state, task, busy, work).await
        }
    }
}

fn known(state: &State, id: &str) -> Result<Model, Fault> {
    if let Some(model) = state.settings().models.get(id) {
        return Ok(model.clone());
    }
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        ["@cf" | "@hf", author, name] if !author.is_empty() && !name.is_empty() => {
            Err(Fault::new(fault::NO_MODEL, id))
        }
        _ => Err(Fault::new(fault::BAD_MODEL_ID, id)),
    }
}

/// Runs what needs a processor away from the threads that serve connections.
async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Fault::new(500, error)),
    }
}

fn invalid(error: impl std::fmt::Display) -> Fault {
    Fault::new(fault::INVALID, error)
}
