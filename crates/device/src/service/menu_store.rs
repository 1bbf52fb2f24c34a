//! The menu in use: built beside the old one, swapped atomically, rolled back, marked sold out.
//!
//! Invariant: what was acknowledged is durable, and readers always see one whole version. A
//! failure before the pointers are written leaves everything as it was. Never edits items.

use super::backing::Backing;
use super::embedding::{Embed, Watch, embed_passages};
use super::error::ServiceError;
use super::menu_files::{self, Pointers};
use super::vectors::{self, Known, Making};
use crate::metrics::Metrics;
use crate::wire::MenuChange;
use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use olympus_core::menu::text::passages;
use olympus_core::order::OrderParser;
use olympus_menu::{MenuIndex, Overrides, Vectors};
use olympus_proto::{ItemId, MenuItem, MenuVersion};
use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// One version, ready to be searched.
pub(crate) struct Live {
    pub(crate) index: MenuIndex,
    /// Reads orders by this version's names.
    pub(crate) orders: OrderParser,
    /// The items as a JSON array.
    pub(crate) items_json: Bytes,
    /// Hash of those bytes.
    pub(crate) sha256: String,
    /// Names the items to the cloud.
    pub(crate) digest: String,
}

/// The menu of this device.
pub(crate) struct MenuStore {
    backing: Backing,
    making: Making,
    metrics: Arc<Metrics>,
    live: ArcSwapOption<Live>,
    /// What staff said; kept on the disk.
    said: ArcSwap<Overrides>,
    /// Counted dishes of which nothing is left. The till tells it anew at each start.
    run_out: ArcSwap<BTreeSet<ItemId>>,
    /// The two together: what is searched by.
    overrides: ArcSwap<Overrides>,
    /// Goes up after each change of what is searched.
    epoch: AtomicU64,
    /// Held through an import or a rollback, which may take minutes.
    changing: Mutex<()>,
    /// Held while files are replaced, which takes milliseconds.
    writing: Mutex<Pointers>,
}

impl MenuStore {
    /// Loads what is there. A damaged menu falls back to the one before it.
    pub(crate) fn open(
        backing: Backing,
        making: Making,
        metrics: Arc<Metrics>,
        embed: &Embed<'_>,
        watch: &Watch<'_>,
    ) -> Result<Self, ServiceError> {
        let mut pointers = menu_files::read_pointers(&backing)?;
        let overrides = menu_files::read_overrides(&backing)?;
        let store = Self {
            backing,
            making,
            metrics,
            live: ArcSwapOption::empty(),
            said: ArcSwap::from_pointee(overrides.clone()),
            run_out: ArcSwap::default(),
            overrides: ArcSwap::from_pointee(overrides),
            epoch: AtomicU64::new(0),
            changing: Mutex::default(),
            writing: Mutex::default(),
        };
        while let Some(version) = pointers.current {
            match store.load(version, embed, watch) {
                Ok(live) => {
                    store.publish(live);
                    break;
                }
                Err(error @ ServiceError::Damaged { .. }) => {
                    tracing::error!(%error, %version, "MENU DAMAGED: going back to the one before it; import the menu again");
                    pointers.current = pointers.previous.take();
                }
                Err(error) => return Err(error),
            }
        }
        *store.pointers() = pointers;
        Ok(store)
    }

    /// The menu in use.
    pub(crate) fn live(&self) -> Option<Arc<Live>> {
        self.live.load_full()
    }

    /// What is sold out, or is not, whatever the menu says: by what staff said, and by the counts.
    pub(crate) fn overrides(&self) -> Arc<Overrides> {
        self.overrides.load_full()
    }

    /// Differs from an earlier one wherever the menu or what staff said was changed since.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Which version is in use and which one was.
    pub(crate) fn versions(&self) -> (Option<MenuVersion>, Option<MenuVersion>) {
        let pointers = self.pointers();
        (pointers.current, pointers.previous)
    }

