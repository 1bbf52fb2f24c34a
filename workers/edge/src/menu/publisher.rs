//! The Durable Object `Publisher`, one per location: brings a menu from its document in R2 into
//! Vectorize, switches to it when it shows, and clears up behind it.
//!
//! What is decided is in `state`; here it is done, one step an alarm. Invariant: a state is on
//! disk before the next step begins, and every step may be done twice. It trusts its caller,
//! which is the Worker alone.

use super::document::{Names, Passage, passages};
use super::state::{Job, Live, Offer, Old, Pace, State as Progress, Step, Taken};
use super::{pointer, store};
use crate::ai::binding::Vectorize;
use crate::ai::embed::Embedder;
use crate::ai::fault::UpstreamError;
use crate::ai::within;
use crate::http::error::{EdgeError, log};
use crate::http::{time::now_ms, var};
use crate::live::{self, Event, call};
use olympus_proto::LocationId;
use olympus_proto::edge::{PublishRequest, PublishStatus};
use olympus_proto::vectorize::{MetadataValue, QueryOptions, ReturnMetadata, Vector};
use olympus_proto::workers_ai::MAX_EMBED_TEXTS;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

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
/// A step that is not heard of for so long was killed; the alarm comes again.
const WATCHDOG: Duration = Duration::from_secs(150);
/// A vector found by itself has at least this cosine.
const ITSELF: f32 = 0.98;
const KEY: &str = "state";

/// Body of `/offer`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Offered {
    pub(super) location: LocationId,
    pub(super) offer: Offer,
}

/// Body of `/status`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) location: LocationId,
}

/// What the object says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    /// Whether the offered menu is in use already.
    pub(super) is_live: bool,
    pub(super) status: PublishStatus,
    pub(super) pointer: Option<pointer::Pointer>,
}

/// Why a step was not done.
enum Stop {
    /// Try again.
    Fault(String),
    /// The same call is refused again.
    Refused(String),
}

impl From<UpstreamError> for Stop {
    fn from(error: UpstreamError) -> Self {
        match error.is_final() {
            true => Self::Refused(error.to_string()),
            false => Self::Fault(error.to_string()),
        }
    }
}

impl From<EdgeError> for Stop {
    fn from(error: EdgeError) -> Self {
        Self::Fault(error.message)
    }
}

/// Brings menus into use.
#[durable_object]
pub struct Publisher {
    state: State,
    env: Env,
    /// What is on disk, once it was read.
    kept: RefCell<Option<Progress>>,
    /// The document read last.
    document: RefCell<Option<(String, Rc<PublishRequest>)>>,
    /// What was seen of a job, by its epoch: looks that failed in the middle need not begin anew.
    seen: RefCell<(u64, HashMap<String, Vec<f32>>)>,
    /// Until when a step that began is taken to run.
    busy_until_ms: Cell<u64>,
}

impl DurableObject for Publisher {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            kept: RefCell::new(None),
            document: RefCell::new(None),
            seen: RefCell::default(),
            busy_until_ms: Cell::new(0),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let answer = match request.path().as_str() {
            "/offer" => {
                let offered: Offered = request.json().await?;
                self.offer(offered).await
            }
            "/status" => {
                let asked: Asked = request.json().await?;
                self.report(&asked.location).await
            }
            _ => Err(EdgeError::not_found("no such call")),
        };
        call::answer(answer)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.load().await?;
        let due = self.with(|progress| progress.next());
        if let Some((at, step)) = due
            && at <= now_ms()
        {
            // Where this object is killed in the middle of the step, it wakes up again.
            self.state.storage().set_alarm(WATCHDOG).await?;
            let limit = u64::try_from(WATCHDOG.as_millis()).unwrap_or(u64::MAX);
            self.busy_until_ms.set(now_ms().saturating_add(limit));
            self.step(step).await;
            self.save().await?;
            self.busy_until_ms.set(0);
        }
        self.arm().await?;
        Response::empty()
    }
}

impl Publisher {
    async fn load(&self) -> worker::Result<()> {
        if self.kept.borrow().is_some() {
            return Ok(());
        }
        let text: Option<String> = self.state.storage().get(KEY).await?;
        let progress = match text {
            Some(text) => serde_json::from_str(&text)?,
            None => Progress::default(),
        };
        self.kept.borrow_mut().get_or_insert(progress);
        Ok(())
    }

    async fn save(&self) -> worker::Result<()> {
        let text = self.with(|progress| serde_json::to_string(progress))?;
        self.state.storage().put(KEY, text).await
    }

    /// Lends what is known; after [`Self::load`] it is what is on disk.
    fn with<R>(&self, lend: impl FnOnce(&mut Progress) -> R) -> R {
        lend(self.kept.borrow_mut().get_or_insert_default())
    }

