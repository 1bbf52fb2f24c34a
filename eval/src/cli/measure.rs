//! Ask, score, judge, write: the four tasks on the command line.

use super::Outcome;
use super::options::{Data, Disturbed, Target, Verdict};
use crate::attributes::{self, AttributeCase, TaggedMenu};
use crate::data::{self, Case, DataSet, IntentCase, OrderCase, SearchCase};
use crate::error::EvalError;
use crate::gate::{Check, Demands, Gate, Inputs};
use crate::html;
use crate::menu::{self, MenuFile};
use crate::metrics::ranking::DEPTH;
use crate::noise::Noise;
use crate::system::System;
use crate::task::{self, About, Report, Task, Timed, about, ask_all, robustness};
use crate::terminal;
use clap::Args;
use olympus_core::intent::Costs;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct IntentArgs {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    disturbed: Disturbed,
    /// What mistakes are priced with in the report, e.g. "false-cancel=5,wrong=2"; the system's own decisions stay
    #[arg(long, value_name = "COSTS", default_value_t)]
    costs: Costs,
}

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    disturbed: Disturbed,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    rows: Data,
    /// Menu to search (.json, .jsonl, .csv) [default: the server's own, or in this process the demo menu]; REPLACES the menu of a server given by --url
    #[arg(long, value_name = "FILE")]
    menu: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    verdict: Verdict,
}

#[derive(Debug, Args)]
pub(super) struct AttributesArgs {
    #[command(flatten)]
    rows: Data,
    /// Folder of the menus that the rows name; each REPLACES the menu of a server given by --url
    #[arg(long, value_name = "DIR", default_value = "../shared/data/menu")]
    menus: PathBuf,
    /// The menus list every allergen that is in a dish: what is not listed is stated as absent
    #[arg(long)]
    allergens_complete: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    verdict: Verdict,
}

pub(super) fn intent(args: &IntentArgs) -> Result<Outcome, EvalError> {
    let noise = args.disturbed.noise()?;
    let clean = read::<IntentCase>(&args.run.rows)?;
    let data = disturb(&clean, noise);
    let mut plan = Plan::new(
        Task::Intent,
        &args.run.target,
        &args.run.verdict,
        &data,
        menu_of(&args.run)?,
        (noise, Some(args.costs)),
    )?;
    let answers = ask_all(&data, "intent", |text| plan.system.intent(text))?;
    let about = plan.about(&data, &answers);
    let mut report = task::intent::score(about, &data, &answers, &args.costs);
    if args.disturbed.robustness {
        report.robustness = robustness::run(
            &clean,
            args.disturbed.seed,
            |data, what| ask_all(data, what, |text| plan.system.intent(text)),
            |data, answers| {
                let about = report.about.clone();
                task::intent::score(about, data, answers, &args.costs).main_figures()
            },
        )?;
    }
    plan.finish(Report::Intent(Box::new(report)), &args.run.verdict)
}

pub(super) fn search(args: &SearchArgs) -> Result<Outcome, EvalError> {
    let noise = args.disturbed.noise()?;
    let clean = read::<SearchCase>(&args.run.rows)?;
    let data = disturb(&clean, noise);
    let menu = menu_of(&args.run)?;
    menu.as_ref()
        .map_or(Ok(()), |menu| menu::fits(menu, &data))?;
    let mut plan = Plan::new(
        Task::Search,
        &args.run.target,
        &args.run.verdict,
        &data,
        menu,
        (noise, None),
    )?;
    let answers = ask_all(&data, "search", |query| plan.system.search(query, DEPTH))?;
    let about = plan.about(&data, &answers);
    let names = plan.menu.as_ref().map(|menu| &menu.names);
    let mut report = task::search::score(about, &data, &answers, names);
    if args.disturbed.robustness {
        report.robustness = robustness::run(
            &clean,
            args.disturbed.seed,
            |data, what| ask_all(data, what, |query| plan.system.search(query, DEPTH)),
            |data, answers| {
                let about = report.about.clone();
                task::search::score(about, data, answers, None).main_figures()
            },
        )?;
    }
    plan.finish(Report::Search(Box::new(report)), &args.run.verdict)
}

