//! What is decided about menus on their way: a pure state machine under the Durable Object
//! `Publisher`.
//!
//! ```text
//!   offer ──► Writing ──► Verifying ──► switch ──► Sweeping ──► Live
//!                └────────────┴──► Failed (the menu before stays)
//! ```
//! Invariants: one menu is in use until the next one was seen to be searchable, then that one; a
//! step that was lost is done again and does no harm; vectors of a menu that is not in use are
//! listed in `old` until they were deleted, those of the one in use never are. Never reads a clock.

mod kinds;
#[cfg(test)]
mod tests;

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
}

impl State {
    /// A device offers a menu, to be embedded by the model and pooling of `prefix`.
    pub(crate) fn offer(&mut self, offer: Offer, prefix: &str, now_ms: u64) -> Taken {
        if let Some(live) = &mut self.live
            && live.offer.digest == offer.digest
            && live.prefix == prefix
        {
            live.told &= live.offer == offer;
            live.offer = offer;
            self.drop_job(now_ms);
            return Taken::Live;
        }
        let is_under_way = |job: &Job| {
            job.offer.digest == offer.digest
                && job.prefix == prefix
                && !matches!(job.stage, PublishStage::Failed | PublishStage::Live)
        };
        if let Some(job) = self.job.as_mut().filter(|job| is_under_way(job)) {
            job.offer = offer;
            return Taken::Going;
        }
        self.drop_job(now_ms);
        self.start(offer, prefix, now_ms);
        Taken::Going
    }

    fn start(&mut self, offer: Offer, prefix: &str, now_ms: u64) {
        // What is about to be written anew must not be swept.
        let (digest, passages) = (offer.digest.clone(), offer.passages);
        self.old
            .retain(|old| old.digest != digest || old.prefix != prefix);
        self.epoch += 1;
        self.job = Some(Job {
            epoch: self.epoch,
            offer,
            prefix: prefix.to_owned(),
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

    /// The model or its pooling was changed: the menu in use is made searchable in the new space.
    /// Whether something began.
    pub(crate) fn respace(&mut self, prefix: &str, now_ms: u64) -> bool {
        if let Some(job) = &self.job {
            let ended = matches!(job.stage, PublishStage::Live | PublishStage::Sweeping);
            if !ended && job.prefix != prefix {
                let offer = job.offer.clone();
                self.drop_job(now_ms);
                self.start(offer, prefix, now_ms);
                return true;
            }
            if !ended {
                return false;
            }
        }
        match &self.live {
            Some(live) if live.prefix != prefix => {
                let offer = live.offer.clone();
                self.start(offer, prefix, now_ms);
                true
            }
            _ => false,
        }
    }

    /// Gives up a job that is not through; what it wrote has to go.
    fn drop_job(&mut self, now_ms: u64) {
        let going = self.job.take_if(|job| {
            let through = [PublishStage::Sweeping, PublishStage::Live];
            !through.contains(&job.stage)
        });
        if let Some(job) = going
            && job.stage != PublishStage::Failed
        {
            self.retire(job.offer.digest, job.prefix, job.offer.passages, now_ms);
        }
    }

    fn retire(&mut self, digest: String, prefix: String, passages: usize, at_ms: u64) {
        let is_live = self
            .live
            .as_ref()
            .is_some_and(|live| live.offer.digest == digest && live.prefix == prefix);
        let is_known = self
            .old
            .iter()
            .any(|old| old.digest == digest && old.prefix == prefix);
        if passages > 0 && !is_live && !is_known {
            self.old.push(Old {
                digest,
                prefix,
                passages,
                done: 0,
                wait_until_ms: at_ms,
                attempts: 0,
            });
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
            job.stage = PublishStage::Failed;
            job.error = Some(format!(
                "the model gave vectors of {dim} numbers after {done} of {was}; publish again"
            ));
            let job = job.clone();
            self.retire(job.offer.digest, job.prefix, job.offer.passages, now_ms);
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
            job.stage = PublishStage::Failed;
            let job = job.clone();
            self.retire(job.offer.digest, job.prefix, job.offer.passages, now_ms);
        }
    }

    /// All of it shows: it is in use from now on.
    pub(crate) fn switch(&mut self, epoch: u64, pace: Pace, now_ms: u64) {
        let Some(job) = self.job_of(epoch) else {
            return;
        };
        job.stage = PublishStage::Sweeping;
        job.done = 0;
        job.attempts = 0;
        job.error = None;
        job.wait_until_ms = 0;
        let live = Live {
            offer: job.offer.clone(),
            space: SpaceId(format!("{}/{}", job.prefix, job.dim)),
            prefix: job.prefix.clone(),
            since_ms: now_ms,
            told: false,
            attempts: 0,
            wait_until_ms: 0,
        };
        if let Some(was) = self.live.replace(live) {
            let due = now_ms + pace.sweep_after_ms;
            self.retire(was.offer.digest, was.prefix, was.offer.passages, due);
        }
        self.settle();
    }

    /// Everybody was told of the menu in use since `since_ms`.
    pub(crate) fn told(&mut self, told: &Offer) {
        if let Some(live) = &mut self.live
            && live.offer == *told
        {
            live.told = true;
            live.attempts = 0;
        }
    }

    /// So many more vectors were deleted. The entry, where that was the last of it.
    pub(crate) fn swept(&mut self, of: &Old, count: usize) -> Option<Old> {
        let same = |old: &Old| old.digest == of.digest && old.prefix == of.prefix;
        let at = self.old.iter().position(same)?;
        let old = self.old.get_mut(at)?;
        old.done = (old.done + count).min(old.passages);
        old.attempts = 0;
        if old.done < old.passages {
            return None;
        }
        let gone = self.old.remove(at);
        self.settle();
        Some(gone)
    }

    /// Whether a menu's document is still needed.
    pub(crate) fn needs(&self, digest: &str) -> bool {
        let live = self.live.iter().map(|live| &live.offer.digest);
        let job = self.job.iter().map(|job| &job.offer.digest);
        let old = self.old.iter().map(|old| &old.digest);
        live.chain(job).chain(old).any(|needed| needed == digest)
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
                    job.stage = PublishStage::Failed;
                    let job = job.clone();
                    self.retire(job.offer.digest, job.prefix, job.offer.passages, now_ms);
                }
            }
            Step::Tell(of) => {
                if let Some(live) = self.live.as_mut().filter(|live| live.offer == of.offer) {
                    live.wait_until_ms = wait(live.attempts);
                    live.attempts += 1;
                }
            }
            Step::Sweep(of) => {
                let same = |old: &&mut Old| old.digest == of.digest && old.prefix == of.prefix;
                if let Some(old) = self.old.iter_mut().find(same) {
                    old.wait_until_ms = wait(old.attempts);
                    old.attempts += 1;
                }
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
            .min_by_key(|old| old.wait_until_ms)
            .map(|old| (old.wait_until_ms, Step::Sweep(old.clone())));
        [telling, going, sweeping]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    /// As a device is told.
    pub(crate) fn status(&self) -> PublishStatus {
        PublishStatus {
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
