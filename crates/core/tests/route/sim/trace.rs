//! What happened in a run.

use olympus_core::route::{BreakerState, Cause, Reason, Standing};
use olympus_proto::Path;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) at_ms: f64,
    pub(crate) deadline_ms: f64,
    pub(crate) has_local: bool,
    /// The local model is unsure of it.
    pub(crate) hard: bool,
    /// When it was answered, or failed.
    pub(crate) answered_ms: Option<f64>,
    /// Whose answer; `None` for an error.
    pub(crate) path: Option<Path>,
    pub(crate) reason: Option<Reason>,
    pub(crate) right: bool,
    /// How long the local model takes for it, run or not.
    pub(crate) local_ms: f64,
    /// The local model answers it.
    pub(crate) local_works: bool,
    /// Why the cloud was called, each time.
    pub(crate) calls: Vec<Cause>,
    /// Another request's answer was taken.
    pub(crate) followed: bool,
}

impl Done {
    pub(crate) fn latency_ms(&self) -> Option<f64> {
        self.answered_ms.map(|answered| answered - self.at_ms)
    }
}

/// One cloud call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallMade {
    pub(crate) at_ms: f64,
    pub(crate) cause: Cause,
    /// Calls in flight with it.
    pub(crate) in_flight: usize,
    /// Until when the cloud had asked to be left alone, at the time.
    pub(crate) told_until_ms: f64,
}

/// State at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at_ms: f64,
    pub(crate) breaker: BreakerState,
    pub(crate) standing: Standing,
    pub(crate) cloud_p95_ms: f64,
}

/// A run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) requests: Vec<Done>,
    pub(crate) calls: Vec<CallMade>,
    /// When and why the local model was started.
    pub(crate) local_starts: Vec<(f64, Cause)>,
    pub(crate) samples: Vec<Sample>,
    /// Of every event and action, in order.
    pub(crate) hash: u64,
    /// Requests that still wait for something when nothing is left to come.
    pub(crate) unsettled: usize,
    /// Answers given twice.
    pub(crate) doubled: usize,
}

impl Run {
    /// FNV-1a over what is written.
    pub(crate) fn note(&mut self, text: &str) {
        if self.hash == 0 {
            self.hash = 0xcbf2_9ce4_8422_2325;
        }
        for byte in text.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn between(&self, from_ms: f64, to_ms: f64) -> impl Iterator<Item = &Done> {
        self.requests
            .iter()
            .filter(move |done| (from_ms..to_ms).contains(&done.at_ms))
    }

    /// Cloud calls made in `from_ms..to_ms` by requests that came in it.
    pub(crate) fn calls_in(&self, from_ms: f64, to_ms: f64) -> usize {
        let within = |call: &&CallMade| (from_ms..to_ms).contains(&call.at_ms);
        self.calls.iter().filter(within).count()
    }

    /// Part of the answers that are right.
    pub(crate) fn accuracy(&self) -> f64 {
        share(&self.requests, |done| done.right)
    }

    /// The latency that `part` of the requests does not exceed.
    pub(crate) fn latency_ms(&self, part: f64, from_ms: f64, to_ms: f64) -> f64 {
        let within = self.between(from_ms, to_ms);
        let mut sorted: Vec<f64> = within.filter_map(Done::latency_ms).collect();
        sorted.sort_by(f64::total_cmp);
        let rank = (part * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
    }
}

pub(crate) fn share<'a, T: 'a>(
    all: impl IntoIterator<Item = &'a T>,
    is: impl Fn(&T) -> bool,
) -> f64 {
    let (mut hits, mut count) = (0_u32, 0_u32);
    for one in all {
        count += 1;
        hits += u32::from(is(one));
    }
    f64::from(hits) / f64::from(count.max(1))
}
