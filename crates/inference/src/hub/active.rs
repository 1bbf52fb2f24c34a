//! Which model serves what: `active.json` in the store.
//!
//! Invariant: it is replaced whole or not at all. What it does not name is served by the embedded
//! model, so that an absent file is the default.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::HubError;
use super::files::{read_if_there, write_json};

const ACTIVE: &str = "active.json";

/// What a model can be chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Finding dishes.
    Search,
    /// Telling intents apart.
    Intent,
}

impl Role {
    /// The name in `active.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Intent => "intent",
        }
    }
}

/// A model that is not the embedded one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// One in the store, by its id.
    Id(String),
    /// One in a folder elsewhere, by its absolute path.
    Folder(PathBuf),
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Active {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    search: Option<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<Choice>,
}

impl Active {
    pub(super) fn read(root: &Path) -> Result<Self, HubError> {
        let path = root.join(ACTIVE);
        match read_if_there(&path)? {
            None => Ok(Self::default()),
            Some(bytes) => {
                serde_json::from_slice(&bytes).map_err(|source| HubError::Damaged { path, source })
            }
        }
    }

    pub(super) fn write(&self, root: &Path) -> Result<(), HubError> {
        write_json(&root.join(ACTIVE), self)
    }

    pub(super) fn get(&self, role: Role) -> Option<&Choice> {
        match role {
            Role::Search => self.search.as_ref(),
            Role::Intent => self.intent.as_ref(),
        }
    }

    pub(super) fn set(&mut self, role: Role, choice: Option<Choice>) {
        match role {
            Role::Search => self.search = choice,
            Role::Intent => self.intent = choice,
        }
    }
}
