//! The page: what stands on it, and that nothing is fetched for it.

use expect_test::{ExpectFile, expect_file};
use olympus_core::intent::Costs;
use olympus_eval::data::{DataSet, FileHash, IntentCase, Row, SearchCase};
use olympus_eval::error::Place;
use olympus_eval::gate::Check;
use olympus_eval::html;
use olympus_eval::system::{Found, Identity, IntentReply, ModelIdentity};
use olympus_eval::task::{self, Report, Task, Timed, about};
use olympus_proto::Intent;
use std::fmt::Write;
use std::time::Duration;

fn row<C>(line: usize, case: C) -> Row<C> {
    let place = Place {
        file: "d.jsonl".to_owned(),
        line,
    };
    Row {
        place,
        id: None,
        source: "café <1>".to_owned(),
        case,
    }
}

fn data<C>(cases: Vec<C>) -> DataSet<C> {
    let rows = cases
        .into_iter()
        .enumerate()
        .map(|(at, case)| row(at + 1, case))
        .collect();
    let file = FileHash {
        file: "d.jsonl".to_owned(),
        sha256: "0a".repeat(32),
        rows: Some(3),
    };
    DataSet {
        rows,
        files: vec![file],
    }
}

fn timed<A>(answer: A) -> Timed<A> {
    Timed {
        answer,
        took: Duration::from_millis(3),
    }
}

fn identity() -> Identity {
    let model = ModelIdentity {
        id: Some("m".to_owned()),
        sha256: None,
    };
    Identity {
        system: "in_process".to_owned(),
        model,
    }
}

fn intent_report() -> Report {
    let case = |text: &str, intent| IntentCase {
        text: text.to_owned(),
        intent,
        alt: [].into(),
    };
    let data = data(vec![
        case("a coke", Intent::Order),
        case("<script>alert(1)</script>", Intent::Cancel),
        case("hm", Intent::Unknown),
    ]);
    let said = |intent, confidence| {
        timed(IntentReply {
            intent,
            best_guess: intent,
            confidence,
        })
    };
    let answers = [
        said(Intent::Order, 0.9),
        said(Intent::Order, 0.7),
        said(Intent::Unknown, 0.6),
    ];
    let about = about(Task::Intent, &data, None, &answers, identity());
    let mut report = Report::Intent(Box::new(task::intent::score(
        about,
        &data,
        &answers,
        &Costs::default(),
    )));
    report.set_checks(vec![Check {
        metric: "accuracy_strict".to_owned(),
        against: "threshold".to_owned(),
        value: Some(2.0 / 3.0),
        limit: 0.85,
        passed: false,
    }]);
    report
}

fn search_report() -> Report {
    let case = |query: &str| SearchCase {
        query: query.to_owned(),
        relevant: vec!["tea".to_owned()],
        kind: Some("alias".to_owned()),
    };
    let data = data(vec![case("chai"), case("tee")]);
    let found = |id: &str| Found {
        id: id.to_owned(),
        name: id.to_owned(),
        score: 0.5,
    };
    let answers = [
        timed(vec![found("tea")]),
        timed(vec![found("x"), found("tea")]),
    ];
    let about = about(
        Task::Search,
        &data,
        data.files.first().cloned(),
        &answers,
        identity(),
    );
    Report::Search(Box::new(task::search::score(about, &data, &answers, None)))
}

/// Headings, tiles, pictures and tables in the order in which they stand on the page.
fn outline(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split_whitespace().next().unwrap_or("");
        let attribute = |key: &str| {
            tag.split_once(&format!("{key}=\""))
                .and_then(|(_, rest)| rest.split('"').next())
        };
        let _ = match name {
            "section" => writeln!(out, "section {}", attribute("id").unwrap_or("?")),
            "h1" | "h2" | "span" | "summary" => writeln!(out, "  {name} {text}"),
            "svg" => writeln!(out, "  svg {}", attribute("aria-label").unwrap_or("?")),
            "rect" | "circle" | "polyline" => {
                writeln!(out, "    {name} {}", attribute("class").unwrap_or("?"))
            }
            "th" if tag.contains("col") => writeln!(out, "    column {text}"),
            _ => Ok(()),
        };
    }
    out
}

fn check(report: &Report, expected: &ExpectFile) {
    let html = html::page(report);
    expected.assert_eq(&outline(&html));
    for banned in [
        "<script",
        "http://",
        "https://",
        "url(",
        "@import",
        "NaN",
        "javascript:",
    ] {
        assert!(!html.contains(banned), "{banned}");
    }
    for tag in [
        "section", "table", "svg", "details", "div", "tr", "td", "th", "ul", "li", "p",
    ] {
        let opened =
            html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert!(html.contains("prefers-color-scheme: dark"));
}

#[test]
fn the_page_on_intents() {
    check(&intent_report(), &expect_file!["page_intent.txt"]);
    let html = html::page(&intent_report());
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(html.contains("café &lt;1&gt;"));
}

#[test]
fn the_page_on_search() {
    check(&search_report(), &expect_file!["page_search.txt"]);
}
