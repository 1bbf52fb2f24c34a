//! A cloud that is not there, for tests and drills: as slow, as busy, as broken and as wrong as it
//! is told to be.
//!
//! Invariant: two simulations of one seed and profile, asked the same in turn, do the same. Uses
//! the runtime's clock, so that paused tests take no time.

mod api;
mod location;

pub use location::{SimulatedLocation, Wire};

use super::{
    BackupEntry, CloudAsk, CloudError, CloudHits, CloudImage, CloudIntent, Picture, SearchAsk,
};
use bytes::Bytes;
use fastrand::Rng;
use olympus_proto::edge::{EmbedResponse, LiveMenu, PublishStatus};
use olympus_proto::{Intent, IntentRequest, ItemId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How it behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Half of the answers take no longer.
    pub p50: Duration,
    /// 99 of 100 answers take no longer; latencies are log-normal.
    pub p99: Duration,
    /// Part of the calls that are refused for want of capacity, 0 to 1.
    pub busy: f64,
    /// What is said to those, where anything is.
    pub retry_after: Option<Duration>,
    /// Part of the calls that are cut, 0 to 1.
    pub errors: f64,
    /// Part of the answers that are wrong, 0 to 1.
    pub wrong: f64,
    /// When nobody is there, from the start of the simulation.
    pub outages: Vec<Outage>,
}

/// A time in which nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// From then on.
    pub from: Duration,
    /// Until then.
    pub until: Duration,
    /// Nobody refuses either: calls wait until their time is over.
    pub silent: bool,
}

impl Default for Profile {
    /// A good line.
    fn default() -> Self {
        Self {
            p50: Duration::from_millis(60),
            p99: Duration::from_millis(180),
            busy: 0.0,
            retry_after: None,
            errors: 0.0,
            wrong: 0.0,
            outages: Vec::new(),
        }
    }
}

type Answer<Q, A> = Box<dyn Fn(&Q) -> Result<A, CloudError> + Send + Sync>;

/// The simulation. What it is not told to answer it refuses.
pub struct Simulated {
    state: Mutex<State>,
    started: Instant,
    intent: Answer<IntentRequest, CloudIntent>,
    search: Answer<SearchAsk, CloudHits>,
    image: Answer<Picture, CloudImage>,
    embed: Answer<Vec<String>, EmbedResponse>,
}

#[derive(Debug)]
struct State {
    profile: Profile,
    draw: Rng,
    live: Option<LiveMenu>,
    sold_out: BTreeMap<ItemId, bool>,
    backups: BTreeMap<String, (BackupEntry, Bytes)>,
    request_ids: Vec<String>,
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answer { after: Duration, wrong: bool },
    Busy { after: Duration },
    Cut { after: Duration },
    Silence,
}

impl fmt::Debug for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulated")
            .field("profile", &self.state().profile)
            .finish_non_exhaustive()
    }
}

impl Simulated {
    /// Behaves as `profile` says, its chances drawn from `seed`.
    #[must_use]
    pub fn new(seed: u64, profile: Profile) -> Self {
        Self {
            state: Mutex::new(State {
                profile,
                draw: Rng::with_seed(seed),
                live: None,
                sold_out: BTreeMap::new(),
                backups: BTreeMap::new(),
                request_ids: Vec::new(),
            }),
            started: Instant::now(),
            intent: not_simulated(),
            search: not_simulated(),
            image: not_simulated(),
            embed: not_simulated(),
        }
    }

    /// Answers intents so.
    #[must_use]
    pub fn intents<F>(mut self, answer: F) -> Self
    where
        F: Fn(&IntentRequest) -> Result<CloudIntent, CloudError> + Send + Sync + 'static,
    {
        self.intent = Box::new(answer);
        self
    }

    /// Answers searches of the live menu so; for others it is [`CloudError::WrongMenu`].
    #[must_use]
    pub fn searches<F>(mut self, answer: F) -> Self
    where
        F: Fn(&SearchAsk) -> Result<CloudHits, CloudError> + Send + Sync + 'static,
    {
        self.search = Box::new(answer);
        self
    }

    /// Answers pictures so.
    #[must_use]
    pub fn images<F>(mut self, answer: F) -> Self
    where
        F: Fn(&Picture) -> Result<CloudImage, CloudError> + Send + Sync + 'static,
    {
        self.image = Box::new(answer);
        self
    }

    /// Embeds so.
    #[must_use]
    pub fn embeddings<F>(mut self, answer: F) -> Self
    where
        F: Fn(&Vec<String>) -> Result<EmbedResponse, CloudError> + Send + Sync + 'static,
    {
        self.embed = Box::new(answer);
        self
    }

