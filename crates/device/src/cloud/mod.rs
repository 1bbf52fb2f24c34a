//! The cloud half, as this device asks it: one trait, and whoever answers behind it.
//!
//! Invariant: every call ends within the time it was given, with an answer for the menu that was
//! asked about or with a [`CloudError`] that says what to do with it. A bearer key is all that
//! proves who asks: no call carries a time of day, so a device whose clock is wrong is served.
//! Never decides whether to call ([`olympus_core::route`] does), never renders a dish, never
//! shows a secret.

mod address;
pub mod backup;
mod checks;
mod direct;
mod error;
mod http;
mod location;
mod secret;
mod simulated;
mod status;
mod worker;

pub use address::{BadUrl, BaseUrl};
pub use backup::RecoveryKey;
pub use direct::Direct;
pub use error::CloudError;
pub use location::{Held, LocationApi, OfTerminal, ReceiptAsk, TillEvent, TillEvents};
pub use olympus_core::image::ImageFormat;
pub use secret::Secret;
pub use simulated::{Outage, Profile, Simulated, SimulatedLocation, Wire};
pub use worker::Worker;

use crate::config::{CloudSettings, Way};
use bytes::Bytes;
use olympus_proto::edge::{EmbedResponse, PublishRequest, PublishStatus};
use olympus_proto::{IntentAnswer, IntentRequest, ItemId, MenuItem, SearchRequest, SpaceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A call under way. Dropping it calls it off.
pub type Calling<'a, T> = Pin<Box<dyn Future<Output = Result<T, CloudError>> + Send + 'a>>;

/// Something asked of the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudAsk<T> {
    /// Id of the request; it is passed on, so that both halves' logs can be laid side by side.
    pub request_id: String,
    /// After which the call fails with [`CloudError::TimedOut`]: connecting, asking and reading.
    pub timeout: Duration,
    /// How long the answer is of use, for a cloud that plans with it; at most `timeout`.
    pub useful: Duration,
    /// What is asked.
    pub what: T,
}

impl<T> CloudAsk<T> {
    /// Asks `what` within `timeout`.
    #[must_use]
    pub fn new(request_id: impl Into<String>, timeout: Duration, what: T) -> Self {
        Self {
            request_id: request_id.into(),
            timeout,
            useful: timeout,
            what,
        }
    }

    /// The same, whose answer is waited for a little longer than it is planned for.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self {
            timeout: self.useful.saturating_add(grace),
            ..self
        }
    }
}

/// An intent from the cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudIntent {
    /// The decision.
    pub answer: IntentAnswer,
    /// Id of the model that made it.
    pub model: String,
}

/// A search, and the menu that it is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchAsk {
    /// The search.
    pub request: SearchRequest,
    /// [`menu_digest`] of the menu that this device serves; an answer for another one is
    /// [`CloudError::WrongMenu`].
    pub digest: String,
}

/// What the scores of hits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitKind {
    /// Rank scores of a whole search, 0 to 1: words and meaning, filters applied.
    Ranked,
    /// Cosines alone: this device adds its own words.
    Nearness,
}

/// What a search found: ids and scores. This device renders the dishes from its own menu.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudHits {
    /// The menu searched: the one that was asked about.
    pub digest: String,
    /// The space of the vectors that took part; `None` where words alone did.
    pub space: Option<SpaceId>,
    /// Id of the embedding model; `lexical` where words alone took part.
    pub model: String,
    /// What the scores are.
    pub kind: HitKind,
    /// Best first, each item once.
    pub hits: Vec<(ItemId, f32)>,
}

/// A picture to be recognised.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// How it is written.
    pub format: ImageFormat,
    /// The file.
    pub bytes: Bytes,
    /// The menu whose dishes it may show; see [`SearchAsk::digest`].
    pub digest: String,
    /// Some of its dishes, id and name, for a cloud that does not know the menu.
    pub dishes: Vec<(ItemId, String)>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("format", &self.format)
            .field("bytes", &self.bytes.len())
            .field("digest", &self.digest)
            .field("dishes", &self.dishes.len())
            .finish()
    }
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudImage {
    /// In a few words; this device may search its own menu for them.
    pub seen: String,
    /// Dishes of the menu that it may be, likeliest first, with the probability of each.
    pub recognised: Vec<(ItemId, f32)>,
    /// Id of the model that saw it.
    pub model: String,
}

/// What staff said of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldOutAsk {
    /// Which.
    pub item: ItemId,
    /// Sold out, to be had, or (`None`) as the menu says.
    pub sold_out: Option<bool>,
}

/// Longest backup, encrypted.
pub const MAX_BACKUP: usize = 64 * 1024 * 1024;

/// A backup to be kept: bytes that only this restaurant can read.
#[derive(Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub name: String,
    /// Encrypted on this device before they get here.
    pub bytes: Bytes,
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup")
            .field("name", &self.name)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// A backup that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupEntry {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// When it was put there, milliseconds since 1970 by the cloud's clock.
    pub uploaded_ms: u64,
    /// Lower-case hex SHA-256 of its encrypted bytes, where the cloud knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Whoever answers for the cloud: the restaurant's Worker, Workers AI and Vectorize asked
