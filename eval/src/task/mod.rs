//! The four tasks: ask every row, then score the answers.
//!
//! Invariant: asking and scoring are apart. Scoring is a pure function of rows and answers, so that
//! the same answers always give the same report, times aside.

pub mod attributes;
pub mod intent;
pub mod orders;
pub mod robustness;
pub mod search;

use crate::data::{Case, DataSet, FileHash, Row};
use crate::error::{EvalError, SystemError};
use crate::gate::Check;
use crate::metrics::latency::LatencyMs;
use crate::noise::Noise;
use crate::progress;
use crate::system::{Identity, ModelIdentity};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Utterance → intent.
    Intent,
    /// Query → dishes.
    Search,
    /// Utterance → order.
    Orders,
    /// Query by attribute → dishes.
    Attributes,
}

impl Task {
    /// The name in reports and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Task::Intent => "intent",
            Task::Search => "search",
            Task::Orders => "orders",
            Task::Attributes => "attributes",
        }
    }
}

/// What every report says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// What was measured.
    pub task: Task,
    /// What measured.
    pub tool: Tool,
    /// `in_process`, or the server's address.
    pub system: String,
    /// Seen from the caller.
    pub latency_ms: LatencyMs,
    /// What was measured, told apart by content.
    pub hashes: Hashes,
    /// What was done to the texts before they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
}

/// The program that measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `olympus-eval`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// Inputs by content. Two reports with equal hashes and counts were made from the same inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// In the order given.
    pub data: Vec<FileHash>,
    /// Null where the system's own menu was searched.
    pub menu: Option<FileHash>,
    /// As far as the system tells.
    pub model: ModelIdentity,
}

/// A report of any task.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// Utterance → intent.
    Intent(Box<intent::IntentReport>),
    /// Query → dishes.
    Search(Box<search::SearchReport>),
    /// Utterance → order.
    Orders(Box<orders::OrdersReport>),
    /// Query by attribute → dishes.
    Attributes(Box<attributes::AttributesReport>),
}

impl Report {
    /// What the report says of itself.
    #[must_use]
    pub fn about(&self) -> &About {
        match self {
            Report::Intent(report) => &report.about,
            Report::Search(report) => &report.about,
            Report::Orders(report) => &report.about,
            Report::Attributes(report) => &report.about,
        }
    }

    /// Rows asked.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Report::Intent(report) => report.overall.count,
            Report::Search(report) => report.overall.count,
            Report::Orders(report) => report.overall.count,
            Report::Attributes(report) => report.overall.count,
        }
    }

    /// Thresholds and comparisons; empty where none were asked for.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        match self {
            Report::Intent(report) => &report.checks,
            Report::Search(report) => &report.checks,
            Report::Orders(report) => &report.checks,
            Report::Attributes(report) => &report.checks,
        }
    }

    /// Puts the thresholds and comparisons in.
    pub fn set_checks(&mut self, checks: Vec<Check>) {
        match self {
            Report::Intent(report) => report.checks = checks,
            Report::Search(report) => report.checks = checks,
            Report::Orders(report) => report.checks = checks,
            Report::Attributes(report) => report.checks = checks,
        }
    }
}

/// An answer and how long it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed<A> {
    /// The answer.
    pub answer: A,
    /// From asking to having it.
    pub took: Duration,
}

/// Asks every row in order, one at a time. The first row is asked once more beforehand and not
/// timed, as a first answer pays for connections and cold memory.
///
/// # Errors
/// The first row without a usable answer; a score over the others would flatter.
pub fn ask_all<C: Case, A>(
    data: &DataSet<C>,
    what: &str,
    ask: impl FnMut(&str) -> Result<A, SystemError>,
) -> Result<Vec<Timed<A>>, EvalError> {
    let rows: Vec<&Row<C>> = data.rows.iter().collect();
    ask_rows(&rows, what, ask)
}

/// As [`ask_all`], of some rows.
///
/// # Errors
/// As [`ask_all`].
pub fn ask_rows<C: Case, A>(
    rows: &[&Row<C>],
    what: &str,
    mut ask: impl FnMut(&str) -> Result<A, SystemError>,
) -> Result<Vec<Timed<A>>, EvalError> {
    let bar = progress::bar(rows.len(), what);
    let mut answers = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let mut once = || {
            let start = Instant::now();
            let answer = ask(row.case.text());
            let took = start.elapsed();
            answer.map(|answer| Timed { answer, took })
        };
        let timed = if at == 0 {
            once().and_then(|_| once())
        } else {
            once()
        };
        let timed = timed.map_err(|source| EvalError::Ask {
            place: row.place.clone(),
            source,
        })?;
        answers.push(timed);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(answers)
}

/// The common part of a report.
#[must_use]
pub fn about<C, A>(
    task: Task,
    data: &DataSet<C>,
    menu: Option<FileHash>,
    answers: &[Timed<A>],
    identity: Identity,
) -> About {
    let times: Vec<Duration> = answers.iter().map(|timed| timed.took).collect();
    About {
        task,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        system: identity.system,
        latency_ms: LatencyMs::of(&times),
        hashes: Hashes {
            data: data.files.clone(),
            menu,
            model: identity.model,
        },
        noise: None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A report's common part for tests of the others.
    pub(crate) fn about() -> About {
        About {
            task: Task::Intent,
            tool: Tool {
                name: "olympus-eval".to_owned(),
                version: "1.2.3".to_owned(),
            },
            system: "in_process".to_owned(),
            latency_ms: LatencyMs {
                p50: 2.0,
                p95: 2.0,
                p99: 2.0,
            },
            hashes: Hashes::default(),
            noise: None,
        }
    }

    #[test]
    fn the_first_row_is_asked_twice_and_a_failure_names_its_row() {
        use crate::data::SearchCase;
        use crate::error::Place;
        let row = |line, query: &str| crate::data::Row {
            place: Place {
                file: "q.jsonl".to_owned(),
                line,
            },
            id: None,
            source: "s".to_owned(),
            case: SearchCase {
                query: query.to_owned(),
                relevant: vec!["x".to_owned()],
                kind: None,
            },
        };
        let data = DataSet {
            rows: vec![row(1, "one"), row(4, "two")],
            files: Vec::new(),
        };
        let mut asked = Vec::new();
        let answers = ask_all(&data, "test", |text| {
            asked.push(text.to_owned());
            Ok(text.len())
        });
        assert_eq!(answers.expect("answers").len(), 2);
        assert_eq!(asked, ["one", "one", "two"]);
        let failed = ask_all(&data, "test", |text| match text {
            "two" => Err(SystemError::Unsupported("cannot".to_owned())),
            _ => Ok(()),
        });
        assert_eq!(failed.expect_err("fails").to_string(), "q.jsonl:4: cannot");
    }
}
