//! What the device does, without HTTP: intent, search, and the menu behind them.
//!
//! Every call blocks until its answer is ready; a server runs them on blocking threads. As
//! many of them as there are cores run the model, the others wait in a bounded queue ([`encoder_thread`]); one
//! encoding of a text serves intent and search. Invariant: nothing is acknowledged before it is durable. Never
//! knows about routes, keys or scopes.

mod answers;
mod ask;
mod at_work;
mod backing;
mod cache;
mod checks;
mod cloud;
mod embedding;
mod encoder_thread;
mod encoding;
mod error;
mod finding;
mod menu_admin;
mod menu_files;
mod menu_store;
mod order;
mod vectors;

pub(crate) use answers::{Decided, Found, Seen, Understood, Way};
pub use embedding::Watch;
pub use error::ServiceError;
pub use menu_admin::MenuBytes;
pub(crate) use menu_files::stored as stored_menu;

use crate::files::{self, FileLock};
use crate::metrics::Metrics;
use at_work::AtWork;
use backing::Backing;
use cache::Cache;
use encoder_thread::{EncoderThread, Lane, Models};
use jiff::tz::TimeZone;
use menu_store::MenuStore;
use olympus_core::intent::{Calibration, Costs};
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::import::{self, Format, Limits};
use olympus_inference::{Engine, ModelInfo};
use olympus_menu::Overrides;
use olympus_proto::Weekday;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use vectors::Making;

/// Longest text that is understood, in bytes after trimming.
pub const MAX_TEXT_BYTES: usize = olympus_menu::MAX_TEXT_BYTES;
/// Most texts, searches or inputs in one batch.
pub const MAX_BATCH: usize = 64;
/// Most items of a menu, unless set otherwise.
pub const DEFAULT_MAX_ITEMS: usize = 20_000;

const DEMO_MENU: &[u8] = include_bytes!("../../demo/menu.json");
const DEMO_VECTORS: &[u8] = include_bytes!("../../demo/menu.vec");

/// How a service is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where menus are kept; `None` keeps all in RAM.
    pub data_dir: Option<PathBuf>,
    /// Serves the demo menu from RAM and leaves the menus of `data_dir` alone.
    pub demo: bool,
    /// Folder of the model that embeds menu and queries; `None` is the one in the binary.
    pub search_model: Option<PathBuf>,
    /// Folder of the model that decides intents; `None` is the one in the binary.
    pub intent_model: Option<PathBuf>,
    /// IANA name of the zone that dayparts are told by; `None` is the system's.
    pub timezone: Option<String>,
    /// Least probability to say an intent, whatever it would cost; under it the answer is
    /// `unknown`.
    pub min_confidence: f32,
    /// What wrong answers cost; the answer is the one of least expected cost.
    pub costs: Costs,
    /// Most items of a menu.
    pub max_items: usize,
    /// Most texts that wait for the encoder.
    pub queue: usize,
    /// Encodings kept; 0 keeps none.
    pub cache_entries: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data_dir: None,
            demo: false,
            search_model: None,
            intent_model: None,
            timezone: None,
            min_confidence: 0.0,
            costs: Costs::default(),
            max_items: DEFAULT_MAX_ITEMS,
            queue: 64,
            cache_entries: 4_096,
        }
    }
}

/// One request, as far as the service cares.
#[derive(Debug, Clone)]
pub struct Call {
    /// Goes into every answer's `meta`.
    pub request_id: String,
    /// When the answer is of no more use.
    pub deadline: Option<Instant>,
    /// When it came in.
    pub started: Instant,
}

impl Call {
    /// A call from inside the process: no deadline.
    #[must_use]
    pub fn local() -> Self {
        Self {
            request_id: "in-process".to_owned(),
            deadline: None,
            started: Instant::now(),
        }
    }

    /// # Errors
    /// `DeadlineExceeded` where the time is over.
    pub(crate) fn check(&self) -> Result<(), ServiceError> {
        match self.deadline {
            Some(deadline) if deadline <= Instant::now() => Err(ServiceError::DeadlineExceeded),
            _ => Ok(()),
        }
    }
}

