//! The page's part on intents.

use super::svg::{Chart, count_ticks, percent_ticks, unit_ticks};
use super::{
    escape, legend, number, percent, percent_range, robustness, section, table, text_table, tiles,
    with_range,
};
use crate::metrics::calibration::Bin;
use crate::task::intent::{IntentError, IntentReport, Overall};
use olympus_proto::Intent;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Every fifth threshold of the sweep stands in the table.
const SWEEP_TABLE_STEP: usize = 5;

pub(super) fn body(report: &IntentReport) -> String {
    let charts = [
        histogram(report),
        reliability(report),
        sweep(report),
        confusion(report),
    ]
    .concat();
    [
        summary(report),
        robustness::body(&report.main_figures(), &report.robustness),
        format!("<div class=\"grid\">\n{charts}</div>\n"),
        classes(report),
        sources(report),
        errors(&report.errors),
    ]
    .concat()
}

fn summary(report: &IntentReport) -> String {
    let all = &report.overall;
    tiles(&[
        (
            "Accuracy, strict",
            percent(all.accuracy_strict),
            percent_range(all.accuracy_strict_interval),
        ),
        (
            "Accuracy, lenient",
            percent(all.accuracy_lenient),
            percent_range(all.accuracy_lenient_interval),
        ),
        (
            "Macro F1",
            number(report.macro_f1),
            "mean over classes".to_owned(),
        ),
        (
            "Out-of-scope recall",
            percent(all.out_of_scope_recall),
            percent_range(all.out_of_scope_recall_interval),
        ),
        (
            "In-scope abstained",
            percent(all.in_scope_abstained),
            percent_range(all.in_scope_abstained_interval),
        ),
        (
            "Calibration error",
            number(report.ece),
            "ECE, 15 bins".to_owned(),
        ),
        (
            "Cost of 100",
            (all.cost.cost_per_100).map_or_else(|| "–".to_owned(), |cost| format!("{cost:.1}")),
            format!(
                "{} false cancels, {} missed complaints",
                all.cost.false_cancels, all.cost.missed_complaints
            ),
        ),
        (
            "Latency p50",
            format!("{:.1} ms", report.about.latency_ms.p50),
            format!("p99 {:.1} ms", report.about.latency_ms.p99),
        ),
    ])
}

