//! `keys`: make, list and revoke access keys.

use super::table::table;
use super::{say, say_json};
use crate::cli::Global;
use crate::files::create_private_dir;
use crate::keys::{KeyFile, Scope};
use anyhow::Context;
use serde_json::json;

#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Scopes: kiosk asks; pos besides says what is sold out and computes embeddings; admin does
everything. Once a key was made, every request needs one, from this machine too. A running
server sees the change within a second.

Examples:
  olympus-edge keys create --name kiosk-1 --scope kiosk
  curl -H \"authorization: Bearer $KEY\" http://127.0.0.1:8080/v1/menu")]
pub(crate) enum Command {
    /// Make a key and show it once
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it may do
        #[arg(long, value_enum)]
        scope: Scope,
    },
    /// List keys, without their secrets
    List,
    /// Take a key out of use
    Revoke {
        /// Its id, from `keys list`
        id: String,
    },
}

pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    let data_dir = global.data_dir();
    create_private_dir(&data_dir)
        .with_context(|| format!("{} cannot be used", data_dir.display()))?;
    let file = KeyFile::in_dir(&data_dir);
    match command {
        Command::Create { name, scope } => {
            let (record, key) = file.create(&name, scope)?;
            if global.json {
                return say_json(
                    &json!({"id": record.id, "name": name, "scope": scope, "key": key}),
                );
            }
            eprintln!("This is the only time the key is shown:");
            say(&key)
        }
        Command::List => {
            let records = file.list()?;
            if global.json {
                let shown: Vec<_> = records
                    .iter()
                    .map(|key| {
                        json!({"id": key.id, "name": key.name, "scope": key.scope,
                               "created_at": key.created_at, "revoked_at": key.revoked_at})
                    })
                    .collect();
                return say_json(&shown);
            }
            let rows: Vec<_> = records
                .into_iter()
                .map(|key| {
                    let state = key
                        .revoked_at
                        .map_or("works".to_owned(), |at| format!("revoked {at}"));
                    [
                        key.id,
                        key.name,
                        key.scope.to_string(),
                        key.created_at,
                        state,
                    ]
                })
                .collect();
            say(&table(["ID", "NAME", "SCOPE", "MADE", "STATE"], &rows))
        }
        Command::Revoke { id } => {
            let record = file.revoke(&id)?;
            say(&format!("{} ({}) works no more", record.id, record.name))
        }
    }
}
