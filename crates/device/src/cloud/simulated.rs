//! A cloud that is not there, for tests and drills: as slow, as busy, as broken and as wrong as it
//! is told to be.
//!
//! Invariant: two simulations of one seed and profile, asked the same in turn, do the same. Uses
//! the runtime's clock, so that paused tests take no time.

use super::{
    Backup, BackupEntry, Calling, CloudApi, CloudAsk, CloudError, CloudHits, CloudImage,
    CloudIntent, Picture, SearchAsk, SoldOutAsk, backup_name, sha256_hex,
};
use bytes::Bytes;
use fastrand::Rng;
use olympus_proto::edge::{EmbedResponse, LiveMenu, PublishRequest, PublishStatus};
use olympus_proto::{Intent, IntentRequest, ItemId, SpaceId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

impl CloudApi for Simulated {
    fn intent<'a>(&'a self, ask: &'a CloudAsk<IntentRequest>) -> Calling<'a, CloudIntent> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            let mut told = (self.intent)(&ask.what)?;
            if wrong {
                bend_intent(&mut told);
            }
            Ok(told)
        })
    }

    fn search<'a>(&'a self, ask: &'a CloudAsk<SearchAsk>) -> Calling<'a, CloudHits> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            self.has(&ask.what.digest)?;
            let mut told = (self.search)(&ask.what)?;
            if wrong {
                bend_hits(&mut told.hits);
            }
            Ok(told)
        })
    }

    fn image<'a>(&'a self, ask: &'a CloudAsk<Picture>) -> Calling<'a, CloudImage> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            self.has(&ask.what.digest)?;
            let mut told = (self.image)(&ask.what)?;
            if wrong {
                bend_hits(&mut told.recognised);
            }
            Ok(told)
        })
    }

    fn embed<'a>(&'a self, ask: &'a CloudAsk<Vec<String>>) -> Calling<'a, EmbedResponse> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            let mut told = (self.embed)(&ask.what)?;
            if wrong {
                for vector in &mut told.data {
                    vector.rotate_left(1);
                }
            }
            Ok(told)
        })
    }

    fn publish<'a>(&'a self, ask: &'a CloudAsk<Arc<PublishRequest>>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            self.live_through(ask).await?;
            self.state().live = Some(LiveMenu {
                digest: ask.what.digest.clone(),
                version: ask.what.version,
                items: ask.what.items.len(),
                space: SpaceId::from("simulated/cls/3"),
                since_ms: 0,
            });
            Ok(self.status())
        })
    }

    fn publish_status<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            self.live_through(ask).await?;
            Ok(self.status())
        })
    }

    fn sold_out<'a>(&'a self, ask: &'a CloudAsk<SoldOutAsk>) -> Calling<'a, ()> {
        Box::pin(async move {
            self.live_through(ask).await?;
            let SoldOutAsk { item, sold_out } = ask.what.clone();
            let marks = &mut self.state().sold_out;
            match sold_out {
                Some(said) => marks.insert(item, said),
                None => marks.remove(&item),
            };
            Ok(())
        })
    }

    fn backup_put<'a>(&'a self, ask: &'a CloudAsk<Backup>) -> Calling<'a, ()> {
        Box::pin(async move {
            let Backup { name, bytes } = &ask.what;
            backup_name(name)?;
            self.live_through(ask).await?;
            let mut state = self.state();
            let entry = BackupEntry {
                name: name.clone(),
                size_bytes: bytes.len() as u64,
                uploaded_ms: state.request_ids.len() as u64,
                sha256: Some(sha256_hex(bytes)),
            };
            state.backups.insert(name.clone(), (entry, bytes.clone()));
            Ok(())
        })
    }

    fn backup_get<'a>(&'a self, ask: &'a CloudAsk<String>) -> Calling<'a, Bytes> {
        Box::pin(async move {
            self.live_through(ask).await?;
            let state = self.state();
            let kept = state.backups.get(&ask.what).map(|(_, bytes)| bytes.clone());
            kept.ok_or_else(|| CloudError::Refused {
                status: 404,
                code: "not_found".to_owned(),
                message: "there is no such backup; list them".to_owned(),
            })
        })
    }

    fn backup_list<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, Vec<BackupEntry>> {
        Box::pin(async move {
            self.live_through(ask).await?;
            let state = self.state();
            let mut entries: Vec<_> = state.backups.values().map(|it| it.0.clone()).collect();
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.uploaded_ms));
            Ok(entries)
        })
    }

    fn ping<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, ()> {
        Box::pin(async move { self.live_through(ask).await.map(drop) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Outage, Profile, Simulated};
    use crate::cloud::{CloudApi, CloudAsk, CloudError};
    use std::time::Duration;
    use tokio::time::Instant;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn ask() -> CloudAsk<()> {
        CloudAsk::new("r", PATIENCE, ())
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime")
    }

    #[test]
    fn latencies_and_rates_are_those_of_the_profile() {
        runtime().block_on(async {
            let profile = Profile {
                busy: 0.1,
                retry_after: Some(Duration::from_secs(4)),
                errors: 0.05,
                ..Profile::default()
            };
            let cloud = Simulated::new(7, profile.clone());
            let (mut busy, mut cut, mut times) = (0, 0, Vec::new());
            for _ in 0..4_000 {
                let started = Instant::now();
                match cloud.ping(&ask()).await {
                    Ok(()) => times.push(started.elapsed()),
                    Err(CloudError::Busy { retry_after }) => {
                        assert_eq!(retry_after, profile.retry_after);
                        busy += 1;
                    }
                    Err(CloudError::Unreachable(_)) => cut += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            times.sort_unstable();
            let near = |part: usize, wanted: Duration| {
                let found = times[times.len() * part / 100].as_secs_f64();
                let off = found / wanted.as_secs_f64() - 1.0;
                assert!(off.abs() < 0.1, "{part}: {found}");
            };
            near(50, profile.p50);
            near(99, profile.p99);
            assert!((320..460).contains(&busy), "{busy}");
            assert!((150..250).contains(&cut), "{cut}");
        });
    }

    #[test]
    fn one_seed_makes_one_story() {
        runtime().block_on(async {
            let story = |seed| async move {
                let profile = Profile {
                    busy: 0.3,
                    ..Profile::default()
                };
                let cloud = Simulated::new(seed, profile);
                let started = Instant::now();
                let mut told = Vec::new();
                for _ in 0..20 {
                    let answer = cloud.ping(&ask()).await.is_ok();
                    told.push((answer, started.elapsed()));
                }
                told
            };
            assert_eq!(story(1).await, story(1).await);
            assert_ne!(story(1).await, story(2).await);
        });
    }

    #[test]
    fn an_outage_refuses_or_is_silent_and_ends() {
        runtime().block_on(async {
            let outage = |from, until, silent| Outage {
                from: Duration::from_secs(from),
                until: Duration::from_secs(until),
                silent,
            };
            let profile = Profile {
                outages: vec![outage(0, 5, false), outage(5, 8, true)],
                ..Profile::default()
            };
            let cloud = Simulated::new(1, profile);
            let cut = cloud.ping(&ask()).await;
            assert!(matches!(cut, Err(CloudError::Unreachable(_))), "{cut:?}");
            tokio::time::advance(Duration::from_secs(6)).await;
            let started = Instant::now();
            let silent = cloud.ping(&ask()).await;
            assert!(matches!(silent, Err(CloudError::TimedOut(_))), "{silent:?}");
            assert_eq!(started.elapsed(), PATIENCE);
            assert!(cloud.ping(&ask()).await.is_ok());
        });
    }
}
