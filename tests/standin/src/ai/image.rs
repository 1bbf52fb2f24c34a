//! Pictures that a model is shown: read from their `data:` URLs, looked up by their SHA-256.

use super::invalid;
use crate::fault::Fault;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olympus_proto::workers_ai::{ChatInput, Content, Part};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Whether a request shows a picture, before it is known to be well formed.
pub(super) fn any(inputs: &Value) -> bool {
    let messages = inputs["messages"].as_array().into_iter().flatten();
    messages
        .filter_map(|message| message["content"].as_array())
        .flatten()
        .any(|part| part["type"] == "image_url")
}

/// The SHA-256 of the one picture of a request, if there is one.
pub(super) fn digest(input: &ChatInput) -> Result<Option<String>, Fault> {
    let mut urls = parts(input).filter_map(|part| match part {
        Part::ImageUrl { image_url } => Some(image_url.url.as_str()),
        Part::Text { .. } => None,
    });
    let Some(url) = urls.next() else {
        return Ok(None);
    };
    if urls.next().is_some() {
        return Err(invalid("one picture a request"));
    }
    let (kind, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .ok_or_else(|| invalid("image_url: a data: URL with base64"))?;
    let bytes = STANDARD
        .decode(data)
        .map_err(|error| invalid(format!("image_url: {error}")))?;
    if sniffed(&bytes) != Some(kind) {
        return Err(invalid(format!("image_url: these bytes are no {kind}")));
    }
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(&bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(Some(hex))
}

fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

fn parts(input: &ChatInput) -> impl Iterator<Item = &Part> {
    let contents = input.messages.iter().map(|message| &message.content);
    contents
        .filter_map(|content| match content {
            Content::Parts(parts) => Some(parts),
            Content::Text(_) => None,
        })
        .flatten()
}

#[derive(Deserialize)]
struct Choice {
    number: u32,
    name: String,
}

/// What the table says of a picture; a dish may stand there by its `name` and gets the number that
/// it has in the request's list, and is left out where it has none.
pub(super) fn seen(known: Option<&Value>, input: &ChatInput) -> Map<String, Value> {
    let mut seen = known
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_else(|| Map::from_iter([("seen".to_owned(), json!("unknown"))]));
    let choices: Vec<Choice> = parts(input)
        .find_map(|part| match part {
            Part::Text { text } => serde_json::from_str(text).ok(),
            Part::ImageUrl { .. } => None,
        })
        .unwrap_or_default();
    if let Some(dishes) = seen.get_mut("dishes").and_then(Value::as_array_mut) {
        dishes.retain_mut(|dish| {
            let Some(fields) = dish.as_object_mut() else {
                return true;
            };
            let Some(name) = fields.remove("name") else {
                return true;
            };
            let choice = choices.iter().find(|choice| name == choice.name.as_str());
            choice.is_some_and(|choice| {
                fields.insert("number".to_owned(), json!(choice.number));
                true
            })
        });
    }
    seen
}
