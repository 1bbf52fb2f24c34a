//! The command line: what is asked for, in which order, and what is printed.
//!
//! Invariant: answers go to stdout (the table, or with `--json` the report and nothing else),
//! progress and errors to stderr.

use crate::data::{self, Case, DataSet, IntentCase, OrderCase, SearchCase};
use crate::error::EvalError;
use crate::gate::{Check, Demands, Gate, Inputs};
use crate::html;
use crate::menu::{self, MenuFile};
use crate::metrics::ranking::DEPTH;
use crate::overlap;
use crate::system::System;
use crate::system::http::Http;
use crate::system::local::Local;
use crate::task::{self, About, Report, Task, Timed, about, ask_all};
use crate::terminal;
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};

/// Scores intent, search and orders on labelled sets.
#[derive(Debug, Parser)]
#[command(
    name = "olympus-eval",
    version,
    after_help = "Exit codes: 0 good, 1 below a threshold or worse than the baseline, 2 bad usage or data."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Utterance → intent; rows {"text", "intent", "alt"?, "source"?}
    Intent(RunArgs),
    /// Query → dishes; rows {"query", "relevant": [id, …], "kind"?, "source"?}
    Search(RunArgs),
    /// Utterance → order; rows {"text", "items": [{"name", "quantity", "size"?, "modifiers"}, …]}
    Orders(RunArgs),
    /// Texts of the data that also stand in the training text; exit code 1 where there are any
    Overlap(OverlapArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Labelled rows, JSONL; may be several
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Menu to search or order from (.json, .jsonl, .csv) [default: the server's own, or in this process the demo menu]; REPLACES the menu of a server given by --url
    #[arg(long, value_name = "FILE")]
    menu: Option<PathBuf>,
    /// Server to measure, e.g. http://127.0.0.1:8080; without it the device runs in this process
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Key for the server
    #[arg(
        long,
        env = "OLYMPUS_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        requires = "url"
    )]
    api_key: Option<String>,
    /// Folder for report.json and report.html
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// report.json of an earlier run over the same data; exit code 1 where this one is worse
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// How much worse than the baseline any figure may be
    #[arg(long, default_value_t = 0.005, value_name = "X", value_parser = share, requires = "baseline")]
    max_drop: f64,
    /// Least value of --metric; exit code 1 below it
    #[arg(long, value_name = "X", value_parser = share)]
    min_accuracy: Option<f64>,
    /// What --min-accuracy is about [default: accuracy_strict, hit_at_10 or exact_match]
    #[arg(long, value_name = "NAME", requires = "min_accuracy")]
    metric: Option<String>,
    /// Only the first rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Print report.json instead of the table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct OverlapArgs {
    /// Files or folders to be kept apart (.jsonl with `text` or `query`, .txt)
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    data: Vec<PathBuf>,
    /// Files or folders that were trained on
    #[arg(long, num_args = 1.., value_name = "PATH", default_value = "models/training/data")]
    against: Vec<PathBuf>,
}

/// The verdict, for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was asked for that is not met.
    Good,
    /// Below a threshold, worse than the baseline, or texts in common.
    NotGoodEnough,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 1".to_owned()),
    }
}

/// Does what the command line says.
///
/// # Errors
/// Bad usage or data, or a system that does not answer; never a bad score.
pub fn run(cli: Cli) -> Result<Outcome, EvalError> {
    match cli.command {
        Command::Intent(args) => measure(Task::Intent, &args),
        Command::Search(args) => measure(Task::Search, &args),
        Command::Orders(args) => measure(Task::Orders, &args),
        Command::Overlap(args) => show_overlap(&args),
    }
}

fn measure(task: Task, args: &RunArgs) -> Result<Outcome, EvalError> {
    let report = match task {
        Task::Intent => ask_intents(args)?,
        Task::Search => ask_searches(args)?,
        Task::Orders => ask_orders(args)?,
    };
    if let Some(folder) = &args.report {
        write_report(&report, folder)?;
    }
    if args.json {
        println!("{}", to_json(&report));
    } else {
        print!("{}", terminal::show(&report));
    }
    let failed: Vec<&Check> = report
        .checks()
        .iter()
        .filter(|check| !check.passed)
        .collect();
    for check in &failed {
        eprintln!("{}", check.show());
    }
    Ok(if failed.is_empty() {
        Outcome::Good
    } else {
        Outcome::NotGoodEnough
    })
}

