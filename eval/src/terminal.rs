//! The report as a table for a terminal: plain text, 80 columns where names allow.

use crate::gate::Check;
use crate::metrics::Interval;
use crate::metrics::ranking::RankScore;
use crate::task::attributes::AttributesReport;
use crate::task::intent::IntentReport;
use crate::task::orders::{OrderFigures, OrdersReport};
use crate::task::robustness::Noisy;
use crate::task::search::SearchReport;
use crate::task::{About, Report};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Confusions listed.
const SHOWN_CONFUSIONS: usize = 8;

/// The report in words and columns.
#[must_use]
pub fn show(report: &Report) -> String {
    let mut out = String::new();
    // writing to a String cannot fail
    let _ = match report {
        Report::Intent(report) => intent(&mut out, report),
        Report::Search(report) => search(&mut out, report),
        Report::Orders(report) => orders(&mut out, report),
        Report::Attributes(report) => attributes(&mut out, report),
    };
    let _ = checks(&mut out, report.checks());
    out
}

fn intent(out: &mut String, report: &IntentReport) -> std::fmt::Result {
    let all = &report.overall;
    head(out, &report.about, all.count)?;
    line(
        out,
        "accuracy_strict",
        all.accuracy_strict,
        all.accuracy_strict_interval,
    )?;
    line(
        out,
        "accuracy_lenient",
        all.accuracy_lenient,
        all.accuracy_lenient_interval,
    )?;
    line(out, "macro_f1", report.macro_f1, None)?;
    line(
        out,
        "out_of_scope_recall",
        all.out_of_scope_recall,
        all.out_of_scope_recall_interval,
    )?;
    line(
        out,
        "in_scope_abstained",
        all.in_scope_abstained,
        all.in_scope_abstained_interval,
    )?;
    line(out, "ece", report.ece, None)?;
    cost(out, report)?;
    latency(out, &report.about)?;
    robustness(out, &report.main_figures(), &report.robustness)?;
    classes(out, report)?;
    sources(out, report)?;
    confusions(out, report)
}

fn cost(out: &mut String, report: &IntentReport) -> std::fmt::Result {
    let cost = &report.overall.cost;
    writeln!(
        out,
        "{:<22}{:>8}   {} false cancels, {} missed complaints ({})",
        "cost_per_100",
        short(cost.cost_per_100),
        cost.false_cancels,
        cost.missed_complaints,
        report.costs
    )
}

