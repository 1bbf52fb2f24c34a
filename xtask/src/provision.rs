//! `cargo xtask worker provision`: everything that the deployment names, made on Cloudflare.
//!
//! What to make is read from wrangler.toml, so that the guide and the deployment cannot part.
//! Invariant: with `--dry-run` nothing is called; without it a thing that exists already is left
//! as it is. Never holds a secret: wrangler asks for it and sends it.

use crate::sh::say;
use anyhow::{Context as _, bail};
use std::path::Path;
use std::process::Command;
use toml::{Table, Value};

/// The release that the repository was tried with.
const WRANGLER: &str = "wrangler@4.86.0";
const CRATE: &str = "workers/edge";
/// Dimension and metric of the embeddings; `EMBED_MODEL` of the deployment must have them.
const DIMENSIONS: &str = "384";
const METRIC: &str = "cosine";
/// Metadata by which searches are limited. It must exist before the first vector is written.
const METADATA: [(&str, &str); 1] = [("digest", "string")];
/// Asked for, and kept by Cloudflare alone.
const SECRETS: [(&str, &str); 3] = [
    ("AUTH_TOKEN", "what this Worker shows the auth service"),
    (
        "PROVIDER_TOKEN",
        "what this Worker shows the payment provider",
    ),
    (
        "GRANT_SECRET",
        "32 random bytes in hex, never changed: keys that sign grants are made of it",
    ),
];

/// One thing to make.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    what: String,
    args: Vec<String>,
    /// Where in the file the id goes that Cloudflare gives it.
    id_of: Option<String>,
    /// Whether the file still has a placeholder there.
    id_is_missing: bool,
    /// Whether wrangler asks something, and needs the ids.
    asks: bool,
}

pub(crate) fn run(root: &Path, environment: &str, dry_run: bool) -> anyhow::Result<()> {
    let dir = root.join(CRATE);
    let file = dir.join("wrangler.toml");
    let config: Table = std::fs::read_to_string(&file)
        .with_context(|| format!("reading {}", file.display()))?
        .parse()
        .context("wrangler.toml")?;
    let steps = steps(&config, environment)?;
    let mut ready = true;
    for step in &steps {
        if step.asks && !ready && !dry_run {
            println!(
                "\nPut the ids printed above into {} (environment {environment}), then run this \
                 again: what is there already is left as it is.",
                file.display()
            );
            return Ok(());
        }
        say(&step.what);
        println!("npx {WRANGLER} {}", step.args.join(" "));
        if let Some(binding) = &step.id_of {
            println!("   its id goes to wrangler.toml, binding {binding} of {environment}");
            ready &= !step.id_is_missing;
        }
        if !dry_run {
            make(&dir, step)?;
        }
    }
    if dry_run {
        println!("\n{} commands; nothing was called.", steps.len());
    }
    Ok(())
}

fn make(dir: &Path, step: &Step) -> anyhow::Result<()> {
    let mut command = Command::new("npx");
    command.current_dir(dir).args(["--yes", WRANGLER]);
    command.args(&step.args);
    if step.asks {
        // A secret is typed into wrangler itself.
        return match command.status().context("starting npx")?.success() {
            true => Ok(()),
            false => bail!("{} failed", step.what),
        };
    }
    let done = command.output().context("starting npx")?;
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{}", said.trim());
    if !done.status.success() && !is_there_already(&said) {
        bail!("{} failed", step.what);
    }
    Ok(())
}

fn is_there_already(said: &str) -> bool {
    let said = said.to_lowercase();
    ["already exists", "already exist", "duplicate"]
        .iter()
        .any(|sign| said.contains(sign))
}

/// Every command, in the order in which they work.
fn steps(config: &Table, environment: &str) -> anyhow::Result<Vec<Step>> {
    let Some(Value::Table(section)) = config.get("env").and_then(|all| all.get(environment)) else {
        bail!("wrangler.toml has no environment `{environment}`");
    };
    let mut steps = storage(section)?;
    steps.extend(indexes(section)?);
    let here = |what: String, args: &[&str]| Step {
        what,
        args: owned(args.iter().chain(&["--env", environment])),
        id_of: None,
        id_is_missing: false,
        asks: true,
    };
    for (binding, _) in entries(section, "d1_databases")? {
        let args = ["d1", "migrations", "apply", &binding, "--remote"];
        steps.push(here(format!("tables of {binding}"), &args));
    }
    for (name, about) in SECRETS {
        steps.push(here(
            format!("secret {name}: {about}"),
            &["secret", "put", name],
        ));
    }
    steps.push(here("the Worker".to_owned(), &["deploy"]));
    Ok(steps)
}

