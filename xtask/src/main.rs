//! `cargo xtask`: the chores of the house. Says each step as it begins and stops at the first
//! that fails; never changes a tracked file.

mod ci;
mod provision;
mod sh;
mod tidy;
mod worker;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The chores of the house")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Everything a change must pass: format, tidy, lints, docs, licences, unit, property,
    /// end-to-end and browser tests. Installs what it lacks into target/ and, as root on Debian,
    /// Chromium.
    Ci,
    /// The shape of the house: crate arrows, wasm32 builds, nothing that points at one machine.
    Tidy,
    /// Fuzzes the menu import and the query path, each for so many seconds.
    Fuzz {
        /// Seconds a target.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// The Worker: its modules, and running them here.
    #[command(subcommand)]
    Worker(worker::Worker),
}

fn main() -> anyhow::Result<()> {
    let root = sh::root()?;
    match Args::parse().chore {
        Chore::Ci => ci::run(&root),
        Chore::Tidy => tidy::check(&root),
        Chore::Fuzz { seconds } => ci::fuzz(&root, seconds),
        Chore::Worker(chore) => worker::run_worker(&root, &chore),
    }
}
