//! What `till` says to people: tables.

use crate::commands::table::{clip, table};
use olympus_proto::Cents;
use olympus_proto::pos::{
    AttentionItem, Line, Operations, Order, OrderList, OrderStatus, Reconcile, SalesReport,
};
use std::fmt::Write as _;

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

pub(super) fn standing(operations: &Operations) -> String {
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
    rows.push(["unsent".to_owned(), unsent(operations)]);
    rows.push(["may sell".to_owned(), may_sell(operations)]);
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

fn unsent(operations: &Operations) -> String {
    let sync = &operations.sync;
    let oldest = sync.oldest_ms.map(|ms| format!(", oldest {}", ago(ms)));
    format!(
        "{} operations worth {} {}{}; pressure {}",
        sync.queue_size,
        money(sync.queue_cents),
        operations.currency,
        oldest.unwrap_or_default(),
        sync.pressure
    )
}

fn may_sell(operations: &Operations) -> String {
    let terminal = &operations.standing;
    let currency = &operations.currency;
    let left = terminal.left_cents;
    let left = left.map(|left| format!(", {} {currency} left", money(left)));
    let until = terminal.grant_expires_ms;
    let until = until.map(|at| format!(", grant until {}", local_time(at)));
    format!(
        "{}{}{}; clock {}",
        terminal.step,
        until.unwrap_or_default(),
        left.unwrap_or_default(),
        terminal.clock
    )
}

pub(super) fn to_settle(attention: &[AttentionItem]) -> String {
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

pub(super) fn orders(list: &OrderList) -> String {
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

pub(super) fn sales(report: &SalesReport) -> String {
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

pub(super) fn reconciled(report: &Reconcile) -> String {
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
    use super::{ago, money};
    use olympus_proto::Cents;

    #[test]
    fn says_amounts_and_ages_as_people_do() {
        assert_eq!(money(Cents(-1_205)), "-12.05");
        assert_eq!(money(Cents(7)), "0.07");
        assert_eq!(money(Cents(i64::MIN)), "-92233720368547758.08");
        assert_eq!(ago(119_000), "119 s");
        assert_eq!(ago(7_200_000), "2 h");
        assert_eq!(ago(172_800_000), "2 days");
    }
}