/// KV, D1 and R2.
fn storage(section: &Table) -> anyhow::Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (binding, table) in entries(section, "kv_namespaces")? {
        let name = format!("olympus-edge-{}", binding.to_lowercase());
        let what = format!("KV namespace for {binding}");
        steps.push(Step {
            id_of: Some(binding),
            id_is_missing: is_placeholder(text(table, "id")?),
            ..creates(what, &["kv", "namespace", "create", &name])
        });
    }
    for (binding, table) in entries(section, "d1_databases")? {
        let name = text(table, "database_name")?;
        let what = format!("D1 database {name}");
        steps.push(Step {
            id_of: Some(binding),
            id_is_missing: is_placeholder(text(table, "database_id")?),
            ..creates(what, &["d1", "create", name])
        });
    }
    for (_, table) in entries(section, "r2_buckets")? {
        let name = text(table, "bucket_name")?;
        let what = format!("R2 bucket {name}");
        steps.push(creates(what, &["r2", "bucket", "create", name]));
    }
    Ok(steps)
}

/// Vectorize.
fn indexes(section: &Table) -> anyhow::Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (_, table) in entries(section, "vectorize")? {
        let name = text(table, "index_name")?;
        let shape = ["--dimensions", DIMENSIONS, "--metric", METRIC];
        let create = [&["vectorize", "create", name][..], &shape].concat();
        steps.push(creates(format!("Vectorize index {name}"), &create));
        for (property, kind) in METADATA {
            let shape = ["--propertyName", property, "--type", kind];
            let create = [&["vectorize", "create-metadata-index", name][..], &shape].concat();
            steps.push(creates(
                format!("metadata index {property} of {name}"),
                &create,
            ));
        }
    }
    Ok(steps)
}

/// What the repository has where a deployment has an id of its own.
fn is_placeholder(id: &str) -> bool {
    id.starts_with("00000000")
}

fn creates(what: String, args: &[&str]) -> Step {
    Step {
        what,
        args: owned(args.iter()),
        id_of: None,
        id_is_missing: false,
        asks: false,
    }
}

fn owned<'a>(args: impl Iterator<Item = &'a &'a str>) -> Vec<String> {
    args.map(|arg| (*arg).to_owned()).collect()
}

/// The tables of one kind, by binding.
fn entries<'a>(section: &'a Table, kind: &str) -> anyhow::Result<Vec<(String, &'a Table)>> {
    let Some(Value::Array(all)) = section.get(kind) else {
        bail!("the environment has no `{kind}`");
    };
    all.iter()
        .map(|entry| {
            let table = entry.as_table().with_context(|| format!("`{kind}`"))?;
            Ok((text(table, "binding")?.to_owned(), table))
        })
        .collect()
}

fn text<'a>(table: &'a Table, key: &str) -> anyhow::Result<&'a str> {
    table
        .get(key)
        .and_then(Value::as_str)
        .with_context(|| format!("`{key}` is missing"))
}

#[cfg(test)]
mod tests {
    use super::steps;

    const CONFIG: &str = r#"
        [env.production]
        kv_namespaces = [{ binding = "CACHE", id = "0" }]
        d1_databases = [{ binding = "DB", database_name = "orders", database_id = "0" }]
        r2_buckets = [{ binding = "MENUS", bucket_name = "menus" }]
        vectorize = [{ binding = "VECTORS", index_name = "dishes" }]
    "#;

    #[test]
    fn every_binding_has_its_command_and_the_worker_comes_last() {
        let config = CONFIG.parse().expect("is TOML");
        let lines: Vec<String> = steps(&config, "production")
            .expect("is complete")
            .iter()
            .map(|step| step.args.join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "kv namespace create olympus-edge-cache",
                "d1 create orders",
                "r2 bucket create menus",
                "vectorize create dishes --dimensions 384 --metric cosine",
                "vectorize create-metadata-index dishes --propertyName digest --type string",
                "d1 migrations apply DB --remote --env production",
                "secret put AUTH_TOKEN --env production",
                "secret put PROVIDER_TOKEN --env production",
                "secret put GRANT_SECRET --env production",
                "deploy --env production",
            ]
        );
        assert!(steps(&config, "staging").is_err());
    }

    #[test]
    fn the_deployment_of_the_repository_is_complete() {
        let config = include_str!("../../workers/edge/wrangler.toml")
            .parse()
            .expect("is TOML");
        let steps = steps(&config, "production").expect("is complete");
        let ids: Vec<_> = steps
            .iter()
            .filter_map(|step| step.id_of.as_deref())
            .collect();
        assert_eq!(ids, ["CACHE", "FLAGS", "DB"]);
        assert_eq!(steps.iter().filter(|step| step.id_is_missing).count(), 3);
    }
}
