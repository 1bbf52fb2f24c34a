//! What is decided about menus on their way: a pure state machine under the Durable Object
//! `Publisher`.
//!
//! ```text
//!   offer ──► Writing ──► Verifying ──► switch ──► Sweeping ──► Live
//!                └────────────┴──► Failed (the menu before stays)
//! ```
//! Invariants: one menu is in use until the next one was seen to be searchable, then that one; a
//! step that was lost is done again and does no harm; each writing of a menu names its vectors
//! anew, so that those of an earlier one never pass for it; vectors of a menu that is not in use
//! are listed in `old` until they were deleted, those of the one in use never are. Never reads a
//! clock.

mod documents;
mod health;
mod kinds;
#[cfg(test)]
mod tests;

use kinds::{Doubt, Expected};
pub(crate) use kinds::{Job, Live, Offer, Old, Pace, Step, Taken};

use olympus_proto::SpaceId;
use olympus_proto::edge::{LiveMenu, PublishStage, PublishStatus, Publishing};
use serde::{Deserialize, Serialize};

/// Attempts after which a refusal is believed.
const MAX_REFUSALS: u32 = 3;
/// Longest wait between attempts.
const MAX_WAIT_MS: u64 = 60_000;
/// Vectorize shows nearly every write within two minutes; what does not show by then never does.
const MAX_UNSEEN_MS: u64 = 15 * 60_000;

/// All that a location's publisher knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) location: String,
    pub(crate) live: Option<Live>,
    pub(crate) job: Option<Job>,
    old: Vec<Old>,
    epoch: u64,
    #[serde(default)]
    doubt: Option<Doubt>,
    /// What keeps the menu in use from being searched by meaning.
    #[serde(default)]
    fault: Option<String>,
    /// When it was last looked whether the vectors of the menu in use are there.
    #[serde(default)]
    checked_ms: u64,
    /// When the menu in use was last written anew without anybody asking for it.
    #[serde(default)]
    healed_ms: u64,
    #[serde(default)]
    expected: Vec<Expected>,
    /// Documents that are being deleted.
    #[serde(default)]
    deleting: Vec<String>,
    /// When documents are looked through; a state from before that was done has some to delete.
    #[serde(default = "documents::at_once")]
    tidy_at_ms: Option<u64>,
}

/// Whether a job is being worked on.
fn is_going(job: &Job) -> bool {
    matches!(job.stage, PublishStage::Writing | PublishStage::Verifying)
}

impl State {
    /// A device offers a menu, to be embedded by the model and pooling of `prefix`; `anew` also
    /// where it is in use already.
    pub(crate) fn offer(&mut self, offer: Offer, anew: bool, prefix: &str, now_ms: u64) -> Taken {
        self.expected.retain(|one| one.digest != offer.digest);
        let of = (offer.digest.clone(), prefix);
        let is_live = match &mut self.live {
            Some(live) if live.offer.digest == of.0 && live.prefix == of.1 => {
                live.told &= live.offer == offer;
                live.offer = offer.clone();
                true
            }
            _ => false,
        };
        let same = |job: &&mut Job| is_going(job) && job.offer.digest == of.0 && job.prefix == of.1;
        if let Some(job) = self.job.as_mut().filter(same) {
            job.offer = offer;
        } else {
            self.drop_job(now_ms);
            if !is_live || anew {
                self.start(offer, prefix, now_ms);
            }
        }
        if is_live && !anew {
            Taken::Live
        } else {
            Taken::Going
        }
    }

    fn start(&mut self, offer: Offer, prefix: &str, now_ms: u64) {
        let passages = offer.passages;
        self.epoch += 1;
        self.job = Some(Job {
            epoch: self.epoch,
            offer,
            prefix: prefix.to_owned(),
            generation: self.epoch,
            dim: 0,
            stage: if passages == 0 {
                PublishStage::Verifying
            } else {
                PublishStage::Writing
            },
            done: 0,
            attempts: 0,
            error: None,
            wait_until_ms: 0,
            stage_since_ms: now_ms,
        });
    }

    /// Gives up a job that is not through; what it wrote has to go.
    fn drop_job(&mut self, now_ms: u64) {
        let going = self.job.take_if(|job| {
            let through = [PublishStage::Sweeping, PublishStage::Live];
            !through.contains(&job.stage)
        });
        if let Some(job) = going {
            if job.stage != PublishStage::Failed {
                self.retire(&job, now_ms);
            }
            self.untidy(now_ms);
        }
    }

