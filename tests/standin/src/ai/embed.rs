//! Embedding models: the device's encoder in a space of its own.

use super::space::Space;
use super::{compute, invalid};
use crate::fault::Fault;
use crate::settings::{Task, VectorMode};
use crate::state::State;
use olympus_proto::workers_ai::{EmbedOutput, MAX_EMBED_TEXTS, Pooling};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    text: Texts,
    #[serde(default)]
    pooling: Pooling,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

/// Texts to vectors. What is beyond the encoder's tokens is left out, as the service does at 512.
pub(super) async fn run(
    state: &State,
    model: &str,
    dims: usize,
    inputs: Value,
) -> Result<Value, Fault> {
    let input: Input = serde_json::from_value(inputs).map_err(invalid)?;
    let texts = match input.text {
        Texts::One(text) => vec![text],
        Texts::Many(texts) => texts,
    };
    if texts.is_empty() || texts.len() > MAX_EMBED_TEXTS {
        let wrong = format!("text has 1 to {MAX_EMBED_TEXTS} texts, got {}", texts.len());
        return Err(invalid(wrong));
    }
    if let Some(at) = texts.iter().position(|text| text.trim().is_empty()) {
        return Err(invalid(format!("text {at} is empty")));
    }
    state.gates.items(Task::Embeddings, texts.len());
    let settings = state.settings();
    let engine = Arc::clone(&state.engine);
    let pooling = match settings.vectors {
        VectorMode::Mean => Pooling::Mean,
        _ => input.pooling,
    };
    let space = Space::new(model, pooling.as_str(), dims);
    let degrees = settings.drift_degrees;
    let data = compute(move || {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = engine.embed(&texts).map_err(invalid)?;
        Ok(vectors
            .iter()
            .map(|vector| space.place(vector, degrees))
            .collect::<Vec<_>>())
    })
    .await?;
    Ok(spoilt(data, dims, pooling, settings.vectors))
}

/// The result, or what the settings make of it.
fn spoilt(mut data: Vec<Vec<f32>>, dims: usize, pooling: Pooling, mode: VectorMode) -> Value {
    match mode {
        VectorMode::Right | VectorMode::Null | VectorMode::Mean => {}
        VectorMode::Zero => data.iter_mut().for_each(|vector| vector.fill(0.0)),
        VectorMode::Short => data.iter_mut().for_each(|vector| vector.truncate(dims / 2)),
        VectorMode::Missing => drop(data.pop()),
    }
    let mut output = json!(EmbedOutput {
        shape: [data.len(), dims],
        data,
        pooling: Some(pooling),
    });
    if mode == VectorMode::Null {
        output["data"][0][0] = Value::Null;
    }
    output
}
