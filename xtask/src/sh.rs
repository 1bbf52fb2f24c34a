//! Running other programs, with what was run in every error.

use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The repository's root.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask lies in the root")?.to_owned())
}

/// Candle splits large operations over threads that spin at a barrier; where many tests run at
/// once they wait for each other more than they work.
pub(crate) const ONE_CANDLE_THREAD: (&str, &str) = ("CANDLE_NUM_THREADS", "1");

/// Property tests draw the same cases for every change, so that a failure is the change's and not
/// the draw's. `PROPTEST_RNG_SEED` draws others; `cargo xtask fuzz` looks for what no seed reaches.
const SAME_CASES: (&str, &str) = ("PROPTEST_RNG_SEED", "20261122");

pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.env(ONE_CANDLE_THREAD.0, ONE_CANDLE_THREAD.1);
    if std::env::var_os(SAME_CASES.0).is_none() {
        cargo.env(SAME_CASES.0, SAME_CASES.1);
    }
    cargo
}

pub(crate) fn say(step: &str) {
    println!("\n\u{2500}\u{2500} {step}");
}

/// Runs to the end; a failure is an error naming the command.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let status = command
        .status()
        .with_context(|| format!("starting {shown}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// Runs, passes standard output through line by line, and gives the lines back.
pub(crate) fn run_and_read(command: &mut Command) -> anyhow::Result<Vec<String>> {
    let shown = format!("{command:?}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {shown}"))?;
    let mut lines = Vec::new();
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            let line = line?;
            println!("{line}");
            lines.push(line);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(lines)
}

/// Whether a program answers to `--version`.
pub(crate) fn has(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
