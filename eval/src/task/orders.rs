//! Utterance → order: what `report.json` says of it.

use super::{About, Timed};
use crate::data::{DataSet, OrderCase, Row};
use crate::gate::Check;
use crate::metrics::Interval;
use crate::metrics::orders::{Negation, OrderScore};
use crate::metrics::outcomes::{self, Outcomes};
use crate::order::Line;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrdersReport {
    /// What every report says of itself.
    #[serde(flatten)]
    pub about: About,
    /// The figures over all utterances.
    #[serde(flatten)]
    pub overall: OrderFigures,
    /// Each source.
    pub by_source: BTreeMap<String, OrderFigures>,
    /// Thresholds and comparisons asked for.
    pub checks: Vec<Check>,
    /// `exact_match` by utterance.
    pub outcomes: Outcomes,
    /// Utterances with anything wrong.
    pub errors: Vec<OrderError>,
}

/// Figures over some utterances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderFigures {
    /// Utterances.
    pub count: usize,
    /// Nothing at all wrong.
    pub exact_match: Option<f64>,
    /// Wilson, 95 %.
    pub exact_match_interval: Option<Interval>,
    /// Lines right in item, number and size.
    pub line_f1: Option<f64>,
    /// Modifiers right in name, wish and item.
    pub modifier_f1: Option<f64>,
    /// Negations missed, turned round or invented, among those asked for or invented.
    pub negation_error_rate: Option<f64>,
    /// The same as counts.
    pub negation: Negation,
}

/// An utterance with anything wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderError {
    /// `file:line`.
    pub place: String,
    /// The row's own id.
    pub id: Option<String>,
    /// Where the utterance comes from.
    pub source: String,
    /// What was said.
    pub text: String,
    /// The order placed.
    pub expected: Vec<String>,
    /// The order understood.
    pub got: Vec<String>,
    /// A negation is wrong.
    pub negation_error: bool,
}

impl From<OrderScore> for OrderFigures {
    fn from(score: OrderScore) -> Self {
        Self {
            count: score.exact.total,
            exact_match: score.exact.value(),
            exact_match_interval: score.exact.interval(),
            line_f1: score.lines.f1(),
            modifier_f1: score.modifiers.f1(),
            negation_error_rate: score.negation.error_rate(),
            negation: score.negation,
        }
    }
}

/// Scores answers given in the order of the rows.
#[must_use]
pub fn score(
    about: About,
    data: &DataSet<OrderCase>,
    answers: &[Timed<Vec<Line>>],
) -> OrdersReport {
    let mut overall = OrderScore::default();
    let mut sources: BTreeMap<String, OrderScore> = BTreeMap::new();
    let mut errors = Vec::new();
    let mut exact = Vec::with_capacity(data.rows.len());
    for (row, timed) in data.rows.iter().zip(answers) {
        let score = OrderScore::of(&row.case.lines, &timed.answer);
        overall.add(&score);
        sources.entry(row.source.clone()).or_default().add(&score);
        exact.push(score.exact.hits > 0);
        if score.exact.hits == 0 {
            errors.push(error(row, &timed.answer, score.negation.is_wrong()));
        }
    }
    OrdersReport {
        about,
        overall: overall.into(),
        by_source: sources
            .into_iter()
            .map(|(source, score)| (source, score.into()))
            .collect(),
        checks: Vec::new(),
        outcomes: [("exact_match".to_owned(), outcomes::write(exact))].into(),
        errors,
    }
}

fn error(row: &Row<OrderCase>, answer: &[Line], negation_error: bool) -> OrderError {
    OrderError {
        place: row.place.to_string(),
        id: row.id.clone(),
        source: row.source.clone(),
        text: row.case.text.clone(),
        expected: row.case.lines.iter().map(Line::show).collect(),
        got: answer.iter().map(Line::show).collect(),
        negation_error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::order::{answered_lines, expected_lines};
    use crate::task::tests::about;
    use std::time::Duration;

    #[test]
    fn figures_sources_and_errors_by_hand() {
        let row = |source: &str| Row {
            place: Place {
                file: "o.jsonl".to_owned(),
                line: 1,
            },
            id: None,
            source: source.to_owned(),
            case: OrderCase {
                text: "a burger no onions".to_owned(),
                lines: expected_lines(
                    serde_json::from_str(
                        r#"{"name":"burger","modifiers":[{"name":"onion","action":"remove"}]}"#,
                    )
                    .expect("an item"),
                )
                .expect("lines"),
            },
        };
        let answer = |action: &str| Timed {
            answer: answered_lines(
                serde_json::from_str(&format!(
                    r#"[{{"name":"Burger","modifiers":[{{"name":"onion","action":"{action}"}}]}}]"#
                ))
                .expect("lines"),
            ),
            took: Duration::from_millis(1),
        };
        let data = DataSet {
            rows: vec![row("a"), row("b")],
            files: Vec::new(),
        };
        let report = score(about(), &data, &[answer("remove"), answer("add")]);
        assert_eq!(report.overall.exact_match, Some(0.5));
        assert_eq!(report.overall.line_f1, Some(1.0));
        assert_eq!(report.overall.modifier_f1, Some(0.5));
        assert_eq!(report.overall.negation_error_rate, Some(0.5));
        assert_eq!(report.by_source["b"].negation.inverted, 1);
        assert_eq!(report.outcomes["exact_match"], "10");
        assert_eq!(report.errors.len(), 1);
        assert!(report.errors[0].negation_error);
        assert_eq!(report.errors[0].got, ["1 × Burger + onion"]);
        let json = serde_json::to_value(&report).expect("serialises");
        for key in [
            "exact_match",
            "line_f1",
            "modifier_f1",
            "negation_error_rate",
            "count",
            "latency_ms",
        ] {
            assert!(json.get(key).is_some(), "{key}");
        }
    }
}
