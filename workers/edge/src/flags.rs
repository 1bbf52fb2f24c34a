//! Feature flags of a location, in KV: one key each, its value in the key's metadata, so that one
//! listing reads all.
//!
//! Invariant: a flag is a hint and may be late by a minute; nothing that protects somebody rests
//! on one.

use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::time::now_ms;
use crate::http::{body, reply};
use crate::metrics;
use olympus_proto::edge::nullable;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use worker::Request;

const BINDING: &str = "FLAGS";
const MAX_NAME_BYTES: usize = 64;
const MAX_TEXT_BYTES: usize = 256;
/// How long an isolate remembers a location's flags.
const REMEMBERED_MS: u64 = 30_000;
/// So many locations an isolate remembers.
const MAX_REMEMBERED: usize = 256;

/// What a flag may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Switch(bool),
    Number(f64),
    Text(String),
}

/// Body of `PUT …/flags/{name}`; `null` takes the flag away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    #[serde(deserialize_with = "nullable")]
    value: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Metadata {
    value: Value,
}

type Flags = BTreeMap<String, Value>;

/// Answer of `GET …/flags`.
#[derive(Debug, Serialize)]
struct Shown {
    flags: Flags,
}

thread_local! {
    static REMEMBERED: RefCell<BTreeMap<String, (u64, Flags)>> = const { RefCell::new(BTreeMap::new()) };
}

/// `GET …/flags`.
pub(crate) async fn list(ctx: &Ctx, _request: Request) -> Answer {
    let location = ctx.location.as_str();
    let remembered = remembered(location, now_ms());
    metrics::cache("flags", remembered.is_some());
    if let Some(flags) = remembered {
        return reply::json(&Shown { flags });
    }
    let prefix = format!("{location}/");
    let kv = ctx.env.kv(BINDING)?;
    let mut flags = Flags::new();
    let mut cursor = None;
    loop {
        let mut listing = kv.list().prefix(prefix.clone());
        if let Some(cursor) = cursor.take() {
            listing = listing.cursor(cursor);
        }
        let page = listing.execute().await?;
        for key in page.keys {
            let metadata = key.metadata.map(serde_json::from_value::<Metadata>);
            if let (Some(name), Some(Ok(metadata))) = (key.name.strip_prefix(&prefix), metadata) {
                flags.insert(name.to_owned(), metadata.value);
            }
        }
        match page.cursor {
            Some(next) if !page.list_complete => cursor = Some(next),
            _ => break,
        }
    }
    remember(location, flags.clone(), now_ms());
    reply::json(&Shown { flags })
}

/// `PUT …/flags/{name}`.
pub(crate) async fn set(ctx: &Ctx, mut request: Request) -> Answer {
    let name = ctx.param(0);
    if !is_name(name) {
        return Err(EdgeError::invalid(
            "a flag's name is 1 to 64 of a-z, 0-9, `-`, `_` and `.`",
        ));
    }
    let set: Set = body::json(&mut request, ctx.endpoint.route().class.max_body_bytes()).await?;
    if let Some(Value::Text(text)) = &set.value
        && text.len() > MAX_TEXT_BYTES
    {
        return Err(EdgeError::invalid("a flag's text is at most 256 bytes"));
    }
    let kv = ctx.env.kv(BINDING)?;
    let key = format!("{}/{name}", ctx.location);
    match set.value {
        Some(value) => {
            kv.put(&key, "")?
                .metadata(Metadata { value })?
                .execute()
                .await?;
        }
        None => kv.delete(&key).await?,
    }
    forget(ctx.location.as_str());
    reply::no_content()
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
}

fn remembered(location: &str, now_ms: u64) -> Option<Flags> {
    REMEMBERED.with(|all| {
        let all = all.try_borrow().ok()?;
        let (until, flags) = all.get(location)?;
        (now_ms < *until).then(|| flags.clone())
    })
}

fn remember(location: &str, flags: Flags, now_ms: u64) {
    REMEMBERED.with(|all| {
        if let Ok(mut all) = all.try_borrow_mut() {
            if all.len() >= MAX_REMEMBERED {
                all.retain(|_, (until, _)| now_ms < *until);
            }
            if all.len() < MAX_REMEMBERED {
                all.insert(location.to_owned(), (now_ms + REMEMBERED_MS, flags));
            }
        }
    });
}

fn forget(location: &str) {
    REMEMBERED.with(|all| {
        if let Ok(mut all) = all.try_borrow_mut() {
            all.remove(location);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::{Flags, MAX_REMEMBERED, Set, Value, forget, is_name, remember, remembered};

    #[test]
    fn a_flag_is_a_switch_a_number_or_a_text() {
        let value = |text: &str| serde_json::from_str::<Set>(text).unwrap().value;
        assert_eq!(value(r#"{"value":true}"#), Some(Value::Switch(true)));
        assert_eq!(value(r#"{"value":0.5}"#), Some(Value::Number(0.5)));
        assert_eq!(value(r#"{"value":"b"}"#), Some(Value::Text("b".to_owned())));
        assert_eq!(value(r#"{"value":null}"#), None);
        assert!(serde_json::from_str::<Set>(r#"{"value":[1]}"#).is_err());
        assert!(
            serde_json::from_str::<Set>("{}").is_err(),
            "takes no flag away"
        );
    }

    #[test]
    fn names_are_plain() {
        assert!(is_name("search.v2_on-trial"));
        for bad in ["", "A", "a/b", "a b", "é", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn an_isolate_remembers_so_long_and_so_much() {
        remember("a", Flags::new(), 1_000);
        assert!(remembered("a", 30_999).is_some());
        assert!(remembered("a", 31_000).is_none());
        forget("a");
        assert!(remembered("a", 1_000).is_none());
        for index in 0..MAX_REMEMBERED + 9 {
            remember(&index.to_string(), Flags::new(), 1_000);
        }
        assert!(remembered(&(MAX_REMEMBERED + 1).to_string(), 1_000).is_none());
        remember("late", Flags::new(), 40_000);
        assert!(remembered("late", 40_001).is_some());
    }
}
