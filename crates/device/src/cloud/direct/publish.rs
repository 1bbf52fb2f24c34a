//! A menu on its way into the index: embedded and written, seen to be there, switched to, and the
//! one before deleted.
//!
//! Invariant: the menu that answers stays whole until the next one shows whole; every step is
//! kept before the next begins. A fault ends the call, and the next call goes on where it was.

use super::state::{Kept, Next, Written};
use super::{Direct, Within};
use crate::cloud::error::CloudError;
use crate::files::FileLock;
use crate::keys::hex;
use olympus_core::menu::text::passages;
use olympus_proto::edge::{PublishRequest, PublishStage, PublishStatus};
use olympus_proto::vectorize::{Ids, MetadataValue, Mutation, Vector};
use olympus_proto::workers_ai::MAX_EMBED_TEXTS;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Vectors of one write; what a crash makes to be embedded again.
const BATCH: usize = 1_000;
/// Most ids of one lookup; the service says so with its error 40007.
const LOOKUP: usize = 20;
/// Most ids of one deletion; as above.
const DELETION: usize = 100;
/// Between two looks whether what was written shows.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks after which what was written is taken for lost: writes show within two minutes.
const LOOKS: u32 = 600;
/// Less than this is not worth another step.
const LEAST: Duration = Duration::from_millis(20);
/// The one property that vectors are filtered by: their menu's mark ([`super::state::mark`]). It has
/// 64 bytes, which is what an index keeps of a text.
pub(super) const DIGEST: &str = "digest";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetadataIndex {
    property_name: &'static str,
    index_type: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetadataIndexes {
    metadata_indexes: Vec<IndexedProperty>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IndexedProperty {
    property_name: String,
}

/// A vector that can be looked up.
#[derive(Deserialize)]
struct Found {
    id: String,
}

/// What is written of the menu on its way.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) digest: String,
    /// All passages, in order.
    texts: Vec<String>,
}

impl Next {
    /// After a look that did not find all; after too many of them it is written again.
    fn looked(mut self) -> Self {
        self.stage = PublishStage::Verifying;
        self.attempts += 1;
        if self.attempts > LOOKS {
            (self.stage, self.done, self.attempts) = (PublishStage::Writing, 0, 0);
        }
        self
    }
}

impl Direct {
    /// Begins with a menu or goes on with it, until the time is over.
    pub(super) async fn bring(
        &self,
        within: Within<'_>,
        menu: Arc<PublishRequest>,
    ) -> Result<PublishStatus, CloudError> {
        let (mut kept, _guards) = self.take_over().await?;
        let anew = menu.anew;
        let epoch = if anew { now_ms() } else { 0 };
        let (written, held) = prepare(menu, self.model(), epoch).await?;
        let same = |other: &Written| other.digest == written.digest;
        let is_live = kept
            .live
            .as_ref()
            .is_some_and(|live| same(live) && self.is_ours(live));
        // What was asked for anew in another run of this program may be of the vectors that are
        // to be replaced.
        let held_here = self
            .held()
            .as_ref()
            .is_some_and(|it| it.digest == held.digest);
        let goes_on = kept.next.as_ref().is_some_and(|next| {
            let begun = !anew || (next.menu.epoch > 0 && held_here);
            begun && same(&next.menu) && next.stage != PublishStage::Failed && self.fits(&next.menu)
        });
        if goes_on || anew || !is_live {
            if !goes_on {
                kept.begin(written);
                self.keep(&kept)?;
            }
            *self.held() = Some(Arc::new(held));
        }
        self.go_on(within, &mut kept).await
    }

    /// Goes on with the menu that is held, or deletes what is left to delete.
    pub(super) async fn carry_on(&self, within: Within<'_>) -> Result<PublishStatus, CloudError> {
        let (mut kept, _guards) = self.take_over().await?;
        self.go_on(within, &mut kept).await
    }

    /// Only one may publish, in this process and on this data folder.
    async fn take_over(&self) -> Result<(Kept, Guards<'_>), CloudError> {
        let here = self.publishing.lock().await;
        let busy = CloudError::Busy {
            retry_after: Some(Duration::from_secs(2)),
        };
        let on_disk = match self.store.lock_path() {
            None => None,
            Some(path) => match FileLock::try_take(&path) {
                Ok(Some(lock)) => Some(lock),
                Ok(None) => return Err(busy),
                Err(error) => return Err(CloudError::unreachable(error)),
            },
        };
        Ok((self.reload(), (here, on_disk)))
    }

    async fn go_on(
        &self,
        within: Within<'_>,
        kept: &mut Kept,
    ) -> Result<PublishStatus, CloudError> {
        let held = self.held().clone();
        while within.left() > LEAST {
            let step = self.step(within, kept, held.as_deref());
            match tokio::time::timeout(within.left(), step).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) | Err(_) => break,
                // The time was over inside of the step.
                Ok(Err(CloudError::TimedOut(_))) if within.left() <= LEAST => break,
                Ok(Err(error)) => {
                    self.note(kept, &error)?;
                    return Err(error);
                }
            }
        }
        Ok(self.standing(kept))
    }

    /// Keeps a fault: one of the request's own will not go away by itself.
    fn note(&self, kept: &mut Kept, error: &CloudError) -> Result<(), CloudError> {
        if let Some(next) = &mut kept.next {
            next.attempts += 1;
            next.error = Some(error.to_string());
            if matches!(error, CloudError::Refused { status, .. } if *status < 500) {
                next.stage = PublishStage::Failed;
            }
        }
        self.keep(kept)
    }

    /// One step, kept when this returns; whether there is another.
    async fn step(
        &self,
        within: Within<'_>,
        kept: &mut Kept,
        held: Option<&Held>,
    ) -> Result<bool, CloudError> {
        let goes_on = kept.next.as_ref().and_then(|next| {
            let menu = held.filter(|menu| menu.digest == next.menu.digest)?;
            (next.stage != PublishStage::Failed).then_some((next.clone(), menu))
        });
        match goes_on {
            Some((next, menu)) if next.done < next.menu.total() => {
                self.write(within, kept, next, menu).await?;
            }
            Some((next, menu)) => {
                if self.shows(within, &next, menu).await? {
                    kept.switch(now_ms());
                    self.keep(kept)?;
                    *self.held() = None;
                } else {
                    kept.next = Some(next.looked());
                    self.keep(kept)?;
                    tokio::time::sleep(LOOK_EVERY.min(within.left())).await;
                }
            }
            None => return self.sweep(within, kept).await,
        }
        Ok(true)
    }

    /// Embeds and writes the next batch.
    async fn write(
        &self,
        within: Within<'_>,
        kept: &mut Kept,
        mut next: Next,
        menu: &Held,
    ) -> Result<(), CloudError> {
        if next.done == 0 {
            self.filters_by_digest(within).await?;
        }
        let texts = menu.texts.get(next.done..).unwrap_or_default();
        let ids = next.menu.ids(&self.location).skip(next.done).take(BATCH);
        let ids: Vec<_> = ids.map(|(id, _)| hex(&id)).collect();
        let mut vectors = Vec::with_capacity(ids.len());
        let metadata = BTreeMap::from([(
            DIGEST.to_owned(),
            MetadataValue::Text(next.menu.mark().to_owned()),
        )]);
        for (texts, ids) in texts
            .chunks(MAX_EMBED_TEXTS)
            .zip(ids.chunks(MAX_EMBED_TEXTS))
        {
            // The last chunk of a batch may be the shorter one.
            let texts = texts.get(..ids.len()).unwrap_or(texts);
            let made = self.embedded(within, texts.to_vec(), false).await?;
            let space = next.menu.space.get_or_insert_with(|| made.space.clone());
            if *space != made.space {
                let what = format!("vectors of {} after some of {space}", made.space);
                return Err(CloudError::unreadable(what));
            }
            for (id, values) in ids.iter().zip(made.data) {
                vectors.push(Vector {
                    id: id.clone(),
                    values,
                    namespace: Some(self.location.0.clone()),
                    metadata: metadata.clone(),
                });
            }
        }
        let _: Mutation = self.rest.lines(within, "/upsert", &vectors).await?;
        next.done += vectors.len();
        (next.attempts, next.error) = (0, None);
        kept.next = Some(next);
        self.keep(kept)
    }

    /// Sees to it that vectors can be filtered by their menu: those written before are not.
    async fn filters_by_digest(&self, within: Within<'_>) -> Result<(), CloudError> {
        let mut asked = false;
        loop {
            let MetadataIndexes { metadata_indexes } =
                self.rest.look(within, "/metadata_index/list").await?;
            if metadata_indexes
                .iter()
                .any(|index| index.property_name == DIGEST)
            {
                return Ok(());
            }
            if !asked {
                let wanted = MetadataIndex {
                    property_name: DIGEST,
                    index_type: "string",
                };
                let _: Value = self
                    .rest
                    .index(within, "/metadata_index/create", &wanted)
                    .await?;
                asked = true;
            }
            tokio::time::sleep(LOOK_EVERY.min(within.left())).await;
        }
    }

    /// Whether the menu shows: passages from all over it can be looked up, and a search finds one.
    async fn shows(
        &self,
        within: Within<'_>,
        next: &Next,
        menu: &Held,
    ) -> Result<bool, CloudError> {
        let ids: Vec<_> = next
            .menu
            .ids(&self.location)
            .map(|(id, _)| hex(&id))
            .collect();
        let Some(last) = ids.len().checked_sub(1) else {
            return Ok(true);
        };
        let step = last.div_ceil(LOOKUP - 1).max(1);
        let mut sample: Vec<String> = ids.iter().step_by(step).cloned().collect();
        sample.truncate(LOOKUP - 1);
        sample.extend(ids.last().cloned());
        sample.dedup();
        let count = sample.len();
        let ids = Ids { ids: sample };
        let found: Vec<Found> = self.rest.index(within, "/get_by_ids", &ids).await?;
        if found.iter().filter(|it| ids.ids.contains(&it.id)).count() < count {
            return Ok(false);
        }
        let text = menu.texts.last().cloned();
        let made = self.embedded(within, text.into_iter().collect(), false);
        let Some(vector) = made.await?.data.into_iter().next() else {
            return Ok(true);
        };
        Ok(!self
            .nearest(within, vector, next.menu.mark())
            .await?
            .is_empty())
    }

    /// Deletes the next of what is left; whether there is more.
    async fn sweep(&self, within: Within<'_>, kept: &mut Kept) -> Result<bool, CloudError> {
        let Some(old) = kept.old.first() else {
            return Ok(false);
        };
        let ids: Vec<_> = old.ids(&self.location).map(|(id, _)| hex(&id)).collect();
        for ids in ids.chunks(DELETION) {
            let ids = Ids { ids: ids.to_vec() };
            let _: Mutation = self.rest.index(within, "/delete_by_ids", &ids).await?;
        }
        kept.old.remove(0);
        self.keep(kept)?;
        Ok(!kept.old.is_empty())
    }
}

type Guards<'a> = (tokio::sync::MutexGuard<'a, ()>, Option<FileLock>);

/// Cuts a menu into passages, which takes a while for a long one.
async fn prepare(
    menu: Arc<PublishRequest>,
    model: String,
    epoch: u64,
) -> Result<(Written, Held), CloudError> {
    let work = move || {
        let mut texts = Vec::new();
        let mut written = Written::new(&menu, &model, epoch);
        for item in &menu.items {
            let passages = passages(item);
            let count = u32::try_from(passages.len()).unwrap_or(u32::MAX);
            written.items.push((item.id.clone(), count));
            texts.extend(passages);
        }
        let digest = menu.digest.clone();
        (written, Held { digest, texts })
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(CloudError::unreachable)
}

fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}
