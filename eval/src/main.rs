//! The program `olympus-eval`. Exit codes: 0 good, 1 not good enough, 2 bad usage or data.

use clap::Parser;
use olympus_eval::cli::{Cli, Outcome, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::NotGoodEnough) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
