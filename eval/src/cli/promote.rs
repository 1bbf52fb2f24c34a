//! `promote`: the candidate beside the model in use, both in this process.

use super::Outcome;
use super::options::{Data, SEED, share};
use crate::data::{self, DataSet, FileHash, IntentCase};
use crate::error::EvalError;
use crate::promote::{self, Limits, Promotion};
use crate::system::local::Local;
use crate::system::{ModelIdentity, System};
use crate::task::ask_all;
use clap::Args;
use olympus_core::intent::Costs;
use olympus_device::service::Options;
use olympus_proto::Intent;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct PromoteArgs {
    /// Model folder that is to be put to use
    #[arg(long, value_name = "DIR")]
    candidate: PathBuf,
    /// Model folder in use, or `embedded` for the one in the binary
    #[arg(long, value_name = "DIR", default_value = EMBEDDED)]
    current: PathBuf,
    #[command(flatten)]
    rows: Data,
    /// How much less of all rows the candidate may get right
    #[arg(long, value_name = "X", value_parser = share, default_value_t = 0.005)]
    max_drop: f64,
    /// How far the recall of any class may fall, where the rows can tell
    #[arg(long, value_name = "X", value_parser = share, default_value_t = 0.02)]
    max_class_drop: f64,
    /// What wrong answers cost: what the device decides by, and what is told beside the verdict
    #[arg(long, value_name = "COSTS", default_value_t)]
    costs: Costs,
    /// Seed of the resampling
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
}

const EMBEDDED: &str = "embedded";

#[derive(Serialize)]
struct Shown<'a> {
    current: &'a ModelIdentity,
    candidate: &'a ModelIdentity,
    data: &'a [FileHash],
    #[serde(flatten)]
    promotion: &'a Promotion,
}

pub(super) fn run(args: &PromoteArgs) -> Result<Outcome, EvalError> {
    let data = data::read::<IntentCase>(&args.rows.data, args.rows.limit())?;
    let in_use = (args.current.as_os_str() != EMBEDDED).then(|| args.current.clone());
    // one after the other, so that a small machine holds one model at a time
    let (current, before) = ask(in_use, args.costs, &data)?;
    let (candidate, after) = ask(Some(args.candidate.clone()), args.costs, &data)?;
    let rows: Vec<promote::Row> = data
        .rows
        .iter()
        .zip(before.into_iter().zip(after))
        .map(|(row, (before, after))| (row.case.intent, before, after))
        .collect();
    let limits = Limits {
        max_drop: args.max_drop,
        max_class_drop: args.max_class_drop,
    };
    let promotion = promote::judge(&rows, limits, &args.costs, args.seed)
        .ok_or_else(|| EvalError::NoRows("--data".to_owned()))?;
    if args.json {
        let shown = Shown {
            current: &current,
            candidate: &candidate,
            data: &data.files,
            promotion: &promotion,
        };
        println!(
            "{}",
            serde_json::to_string_pretty(&shown).unwrap_or_default()
        );
    } else {
        let id = |model: &ModelIdentity| model.id.clone().unwrap_or_default();
        println!("current {}, candidate {}\n", id(&current), id(&candidate));
        print!("{}", promotion.show());
    }
    for reason in &promotion.reasons {
        eprintln!("REFUSED: {reason}");
    }
    Ok(if promotion.accepted {
        Outcome::Good
    } else {
        Outcome::NotGoodEnough
    })
}

fn ask(
    model: Option<PathBuf>,
    costs: Costs,
    data: &DataSet<IntentCase>,
) -> Result<(ModelIdentity, Vec<Intent>), EvalError> {
    let what = match &model {
        Some(dir) => dir.display().to_string(),
        None => EMBEDDED.to_owned(),
    };
    // the folder may hold a model for intents only: search keeps the one in the binary
    let options = Options {
        intent_model: model,
        costs,
        ..Options::default()
    };
    let mut system = Local::with(options).map_err(EvalError::Prepare)?;
    let answers = ask_all(data, &what, |text| system.intent(text))?;
    let said = answers.into_iter().map(|timed| timed.answer.intent);
    Ok((system.identity().model, said.collect()))
}
