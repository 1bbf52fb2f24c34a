//! `doctor`: what is set, what works, and how fast this machine is.

use super::measure;
use super::table::table;
use super::{model_store, say, say_json, service_options};
use crate::cli::Global;
use crate::config::Config;
use crate::files::{create_private_dir, write_atomic};
use crate::keys::KeyFile;
use crate::service::{Service, ServiceError};
use olympus_inference::hub::Role;
use olympus_store::{OpenOptions, Reader};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status is 1 where something does not work.")]
pub(crate) struct Args {
    /// Leave out the measurements
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Ok,
    Note,
    Broken,
}

#[derive(Debug, Serialize)]
pub(super) struct Finding {
    what: &'static str,
    pub(super) verdict: Verdict,
    pub(super) detail: String,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<ExitCode> {
    let data_dir = global.data_dir();
    let mut findings = vec![data_folder(&data_dir), disk(&data_dir)];
    let config = Config::load(&data_dir);
    findings.push(settings(&config));
    let config = config.unwrap_or_default();
    findings.extend([keys(&data_dir, &config), timezone(&config), processor()]);
    findings.extend(engine(global, &config, args.quick));
    findings.push(super::cloud::finding(global, &config));
    findings.push(till(&data_dir, &config));
    let broken = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Broken);
    if global.json {
        say_json(&findings)?;
    } else {
        let rows: Vec<_> = findings
            .iter()
            .map(|finding| {
                let mark = match finding.verdict {
                    Verdict::Ok => "ok",
                    Verdict::Note => "note",
                    Verdict::Broken => "BROKEN",
                };
                [
                    finding.what.to_owned(),
                    mark.to_owned(),
                    finding.detail.clone(),
                ]
            })
            .collect();
        say(&table(["WHAT", "STATE", "DETAIL"], &rows))?;
    }
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

pub(super) fn ok(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        what,
        verdict: Verdict::Ok,
        detail: detail.into(),
    }
}

pub(super) fn note(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        verdict: Verdict::Note,
        ..ok(what, detail)
    }
}

pub(super) fn broken(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        verdict: Verdict::Broken,
        ..ok(what, detail)
    }
}

fn data_folder(dir: &Path) -> Finding {
    let probe = dir.join("doctor.probe");
    let tried = create_private_dir(dir)
        .and_then(|()| write_atomic(&probe, b"probe"))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => ok("data folder", dir.display().to_string()),
        Err(error) => broken(
            "data folder",
            format!("{}: {error}; name another with --data-dir", dir.display()),
        ),
    }
}

#[cfg(unix)]
fn disk(dir: &Path) -> Finding {
    match rustix::fs::statvfs(dir) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000;
            let detail = format!("{free} MB free");
            match free {
                0..100 => note("disk", format!("{detail}; menus and models need more")),
                _ => ok("disk", detail),
            }
        }
        Err(error) => note("disk", error.to_string()),
    }
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Finding {
    note("disk", "free space is not told on this system")
}

fn settings(config: &Result<Config, crate::config::ConfigError>) -> Finding {
    match config {
        Ok(config) => {
            let set = crate::config::KEYS
                .iter()
                .filter(|spec| matches!(config.shown(spec.name), Ok(Some(_))))
                .map(|spec| spec.name);
            let names: Vec<_> = set.collect();
            match names.is_empty() {
                true => ok("settings", "all by default"),
                false => ok("settings", names.join(", ")),
            }
        }
        Err(error) => broken("settings", error.to_string()),
    }
}

/// Whether the till's file can be read, and whether its ledger is sound. A server may be running.
fn till(data_dir: &Path, config: &Config) -> Finding {
    let terminal = config.till.terminal.as_deref().unwrap_or("till-1");
    let path = data_dir.join(crate::till::FILE);
    if !path.exists() {
        return note("till", format!("{terminal} has sold nothing here yet"));
    }
    let read = Reader::open(&path, &OpenOptions::default())
        .and_then(|reader| Ok((reader.ledger_sums()?, reader.settlement()?)));
    match read {
        Ok((sums, settlement)) => {
            let off: i64 = sums.values().map(|sum| sum.0).sum();
            let detail = format!("{terminal}; {} payments not settled", settlement.open);
            match off {
                0 => ok("till", format!("{detail}; the ledger sums to 0")),
                _ => broken(
                    "till",
                    format!(
                        "{detail}; the ledger is {off} cents off: keep the file, restore a copy"
                    ),
                ),
            }
        }
        Err(error) => broken("till", error.to_string()),
    }
}