/// The device's abilities; share it by `Arc`.
pub struct Service {
    encoder: EncoderThread,
    models: Arc<Models>,
    cache: Cache,
    at_work: Arc<AtWork>,
    menu: MenuStore,
    metrics: Arc<Metrics>,
    zone: TimeZone,
    /// The intent model's, raised to the least confidence asked for.
    calibration: Option<Calibration>,
    costs: Costs,
    max_items: usize,
    _lock: Option<FileLock>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("model", self.model())
            .finish_non_exhaustive()
    }
}

impl Service {
    /// Loads models and menu and warms up; afterwards every call is fast.
    ///
    /// # Errors
    /// A model that does not fit, a data folder that is in use or cannot be read.
    pub fn open(options: Options) -> Result<Self, ServiceError> {
        Self::open_with(options, Arc::new(Metrics::new()), &Watch::nobody())
    }

    /// As [`Service::open`], counting into `metrics` and watched while vectors are computed.
    ///
    /// # Errors
    /// As [`Service::open`].
    pub fn open_with(
        options: Options,
        metrics: Arc<Metrics>,
        watch: &Watch<'_>,
    ) -> Result<Self, ServiceError> {
        let zone = zone(options.timezone.as_deref())?;
        let (backing, lock) = match &options.data_dir {
            Some(dir) if !options.demo => {
                let lock = lock_data_dir(dir)?;
                (Backing::dir(dir.join("menu"))?, Some(lock))
            }
            _ => (Backing::ram(), None),
        };
        // On another core, while the model is loaded here.
        drop(std::thread::Builder::new().spawn(olympus_core::menu::lexicon::warm));
        let models = Arc::new(load_models(&options)?);
        let decides = models.intent.as_ref().unwrap_or(&models.search);
        let calibration = decides
            .calibration()
            .map(|own| own.at_least(options.min_confidence));
        let making = Making {
            space: models.search.info().space.clone(),
            model_sha256: models.search.info().sha256.clone(),
            dim: models.search.info().dim,
        };
        let at_work = Arc::new(AtWork::new());
        let encoder = EncoderThread::start(
            Arc::clone(&models),
            options.queue,
            Arc::clone(&metrics),
            Arc::clone(&at_work),
        )?;
        let embed = |texts: &[&str]| embed_bulk(&encoder, texts);
        let menu = MenuStore::open(backing, making, Arc::clone(&metrics), &embed, watch)?;
        if options.demo {
            load_demo(&menu, &embed, watch)?;
        }
        Ok(Self {
            encoder,
            models,
            cache: Cache::new(options.cache_entries),
            at_work,
            menu,
            metrics,
            zone,
            calibration,
            costs: options.costs,
            max_items: options.max_items,
            _lock: lock,
        })
    }

    /// The model that embeds menu and queries.
    #[must_use]
    pub fn model(&self) -> &ModelInfo {
        self.models.search.info()
    }

    /// The model that decides intents.
    #[must_use]
    pub fn intent_model(&self) -> &ModelInfo {
        self.intent_engine().info()
    }

    /// What the service counts.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The restaurant's local time.
    #[must_use]
    pub fn now(&self) -> LocalTime {
        local_time(&self.zone)
    }

    fn intent_engine(&self) -> &Engine {
        self.models.intent.as_ref().unwrap_or(&self.models.search)
    }