fn ask_intents(args: &RunArgs) -> Result<Report, EvalError> {
    let data = read::<IntentCase>(args)?;
    let mut plan = Plan::new(Task::Intent, args, &data, read_menu(args)?)?;
    let answers = ask_all(&data, "intent", |text| plan.system.intent(text))?;
    let about = plan.about(&data, &answers);
    Ok(plan.judged(Report::Intent(Box::new(task::intent::score(
        about, &data, &answers,
    )))))
}

fn ask_searches(args: &RunArgs) -> Result<Report, EvalError> {
    let data = read::<SearchCase>(args)?;
    let menu = read_menu(args)?;
    menu.as_ref()
        .map_or(Ok(()), |menu| menu::fits(menu, &data))?;
    let mut plan = Plan::new(Task::Search, args, &data, menu)?;
    let answers = ask_all(&data, "search", |query| plan.system.search(query, DEPTH))?;
    let about = plan.about(&data, &answers);
    let names = plan.menu.as_ref().map(|menu| &menu.names);
    Ok(plan.judged(Report::Search(Box::new(task::search::score(
        about, &data, &answers, names,
    )))))
}

fn ask_orders(args: &RunArgs) -> Result<Report, EvalError> {
    let data = read::<OrderCase>(args)?;
    let mut plan = Plan::new(Task::Orders, args, &data, read_menu(args)?)?;
    let answers = ask_all(&data, "orders", |text| plan.system.parse_order(text))?;
    let about = plan.about(&data, &answers);
    Ok(plan.judged(Report::Orders(Box::new(task::orders::score(
        about, &data, &answers,
    )))))
}

/// Everything that must be in order before the first question.
struct Plan {
    task: Task,
    system: Box<dyn System>,
    menu: Option<MenuFile>,
    gate: Gate,
}

impl Plan {
    fn new<C>(
        task: Task,
        args: &RunArgs,
        data: &DataSet<C>,
        menu: Option<MenuFile>,
    ) -> Result<Self, EvalError> {
        let inputs = Inputs {
            task,
            data: &data.files,
            menu: menu.as_ref().map(|menu| &menu.hash),
            count: data.rows.len(),
        };
        let demands = Demands {
            min_accuracy: args.min_accuracy,
            metric: args.metric.as_deref(),
            baseline: args.baseline.as_deref(),
            max_drop: args.max_drop,
        };
        let gate = Gate::new(&inputs, &demands)?;
        let demo = task != Task::Intent && menu.is_none();
        let mut system = open(args, demo)?;
        if let Some(menu) = &menu {
            system
                .load_menu(&menu.bytes, menu.format)
                .map_err(EvalError::Prepare)?;
        }
        Ok(Self {
            task,
            system,
            menu,
            gate,
        })
    }

    fn about<C, A>(&self, data: &DataSet<C>, answers: &[Timed<A>]) -> About {
        about(
            self.task,
            data,
            self.menu.as_ref().map(|menu| menu.hash.clone()),
            answers,
            self.system.identity(),
        )
    }

    fn judged(&self, mut report: Report) -> Report {
        let checks = self.gate.judge(&report);
        report.set_checks(checks);
        report
    }
}

fn read<C: Case>(args: &RunArgs) -> Result<DataSet<C>, EvalError> {
    let limit = args
        .limit
        .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    data::read(&args.data, limit)
}

fn read_menu(args: &RunArgs) -> Result<Option<MenuFile>, EvalError> {
    args.menu.as_deref().map(menu::read).transpose()
}

fn open(args: &RunArgs, demo: bool) -> Result<Box<dyn System>, EvalError> {
    match &args.url {
        Some(url) => Ok(Box::new(
            Http::new(url, args.api_key.as_deref()).map_err(EvalError::Usage)?,
        )),
        None => Ok(Box::new(Local::open(demo).map_err(EvalError::Prepare)?)),
    }
}

fn write_report(report: &Report, folder: &Path) -> Result<(), EvalError> {
    let failed = |path: &Path, source| EvalError::WriteReport {
        path: path.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    for (name, text) in [
        ("report.json", to_json(report) + "\n"),
        ("report.html", html::page(report)),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|source| failed(&path, source))?;
    }
    eprintln!("report: {}", folder.join("report.html").display());
    Ok(())
}

fn to_json(report: &Report) -> String {
    // maps with string keys and plain numbers: there is nothing that cannot be written
    serde_json::to_string_pretty(report).unwrap_or_default()
}

fn show_overlap(args: &OverlapArgs) -> Result<Outcome, EvalError> {
    let shared = overlap::find(&args.data, &args.against)?;
    for one in &shared {
        println!("{} is also {}: {}", one.here, one.there, one.text);
    }
    println!("{} texts in common", shared.len());
    Ok(if shared.is_empty() {
        Outcome::Good
    } else {
        Outcome::NotGoodEnough
    })
}
