//! The page's part on queries by attribute.

use super::{
    escape, number, percent, percent_range, section, table, text_table, tiles, with_range,
};
use crate::task::attributes::{AttributeError, AttributeFigures, AttributesReport};

pub(super) fn body(report: &AttributesReport) -> String {
    let all = &report.overall;
    let summary = tiles(&[
        (
            "First hit right",
            percent(all.top1_ok),
            percent_range(all.top1_ok_interval),
        ),
        (
            "First five all right",
            percent(all.top5_ok),
            percent_range(all.top5_ok_interval),
        ),
        (
            "Allergen violations",
            all.allergen_violations.to_string(),
            format!("in {} queries", all.queries_with_violation),
        ),
        (
            "By chance",
            percent(all.by_chance),
            "of the menu answers".to_owned(),
        ),
        (
            "Latency p50",
            format!("{:.1} ms", report.about.latency_ms.p50),
            format!("p99 {:.1} ms", report.about.latency_ms.p99),
        ),
    ]);
    [summary, menus(report), errors(&report.errors)].concat()
}

fn menus(report: &AttributesReport) -> String {
    let row = |(name, one): (&String, &AttributeFigures)| {
        vec![
            escape(name),
            one.count.to_string(),
            with_range(one.top1_ok, one.top1_ok_interval),
            with_range(one.top5_ok, one.top5_ok_interval),
            number(one.preferred_at_1),
            one.allergen_violations.to_string(),
            one.empty.to_string(),
            number(one.by_chance),
        ]
    };
    let rows: Vec<Vec<String>> = report.by_menu.iter().map(row).collect();
    let head = [
        "menu",
        "queries",
        "first right",
        "five right",
        "preferred first",
        "violations",
        "empty",
        "by chance",
    ];
    let note = "Right and wrong by the menu's own tags. In brackets: 95 % intervals (Wilson).";
    section("menus", "By menu", note, &table(&head, &rows))
}

fn errors(errors: &[AttributeError]) -> String {
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| escape(text)).collect();
        texts.join("<br>")
    };
    let row = |error: &AttributeError| {
        vec![
            escape(&error.query),
            list(&error.expected),
            list(&error.got),
            error.violations.to_string(),
            format!("<code>{}</code>", escape(&error.place)),
        ]
    };
    let rows: Vec<Vec<String>> = errors.iter().map(row).collect();
    let head = ["query", "tags", "found", "violations", "where"];
    let inside = format!(
        "<details><summary>Show them</summary>\n{}</details>\n",
        text_table(&head, &rows)
    );
    let title = format!("Queries with anything wrong: {}", errors.len());
    section("errors", &title, "", &inside)
}
