//! Utterance → intent: what `report.json` says of it.

use super::robustness::Noisy;
use super::{About, Timed};
use crate::data::{DataSet, IntentCase, Row};
use crate::gate::Check;
use crate::metrics::abstention::{self, Point};
use crate::metrics::calibration::{self, BINS, Bin};
use crate::metrics::classes::{ClassScore, Confusion, macro_f1};
use crate::metrics::cost::CostScore;
use crate::metrics::outcomes::{self, Outcomes};
use crate::metrics::{Interval, Share};
use crate::system::IntentReply;
use olympus_core::intent::Costs;
use olympus_proto::Intent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bars of the confidence histogram.
const HISTOGRAM_BARS: usize = 20;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentReport {
    /// What every report says of itself.
    #[serde(flatten)]
    pub about: About,
    /// The figures over all rows.
    #[serde(flatten)]
    pub overall: Overall,
    /// What the mistakes were priced with.
    pub costs: Costs,
    /// Mean F1 over the classes that the data holds.
    pub macro_f1: Option<f64>,
    /// Gap between confidence and accuracy of the best guess, 15 bins.
    pub ece: Option<f64>,
    /// Each class that occurs or is answered.
    pub by_class: BTreeMap<Intent, ClassScore>,
    /// Each source.
    pub by_source: BTreeMap<String, Overall>,
    /// What was taken for what.
    pub confusion: Confusion,
    /// Reliability diagram.
    pub calibration: Vec<Bin>,
    /// Confidence of the best guess, right and wrong ones.
    pub confidence_histogram: Vec<Bin>,
    /// What other thresholds would give.
    pub abstention_sweep: Vec<Point>,
    /// The same rows with noise; absent where that was not asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub robustness: Vec<Noisy>,
    /// Thresholds and comparisons asked for.
    pub checks: Vec<Check>,
    /// `accuracy_strict` and `accuracy_lenient` by row.
    pub outcomes: Outcomes,
    /// Rows whose label was missed.
    pub errors: Vec<IntentError>,
}

/// Figures over some rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overall {
    /// Rows.
    pub count: usize,
    /// The answer is the label.
    pub accuracy_strict: Option<f64>,
    /// Wilson, 95 %.
    pub accuracy_strict_interval: Option<Interval>,
    /// The answer is the label or another that can be defended.
    pub accuracy_lenient: Option<f64>,
    /// Wilson, 95 %.
    pub accuracy_lenient_interval: Option<Interval>,
    /// Rows out of scope that were answered `unknown`; null where there is none.
    pub out_of_scope_recall: Option<f64>,
    /// Wilson, 95 %.
    pub out_of_scope_recall_interval: Option<Interval>,
    /// Rows in scope that were answered `unknown`; null where there is none.
    pub in_scope_abstained: Option<f64>,
    /// Wilson, 95 %.
    pub in_scope_abstained_interval: Option<Interval>,
    /// What the mistakes cost.
    #[serde(flatten)]
    pub cost: CostScore,
}

/// A row whose label was missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentError {
    /// `file:line`.
    pub place: String,
    /// The row's own id.
    pub id: Option<String>,
    /// Where the utterance comes from.
    pub source: String,
    /// What was said.
    pub text: String,
    /// The label.
    pub expected: Intent,
    /// The answer.
    pub got: Intent,
    /// What the system would have said without thresholds.
    pub best_guess: Intent,
    /// Probability of the best guess.
    pub confidence: f64,
    /// The answer is another label that can be defended.
    pub defensible: bool,
}

impl IntentReport {
    /// Key → value of what is looked at under noise.
    #[must_use]
    pub fn main_figures(&self) -> Vec<(&'static str, Option<f64>)> {
        vec![
            ("accuracy_strict", self.overall.accuracy_strict),
            ("accuracy_lenient", self.overall.accuracy_lenient),
            ("cost_per_100", self.overall.cost.cost_per_100),
        ]
    }
}

type Pair<'a> = (&'a Row<IntentCase>, &'a IntentReply);

