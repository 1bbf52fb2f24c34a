//! Options that several commands share.

use crate::error::EvalError;
use crate::noise::{Kind, Level, Noise};
use crate::system::System;
use crate::system::http::Http;
use crate::system::local::Local;
use crate::task::Task;
use clap::Args;
use olympus_device::service::Options;
use std::path::PathBuf;

/// Seed of noise and resampling unless another is given.
pub(super) const SEED: u64 = 20_240_229;

/// Which rows.
#[derive(Debug, Args)]
pub(super) struct Data {
    /// Labelled rows, JSONL; may be several
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(super) data: Vec<PathBuf>,
    /// Only the first rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Only the rows of even or of odd number, counted from one: of some sets one half was never read
    #[arg(long, value_name = "HALF")]
    half: Option<Half>,
}

/// Rows by their number, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Half {
    Even,
    Odd,
}

impl Data {
    /// Leaves the rows of the half that is wanted.
    pub(super) fn keep_half<R>(&self, rows: &mut Vec<R>) {
        let mut number = 0;
        rows.retain(|_| {
            number += 1;
            match self.half {
                None => true,
                Some(Half::Even) => number % 2 == 0,
                Some(Half::Odd) => number % 2 == 1,
            }
        });
    }

    pub(super) fn limit(&self) -> Option<usize> {
        let whole = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
        self.limit.map(whole)
    }
}

/// Which system.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// Server to measure, e.g. http://127.0.0.1:8080; without it the device runs in this process
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Key for the server
    #[arg(
        long,
        env = "OLYMPUS_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        requires = "url"
    )]
    api_key: Option<String>,
    /// Model folder for the device in this process [default: the model in the binary]
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    model: Option<PathBuf>,
}

impl Target {
    /// `demo` also loads the demo menu into a device in this process.
    pub(super) fn open(&self, task: Task, demo: bool) -> Result<Box<dyn System>, EvalError> {
        if let Some(url) = &self.url {
            let http = Http::new(url, self.api_key.as_deref()).map_err(EvalError::Usage)?;
            return Ok(Box::new(http));
        }
        let intents = task == Task::Intent;
        let options = Options {
            demo,
            intent_model: self.model.clone().filter(|_| intents),
            search_model: self.model.clone().filter(|_| !intents),
            ..Options::default()
        };
        let local = Local::with(options).map_err(EvalError::Prepare)?;
        Ok(Box::new(local))
    }
}

/// Where the report goes and what is demanded of it.
#[derive(Debug, Args)]
pub(super) struct Verdict {
    /// Folder for report.json and report.html
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,
    /// report.json of an earlier run over the same data; exit code 1 where this one is worse
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// How much worse than the baseline any figure may be
    #[arg(long, default_value_t = 0.005, value_name = "X", value_parser = share, requires = "baseline")]
    pub(super) max_drop: f64,
    /// Least value of --metric; exit code 1 below it
    #[arg(long, value_name = "X", value_parser = share)]
    pub(super) min_accuracy: Option<f64>,
    /// What --min-accuracy is about [default: accuracy_strict, hit_at_10, exact_match or top1_ok]
    #[arg(long, value_name = "NAME", requires = "min_accuracy")]
    pub(super) metric: Option<String>,
    /// Print report.json instead of the table
    #[arg(long)]
    pub(super) json: bool,
}

/// What happens to the texts before they are asked.
#[derive(Debug, Args)]
pub(super) struct Disturbed {
    /// Measure with slips of typing or of speech recognition in every text
    #[arg(long, value_name = "KIND", conflicts_with = "robustness")]
    noise: Option<Kind>,
    /// How many slips, 1 to 3
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3), requires = "noise")]
    level: u8,
    /// Which slips; equal seeds give equal texts
    #[arg(long, value_name = "N", default_value_t = SEED)]
    pub(super) seed: u64,
    /// Measure clean, then with both kinds of noise at every level, in one report
    #[arg(long)]
    pub(super) robustness: bool,
}

impl Disturbed {
    pub(super) fn noise(&self) -> Result<Option<Noise>, EvalError> {
        let level = Level::try_from(self.level).map_err(EvalError::Usage)?;
        Ok(self.noise.map(|kind| Noise {
            kind,
            level,
            seed: self.seed,
        }))
    }
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Half};

    #[test]
    fn halves_are_of_rows_counted_from_one_and_make_the_whole() {
        let of = |half| {
            let data = Data {
                data: Vec::new(),
                limit: None,
                half,
            };
            let mut rows = vec![1, 2, 3, 4, 5];
            data.keep_half(&mut rows);
            rows
        };
        assert_eq!(of(None), [1, 2, 3, 4, 5]);
        assert_eq!(of(Some(Half::Even)), [2, 4]);
        assert_eq!(of(Some(Half::Odd)), [1, 3, 5]);
    }
}
