//! `sources`: ask and embed every row in this process, then hold out each source.

use super::Outcome;
use super::options::Data;
use crate::data::{self, FileHash, IntentCase};
use crate::error::EvalError;
use crate::sources::{self, Matrix};
use crate::system::local::Local;
use crate::system::{ModelIdentity, System};
use crate::task::ask_all;
use clap::Args;
use olympus_device::service::Options;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct SourcesArgs {
    #[command(flatten)]
    rows: Data,
    /// Model folder, for intents and sentence vectors [default: the model in the binary]
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    model: &'a ModelIdentity,
    data: &'a [FileHash],
    #[serde(flatten)]
    matrix: &'a Matrix,
}

pub(super) fn run(args: &SourcesArgs) -> Result<Outcome, EvalError> {
    let data = data::read::<IntentCase>(&args.rows.data, args.rows.limit())?;
    let mut system = Local::with(Options {
        intent_model: args.model.clone(),
        search_model: args.model.clone(),
        ..Options::default()
    })
    .map_err(EvalError::Prepare)?;
    let answers = ask_all(&data, "intent", |text| system.intent(text))?;
    let texts: Vec<String> = data.rows.iter().map(|row| row.case.text.clone()).collect();
    let vectors = system.embed(&texts).map_err(EvalError::Prepare)?;
    let said: Vec<_> = answers.iter().map(|timed| timed.answer.intent).collect();
    let matrix = sources::matrix(&data, &vectors, &said).ok_or_else(|| {
        EvalError::Usage(
            "all rows are of one source; give data of at least two (`source` in each row, or \
             several files)"
                .to_owned(),
        )
    })?;
    if args.json {
        let shown = Shown {
            model: &system.identity().model,
            data: &data.files,
            matrix: &matrix,
        };
        println!(
            "{}",
            serde_json::to_string_pretty(&shown).unwrap_or_default()
        );
    } else {
        print!("{}", matrix.show());
    }
    Ok(Outcome::Good)
}