/// Scores answers given in the order of the rows, mistakes priced with `costs`.
#[must_use]
pub fn score(
    about: About,
    data: &DataSet<IntentCase>,
    answers: &[Timed<IntentReply>],
    costs: &Costs,
) -> IntentReport {
    let pairs: Vec<Pair<'_>> = data
        .rows
        .iter()
        .zip(answers.iter().map(|timed| &timed.answer))
        .collect();
    let confusion = Confusion::new(
        pairs
            .iter()
            .map(|(row, reply)| (row.case.intent, reply.intent)),
    );
    let by_class = confusion.by_class();
    let guesses: Vec<calibration::Guess> = pairs
        .iter()
        .map(|(row, reply)| calibration::Guess {
            confidence: reply.confidence,
            right: reply.best_guess == row.case.intent,
        })
        .collect();
    let calibration = calibration::bins(&guesses, BINS);
    let mut sources: BTreeMap<String, Vec<Pair<'_>>> = BTreeMap::new();
    for pair in &pairs {
        sources
            .entry(pair.0.source.clone())
            .or_default()
            .push(*pair);
    }
    IntentReport {
        about,
        overall: overall(&pairs, costs),
        costs: *costs,
        macro_f1: macro_f1(&by_class),
        ece: calibration::ece(&calibration),
        by_class,
        by_source: sources
            .into_iter()
            .map(|(source, pairs)| (source, overall(&pairs, costs)))
            .collect(),
        confusion,
        calibration,
        confidence_histogram: calibration::bins(&guesses, HISTOGRAM_BARS),
        abstention_sweep: sweep(&pairs),
        robustness: Vec::new(),
        checks: Vec::new(),
        outcomes: [
            ("accuracy_strict", outcomes::write(pairs.iter().map(strict))),
            (
                "accuracy_lenient",
                outcomes::write(pairs.iter().map(lenient)),
            ),
        ]
        .map(|(figure, rows)| (figure.to_owned(), rows))
        .into(),
        errors: pairs
            .iter()
            .filter(|pair| !strict(pair))
            .map(error)
            .collect(),
    }
}

fn strict((row, reply): &Pair<'_>) -> bool {
    reply.intent == row.case.intent
}

fn lenient(pair: &Pair<'_>) -> bool {
    strict(pair) || pair.0.case.alt.contains(&pair.1.intent)
}

