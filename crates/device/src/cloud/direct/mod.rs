//! Workers AI and Vectorize asked directly, for a restaurant without a Worker of its own.
//!
//! Invariant: a query's vector is compared with vectors of its own space alone, and a hit is one
//! of the menu that was asked about. Publishing is this device's own work here ([`publish`]);
//! what it reached is kept on disk ([`state`]). Knows no backups: there is nowhere to keep them.

mod publish;
mod rest;
mod state;

use super::address::BaseUrl;
use super::checks;
use super::error::CloudError;
use super::{
    Backup, BackupEntry, Calling, CloudApi, CloudAsk, CloudHits, CloudImage, CloudIntent, HitKind,
    Picture, SearchAsk, SoldOutAsk,
};
use crate::config::{DirectSettings, Models};
use bytes::Bytes;
use olympus_core::intent::remote;
use olympus_proto::edge::{EmbedResponse, PublishRequest, PublishStatus};
use olympus_proto::vectorize::{
    MAX_TOP_K, MetadataValue, QueryOptions, ReturnMetadata, VectorQuery,
};
use olympus_proto::workers_ai::{ChatOutput, EmbedInput, EmbedOutput, MAX_EMBED_TEXTS, Pooling};
use olympus_proto::{IntentRequest, ItemId, LocationId, SpaceId};
use publish::Held;
use rest::{Rest, Within};
use serde::Deserialize;
use serde_json::Value;
use state::{ID_BYTES, Kept, Store, Written};
use std::collections::{BTreeMap, HashMap};
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

    /// Whether a menu's vectors, as far as there are some, are of the model that is set.
    fn fits(&self, menu: &Written) -> bool {
        menu.space.is_none() || self.is_ours(menu)
    }

    fn is_ours(&self, menu: &Written) -> bool {
        let model = self.models.embed.as_deref().unwrap_or_default();
        let prefix = format!("{model}/{}", POOLING.as_str());
        let space = menu.space.as_ref().and_then(|it| it.0.rsplit_once('/'));
        space.is_some_and(|(ours, _)| ours == prefix)
    }

    /// The live menu's space and items, if it is the one that is asked about.
    fn live(&self, digest: &str) -> Result<Live, CloudError> {
        let look = || {
            let known = self.known();
            let live = known.kept.live.as_ref().filter(|live| self.is_ours(live));
            match live {
                Some(live) if live.digest == digest => {
                    Ok((live.space.clone(), Arc::clone(&known.items)))
                }
                live => Err(live.map(|live| live.digest.clone())),
            }
        };
        look().or_else(|_| {
            self.reload();
            look().map_err(|found| CloudError::WrongMenu { found })
        })
    }

    async fn embedded(
        &self,
        within: Within<'_>,
        texts: Vec<String>,
        hurry: bool,
    ) -> Result<EmbedResponse, CloudError> {
        let model = chosen(self.models.embed.as_deref(), "embed")?;
        let count = texts.len();
        if count > MAX_EMBED_TEXTS {
            let message = format!("{count} texts at once; send at most {MAX_EMBED_TEXTS}");
            return Err(refused(400, "invalid_request", message));
        }
        let input = EmbedInput {
            text: texts,
            pooling: POOLING,
        };
        let output: EmbedOutput = self.rest.run(within, model, &input, hurry).await?;
        if output.pooling.is_some_and(|pooling| pooling != POOLING) {
            return Err(CloudError::unreadable("its vectors are pooled otherwise"));
        }
        let data = checks::unit_vectors(output.data, count)?;
        let dim = data.first().map_or(0, Vec::len);
        if output.shape != [count, dim] {
            return Err(CloudError::unreadable("its vectors are not of its shape"));
        }
        let space = SpaceId(format!("{model}/{}/{dim}", POOLING.as_str()));
        Ok(EmbedResponse { space, data })
    }

    /// Vectors of a menu, the nearest first.
    async fn nearest(
        &self,
        within: Within<'_>,
        vector: Vec<f32>,
        digest: &str,
    ) -> Result<Vec<Near>, CloudError> {
        let is = BTreeMap::from([("$eq".to_owned(), MetadataValue::Text(digest.to_owned()))]);
        let query = VectorQuery {
            vector,
            options: QueryOptions {
                top_k: MAX_TOP_K,
                namespace: Some(self.location.0.clone()),
                filter: BTreeMap::from([(publish::DIGEST.to_owned(), is)]),
                return_values: false,
                return_metadata: ReturnMetadata::None,
            },
        };
        let found: NearOnes = self.rest.index(within, "/query", &query).await?;
        Ok(found.matches)
    }

    async fn found(&self, within: Within<'_>, ask: &SearchAsk) -> Result<CloudHits, CloudError> {
        let (space, items) = self.live(&ask.digest)?;
        let query = ask.request.query.trim();
        let hits = |hits| CloudHits {
            digest: ask.digest.clone(),
            space: space.clone(),
            model: self.models.embed.clone().unwrap_or_default(),
            kind: HitKind::Nearness,
            hits,
        };
        if query.is_empty() {
            return Ok(hits(Vec::new()));
        }
        let texts = vec![query.to_owned()];
        let made = self.embedded(within, texts, true).await?;
        if space.as_ref() != Some(&made.space) {
            let what = format!("a vector of {} for an index of another space", made.space);
            return Err(CloudError::unreadable(what));
        }
        let vector = made.data.into_iter().next().unwrap_or_default();
        let near = self.nearest(within, vector, &ask.digest).await?;
        if near.is_empty() && !items.is_empty() {
            self.forget(&ask.digest)?;
            return Err(CloudError::WrongMenu { found: None });
        }
        let near = near.into_iter().filter_map(|near| {
            let item = items.get(&id_of(&near.id)?)?;
            Some((item.clone(), near.score))
        });
        Ok(hits(checks::scores(near)?))
    }

    /// A menu of which nothing shows is live no more: somebody emptied the index.
    fn forget(&self, digest: &str) -> Result<(), CloudError> {
        let Ok(_guard) = self.publishing.try_lock() else {
            return Ok(());
        };
        let mut kept = self.reload();
        kept.live.take_if(|live| live.digest == digest);
        self.keep(&kept)
    }

    async fn sorted(
        &self,
        within: Within<'_>,
        request: &IntentRequest,
    ) -> Result<CloudIntent, CloudError> {
        let model = chosen(self.models.intent.as_deref(), "intent")?;
        let context = request.context.as_ref();
        let expected = context.map_or(&[][..], |context| &context.expected);
        let input = remote::chat(request.text.trim(), expected);
        let output: ChatOutput<Value> = self.rest.run(within, model, &input, true).await?;
        let said = remote::read(&output.response)
            .map_err(|error| CloudError::unread("no intent can be read from it", error))?;
        Ok(CloudIntent {
            answer: remote::answer(said, self.min_confidence, expected),
            model: model.to_owned(),
        })
    }
}

