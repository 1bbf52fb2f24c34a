//! What is outside the router: how long paths take, when the line is down, who is right.

use super::rng::Rng;
use olympus_core::route::{Confidence, Label, Opinion};

/// What every request asks for; any other label is wrong.
pub(crate) const TRUTH: Label = Label(1);
/// Standard normal quantile of 0.99.
const Z99: f64 = 2.326;

/// Log-normal times with rare spikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Latency {
    pub(crate) median_ms: f64,
    /// Spread of the logarithm.
    pub(crate) sigma: f64,
    /// Part of the calls that take `spike` times as long.
    pub(crate) spikes: f64,
    pub(crate) spike: f64,
}

impl Latency {
    pub(crate) const fn new(median_ms: f64, sigma: f64) -> Self {
        Self {
            median_ms,
            sigma,
            spikes: 0.0,
            spike: 1.0,
        }
    }

    pub(crate) const fn with_spikes(self, spikes: f64, spike: f64) -> Self {
        Self {
            spikes,
            spike,
            ..self
        }
    }

    fn sample(&self, rng: &mut Rng) -> f64 {
        let base = self.median_ms * (self.sigma * rng.normal()).exp();
        if rng.chance(self.spikes) {
            base * self.spike
        } else {
            base
        }
    }

    /// The p99 without spikes.
    pub(crate) fn p99_ms(&self) -> f64 {
        self.median_ms * (self.sigma * Z99).exp()
    }
}

/// What the cloud does with a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mood {
    /// Answers, this many times slower than usual, a part of the calls failing.
    Up { slower: f64, failing: f64 },
    /// Ever faster, from `slower` at the start of the phase to usual at its end.
    Recovering { slower: f64 },
    /// Refuses at once.
    Refused,
    /// Never answers.
    Silent,
    /// 429, with `Retry-After` where given.
    Busy { retry_after_ms: Option<u64> },
}

impl Mood {
    pub(crate) const GOOD: Self = Self::Up {
        slower: 1.0,
        failing: 0.0,
    };

    /// Whether nothing gets through.
    pub(crate) fn is_down(self) -> bool {
        matches!(self, Self::Refused | Self::Silent)
    }
}

/// From a moment on, until the next phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Phase {
    pub(crate) from_ms: u64,
    pub(crate) mood: Mood,
    /// The local model is this many times slower: the device is busy with something else.
    pub(crate) local_slower: f64,
}

impl Phase {
    pub(crate) const fn new(from_ms: u64, mood: Mood) -> Self {
        Self {
            from_ms,
            mood,
            local_slower: 1.0,
        }
    }
}

/// How right a path is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Skill {
    /// Part of its answers that are right.
    pub(crate) right: f64,
    /// How sure it says it is, at least and at most.
    pub(crate) sure: (f64, f64),
    /// Part of its answers that are `unknown`.
    pub(crate) unknown: f64,
}

impl Skill {
    pub(crate) fn opinion(&self, rng: &mut Rng) -> Opinion {
        let label = if rng.chance(self.right) {
            TRUTH
        } else {
            Label(2 + rng.bits() % 8)
        };
        let unknown = rng.chance(self.unknown);
        Opinion {
            says: (!unknown).then_some(label),
            confidence: Confidence::new(rng.between(self.sure.0, self.sure.1) as f32),
        }
    }
}

/// What becomes of one cloud call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Answers,
    Fails,
    Busy {
        retry_after_ms: Option<u64>,
    },
    /// Nothing is ever heard of it.
    Lost,
}

/// The world of one run.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) local: Latency,
    pub(crate) cloud: Latency,
    /// Part of the requests that the local model is unsure of.
    pub(crate) hard: f64,
    pub(crate) local_easy: Skill,
    pub(crate) local_hard: Skill,
    pub(crate) cloud_skill: Skill,
    /// Part of the local runs that fail.
    pub(crate) local_failing: f64,
    /// By time, the first from 0.
    pub(crate) phases: Vec<Phase>,
}

impl World {
    /// A small model on the device, a better and slower one in the cloud, a good line.
    pub(crate) fn good() -> Self {
        Self {
            local: Latency::new(8.0, 0.25),
            cloud: Latency::new(70.0, 0.25),
            hard: 0.2,
            local_easy: Skill {
                right: 0.97,
                sure: (0.75, 0.99),
                unknown: 0.0,
            },
            local_hard: Skill {
                right: 0.5,
                sure: (0.3, 0.6),
                unknown: 0.1,
            },
            cloud_skill: Skill {
                right: 0.95,
                sure: (0.8, 0.98),
                unknown: 0.0,
            },
            local_failing: 0.0,
            phases: vec![Phase::new(0, Mood::GOOD)],
        }
    }

    pub(crate) fn phase(&self, at_ms: f64) -> Phase {
        let begun = self.phases.iter().rev().find(|p| p.from_ms as f64 <= at_ms);
        begun.or(self.phases.first()).copied().expect("a phase")
    }

    fn phase_ends_ms(&self, at_ms: f64) -> f64 {
        let next = self.phases.iter().find(|p| p.from_ms as f64 > at_ms);
        next.map_or(f64::INFINITY, |phase| phase.from_ms as f64)
    }

    /// How long the local model takes for a request that comes at `at_ms`.
    pub(crate) fn local_ms(&self, at_ms: f64, rng: &mut Rng) -> f64 {
        self.local.sample(rng) * self.phase(at_ms).local_slower
    }

    /// What the local model mostly does not exceed at `at_ms`.
    pub(crate) fn local_p99_ms(&self, at_ms: f64) -> f64 {
        self.local.p99_ms() * self.phase(at_ms).local_slower
    }

    /// What becomes of a call made at `at_ms`, and after how long.
    pub(crate) fn call(&self, at_ms: f64, rng: &mut Rng) -> (f64, Fate) {
        let phase = self.phase(at_ms);
        let usual = self.cloud.sample(rng);
        let chance = rng.unit();
        match phase.mood {
            Mood::Refused => (2.0, Fate::Fails),
            Mood::Silent => (0.0, Fate::Lost),
            Mood::Busy { retry_after_ms } => (usual / 3.0, Fate::Busy { retry_after_ms }),
            Mood::Up { failing, .. } if chance < failing => (usual / 2.0, Fate::Fails),
            Mood::Up { slower, .. } => self.arrives(at_ms, usual * slower),
            Mood::Recovering { slower } => {
                let from = phase.from_ms as f64;
                let part = (at_ms - from) / (self.phase_ends_ms(at_ms) - from);
                self.arrives(at_ms, usual * (slower + (1.0 - slower) * part))
            }
        }
    }

    /// An answer on its way is cut where the line goes down before it is here.
    fn arrives(&self, at_ms: f64, takes_ms: f64) -> (f64, Fate) {
        match self.phase(at_ms + takes_ms).mood {
            Mood::Refused => (takes_ms, Fate::Fails),
            Mood::Silent => (0.0, Fate::Lost),
            _ => (takes_ms, Fate::Answers),
        }
    }
}
