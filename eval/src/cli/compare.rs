//! `compare`: two reports on one table.

use super::Outcome;
use super::options::SEED;
use crate::compare;
use crate::error::EvalError;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// report.json of the first model
    #[arg(value_name = "A")]
    a: PathBuf,
    /// report.json of the second one, over the same rows
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Seed of the resampling
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &CompareArgs) -> Result<Outcome, EvalError> {
    let compared = compare::reports(&args.a, &args.b, args.seed)?;
    match args.json {
        true => println!(
            "{}",
            serde_json::to_string_pretty(&compared).unwrap_or_default()
        ),
        false => print!("{}", compared.show()),
    }
    Ok(Outcome::Good)
}
