//! `till`: how a running device sells.
//!
//! Everything is asked of the server, which owns the till's file.

mod shown;

use super::remote::{Remote, escape};
use super::{Usage, say, say_json};
use crate::cli::Global;
use crate::config::Config;
use olympus_proto::pos::{Operations, OrderList, Reconcile, SalesReport};
use serde_json::{Value, json};

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Line, queue, grant, settlement, and what to look at
    #[command(after_help = "\
Exits with 1 where a person has to do something.

Examples:
  olympus-edge till status
  olympus-edge till status --json | jq .sync.queue_size")]
    Status {
        #[command(flatten)]
        server: Server,
    },
    /// Orders, newest first
    Orders {
        /// Of this business day, YYYY-MM-DD [default: all]
        #[arg(long, value_name = "DAY")]
        day: Option<String>,
        /// That stand there: open, paid or voided
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// Most orders
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        #[command(flatten)]
        server: Server,
    },
    /// What this device sold, by hour, dish and tender
    Report {
        /// First business day, YYYY-MM-DD [default: the last one]
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// Last business day, included [default: today]
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Compare this device's ledger with the cloud's and the payment provider's
    #[command(after_help = "Exits with 1 where they do not say the same.")]
    Reconcile {
        /// First business day, YYYY-MM-DD [default: the last one]
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// Last business day, included [default: today]
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// What was not done and a person has to settle; with an id, settle it
    #[command(after_help = "\
Examples:
  olympus-edge till attention
  olympus-edge till attention 0195f1… --again
  olympus-edge till attention 0195f1… --dismiss")]
    Attention {
        /// The operation
        #[arg(requires = "what")]
        operation: Option<String>,
        /// Do it again, over the row as it is now
        #[arg(long, group = "what", requires = "operation")]
        again: bool,
        /// Let it be
        #[arg(long, group = "what", requires = "operation")]
        dismiss: bool,
        #[command(flatten)]
        server: Server,
    },
}

/// Where the running server is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Server {
    /// The running server [default: the `listen` of this data folder]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Key for it, scope pos
    #[arg(long, env = "OLYMPUS_KEY", hide_env_values = true)]
    key: Option<String>,
}

impl Server {
    fn remote(self, global: &Global) -> anyhow::Result<Remote> {
        let url = match self.url {
            Some(url) if url.starts_with("http://") => url,
            Some(url) => {
                return Err(Usage(format!("--url {url}: use http://ADDRESS:PORT")).into());
            }
            None => {
                let listen = Config::load(&global.data_dir())?.listen;
                format!(
                    "http://{}",
                    reachable(listen.as_deref().unwrap_or(DEFAULT_LISTEN))
                )
            }
        };
        Ok(Remote::new(&url, self.key))
    }
}

/// Who listens everywhere is found on this machine.
fn reachable(listen: &str) -> String {
    match listen.parse::<std::net::SocketAddr>() {
        Ok(address) if address.ip().is_unspecified() => format!("127.0.0.1:{}", address.port()),
        _ => listen.to_owned(),
    }
}

/// Whether all is well.
pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Status { server } => status(global, &server.remote(global)?),
        Command::Orders {
            day,
            status,
            limit,
            server,
        } => {
            let limit = Some(limit.to_string());
            let query = query(&[("day", &day), ("status", &status), ("limit", &limit)]);
            let path = format!("/v1/orders{query}");
            let list: OrderList = server.remote(global)?.call("GET", &path, None)?;
            say_or_json(global, &list, || shown::orders(&list))
        }
        Command::Report { from, to, server } => {
            let path = format!(
                "/v1/reports/sales{}",
                query(&[("from", &from), ("to", &to)])
            );
            let report: SalesReport = server.remote(global)?.call("GET", &path, None)?;
            say_or_json(global, &report, || shown::sales(&report))
        }
        Command::Reconcile { from, to, server } => {
            let body = json!({"from": from, "to": to});
            let body = without_nulls(body);
            let report: Reconcile =
                server
                    .remote(global)?
                    .write("POST", "/v1/operations/reconcile", &body)?;
            say_or_json(global, &report, || shown::reconciled(&report))?;
            Ok(report.equal)
        }
        Command::Attention {
            operation,
            again,
            server,
            ..
        } => attention(global, &server.remote(global)?, operation, again),
    }
}

fn say_or_json<T: serde::Serialize>(
    global: &Global,
    value: &T,
    text: impl FnOnce() -> String,
) -> anyhow::Result<bool> {
    match global.json {
        true => say_json(value)?,
        false => say(&text())?,
    }
    Ok(true)
}

fn status(global: &Global, remote: &Remote) -> anyhow::Result<bool> {
    let operations: Operations = remote.call("GET", "/v1/operations", None)?;
    say_or_json(global, &operations, || shown::standing(&operations))?;
    Ok(operations.attention.is_empty() && operations.settlement.declined == 0)
}

fn attention(
    global: &Global,
    remote: &Remote,
    operation: Option<String>,
    again: bool,
) -> anyhow::Result<bool> {
    let Some(operation) = operation else {
        let operations: Operations = remote.call("GET", "/v1/operations", None)?;
        return say_or_json(global, &operations.attention, || {
            shown::to_settle(&operations.attention)
        });
    };
    let what = if again { "again" } else { "dismiss" };
    let path = format!("/v1/operations/attention/{}", escape(&operation));
    let done: Value = remote.write("POST", &path, &json!({"do": what}))?;
    say_or_json(global, &done, || match again {
        true => "it is done again; `olympus-edge till status` shows what becomes of it".to_owned(),
        false => "it is let be".to_owned(),
    })
}

fn query(pairs: &[(&str, &Option<String>)]) -> String {
    let set = pairs.iter().filter_map(|(name, value)| {
        value
            .as_ref()
            .map(|value| format!("{name}={}", escape(value)))
    });
    let joined = set.collect::<Vec<_>>().join("&");
    match joined.is_empty() {
        true => joined,
        false => format!("?{joined}"),
    }
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{query, reachable};

    #[test]
    fn a_server_is_found_and_asked() {
        assert_eq!(reachable("0.0.0.0:9000"), "127.0.0.1:9000");
        assert_eq!(reachable("10.0.0.7:80"), "10.0.0.7:80");
        let set = Some("a b".to_owned());
        assert_eq!(
            query(&[("x", &set), ("y", &None), ("z", &set)]),
            "?x=a%20b&z=a%20b"
        );
        assert_eq!(query(&[("y", &None)]), "");
    }
}
