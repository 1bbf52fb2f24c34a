//! The command line: what is asked for, in which order, and what is printed.
//!
//! Invariant: answers go to stdout (the table, or with `--json` the report and nothing else),
//! progress and errors to stderr.

mod compare;
mod measure;
mod options;
mod promote;
mod sources;

use crate::error::EvalError;
use crate::overlap;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Scores intent, search and orders on labelled sets.
#[derive(Debug, Parser)]
#[command(
    name = "olympus-eval",
    version,
    after_help = "Exit codes: 0 good, 1 below a threshold or worse than the baseline, 2 bad usage or data."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Utterance → intent; rows {"text", "intent", "alt"?, "source"?}
    Intent(measure::IntentArgs),
    /// Query → dishes; rows {"query", "relevant": [id, …], "kind"?, "source"?}
    Search(measure::SearchArgs),
    /// Utterance → order; rows {"text", "items": [{"name", "quantity", "size"?, "modifiers"}, …]}
    Orders(measure::RunArgs),
    /// Query → dishes with the right tags; rows {"query", "menu", "must", "must_not", "prefer"}
    Attributes(measure::AttributesArgs),
    /// Whether the second of two reports over the same rows is really better (paired bootstrap)
    Compare(compare::CompareArgs),
    /// Whether a candidate model may replace the one in use, on the store's own utterances; exit code 1 where not
    Promote(promote::PromoteArgs),
    /// Each source held out: the shipped model beside a linear head trained on the other sources
    Sources(sources::SourcesArgs),
    /// Texts of the data that also stand in the training text; exit code 1 where there are any
    Overlap(OverlapArgs),
}

#[derive(Debug, Args)]
struct OverlapArgs {
    /// Files or folders to be kept apart (.jsonl with `text` or `query`, .txt)
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    data: Vec<PathBuf>,
    /// Files or folders that were trained on
    #[arg(long, num_args = 1.., value_name = "PATH", default_value = "models/training/data")]
    against: Vec<PathBuf>,
}

/// The verdict, for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was asked for that is not met.
    Good,
    /// Below a threshold, worse than the baseline, or texts in common.
    NotGoodEnough,
}

/// Does what the command line says.
///
/// # Errors
/// Bad usage or data, or a system that does not answer; never a bad score.
pub fn run(cli: Cli) -> Result<Outcome, EvalError> {
    match cli.command {
        Command::Intent(args) => measure::intent(&args),
        Command::Search(args) => measure::search(&args),
        Command::Orders(args) => measure::orders(&args),
        Command::Attributes(args) => measure::attributes(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Promote(args) => promote::run(&args),
        Command::Sources(args) => sources::run(&args),
        Command::Overlap(args) => show_overlap(&args),
    }
}

fn show_overlap(args: &OverlapArgs) -> Result<Outcome, EvalError> {
    let shared = overlap::find(&args.data, &args.against)?;
    for one in &shared {
        println!("{} is also {}: {}", one.here, one.there, one.text);
    }
    println!("{} texts in common", shared.len());
    Ok(if shared.is_empty() {
        Outcome::Good
    } else {
        Outcome::NotGoodEnough
    })
}
