//! Measures the binary a user runs: start, memory, and each route over loopback, one request at
//! a time. Prints; asserts nothing, because machines are noisy.

mod figures;
mod load;
mod server;

use crate::figures::Figures;
use crate::load::{Plan, Questions};
use crate::server::Server;
use anyhow::Context as _;
use clap::Parser;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Measures olympus-edge over loopback.
///
/// Example: cargo build --release && cargo run --release -p olympus-benches
#[derive(Debug, Parser)]
struct Args {
    /// The binary to measure.
    #[arg(long, default_value = "target/release/olympus-edge")]
    binary: PathBuf,
    /// Utterances, JSONL with `text`.
    #[arg(long, default_value = "eval/data/intent_own.jsonl")]
    utterances: PathBuf,
    /// Queries, JSONL with `query`.
    #[arg(long, default_value = "eval/data/search_demo.jsonl")]
    queries: PathBuf,
    /// A menu to import first (JSONL); the demo menu otherwise.
    #[arg(long)]
    menu: Option<PathBuf>,
    /// Requests a route.
    #[arg(long, default_value_t = 600)]
    requests: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Many clients at once instead: mixed, while menus change, beside a greedy client.
    Load(Plan),
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let server = Server::start(&args.binary)?;
    let mut figures = Figures::new();
    figures.single("start to ready", server.ready_ms, "ms");
    if let Some(menu) = &args.menu {
        let took = server.import(menu)?;
        figures.single("menu import", took, "ms");
        change_one_dish(&server, &mut figures)?;
    }
    if let Some(Command::Load(plan)) = args.command {
        return load(&args, &server, plan);
    }
    eprintln!(
        "{} dishes on the menu, {} requests a route",
        server.items()?.len(),
        args.requests
    );
    let texts = texts(&args.utterances, "text", args.requests)?;
    let queries = self::texts(&args.queries, "query", args.requests)?;
    measure(&args, &server, &mut figures, &texts, &queries)?;
    figures.single("resident memory", server.resident_mb()?, "MB");
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures.json())?);
    } else {
        print!("{figures}");
    }
    Ok(())
}

fn load(args: &Args, server: &Server, plan: Plan) -> anyhow::Result<()> {
    let questions = Questions {
        texts: texts(&args.utterances, "text", plan.requests())?,
        queries: texts(&args.queries, "query", plan.requests())?,
    };
    let outcomes = load::run(server, plan, &questions)?;
    if args.json {
        let json: Vec<Value> = outcomes.iter().map(load::Outcome::json).collect();
        println!("{}", serde_json::to_string_pretty(&json)?);
    } else {
        outcomes.iter().for_each(|outcome| println!("{outcome}"));
    }
    Ok(())
}

/// Puts the menu in use again and again, each time with another name for one dish.
fn change_one_dish(server: &Server, figures: &mut Figures) -> anyhow::Result<()> {
    let mut items = server.items()?;
    let names: Vec<Value> = items
        .iter()
        .take(11)
        .map(|item| item["name"].clone())
        .collect();
    for (at, name) in names.iter().enumerate() {
        items[at]["name"] = json!(format!("{} of the day", name.as_str().unwrap_or_default()));
        let start = Instant::now();
        server.put_menu(&items)?;
        figures.add("one dish changed", start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Routes take turns, so that a slow moment of the machine hits all of them alike.
fn measure(
    args: &Args,
    server: &Server,
    figures: &mut Figures,
    texts: &[String],
    queries: &[String],
) -> anyhow::Result<()> {
    for index in 0..args.requests {
        let text = &texts[index % texts.len()];
        let query = &queries[index % queries.len()];
        let timed = |route: &str, body: &Value| -> anyhow::Result<f64> {
            let start = Instant::now();
            server.post(route, body)?;
            Ok(start.elapsed().as_secs_f64() * 1e3)
        };
        figures.add("intent", timed("/v1/intent", &json!({"text": text}))?);
        figures.add(
            "menu search",
            timed("/v1/menu/search", &json!({"query": query}))?,
        );
        figures.add(
            "understand",
            timed("/v1/understand", &json!({"text": text}))?,
        );
        let start = Instant::now();
        server.suggest(query)?;
        figures.add("suggest", start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Distinct texts first, so that the embedding cache does not answer for the encoder.
fn texts(path: &Path, field: &str, want: usize) -> anyhow::Result<Vec<String>> {
    let file =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = file
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line)?;
            Ok(value[field].as_str().unwrap_or_default().to_owned())
        })
        .collect::<anyhow::Result<Vec<String>>>()?;
    anyhow::ensure!(!lines.is_empty(), "{} is empty", path.display());
    // Repeats get a number, which makes them new to every cache.
    Ok((0..want.max(lines.len()))
        .map(|index| {
            let text = &lines[index % lines.len()];
            match index / lines.len() {
                0 => text.clone(),
                round => format!("{text} {round}"),
            }
        })
        .collect())
}
