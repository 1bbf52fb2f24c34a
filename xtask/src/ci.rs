//! Everything a change must pass, in the order in which it fails fastest.

use crate::sh::{ONE_CANDLE_THREAD, cargo, has, run as run_command, run_and_read, say};
use crate::tidy;
use crate::worker;
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const CARGO_DENY: &str = "0.20.2";
/// Private items are documented too, so links to them hold.
const DOC_FLAGS: &str = "-D warnings -A rustdoc::private_intra_doc_links";
/// LLVM's coverage counters on a stable compiler; what `cargo fuzz` sets on nightly.
const FUZZ_FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Clink-dead-code";

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    say("format");
    run_in(root, &["fmt", "--all", "--check"])?;
    tidy::check(root)?;
    say("lints");
    run_in(
        root,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    say("documentation");
    run_command(
        cargo()
            .current_dir(root)
            .args([
                "doc",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ])
            .env("RUSTDOCFLAGS", DOC_FLAGS),
    )?;
    deny(root)?;
    say("tests");
    let mut lines =
        run_and_read(
            cargo()
                .current_dir(root)
                .args(["test", "--workspace", "--no-fail-fast"]),
        )?;
    worker::lint(root)?;
    worker::build(root, false)?;
    let binaries = Binaries::built(root)?;
    lines.extend(pages(root, &binaries)?);
    lines.extend(edge(root, &binaries)?);
    let (passed, failed) = tally(&lines);
    if passed == 0 {
        bail!("no test ran");
    }
    println!("\n{passed} passed, {failed} failed");
    Ok(())
}

fn run_in(root: &Path, args: &[&str]) -> anyhow::Result<()> {
    run_command(cargo().current_dir(root).args(args))
}

/// Licences, sources and doubled crates. The advisory database lies on a git host, so that part
/// (`cargo deny check advisories`) is for machines with internet.
fn deny(root: &Path) -> anyhow::Result<()> {
    say("licences, sources and bans (cargo deny)");
    let tools = root.join("target/tools");
    let deny = tools.join("bin/cargo-deny");
    let version = Command::new(&deny).arg("--version").output();
    let current = version.is_ok_and(|out| {
        String::from_utf8_lossy(&out.stdout)
            .trim()
            .ends_with(CARGO_DENY)
    });
    if !current {
        // A debug build takes a third of the time and checks the same.
        let args = ["install", "cargo-deny", "--locked", "--debug", "--version"];
        run_command(
            cargo()
                .current_dir(root)
                .args(args)
                .arg(CARGO_DENY)
                .arg("--root")
                .arg(&tools)
                .env("CARGO_TARGET_DIR", root.join("target/tools-build")),
        )?;
    }
    // It looks at the crates of every platform, and a fresh machine has those of its own.
    run_in(root, &["fetch", "--locked"])?;
    let args = ["--offline", "check", "licenses", "bans", "sources"];
    run_command(Command::new(&deny).current_dir(root).args(args))
}

/// What the tests outside of Rust start: what `cargo test` has just built.
struct Binaries {
    device: PathBuf,
    standin: PathBuf,
    chromium: PathBuf,
}

impl Binaries {
    fn built(root: &Path) -> anyhow::Result<Self> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        let built = |name: &str| {
            let file = target.join("debug").join(name);
            match file.exists() {
                true => Ok(file),
                false => bail!("{} is not there after `cargo test`", file.display()),
            }
        };
        Ok(Self {
            device: built("olympus-edge")?,
            standin: built("olympus-standin")?,
            chromium: chromium()?,
        })
    }

    /// The tests of one npm package.
    fn test(&self, dir: &Path) -> anyhow::Result<Vec<String>> {
        worker::install(dir)?;
        run_and_read(
            Command::new("npm")
                .current_dir(dir)
                .args(["test", "--silent"])
                .env(ONE_CANDLE_THREAD.0, ONE_CANDLE_THREAD.1)
                .env("CHROMIUM", &self.chromium)
                .env("OLYMPUS_EDGE", &self.device)
                .env("OLYMPUS_STANDIN", &self.standin),
        )
    }
}

/// The pages in a real Chromium.
fn pages(root: &Path, binaries: &Binaries) -> anyhow::Result<Vec<String>> {
    say("pages in Chromium");
    binaries.test(&root.join("tests/browser"))
}

/// The Worker in workerd, and the device against it over a line that breaks.
fn edge(root: &Path, binaries: &Binaries) -> anyhow::Result<Vec<String>> {
    say("the Worker in workerd, and the device with it");
    binaries.test(&root.join("tests/edge"))
}

fn chromium() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome"];
    if !names.iter().any(|name| has(name)) && has("apt-get") {
        run_command(Command::new("apt-get").args(["update", "-qq"]))?;
        let install = [
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
        ];
        run_command(Command::new("apt-get").args(install))?;
    }
    let found = names.iter().find(|name| has(name)).context(
        "no Chromium found: install it (`apt-get install chromium`) or set CHROMIUM to its path",
    )?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join(found))
        .find(|file| file.exists())
        .context("Chromium answers but is not on PATH")
}

/// Adds up what cargo's and node's test runners say.
fn tally(lines: &[String]) -> (u64, u64) {
    let number = |text: &str, before: &str| -> u64 {
        text.split([';', '.'])
            .filter_map(|part| part.trim().strip_suffix(before))
            .filter_map(|part| part.trim().rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    };
    let (mut passed, mut failed) = (0, 0);
    for line in lines {
        if let Some(result) = line.strip_prefix("test result: ") {
            passed += number(result, "passed");
            failed += number(result, "failed");
        }
        let node = line.trim_start_matches(['#', '\u{2139}', ' ']);
        if node.len() < line.len() {
            let count = |word: &str| node.strip_prefix(word).and_then(|n| n.trim().parse().ok());
            passed += count("pass ").unwrap_or(0);
            failed += count("fail ").unwrap_or(0);
        }
    }
    (passed, failed)
}

pub(crate) fn fuzz(root: &Path, seconds: u32) -> anyhow::Result<()> {
    let dir = root.join("fuzz");
    let version = Command::new("rustc").arg("-vV").output()?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc -vV names no host")?;
    for (target, longest) in [
        ("menu_import", 4_096),
        ("query", 256),
        ("grant_token", 4_096),
    ] {
        say(&format!("fuzzing {target} for {seconds} s"));
        let corpus = format!("corpus/{target}");
        std::fs::create_dir_all(dir.join(&corpus))?;
        // --target keeps the coverage counters off the build scripts.
        run_command(
            cargo()
                .current_dir(&dir)
                .args(["run", "--release", "--target", host, "--bin", target, "--"])
                .args([corpus, format!("seeds/{target}")])
                .arg(format!("-max_len={longest}"))
                .arg(format!("-max_total_time={seconds}"))
                .env("RUSTFLAGS", FUZZ_FLAGS),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::tally;

    #[test]
    fn tallies_both_runners() {
        let lines = [
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored",
            "\u{2139} pass 5",
            "# fail 1",
            "pass 100",
        ]
        .map(str::to_owned);
        assert_eq!(tally(&lines), (20, 3));
    }
}
