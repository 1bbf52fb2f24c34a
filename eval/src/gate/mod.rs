//! Whether a report is good enough: over a threshold, and not worse than an earlier one.
//!
//! Invariant: only reports of the same task over the same data and menu are compared; anything else
//! is an error and not a verdict.

mod figures;
mod inputs;

pub use figures::{Metric, main_metric, metrics};
pub use inputs::Inputs;
pub(crate) use inputs::comparable;

use crate::data;
use crate::error::EvalError;
use crate::task::{Report, Task};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// Rounding never fails a check.
const EPSILON: f64 = 1e-9;

/// One threshold or comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Key in `report.json`.
    pub metric: String,
    /// `threshold` or `baseline`.
    pub against: String,
    /// What was measured; null where there was nothing to measure.
    pub value: Option<f64>,
    /// The worst value that passes.
    pub limit: f64,
    /// Good enough.
    pub passed: bool,
}

impl Check {
    /// For people: one line.
    #[must_use]
    pub fn show(&self) -> String {
        let value = self
            .value
            .map_or_else(|| "nothing".to_owned(), |value| format!("{value:.4}"));
        let verdict = if self.passed { "passed" } else { "FAILED" };
        let against = match self.against.as_str() {
            "baseline" => "baseline allows",
            _ => "threshold",
        };
        format!(
            "{verdict}: {} {value}, {against} {:.4}",
            self.metric, self.limit
        )
    }
}

/// What the caller demands of a report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demands<'a> {
    /// Least value of `metric`.
    pub min_accuracy: Option<f64>,
    /// Key in `report.json`; the task's main one where `None`.
    pub metric: Option<&'a str>,
    /// `report.json` of an earlier run.
    pub baseline: Option<&'a Path>,
    /// How much worse than the baseline any figure may be.
    pub max_drop: f64,
}

/// Demands that are known to make sense for the run at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    task: Task,
    least: Option<(String, f64)>,
    before: Option<Value>,
    max_drop: f64,
}

impl Gate {
    /// Checks the demands before anything is asked, as a run may take minutes.
    ///
    /// # Errors
    /// A figure that the task does not have or of which less is better; a baseline that is no
    /// report, or one of another task, data, menu or number of rows.
    pub fn new(inputs: &Inputs<'_>, demands: &Demands<'_>) -> Result<Self, EvalError> {
        let metric = demands.metric.unwrap_or(main_metric(inputs.task));
        let names: Vec<&str> = metrics(inputs.task)
            .iter()
            .filter(|m| !m.lower_is_better)
            .map(|m| m.name)
            .collect();
        if !names.contains(&metric) {
            let (task, names) = (inputs.task.as_str(), names.join(", "));
            return Err(EvalError::Usage(format!(
                "--metric `{metric}`: {task} has {names}"
            )));
        }
        Ok(Self {
            task: inputs.task,
            least: demands.min_accuracy.map(|least| (metric.to_owned(), least)),
            before: demands
                .baseline
                .map(|path| read_baseline(path, inputs))
                .transpose()?,
            max_drop: demands.max_drop,
        })
    }

    /// One check for each demand. A figure that could not be measured passes none.
    #[must_use]
    pub fn judge(&self, report: &Report) -> Vec<Check> {
        let now = serde_json::to_value(report).unwrap_or(Value::Null);
        let mut checks = Vec::new();
        if let Some((metric, least)) = &self.least {
            let value = figure(&now, metric);
            checks.push(Check {
                metric: metric.clone(),
                against: "threshold".to_owned(),
                value,
                limit: *least,
                passed: value.is_some_and(|value| value + EPSILON >= *least),
            });
        }
        if let Some(before) = &self.before {
            let compared = metrics(self.task)
                .iter()
                .filter_map(|m| self.compare(m, before, &now));
            checks.extend(compared);
        }
        checks
    }

    /// `None` where the baseline has no such figure.
    fn compare(&self, metric: &Metric, before: &Value, now: &Value) -> Option<Check> {
        let before = figure(before, metric.name)?;
        let value = figure(now, metric.name);
        let worse_by = |value: f64| {
            if metric.lower_is_better {
                value - before
            } else {
                before - value
            }
        };
        let max_drop = self.max_drop * f64::from(metric.per_drop);
        Some(Check {
            metric: metric.name.to_owned(),
            against: "baseline".to_owned(),
            value,
            limit: if metric.lower_is_better {
                before + max_drop
            } else {
                before - max_drop
            },
            passed: value.is_some_and(|value| worse_by(value) <= max_drop + EPSILON),
        })
    }
}

fn read_baseline(path: &Path, inputs: &Inputs<'_>) -> Result<Value, EvalError> {
    let bytes = data::read_file(path, "; give the report.json of an earlier run")?;
    let refuse = |reason: String| EvalError::Baseline {
        path: path.to_owned(),
        reason,
    };
    let before: Value =
        serde_json::from_slice(&bytes).map_err(|e| refuse(format!("no report.json ({e})")))?;
    comparable(inputs, &before).map_err(refuse)?;
    Ok(before)
}

