//! `models`: list, fetch, choose and remove.

use super::table::table;
use super::{Usage, model_store, say, say_json};
use crate::cli::Global;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use olympus_inference::Engine;
use olympus_inference::hub::{Choice, Event, ModelStore, PullOptions, Role};
use serde_json::json;
use std::path::Path;

#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
The model in the binary serves everything until another is chosen. HF_ENDPOINT, HF_TOKEN and
HF_HUB_OFFLINE are honoured. A change holds from the next start on; the menu's vectors are then
computed anew.

Examples:
  olympus-edge models pull sentence-transformers/all-MiniLM-L6-v2
  olympus-edge models use sentence-transformers/all-MiniLM-L6-v2
  olympus-edge models use ./my-model
  olympus-edge models use embedded")]
pub(crate) enum Command {
    /// List the models on this device and what they serve
    List,
    /// Fetch a model from a hub, or what is missing of it
    Pull {
        /// NAME or OWNER/NAME
        id: String,
        /// Branch, tag or commit [default: main]
        #[arg(long)]
        revision: Option<String>,
    },
    /// Choose what serves; it is loaded once to see that it fits
    Use {
        /// A model's id, a folder, or `embedded`
        model: String,
        /// For what
        #[arg(long, value_enum, default_value_t = ForRole::Search)]
        role: ForRole,
    },
    /// Delete a model
    Remove {
        /// Its id
        id: String,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ForRole {
    /// Finding dishes
    Search,
    /// Telling intents apart
    Intent,
}

impl From<ForRole> for Role {
    fn from(role: ForRole) -> Self {
        match role {
            ForRole::Search => Role::Search,
            ForRole::Intent => Role::Intent,
        }
    }
}

pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    let store = model_store(global);
    match command {
        Command::List => list(global, &store),
        Command::Pull { id, revision } => pull(global, &store, &id, revision.as_deref()),
        Command::Use { model, role } => choose(&store, &model, role.into()),
        Command::Remove { id } => {
            store.remove(&id)?;
            say(&format!("{id} is gone"))
        }
    }
}

fn list(global: &Global, store: &ModelStore) -> anyhow::Result<()> {
    let search = store.active(Role::Search)?;
    let intent = store.active(Role::Intent)?;
    let serves = |choice: Option<&Choice>| {
        let roles = [("search", search.as_ref()), ("intent", intent.as_ref())];
        let own = roles.iter().filter(|(_, chosen)| *chosen == choice);
        own.map(|(role, _)| *role).collect::<Vec<_>>().join(", ")
    };
    let embedded = Engine::embedded()?;
    let info = embedded.info();
    let models = store.list()?;
    if global.json {
        return say_json(&json!({
            "embedded": {"id": info.id, "dim": info.dim, "sha256": info.sha256, "serves": serves(None)},
            "installed": models,
            "search": search,
            "intent": intent,
        }));
    }
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    let mut rows = vec![[
        format!("{} (in the binary)", info.id),
        String::new(),
        short(&info.sha256),
        serves(None),
        "complete".to_owned(),
    ]];
    for model in models {
        let choice = Choice::Id(model.id.clone());
        rows.push([
            model.id,
            format!("{:.1} MB", megabytes(model.size_bytes)),
            model.sha256.as_deref().map(short).unwrap_or_default(),
            serves(Some(&choice)),
            if model.complete {
                model.source
            } else {
                "not complete; pull it".to_owned()
            },
        ]);
    }
    for choice in [&search, &intent].into_iter().flatten() {
        if let Choice::Folder(path) = choice {
            let folder = path.display().to_string();
            rows.push([
                folder,
                String::new(),
                String::new(),
                serves(Some(choice)),
                "folder".to_owned(),
            ]);
        }
    }
    say(&table(
        ["MODEL", "SIZE", "SHA256", "SERVES", "STATE"],
        &rows,
    ))
}

fn pull(
    global: &Global,
    store: &ModelStore,
    id: &str,
    revision: Option<&str>,
) -> anyhow::Result<()> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {bar:30} {bytes}/{total_bytes}") {
        bar.set_style(style);
    }
    let progress = |event: Event<'_>| match event {
        Event::Bytes { file, done, total } => {
            bar.set_message(file.to_owned());
            bar.set_length(total);
            bar.set_position(done);
        }
        Event::Waiting { id } => bar.println(format!("another process pulls {id}; waiting")),
        Event::Retrying { reason, after } => {
            bar.println(format!(
                "{reason}; trying again in {} s",
                after.as_secs_f32()
            ));
        }
        Event::Verifying { file } => bar.set_message(format!("checking {file}")),
        _ => {}
    };
    let pulled = store.pull(id, revision, &PullOptions::from_env(&progress));
    bar.finish_and_clear();
    let model = pulled?;
    if global.json {
        return say_json(&model);
    }
    say(&format!(
        "{} is here ({:.1} MB); `olympus-edge models use {}` chooses it",
        model.id,
        megabytes(model.size_bytes),
        model.id
    ))
}

fn choose(store: &ModelStore, model: &str, role: Role) -> anyhow::Result<()> {
    let choice = match model {
        "embedded" => None,
        id if store.path_of(id).is_ok() => Some(Choice::Id(id.to_owned())),
        folder if Path::new(folder).is_dir() => Some(Choice::Folder(folder.into())),
        other => {
            let text = format!(
                "`{other}` is neither a model here nor a folder; `olympus-edge models pull {other}` fetches it"
            );
            return Err(Usage(text).into());
        }
    };
    let folder = match &choice {
        Some(Choice::Id(id)) => Some(store.path_of(id)?),
        Some(Choice::Folder(path)) => Some(path.clone()),
        None => None,
    };
    if let Some(folder) = folder {
        let engine = Engine::from_dir(&folder).context("the model cannot be used")?;
        engine.warm_up().context("the model cannot be used")?;
        if matches!(role, Role::Intent) && engine.calibration().is_none() {
            let text = format!("{model} is an encoder without an intent head; it can serve search");
            return Err(Usage(text).into());
        }
    }
    store.set_active(role, choice)?;
    say(&format!(
        "{model} serves {} from the next start on",
        role.name()
    ))
}

fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let bytes = bytes as f64;
    bytes / 1e6
}