fn confusion(report: &IntentReport) -> String {
    let names = &report.confusion.classes;
    let mut html = String::from(
        "<div class=\"scroll\"><table class=\"matrix\">\n<thead><tr><th scope=\"col\">was ↓ answered →</th>",
    );
    for name in names {
        let _ = write!(html, "<th scope=\"col\">{name}</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (at, (name, row)) in names.iter().zip(&report.confusion.rows).enumerate() {
        let _ = write!(html, "<tr><th scope=\"row\">{name}</th>");
        let all: usize = row.iter().sum();
        for (column, count) in row.iter().enumerate() {
            html.push_str(&cell(*count, all, at == column));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table></div>\n");
    let note =
        "Rows are what was meant, columns what was answered; out of scope is <code>unknown</code>.";
    section("confusion", "Confusion", note, &html)
}

fn cell(count: usize, all: usize, right: bool) -> String {
    if count == 0 {
        return "<td class=\"none\">·</td>".to_owned();
    }
    let share = count as f64 / all.max(1) as f64 * 100.0;
    let class = if right { "right" } else { "wrong" };
    // a single slip must still be seen, and text on the fullest cell still be read
    let tint = 12.0 + share * 0.43;
    format!(
        "<td class=\"{class}\" style=\"--share:{tint:.0}%\" title=\"{share:.1} % of the row\">{count}</td>"
    )
}

fn histogram(report: &IntentReport) -> String {
    let bins = &report.confidence_histogram;
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0);
    let title = "Confidence of the best guess";
    let mut chart = Chart::new(
        title,
        ("confidence", "answers"),
        &unit_ticks(),
        &count_ticks(most),
    );
    for bin in bins {
        let (right, all) = (bin.right as f64, bin.count as f64);
        let range = format!("{:.2} to {:.2}", bin.low, bin.high);
        chart.bar(
            "fill-right",
            (bin.low, bin.high),
            (0.0, right),
            &format!("{range}: {} right", bin.right),
        );
        let wrong = format!("{range}: {} wrong", bin.count - bin.right);
        chart.bar("fill-wrong", (bin.low, bin.high), (right, all), &wrong);
    }
    let note = "How sure the model is of its best guess, before any threshold.";
    let marks = legend(&[
        ("of-right", "best guess right"),
        ("of-wrong", "best guess wrong"),
    ]);
    section("confidence", "Confidence", note, &(chart.finish() + &marks))
}

fn reliability(report: &IntentReport) -> String {
    let title = "Reliability diagram";
    let mut chart = Chart::new(
        title,
        ("confidence", "right"),
        &unit_ticks(),
        &percent_ticks(),
    );
    let filled = |bin: &&Bin| bin.count > 0;
    for bin in report.calibration.iter().filter(filled) {
        let accuracy = bin.accuracy.unwrap_or(0.0);
        let title = format!(
            "{:.2} to {:.2}: {} of {} right",
            bin.low, bin.high, bin.right, bin.count
        );
        chart.bar(
            "fill-right soft",
            (bin.low, bin.high),
            (0.0, accuracy),
            &title,
        );
    }
    chart.diagonal();
    for bin in report.calibration.iter().filter(filled) {
        let (confidence, accuracy) = (bin.confidence.unwrap_or(0.0), bin.accuracy.unwrap_or(0.0));
        let title = format!(
            "confidence {confidence:.3}, right {:.1} %",
            accuracy * 100.0
        );
        chart.dot(
            "fill-right",
            confidence,
            accuracy,
            bin.accuracy_interval,
            &title,
        );
    }
    let note = format!(
        "On the dashed line, 80 % sure means right 80 times in 100. Expected calibration error {}.",
        number(report.ece)
    );
    let marks = legend(&[("of-right", "share right, with 95 % interval")]);
    section(
        "reliability",
        "Reliability",
        &note,
        &(chart.finish() + &marks),
    )
}

fn sweep(report: &IntentReport) -> String {
    let points = &report.abstention_sweep;
    let title = "Coverage and accuracy by threshold";
    let mut chart = Chart::new(
        title,
        ("threshold", "share"),
        &unit_ticks(),
        &percent_ticks(),
    );
    let line = |value: fn(&crate::metrics::abstention::Point) -> Option<f64>| -> Vec<(f64, f64)> {
        points
            .iter()
            .filter_map(|point| Some((point.threshold, value(point)?)))
            .collect()
    };
    chart.line(
        "line-right",
        &line(|p| p.accuracy),
        "right among those answered",
    );
    chart.line("line-wrong", &line(|p| p.coverage), "answered");
    chart.line(
        "line-third",
        &line(|p| p.out_of_scope_recall),
        "out of scope held back",
    );
    let rows: Vec<Vec<String>> = points
        .iter()
        .step_by(SWEEP_TABLE_STEP)
        .map(|point| {
            vec![
                format!("{:.1}", point.threshold),
                percent(point.coverage),
                percent(point.accuracy),
                percent(point.in_scope_abstained),
                percent(point.out_of_scope_recall),
            ]
        })
        .collect();
    let head = [
        "threshold",
        "answered",
        "right of those",
        "in scope held back",
        "out of scope held back",
    ];
    let marks = legend(&[
        ("of-right", "right among those answered"),
        ("of-wrong", "answered"),
        ("of-third", "out of scope held back"),
    ]);
    let table = table(&head, &rows);
    let inside = chart.finish()
        + &marks
        + &format!("<details><summary>As a table</summary>\n{table}</details>\n");
    let note = "What one threshold for all classes would give; the service's own thresholds play no part here.";
    section("abstention", "Abstention", note, &inside)
}

fn classes(report: &IntentReport) -> String {
    let rows: Vec<Vec<String>> = report
        .by_class
        .iter()
        .map(|(intent, score)| {
            vec![
                intent.to_string(),
                score.count.to_string(),
                score.answered.to_string(),
                with_range(score.precision, score.precision_interval),
                with_range(score.recall, score.recall_interval),
                with_range(score.f1, score.f1_interval),
            ]
        })
        .collect();
    let head = ["class", "rows", "answered", "precision", "recall", "F1"];
    section(
        "classes",
        "By class",
        "In brackets: 95 % intervals (Wilson).",
        &table(&head, &rows),
    )
}

fn sources(report: &IntentReport) -> String {
    let row = |(source, all): (&String, &Overall)| {
        vec![
            escape(source),
            all.count.to_string(),
            with_range(all.accuracy_strict, all.accuracy_strict_interval),
            number(all.accuracy_lenient),
            number(all.in_scope_abstained),
            number(all.out_of_scope_recall),
            (all.cost.cost_per_100).map_or_else(|| "–".to_owned(), |cost| format!("{cost:.1}")),
        ]
    };
    let mut sources: Vec<(&String, &Overall)> = report.by_source.iter().collect();
    sources.sort_by_key(|(_, all)| Reverse(all.count));
    let rows: Vec<Vec<String>> = sources.into_iter().map(row).collect();
    let head = [
        "source",
        "rows",
        "strict",
        "lenient",
        "in-scope abstained",
        "out-of-scope recall",
        "cost of 100",
    ];
    section(
        "sources",
        "By source",
        "In brackets: 95 % intervals (Wilson).",
        &table(&head, &rows),
    )
}

fn errors(errors: &[IntentError]) -> String {
    let mut groups: BTreeMap<(Intent, Intent), Vec<&IntentError>> = BTreeMap::new();
    for error in errors {
        groups
            .entry((error.expected, error.got))
            .or_default()
            .push(error);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, members)| Reverse(members.len()));
    let mut inside = String::new();
    for ((expected, got), mut members) in groups {
        members.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let rows: Vec<Vec<String>> = members.iter().map(|error| error_row(error)).collect();
        let table = text_table(
            &["text", "best guess", "confidence", "source", "where"],
            &rows,
        );
        let _ = write!(
            inside,
            "<details><summary>{expected} answered as {got}: {}</summary>\n{table}</details>\n",
            members.len()
        );
    }
    let note = "Grouped by what was confused with what, the surest mistakes first.";
    section(
        "errors",
        &format!("Errors: {}", errors.len()),
        note,
        &inside,
    )
}

fn error_row(error: &IntentError) -> Vec<String> {
    let guess = if error.defensible {
        format!("{} <small>(defensible)</small>", error.best_guess)
    } else {
        error.best_guess.to_string()
    };
    vec![
        escape(&error.text),
        guess,
        format!("{:.3}", error.confidence),
        escape(&error.source),
        format!("<code>{}</code>", escape(&error.place)),
    ]
}
