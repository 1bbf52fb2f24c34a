//! `start`: the server, until it is told to end.

use super::{Usage, say, service_options};
use crate::cli::Global;
use crate::cloud::{authority, connect};
use crate::config::Config;
use crate::files::create_private_dir;
use crate::http::Limits;
use crate::http::server::{self, Options};
use anyhow::Context;
use std::net::SocketAddr;
use std::time::Duration;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints http://ADDRESS on stdout once every request is answered fast. SIGTERM or Ctrl-C ends it:
requests in flight have 10 s.

Examples:
  olympus-edge start --demo
  olympus-edge start --listen 127.0.0.1:0
  olympus-edge keys create --name kiosk-1 --scope kiosk && olympus-edge start --listen 0.0.0.0:8080")]
pub(crate) struct Args {
    /// Address and port; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "OLYMPUS_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Serve the demo menu from RAM; menus of the data folder and the cloud are left alone
    #[arg(long)]
    demo: bool,
    /// Log filter: error, warn, info, debug, trace [default: info]
    #[arg(long, env = "OLYMPUS_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// Log as JSON lines
    #[arg(long)]
    log_json: bool,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<()> {
    let data_dir = global.data_dir();
    let made = create_private_dir(&data_dir);
    // The demo keeps nothing, so it also runs where nothing can be written.
    if !args.demo {
        made.with_context(|| {
            format!(
                "{} cannot be used; name another with --data-dir",
                data_dir.display()
            )
        })?;
    }
    let config = Config::load(&data_dir)?;
    let filter = args
        .log
        .or_else(|| config.log.clone())
        .unwrap_or_else(|| "info".to_owned());
    log_to_stderr(&filter, args.log_json)?;
    let listen = args
        .listen
        .or_else(|| config.listen.clone())
        .unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
    let listen: SocketAddr = listen.parse().map_err(|_| {
        Usage(format!(
            "--listen {listen}: use ADDRESS:PORT, e.g. {DEFAULT_LISTEN}"
        ))
    })?;
    let min_confidence = config.min_confidence.unwrap_or_default();
    // The demo's menu would take the place of the restaurant's own in the cloud.
    let cloud = config.cloud()?.filter(|_| !args.demo);
    let location = cloud.as_ref().and_then(authority);
    let follows_menu = !args.demo && config.follows_menu(location.is_some())?;
    let cloud = cloud.map(|settings| connect(&settings, min_confidence, Some(data_dir.clone())));
    let sells_from = (!args.demo).then(|| data_dir.clone());
    let till = config.till(sells_from, location.is_some())?;
    let options = Options {
        listen,
        till,
        service: service_options(global, &config, args.demo)?,
        keys_dir: Some(data_dir),
        route: config.route()?,
        follows_menu,
        cors_origins: config.cors_origins,
        limits: Limits::default(),
        cloud,
        location,
    };
    serve(options)
}

fn serve(options: Options) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the async runtime")?;
    let served = runtime.block_on(async {
        let stop = stop_signal()?;
        let ready = |address: SocketAddr| {
            // Nobody may read stdout; the server runs all the same.
            let _ = say(&format!("http://{address}"));
        };
        server::run(
            options,
            |address| tracing::info!(%address, "listening"),
            ready,
            stop,
        )
        .await?;
        Ok(())
    });
    // Long work was told to end; what does not listen is left behind.
    runtime.shutdown_timeout(Duration::from_secs(2));
    served
}

/// Ends with the first SIGTERM or Ctrl-C.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("listening to SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("listening to Ctrl-C")?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => tracing::info!("SIGTERM: ending"),
                _ = interrupt.recv() => tracing::info!("Ctrl-C: ending"),
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

fn log_to_stderr(filter: &str, json: bool) -> anyhow::Result<()> {
    let targets: Targets = filter.parse().map_err(|_| {
        Usage(format!(
            "--log {filter}: use error, warn, info, debug or trace"
        ))
    })?;
    let registry = tracing_subscriber::registry().with(targets);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if json {
        registry.with(layer.json()).init();
    } else {
        use std::io::IsTerminal;
        registry
            .with(layer.with_ansi(std::io::stderr().is_terminal()))
            .init();
    }
    Ok(())
}
