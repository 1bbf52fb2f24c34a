//! The page's part on menu search.

use super::svg::{Chart, count_ticks};
use super::{
    escape, number, percent, percent_range, robustness, section, table, text_table, tiles,
    with_range,
};
use crate::metrics::ranking::{DEPTH, RankScore};
use crate::task::search::{SearchMiss, SearchReport};
use std::collections::BTreeMap;

pub(super) fn body(report: &SearchReport) -> String {
    [
        summary(report),
        robustness::body(&report.main_figures(), &report.robustness),
        format!(
            "<div class=\"grid\">\n{}{}</div>\n",
            ranks(report),
            groups("kinds", "By kind of query", "kind", &report.by_kind)
        ),
        groups("sources", "By source", "source", &report.by_source),
        misses(&report.errors),
    ]
    .concat()
}

fn summary(report: &SearchReport) -> String {
    let all = &report.overall;
    tiles(&[
        (
            "Right dish first",
            percent(all.hit_at_1),
            percent_range(all.hit_at_1_interval),
        ),
        (
            "Among the first ten",
            percent(all.hit_at_10),
            percent_range(all.hit_at_10_interval),
        ),
        (
            "Mean reciprocal rank",
            number(all.mrr_at_10),
            "first ten".to_owned(),
        ),
        (
            "Right where sure",
            percent(report.sure.right),
            format!(
                "{} queries; {} of the others",
                report.sure.count,
                percent(report.sure.right_of_others)
            ),
        ),
        (
            "Queries",
            all.count.to_string(),
            format!("{} without a right dish", report.missed),
        ),
        (
            "Latency p50",
            format!("{:.1} ms", report.about.latency_ms.p50),
            format!("p99 {:.1} ms", report.about.latency_ms.p99),
        ),
    ])
}

fn ranks(report: &SearchReport) -> String {
    let counts: Vec<usize> = report
        .rank_histogram
        .iter()
        .copied()
        .chain([report.missed])
        .collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let label = |at: usize| {
        if at == DEPTH {
            "none".to_owned()
        } else {
            (at + 1).to_string()
        }
    };
    let mut x: Vec<(f64, String)> = (0..=DEPTH).map(|at| (at as f64 + 0.5, label(at))).collect();
    x.push((counts.len() as f64, String::new()));
    let title = "Place of the first right dish";
    let mut chart = Chart::new(title, ("place", "queries"), &x, &count_ticks(most));
    for (at, count) in counts.iter().enumerate() {
        let class = if at == DEPTH {
            "fill-wrong"
        } else {
            "fill-right"
        };
        let title = format!("place {}: {count} queries", label(at));
        chart.bar(
            class,
            (at as f64, at as f64 + 1.0),
            (0.0, *count as f64),
            &title,
        );
    }
    section(
        "ranks",
        "Place of the first right dish",
        "",
        &chart.finish(),
    )
}

fn groups(id: &str, title: &str, what: &str, groups: &BTreeMap<String, RankScore>) -> String {
    let row = |(name, score): (&String, &RankScore)| {
        vec![
            escape(name),
            score.count.to_string(),
            with_range(score.hit_at_1, score.hit_at_1_interval),
            with_range(score.hit_at_10, score.hit_at_10_interval),
            number(score.mrr_at_10),
        ]
    };
    let rows: Vec<Vec<String>> = groups.iter().map(row).collect();
    let head = [what, "queries", "hit@1", "hit@10", "MRR@10"];
    section(
        id,
        title,
        "In brackets: 95 % intervals (Wilson).",
        &table(&head, &rows),
    )
}

fn misses(errors: &[SearchMiss]) -> String {
    let (none, late): (Vec<&SearchMiss>, Vec<&SearchMiss>) =
        errors.iter().partition(|miss| miss.rank.is_none());
    let group = |title: &str, misses: &[&SearchMiss]| {
        if misses.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = misses.iter().map(|miss| miss_row(miss)).collect();
        let table = text_table(
            &["query", "right", "found", "place", "kind", "where"],
            &rows,
        );
        format!(
            "<details><summary>{title}: {}</summary>\n{table}</details>\n",
            misses.len()
        )
    };
    let inside = group("No right dish among the first ten", &none)
        + &group("Right dish found, but not first", &late);
    section(
        "errors",
        &format!("Queries whose first hit is not right: {}", errors.len()),
        "",
        &inside,
    )
}

fn miss_row(miss: &SearchMiss) -> Vec<String> {
    let list = |texts: &[String]| {
        texts
            .iter()
            .map(|text| escape(text))
            .collect::<Vec<_>>()
            .join("<br>")
    };
    vec![
        escape(&miss.query),
        list(&miss.expected),
        list(&miss.got),
        miss.rank
            .map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
        escape(miss.kind.as_deref().unwrap_or("")),
        format!("<code>{}</code>", escape(&miss.place)),
    ]
}