/// Result of a query, as far as it is used.
#[derive(Deserialize)]
struct NearOnes {
    matches: Vec<Near>,
}

/// A vector and its cosine.
#[derive(Deserialize)]
struct Near {
    id: String,
    score: f32,
}

/// The space and the items of a menu, by id.
type Live = (Option<SpaceId>, Arc<HashMap<[u8; ID_BYTES], ItemId>>);

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

/// The model of a task.
fn chosen<'a>(model: Option<&'a str>, task: &str) -> Result<&'a str, CloudError> {
    model.ok_or_else(|| {
        let message = format!("no model for this: add {task}=MODEL to `cloud-models`");
        refused(400, "no_model", message)
    })
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

/// The bytes of an id that this device wrote.
fn id_of(text: &str) -> Option<[u8; ID_BYTES]> {
    let mut id = [0; ID_BYTES];
    if text.len() != 2 * ID_BYTES || !text.is_ascii() {
        return None;
    }
    for (at, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(id)
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

    fn image<'a>(&'a self, _ask: &'a CloudAsk<Picture>) -> Calling<'a, CloudImage> {
        let error = chosen(self.models.image.as_deref(), "image").map(drop);
        Box::pin(std::future::ready(error.and_then(|()| {
            Err(refused(405, "no_images", "deploy the Worker".to_owned()))
        })))
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
            let held = self.held().as_ref().map(|menu| menu.digest.clone());
            Ok(self.reload().status(held.as_deref()))
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
