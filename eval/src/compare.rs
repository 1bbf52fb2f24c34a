//! Two reports over the same rows: which model is better, and whether the rows can tell.
//!
//! Invariant: only reports of the same task over the same rows in the same order are compared;
//! anything else is an error.

use crate::data;
use crate::error::EvalError;
use crate::gate::{Inputs, comparable};
use crate::metrics::Interval;
use crate::metrics::bootstrap::{self, Difference};
use crate::metrics::outcomes::{self, Outcomes};
use crate::noise::Noise;
use crate::system::ModelIdentity;
use crate::task::{Hashes, Task};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// What both reports say of the same rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What was measured.
    pub task: Task,
    /// Rows.
    pub rows: usize,
    /// Resamples behind the intervals.
    pub resamples: usize,
    /// Seed of the resampling.
    pub seed: u64,
    /// The first.
    pub a: ModelIdentity,
    /// The second.
    pub b: ModelIdentity,
    /// Figure → how the two differ.
    pub figures: BTreeMap<String, Difference>,
}

/// As much of a report as is needed here.
#[derive(Deserialize)]
struct Head {
    task: Task,
    count: usize,
    hashes: Hashes,
    #[serde(default)]
    noise: Option<Noise>,
    outcomes: Outcomes,
}

/// Compares `report.json` of two runs.
///
/// # Errors
/// A file that is no report with outcomes, or reports of different rows.
pub fn reports(a: &Path, b: &Path, seed: u64) -> Result<Compared, EvalError> {
    let first = head(&read(a)?).map_err(|reason| refused(a, reason))?;
    let value = read(b)?;
    let inputs = Inputs {
        task: first.task,
        data: &first.hashes.data,
        menu: first.hashes.menu.as_ref(),
        count: first.count,
        noise: first.noise,
        costs: None,
    };
    comparable(&inputs, &value).map_err(|reason| refused(b, reason))?;
    let second = head(&value).map_err(|reason| refused(b, reason))?;
    compared(first, second, seed).map_err(|reason| refused(b, reason))
}

fn compared(a: Head, b: Head, seed: u64) -> Result<Compared, String> {
    let files = |head: &Head| -> Vec<String> {
        let files = head.hashes.data.iter();
        files.map(|file| file.sha256.clone()).collect()
    };
    if files(&a) != files(&b) {
        return Err("was measured with the files of --data in another order".to_owned());
    }
    let mut figures = BTreeMap::new();
    for (figure, rows) in &a.outcomes {
        let Some(others) = b.outcomes.get(figure) else {
            continue;
        };
        let broken = || format!("its outcomes of {figure} do not fit {} rows", a.count);
        let rows = outcomes::read(rows).filter(|rows| rows.len() == a.count);
        let others = outcomes::read(others).ok_or_else(broken)?;
        let rows = rows.ok_or_else(broken)?;
        let difference = bootstrap::paired(&rows, &others, seed).ok_or_else(broken)?;
        figures.insert(figure.clone(), difference);
    }
    Ok(Compared {
        task: a.task,
        rows: a.count,
        resamples: bootstrap::RESAMPLES,
        seed,
        a: a.hashes.model,
        b: b.hashes.model,
        figures,
    })
}

fn read(path: &Path) -> Result<serde_json::Value, EvalError> {
    let bytes = data::read_file(path, "; give the report.json of a run with --report")?;
    serde_json::from_slice(&bytes).map_err(|e| refused(path, format!("no report.json ({e})")))
}

fn head(report: &serde_json::Value) -> Result<Head, String> {
    if report.get("outcomes").is_none() {
        return Err("has no `outcomes`; measure it again with this version".to_owned());
    }
    Head::deserialize(report).map_err(|e| format!("no report.json ({e})"))
}

fn refused(path: &Path, reason: String) -> EvalError {
    EvalError::Baseline {
        path: path.to_owned(),
        reason,
    }
}

impl Compared {
    /// A table for people.
    #[must_use]
    pub fn show(&self) -> String {
        let name = |model: &ModelIdentity| {
            let id = model.id.as_deref().unwrap_or("not told");
            match &model.sha256 {
                Some(hash) => format!("{id} ({})", hash.chars().take(8).collect::<String>()),
                None => id.to_owned(),
            }
        };
        let mut out = format!(
            "{}: {} rows\nA  {}\nB  {}\n\n",
            self.task.as_str(),
            self.rows,
            name(&self.a),
            name(&self.b)
        );
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "{:<20}{:>8}{:>8}{:>9}   {:<20}p(B not better)",
            "figure", "A", "B", "B - A", "95 %"
        );
        for (figure, found) in &self.figures {
            let Interval(low, high) = found.interval;
            let range = format!("{low:+.4} to {high:+.4}");
            let _ = writeln!(
                out,
                "{figure:<20}{:>8.4}{:>8.4}{:>+9.4}   {range:<20}{:.4}",
                found.a, found.b, found.difference, found.p_not_better
            );
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::reports;
    use serde_json::{Value, json};
    use std::path::PathBuf;
    use tempfile::TempDir;

    fn report(strict: &str) -> Value {
        json!({
            "task": "intent", "count": strict.len(),
            "hashes": {
                "data": [{"file": "a", "sha256": "00"}, {"file": "b", "sha256": "11"}],
                "menu": null, "model": {"id": "m", "sha256": "abcdef0123"}
            },
            "outcomes": {"accuracy_strict": strict}
        })
    }

    fn write(dir: &TempDir, name: &str, report: &Value) -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, report.to_string()).expect("written");
        path
    }

    #[test]
    fn a_difference_is_shown_with_its_interval() {
        let dir = tempfile::tempdir().expect("a folder");
        let a = write(&dir, "a.json", &report("0000110000"));
        let b = write(&dir, "b.json", &report("1111111111"));
        let compared = reports(&a, &b, 3).expect("alike");
        let found = compared.figures["accuracy_strict"];
        assert!((found.difference - 0.8).abs() < 1e-12);
        assert_eq!((compared.rows, compared.resamples), (10, 10_000));
        let shown = compared.show();
        assert!(shown.contains("m (abcdef01)"), "{shown}");
        assert!(shown.contains("0.2000  1.0000  +0.8000"), "{shown}");
    }

    #[test]
    fn other_rows_or_no_rows_are_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let a = write(&dir, "a.json", &report("01"));
        for (change, says) in [
            (json!({"task": "search"}), "is of task `search`"),
            (json!({"count": 5}), "has 5 rows"),
            (json!({"outcomes": null}), "no report.json"),
            (
                json!({"outcomes": {"accuracy_strict": "0"}}),
                "do not fit 2 rows",
            ),
            (
                json!({"outcomes": {"accuracy_strict": "0x"}}),
                "do not fit 2 rows",
            ),
            (
                json!({"noise": {"kind": "typing", "level": 1, "seed": 1}}),
                "other noise",
            ),
        ] {
            let mut other = report("01");
            for (key, value) in change.as_object().expect("an object") {
                other[key] = value.clone();
            }
            let b = write(&dir, "b.json", &other);
            let error = reports(&a, &b, 1).expect_err("not alike").to_string();
            assert!(error.contains(says), "{error}");
        }
        let mut turned = report("01");
        turned["hashes"]["data"]
            .as_array_mut()
            .expect("files")
            .reverse();
        let b = write(&dir, "b.json", &turned);
        let error = reports(&a, &b, 1).expect_err("turned round").to_string();
        assert!(error.contains("in another order"), "{error}");
    }
}
