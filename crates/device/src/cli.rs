//! The command line: what can be said, and how it ends.
//!
//! Exit status: 0 done; 1 failed; 2 wrong use or wrong input. Results go to stdout, everything
//! else to stderr, so that output can be piped. Never prints a secret but a key just made.

use crate::cloud::backup::BackupError;
use crate::commands::{
    bench, cloud, config, doctor, intent, keys, menu, models, order, start, till,
};
use crate::config::{ConfigError, default_data_dir};
use crate::keys::KeyError;
use crate::service::ServiceError;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  olympus-edge start --demo                      try it: then open http://127.0.0.1:8080
  olympus-edge menu import menu.csv              use your own menu
  olympus-edge menu search \"vegan noodles\"
  olympus-edge intent \"two burgers, no onions\"
  olympus-edge keys create --name till --scope pos
  olympus-edge start --listen 0.0.0.0:8080       for other machines; asks for keys
  olympus-edge cloud status                      whether the cloud half is there
  olympus-edge till status                       how a running device sells
  olympus-edge doctor                            what is set, what works, how fast

Exit status: 0 done; 1 failed; 2 wrong use or wrong input.";

/// Intent and menu search on the restaurant's own device.
#[derive(Debug, Parser)]
#[command(name = "olympus-edge", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Said to every command.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Global {
    /// Folder of settings, keys, menus and models [default: the platform's place for data]
    #[arg(long, global = true, env = "OLYMPUS_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print JSON for machines
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Global {
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(default_data_dir)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the local API and the pages
    Start(start::Args),
    /// Read and change settings
    #[command(subcommand)]
    Config(config::Command),
    /// Import, read, search and roll back the menu
    #[command(subcommand)]
    Menu(menu::Command),
    /// The intent of a text, or of each line on stdin
    Intent(intent::Args),
    /// Intent and dishes of a text, or of each line on stdin
    Understand(intent::UnderstandArgs),
    /// What a sentence orders
    #[command(subcommand)]
    Order(order::Command),
    /// Make, list and revoke access keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// The cloud half: is it there, publish the menu, back up and restore
    #[command(subcommand)]
    Cloud(cloud::Command),
    /// A running device's orders, sales, queue and settlement
    #[command(subcommand)]
    Till(till::Command),
    /// List, fetch, choose and remove models
    #[command(subcommand)]
    Models(models::Command),
    /// What is set, what works and how fast this machine is
    Doctor(doctor::Args),
    /// Measure intent and search, in process and over loopback
    Bench(bench::Args),
    /// Print a completion script
    #[command(
        after_help = "Example:\n  olympus-edge completions bash > /etc/bash_completion.d/olympus-edge"
    )]
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        // Whoever read the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("error: {error}");
            for cause in error.chain().skip(1) {
                let cause = cause.to_string();
                if !text.contains(&cause) {
                    text.push_str(&format!(": {cause}"));
                }
            }
            print_details(&error);
            // Nothing is left to tell where stderr is gone.
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::from(status_of(&error))
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let global = cli.global;
    match cli.command {
        Command::Start(args) => start::run(&global, args)?,
        Command::Config(command) => config::run(&global, command)?,
        Command::Menu(command) => menu::run(&global, command)?,
        Command::Intent(args) => intent::run(&global, args)?,
        Command::Understand(args) => intent::run_understand(&global, args)?,
        Command::Order(command) => order::run(&global, command)?,
        Command::Keys(command) => keys::run(&global, command)?,
        Command::Cloud(command) => cloud::run(&global, command)?,
        Command::Till(command) => {
            if !till::run(&global, command)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Models(command) => models::run(&global, command)?,
        Command::Doctor(args) => return doctor::run(&global, args),
        Command::Bench(args) => bench::run(&global, args)?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "olympus-edge", &mut script);
            io::stdout().write_all(&script)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// 2 where the user can put it right by saying something else.
fn status_of(error: &anyhow::Error) -> u8 {
    let usage = error.chain().any(|cause| {
        cause.is::<crate::commands::Usage>()
            || cause
                .downcast_ref::<ServiceError>()
                .is_some_and(|error| (400..500).contains(&error.code().http_status()))
            || matches!(
                cause.downcast_ref::<ConfigError>(),
                Some(
                    ConfigError::BadValue { .. }
                        | ConfigError::UnknownKey(_)
                        | ConfigError::Incomplete(_)
                )
            )
            || matches!(
                cause.downcast_ref::<BackupError>(),
                Some(BackupError::NotEmpty(_))
            )
            || matches!(
                cause.downcast_ref::<KeyError>(),
                Some(KeyError::NotFound(_))
            )
    });
    if usage { 2 } else { 1 }
}

/// The bad lines of a menu, before the error itself.
fn print_details(error: &anyhow::Error) {
    for cause in error.chain() {
        if let Some(ServiceError::InvalidMenu { details, total }) = cause.downcast_ref() {
            let mut text = String::new();
            for detail in details {
                let id = detail
                    .id
                    .as_ref()
                    .map(|id| format!(" ({id})"))
                    .unwrap_or_default();
                text.push_str(&format!("line {}{id}: {}\n", detail.line, detail.message));
            }
            if *total > details.len() {
                text.push_str(&format!("… and {} more\n", total - details.len()));
            }
            let _ = write!(io::stderr(), "{text}");
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