    /// Wakes up for the next step.
    async fn arm(&self) -> worker::Result<()> {
        let storage = self.state.storage();
        match self.with(|progress| progress.next()) {
            Some((at, _)) => {
                let wait = at.saturating_sub(now_ms());
                storage.set_alarm(Duration::from_millis(wait)).await
            }
            None => storage.delete_alarm().await,
        }
    }

    fn pace(&self) -> Pace {
        let told = var(&self.env, "PUBLISH");
        if told.is_empty() {
            return Pace::default();
        }
        serde_json::from_str(&told).unwrap_or_else(|error| {
            log(&format!("the var PUBLISH cannot be used: {error}"));
            Pace::default()
        })
    }

    async fn offer(&self, offered: Offered) -> Result<Report, EdgeError> {
        self.load().await?;
        let prefix = Embedder::of(&self.env).prefix();
        let taken = self.with(|progress| {
            progress.location = offered.location.0;
            progress.offer(offered.offer, &prefix, now_ms())
        });
        self.save().await?;
        self.arm().await?;
        Ok(self.told(taken == Taken::Live))
    }

    async fn report(&self, location: &LocationId) -> Result<Report, EdgeError> {
        self.load().await?;
        let prefix = Embedder::of(&self.env).prefix();
        let began = self.with(|progress| {
            progress.location.clone_from(&location.0);
            progress.respace(&prefix, now_ms())
        });
        if began {
            self.save().await?;
        }
        if self.busy_until_ms.get() < now_ms() {
            // Whatever became of the alarm, or of the step before: what is left to do is done.
            self.arm().await?;
        }
        Ok(self.told(false))
    }

    fn told(&self, is_live: bool) -> Report {
        self.with(|progress| Report {
            is_live,
            status: progress.status(),
            pointer: progress.live.as_ref().map(pointer::Pointer::of),
        })
    }

    async fn step(&self, step: Step) {
        let done = match &step {
            Step::Write(job) => self.write(job).await,
            Step::Verify(job) => self.verify(job).await,
            Step::Tell(live) => self.tell(live).await,
            Step::Sweep(old) => self.sweep(old).await,
        };
        let (error, refused) = match done {
            Ok(()) => return,
            Err(Stop::Fault(error)) => (error, false),
            Err(Stop::Refused(error)) => (error, true),
        };
        let pace = self.pace();
        self.with(|progress| progress.failed(&step, &error, refused, pace, now_ms()));
    }

    fn location(&self) -> String {
        self.with(|progress| progress.location.clone())
    }

    async fn document(&self, digest: &str) -> Result<Rc<PublishRequest>, Stop> {
        if let Some((kept, document)) = &*self.document.borrow()
            && kept == digest
        {
            return Ok(Rc::clone(document));
        }
        let read = store::read(&self.env, &self.location(), digest).await?;
        let missing = || Stop::Refused("its document is gone; publish it again".to_owned());
        let document = Rc::new(read.ok_or_else(missing)?);
        *self.document.borrow_mut() = Some((digest.to_owned(), Rc::clone(&document)));
        Ok(document)
    }