    /// From now on it behaves so.
    pub fn behave(&self, profile: Profile) {
        self.state().profile = profile;
    }

    /// Ids of the requests that came, in their order.
    #[must_use]
    pub fn request_ids(&self) -> Vec<String> {
        self.state().request_ids.clone()
    }

    /// What it was told of sold-out items.
    #[must_use]
    pub fn told_sold_out(&self) -> BTreeMap<ItemId, bool> {
        self.state().sold_out.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fate(&self, request_id: &str) -> Fate {
        let elapsed = self.started.elapsed();
        let mut state = self.state();
        state.request_ids.push(request_id.to_owned());
        let State { profile, draw, .. } = &mut *state;
        let after = profile.latency(draw);
        // Each is drawn always, so that one rate does not change the others' draws.
        let [busy, cut, wrong] =
            [profile.busy, profile.errors, profile.wrong].map(|rate| draw.f64() < rate);
        let outage = profile
            .outages
            .iter()
            .find(|outage| (outage.from..outage.until).contains(&elapsed));
        match outage {
            Some(outage) if outage.silent => Fate::Silence,
            Some(_) => Fate::Cut {
                after: Duration::ZERO,
            },
            None if cut => Fate::Cut { after },
            None if busy => Fate::Busy { after },
            None => Fate::Answer { after, wrong },
        }
    }

    /// Lives through one call: waits, fails, or answers; whether the answer is to be wrong.
    async fn live_through<T>(&self, ask: &CloudAsk<T>) -> Result<bool, CloudError> {
        let fate = self.fate(&ask.request_id);
        let lived = async {
            match fate {
                Fate::Silence => std::future::pending().await,
                Fate::Cut { after } => {
                    tokio::time::sleep(after).await;
                    Err(CloudError::unreachable("the simulated line is down"))
                }
                Fate::Busy { after } => {
                    tokio::time::sleep(after).await;
                    let retry_after = self.state().profile.retry_after;
                    Err(CloudError::Busy { retry_after })
                }
                Fate::Answer { after, wrong } => {
                    tokio::time::sleep(after).await;
                    Ok(wrong)
                }
            }
        };
        tokio::time::timeout(ask.timeout, lived)
            .await
            .map_err(|_| CloudError::TimedOut(ask.timeout))?
    }

    fn has(&self, digest: &str) -> Result<(), CloudError> {
        let found = self.state().live.as_ref().map(|live| live.digest.clone());
        if found.as_deref() == Some(digest) {
            return Ok(());
        }
        Err(CloudError::WrongMenu { found })
    }

    fn status(&self) -> PublishStatus {
        PublishStatus {
            live: self.state().live.clone(),
            publishing: None,
            fault: None,
        }
    }
}

impl Profile {
    fn latency(&self, draw: &mut Rng) -> Duration {
        /// Standard deviations from the median to the 99th percentile.
        const TO_P99: f64 = 2.326_347_874;
        let uniform = (1.0 - draw.f64(), draw.f64());
        let normal = (-2.0 * uniform.0.ln()).sqrt() * (std::f64::consts::TAU * uniform.1).cos();
        let (p50, p99) = (self.p50.as_secs_f64(), self.p99.as_secs_f64());
        if p50 <= 0.0 {
            return Duration::ZERO;
        }
        let spread = (p99 / p50).max(1.0).ln() / TO_P99;
        Duration::from_secs_f64((p50 * (spread * normal).exp()).min(3_600.0))
    }
}

fn not_simulated<Q, A>() -> Answer<Q, A> {
    Box::new(|_| {
        Err(CloudError::Refused {
            status: 405,
            code: "not_simulated".to_owned(),
            message: "this is not simulated".to_owned(),
        })
    })
}

/// Another intent than it said, as sure of it.
fn bend_intent(told: &mut CloudIntent) {
    let all = Intent::ALL;
    let said = all.iter().position(|intent| *intent == told.answer.intent);
    let other = all[(said.unwrap_or_default() + 1) % all.len()];
    (told.answer.intent, told.answer.best_guess) = (other, other);
}

/// The worst first.
fn bend_hits(hits: &mut [(ItemId, f32)]) {
    let scores: Vec<f32> = hits.iter().map(|(_, score)| *score).collect();
    hits.reverse();
    for ((_, place), score) in hits.iter_mut().zip(scores) {
        *place = score;
    }
}

#[cfg(test)]
mod tests;