/// directly, or a simulation.
pub trait CloudApi: Send + Sync + fmt::Debug {
    /// What an utterance means.
    fn intent<'a>(&'a self, ask: &'a CloudAsk<IntentRequest>) -> Calling<'a, CloudIntent>;

    /// What on the menu fits a query.
    fn search<'a>(&'a self, ask: &'a CloudAsk<SearchAsk>) -> Calling<'a, CloudHits>;

    /// What a picture shows.
    fn image<'a>(&'a self, ask: &'a CloudAsk<Picture>) -> Calling<'a, CloudImage>;

    /// Unit vectors of 1 to 100 texts, in their order.
    fn embed<'a>(&'a self, ask: &'a CloudAsk<Vec<String>>) -> Calling<'a, EmbedResponse>;

    /// Begins to publish a menu, or goes on where it is the one on its way; nothing happens where
    /// it is live. Says where that stands.
    fn publish<'a>(&'a self, ask: &'a CloudAsk<Arc<PublishRequest>>) -> Calling<'a, PublishStatus>;

    /// Where publishing stands; nothing that is searched changes.
    fn publish_status<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus>;

    /// Goes on with the menu on its way until the time is over or it is live, and says where that
    /// stands. Where the cloud goes on by itself this only asks.
    fn publish_on<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus> {
        self.publish_status(ask)
    }

    /// Tells what staff said of an item.
    fn sold_out<'a>(&'a self, ask: &'a CloudAsk<SoldOutAsk>) -> Calling<'a, ()>;

    /// Keeps a backup; one of the same name is replaced.
    fn backup_put<'a>(&'a self, ask: &'a CloudAsk<Backup>) -> Calling<'a, ()>;

    /// The bytes of a backup.
    fn backup_get<'a>(&'a self, ask: &'a CloudAsk<String>) -> Calling<'a, Bytes>;

    /// Every backup, newest first.
    fn backup_list<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, Vec<BackupEntry>>;

    /// Whether somebody answers. The least work that tells.
    fn ping<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, ()>;
}

/// Whoever is set up to answer. `data_dir` keeps what a device that publishes by itself has to
/// remember; without one it is forgotten at the end of the process.
#[must_use]
pub fn connect(
    settings: &CloudSettings,
    min_confidence: f32,
    data_dir: Option<PathBuf>,
) -> Arc<dyn CloudApi> {
    let location = &settings.location;
    match &settings.way {
        Way::Worker(worker) => Arc::new(Worker::new(
            worker.url.clone(),
            location,
            worker.key.clone(),
        )),
        Way::Direct(direct) => Arc::new(Direct::new(
            direct,
            location.clone(),
            min_confidence,
            data_dir,
        )),
    }
}

/// The location's authority; only a Worker has one.
#[must_use]
pub fn authority(settings: &CloudSettings) -> Option<Arc<dyn LocationApi>> {
    match &settings.way {
        // With connections of its own: what is sold does not wait for a menu on its way.
        Way::Worker(worker) => Some(Arc::new(Worker::new(
            worker.url.clone(),
            &settings.location,
            worker.key.clone(),
        ))),
        Way::Direct(_) => None,
    }
}

/// Names a menu by its content: lower-case hex SHA-256 of its items' JSON. Devices and the cloud
/// use the same recipe.
#[must_use]
pub fn menu_digest(items: &[MenuItem]) -> String {
    // Items are plain data with text keys: writing them into memory cannot fail.
    let json = serde_json::to_vec(items).unwrap_or_default();
    sha256_hex(&json)
}

/// Time for sending a menu: a minute for the call, and for its bytes a line of 256 kbit/s.
pub(crate) fn sending_time(menu: &PublishRequest) -> Duration {
    const BYTES_PER_SECOND: u64 = 32 * 1024;
    let mut counted = Counted(0);
    // Plain data with text keys, and nothing that can be full: this cannot fail.
    let _ = serde_json::to_writer(&mut counted, menu);
    Duration::from_secs(60 + counted.0 / BYTES_PER_SECOND)
}

/// Takes what is written and remembers how much it was.
struct Counted(u64);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Lower-case hex SHA-256.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    crate::keys::hex(&Sha256::digest(bytes))
}

/// Refuses a name that no backup has.
fn backup_name(name: &str) -> Result<(), CloudError> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(CloudError::Refused {
        status: 400,
        code: "invalid_request".to_owned(),
        message: "name a backup with 1 to 64 of a-z, 0-9 and -".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{menu_digest, sending_time};
    use olympus_proto::edge::PublishRequest;
    use olympus_proto::{MenuItem, MenuVersion};
    use std::time::Duration;

    #[test]
    fn a_long_menu_has_time_for_a_slow_line() {
        let time = |dishes: usize| {
            let dish = |n| MenuItem::new(&format!("dish-{n}"), &"x".repeat(1_000));
            let items: Vec<_> = (0..dishes).map(dish).collect();
            sending_time(&PublishRequest {
                version: MenuVersion(1),
                digest: menu_digest(&items),
                timezone: None,
                anew: false,
                items,
            })
        };
        assert_eq!(time(0), Duration::from_secs(60));
        // 10 MB over 1 Mbit/s take 80 s.
        assert!(
            time(10_000) > Duration::from_secs(300),
            "{:?}",
            time(10_000)
        );
    }
}