fn keys(data_dir: &Path, config: &Config) -> Finding {
    let listen = config.listen.as_deref().unwrap_or("127.0.0.1:8080");
    let beyond = listen
        .parse::<std::net::SocketAddr>()
        .is_ok_and(|address| !address.ip().is_loopback());
    match KeyFile::in_dir(data_dir).list() {
        Err(error) => broken("keys", error.to_string()),
        Ok(keys) if keys.is_empty() && beyond => broken(
            "keys",
            format!("none, and listen is {listen}; `olympus-edge keys create` makes one"),
        ),
        Ok(keys) if keys.is_empty() => note("keys", "none: open to this machine alone"),
        Ok(keys) => {
            let working = keys.iter().filter(|key| key.revoked_at.is_none()).count();
            ok("keys", format!("{working} of {} work", keys.len()))
        }
    }
}

fn timezone(config: &Config) -> Finding {
    let zone = match &config.timezone {
        Some(name) => jiff::tz::TimeZone::get(name),
        None => jiff::tz::TimeZone::try_system(),
    };
    match zone {
        Ok(zone) => {
            let now = jiff::Timestamp::now().to_zoned(zone);
            let detail = format!(
                "{}, now {}",
                now.time_zone().iana_name().unwrap_or("?"),
                now.strftime("%a %H:%M")
            );
            ok("time zone", detail)
        }
        Err(error) => note(
            "time zone",
            format!("{error}; UTC is used: `olympus-edge config set timezone America/Chicago`"),
        ),
    }
}

fn processor() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let detail = format!(
        "{} {cores} cores, encoder on {}",
        std::env::consts::ARCH,
        olympus_inference::Kernel::best()
    );
    ok("processor", detail)
}

fn engine(global: &Global, config: &Config, quick: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let options = match service_options(global, config, false) {
        Ok(options) => options,
        Err(error) => return vec![broken("model", format!("{error:#}"))],
    };
    let (service, menu) = match Service::open(options.clone()) {
        // The server has the menu; models can be looked at all the same.
        Err(ServiceError::DataDirInUse { .. }) => {
            let note = note(
                "menu",
                "a server is running on this data folder: ask it with `menu list --url`",
            );
            let alone = crate::service::Options {
                data_dir: None,
                ..options
            };
            (Service::open(alone), Some(note))
        }
        opened => (opened, None),
    };
    let service = match service {
        Ok(service) => service,
        Err(error) => return vec![broken("model", error.to_string())],
    };
    for (what, role, info) in [
        ("search model", Role::Search, service.model()),
        ("intent model", Role::Intent, service.intent_model()),
    ] {
        let chosen = matches!(model_store(global).active(role), Ok(Some(_)));
        let place = if chosen { "chosen" } else { "in the binary" };
        let hash = info.sha256.get(..12).unwrap_or_default();
        findings.push(ok(what, format!("{} ({place}), sha256 {hash}…", info.id)));
    }
    findings.push(menu.unwrap_or_else(|| match service.menu_versions() {
        (Some(version), _) => ok(
            "menu",
            format!("menu {version}, {} items", service.item_count()),
        ),
        (None, _) => note(
            "menu",
            "none; `olympus-edge menu import FILE`, or start with --demo",
        ),
    }));
    if !quick {
        findings.push(speed(&service));
    }
    if let Some(memory) = measure::resident_mb() {
        findings.push(ok("memory", format!("{memory:.0} MB")));
    }
    findings
}

fn speed(service: &Service) -> Finding {
    match measure::in_process(service, Duration::from_millis(700)) {
        Ok(all) => {
            let parts = all.iter().map(|(name, latency)| {
                format!(
                    "{name} p50 {:.1} p99 {:.1} ms",
                    latency.p50_ms, latency.p99_ms
                )
            });
            ok("speed", parts.collect::<Vec<_>>().join("; "))
        }
        Err(error) => broken("speed", error.to_string()),
    }
}
