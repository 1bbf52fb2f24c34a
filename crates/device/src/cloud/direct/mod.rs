//! Workers AI and Vectorize asked directly, for a restaurant without a Worker of its own.
//!
//! Invariant: a query's vector is compared with vectors of its own space alone, and a hit is one
//! of the menu that was asked about. Publishing is this device's own work here ([`publish`]);
//! what it reached is kept on disk ([`state`]). Knows no backups: there is nowhere to keep them.

mod ask;
mod publish;
mod rest;
mod state;

use super::address::BaseUrl;
use super::error::CloudError;
use super::{
    Backup, BackupEntry, Calling, CloudApi, CloudAsk, CloudHits, CloudImage, CloudIntent, Picture,
    SearchAsk, SoldOutAsk,
};
use crate::config::{DirectSettings, Models};
use bytes::Bytes;
use olympus_proto::edge::{EmbedResponse, PublishRequest, PublishStatus};
use olympus_proto::workers_ai::Pooling;
use olympus_proto::{IntentRequest, ItemId, LocationId, SpaceId};
use publish::Held;
use rest::{Rest, Within};
use serde_json::Value;
use state::{ID_BYTES, Kept, Store, Written};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What all vectors here are pooled by; the service's own default is another.
const POOLING: Pooling = Pooling::Cls;

/// One location's part of an account.
#[derive(Debug)]
pub struct Direct {
    rest: Rest,
    location: LocationId,
    models: Models,
    min_confidence: f32,
    target: String,
    store: Store,
    /// Held while a menu is on its way.
    publishing: tokio::sync::Mutex<()>,
    /// The passages of the menu on its way.
    held: Mutex<Option<Arc<Held>>>,
    known: Mutex<Known>,
}

/// What is known of the index.
#[derive(Debug, Default)]
struct Known {
    kept: Kept,
    /// Id → item of the live menu.
    items: Arc<HashMap<[u8; ID_BYTES], ItemId>>,
}

impl Direct {
    /// Asks the account at Cloudflare; the rest as for [`Direct::at`].
    #[must_use]
    pub fn new(
        settings: &DirectSettings,
        location: LocationId,
        min_confidence: f32,
        data_dir: Option<PathBuf>,
    ) -> Self {
        let base = BaseUrl::cloudflare();
        Self::at(base, settings, location, min_confidence, data_dir)
    }

    /// Asks whoever speaks like Cloudflare at `base`. Intents that are less than `min_confidence`
    /// sure are `unknown`; what is in the index is kept in `data_dir`, or in RAM.
    #[must_use]
    pub fn at(
        base: BaseUrl,
        settings: &DirectSettings,
        location: LocationId,
        min_confidence: f32,
        data_dir: Option<PathBuf>,
    ) -> Self {
        let DirectSettings { account, index, .. } = settings;
        let direct = Self {
            rest: Rest::new(base, settings),
            target: format!("{account}/{index}/{location}"),
            location,
            models: settings.models.clone(),
            min_confidence,
            store: Store::new(data_dir),
            publishing: tokio::sync::Mutex::default(),
            held: Mutex::default(),
            known: Mutex::default(),
        };
        direct.reload();
        direct
    }

    /// What stands on disk, which another process may have changed.
    fn reload(&self) -> Kept {
        let mut known = self.known();
        let in_ram = self.store.lock_path().is_none() && !known.kept.target.is_empty();
        if !in_ram {
            known.show(self.store.load(&self.target), &self.location);
        }
        known.kept.clone()
    }