    /// Puts checked items into use. Equal items keep their version. `seed` is a `.vec` file made
    /// for these very items, whose vectors then need not be computed.
    pub(crate) fn import(
        &self,
        items: Vec<MenuItem>,
        seed: Option<&[u8]>,
        embed: &Embed<'_>,
        watch: &Watch<'_>,
    ) -> Result<MenuChange, ServiceError> {
        let _changing = self.try_change()?;
        let old = self.live();
        if let Some(live) = &old
            && live.index.items() == items
        {
            return Ok(self.change(live, false, 0));
        }
        let json = serde_json::to_string(&items)
            .map_err(|error| ServiceError::Invalid(error.to_string()))?;
        let Passages { texts, owner } = Passages::of(&items);
        let (known_texts, known_rows) = self.known_rows(&texts, old.as_deref(), seed);
        let known = known_rows.as_deref().map_or_else(Known::new, |rows| {
            vectors::known(&known_texts, rows, self.making.dim)
        });
        let (rows, embedded) = embed_passages(&texts, &known, self.making.dim, embed, watch)?;
        let version = MenuVersion(self.pointers().last.0 + 1);
        let file = vectors::encode(&self.making, &texts, &rows);
        let vectors = self.vectors(rows, owner);
        let live = build(items, version, vectors, json)?;
        (watch.go_on)()?;

        self.backing
            .write(&menu_files::vectors_name(version), file)?;
        let json = std::str::from_utf8(&live.items_json).unwrap_or_default();
        menu_files::write_items(&self.backing, version, json)?;
        let live = self.commit(live, |pointers| Pointers {
            current: Some(version),
            previous: pointers.current,
            last: version,
        })?;
        Ok(self.change(&live, true, embedded))
    }

    /// Goes back to the menu before; a second rollback undoes the first.
    pub(crate) fn rollback(
        &self,
        embed: &Embed<'_>,
        watch: &Watch<'_>,
    ) -> Result<MenuChange, ServiceError> {
        let _changing = self.try_change()?;
        let target = self
            .pointers()
            .previous
            .ok_or(ServiceError::NothingToRollBack)?;
        let live = self.load(target, embed, watch)?;
        let live = self.commit(live, |pointers| Pointers {
            current: pointers.previous,
            previous: pointers.current,
            last: pointers.last,
        })?;
        Ok(self.change(&live, true, 0))
    }

    /// Keeps what staff said of an item; it is durable when this returns.
    pub(crate) fn say_sold_out(
        &self,
        id: &str,
        sold_out: Option<bool>,
    ) -> Result<(), ServiceError> {
        let _pointers = self.pointers();
        let known = self.live().is_some_and(|live| live.index.get(id).is_some());
        if !known {
            return Err(ServiceError::NoSuchItem(id.to_owned()));
        }
        let mut overrides = Overrides::clone(&self.said.load());
        match sold_out {
            Some(said) => overrides.insert(ItemId::from(id), said),
            None => overrides.remove(id),
        };
        menu_files::write_overrides(&self.backing, &overrides)?;
        self.say(overrides);
        Ok(())
    }

    /// Nothing is left of these dishes, and something of all others that are counted. What staff
    /// said stays as it is: a dish is sold out where they say so or where nothing is left of it.
    pub(crate) fn count(&self, run_out: BTreeSet<ItemId>) {
        let _pointers = self.pointers();
        self.run_out.store(Arc::new(run_out));
        self.say(Overrides::clone(&self.said.load()));
    }

    /// The point of no return: pointers first, then everybody sees the new menu.
    fn commit(
        &self,
        live: Live,
        next: impl FnOnce(&Pointers) -> Pointers,
    ) -> Result<Arc<Live>, ServiceError> {
        let mut pointers = self.pointers();
        let next = next(&pointers);
        menu_files::write_pointers(&self.backing, &next)?;
        *pointers = next;
        let gone = self.live();
        let live = self.publish(live);
        self.forget_unknown_items(&live, gone.as_deref());
        menu_files::remove_others(&self.backing, &next);
        Ok(live)
    }

    /// Drops what was said of items that are in neither menu; those of the other one stay, so
    /// that a rollback finds them.
    fn forget_unknown_items(&self, live: &Live, other: Option<&Live>) {
        let overrides = self.said.load();
        let known = |id: &ItemId| {
            live.index.get(id.as_str()).is_some()
                || other.is_some_and(|other| other.index.get(id.as_str()).is_some())
        };
        if overrides.keys().all(known) {
            return;
        }
        let kept: Overrides = overrides
            .iter()
            .filter(|(id, _)| known(id))
            .map(|(id, said)| (id.clone(), *said))
            .collect();
        if let Err(error) = menu_files::write_overrides(&self.backing, &kept) {
            tracing::warn!(%error, "what was said of removed items stays on the disk");
        }
        self.say(kept);
    }

