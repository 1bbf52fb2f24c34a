//! `bench`: intent, search and both, in process and over loopback, on this machine.

use super::measure::{self, Latency};
use super::remote::Remote;
use super::table::table;
use super::{say, say_json, service_options};
use crate::cli::Global;
use crate::config::Config;
use crate::http::server::{self, ServerError};
use crate::service::{Options, Service};
use anyhow::Context;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Texts are all different, so no cache helps. The menu is the demo's unless --own-menu is said.

Examples:
  olympus-edge bench
  olympus-edge bench --seconds 10 --json")]
pub(crate) struct Args {
    /// How long each of the six measurements takes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure over this device's own menu
    #[arg(long)]
    own_menu: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    model: String,
    items: usize,
    start_ms: f64,
    in_process: Vec<(&'static str, Latency)>,
    loopback: Vec<(&'static str, Latency)>,
    resident_mb: Option<f64>,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<()> {
    let config = Config::load(&global.data_dir())?;
    let options = Options {
        cache_entries: 0,
        ..service_options(global, &config, !args.own_menu)?
    };
    let time = Duration::from_secs(args.seconds);
    let started = Instant::now();
    let service = Service::open(options.clone())?;
    let start_ms = started.elapsed().as_secs_f64() * 1e3;
    let model = service.model().id.clone();
    let items = service.item_count();
    let in_process = measure::in_process(&service, time)?.to_vec();
    drop(service);
    let (loopback, resident_mb) = over_loopback(options, time)?;
    let report = Report {
        model,
        items,
        start_ms,
        in_process,
        loopback,
        resident_mb,
    };
    if global.json {
        return say_json(&as_json(&report));
    }
    say(&as_text(&report))
}

type Measured = (Vec<(&'static str, Latency)>, Option<f64>);

fn over_loopback(service: Options, time: Duration) -> anyhow::Result<Measured> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (ready, address) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options = server::Options {
        keys_dir: None,
        ..server::Options::on_loopback(service)
    };
    let serving = runtime.spawn(async move {
        let told = |address| {
            // Whoever waits for it has given up.
            let _ = ready.send(address);
        };
        server::run(options, |_| {}, told, async {
            let _ = stopped.await;
        })
        .await
    });
    let Ok(address) = address.recv() else {
        let ended: Result<(), ServerError> = runtime.block_on(serving)?;
        ended?;
        anyhow::bail!("the server ended before it was ready");
    };
    let remote = Remote::new(&format!("http://{address}"), None);
    let ask = |path: &'static str, body: fn(&str) -> Value| {
        let remote = &remote;
        measure::latency(time, move |text| {
            let body = body(text).to_string();
            let kind = "application/json";
            remote.call::<Value>("POST", path, Some((kind, body.as_bytes())))?;
            Ok(())
        })
    };
    let measured = vec![
        ("intent", ask("/v1/intent", |text| json!({"text": text}))?),
        (
            "search",
            ask("/v1/menu/search", |text| json!({"query": text}))?,
        ),
        (
            "understand",
            ask("/v1/understand", |text| json!({"text": text}))?,
        ),
    ];
    let resident = measure::resident_mb();
    // The server may have ended by itself; the next line says why.
    let _ = stop.send(());
    runtime.block_on(serving)?.context("stopping the server")?;
    Ok((measured, resident))
}

fn as_json(report: &Report) -> Value {
    let named = |all: &[(&'static str, Latency)]| -> Value {
        all.iter()
            .map(|(name, latency)| ((*name).to_owned(), json!(latency)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    json!({
        "model": report.model,
        "items": report.items,
        "start_ms": report.start_ms,
        "in_process": named(&report.in_process),
        "loopback": named(&report.loopback),
        "resident_mb": report.resident_mb,
    })
}

fn as_text(report: &Report) -> String {
    let mut rows = Vec::new();
    for (place, all) in [
        ("in process", &report.in_process),
        ("loopback", &report.loopback),
    ] {
        for (name, latency) in all {
            rows.push([
                (*name).to_owned(),
                place.to_owned(),
                format!("{:.2}", latency.p50_ms),
                format!("{:.2}", latency.p99_ms),
                latency.count.to_string(),
            ]);
        }
    }
    let mut text = table(["WHAT", "WHERE", "P50 MS", "P99 MS", "COUNT"], &rows);
    text.push_str(&format!(
        "\nmodel {}, {} items, ready after {:.0} ms",
        report.model, report.items, report.start_ms
    ));
    if let Some(memory) = report.resident_mb {
        text.push_str(&format!(", {memory:.0} MB in RAM"));
    }
    text
}
