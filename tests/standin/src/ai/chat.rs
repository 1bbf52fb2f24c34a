//! Text models: the device's own classifier says what a customer wants, in the shape asked for.

use super::{compute, image, invalid, schema};
use crate::fault::{self, Fault};
use crate::settings::{ChatMode, Settings};
use crate::state::State;
use olympus_core::intent::{Costs, decide};
use olympus_inference::Engine;
use olympus_proto::Intent;
use olympus_proto::workers_ai::{
    ChatInput, ChatMessage, ChatOutput, ChatUsage, Content, Part, ResponseFormat, Role, Schema,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// As the service takes it where none is said.
const MAX_TOKENS: u32 = 256;
/// Bytes of a token, roughly; for what is counted and for what is cut.
const TOKEN_BYTES: usize = 4;
/// How sure a wrong answer is.
const SURE: f32 = 0.95;
const FIELDS: [&str; 5] = [
    "messages",
    "response_format",
    "max_tokens",
    "temperature",
    "stream",
];

pub(super) async fn run(state: &State, sees: bool, inputs: Value) -> Result<Value, Fault> {
    let input = read(inputs)?;
    let settings = state.settings();
    let picture = image::digest(&input)?;
    if picture.is_some() && !sees {
        return Err(invalid("this model takes no pictures"));
    }
    let format = input.response_format.as_ref();
    let shape = format.map(|ResponseFormat::JsonSchema(shape)| shape);
    let known = match picture {
        Some(digest) => image::seen(settings.images.get(&digest), &input),
        None => classified(state, &settings, &input, shape).await?,
    };
    let response = worded(&settings, shape, known)?;
    let written = tokens(&response.to_string());
    if written > input.max_tokens {
        return match shape {
            Some(_) => Err(Fault::new(fault::JSON_MODE, "max_tokens is too low")),
            None => Err(invalid("max_tokens is too low")),
        };
    }
    let read = tokens(&json!(input.messages).to_string());
    Ok(json!(ChatOutput {
        response,
        usage: Some(ChatUsage {
            prompt_tokens: read,
            completion_tokens: written,
            total_tokens: read + written,
        }),
    }))
}

fn tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(TOKEN_BYTES)).unwrap_or(u32::MAX)
}

fn read(mut inputs: Value) -> Result<ChatInput, Fault> {
    let fields = inputs
        .as_object_mut()
        .ok_or_else(|| invalid("an object with messages"))?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(invalid(format!("no field `{unknown}`")));
    }
    fields
        .entry("max_tokens")
        .or_insert_with(|| json!(MAX_TOKENS));
    let input: ChatInput = serde_json::from_value(inputs).map_err(invalid)?;
    if input.messages.is_empty() {
        return Err(invalid("messages is empty"));
    }
    if input.stream {
        return Err(invalid("JSON Mode does not stream, and nothing does here"));
    }
    if !(0.0..=5.0).contains(&input.temperature) {
        return Err(invalid("temperature is 0 to 5"));
    }
    Ok(input)
}

/// What the classifier says of the customer's words.
async fn classified(
    state: &State,
    settings: &Settings,
    input: &ChatInput,
    shape: Option<&Schema>,
) -> Result<Map<String, Value>, Fault> {
    let text = customer_text(&input.messages)?;
    let names = names(shape);
    let expected: Vec<Intent> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let engine = Arc::clone(&state.engine);
    let (intent, confidence) = {
        let expected = expected.clone();
        compute(move || classify(&engine, &text, &expected)).await?
    };
    let (intent, confidence) = match settings.chat {
        ChatMode::Wrong => (another(intent, &expected), SURE),
        _ => (intent, confidence),
    };
    let name = names
        .iter()
        .find(|name| name.parse() == Ok(intent))
        .map_or(intent.as_str(), String::as_str);
    Ok(Map::from_iter([
        ("intent".to_owned(), json!(name)),
        ("confidence".to_owned(), json!(confidence)),
    ]))
}

/// The intents that the schema allows; none where it says nothing of them.
fn names(shape: Option<&Schema>) -> &[String] {
    if let Some(Schema::Object { properties, .. }) = shape
        && let Some(Schema::String { one_of }) = properties.get("intent")
    {
        return one_of;
    }
    &[]
}

/// The last turn of the user; where it is an object with the one field `customer_text`, that.
fn customer_text(messages: &[ChatMessage]) -> Result<String, Fault> {
    let turn = messages
        .iter()
        .rfind(|message| message.role == Role::User)
        .ok_or_else(|| invalid("no turn of the user"))?;
    let said = match &turn.content {
        Content::Text(text) => text.clone(),
        Content::Parts(parts) => {
            let texts = parts.iter().filter_map(|part| match part {
                Part::Text { text } => Some(text.as_str()),
                Part::ImageUrl { .. } => None,
            });
            texts.collect::<Vec<_>>().join("\n")
        }
    };
    let wrapped: Option<Map<String, Value>> = serde_json::from_str(&said).ok();
    let inner = wrapped
        .filter(|fields| fields.len() == 1)
        .and_then(|fields| Some(fields.get("customer_text")?.as_str()?.to_owned()));
    Ok(inner.unwrap_or(said))
}

fn classify(engine: &Engine, text: &str, expected: &[Intent]) -> Result<(Intent, f32), Fault> {
    let analyses = engine.analyse(&[text]).map_err(invalid)?;
    let logits = analyses.first().and_then(|analysis| analysis.logits);
    let (Some(logits), Some(calibration)) = (logits, engine.calibration()) else {
        return Err(Fault::new(500, "the embedded model has no classifier"));
    };
    let answer = decide(logits, calibration, &Costs::default(), expected);
    Ok((answer.best_guess, answer.confidence))
}

/// One that is wrong and allowed; the same for the same truth.
fn another(truth: Intent, expected: &[Intent]) -> Intent {
    let allowed =
        |intent: &Intent| *intent != truth && (expected.is_empty() || expected.contains(intent));
    Intent::ALL.into_iter().find(allowed).unwrap_or(truth)
}

/// The answer in its shape, or what the settings make of it.
fn worded(
    settings: &Settings,
    shape: Option<&Schema>,
    known: Map<String, Value>,
) -> Result<Value, Fault> {
    let Some(shape) = shape else {
        let intent = known.get("intent").or_else(|| known.get("seen"));
        return Ok(intent.cloned().unwrap_or_else(|| json!("unknown")));
    };
    match settings.chat {
        ChatMode::JsonModeError => Err(Fault::of(fault::JSON_MODE)),
        ChatMode::NoJson => Ok(json!("Sure! The customer wants to place an order.")),
        ChatMode::OffSchema => Ok(json!({"intent": "pizza", "confidence": 7, "seen": 1})),
        ChatMode::Right | ChatMode::Wrong => {
            let answer = schema::fill(shape, &known);
            if schema::fits(shape, &answer) {
                Ok(answer)
            } else {
                Err(Fault::of(fault::JSON_MODE))
            }
        }
    }
}