    /// It cannot be published; what it wrote has to go.
    fn fail(&mut self, epoch: u64, now_ms: u64) {
        let Some(job) = self.job_of(epoch) else {
            return;
        };
        job.stage = PublishStage::Failed;
        job.stage_since_ms = now_ms;
        let job = job.clone();
        self.retire(&job, now_ms);
    }

    fn retire(&mut self, job: &Job, at_ms: u64) {
        self.discard(Old {
            digest: job.offer.digest.clone(),
            prefix: job.prefix.clone(),
            generation: job.generation,
            passages: job.offer.passages,
            done: 0,
            wait_until_ms: at_ms,
            attempts: 0,
            held: false,
        });
    }

    fn discard(&mut self, old: Old) {
        let is_live = self.live.as_ref().is_some_and(|live| {
            live.offer.digest == old.digest
                && live.prefix == old.prefix
                && live.generation == old.generation
        });
        if old.passages > 0 && !is_live && !self.old.iter().any(|known| known.is(&old)) {
            self.old.push(old);
        }
    }

    fn job_of(&mut self, epoch: u64) -> Option<&mut Job> {
        self.job.as_mut().filter(|job| job.epoch == epoch)
    }

    /// So many more passages were written, as vectors of `dim` numbers.
    pub(crate) fn wrote(&mut self, epoch: u64, count: usize, dim: usize, now_ms: u64) {
        let Some(job) = self.job_of(epoch) else {
            return;
        };
        if job.dim != 0 && job.dim != dim {
            // The model changed under its name: what was written cannot be compared with this.
            let (was, done) = (job.dim, job.done);
            job.error = Some(format!(
                "the model gave vectors of {dim} numbers after {done} of {was}; publish again"
            ));
            self.fail(epoch, now_ms);
            return;
        }
        job.dim = dim;
        job.done = (job.done + count).min(job.offer.passages);
        job.attempts = 0;
        job.error = None;
        job.wait_until_ms = 0;
        if job.done >= job.offer.passages {
            job.stage = PublishStage::Verifying;
            job.done = 0;
            job.stage_since_ms = now_ms;
        }
    }

    /// Not all of it shows yet: `done` passages of it do, as far as is known.
    pub(crate) fn unseen(&mut self, epoch: u64, done: usize, why: &str, pace: Pace, now_ms: u64) {
        let Some(job) = self.job_of(epoch) else {
            return;
        };
        job.done = done.min(job.offer.passages);
        job.error = Some(why.to_owned());
        job.wait_until_ms = now_ms + pace.look_every_ms;
        if now_ms.saturating_sub(job.stage_since_ms) > MAX_UNSEEN_MS {
            self.fail(epoch, now_ms);
        }
    }

    /// All of it shows: it is in use from now on.
    pub(crate) fn switch(&mut self, epoch: u64, now_ms: u64) {
        let Some(job) = self.job_of(epoch) else {
            return;
        };
        job.stage = PublishStage::Sweeping;
        job.done = 0;
        job.attempts = 0;
        job.error = None;
        job.wait_until_ms = 0;
        let job = job.clone();
        let was = self.live.take();
        // Who waits for a menu to be written anew sees it by the time.
        let since_ms = was
            .as_ref()
            .map_or(now_ms, |was| now_ms.max(was.since_ms + 1));
        self.live = Some(Live {
            space: SpaceId(format!("{}/{}", job.prefix, job.dim)),
            offer: job.offer,
            prefix: job.prefix,
            generation: job.generation,
            since_ms,
            told: false,
            attempts: 0,
            wait_until_ms: 0,
        });
        (self.doubt, self.fault) = (None, None);
        if let Some(was) = was {
            let was_empty = was.offer.passages == 0;
            self.discard(Old {
                digest: was.offer.digest,
                prefix: was.prefix,
                generation: was.generation,
                passages: was.offer.passages,
                done: 0,
                wait_until_ms: 0,
                attempts: 0,
                held: true,
            });
            if was_empty {
                self.untidy(now_ms); // nothing of it has to be swept first
            }
        }
        self.settle();
    }

    /// Everybody was told of the menu in use: what answered before may go after a while.
    pub(crate) fn told(&mut self, told: &Live, pace: Pace, now_ms: u64) {
        let Some(live) = &mut self.live else {
            return;
        };
        if live.offer != told.offer || live.generation != told.generation {
            return;
        }
        live.told = true;
        live.attempts = 0;
        for old in self.old.iter_mut().filter(|old| old.held) {
            old.held = false;
            old.wait_until_ms = now_ms + pace.sweep_after_ms;
        }
    }

