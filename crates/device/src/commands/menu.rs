//! `menu`: on the data folder, or on a running server with `--url`.

use super::remote::{Remote, Target, escape};
use super::table::{clip, table};
use super::{Usage, say, say_json, service_options};
use crate::cli::Global;
use crate::config::{Config, MenuSource};
use crate::http::MENU_FROM_CLOUD;
use crate::service::{Service, Watch};
use crate::wire::{AvailabilityResponse, MenuChange, MenuResponse};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use olympus_core::menu::import::Format;
use olympus_proto::{Filters, MenuItem, SearchRequest, SearchResponse, State};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
A file is JSON ({\"items\": […]} or an array), JSON lines or CSV with a header line; `id` and
`name` are all that an item must have. Nothing is applied where any line is wrong.

Examples:
  olympus-edge menu import menu.csv
  olympus-edge menu import - --format jsonl < export.jsonl
  olympus-edge menu import menu.json --url http://127.0.0.1:8080
  olympus-edge menu search \"something vegan with noodles\" --exclude-allergen nuts
  olympus-edge menu sold-out ramen")]
pub(crate) enum Command {
    /// Replace the menu
    Import {
        /// The file; `-` is stdin
        file: PathBuf,
        /// How it is laid out [default: by the file's name]
        #[arg(long, value_enum)]
        format: Option<FileFormat>,
        /// Every item lists all of the fourteen allergens that it contains or may contain: what
        /// is not listed is stated absent. Say so only where the kitchen does
        #[arg(long)]
        allergens_complete: bool,
        #[command(flatten)]
        target: Target,
    },
    /// List the items of the menu in use
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Show one item with everything that is known of it
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Go back to the menu before; again undoes it
    Rollback {
        #[command(flatten)]
        target: Target,
    },
    /// Find dishes
    Search(SearchArgs),
    /// Say that an item is sold out
    SoldOut {
        /// Its id
        id: String,
        /// It can be had again
        #[arg(long)]
        back: bool,
        #[command(flatten)]
        target: Target,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct SearchArgs {
    /// What is looked for; empty lists the menu
    query: String,
    /// Most hits
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Only this category; may be said again
    #[arg(long)]
    category: Vec<String>,
    /// Only this diet or tag; may be said again
    #[arg(long)]
    diet: Vec<String>,
    /// Only what is stated to be free of it; may be said again
    #[arg(long, value_name = "ALLERGEN")]
    exclude_allergen: Vec<String>,
    /// Take the query as words only: no limit or wish is read from it
    #[arg(long)]
    words_only: bool,
    /// Use the demo menu
    #[arg(long, conflicts_with = "url")]
    demo: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum FileFormat {
    Json,
    Jsonl,
    Csv,
}

pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Import {
            file,
            format,
            allergens_complete,
            target,
        } => import(global, &file, format, allergens_complete, &target),
        Command::List { target } => list(global, &menu(global, &target)?),
        Command::Show { id, target } => {
            let menu = menu(global, &target)?;
            let item = menu.items.into_iter().find(|item| item.id.as_str() == id);
            say_json(&item.ok_or_else(|| Usage(format!("the menu has no item `{id}`")))?)
        }
        Command::Rollback { target } => {
            let change = match target.remote()? {
                Some(remote) => remote.call("POST", "/v1/menu/rollback", None)?,
                None => open_own(global)?.rollback_menu(&Watch::nobody())?,
            };
            told(global, &change)
        }
        Command::Search(args) => search(global, &args),
        Command::SoldOut { id, back, target } => {
            let answer: AvailabilityResponse = match target.remote()? {
                Some(remote) => {
                    let path = format!("/v1/menu/items/{}/availability", escape(&id));
                    let body = json!({"sold_out": !back}).to_string();
                    remote.call("PATCH", &path, Some(("application/json", body.as_bytes())))?
                }
                None => open(global, false)?.set_sold_out(&id, Some(!back))?,
            };
            if global.json {
                return say_json(&answer);
            }
            say(&format!("{id}: {}", state_text(answer.state)))
        }
    }
}

pub(crate) fn open(global: &Global, demo: bool) -> anyhow::Result<Service> {
    let config = Config::load(&global.data_dir())?;
    Ok(Service::open(service_options(global, &config, demo)?)?)
}

/// The service, where its menu is this device's own to change.
fn open_own(global: &Global) -> anyhow::Result<Service> {
    let config = Config::load(&global.data_dir())?;
    if config.menu_source == Some(MenuSource::Cloud) {
        return Err(Usage(MENU_FROM_CLOUD.to_owned()).into());
    }
    open(global, false)
}

fn import(
    global: &Global,
    file: &Path,
    format: Option<FileFormat>,
    allergens_complete: bool,
    target: &Target,
) -> anyhow::Result<()> {
    let format = format_of(file, format)?;
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("reading stdin")?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    }
    if let Some(remote) = target.remote()? {
        let kind = match format {
            Format::Json => "application/json",
            Format::Jsonl => "application/x-ndjson",
            Format::Csv => "text/csv",
        };
        let path = match allergens_complete {
            true => "/v1/menu?allergens_complete=true",
            false => "/v1/menu",
        };
        let change: MenuChange = remote.call("PUT", path, Some((kind, &bytes)))?;
        return told(global, &change);
    }
    let service = open_own(global)?;
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} passages, {eta} left") {
        bar.set_style(style);
    }
    let change = service.import_said(
        &bytes,
        format,
        allergens_complete,
        &Watch {
            progress: &|done, all| {
                bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
                bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
            },
            go_on: &|| Ok(()),
        },
    );
    bar.finish_and_clear();
    told(global, &change?)
}

