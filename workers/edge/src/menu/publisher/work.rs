//! The steps of publishing: written, looked for, told, swept. Each may be done twice.

use super::{Paper, Publisher, Stop};
use crate::ai::binding::Vectorize;
use crate::ai::embed::Embedder;
use crate::ai::fault::UpstreamError;
use crate::ai::within;
use crate::http::error::log;
use crate::http::time::now_ms;
use crate::live::{self, Event};
use crate::menu::document::{Names, Passage};
use crate::menu::state::{Job, Live, Old};
use crate::menu::{pointer, store};
use futures_util::TryFutureExt as _;
use olympus_proto::LocationId;
use olympus_proto::vectorize::{MetadataValue, QueryOptions, ReturnMetadata, Vector};
use olympus_proto::workers_ai::MAX_EMBED_TEXTS;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Calls of the model in one step of writing, before one write.
const EMBEDDINGS: usize = 3;
/// Passages that are looked for, evenly over the menu.
const SAMPLE: usize = 100;
/// Most ids of one look.
const GET: usize = 20;
/// Most ids of one deletion.
const DELETE: usize = 100;
/// Deletions of one step.
const DELETIONS: usize = 5;
/// Time for one call of Vectorize.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Time for telling of a switch.
const TELL_TIMEOUT: Duration = Duration::from_secs(10);
/// A vector found by itself has at least this cosine.
const ITSELF: f32 = 0.98;

