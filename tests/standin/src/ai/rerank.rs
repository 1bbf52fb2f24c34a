//! The reranker: nearness by the device's encoder, as a share of 1.

use super::{compute, invalid};
use crate::fault::Fault;
use crate::settings::Task;
use crate::state::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    query: String,
    contexts: Vec<Context>,
    #[serde(default)]
    top_k: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Context {
    text: String,
}

pub(super) async fn run(state: &State, inputs: Value) -> Result<Value, Fault> {
    let input: Input = serde_json::from_value(inputs).map_err(invalid)?;
    let empty = |text: &str| text.trim().is_empty();
    if empty(&input.query)
        || input.contexts.is_empty()
        || input.contexts.iter().any(|context| empty(&context.text))
        || input.top_k == Some(0)
    {
        return Err(invalid(
            "query, contexts and their texts are not empty, top_k is not 0",
        ));
    }
    state.gates.items(Task::Rerank, input.contexts.len());
    let engine = Arc::clone(&state.engine);
    compute(move || {
        let mut texts = vec![input.query.as_str()];
        texts.extend(input.contexts.iter().map(|context| context.text.as_str()));
        let vectors = engine.embed(&texts).map_err(invalid)?;
        let Some((query, contexts)) = vectors.split_first() else {
            return Err(invalid("query"));
        };
        let score = |vector: &Vec<f32>| {
            let cosine: f32 = query.iter().zip(vector).map(|(a, b)| a * b).sum();
            f32::midpoint(1.0, cosine)
        };
        let mut scores: Vec<(usize, f32)> = contexts.iter().map(score).enumerate().collect();
        scores.sort_by(|left, right| right.1.total_cmp(&left.1));
        scores.truncate(input.top_k.unwrap_or(scores.len()));
        let one = |(id, score): (usize, f32)| json!({"id": id, "score": score});
        Ok(json!({"response": scores.into_iter().map(one).collect::<Vec<_>>()}))
    })
    .await
}
