//! What the stand-in knows: settings, counters, the engine, the indexes.

use crate::fault::Fault;
use crate::gate::Gates;
use crate::options::Options;
use crate::provider::Book;
use crate::settings::Settings;
use crate::vectorize::Store;
use anyhow::Context as _;
use olympus_inference::Engine;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Shared by every request.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) engine: Arc<Engine>,
    pub(crate) gates: Gates,
    start: Arc<Settings>,
    settings: RwLock<Arc<Settings>>,
    chance: Mutex<fastrand::Rng>,
    store: Mutex<Store>,
    book: Mutex<Book>,
}

impl State {
    pub(crate) fn new(options: Options) -> anyhow::Result<Self> {
        let start = Arc::new(options.start_settings()?);
        let store = Store::new(&options).context("--index, --metadata-index")?;
        Ok(Self {
            engine: Arc::new(Engine::embedded()?),
            gates: Gates::default(),
            settings: RwLock::new(Arc::clone(&start)),
            chance: Mutex::new(fastrand::Rng::with_seed(options.seed)),
            store: Mutex::new(store),
            book: Mutex::default(),
            start,
            options,
        })
    }

    /// As they are now.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        let settings = self.settings.read();
        Arc::clone(&settings.unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, settings: Settings) {
        let mut own = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *own = Arc::new(settings);
    }

    /// One seeded draw.
    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut lock(&self.chance))
    }

    /// The indexes, with every write that is due shown.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = lock(&self.store);
        store.advance();
        store
    }

    /// The payment provider's book.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }

    /// As it was at the start.
    pub(crate) fn reset(&self) -> Result<(), Fault> {
        *lock(&self.store) = Store::new(&self.options)?;
        *lock(&self.book) = Book::default();
        *lock(&self.chance) = fastrand::Rng::with_seed(self.options.seed);
        self.gates.reset();
        self.set((*self.start).clone());
        Ok(())
    }
}

/// A poisoned lock guards nothing that a panic could have left half done for long: tests go on.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