    fn load(
        &self,
        version: MenuVersion,
        embed: &Embed<'_>,
        watch: &Watch<'_>,
    ) -> Result<Live, ServiceError> {
        let (items, json) = menu_files::read_items(&self.backing, version)?;
        let Passages { texts, owner } = Passages::of(&items);
        let rows = match self.stored_rows(version, &texts) {
            Some(rows) => rows,
            None => {
                let (rows, _) =
                    embed_passages(&texts, &Known::new(), self.making.dim, embed, watch)?;
                let file = vectors::encode(&self.making, &texts, &rows);
                self.backing
                    .write(&menu_files::vectors_name(version), file)?;
                rows
            }
        };
        build(items, version, self.vectors(rows, owner), json)
    }

    /// Passages whose vectors are at hand, and those vectors.
    fn known_rows(
        &self,
        texts: &[String],
        old: Option<&Live>,
        seed: Option<&[u8]>,
    ) -> (Vec<String>, Option<Vec<f32>>) {
        if let Some(seed) = seed {
            match vectors::decode(seed, &self.making, texts) {
                Ok(rows) => return (texts.to_vec(), Some(rows)),
                Err(error) => {
                    tracing::warn!(%error, "the vectors that came with the menu are not used");
                }
            }
        }
        let texts = old.map_or_else(Vec::new, |live| Passages::of(live.index.items()).texts);
        let rows = old.and_then(|live| self.stored_rows(live.index.version(), &texts));
        (texts, rows)
    }

    fn stored_rows(&self, version: MenuVersion, texts: &[String]) -> Option<Vec<f32>> {
        let name = menu_files::vectors_name(version);
        let why = match self.backing.read(&name) {
            Ok(Some(file)) => match vectors::decode(&file, &self.making, texts) {
                Ok(rows) => return Some(rows),
                Err(error) => error.to_string(),
            },
            Ok(None) => "it is missing".to_owned(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(file = name, why, "the menu's vectors are computed anew");
        None
    }

    fn vectors(&self, data: Vec<f32>, owner: Vec<u32>) -> Vectors {
        Vectors {
            space: self.making.space.clone(),
            dim: self.making.dim,
            data,
            owner,
        }
    }

    /// Called by whoever holds the pointers.
    fn say(&self, said: Overrides) {
        let mut overrides = said.clone();
        overrides.extend(self.run_out.load().iter().map(|id| (id.clone(), true)));
        self.said.store(Arc::new(said));
        self.overrides.store(Arc::new(overrides));
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    fn publish(&self, live: Live) -> Arc<Live> {
        let live = Arc::new(live);
        self.metrics.menu_version(live.index.version().0);
        self.live.store(Some(Arc::clone(&live)));
        self.epoch.fetch_add(1, Ordering::AcqRel);
        live
    }

    fn change(&self, live: &Live, changed: bool, embedded: usize) -> MenuChange {
        MenuChange {
            version: live.index.version(),
            items: live.index.items().len(),
            changed,
            embedded,
            previous: self.pointers().previous,
        }
    }

    fn try_change(&self) -> Result<MutexGuard<'_, ()>, ServiceError> {
        match self.changing.try_lock() {
            Ok(guard) => Ok(guard),
            Err(std::sync::TryLockError::Poisoned(error)) => Ok(error.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => Err(ServiceError::Overloaded {
                what: "another menu is being imported",
                retry_after_s: 5,
            }),
        }
    }

    fn pointers(&self) -> MutexGuard<'_, Pointers> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes all that answers need of a version.
fn build(
    items: Vec<MenuItem>,
    version: MenuVersion,
    vectors: Vectors,
    items_json: String,
) -> Result<Live, ServiceError> {
    let names = items.clone();
    let digest = crate::cloud::menu_digest(&items);
    // What reads orders is made on another core.
    let (orders, index) = thread::scope(|scope| {
        let started = thread::Builder::new().spawn_scoped(scope, || OrderParser::new(names));
        let index = MenuIndex::build(items, version, vectors);
        let orders =
            started.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        (orders, index)
    });
    let index = index?;
    Ok(Live {
        // Where no thread can be had, here.
        orders: orders.unwrap_or_else(|_| OrderParser::new(index.items().to_vec())),
        digest,
        index,
        sha256: menu_files::hash(&items_json),
        items_json: Bytes::from(items_json),
    })
}

/// The texts of items that get vectors, and the position of the item of each.
struct Passages {
    texts: Vec<String>,
    owner: Vec<u32>,
}

impl Passages {
    fn of(items: &[MenuItem]) -> Self {
        let of_items = (0_u32..).zip(items);
        let passages = of_items
            .flat_map(|(owner, item)| passages(item).into_iter().map(move |text| (text, owner)));
        let (texts, owner) = passages.unzip();
        Self { texts, owner }
    }
}