    fn embed_bulk(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ServiceError> {
        embed_bulk(&self.encoder, texts)
    }
}

/// One piece of an import. Its turn comes; a full queue only makes it wait.
fn embed_bulk(encoder: &EncoderThread, texts: &[&str]) -> Result<Vec<Vec<f32>>, ServiceError> {
    loop {
        let owned = texts.iter().map(|text| (*text).to_owned()).collect();
        match encoder.encode(owned, Lane::Bulk, None) {
            Err(ServiceError::Overloaded { .. }) => std::thread::sleep(Duration::from_millis(20)),
            encoded => {
                return Ok(encoded?.analyses.into_iter().map(|a| a.embedding).collect());
            }
        }
    }
}

/// Only one process at a time works on the menus of a data folder.
fn lock_data_dir(dir: &Path) -> Result<FileLock, ServiceError> {
    let storage = |action, source| ServiceError::Storage {
        action,
        path: dir.to_path_buf(),
        source,
    };
    files::create_private_dir(dir).map_err(|source| storage("making", source))?;
    FileLock::try_take(&dir.join("menu.lock"))
        .map_err(|source| storage("locking", source))?
        .ok_or_else(|| ServiceError::DataDirInUse {
            path: dir.to_path_buf(),
        })
}

fn load_models(options: &Options) -> Result<Models, ServiceError> {
    let load = |dir: &Option<PathBuf>| match dir {
        Some(dir) => Engine::from_dir(dir),
        None => Engine::embedded(),
    };
    let search = load(&options.search_model)?;
    // One model for both is loaded once and encodes a text once.
    let intent = match options.search_model == options.intent_model {
        true => None,
        false => Some(load(&options.intent_model)?),
    };
    let decides = intent.as_ref().unwrap_or(&search);
    if decides.calibration().is_none() {
        return Err(ServiceError::Setup(format!(
            "model {} has no intent head; choose another for intents with \
             `olympus-edge models use --role intent embedded`",
            decides.info().id
        )));
    }
    search.warm_up()?;
    intent.as_ref().map_or(Ok(()), Engine::warm_up)?;
    Ok(Models { search, intent })
}

fn load_demo(
    menu: &MenuStore,
    embed: &embedding::Embed<'_>,
    watch: &Watch<'_>,
) -> Result<(), ServiceError> {
    let items = import::parse(DEMO_MENU, Format::Json, &Limits::default()).map_err(|errors| {
        ServiceError::InvalidMenu {
            total: errors.total,
            details: errors.details,
        }
    })?;
    menu.import(items, Some(DEMO_VECTORS), embed, watch)
        .map(drop)
}

/// The time in a zone.
pub(crate) fn local_time(zone: &TimeZone) -> LocalTime {
    let now = jiff::Timestamp::now().to_zoned(zone.clone());
    let days = usize::from(now.weekday().to_monday_zero_offset().unsigned_abs());
    let minutes = i32::from(now.hour()) * 60 + i32::from(now.minute());
    LocalTime {
        weekday: Weekday::ALL[days % 7],
        minute_of_day: u16::try_from(minutes).unwrap_or_default(),
    }
}

/// The menu that a service of these options will have, before it is loaded, and what staff said:
/// selling needs no model. Empty where there is none, or where it has to be repaired first.
pub(crate) fn menu_before(options: &Options) -> (Vec<olympus_proto::MenuItem>, Overrides) {
    if options.demo {
        let items = import::parse(DEMO_MENU, Format::Json, &Limits::default());
        return (items.unwrap_or_default(), Overrides::default());
    }
    let Some(dir) = &options.data_dir else {
        return Default::default();
    };
    match menu_files::stored_with_overrides(dir) {
        Ok(Some((_, items, said))) => (items, said),
        Ok(None) => Default::default(),
        Err(error) => {
            tracing::warn!(%error, "nothing of the menu is sold until it is loaded");
            Default::default()
        }
    }
}

pub(crate) fn zone(name: Option<&str>) -> Result<TimeZone, ServiceError> {
    match name {
        Some(name) => TimeZone::get(name).map_err(|_| {
            ServiceError::Setup(format!(
                "`{name}` is no time zone; use an IANA name, e.g. America/Chicago"
            ))
        }),
        None => Ok(TimeZone::system()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use olympus_core::menu::text::passages;

    #[test]
    fn the_demo_starts_without_computing_vectors() {
        let items = import::parse(DEMO_MENU, Format::Json, &Limits::default()).expect("is good");
        let texts: Vec<String> = items.iter().flat_map(passages).collect();
        let engine = Engine::embedded().expect("loads");
        let info = engine.info();
        let making = Making {
            space: info.space.clone(),
            model_sha256: info.sha256.clone(),
            dim: info.dim,
        };
        if let Err(why) = vectors::decode(DEMO_VECTORS, &making, &texts) {
            panic!(
                "crates/device/demo/menu.vec is out of date ({why}); make it anew: \
                 olympus-edge menu import crates/device/demo/menu.json --data-dir NEW, \
                 then copy NEW/menu/v1.vec there"
            );
        }
    }
}
