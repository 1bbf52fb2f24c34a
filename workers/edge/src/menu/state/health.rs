//! What a publisher does of its own accord: a menu in use is brought into another space, and
//! written anew where its vectors are gone.
//!
//! Invariant: it is done at most once in [`Pace::heal_every_ms`], however often it is asked for,
//! so that a model or an index that takes nothing is not paid for without end.

use super::{Doubt, Live, Pace, State, Step, is_going};
use olympus_proto::edge::PublishStage;

/// How often is looked, at most, whether the vectors of the menu in use are there: so many times
/// as often as the menu is written anew.
const CHECKS: u64 = 15;

impl State {
    /// The model or its pooling was changed: the menu in use is made searchable in the new space,
    /// again where that failed. Whether something changed.
    pub(crate) fn respace(&mut self, prefix: &str, pace: Pace, now_ms: u64) -> bool {
        let unspaced = self.live.as_ref().filter(|live| live.prefix != prefix);
        let unspaced = unspaced.map(|live| live.offer.clone());
        let unfinished = self
            .job
            .as_ref()
            .filter(|job| is_going(job) || job.stage == PublishStage::Failed);
        let offer = match unfinished {
            None => unspaced,
            Some(job) if job.prefix != prefix => {
                let offer = job.offer.clone();
                self.drop_job(now_ms);
                let is_live = self
                    .live
                    .as_ref()
                    .is_some_and(|live| live.offer.digest == offer.digest && live.prefix == prefix);
                if is_live {
                    // The setting went back: the menu is as it should be.
                    return true;
                }
                Some(offer)
            }
            Some(job) if is_going(job) => None,
            Some(job) => {
                let is_due = now_ms.saturating_sub(job.stage_since_ms) >= pace.heal_every_ms;
                unspaced.filter(|_| is_due).map(|_| job.offer.clone())
            }
        };
        let Some(offer) = offer else {
            return false;
        };
        self.drop_job(now_ms);
        self.start(offer, prefix, now_ms);
        true
    }

    /// A search found no vector at all of a menu. Whether it is to be looked into.
    pub(crate) fn missed(
        &mut self,
        digest: &str,
        generation: u64,
        pace: Pace,
        now_ms: u64,
    ) -> bool {
        let is_live = self
            .live
            .as_ref()
            .is_some_and(|live| live.offer.digest == digest && live.generation == generation);
        let is_due = self.checked_ms == 0
            || now_ms.saturating_sub(self.checked_ms) >= pace.heal_every_ms / CHECKS;
        if !is_live || self.doubt.is_some() || self.job.as_ref().is_some_and(is_going) || !is_due {
            return false;
        }
        self.doubt = Some(Doubt {
            wait_until_ms: now_ms,
            attempts: 0,
        });
        true
    }

    pub(super) fn check_due(&self) -> Option<(u64, Step)> {
        let doubt = self.doubt.as_ref()?;
        if self.job.as_ref().is_some_and(is_going) {
            return None; // its vectors come with the job
        }
        Some((doubt.wait_until_ms, Step::Check(self.live.clone()?)))
    }

    /// What came of looking for the vectors of the menu in use: nothing is amiss, or `fault`.
    pub(crate) fn checked(&mut self, of: &Live, fault: Option<&str>, pace: Pace, now_ms: u64) {
        let same =
            |live: &&Live| live.generation == of.generation && live.offer.digest == of.offer.digest;
        let Some(live) = self.live.as_ref().filter(same) else {
            return;
        };
        let (offer, prefix) = (live.offer.clone(), live.prefix.clone());
        self.checked_ms = now_ms;
        self.fault = fault.map(str::to_owned);
        self.doubt = None;
        if fault.is_none() || self.job.as_ref().is_some_and(is_going) {
            return;
        }
        let next_ms = self.healed_ms.saturating_add(pace.heal_every_ms);
        if self.healed_ms > 0 && now_ms < next_ms {
            self.doubt = Some(Doubt {
                wait_until_ms: next_ms,
                attempts: 0,
            });
            return;
        }
        self.healed_ms = now_ms;
        self.drop_job(now_ms);
        self.start(offer, &prefix, now_ms);
    }
}
