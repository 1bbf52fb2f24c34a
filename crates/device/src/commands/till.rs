//! `till`: how a running device sells.
//!
//! Everything is asked of the server, which owns the till's file.

use super::remote::{Remote, escape};
use super::table::{clip, table};
use super::{Usage, say, say_json};
use crate::cli::Global;
use crate::config::Config;
use olympus_proto::Cents;
use olympus_proto::pos::{
    AttentionItem, Line, Operations, Order, OrderList, OrderStatus, Reconcile, SalesReport,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

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
            shown(global, &list, || orders(&list))
        }
        Command::Report { from, to, server } => {
            let path = format!(
                "/v1/reports/sales{}",
                query(&[("from", &from), ("to", &to)])
            );
            let report: SalesReport = server.remote(global)?.call("GET", &path, None)?;
            shown(global, &report, || sales(&report))
        }
        Command::Reconcile { from, to, server } => {
            let body = json!({"from": from, "to": to});
            let body = without_nulls(body);
            let report: Reconcile =
                server
                    .remote(global)?
                    .write("POST", "/v1/operations/reconcile", &body)?;
            shown(global, &report, || reconciled(&report))?;
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

fn shown<T: serde::Serialize>(
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
    shown(global, &operations, || standing(&operations))?;
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
        return shown(global, &operations.attention, || {
            to_settle(&operations.attention)
        });
    };
    let what = if again { "again" } else { "dismiss" };
    let path = format!("/v1/operations/attention/{}", escape(&operation));
    let done: Value = remote.write("POST", &path, &json!({"do": what}))?;
    shown(global, &done, || match again {
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

/// `12.50`; the currency stands once, above.
fn money(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let all = cents.0.unsigned_abs();
    format!("{sign}{}.{:02}", all / 100, all % 100)
}

fn ago(ms: u64) -> String {
    match ms / 1_000 {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn since(at_ms: u64) -> String {
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
    ago(now.saturating_sub(at_ms))
}

fn local_time(at_ms: u64) -> String {
    let at = i64::try_from(at_ms).ok();
    at.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()))
        .map(|at| at.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

fn standing(operations: &Operations) -> String {
    let sync = &operations.sync;
    let terminal = &operations.standing;
    let line = match operations.line {
        Line::None => "no cloud is set up".to_owned(),
        Line::Online => format!("online for {}", since(operations.line_since_ms)),
        Line::Offline => format!("offline for {}", since(operations.line_since_ms)),
    };
    let mut rows = vec![
        [
            "terminal",
            &format!(
                "{} of {}, day {}",
                operations.terminal, operations.location, operations.day
            ),
        ]
        .map(str::to_owned),
        ["line".to_owned(), line],
    ];
    if let Some(fault) = &operations.fault {
        rows.push(["fault".to_owned(), fault.clone()]);
    }
    let oldest = sync.oldest_ms.map(|ms| format!(", oldest {}", ago(ms)));
    rows.push([
        "unsent".to_owned(),
        format!(
            "{} operations worth {} {}{}; pressure {}",
            sync.queue_size,
            money(sync.queue_cents),
            operations.currency,
            oldest.unwrap_or_default(),
            sync.pressure
        ),
    ]);
    let left = terminal
        .left_cents
        .map(|left| format!(", {} {} left", money(left), operations.currency));
    let until = terminal
        .grant_expires_ms
        .map(|at| format!(", grant until {}", local_time(at)));
    rows.push([
        "may sell".to_owned(),
        format!(
            "{}{}{}; clock {}",
            terminal.step,
            until.unwrap_or_default(),
            left.unwrap_or_default(),
            terminal.clock
        ),
    ]);
    let settlement = &operations.settlement;
    rows.push([
        "settlement".to_owned(),
        format!(
            "{} open ({}), {} without an answer, {} declined ({})",
            settlement.open,
            money(settlement.open_cents),
            settlement.unknown,
            settlement.declined,
            money(settlement.declined_cents)
        ),
    ]);
    rows.push([
        "receipts".to_owned(),
        format!("{} wait to be uploaded", operations.receipts_waiting),
    ]);
    if let Some(report) = &operations.reconcile {
        let said = if report.equal {
            "all equal"
        } else {
            "NOT equal"
        };
        rows.push([
            "reconcile".to_owned(),
            format!("{said}, made {} ago", since(report.at_ms)),
        ]);
    }
    let mut text = table(["WHAT", "HOW IT STANDS"], &rows);
    let _ = write!(text, "\n{}", to_settle(&operations.attention));
    text
}

fn to_settle(attention: &[AttentionItem]) -> String {
    if attention.is_empty() {
        return "nothing has to be looked at".to_owned();
    }
    let rows: Vec<[String; 5]> = attention
        .iter()
        .map(|item| {
            [
                item.operation.to_string(),
                item.entity.clone(),
                item.why.clone(),
                if item.can_retry { "yes" } else { "no" }.to_owned(),
                item.advice.clone(),
            ]
        })
        .collect();
    table(["OPERATION", "ABOUT", "WHY", "AGAIN?", "WHAT TO DO"], &rows)
}

fn orders(list: &OrderList) -> String {
    let row = |order: &Order| {
        let names = order
            .lines
            .iter()
            .map(|line| format!("{} × {}", line.quantity, line.name));
        [
            order.number.to_string(),
            local_time(order.opened_ms),
            match order.status {
                OrderStatus::Open => "open",
                OrderStatus::Paid => "paid",
                OrderStatus::Voided => "voided",
            }
            .to_owned(),
            money(order.totals.total_cents),
            money(order.totals.due_cents),
            if order.pending { "waits" } else { "" }.to_owned(),
            order.id.as_str().to_owned(),
            clip(&names.collect::<Vec<_>>().join(", "), 40),
        ]
    };
    let rows: Vec<_> = list.orders.iter().map(row).collect();
    let head = [
        "NO", "OPENED", "STATUS", "TOTAL", "DUE", "CLOUD", "ID", "LINES",
    ];
    match rows.is_empty() {
        true => "no orders".to_owned(),
        false => table(head, &rows),
    }
}

fn sales(report: &SalesReport) -> String {
    let mut text = format!(
        "{} to {}, {}: {} orders, {} gross, {} of it tax, {} tips, {} given back\n\
         (what this device sold; {} operations of it wait to be sent)\n\n",
        report.from,
        report.to,
        report.currency,
        report.orders,
        money(report.gross_cents),
        money(report.tax_cents),
        money(report.tip_cents),
        money(report.refunded_cents),
        report.unsent
    );
    let tenders: Vec<_> = report
        .by_tender
        .iter()
        .map(|by| {
            [
                by.tender.to_string(),
                by.payments.to_string(),
                money(by.taken_cents),
                money(by.tip_cents),
                money(by.refunded_cents),
            ]
        })
        .collect();
    text.push_str(&table(
        ["TENDER", "PAYMENTS", "TAKEN", "TIPS", "GIVEN BACK"],
        &tenders,
    ));
    let hours: Vec<_> = report
        .by_hour
        .iter()
        .map(|by| {
            [
                format!("{:02}:00", by.hour),
                by.orders.to_string(),
                money(by.gross_cents),
            ]
        })
        .collect();
    let _ = write!(text, "\n{}", table(["HOUR", "ORDERS", "GROSS"], &hours));
    let items: Vec<_> = report
        .by_item
        .iter()
        .map(|by| {
            [
                clip(&by.name, 40),
                by.quantity.to_string(),
                money(by.lines_cents),
            ]
        })
        .collect();
    let _ = write!(text, "\n{}", table(["DISH", "SOLD", "BROUGHT"], &items));
    text
}

fn reconciled(report: &Reconcile) -> String {
    let mut text = format!(
        "{} to {}: {}\n\n",
        report.from,
        report.to,
        match report.equal {
            true => "ALL EQUAL",
            false => "NOT EQUAL",
        }
    );
    let rows = [
        [
            "this device",
            &money(report.device_cents),
            &money(report.device_card_cents),
        ],
        ["the cloud", &money(report.cloud_cents), ""],
        ["the provider", "", &money(report.provider_cents)],
    ]
    .map(|row| row.map(str::to_owned));
    text.push_str(&table(["BOOK", "ALL", "CARDS"], &rows));
    let _ = write!(
        text,
        "\n{} payments; {} not settled yet; {} operations not sent yet\n",
        report.payments, report.open, report.unsent
    );
    if !report.differences.is_empty() {
        let money = |cents: Option<Cents>| cents.map_or("none".to_owned(), money);
        let rows: Vec<_> = report
            .differences
            .iter()
            .map(|one| {
                [
                    one.payment.as_str().to_owned(),
                    money(one.device_cents),
                    money(one.cloud_cents),
                    money(one.provider_cents),
                    one.advice.clone(),
                ]
            })
            .collect();
        let head = ["PAYMENT", "DEVICE", "CLOUD", "PROVIDER", "WHAT TO DO"];
        let _ = write!(text, "\n{}", table(head, &rows));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ago, money, query, reachable};
    use olympus_proto::Cents;

    #[test]
    fn says_amounts_ages_and_addresses_as_people_do() {
        assert_eq!(money(Cents(-1_205)), "-12.05");
        assert_eq!(money(Cents(7)), "0.07");
        assert_eq!(money(Cents(i64::MIN)), "-92233720368547758.08");
        assert_eq!(ago(119_000), "119 s");
        assert_eq!(ago(7_200_000), "2 h");
        assert_eq!(ago(172_800_000), "2 days");
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