pub(super) fn orders(args: &RunArgs) -> Result<Outcome, EvalError> {
    let data = read::<OrderCase>(&args.rows)?;
    let mut plan = Plan::new(
        Task::Orders,
        &args.target,
        &args.verdict,
        &data,
        menu_of(args)?,
        (None, None),
    )?;
    let answers = ask_all(&data, "orders", |text| plan.system.parse_order(text))?;
    let about = plan.about(&data, &answers);
    let report = task::orders::score(about, &data, &answers);
    plan.finish(Report::Orders(Box::new(report)), &args.verdict)
}

pub(super) fn attributes(args: &AttributesArgs) -> Result<Outcome, EvalError> {
    let mut data = read::<AttributeCase>(&args.rows)?;
    let mut menus = attributes::read_menus(&args.menus, &data)?;
    if args.allergens_complete {
        menus.values_mut().for_each(TaggedMenu::say_complete);
    }
    attributes::fits(&menus, &data)?;
    // the answers depend on the menus as much as on the rows
    data.files
        .extend(menus.values().map(|menu| menu.file.hash.clone()));
    let mut plan = Plan::new(
        Task::Attributes,
        &args.target,
        &args.verdict,
        &data,
        None,
        (None, None),
    )?;
    let answers = attributes::ask(plan.system.as_mut(), &menus, &data)?;
    let about = plan.about(&data, &answers);
    let report = task::attributes::score(about, &data, &answers, &menus);
    plan.finish(Report::Attributes(Box::new(report)), &args.verdict)
}

/// Everything that must be in order before the first question.
struct Plan {
    task: Task,
    system: Box<dyn System>,
    menu: Option<MenuFile>,
    noise: Option<Noise>,
    gate: Gate,
}

impl Plan {
    fn new<C>(
        task: Task,
        target: &Target,
        verdict: &Verdict,
        data: &DataSet<C>,
        menu: Option<MenuFile>,
        (noise, costs): (Option<Noise>, Option<Costs>),
    ) -> Result<Self, EvalError> {
        let inputs = Inputs {
            task,
            data: &data.files,
            menu: menu.as_ref().map(|menu| &menu.hash),
            count: data.rows.len(),
            noise,
            costs,
        };
        let demands = Demands {
            min_accuracy: verdict.min_accuracy,
            metric: verdict.metric.as_deref(),
            baseline: verdict.baseline.as_deref(),
            max_drop: verdict.max_drop,
        };
        let gate = Gate::new(&inputs, &demands)?;
        let demo = matches!(task, Task::Search | Task::Orders) && menu.is_none();
        let mut system = target.open(task, demo)?;
        if let Some(menu) = &menu {
            system
                .load_menu(&menu.bytes, menu.format)
                .map_err(EvalError::Prepare)?;
        }
        Ok(Self {
            task,
            system,
            menu,
            noise,
            gate,
        })
    }

    fn about<C, A>(&self, data: &DataSet<C>, answers: &[Timed<A>]) -> About {
        let menu = self.menu.as_ref().map(|menu| menu.hash.clone());
        About {
            noise: self.noise,
            ..about(self.task, data, menu, answers, self.system.identity())
        }
    }

    /// Judges the report, writes and prints it.
    fn finish(&self, mut report: Report, verdict: &Verdict) -> Result<Outcome, EvalError> {
        let checks = self.gate.judge(&report);
        report.set_checks(checks);
        if let Some(folder) = &verdict.report {
            write_report(&report, folder)?;
        }
        if verdict.json {
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
}

fn disturb<C: Case + Clone>(data: &DataSet<C>, noise: Option<Noise>) -> DataSet<C> {
    noise.map_or_else(|| data.clone(), |noise| noise.over(data))
}

fn read<C: Case>(rows: &Data) -> Result<DataSet<C>, EvalError> {
    let mut data = data::read(&rows.data, rows.limit())?;
    rows.keep_half(&mut data.rows);
    if data.rows.is_empty() {
        let names: Vec<String> = rows.data.iter().map(|p| p.display().to_string()).collect();
        return Err(EvalError::NoRows(names.join(", ")));
    }
    Ok(data)
}

fn menu_of(args: &RunArgs) -> Result<Option<MenuFile>, EvalError> {
    args.menu.as_deref().map(menu::read).transpose()
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
