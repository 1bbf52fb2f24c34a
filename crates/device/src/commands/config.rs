//! `config`: read and change settings.

use super::table::table;
use super::{say, say_json};
use crate::cli::Global;
use crate::config::{Config, KEYS};
use crate::files::create_private_dir;
use anyhow::Context;
use serde_json::json;
use std::io::Read;

#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  olympus-edge config set timezone America/Chicago
  olympus-edge config set location-id store-7
  olympus-edge config set api-key - < key.txt     a secret from stdin stays out of the history
  olympus-edge config set timezone \"\"             back to the default

A running server reads settings at its next start.")]
pub(crate) enum Command {
    /// Change one setting; an empty VALUE unsets it, `-` reads it from stdin
    Set {
        /// Which; see `config list`
        key: String,
        /// To what
        value: String,
    },
    /// Print one setting
    Get {
        /// Which; see `config list`
        key: String,
    },
    /// Print all settings; secrets are hidden
    List,
    /// Print where the settings are
    Path,
}

pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    let data_dir = global.data_dir();
    match command {
        Command::Set { key, mut value } => {
            create_private_dir(&data_dir)
                .with_context(|| format!("{} cannot be used", data_dir.display()))?;
            if value == "-" {
                value.clear();
                std::io::stdin()
                    .read_to_string(&mut value)
                    .context("reading stdin")?;
            }
            Ok(Config::set(&data_dir, &key, &value)?)
        }
        Command::Get { key } => {
            let value = Config::load(&data_dir)?.shown(&key)?;
            match (value, global.json) {
                (value, true) => say_json(&json!({"key": key, "value": value})),
                (Some(value), false) => say(&value),
                (None, false) => {
                    let default = KEYS.iter().find(|spec| spec.name == key);
                    say(default.map_or("", |spec| spec.default))
                }
            }
        }
        Command::List => list(global, &Config::load(&data_dir)?),
        Command::Path => say(&Config::path(&data_dir).display().to_string()),
    }
}

fn list(global: &Global, config: &Config) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut all = serde_json::Map::new();
    for spec in KEYS {
        let value = config.shown(spec.name)?;
        all.insert(spec.name.to_owned(), json!(value));
        rows.push([
            spec.name.to_owned(),
            value.unwrap_or_else(|| format!("({})", spec.default)),
            spec.about.to_owned(),
        ]);
    }
    if global.json {
        return say_json(&all);
    }
    say(&table(
        ["SETTING", "VALUE (DEFAULT)", "WHAT IT DOES"],
        &rows,
    ))
}