    /// So many more vectors were deleted.
    pub(crate) fn swept(&mut self, of: &Old, count: usize, now_ms: u64) {
        let Some(at) = self.old.iter().position(|old| old.is(of)) else {
            return;
        };
        let Some(old) = self.old.get_mut(at) else {
            return;
        };
        old.done = (old.done + count).min(old.passages);
        old.attempts = 0;
        if old.done >= old.passages {
            self.old.remove(at);
            self.settle();
            self.untidy(now_ms);
        }
    }

    fn settle(&mut self) {
        if self.old.is_empty()
            && let Some(job) = &mut self.job
            && job.stage == PublishStage::Sweeping
        {
            job.stage = PublishStage::Live;
            job.done = job.offer.passages;
        }
    }

    /// A step failed. `refused` says that the same call is refused again.
    pub(crate) fn failed(
        &mut self,
        step: &Step,
        error: &str,
        refused: bool,
        pace: Pace,
        now_ms: u64,
    ) {
        let wait = |attempts: u32| {
            let doubled = pace.retry_after_ms.checked_shl(attempts.min(16));
            now_ms + doubled.unwrap_or(MAX_WAIT_MS).min(MAX_WAIT_MS)
        };
        match step {
            Step::Write(of) | Step::Verify(of) => {
                let Some(job) = self.job_of(of.epoch) else {
                    return;
                };
                job.wait_until_ms = wait(job.attempts);
                job.attempts += 1;
                job.error = Some(error.to_owned());
                if refused && job.attempts >= MAX_REFUSALS {
                    self.fail(of.epoch, now_ms);
                }
            }
            Step::Tell(of) => {
                if let Some(live) = self.live.as_mut().filter(|live| live.offer == of.offer) {
                    live.wait_until_ms = wait(live.attempts);
                    live.attempts += 1;
                }
            }
            Step::Sweep(of) => {
                if let Some(old) = self.old.iter_mut().find(|old| old.is(of)) {
                    old.wait_until_ms = wait(old.attempts);
                    old.attempts += 1;
                }
            }
            Step::Check(_) => {
                if let Some(doubt) = &mut self.doubt {
                    doubt.wait_until_ms = wait(doubt.attempts);
                    doubt.attempts += 1;
                }
            }
            Step::Tidy => {
                self.tidy_at_ms = None;
                self.tidied(Some(now_ms + MAX_WAIT_MS));
            }
        }
    }

    /// The next step and when it is due; `None` where nothing is left to do.
    pub(crate) fn next(&self) -> Option<(u64, Step)> {
        let going = self.job.as_ref().and_then(|job| {
            let step = match job.stage {
                PublishStage::Writing => Step::Write(job.clone()),
                PublishStage::Verifying => Step::Verify(job.clone()),
                PublishStage::Sweeping | PublishStage::Live | PublishStage::Failed => return None,
            };
            Some((job.wait_until_ms, step))
        });
        let untold = self.live.as_ref().filter(|live| !live.told);
        let telling = untold.map(|live| (live.wait_until_ms, Step::Tell(live.clone())));
        let sweeping = self
            .old
            .iter()
            .filter(|old| !old.held)
            .min_by_key(|old| old.wait_until_ms)
            .map(|old| (old.wait_until_ms, Step::Sweep(old.clone())));
        let tidying = self.tidy_due_ms().map(|at| (at, Step::Tidy));
        [telling, going, sweeping, self.check_due(), tidying]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    /// As a device is told.
    pub(crate) fn status(&self) -> PublishStatus {
        PublishStatus {
            fault: self.fault.clone(),
            live: self.live.as_ref().map(|live| LiveMenu {
                digest: live.offer.digest.clone(),
                version: live.offer.version,
                items: live.offer.items,
                space: live.space.clone(),
                since_ms: live.since_ms,
            }),
            publishing: self.job.as_ref().map(|job| {
                let (done, total) = match job.stage {
                    PublishStage::Sweeping => {
                        let done = self.old.iter().map(|old| old.done).sum();
                        (done, self.old.iter().map(|old| old.passages).sum())
                    }
                    _ => (job.done, job.offer.passages),
                };
                Publishing {
                    digest: job.offer.digest.clone(),
                    version: job.offer.version,
                    stage: job.stage,
                    done,
                    total,
                    attempts: job.attempts,
                    error: job.error.clone(),
                }
            }),
        }
    }
}