/// The clean figures above those of each noise.
fn robustness(
    out: &mut String,
    clean: &[(&'static str, Option<f64>)],
    runs: &[Noisy],
) -> std::fmt::Result {
    if runs.is_empty() {
        return Ok(());
    }
    write!(out, "\n{:<12}{:>9}", "noise", "changed")?;
    for (name, _) in clean {
        write!(out, "{name:>18}")?;
    }
    write!(out, "\n{:<12}{:>9}", "none", number(Some(0.0)))?;
    for (_, value) in clean {
        write!(out, "{:>18}", number(*value))?;
    }
    for run in runs {
        let name = run.noise.to_string();
        write!(out, "\n{name:<12}{:>9}", number(run.changed))?;
        for (name, _) in clean {
            let value = run.figures.get(*name).copied().flatten();
            write!(out, "{:>18}", number(value))?;
        }
    }
    writeln!(out)
}

fn classes(out: &mut String, report: &IntentReport) -> std::fmt::Result {
    writeln!(
        out,
        "\n{:<14}{:>7}{:>11}{:>9}{:>9}   recall 95 %",
        "class", "rows", "precision", "recall", "F1"
    )?;
    for (intent, score) in &report.by_class {
        write!(
            out,
            "{:<14}{:>7}{:>11}",
            intent.as_str(),
            score.count,
            number(score.precision)
        )?;
        writeln!(
            out,
            "{:>9}{:>9}   {}",
            number(score.recall),
            number(score.f1),
            range(score.recall_interval)
        )?;
    }
    Ok(())
}

fn sources(out: &mut String, report: &IntentReport) -> std::fmt::Result {
    writeln!(
        out,
        "\n{:<32}{:>7}{:>9}{:>9}{:>11}{:>10}",
        "source", "rows", "strict", "lenient", "abstained", "cost/100"
    )?;
    for (source, score) in &report.by_source {
        write!(
            out,
            "{source:<32}{:>7}{:>9}",
            score.count,
            number(score.accuracy_strict)
        )?;
        writeln!(
            out,
            "{:>9}{:>11}{:>10}",
            number(score.accuracy_lenient),
            number(score.in_scope_abstained),
            short(score.cost.cost_per_100)
        )?;
    }
    Ok(())
}

fn confusions(out: &mut String, report: &IntentReport) -> std::fmt::Result {
    let mut pairs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for error in &report.errors {
        *pairs
            .entry((error.expected.as_str(), error.got.as_str()))
            .or_default() += 1;
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if !pairs.is_empty() {
        writeln!(out, "\nmost confused")?;
    }
    for ((expected, got), count) in pairs.into_iter().take(SHOWN_CONFUSIONS) {
        writeln!(out, "{count:>6} × {expected} taken for {got}")?;
    }
    Ok(())
}

fn search(out: &mut String, report: &SearchReport) -> std::fmt::Result {
    let all = &report.overall;
    head(out, &report.about, all.count)?;
    line(out, "hit_at_1", all.hit_at_1, all.hit_at_1_interval)?;
    line(out, "hit_at_10", all.hit_at_10, all.hit_at_10_interval)?;
    line(out, "mrr_at_10", all.mrr_at_10, None)?;
    let sure = &report.sure;
    line(
        out,
        &format!("hit_at_1 of {} sure", sure.count),
        sure.right,
        None,
    )?;
    line(out, "hit_at_1 of others", sure.right_of_others, None)?;
    latency(out, &report.about)?;
    robustness(out, &report.main_figures(), &report.robustness)?;
    ranks(out, "kind", &report.by_kind)?;
    ranks(out, "source", &report.by_source)
}

fn ranks(out: &mut String, what: &str, groups: &BTreeMap<String, RankScore>) -> std::fmt::Result {
    writeln!(
        out,
        "\n{what:<36}{:>7}{:>9}{:>9}{:>9}",
        "rows", "hit@1", "hit@10", "mrr@10"
    )?;
    for (name, score) in groups {
        write!(
            out,
            "{name:<36}{:>7}{:>9}",
            score.count,
            number(score.hit_at_1)
        )?;
        writeln!(
            out,
            "{:>9}{:>9}",
            number(score.hit_at_10),
            number(score.mrr_at_10)
        )?;
    }
    Ok(())
}

fn orders(out: &mut String, report: &OrdersReport) -> std::fmt::Result {
    let all = &report.overall;
    head(out, &report.about, all.count)?;
    line(
        out,
        "exact_match",
        all.exact_match,
        all.exact_match_interval,
    )?;
    line(out, "line_f1", all.line_f1, None)?;
    line(out, "modifier_f1", all.modifier_f1, None)?;
    line(out, "negation_error_rate", all.negation_error_rate, None)?;
    latency(out, &report.about)?;
    writeln!(
        out,
        "\n{:<28}{:>7}{:>8}{:>10}{:>11}{:>11}",
        "source", "rows", "exact", "line F1", "modif. F1", "neg. err."
    )?;
    for (source, score) in &report.by_source {
        order_row(out, source, score)?;
    }
    Ok(())
}

fn order_row(out: &mut String, source: &str, score: &OrderFigures) -> std::fmt::Result {
    write!(
        out,
        "{source:<28}{:>7}{:>8}",
        score.count,
        number(score.exact_match)
    )?;
    write!(
        out,
        "{:>10}{:>11}",
        number(score.line_f1),
        number(score.modifier_f1)
    )?;
    writeln!(out, "{:>11}", number(score.negation_error_rate))
}

fn attributes(out: &mut String, report: &AttributesReport) -> std::fmt::Result {
    let all = &report.overall;
    head(out, &report.about, all.count)?;
    line(out, "top1_ok", all.top1_ok, all.top1_ok_interval)?;
    line(out, "top5_ok", all.top5_ok, all.top5_ok_interval)?;
    line(out, "preferred_at_1", all.preferred_at_1, None)?;
    line(out, "by_chance", all.by_chance, None)?;
    writeln!(
        out,
        "{:<22}{:>8}   in {} queries",
        "allergen_violations", all.allergen_violations, all.queries_with_violation
    )?;
    latency(out, &report.about)?;
    writeln!(
        out,
        "\n{:<24}{:>8}{:>8}{:>8}{:>10}{:>11}{:>7}{:>8}",
        "menu", "queries", "top1", "top5", "preferred", "violations", "empty", "chance"
    )?;
    for (menu, one) in &report.by_menu {
        write!(out, "{menu:<24}{:>8}{:>8}", one.count, number(one.top1_ok))?;
        write!(
            out,
            "{:>8}{:>10}",
            number(one.top5_ok),
            number(one.preferred_at_1)
        )?;
        writeln!(
            out,
            "{:>11}{:>7}{:>8}",
            one.allergen_violations,
            one.empty,
            number(one.by_chance)
        )?;
    }
    Ok(())
}

fn head(out: &mut String, about: &About, count: usize) -> std::fmt::Result {
    let model = about.hashes.model.id.as_deref().unwrap_or("not told");
    writeln!(
        out,
        "{}: {count} rows{}, system {}, model {model}\n",
        about.task.as_str(),
        about
            .noise
            .map_or_else(String::new, |noise| format!(" with {noise} noise")),
        about.system
    )
}

fn line(
    out: &mut String,
    name: &str,
    value: Option<f64>,
    interval: Option<Interval>,
) -> std::fmt::Result {
    let interval = interval
        .map(|_| format!("   95 %: {}", range(interval)))
        .unwrap_or_default();
    writeln!(out, "{name:<22}{:>8}{interval}", number(value))
}

fn latency(out: &mut String, about: &About) -> std::fmt::Result {
    let ms = &about.latency_ms;
    writeln!(
        out,
        "{:<22}{:>8}   p95 {:.2}   p99 {:.2}",
        "latency_ms p50",
        format!("{:.2}", ms.p50),
        ms.p95,
        ms.p99
    )
}

fn checks(out: &mut String, checks: &[Check]) -> std::fmt::Result {
    if !checks.is_empty() {
        writeln!(out)?;
    }
    for check in checks {
        writeln!(out, "{}", check.show())?;
    }
    Ok(())
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}

/// Of values around 10 and 100.
fn short(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"))
}

fn range(interval: Option<Interval>) -> String {
    interval.map_or_else(
        || "–".to_owned(),
        |Interval(low, high)| format!("{low:.3} to {high:.3}"),
    )
}
