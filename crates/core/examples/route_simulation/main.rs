//! Runs the routing simulator and writes what happened: figures, CSV, JSON, a plot.

mod report;
#[allow(
    dead_code,
    reason = "shared with the tests, which use other parts of it"
)]
#[path = "../../tests/route/sim/mod.rs"]
mod sim;
mod svg;

use olympus_core::route::Policy;
use sim::scenario::{NAMES, Scenario, named};
use sim::simulate;
use sim::trace::Run;
use std::process::ExitCode;

const HELP: &str = "\
Simulates the routing of requests between the device and the cloud.

Usage: route_simulation [OPTIONS]

  --scenario NAME   what happens (default showcase)
  --policy POLICY   prefer_local, prefer_cloud, auto or local_only (default auto)
  --seed N          same seed, same run (default 1)
  --seeds N         runs of each row of --table, from seed 1 on (default 10)
  --rate R          requests a second (default 100)
  --csv FILE        writes every request of the run
  --json FILE       writes the run second by second
  --svg FILE        plots the scenario under prefer_cloud and under auto, side by side
  --table           prints figures of every scenario under every policy, as Markdown
  --help            this text
";

struct Args {
    scenario: String,
    policy: Policy,
    seed: u64,
    seeds: u64,
    rate: f64,
    csv: Option<String>,
    json: Option<String>,
    svg: Option<String>,
    table: bool,
}

fn main() -> ExitCode {
    match arguments(std::env::args().skip(1)).and_then(|args| args.map_or(Ok(()), |a| run(&a))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The arguments; `None` where only help was wanted.
fn arguments(mut given: impl Iterator<Item = String>) -> Result<Option<Args>, String> {
    let mut args = Args {
        scenario: "showcase".to_owned(),
        policy: Policy::Auto,
        seed: 1,
        seeds: 10,
        rate: 100.0,
        csv: None,
        json: None,
        svg: None,
        table: false,
    };
    while let Some(name) = given.next() {
        let mut value = || {
            given
                .next()
                .ok_or(format!("{name} needs a value: see --help"))
        };
        match name.as_str() {
            "--scenario" => args.scenario = value()?,
            "--policy" => args.policy = number(&name, &value()?)?,
            "--seed" => args.seed = number(&name, &value()?)?,
            "--seeds" => args.seeds = number(&name, &value()?)?,
            "--rate" => args.rate = number(&name, &value()?)?,
            "--csv" => args.csv = Some(value()?),
            "--json" => args.json = Some(value()?),
            "--svg" => args.svg = Some(value()?),
            "--table" => args.table = true,
            "--help" | "-h" => {
                print!("{HELP}");
                println!("\nScenarios: {}", NAMES.join(", "));
                return Ok(None);
            }
            _ => return Err(format!("{name} is no option: see --help")),
        }
    }
    if !(args.rate > 0.0 && args.rate <= 10_000.0) {
        return Err(format!("--rate {}: use 0.1 to 10000", args.rate));
    }
    Ok(Some(args))
}

fn number<T: std::str::FromStr<Err: std::fmt::Display>>(
    name: &str,
    text: &str,
) -> Result<T, String> {
    text.parse()
        .map_err(|error| format!("{name} {text}: {error}"))
}

fn scenario(args: &Args, policy: Policy) -> Result<Scenario, String> {
    let found = named(&args.scenario, policy)
        .ok_or_else(|| format!("{} is no scenario: use {}", args.scenario, NAMES.join(", ")))?;
    Ok(Scenario {
        per_second: args.rate,
        ..found
    })
}

fn run(args: &Args) -> Result<(), String> {
    if args.table {
        print!("{}", report::table(args.seeds, args.rate));
        return Ok(());
    }
    let one = scenario(args, args.policy)?;
    let done = simulate(&one, args.seed);
    print!("{}", report::summary(&one, &done));
    if let Some(path) = &args.csv {
        write(path, &report::csv(&done))?;
    }
    if let Some(path) = &args.json {
        write(path, &report::json(&one, &done))?;
    }
    if let Some(path) = &args.svg {
        let mut columns: Vec<(Scenario, Run)> = Vec::new();
        for policy in [Policy::PreferCloud, Policy::Auto] {
            let one = scenario(args, policy)?;
            let done = simulate(&one, args.seed);
            columns.push((one, done));
        }
        write(path, &svg::plot(&columns))?;
    }
    Ok(())
}

fn write(path: &str, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{path} cannot be written: {error}"))?;
    println!("wrote {path}");
    Ok(())
}