fn overall(pairs: &[Pair<'_>], costs: &Costs) -> Overall {
    let unknown = |pair: &Pair<'_>| pair.1.intent == Intent::Unknown;
    let (outside, inside): (Vec<Pair<'_>>, Vec<Pair<'_>>) = pairs
        .iter()
        .partition(|(row, _)| row.case.intent == Intent::Unknown);
    let strict = Share::of(pairs, strict);
    let lenient = Share::of(pairs, lenient);
    let recall = Share::of(&outside, unknown);
    let abstained = Share::of(&inside, unknown);
    Overall {
        count: pairs.len(),
        accuracy_strict: strict.value(),
        accuracy_strict_interval: strict.interval(),
        accuracy_lenient: lenient.value(),
        accuracy_lenient_interval: lenient.interval(),
        out_of_scope_recall: recall.value(),
        out_of_scope_recall_interval: recall.interval(),
        in_scope_abstained: abstained.value(),
        in_scope_abstained_interval: abstained.interval(),
        cost: CostScore::of(
            costs,
            pairs
                .iter()
                .map(|(row, reply)| (row.case.intent, reply.intent)),
        ),
    }
}

fn sweep(pairs: &[Pair<'_>]) -> Vec<Point> {
    let guess = |(row, reply): &Pair<'_>| abstention::Guess {
        confidence: reply.confidence,
        guess_in_scope: reply.best_guess != Intent::Unknown,
        label_in_scope: row.case.intent != Intent::Unknown,
        right: reply.best_guess == row.case.intent,
    };
    let guesses: Vec<abstention::Guess> = pairs.iter().map(guess).collect();
    abstention::sweep(&guesses)
}

fn error(pair: &Pair<'_>) -> IntentError {
    let (row, reply) = pair;
    IntentError {
        place: row.place.to_string(),
        id: row.id.clone(),
        source: row.source.clone(),
        text: row.case.text.clone(),
        expected: row.case.intent,
        got: reply.intent,
        best_guess: reply.best_guess,
        confidence: reply.confidence,
        defensible: lenient(pair),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::task::tests::about;
    use std::time::Duration;

    fn row(text: &str, intent: Intent, alt: &[Intent], source: &str) -> Row<IntentCase> {
        Row {
            place: Place {
                file: "f".to_owned(),
                line: 1,
            },
            id: None,
            source: source.to_owned(),
            case: IntentCase {
                text: text.to_owned(),
                intent,
                alt: alt.iter().copied().collect(),
            },
        }
    }

    fn said(intent: Intent, best_guess: Intent, confidence: f64) -> Timed<IntentReply> {
        Timed {
            answer: IntentReply {
                intent,
                best_guess,
                confidence,
            },
            took: Duration::from_millis(2),
        }
    }

    #[test]
    fn every_figure_by_hand() {
        use Intent::{Cancel, Modification, Order, Unknown};
        let data = DataSet {
            rows: vec![
                row("a coke", Order, &[], "a"),
                row("no coke", Cancel, &[Modification], "a"),
                row("a tea", Order, &[], "b"),
                row("hm", Unknown, &[], "b"),
            ],
            files: Vec::new(),
        };
        let answers = [
            said(Order, Order, 0.9),
            said(Modification, Modification, 0.6),
            said(Unknown, Order, 0.4),
            said(Unknown, Unknown, 0.8),
        ];
        let report = score(about(), &data, &answers, &Costs::EVEN);
        assert_eq!(report.overall.accuracy_strict, Some(0.5));
        assert_eq!(report.overall.accuracy_lenient, Some(0.75));
        assert_eq!(report.overall.out_of_scope_recall, Some(1.0));
        assert_eq!(report.overall.in_scope_abstained, Some(1.0 / 3.0));
        // F1: order 2/3, cancel 0, unknown 2/3; modification is not in the data
        assert!((report.macro_f1.expect("some") - 4.0 / 9.0).abs() < 1e-12);
        // the best guess is right in rows 1, 3 and 4; each stands in a bin of its own
        let want = (0.1 + 0.6 + 0.6 + 0.2) / 4.0;
        assert!((report.ece.expect("some") - want).abs() < 1e-9);
        assert_eq!(report.overall.cost.cost_per_100, Some(50.0));
        assert_eq!(report.by_source["a"].cost.cost_per_100, Some(50.0));
        assert_eq!(report.outcomes["accuracy_strict"], "1001");
        assert_eq!(report.outcomes["accuracy_lenient"], "1101");
        assert_eq!(report.by_source["a"].accuracy_lenient, Some(1.0));
        assert_eq!(report.by_source["b"].in_scope_abstained, Some(1.0));
        assert_eq!(report.by_source["a"].out_of_scope_recall, None);
        let errors: Vec<(&str, bool)> = report
            .errors
            .iter()
            .map(|e| (e.text.as_str(), e.defensible))
            .collect();
        assert_eq!(errors, [("no coke", true), ("a tea", false)]);
    }

    #[test]
    fn the_report_has_the_agreed_keys_at_its_top() {
        let data = DataSet {
            rows: vec![row("x", Intent::Unknown, &[], "s")],
            files: Vec::new(),
        };
        let report = score(
            about(),
            &data,
            &[said(Intent::Unknown, Intent::Unknown, 1.0)],
            &Costs::default(),
        );
        let json = serde_json::to_value(&report).expect("serialises");
        for key in [
            "accuracy_strict",
            "accuracy_lenient",
            "macro_f1",
            "out_of_scope_recall",
            "in_scope_abstained",
            "ece",
            "cost_per_100",
            "false_cancels",
            "missed_complaints",
            "costs",
            "outcomes",
            "by_class",
            "by_source",
            "count",
        ] {
            assert!(json.get(key).is_some(), "{key}");
        }
        assert_eq!(json["count"], 1);
        assert_eq!(json["in_scope_abstained"], serde_json::Value::Null);
        assert_eq!(json["latency_ms"]["p50"], 2.0);
        assert_eq!(json["by_class"]["unknown"]["recall"], 1.0);
        let back: IntentReport = serde_json::from_value(json).expect("reads back");
        assert_eq!(back, report);
    }
}
