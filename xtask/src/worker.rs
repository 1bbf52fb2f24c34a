//! `cargo xtask worker`: the Worker as ES modules, without a tool that cargo does not bring.
//!
//! Wasm is built into `target/worker`, so that it never waits for native builds; the modules go
//! to `workers/edge/build`, which git ignores.

use crate::provision;
use crate::sh::{cargo, run, say};
use crate::tidy::{WASM_TARGET, add_wasm_target};
use anyhow::Context as _;
use clap::Subcommand;
use std::path::Path;
use std::process::Command;

const PACKAGE: &str = "olympus-edge-worker";
const CONFIG: &str = "workers/edge/wrangler.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum Worker {
    /// Builds the Worker's modules into workers/edge/build and says how large they are.
    Build {
        /// Sooner built, larger.
        #[arg(long)]
        dev: bool,
    },
    /// Runs the Worker on this machine, offline, against stand-ins of all that it rests on.
    Dev {
        /// Port on localhost.
        #[arg(long, default_value_t = 8787)]
        port: u16,
    },
    /// Makes what the deployment names (KV, D1, R2, Vectorize, secrets) and deploys it.
    Provision {
        /// Environment of wrangler.toml.
        #[arg(long = "env", default_value = "production")]
        environment: String,
        /// Only says what would be called.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(crate) fn run_worker(root: &Path, chore: &Worker) -> anyhow::Result<()> {
    match chore {
        Worker::Build { dev } => build(root, *dev),
        Worker::Provision {
            environment,
            dry_run,
        } => provision::run(root, environment, *dry_run),
        Worker::Dev { port } => {
            build(root, true)?;
            run(cargo()
                .current_dir(root)
                .args(["build", "--package", "olympus-standin"]))?;
            install(&root.join("tests/edge"))?;
            run(Command::new("node")
                .current_dir(root.join("tests/edge"))
                .args(["dev.mjs", "--port", &port.to_string()]))
        }
    }
}

/// Builds the modules.
pub(crate) fn build(root: &Path, dev: bool) -> anyhow::Result<()> {
    say("the Worker's wasm");
    add_wasm_target(root)?;
    let profile = if dev { "worker-dev" } else { "worker" };
    let target = root.join("target/worker");
    run(cargo()
        .current_dir(root)
        .args(["build", "--package", PACKAGE, "--lib"])
        .args(["--target", WASM_TARGET, "--profile", profile])
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS"))?;
    say("its modules");
    let name = PACKAGE.replace('-', "_");
    let wasm = target.join(format!("{WASM_TARGET}/{profile}/{name}.wasm"));
    run(cargo()
        .current_dir(root)
        .args(["run", "--quiet", "--package", "xtask-worker", "--"])
        .args(dev.then_some("--dev"))
        .arg(wasm)
        .arg(root.join("workers/edge/build"))
        .args(classes(root)?))
}

/// The lints of the Worker, as it is compiled for wasm32.
pub(crate) fn lint(root: &Path) -> anyhow::Result<()> {
    say("the Worker: lints for wasm32");
    run(cargo()
        .current_dir(root)
        .args(["clippy", "--package", PACKAGE, "--lib"])
        .args(["--target", WASM_TARGET, "--", "-D", "warnings"])
        .env("CARGO_TARGET_DIR", root.join("target/worker"))
        .env_remove("RUSTFLAGS"))
}

/// What an npm package's tests need, exactly as locked.
pub(crate) fn install(dir: &Path) -> anyhow::Result<()> {
    let lock = dir.join("package-lock.json");
    let done = dir.join("node_modules/.package-lock.json");
    let time = |path: &Path| path.metadata().and_then(|meta| meta.modified());
    if let (Ok(locked), Ok(installed)) = (time(&lock), time(&done))
        && installed >= locked
    {
        return Ok(());
    }
    run(Command::new("npm").current_dir(dir).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
    .context("Node 20 with npm is needed for the tests of pages and of the Worker")
}

/// The Durable Objects that the deployment names.
fn classes(root: &Path) -> anyhow::Result<Vec<String>> {
    let config = std::fs::read_to_string(root.join(CONFIG)).with_context(|| CONFIG.to_owned())?;
    Ok(named_classes(&config))
}

fn named_classes(config: &str) -> Vec<String> {
    config
        .lines()
        .filter_map(|line| line.trim().strip_prefix("class_name = \""))
        .filter_map(|rest| rest.split('"').next())
        .fold(Vec::new(), |mut names: Vec<String>, name| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            names
        })
}

#[cfg(test)]
mod tests {
    use super::named_classes;

    #[test]
    fn reads_each_class_once() {
        let config = "name = \"A\"\nclass_name = \"Cart\"\n class_name = \"Live\" # x\nclass_name = \"Cart\"";
        assert_eq!(named_classes(config), ["Cart", "Live"]);
    }
}