impl Publisher {
    pub(super) async fn write(&self, job: &Job) -> Result<(), Stop> {
        let embedder = Embedder::of(&self.env);
        let pace = self.pace();
        if self.with(|progress| progress.respace(&embedder.prefix(), pace, now_ms())) {
            return Ok(());
        }
        let paper = self.paper(&job.offer.digest).await?;
        let mut written = 0;
        let mut vectors = Vec::new();
        let mut fault = None;
        for _ in 0..EMBEDDINGS {
            let from = (job.done + written).min(paper.passages.len());
            let rest = paper.passages.get(from..).unwrap_or_default();
            let Some(batch) = rest.chunks(MAX_EMBED_TEXTS).next() else {
                break;
            };
            let texts: Vec<String> = batch.iter().map(|passage| passage.text.clone()).collect();
            match embedder.embed(&self.env, &texts).await {
                Ok(rows) => vectors.extend(self.vectors(job, &paper, batch, rows)),
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
            written += batch.len();
        }
        if let (0, Some(error)) = (written, fault) {
            return Err(error.into());
        }
        // What was made before a fault is kept.
        let dim = vectors.first().map_or(0, |vector| vector.values.len());
        if vectors.iter().any(|vector| vector.values.len() != dim) {
            let what = "the model gave vectors of several lengths";
            return Err(Stop::Refused(what.to_owned()));
        }
        let index = Vectorize::of(&self.env)?;
        within(TIMEOUT, index.upsert(&vectors)).await?;
        self.with(|progress| progress.wrote(job.epoch, written, dim, now_ms()));
        Ok(())
    }

    /// The vectors of a batch, as they are kept.
    fn vectors(
        &self,
        job: &Job,
        paper: &Paper,
        batch: &[Passage],
        rows: Vec<Vec<f32>>,
    ) -> Vec<Vector> {
        let location = self.location();
        let names = Names::new(&location, &job.offer.digest, &job.prefix, job.generation);
        let text = |text: &str| MetadataValue::Text(text.to_owned());
        let one = |(passage, values): (&Passage, Vec<f32>)| {
            let (id, item) = paper.named(passage, &names)?;
            Some(Vector {
                id,
                values,
                namespace: Some(location.clone()),
                metadata: BTreeMap::from([
                    ("digest".to_owned(), text(&names.tag)),
                    ("item".to_owned(), text(item)),
                ]),
            })
        };
        batch.iter().zip(rows).filter_map(one).collect()
    }

    /// Looks whether what was written shows, by its names and by a search.
    pub(super) async fn verify(&self, job: &Job) -> Result<(), Stop> {
        let pace = self.pace();
        if job.offer.passages == 0 {
            self.with(|progress| progress.switch(job.epoch, now_ms()));
            return Ok(());
        }
        let paper = self.paper(&job.offer.digest).await?;
        let location = self.location();
        let names = Names::new(&location, &job.offer.digest, &job.prefix, job.generation);
        let (seen, sample, why) = match self.shows(&paper, &names, job.generation).await? {
            Shown::All => {
                self.with(|progress| progress.switch(job.epoch, now_ms()));
                return Ok(());
            }
            Shown::Part {
                seen, sample, why, ..
            } => (seen, sample, why),
        };
        let done = job.offer.passages * seen / sample.max(1);
        self.with(|progress| progress.unseen(job.epoch, done, &why, pace, now_ms()));
        Ok(())
    }

    /// Looks whether the vectors of the menu in use are there; searches say that they are not.
    pub(super) async fn check(&self, live: &Live) -> Result<(), Stop> {
        let pace = self.pace();
        let paper = self.paper(&live.offer.digest).await?;
        let location = self.location();
        let names = Names::new(&location, &live.offer.digest, &live.prefix, live.generation);
        // What showed when it was written says nothing of now.
        *self.seen.borrow_mut() = (live.generation, HashMap::new());
        let fault = match self.shows(&paper, &names, live.generation).await? {
            Shown::All => None,
            Shown::Part {
                why, failed: true, ..
            } => return Err(Stop::Fault(why)),
            Shown::Part { seen, sample, .. } if seen < sample => Some(format!(
                "{} of {sample} vectors of the menu that were looked for are not in the index",
                sample - seen
            )),
            Shown::Part { why, .. } => Some(why),
        };
        if let Some(fault) = &fault {
            log(&format!(
                "the menu in use at {location} is not searched by meaning: {fault}"
            ));
        }
        self.with(|progress| progress.checked(live, fault.as_deref(), pace, now_ms()));
        Ok(())
    }

    /// How much of a writing shows.
    async fn shows(&self, paper: &Paper, names: &Names, writing: u64) -> Result<Shown, Stop> {
        let index = Vectorize::of(&self.env)?;
        let sample = sample(paper, names);
        let fault = self.look(writing, &index, &sample).await;
        let found = self.seen.borrow().1.clone();
        let (seen, sample) = (found.len(), sample.len());
        let failed = fault.is_some();
        let why = if let Some(error) = fault {
            format!("looking for what was written: {error}")
        } else if seen < sample {
            format!("{} of {sample} vectors do not show yet", sample - seen)
        } else if self.is_found(&index, names, &found).await? {
            return Ok(Shown::All);
        } else {
            "a search does not find what was written yet; \
             the index needs a metadata index on `digest`, made before the first publish"
                .to_owned()
        };
        Ok(Shown::Part {
            seen,
            sample,
            why,
            failed,
        })
    }

    /// Looks for those of the sample that were not seen yet; a fault where there was one.
    async fn look(
        &self,
        writing: u64,
        index: &Vectorize,
        sample: &[String],
    ) -> Option<UpstreamError> {
        let missing: Vec<String> = {
            let mut seen = self.seen.borrow_mut();
            if seen.0 != writing {
                *seen = (writing, HashMap::new());
            }
            let unseen = sample.iter().filter(|id| !seen.1.contains_key(*id));
            unseen.cloned().collect()
        };
        for ids in missing.chunks(GET) {
            match within(TIMEOUT, index.get_by_ids(ids)).await {
                Ok(kept) => {
                    let kept = kept.into_iter().filter(|kept| ids.contains(&kept.id));
                    let kept = kept.map(|kept| (kept.id, kept.values));
                    self.seen.borrow_mut().1.extend(kept);
                }
                Err(error) => return Some(error),
            }
        }
        None
    }

    /// Whether a search as customers make it finds one of the vectors by itself.
    async fn is_found(
        &self,
        index: &Vectorize,
        names: &Names,
        seen: &HashMap<String, Vec<f32>>,
    ) -> Result<bool, Stop> {
        let Some(values) = seen.values().next() else {
            return Ok(false);
        };
        let options = query_options(&self.location(), &names.tag, 1);
        let found = within(TIMEOUT, index.query(values, &options)).await?;
        Ok(found.matches.iter().any(|found| found.score >= ITSELF))
    }

    pub(super) async fn tell(&self, live: &Live) -> Result<(), Stop> {
        let location = LocationId(self.location());
        let event = Event::MenuLive {
            digest: live.offer.digest.clone(),
            version: live.offer.version.0,
        };
        let pointer = pointer::Pointer::of(live);
        let telling = async {
            pointer::publish(&self.env, &location, &pointer).await?;
            live::broadcast(&self.env, &location, event).await
        };
        // Whoever hangs must not hold up what is left to do.
        let told = telling.map_err(|error| UpstreamError::Failed(error.message));
        within(TELL_TIMEOUT, told).await?;
        let pace = self.pace();
        self.with(|progress| progress.told(live, pace, now_ms()));
        Ok(())
    }

    pub(super) async fn sweep(&self, old: &Old) -> Result<(), Stop> {
        let paper = match self.paper(&old.digest).await {
            Err(Stop::Refused(gone)) => {
                // Without it nobody knows the names; what is left is never found by a search.
                log(&format!("vectors of an old menu cannot be deleted: {gone}"));
                self.with(|progress| progress.swept(old, old.passages, now_ms()));
                return Ok(());
            }
            paper => paper?,
        };
        let location = self.location();
        let names = Names::new(&location, &old.digest, &old.prefix, old.generation);
        let from = old.done.min(paper.passages.len());
        let rest = paper.passages.get(from..).unwrap_or_default();
        let ids: Vec<String> = rest
            .iter()
            .take(DELETE * DELETIONS)
            .filter_map(|passage| Some(paper.named(passage, &names)?.0))
            .collect();
        let index = Vectorize::of(&self.env)?;
        let mut gone = 0;
        let mut fault = None;
        for part in ids.chunks(DELETE) {
            if let Err(error) = within(TIMEOUT, index.delete_by_ids(part)).await {
                fault = Some(error);
                break;
            }
            gone += part.len();
        }
        if let (0, Some(error)) = (gone, fault) {
            return Err(error.into());
        }
        // What was deleted before a fault need not be deleted again.
        self.with(|progress| progress.swept(old, gone.max(1), now_ms()));
        Ok(())
    }

    /// Deletes documents that nothing needs: of menus that were replaced, or never offered.
    pub(super) async fn tidy(&self) -> Result<(), Stop> {
        let location = self.location();
        let (found, rest) = store::list(&self.env, &location).await?;
        let gone = self.with(|progress| progress.deleting(found, rest, now_ms()));
        // A deletion that is lost in the middle may still be done later.
        let saved = self.save().await;
        saved.map_err(|error| Stop::Fault(error.to_string()))?;
        for digest in &gone {
            self.paper
                .borrow_mut()
                .take_if(|paper| paper.document.digest == *digest);
            store::delete(&self.env, &location, digest).await?;
        }
        self.with(|progress| progress.tidied(None));
        Ok(())
    }
}

/// How much of a menu's vectors is seen.
enum Shown {
    /// All that was looked for.
    All,
    /// So many of so many, and why that is not all.
    Part {
        seen: usize,
        sample: usize,
        why: String,
        /// Whether the looking failed, which says nothing of what there is.
        failed: bool,
    },
}

/// How a menu's vectors are searched.
pub(in crate::menu) fn query_options(location: &str, tag: &str, top_k: usize) -> QueryOptions {
    let equals = BTreeMap::from([("$eq".to_owned(), MetadataValue::Text(tag.to_owned()))]);
    QueryOptions {
        top_k,
        namespace: Some(location.to_owned()),
        filter: BTreeMap::from([("digest".to_owned(), equals)]),
        return_values: false,
        return_metadata: ReturnMetadata::None,
    }
}

/// Names of passages evenly over the menu, the last one among them: it was written last.
fn sample(paper: &Paper, names: &Names) -> Vec<String> {
    let total = paper.passages.len();
    let step = total.div_ceil(SAMPLE).max(1);
    let passages = paper.passages.iter().enumerate();
    passages
        .filter(|(at, _)| at % step == 0 || at + 1 == total)
        .filter_map(|(_, passage)| Some(paper.named(passage, names)?.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Paper, SAMPLE, sample};
    use crate::menu::document::Names;
    use olympus_proto::edge::PublishRequest;
    use olympus_proto::{MenuItem, MenuVersion};

    #[test]
    fn a_sample_is_spread_and_has_the_last_one() {
        for count in [1, 99, 100, 101, 1_000, 1_001] {
            let items: Vec<MenuItem> = (0..count)
                .map(|n| MenuItem::new(n.to_string().as_str(), "Soup"))
                .collect();
            let paper = Paper::of(PublishRequest {
                version: MenuVersion(1),
                digest: String::new(),
                timezone: None,
                anew: false,
                items,
            });
            let names = Names::new("l", "d", "m/cls", 0);
            let sample = sample(&paper, &names);
            let total = paper.passages.len();
            assert!(sample.len() <= SAMPLE + 1 && sample.len() >= total.min(SAMPLE / 2));
            let last = paper.passages.last().expect("a passage");
            let (last, _) = paper.named(last, &names).expect("has a dish");
            assert!(sample.contains(&last));
        }
    }
}
