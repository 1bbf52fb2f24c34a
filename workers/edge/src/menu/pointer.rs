//! Which menu is in use at a location, as every isolate comes to know it: the publisher is the
//! authority, KV has a copy for all, an isolate remembers it for two seconds.

use super::state::Live;
use crate::http::error::EdgeError;
use olympus_proto::LocationId;
use olympus_proto::edge::LiveMenu;
use serde::{Deserialize, Serialize};
use worker::Env;

/// The menu in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    pub(crate) live: LiveMenu,
    /// Model and pooling of its vectors.
    pub(crate) prefix: String,
    /// Which writing of the menu they are of.
    #[serde(default)]
    pub(crate) generation: u64,
    pub(crate) timezone: Option<String>,
}

impl Pointer {
    pub(super) fn of(live: &Live) -> Self {
        Self {
            live: LiveMenu {
                digest: live.offer.digest.clone(),
                version: live.offer.version,
                items: live.offer.items,
                space: live.space.clone(),
                since_ms: live.since_ms,
            },
            prefix: live.prefix.clone(),
            generation: live.generation,
            timezone: live.offer.timezone.clone(),
        }
    }
}

fn key(location: &LocationId) -> String {
    format!("menu:{location}")
}

/// The copy in KV; what cannot be read there is not there.
pub(super) async fn copy(env: &Env, location: &LocationId) -> Option<Pointer> {
    let kv = env.kv("CACHE").ok()?;
    kv.get(&key(location)).json().await.ok().flatten()
}

/// Copies it to where every isolate finds it.
pub(super) async fn publish(
    env: &Env,
    location: &LocationId,
    pointer: &Pointer,
) -> Result<(), EdgeError> {
    let text = serde_json::to_string(pointer).map_err(EdgeError::internal)?;
    env.kv("CACHE")?
        .put(&key(location), text)?
        .execute()
        .await?;
    Ok(())
}
