//! What a run was made from, and whether another was made from the same.

use crate::data::FileHash;
use crate::noise::Noise;
use crate::task::{Hashes, Task};
use olympus_core::intent::Costs;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a run is made from; two runs are compared only where it is the same.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What is measured.
    pub task: Task,
    /// The data files.
    pub data: &'a [FileHash],
    /// The menu, where one is given.
    pub menu: Option<&'a FileHash>,
    /// Rows asked.
    pub count: usize,
    /// What was done to the texts.
    pub noise: Option<Noise>,
    /// What mistakes are priced with, where the task prices them.
    pub costs: Option<Costs>,
}

/// That a report was made from these inputs.
pub(crate) fn comparable(inputs: &Inputs<'_>, before: &Value) -> Result<(), String> {
    let task = before.get("task").and_then(Value::as_str).unwrap_or("none");
    if task != inputs.task.as_str() {
        return Err(format!(
            "is of task `{task}`, this run of `{}`",
            inputs.task.as_str()
        ));
    }
    let hashes: Hashes = before
        .get("hashes")
        .cloned()
        .and_then(|hashes| serde_json::from_value(hashes).ok())
        .ok_or("no report.json (its `hashes` cannot be read)")?;
    if contents(&hashes.data) != contents(inputs.data) {
        return Err("was measured on other data; measure it again on this data".to_owned());
    }
    let menu = |file: Option<&FileHash>| file.map(|file| file.sha256.clone());
    if menu(hashes.menu.as_ref()) != menu(inputs.menu) {
        return Err("was measured on another menu; measure it again on this menu".to_owned());
    }
    let rows = before.get("count").and_then(Value::as_u64).unwrap_or(0);
    if rows != inputs.count as u64 {
        return Err(format!(
            "has {rows} rows, this run {}; use the same --limit",
            inputs.count
        ));
    }
    let noise: Option<Noise> = setting(before, "noise")?;
    if noise != inputs.noise {
        return Err(
            "was measured with other noise; use the same --noise, --level and --seed".to_owned(),
        );
    }
    let costs: Option<Costs> = setting(before, "costs")?;
    match (costs, inputs.costs) {
        (Some(then), Some(now)) if then != now => {
            Err(format!("was priced with --costs \"{then}\"; use the same"))
        }
        _ => Ok(()),
    }
}

/// `None` where the report does not have it.
fn setting<T: DeserializeOwned>(report: &Value, key: &str) -> Result<Option<T>, String> {
    match report.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|_| format!("no report.json (its `{key}` cannot be read)")),
    }
}

/// Whatever the files are called and in whatever order they were given.
fn contents(files: &[FileHash]) -> Vec<&str> {
    let mut hashes: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
    hashes.sort_unstable();
    hashes
}
