//! The shape of the house, checked against `cargo metadata` and the tracked files.

use crate::sh::{cargo, run, say};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Who may depend on whom, normal dependencies, members only. What is not listed may not.
const ARROWS: &[(&str, &[&str])] = &[
    ("olympus-proto", &[]),
    ("olympus-core", &["olympus-proto"]),
    ("olympus-inference", &["olympus-core", "olympus-proto"]),
    ("olympus-menu", &["olympus-core", "olympus-proto"]),
    ("olympus-store", &["olympus-core", "olympus-proto"]),
    (
        "olympus-device",
        &[
            "olympus-core",
            "olympus-inference",
            "olympus-menu",
            "olympus-proto",
            "olympus-store",
        ],
    ),
    (
        "olympus-training",
        &["olympus-core", "olympus-inference", "olympus-proto"],
    ),
    (
        "olympus-eval",
        &["olympus-core", "olympus-device", "olympus-proto"],
    ),
    (
        "olympus-benches",
        &[
            "olympus-core",
            "olympus-device",
            "olympus-inference",
            "olympus-menu",
            "olympus-proto",
        ],
    ),
    (
        "olympus-edge-worker",
        &["olympus-core", "olympus-menu", "olympus-proto"],
    ),
    (
        "olympus-standin",
        &["olympus-core", "olympus-inference", "olympus-proto"],
    ),
    (
        "olympus-powercut",
        &[
            "olympus-core",
            "olympus-edge-worker",
            "olympus-proto",
            "olympus-store",
        ],
    ),
    ("xtask", &[]),
    ("xtask-worker", &[]),
];

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Crates that also run in the Worker.
const WASM: [&str; 2] = ["olympus-proto", "olympus-core"];

/// Paths of somebody's own machine.
const FOREIGN: [&str; 3] = [
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
];

pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    say("tidy: crate arrows");
    let metadata = cargo()
        .current_dir(root)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("cargo metadata")?;
    let metadata: Value = serde_json::from_slice(&metadata.stdout).context("cargo metadata")?;
    let wrong = wrong_arrows(&metadata);
    if !wrong.is_empty() {
        bail!(
            "arrows that the house does not have:\n  {}",
            wrong.join("\n  ")
        );
    }
    say("tidy: nothing points at one machine");
    let foreign = foreign_text(root)?;
    if !foreign.is_empty() {
        bail!(
            "text that only holds on one machine:\n  {}",
            foreign.join("\n  ")
        );
    }
    say("tidy: proto and core build for wasm32");
    add_wasm_target(root)?;
    let mut check = cargo();
    check
        .current_dir(root)
        .args(["check", "--target", WASM_TARGET]);
    for name in WASM {
        check.args(["--package", name]);
    }
    run(&mut check)
}

/// rust-toolchain.toml names the target, but where rustup may not install by itself it is missing.
pub(crate) fn add_wasm_target(root: &Path) -> anyhow::Result<()> {
    let asked = Command::new("rustc")
        .current_dir(root)
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .context("rustc")?;
    let libraries = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    if Path::new(&libraries).exists() {
        return Ok(());
    }
    run(Command::new("rustup")
        .current_dir(root)
        .args(["target", "add", WASM_TARGET]))
}

/// Every arrow between members that [`ARROWS`] does not allow, and members it does not know.
fn wrong_arrows(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let name_of = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let members: Vec<String> = packages.iter().map(name_of).collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let from = name_of(package);
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == from) else {
            wrong.push(format!("{from} has no place in xtask/src/tidy.rs"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = name_of(dependency);
            let normal = dependency["kind"].is_null();
            if normal && members.contains(&to) && !allowed.contains(&to.as_str()) {
                wrong.push(format!("{from} \u{2192} {to}"));
            }
        }
    }
    wrong
}

fn foreign_text(root: &Path) -> anyhow::Result<Vec<String>> {
    let listed = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z"])
        .output()
        .context("git ls-files")?;
    let mut found = Vec::new();
    for name in String::from_utf8_lossy(&listed.stdout).split('\0') {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else {
            continue; // not text, or deleted in the working tree
        };
        for (index, line) in text.lines().enumerate() {
            if FOREIGN.iter().any(|foreign| line.contains(foreign)) {
                found.push(format!("{name}:{}", index + 1));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::wrong_arrows;
    use serde_json::json;

    #[test]
    fn finds_siblings_that_import_each_other_and_unknown_members() {
        let dependency = |name: &str, kind: Option<&str>| json!({"name": name, "kind": kind});
        let metadata = json!({"packages": [
            {"name": "olympus-menu", "dependencies": [
                dependency("olympus-core", None),
                dependency("olympus-inference", None),
                dependency("olympus-device", Some("dev")),
            ]},
            {"name": "olympus-inference", "dependencies": []},
            {"name": "olympus-core", "dependencies": []},
            {"name": "olympus-device", "dependencies": []},
            {"name": "olympus-new", "dependencies": []},
        ]});
        assert_eq!(
            wrong_arrows(&metadata),
            [
                "olympus-menu \u{2192} olympus-inference",
                "olympus-new has no place in xtask/src/tidy.rs"
            ]
        );
    }
}