    /// Keeps a step, then shows it.
    fn keep(&self, kept: &Kept) -> Result<(), CloudError> {
        self.store.save(kept)?;
        self.known().show(kept.clone(), &self.location);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Model and pooling that are set: a space without its dimension.
    fn model(&self) -> String {
        let model = self.models.embed.as_deref().unwrap_or_default();
        format!("{model}/{}", POOLING.as_str())
    }

    /// Whether a menu's vectors are told by the model that is set.
    fn fits(&self, menu: &Written) -> bool {
        menu.mark() == state::mark(&menu.digest, &self.model(), menu.epoch)
    }

    fn is_ours(&self, menu: &Written) -> bool {
        let space = menu.space.as_ref().and_then(|it| it.0.rsplit_once('/'));
        space.is_some_and(|(ours, _)| ours == self.model())
    }

    /// Where publishing stands. A menu whose vectors are of another model answers nothing here.
    fn standing(&self, kept: &Kept) -> PublishStatus {
        let held = self.held().as_ref().map(|menu| menu.digest.clone());
        let mut status = kept.status(held.as_deref());
        if !kept.live.as_ref().is_some_and(|live| self.is_ours(live)) {
            status.live = None;
        }
        status
    }

    /// The live menu, if it is the one that is asked about.
    fn live(&self, digest: &str) -> Result<Live, CloudError> {
        let look = || {
            let known = self.known();
            let live = known.kept.live.as_ref().filter(|live| self.is_ours(live));
            match live {
                Some(live) if live.digest == digest => Ok(Live {
                    mark: live.mark().to_owned(),
                    space: live.space.clone(),
                    items: Arc::clone(&known.items),
                }),
                live => Err(live.map(|live| live.digest.clone())),
            }
        };
        look().or_else(|_| {
            self.reload();
            look().map_err(|found| CloudError::WrongMenu { found })
        })
    }

    /// A menu of which nothing shows is live no more: somebody emptied the index.
    /// Another process may have written it anew meanwhile: that one stays.
    fn forget(&self, mark: &str) -> Result<(), CloudError> {
        let Ok(_guard) = self.publishing.try_lock() else {
            return Ok(());
        };
        let mut kept = self.reload();
        kept.live.take_if(|live| live.mark() == mark);
        self.keep(&kept)
    }
}

/// The menu that answers.
struct Live {
    /// What its vectors are told by.
    mark: String,
    space: Option<SpaceId>,
    /// Id → item.
    items: Arc<HashMap<[u8; ID_BYTES], ItemId>>,
}

impl Known {
    fn show(&mut self, kept: Kept, location: &LocationId) {
        if self.kept.live != kept.live {
            let live = kept.live.iter();
            let items = live.flat_map(|live| {
                live.ids(location)
                    .filter_map(|(id, at)| Some((id, live.items.get(at)?.0.clone())))
            });
            self.items = Arc::new(items.collect());
        }
        self.kept = kept;
    }
}

fn refused(status: u16, code: &str, message: String) -> CloudError {
    CloudError::Refused {
        status,
        code: code.to_owned(),
        message,
    }
}

fn no_backups<'a, T: Send + 'a>() -> Calling<'a, T> {
    let message = "an account has no place for backups: deploy the Worker and set `cloud-url`, \
                   or keep the file yourself (`cloud backup --to FILE`)";
    let error = refused(405, "no_backups", message.to_owned());
    Box::pin(std::future::ready(Err(error)))
}

fn within<T>(ask: &CloudAsk<T>) -> Within<'_> {
    Within::new(&ask.request_id, ask.timeout)
}

impl CloudApi for Direct {
    fn intent<'a>(&'a self, ask: &'a CloudAsk<IntentRequest>) -> Calling<'a, CloudIntent> {
        Box::pin(self.sorted(within(ask), &ask.what))
    }

    fn search<'a>(&'a self, ask: &'a CloudAsk<SearchAsk>) -> Calling<'a, CloudHits> {
        Box::pin(self.found(within(ask), &ask.what))
    }

    fn image<'a>(&'a self, ask: &'a CloudAsk<Picture>) -> Calling<'a, CloudImage> {
        Box::pin(self.shown(within(ask), &ask.what))
    }

    fn embed<'a>(&'a self, ask: &'a CloudAsk<Vec<String>>) -> Calling<'a, EmbedResponse> {
        Box::pin(self.embedded(within(ask), ask.what.clone(), true))
    }

    fn publish<'a>(&'a self, ask: &'a CloudAsk<Arc<PublishRequest>>) -> Calling<'a, PublishStatus> {
        Box::pin(self.bring(within(ask), Arc::clone(&ask.what)))
    }

    fn publish_status<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            let kept = self.reload();
            // Nobody goes on with a menu that is live: what is left to delete is deleted here.
            if kept.next.is_none()
                && !kept.old.is_empty()
                && let Ok(status) = self.carry_on(within(ask)).await
            {
                return Ok(status);
            }
            Ok(self.standing(&self.reload()))
        })
    }

    fn publish_on<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus> {
        Box::pin(self.carry_on(within(ask)))
    }

    fn sold_out<'a>(&'a self, _ask: &'a CloudAsk<SoldOutAsk>) -> Calling<'a, ()> {
        // Vectors know nothing of it: this device says it where it answers.
        Box::pin(std::future::ready(Ok(())))
    }

    fn backup_put<'a>(&'a self, _ask: &'a CloudAsk<Backup>) -> Calling<'a, ()> {
        no_backups()
    }

    fn backup_get<'a>(&'a self, _ask: &'a CloudAsk<String>) -> Calling<'a, Bytes> {
        no_backups()
    }

    fn backup_list<'a>(&'a self, _ask: &'a CloudAsk<()>) -> Calling<'a, Vec<BackupEntry>> {
        no_backups()
    }

    fn ping<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, ()> {
        Box::pin(async move {
            let _: Value = self.rest.look(within(ask), "/info").await?;
            Ok(())
        })
    }
}
