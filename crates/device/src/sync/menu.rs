//! The location's menu, where this device takes it from the cloud (`menu-source cloud`).
//!
//! Invariant: the menu in use stays until the next one was read whole, has the digest that it is
//! named by, and is on this disk; so a device without a line goes on with the one that it had.
//! Never publishes.

use super::{Agent, Backoff, Topic, jittered};
use crate::cloud::{CloudError, menu_digest};
use crate::service::{Service, ServiceError};
use olympus_proto::edge::PublishRequest;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Between looks, if nothing is told before.
const EVERY: Duration = Duration::from_secs(60);
/// First wait after one that failed; the longest is [`EVERY`].
const AGAIN: Duration = Duration::from_secs(2);
/// Time for one that brings a large menu over a slow line.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a menu was not taken.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    /// It did not get here.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// It is not the one that it is named after.
    #[error("its items have the digest {found}, not {named}")]
    Other {
        /// As it is named.
        named: String,
        /// As it is.
        found: String,
    },
    /// This device cannot use it.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The import ended without a word.
    #[error("importing it: {0}")]
    Died(#[from] tokio::task::JoinError),
}

/// Follows the location's menu for ever. `changed` is told of each one that is in use.
pub(crate) async fn follow(agent: Arc<Agent>, service: Arc<Service>, changed: impl Fn()) {
    let mut backoff = Backoff::new(AGAIN, EVERY);
    let mut held = service.digest();
    loop {
        let wait = match look(&agent, &service, &held).await {
            Ok(taken) => {
                backoff.works();
                agent.mended(Topic::Menu);
                if let Some(digest) = taken {
                    held = Some(digest);
                    changed();
                }
                jittered(EVERY)
            }
            Err(error) => {
                tracing::warn!(%error, "the location's menu was not taken; the one in use stays");
                // Waiting does not help where it is here and cannot be used.
                if !matches!(error, NotTaken::Cloud(_)) {
                    agent.broken(Topic::Menu, fault(&error));
                }
                backoff.fails()
            }
        };
        // Told or not: then it is looked at again.
        let _ = timeout(wait, agent.nudges.menu.notified()).await;
    }
}

/// For people: a field that a later version writes is not in what this one reads, nor in its digest.
fn fault(error: &NotTaken) -> String {
    format!(
        "the location's menu is not taken, and the one before is sold by: {error}; update this \
         device, else publish the menu anew"
    )
}

/// Takes the menu, where there is another one; its digest.
async fn look(
    agent: &Agent,
    service: &Arc<Service>,
    held: &Option<String>,
) -> Result<Option<String>, NotTaken> {
    let found = agent
        .call("menu", PATIENCE, held.clone(), |location, ask| {
            location.menu(ask)
        })
        .await?;
    let Some(PublishRequest { digest, items, .. }) = found else {
        return Ok(None);
    };
    let found = menu_digest(&items);
    if found != digest {
        return Err(NotTaken::Other {
            named: digest,
            found,
        });
    }
    let service = Arc::clone(service);
    tokio::task::spawn_blocking(move || service.import_menu(&items)).await??;
    Ok(Some(digest))
}