fn format_of(file: &Path, said: Option<FileFormat>) -> anyhow::Result<Format> {
    let extension = file.extension().and_then(|extension| extension.to_str());
    match (said, extension.map(str::to_ascii_lowercase).as_deref()) {
        (Some(FileFormat::Json), _) | (None, Some("json")) => Ok(Format::Json),
        (Some(FileFormat::Jsonl), _) | (None, Some("jsonl" | "ndjson")) => Ok(Format::Jsonl),
        (Some(FileFormat::Csv), _) | (None, Some("csv")) => Ok(Format::Csv),
        (None, _) => Err(Usage(format!(
            "{}: say how it is laid out with --format json, jsonl or csv",
            file.display()
        ))
        .into()),
    }
}

fn told(global: &Global, change: &MenuChange) -> anyhow::Result<()> {
    if global.json {
        return say_json(change);
    }
    let mut text = format!("menu {}: {} items", change.version, change.items);
    if !change.changed {
        text.push_str(", as it was");
    } else if let Some(previous) = change.previous {
        text.push_str(&format!("; `menu rollback` goes back to menu {previous}"));
    }
    say(&text)
}

fn menu(global: &Global, target: &Target) -> anyhow::Result<MenuResponse> {
    if let Some(remote) = target.remote()? {
        return remote.call("GET", "/v1/menu", None);
    }
    let menu = open(global, false)?.menu();
    Ok(MenuResponse {
        version: menu.version,
        sold_out_overrides: menu.sold_out_overrides,
        items: serde_json::from_slice(&menu.items_json).context("reading the menu")?,
    })
}

fn list(global: &Global, menu: &MenuResponse) -> anyhow::Result<()> {
    if global.json {
        return say_json(menu);
    }
    if menu.items.is_empty() {
        return say("no menu yet; `olympus-edge menu import FILE` brings one");
    }
    let rows: Vec<_> = menu.items.iter().map(|item| row(menu, item)).collect();
    say(&table(
        ["ID", "NAME", "CATEGORY", "PRICE", "TAGS", ""],
        &rows,
    ))?;
    say(&format!(
        "menu {}, {} items",
        menu.version,
        menu.items.len()
    ))
}

fn row(menu: &MenuResponse, item: &MenuItem) -> [String; 6] {
    let said = menu.sold_out_overrides.get(item.id.as_str()).copied();
    let sold_out = said.unwrap_or(item.availability.sold_out);
    [
        clip(item.id.as_str(), 30),
        clip(&item.name, 40),
        clip(item.category.as_deref().unwrap_or_default(), 20),
        item.price_cents
            .map(|cents| cents.to_string())
            .unwrap_or_default(),
        clip(&item.tags.join(" "), 30),
        if sold_out {
            "sold out".to_owned()
        } else {
            String::new()
        },
    ]
}

fn search(global: &Global, args: &SearchArgs) -> anyhow::Result<()> {
    let request = SearchRequest {
        query: args.query.clone(),
        limit: args.limit,
        filters: Filters {
            categories: args.category.clone(),
            diets: args.diet.clone(),
            exclude_allergens: args.exclude_allergen.clone(),
            ..Filters::default()
        },
        parse: !args.words_only,
        ..SearchRequest::default()
    };
    let found: SearchResponse = match args.target.remote()? {
        Some(remote) => ask(&remote, &request)?,
        None => open(global, args.demo)?.search(&request)?,
    };
    if global.json {
        return say_json(&found);
    }
    if let Some(parse) = &found.parse {
        let labels: Vec<&str> = parse
            .understood
            .iter()
            .map(|said| said.label.as_str())
            .collect();
        say(&format!("understood: {}", labels.join(", ")))?;
    }
    say(&hits_table(&found.hits))?;
    if !found.unstated.is_empty() {
        let names: Vec<&str> = found
            .unstated
            .iter()
            .map(|dish| dish.name.as_str())
            .collect();
        say(&format!(
            "not stated by the menu, ask the kitchen: {}",
            names.join(", ")
        ))?;
    }
    found
        .ambiguous
        .map_or(Ok(()), |ambiguous| say(&ambiguous.question))
}

fn ask(remote: &Remote, request: &SearchRequest) -> anyhow::Result<SearchResponse> {
    let body = serde_json::to_vec(request)?;
    remote.call("POST", "/v1/menu/search", Some(("application/json", &body)))
}

/// Hits for people.
pub(crate) fn hits_table(hits: &[olympus_proto::Hit]) -> String {
    if hits.is_empty() {
        return "nothing fits".to_owned();
    }
    let rows: Vec<_> = hits
        .iter()
        .map(|hit| {
            [
                format!("{:.2}", hit.score),
                clip(&hit.name, 40),
                hit.price_cents
                    .map(|cents| cents.to_string())
                    .unwrap_or_default(),
                clip(hit.category.as_deref().unwrap_or_default(), 20),
                state_text(hit.state).to_owned(),
                clip(&hit.reason, 50),
            ]
        })
        .collect();
    table(
        ["SCORE", "NAME", "PRICE", "CATEGORY", "STATE", "WHY"],
        &rows,
    )
}

fn state_text(state: State) -> &'static str {
    match state {
        State::Available => "available",
        State::SoldOut => "sold out",
        State::OutsideHours => "not at this hour",
    }
}
