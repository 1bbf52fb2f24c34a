//! `cloud`: whether it is there, publish the menu to it, back up to it and restore from it.

mod backup;
mod doctor;
mod publish;
mod status;

pub(super) use doctor::finding;

use super::Usage;
use crate::cli::Global;
use crate::cloud::{CloudApi, CloudAsk, connect};
use crate::config::{CloudSettings, Config};
use crate::files::create_private_dir;
use anyhow::Context;
use std::sync::Arc;
use std::time::Duration;

/// For one question.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
The cloud half is the restaurant's own Worker, or an account of Workers AI and Vectorize. A
running server publishes menus by itself; `publish` is for those who want to see it happen.

Set up the Worker:
  olympus-edge config set location-id store-7
  olympus-edge config set cloud-url https://edge.example.workers.dev
  olympus-edge config set api-key - < key.txt
or an account:
  olympus-edge config set location-id store-7
  olympus-edge config set cloud-account 0a1b2c…
  olympus-edge config set cloud-token - < token.txt
  olympus-edge config set cloud-index menus
  olympus-edge config set cloud-models embed=@cf/baai/bge-small-en-v1.5,intent=@cf/…

Then:
  olympus-edge cloud status
  olympus-edge cloud publish
  olympus-edge cloud backup --new-key
  olympus-edge cloud restore --name 2026-11-28-040223 --into ./restored")]
pub(crate) enum Command {
    /// What is set, whether it answers, and which menu it has
    Status,
    /// Bring the menu in use to the cloud and wait until it is searched there
    Publish(publish::Args),
    /// How long the cloud takes to answer
    Ping(status::PingArgs),
    /// Encrypt settings, keys and menus on this device and keep them in the cloud
    Backup(backup::BackupArgs),
    /// Decrypt a backup into a new folder
    Restore(backup::RestoreArgs),
}

/// The cloud as it is set up.
struct Cloud {
    settings: CloudSettings,
    api: Arc<dyn CloudApi>,
}

pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    on_a_runtime(async {
        match command {
            Command::Status => status::run(global).await,
            Command::Publish(args) => publish::run(global, &args).await,
            Command::Ping(args) => status::ping(global, &args).await,
            Command::Backup(args) => backup::run(global, &args).await,
            Command::Restore(args) => backup::restore(global, &args).await,
        }
    })
}

fn on_a_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    // One call at a time: one thread is enough.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the async runtime")?;
    runtime.block_on(work)
}

/// The cloud, or how to set it up.
fn cloud(global: &Global, config: &Config) -> anyhow::Result<Cloud> {
    let data_dir = global.data_dir();
    let settings = config.cloud()?.ok_or_else(|| {
        Usage("the cloud is not set up; `olympus-edge cloud --help` shows how".to_owned())
    })?;
    create_private_dir(&data_dir)
        .with_context(|| format!("{} cannot be used", data_dir.display()))?;
    let min_confidence = config.min_confidence.unwrap_or_default();
    let api = connect(&settings, min_confidence, Some(data_dir));
    Ok(Cloud { settings, api })
}

/// A question of the command line.
fn ask<T>(what: T) -> CloudAsk<T> {
    asking(PATIENCE, what)
}

fn asking<T>(timeout: Duration, what: T) -> CloudAsk<T> {
    CloudAsk::new("command-line", timeout, what)
}

/// A digest as people read it.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
