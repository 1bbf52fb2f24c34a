//! The page's part on orders.

use super::{
    escape, number, percent, percent_range, section, table, text_table, tiles, with_range,
};
use crate::task::orders::{OrderError, OrderFigures, OrdersReport};

pub(super) fn body(report: &OrdersReport) -> String {
    [summary(report), sources(report), errors(&report.errors)].concat()
}

fn summary(report: &OrdersReport) -> String {
    let all = &report.overall;
    let negation = &all.negation;
    tiles(&[
        (
            "Exact orders",
            percent(all.exact_match),
            percent_range(all.exact_match_interval),
        ),
        (
            "Line F1",
            number(all.line_f1),
            "item, number, size".to_owned(),
        ),
        (
            "Modifier F1",
            number(all.modifier_f1),
            "name, wish, item".to_owned(),
        ),
        (
            "Negation errors",
            percent(all.negation_error_rate),
            format!(
                "{} missed, {} turned round, {} unasked; {} asked for",
                negation.missed, negation.inverted, negation.unasked, negation.expected
            ),
        ),
        (
            "Latency p50",
            format!("{:.1} ms", report.about.latency_ms.p50),
            format!("p99 {:.1} ms", report.about.latency_ms.p99),
        ),
    ])
}

fn sources(report: &OrdersReport) -> String {
    let row = |(source, all): (&String, &OrderFigures)| {
        vec![
            escape(source),
            all.count.to_string(),
            with_range(all.exact_match, all.exact_match_interval),
            number(all.line_f1),
            number(all.modifier_f1),
            number(all.negation_error_rate),
        ]
    };
    let rows: Vec<Vec<String>> = report.by_source.iter().map(row).collect();
    let head = [
        "source",
        "rows",
        "exact",
        "line F1",
        "modifier F1",
        "negation errors",
    ];
    section(
        "sources",
        "By source",
        "In brackets: 95 % intervals (Wilson).",
        &table(&head, &rows),
    )
}

fn errors(errors: &[OrderError]) -> String {
    let (negation, other): (Vec<&OrderError>, Vec<&OrderError>) =
        errors.iter().partition(|error| error.negation_error);
    let group = |title: &str, errors: &[&OrderError]| {
        if errors.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = errors.iter().map(|error| error_row(error)).collect();
        let table = text_table(&["text", "placed", "understood", "source", "where"], &rows);
        format!(
            "<details><summary>{title}: {}</summary>\n{table}</details>\n",
            errors.len()
        )
    };
    let inside = group("With a wrong negation", &negation) + &group("Other", &other);
    section(
        "errors",
        &format!("Orders with an error: {}", errors.len()),
        "",
        &inside,
    )
}

fn error_row(error: &OrderError) -> Vec<String> {
    let list = |texts: &[String]| {
        texts
            .iter()
            .map(|text| escape(text))
            .collect::<Vec<_>>()
            .join("<br>")
    };
    vec![
        escape(&error.text),
        list(&error.expected),
        list(&error.got),
        escape(&error.source),
        format!("<code>{}</code>", escape(&error.place)),
    ]
}
