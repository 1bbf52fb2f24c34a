//! Backs up and restores: encrypted here, kept there, or in a file.

use super::super::table::table;
use super::super::{Usage, say, say_json};
use super::{Cloud, asking, cloud};
use crate::cli::Global;
use crate::cloud::backup::{collect, open, restore as write_into, seal};
use crate::cloud::{Backup, MAX_BACKUP, RecoveryKey};
use crate::config::Config;
use crate::files::{create_private_dir, write_atomic};
use anyhow::Context;
use bytes::Bytes;
use indicatif::ProgressBar;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// 64 MiB over a slow line.
const TRANSFER: Duration = Duration::from_secs(1_800);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The backup has the menus, what is sold out, the local access keys (hashed) and the settings. It
has no secret: the keys of the cloud are set anew after a restore. Nobody can read it without the
recovery key, which is shown once. Write it down and keep it away from this device.

Examples:
  olympus-edge cloud backup --new-key       the first one
  olympus-edge cloud backup
  olympus-edge cloud backup --list
  olympus-edge cloud backup --to backup.oebk")]
pub(crate) struct BackupArgs {
    /// Its name: a-z, 0-9 and - [default: the time]
    #[arg(long)]
    name: Option<String>,
    /// Make the recovery key, show it once and keep it in the settings
    #[arg(long)]
    new_key: bool,
    /// List what is kept in the cloud, and make nothing
    #[arg(long, conflicts_with_all = ["name", "new_key", "to"])]
    list: bool,
    /// Write it into this file and not to the cloud
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everything is decrypted and verified before anything is written.

Examples:
  olympus-edge cloud restore --name 2026-11-28-040223 --key - --into ./restored < key.txt
  olympus-edge cloud restore --from backup.oebk --key ork_… --into ./restored
  olympus-edge start --data-dir ./restored")]
pub(crate) struct RestoreArgs {
    /// Its name, from `cloud backup --list`
    #[arg(long, required_unless_present = "from")]
    name: Option<String>,
    /// Read it from this file and not from the cloud
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    from: Option<PathBuf>,
    /// The recovery key ork_…; `-` reads it from stdin [default: the one in the settings]
    #[arg(long, env = "OLYMPUS_RECOVERY_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Where to: a folder that is empty or not there yet
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

pub(super) async fn run(global: &Global, args: &BackupArgs) -> anyhow::Result<()> {
    let data_dir = global.data_dir();
    let config = Config::load(&data_dir)?;
    if args.list {
        return list(global, &cloud(global, &config)?).await;
    }
    // Before a key is made: a backup that cannot be kept needs none.
    let target = match args.to {
        Some(_) => None,
        None => Some(cloud(global, &config)?),
    };
    let (key, is_new) = key_of(&config, args.new_key)?;
    let sealed = seal(&key, &collect(&data_dir)?)?;
    let name = args.name.clone().unwrap_or_else(name_by_time);
    let bytes = sealed.len();
    match (&args.to, target) {
        (Some(path), _) => {
            write_atomic(path, &sealed).with_context(|| format!("writing {}", path.display()))?;
        }
        (None, Some(cloud)) => put(&cloud, &name, sealed).await?,
        (None, None) => {}
    }
    // After the backup is safe: a key that was kept and never shown would make backups that
    // nobody can open once the device is lost.
    let kept = match is_new {
        true => keep(global, &key),
        false => Ok(()),
    };
    let shown = is_new.then(|| key.reveal());
    if global.json {
        let mut value = json!({"name": name, "bytes": bytes, "file": args.to});
        if let Some(key) = shown {
            value["recovery_key"] = key.into();
        }
        say_json(&value)?;
        return kept;
    }
    let place = args.to.as_ref().map(|path| path.display().to_string());
    eprintln!("backup {}: {bytes} bytes", place.unwrap_or(name));
    if let Some(key) = shown {
        eprintln!("This is the only time the recovery key is shown; without it no backup opens:");
        say(&key)?;
    }
    kept
}

fn keep(global: &Global, key: &RecoveryKey) -> anyhow::Result<()> {
    create_private_dir(&global.data_dir())?;
    Config::set(&global.data_dir(), "recovery-key", &key.reveal())
        .context("keeping the recovery key; set it with `config set recovery-key -`")
}

/// The key in the settings, or a new one.
fn key_of(config: &Config, new: bool) -> anyhow::Result<(RecoveryKey, bool)> {
    match (&config.recovery_key, new) {
        (Some(_), true) => Err(Usage(
            "there is a recovery key already, and older backups need it; `olympus-edge config \
             set recovery-key \"\"` forgets it"
                .to_owned(),
        )
        .into()),
        (Some(key), false) => Ok((RecoveryKey::read(key.reveal())?, false)),
        (None, false) => {
            Err(Usage("there is no recovery key yet; add --new-key to make it".to_owned()).into())
        }
        (None, true) => Ok((RecoveryKey::make()?, true)),
    }
}

async fn put(cloud: &Cloud, name: &str, sealed: Vec<u8>) -> anyhow::Result<()> {
    let spinner = spinner("sending");
    let backup = Backup {
        name: name.to_owned(),
        bytes: sealed.into(),
    };
    let sent = cloud.api.backup_put(&asking(TRANSFER, backup)).await;
    spinner.finish_and_clear();
    Ok(sent?)
}

async fn list(global: &Global, cloud: &Cloud) -> anyhow::Result<()> {
    let entries = cloud.api.backup_list(&super::ask(())).await?;
    if global.json {
        return say_json(&entries);
    }
    let rows: Vec<_> = entries
        .into_iter()
        .map(|entry| {
            let at = i64::try_from(entry.uploaded_ms)
                .ok()
                .and_then(|millis| Timestamp::from_millisecond(millis).ok());
            [
                entry.name,
                entry.size_bytes.to_string(),
                at.map_or_else(String::new, |at| at.to_string()),
            ]
        })
        .collect();
    say(&table(["NAME", "BYTES", "MADE"], &rows))
}

pub(super) async fn restore(global: &Global, args: &RestoreArgs) -> anyhow::Result<()> {
    let config = Config::load(&global.data_dir())?;
    let key = key_for(args, &config)?;
    let sealed = match (&args.from, &args.name) {
        (Some(path), _) => read_file(path)?,
        (None, Some(name)) => {
            let cloud = cloud(global, &config)?;
            let spinner = spinner("fetching");
            let got = cloud.api.backup_get(&asking(TRANSFER, name.clone())).await;
            spinner.finish_and_clear();
            got?
        }
        (None, None) => return Err(Usage("name a backup with --name".to_owned()).into()),
    };
    let files = write_into(&open(&key, &sealed)?, &args.into)?;
    if global.json {
        return say_json(&json!({"into": args.into, "files": files}));
    }
    let place = args.into.display();
    say(&format!(
        "{} files restored into {place}; set the cloud's keys anew and start with --data-dir \
         {place}",
        files.len()
    ))
}

fn key_for(args: &RestoreArgs, config: &Config) -> anyhow::Result<RecoveryKey> {
    let text = match (args.key.as_deref(), &config.recovery_key) {
        (Some("-"), _) => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("reading stdin")?;
            text
        }
        (Some(text), _) => text.to_owned(),
        (None, Some(key)) => key.reveal().to_owned(),
        (None, None) => {
            return Err(Usage("say the recovery key with --key ork_…".to_owned()).into());
        }
    };
    RecoveryKey::read(&text).map_err(|error| Usage(error.to_string()).into())
}

fn read_file(path: &PathBuf) -> anyhow::Result<Bytes> {
    let reading = || format!("reading {}", path.display());
    let size = std::fs::metadata(path).with_context(reading)?.len();
    if size > MAX_BACKUP as u64 {
        let message = format!("{} is larger than any backup", path.display());
        return Err(Usage(message).into());
    }
    Ok(std::fs::read(path).with_context(reading)?.into())
}

fn name_by_time() -> String {
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    now.strftime("%Y-%m-%d-%H%M%S").to_string()
}

fn spinner(what: &'static str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