fn figure(report: &Value, name: &str) -> Option<f64> {
    report.get(name)?.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DataSet, FileHash};
    use crate::task::{search, tests::about};
    use std::io::Write;

    fn report() -> Report {
        let mut about = about();
        about.task = Task::Search;
        about.hashes.data = vec![FileHash {
            file: "a".to_owned(),
            sha256: "00".to_owned(),
            rows: Some(0),
        }];
        let mut report = search::score(
            about,
            &DataSet {
                rows: vec![],
                files: vec![],
            },
            &[],
            None,
        );
        report.overall.hit_at_1 = Some(0.5);
        report.overall.hit_at_10 = Some(0.9);
        report.overall.mrr_at_10 = Some(0.7);
        Report::Search(Box::new(report))
    }

    fn judge(demands: &Demands<'_>) -> Result<Vec<Check>, EvalError> {
        let report = report();
        let data = report.about().hashes.data.clone();
        let inputs = Inputs {
            task: Task::Search,
            data: &data,
            menu: None,
            count: 0,
            noise: None,
            costs: None,
        };
        Ok(Gate::new(&inputs, demands)?.judge(&report))
    }

    /// Against the same report with a change.
    fn before(change: impl Fn(&mut Value)) -> Result<Vec<Check>, EvalError> {
        let mut value = serde_json::to_value(report()).expect("serialises");
        change(&mut value);
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write!(file, "{value}").expect("written");
        judge(&Demands {
            baseline: Some(file.path()),
            max_drop: 0.01,
            ..Demands::default()
        })
    }

    #[test]
    fn a_threshold_is_met_by_the_value_itself() {
        for (metric, least, passed) in [
            (None, 0.9, true),
            (None, 0.91, false),
            (Some("hit_at_1"), 0.5, true),
            (Some("hit_at_1"), 0.9, false),
        ] {
            let demands = Demands {
                min_accuracy: Some(least),
                metric,
                ..Demands::default()
            };
            let checks = judge(&demands).expect("known figures");
            assert_eq!(
                (checks.len(), checks[0].passed),
                (1, passed),
                "{metric:?} {least}"
            );
        }
        let demands = Demands {
            metric: Some("ece"),
            ..Demands::default()
        };
        let error = judge(&demands).expect_err("not of search");
        assert!(error.to_string().contains("hit_at_1, hit_at_10, mrr_at_10"));
    }

    #[test]
    fn worse_by_more_than_allowed_is_a_regression() {
        for (hit_at_1, passed) in [(0.50, true), (0.51, true), (0.52, false), (0.3, true)] {
            let checks = before(|value| value["hit_at_1"] = hit_at_1.into()).expect("comparable");
            assert_eq!(checks.len(), 3);
            assert_eq!(checks[0].passed, passed, "{hit_at_1}");
            assert!(checks[1].passed && checks[2].passed);
        }
    }

    #[test]
    fn where_less_is_better_more_is_a_regression() {
        let gate = Gate {
            task: Task::Orders,
            least: None,
            before: None,
            max_drop: 0.01,
        };
        let metric = Metric {
            name: "negation_error_rate",
            lower_is_better: true,
            per_drop: 1,
        };
        assert!(metrics(Task::Orders).contains(&metric));
        let report = |rate: f64| serde_json::json!({ "negation_error_rate": rate });
        for (now, passed) in [(0.05, true), (0.06, true), (0.07, false), (0.0, true)] {
            let check = gate
                .compare(&metric, &report(0.05), &report(now))
                .expect("both have it");
            assert_eq!(check.passed, passed, "{now}");
        }
        let gone = gate
            .compare(&metric, &report(0.05), &Value::Null)
            .expect("the baseline has it");
        assert!(!gone.passed, "a figure that is gone is no success");
    }

    #[test]
    fn a_cost_by_100_may_rise_by_a_hundredfold_of_a_share() {
        let gate = Gate {
            task: Task::Intent,
            least: None,
            before: None,
            max_drop: 0.01,
        };
        let cost = metrics(Task::Intent)
            .iter()
            .find(|metric| metric.name == "cost_per_100")
            .expect("intents have it");
        let report = |cost: f64| serde_json::json!({ "cost_per_100": cost });
        for (now, passed) in [(20.0, true), (21.0, true), (21.1, false), (3.0, true)] {
            let check = gate.compare(cost, &report(20.0), &report(now));
            assert_eq!(check.map(|check| check.passed), Some(passed), "{now}");
        }
    }

    #[test]
    fn only_like_is_compared() {
        for (key, value, says) in [
            ("task", Value::from("intent"), "is of task `intent`"),
            ("count", Value::from(5), "has 5 rows"),
            (
                "noise",
                serde_json::json!({"kind": "speech", "level": 2, "seed": 0}),
                "other noise",
            ),
            (
                "noise",
                serde_json::json!({"kind": "speech", "level": 4, "seed": 0}),
                "`noise` cannot be read",
            ),
            (
                "hashes",
                serde_json::json!({"data": [], "menu": null, "model": {"id": null, "sha256": null}}),
                "other data",
            ),
            ("hashes", Value::Null, "cannot be read"),
        ] {
            let error = before(|report| report[key] = value.clone()).expect_err("not alike");
            assert!(error.to_string().contains(says), "{error}");
        }
        let other_menu = serde_json::json!({"file": "m", "sha256": "11"});
        let error = before(|r| r["hashes"]["menu"] = other_menu.clone()).expect_err("other menu");
        assert!(error.to_string().contains("another menu"));
    }
}
