//! Which path answers: the models on the device or the cloud, decided for each request so that
//! the deadline holds and the answer is the best one that fits in it.
//!
//! A [`Router`] knows what was measured: latency by task and path ([`quantile`]), whether the
//! cloud is worth calling ([`breaker`], [`limit`], [`budget`]) and worth believing ([`trust`]). A
//! [`Request`] is driven by events and says what to do:
//!
//! ```text
//!   Ask ──► Router::begin ──► plan ──► StartLocal, StartCloud, WaitUntil ─┐
//!                                                                         ▼
//!   Answer, Fail, CancelCloud ◄── Request::on ◄── Local, Cloud, …Failed, Tick ── shell
//! ```
//! Invariants: a request is answered once; where a local model exists and answers, it is never an
//! error; nobody waits past the deadline for the cloud; what is done twice and what is done again
//! stays within its budget. Never a clock, I/O, async or randomness: the shell passes
//! [`Moment`] and [`Draw`]. Native and wasm drive the same code.

pub mod answer;
pub mod breaker;
pub mod budget;
pub mod config;
pub mod flight;
pub mod limit;
pub mod plan;
pub mod quantile;
mod reason;
mod request;
mod router;
mod time;
pub mod trust;

pub use answer::{Confidence, Label, Opinion};
pub use breaker::BreakerState;
pub use config::{ConfigError, RouteConfig, TaskConfig};
pub use flight::{Role, SingleFlight};
pub use plan::Plan;
pub use quantile::Quantiles;
pub use reason::{Cause, Reason};
pub use request::{Action, CallId, Event, Failure, Request};
pub use router::{Ask, Router, Snapshot};
pub use time::{Draw, Moment};
pub use trust::Standing;

use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// What an utterance means.
    Intent,
    /// What on the menu fits a query.
    Search,
    /// What is in an image.
    Image,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 3] = [Self::Intent, Self::Search, Self::Image];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Search => "search",
            Self::Image => "image",
        }
    }
}

/// Which path is wanted; by task in the settings, or forced for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Never the cloud.
    LocalOnly,
    /// The local model; the cloud where it is unsure.
    PreferLocal,
    /// The cloud; the local model where the cloud is late, fails or is unsure.
    PreferCloud,
    /// As `prefer_local`, but the cloud first where the local model is the slower one and both in
    /// turn do not fit.
    Auto,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 4] = [
        Self::LocalOnly,
        Self::PreferLocal,
        Self::PreferCloud,
        Self::Auto,
    ];

    /// The stable name, as settings and the header have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LocalOnly => "local_only",
            Self::PreferLocal => "prefer_local",
            Self::PreferCloud => "prefer_cloud",
            Self::Auto => "auto",
        }
    }
}

/// A policy that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no policy: use local_only, prefer_local, prefer_cloud or auto")]
pub struct PolicyError {
    /// What was said.
    pub found: String,
}

impl std::str::FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or_else(|| PolicyError {
                found: text.to_owned(),
            })
    }
}

/// The line, as the operating system or the last contact tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connectivity {
    /// Up, as far as is known.
    Online,
    /// Up, but each call costs: local first, nothing done twice, nothing explored.
    Metered,
    /// Known to be down.
    Offline,
}

/// Whether the embedding spaces of both paths are the same. A guard compares golden texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parity {
    /// The same.
    Open,
    /// They differ: search stays local.
    Closed,
}
