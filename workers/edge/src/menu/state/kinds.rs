//! What a publisher keeps: offers, the menu in use, the one on its way, what has to go.

use olympus_proto::edge::PublishStage;
use olympus_proto::{MenuVersion, SpaceId};
use serde::{Deserialize, Serialize};

/// Times, by the var `PUBLISH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pace {
    /// How long vectors outlive their menu: other places learn of the switch a minute later.
    pub(crate) sweep_after_ms: u64,
    /// How often is looked whether what was written shows.
    pub(crate) look_every_ms: u64,
    /// Wait after the first failure; it doubles with each further one.
    pub(crate) retry_after_ms: u64,
    /// How often, at most, a menu is written anew of the publisher's own accord: because its
    /// vectors are gone, or because its new space failed.
    pub(crate) heal_every_ms: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            sweep_after_ms: 120_000,
            look_every_ms: 2_000,
            retry_after_ms: 1_000,
            heal_every_ms: 15 * 60_000,
        }
    }
}

/// A menu as it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) digest: String,
    pub(crate) version: MenuVersion,
    pub(crate) timezone: Option<String>,
    pub(crate) items: usize,
    pub(crate) passages: usize,
}

/// The menu in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) offer: Offer,
    /// Model and pooling of its vectors.
    pub(crate) prefix: String,
    pub(crate) space: SpaceId,
    /// Which writing of the menu its vectors are of.
    #[serde(default)]
    pub(crate) generation: u64,
    pub(crate) since_ms: u64,
    /// Whether everybody was told that it is in use.
    pub(crate) told: bool,
    /// Attempts to tell that failed.
    pub(super) attempts: u32,
    pub(super) wait_until_ms: u64,
}

/// A menu on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) epoch: u64,
    pub(crate) offer: Offer,
    pub(crate) prefix: String,
    /// Which writing of the menu this is: a part of its vectors' names, so that no other writing
    /// of the same menu passes for it. 0 is what was begun before writings were told apart.
    #[serde(default)]
    pub(crate) generation: u64,
    /// Numbers in a vector; 0 until the first was made.
    pub(crate) dim: usize,
    pub(crate) stage: PublishStage,
    pub(crate) done: usize,
    pub(super) attempts: u32,
    pub(super) error: Option<String>,
    /// Not before, after a failure or while nothing shows.
    pub(super) wait_until_ms: u64,
    pub(super) stage_since_ms: u64,
}

/// Vectors that have to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Old {
    pub(crate) digest: String,
    pub(crate) prefix: String,
    #[serde(default)]
    pub(crate) generation: u64,
    pub(crate) passages: usize,
    pub(crate) done: usize,
    pub(super) wait_until_ms: u64,
    pub(super) attempts: u32,
    /// They answer until it was told that another menu is in use: they are kept until then.
    #[serde(default)]
    pub(super) held: bool,
}

impl Old {
    pub(super) fn is(&self, other: &Self) -> bool {
        self.digest == other.digest
            && self.prefix == other.prefix
            && self.generation == other.generation
    }
}

/// Searches find no vector of the menu in use: to be looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Doubt {
    pub(super) wait_until_ms: u64,
    pub(super) attempts: u32,
}

/// A menu whose document is about to be kept and offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expected {
    pub(super) digest: String,
    /// Then it will not be offered any more.
    pub(super) until_ms: u64,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Embed and write passages of the job, from `done` on.
    Write(Job),
    /// Look whether what was written shows.
    Verify(Job),
    /// Tell everybody that another menu is in use.
    Tell(Live),
    /// Delete vectors, from `done` on.
    Sweep(Old),
    /// Look whether the vectors of the menu in use are there.
    Check(Live),
    /// Delete documents that nothing needs.
    Tidy,
}

/// How an offer was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is in use already.
    Live,
    /// It is on its way.
    Going,
}
