//! The report as one page: everything in the file, no network, no script, light and dark.
//!
//! Invariant: a pure function of the report; every text that came from data or a server is escaped.

mod attributes;
mod intent;
mod orders;
mod robustness;
mod search;
mod svg;

use crate::gate::Check;
use crate::metrics::Interval;
use crate::task::{About, Report};
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// The whole page.
#[must_use]
pub fn page(report: &Report) -> String {
    let about = report.about();
    let task = about.task.as_str();
    let body = match report {
        Report::Intent(report) => intent::body(report),
        Report::Search(report) => search::body(report),
        Report::Orders(report) => orders::body(report),
        Report::Attributes(report) => attributes::body(report),
    };
    let mut html = String::new();
    // writing to a String cannot fail
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{task} · olympus-eval</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>How well it does: {task}</h1>\n<p>{} rows · model {} · system {} · {} {}</p>\n</header>\n\
         <main>\n{}{body}{}{}</main>\n</body>\n</html>\n",
        report.count(),
        escape(about.hashes.model.id.as_deref().unwrap_or("not told")),
        escape(&about.system),
        escape(&about.tool.name),
        escape(&about.tool.version),
        checks(report.checks()),
        latency(about),
        hashes(about),
    );
    html
}

/// One section of the page; `inside` is HTML.
fn section(id: &str, title: &str, note: &str, inside: &str) -> String {
    let note = if note.is_empty() {
        String::new()
    } else {
        format!("<p class=\"note\">{note}</p>\n")
    };
    format!("<section id=\"{id}\">\n<h2>{title}</h2>\n{note}{inside}</section>\n")
}

/// The figures at the top.
fn tiles(tiles: &[(&str, String, String)]) -> String {
    let tile = |(name, value, below): &(&str, String, String)| {
        format!(
            "<div class=\"tile\"><span>{name}</span><b>{value}</b><small>{below}</small></div>\n"
        )
    };
    format!(
        "<div class=\"tiles\">\n{}</div>\n",
        tiles.iter().map(tile).collect::<String>()
    )
}

/// A table; the cells are HTML, the first column is the row's heading.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: String = head
        .iter()
        .map(|name| format!("<th scope=\"col\">{name}</th>"))
        .collect();
    let row = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate().map(|(at, cell)| match at {
            0 => format!("<th scope=\"row\">{cell}</th>"),
            _ => format!("<td>{cell}</td>"),
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let body: String = rows.iter().map(row).collect();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )
}

/// A table of texts, left-aligned; the cells are HTML.
fn text_table(head: &[&str], rows: &[Vec<String>]) -> String {
    table(head, rows)
        .replace("<th scope=\"row\">", "<td class=\"text\">")
        .replace("</th><td>", "</td><td>")
        .replace("<td>", "<td class=\"text\">")
        .replace("<th scope=\"col\">", "<th scope=\"col\" class=\"text\">")
}

fn checks(checks: &[Check]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let row = |check: &Check| {
        let verdict = match check.passed {
            true => "<span class=\"pill good\">passed</span>",
            false => "<span class=\"pill bad\">failed</span>",
        };
        let against = if check.against == "baseline" {
            "baseline"
        } else {
            "threshold"
        };
        vec![
            escape(&check.metric),
            against.to_owned(),
            number(check.value),
            number(Some(check.limit)),
            verdict.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = checks.iter().map(row).collect();
    let table = table(&["figure", "against", "value", "limit", "verdict"], &rows);
    section("checks", "Thresholds and baseline", "", &table)
}

fn latency(about: &About) -> String {
    let ms = &about.latency_ms;
    let row = vec![
        "one question at a time".to_owned(),
        format!("{:.2}", ms.p50),
        format!("{:.2}", ms.p95),
        format!("{:.2}", ms.p99),
    ];
    let note = "Milliseconds from asking to having the answer, seen from the caller.";
    section(
        "latency",
        "Latency",
        note,
        &table(&["how", "p50", "p95", "p99"], &[row]),
    )
}

fn hashes(about: &About) -> String {
    let mut rows = Vec::new();
    let files = about.hashes.data.iter().map(|file| ("data", file));
    for (what, file) in files.chain(about.hashes.menu.iter().map(|file| ("menu", file))) {
        let rows_read = file
            .rows
            .map(|rows| format!(" ({rows} rows)"))
            .unwrap_or_default();
        let name = format!("{}{rows_read}", escape(&file.file));
        rows.push(vec![
            what.to_owned(),
            name,
            format!("<code>{}</code>", escape(&file.sha256)),
        ]);
    }
    let model = &about.hashes.model;
    rows.push(vec![
        "model".to_owned(),
        escape(model.id.as_deref().unwrap_or("not told")),
        format!(
            "<code>{}</code>",
            escape(model.sha256.as_deref().unwrap_or("not told by this system"))
        ),
    ]);
    let note = "Equal hashes and counts mean equal inputs.";
    section(
        "hashes",
        "What was measured",
        note,
        &text_table(&["what", "name", "sha256"], &rows),
    )
}

/// Safe as text and inside quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.1} %", value * 100.0))
}

fn percent_range(interval: Option<Interval>) -> String {
    match interval {
        Some(Interval(low, high)) => format!("{:.1} to {:.1} %", low * 100.0, high * 100.0),
        None => String::new(),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

/// `0.912 (0.88 to 0.93)`.
fn with_range(value: Option<f64>, interval: Option<Interval>) -> String {
    match interval {
        Some(Interval(low, high)) => {
            format!("{} <small>({low:.2} to {high:.2})</small>", number(value))
        }
        None => number(value),
    }
}

fn legend(entries: &[(&str, &str)]) -> String {
    let entry = |(class, text): &(&str, &str)| format!("<li class=\"{class}\">{text}</li>");
    format!(
        "<ul class=\"legend\">{}</ul>\n",
        entries.iter().map(entry).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::{escape, text_table};

    #[test]
    fn what_customers_say_is_never_markup() {
        assert_eq!(
            escape("<b>\"it's\" & more"),
            "&lt;b&gt;&quot;it&#39;s&quot; &amp; more"
        );
    }

    #[test]
    fn a_table_of_texts_has_no_row_headings() {
        let html = text_table(&["a", "b"], &[vec!["x".to_owned(), "y".to_owned()]]);
        assert!(
            html.contains("<tr><td class=\"text\">x</td><td class=\"text\">y</td></tr>"),
            "{html}"
        );
    }
}