    async fn write(&self, job: &Job) -> Result<(), Stop> {
        let embedder = Embedder::of(&self.env);
        if self.with(|progress| progress.respace(&embedder.prefix(), now_ms())) {
            return Ok(());
        }
        let document = self.document(&job.offer.digest).await?;
        let mut written = 0;
        let mut vectors = Vec::new();
        let mut fault = None;
        for _ in 0..EMBEDDINGS {
            let batch: Vec<_> = passages(&document.items)
                .skip(job.done + written)
                .take(MAX_EMBED_TEXTS)
                .collect();
            if batch.is_empty() {
                break;
            }
            let texts: Vec<String> = batch.iter().map(|passage| passage.text.clone()).collect();
            match embedder.embed(&self.env, &texts).await {
                Ok(rows) => vectors.extend(self.vectors(job, &document, &batch, rows)),
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
        document: &PublishRequest,
        batch: &[Passage],
        rows: Vec<Vec<f32>>,
    ) -> Vec<Vector> {
        let location = self.location();
        let names = Names::new(&location, &job.offer.digest, &job.prefix);
        let text = |text: &str| MetadataValue::Text(text.to_owned());
        let one = |(passage, values): (&Passage, Vec<f32>)| {
            let item = document.items.get(passage.item)?;
            Some(Vector {
                id: names.id(item.id.as_str(), passage.no),
                values,
                namespace: Some(location.clone()),
                metadata: BTreeMap::from([
                    ("digest".to_owned(), text(&names.tag)),
                    ("item".to_owned(), text(item.id.as_str())),
                ]),
            })
        };
        batch.iter().zip(rows).filter_map(one).collect()
    }

    /// Looks whether what was written shows, by its names and by a search.
    async fn verify(&self, job: &Job) -> Result<(), Stop> {
        let pace = self.pace();
        if job.offer.passages == 0 {
            self.with(|progress| progress.switch(job.epoch, pace, now_ms()));
            return Ok(());
        }
        let document = self.document(&job.offer.digest).await?;
        let names = Names::new(&self.location(), &job.offer.digest, &job.prefix);
        let index = Vectorize::of(&self.env)?;
        let sample = sample(&document, &names);
        let fault = self.look(job.epoch, &index, &sample).await;
        let found = self.seen.borrow().1.clone();
        let why = if let Some(error) = fault {
            format!("looking for what was written: {error}")
        } else if found.len() < sample.len() {
            let missing = sample.len() - found.len();
            format!("{missing} of {} vectors do not show yet", sample.len())
        } else if self.is_found(&index, &names, &found).await? {
            self.with(|progress| progress.switch(job.epoch, pace, now_ms()));
            return Ok(());
        } else {
            "a search does not find what was written yet; \
             the index needs a metadata index on `digest`, made before the first publish"
                .to_owned()
        };
        let done = job.offer.passages * found.len() / sample.len().max(1);
        self.with(|progress| progress.unseen(job.epoch, done, &why, pace, now_ms()));
        Ok(())
    }

    /// Looks for those of the sample that were not seen yet; a fault where there was one.
    async fn look(
        &self,
        epoch: u64,
        index: &Vectorize,
        sample: &[String],
    ) -> Option<UpstreamError> {
        let missing: Vec<String> = {
            let mut seen = self.seen.borrow_mut();
            if seen.0 != epoch {
                *seen = (epoch, HashMap::new());
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

    async fn tell(&self, live: &Live) -> Result<(), Stop> {
        let location = LocationId(self.location());
        pointer::publish(&self.env, &location, &pointer::Pointer::of(live)).await?;
        let event = Event::MenuLive {
            digest: live.offer.digest.clone(),
            version: live.offer.version.0,
        };
        live::broadcast(&self.env, &location, event).await?;
        self.with(|progress| progress.told(&live.offer));
        Ok(())
    }

    async fn sweep(&self, old: &Old) -> Result<(), Stop> {
        let document = match self.document(&old.digest).await {
            Err(Stop::Refused(gone)) => {
                // Without it nobody knows the names; what is left is never found by a search.
                log(&format!("vectors of an old menu cannot be deleted: {gone}"));
                self.with(|progress| progress.swept(old, old.passages));
                return Ok(());
            }
            document => document?,
        };
        let names = Names::new(&self.location(), &old.digest, &old.prefix);
        let ids: Vec<String> = passages(&document.items)
            .skip(old.done)
            .take(DELETE * DELETIONS)
            .filter_map(|passage| {
                let item = document.items.get(passage.item)?;
                Some(names.id(item.id.as_str(), passage.no))
            })
            .collect();
        let index = Vectorize::of(&self.env)?;
        for part in ids.chunks(DELETE) {
            within(TIMEOUT, index.delete_by_ids(part)).await?;
        }
        let gone = self.with(|progress| progress.swept(old, ids.len().max(1)));
        if let Some(gone) = gone
            && !self.with(|progress| progress.needs(&gone.digest))
        {
            self.document.borrow_mut().take();
            store::delete(&self.env, &self.location(), &gone.digest).await?;
        }
        Ok(())
    }
}

/// How a menu's vectors are searched.
pub(super) fn query_options(location: &str, tag: &str, top_k: usize) -> QueryOptions {
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
fn sample(document: &PublishRequest, names: &Names) -> Vec<String> {
    let total = passages(&document.items).count();
    let step = total.div_ceil(SAMPLE).max(1);
    passages(&document.items)
        .enumerate()
        .filter(|(at, _)| at % step == 0 || at + 1 == total)
        .filter_map(|(_, passage)| {
            let item = document.items.get(passage.item)?;
            Some(names.id(item.id.as_str(), passage.no))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{SAMPLE, sample};
    use crate::menu::document::Names;
    use olympus_proto::edge::PublishRequest;
    use olympus_proto::{MenuItem, MenuVersion};

    #[test]
    fn a_sample_is_spread_and_has_the_last_one() {
        for count in [1, 99, 100, 101, 1_000, 1_001] {
            let items: Vec<MenuItem> = (0..count)
                .map(|n| MenuItem::new(n.to_string().as_str(), "Soup"))
                .collect();
            let document = PublishRequest {
                version: MenuVersion(1),
                digest: String::new(),
                timezone: None,
                items,
            };
            let names = Names::new("l", "d", "m/cls");
            let sample = sample(&document, &names);
            let total = super::passages(&document.items).count();
            assert!(sample.len() <= SAMPLE + 1 && sample.len() >= total.min(SAMPLE / 2));
            let last = super::passages(&document.items).last().expect("a passage");
            let item = &document.items[last.item];
            assert!(sample.contains(&names.id(item.id.as_str(), last.no)));
        }
    }
}
