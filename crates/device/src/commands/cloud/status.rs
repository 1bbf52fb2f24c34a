//! What is set, whether it answers, and how fast.

use super::super::table::table;
use super::super::{say, say_json};
use super::{Cloud, PATIENCE, ask, asking, cloud, short};
use crate::cli::Global;
use crate::cloud::{CloudError, menu_digest};
use crate::config::{Config, Way};
use crate::service::stored_menu;
use olympus_proto::edge::{PublishStage, PublishStatus};
use serde::Serialize;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
pub(crate) struct PingArgs {
    /// How many questions
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    count: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Status {
    pub(super) location: String,
    pub(super) way: &'static str,
    pub(super) address: String,
    pub(super) reachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Whether the error is that of this device's key.
    #[serde(skip)]
    pub(super) key_refused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer_ms: Option<f64>,
    /// Digest of the menu of this device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) menu_digest: Option<String>,
    /// Whether the cloud answers for that menu.
    pub(super) in_step: bool,
    #[serde(flatten)]
    pub(super) menu: PublishStatus,
}

pub(super) async fn run(global: &Global) -> anyhow::Result<()> {
    let config = Config::load(&global.data_dir())?;
    let cloud = cloud(global, &config)?;
    let here = stored_menu(&global.data_dir())?.map(|(_, items)| menu_digest(&items));
    let status = look(&cloud, here, PATIENCE).await;
    if global.json {
        return say_json(&status);
    }
    say(&table(["WHAT", "STATE"], &rows(&status)))
}

/// Asks whether somebody answers, and for which menu; each question has `patience`.
pub(super) async fn look(cloud: &Cloud, menu_digest: Option<String>, patience: Duration) -> Status {
    let ask = || asking(patience, ());
    let (way, address) = match &cloud.settings.way {
        Way::Worker(worker) => ("worker", worker.url.to_string()),
        Way::Direct(direct) => ("direct", format!("{}/{}", direct.account, direct.index)),
    };
    let started = Instant::now();
    let pinged = cloud.api.ping(&ask()).await;
    let took = started.elapsed();
    let asked: Result<PublishStatus, CloudError> = match &pinged {
        Ok(()) => cloud.api.publish_status(&ask()).await,
        Err(error) => Err(error.clone()),
    };
    let error = asked.as_ref().err().map(with_cause);
    let key_refused = matches!(asked, Err(CloudError::Unauthorized { .. }));
    let menu = asked.unwrap_or_default();
    let live = menu.live.as_ref().map(|live| live.digest.as_str());
    Status {
        location: cloud.settings.location.to_string(),
        way,
        address,
        reachable: pinged.is_ok(),
        error,
        key_refused,
        answer_ms: pinged.is_ok().then(|| millis(took)),
        in_step: menu_digest.is_some() && live == menu_digest.as_deref(),
        menu_digest,
        menu,
    }
}

fn rows(status: &Status) -> Vec<[String; 2]> {
    let mut rows = vec![
        ["location".to_owned(), status.location.clone()],
        [status.way.to_owned(), status.address.clone()],
    ];
    let mut row = |what: &str, state: String| rows.push([what.to_owned(), state]);
    match status.answer_ms {
        Some(millis) => row("answers", format!("in {millis:.0} ms")),
        None => row("answers", "no".to_owned()),
    }
    if let Some(error) = &status.error {
        row("error", error.clone());
    }
    let here = status.menu_digest.as_deref();
    row("menu here", here.map_or("none", short).to_owned());
    match &status.menu.live {
        Some(live) if status.in_step => {
            let space = &live.space;
            row(
                "menu there",
                format!("the same, {} items, {space}", live.items),
            );
        }
        Some(live) => row(
            "menu there",
            format!("another: {}, {} items", short(&live.digest), live.items),
        ),
        None => row("menu there", "none that is known".to_owned()),
    }
    if let Some(fault) = &status.menu.fault {
        row("by words alone", fault.clone());
    }
    if let Some(next) = &status.menu.publishing {
        let state = format!("{}: {}", short(&next.digest), stage(next.stage));
        let fault = next.error.as_ref().map(|error| format!(" ({error})"));
        let done = format!(", {} of {}", next.done, next.total);
        row("on its way", state + &done + &fault.unwrap_or_default());
    }
    rows
}

pub(super) fn stage(stage: PublishStage) -> &'static str {
    match stage {
        PublishStage::Writing => "embedding and writing",
        PublishStage::Verifying => "waiting until it shows",
        PublishStage::Sweeping => "deleting the menu before",
        PublishStage::Live => "in use",
        PublishStage::Failed => "failed",
    }
}

/// An error with what it came from, on one line.
fn with_cause(error: &CloudError) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

pub(super) async fn ping(global: &Global, args: &PingArgs) -> anyhow::Result<()> {
    let config = Config::load(&global.data_dir())?;
    let cloud = cloud(global, &config)?;
    let mut times = Vec::new();
    for _ in 0..args.count {
        let started = Instant::now();
        cloud.api.ping(&ask(())).await?;
        times.push(started.elapsed());
    }
    let first = times.first().copied().unwrap_or_default();
    let mut later = times.get(1..).unwrap_or_default().to_vec();
    later.sort_unstable();
    let median = later.get(later.len() / 2).copied().unwrap_or(first);
    if global.json {
        let value = serde_json::json!({"first_ms": millis(first), "median_ms": millis(median),
                                       "count": args.count});
        return say_json(&value);
    }
    let (first, median) = (millis(first), millis(median));
    say(&format!(
        "first answer in {first:.1} ms (connecting included), then {median:.1} ms"
    ))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
