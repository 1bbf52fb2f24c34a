//! One module a command; what they share is here.

pub(crate) mod bench;
pub(crate) mod cloud;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod intent;
pub(crate) mod keys;
mod measure;
pub(crate) mod menu;
pub(crate) mod models;
pub(crate) mod order;
mod remote;
pub(crate) mod start;
mod table;
pub(crate) mod till;

use crate::cli::Global;
use crate::config::Config;
use crate::service::{DEFAULT_MAX_ITEMS, Options};
use anyhow::Context;
use olympus_inference::hub::{ModelStore, Role};
use serde::Serialize;
use std::io::Write;

/// The user said something that cannot be done; the text says what can.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Writes to stdout; a closed pipe is an error that ends the command quietly.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// One JSON value, on lines for people to read.
pub(crate) fn say_json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    say(&serde_json::to_string_pretty(value)?)
}

/// One JSON value on one line.
pub(crate) fn say_json_line<T: Serialize>(value: &T) -> anyhow::Result<()> {
    say(&serde_json::to_string(value)?)
}

/// Where the models of this device are.
pub(crate) fn model_store(global: &Global) -> ModelStore {
    ModelStore::new(global.data_dir().join("models"))
}

/// The service as this device's settings have it.
pub(crate) fn service_options(
    global: &Global,
    config: &Config,
    demo: bool,
) -> anyhow::Result<Options> {
    let store = model_store(global);
    let chosen = |role| {
        store
            .active_path(role)
            .with_context(|| format!("the model chosen for {}", Role::name(role)))
    };
    Ok(Options {
        data_dir: Some(global.data_dir()),
        demo,
        search_model: chosen(Role::Search)?,
        intent_model: chosen(Role::Intent)?,
        timezone: config.timezone.clone(),
        min_confidence: config.min_confidence.unwrap_or_default(),
        costs: config.intent_costs.unwrap_or_default(),
        max_items: config.max_items.unwrap_or(DEFAULT_MAX_ITEMS),
        ..Options::default()
    })
}
