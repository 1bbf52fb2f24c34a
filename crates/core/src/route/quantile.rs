//! How long a path takes lately: quantiles of a stream in bounded memory, recent samples first.
//!
//! A histogram of log-spaced buckets whose weights fade by time and by count. Invariant: for
//! samples between [`LEAST`] and [`MOST`] a quantile is within [`RELATIVE_ERROR`] of the exact
//! quantile of the same faded samples. Only `+ - * /` are used, so native and wasm agree to the
//! bit.

use super::time::Moment;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Shortest time told apart; less counts as this.
pub const LEAST: Duration = Duration::from_micros(100);
/// Longest time told apart; more counts as this.
pub const MOST: Duration = Duration::from_secs(60);
/// How far a quantile may lie from the exact one: (γ - 1) / (γ + 1) for buckets that grow by γ.
pub const RELATIVE_ERROR: f64 = (GROWTH - 1.0) / (GROWTH + 1.0);

/// Each bucket's upper bound over the one before.
const GROWTH: f64 = 1.05;
/// Buckets from [`LEAST`] to [`MOST`]: the least `n` with `100 µs · 1.05^(n-1) >= 60 s`.
const BUCKETS: usize = 274;
/// Upper bounds of the buckets, microseconds.
static BOUNDS: [f64; BUCKETS] = bounds();
/// Less faded weight than this says nothing: the caller's prior holds.
const LEAST_WEIGHT: f64 = 2.5;

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn bounds() -> [f64; BUCKETS] {
    let mut bounds = [0.0; BUCKETS];
    let mut bound = LEAST.as_micros() as f64;
    let mut index = 0;
    while index < BUCKETS {
        bounds[index] = bound;
        bound *= GROWTH;
        index += 1;
    }
    bounds
}

/// How fast samples fade.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fading {
    /// Time after which a sample weighs half.
    pub half_life_ms: u32,
    /// Samples that together weigh as much as all that came before: a new one fades the others by
    /// one part in `window`. A spike is the p95 after a twentieth of it.
    pub window: u32,
}

impl Default for Fading {
    fn default() -> Self {
        Self {
            half_life_ms: 5_000,
            window: 100,
        }
    }
}

/// What is asked of a latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// Half of the calls take no longer.
    pub p50: Duration,
    /// 19 of 20 calls take no longer.
    pub p95: Duration,
    /// 99 of 100 calls take no longer.
    pub p99: Duration,
}

impl Quantiles {
    /// The same time for all three, for want of samples.
    #[must_use]
    pub const fn all(time: Duration) -> Self {
        Self {
            p50: time,
            p95: time,
            p99: time,
        }
    }
}

/// The latencies of one task on one path. 2.2 KB, whatever the traffic.
#[derive(Debug, Clone)]
pub struct Sketch {
    fading: Fading,
    weights: Vec<f64>,
    total: f64,
    at: Moment,
}

impl Sketch {
    /// Without a sample.
    #[must_use]
    pub fn new(fading: Fading) -> Self {
        Self {
            fading,
            weights: vec![0.0; BUCKETS],
            total: 0.0,
            at: Moment::START,
        }
    }

    /// Adds a sample.
    pub fn record(&mut self, time: Duration, now: Moment) {
        let keep = self.kept(now) * (1.0 - 1.0 / f64::from(self.fading.window.max(1)));
        let micros = time.as_micros() as f64;
        let bucket = BOUNDS
            .partition_point(|bound| *bound < micros)
            .min(BUCKETS - 1);
        for weight in &mut self.weights {
            *weight *= keep;
        }
        if let Some(weight) = self.weights.get_mut(bucket) {
            *weight += 1.0;
        }
        self.total = self.weights.iter().sum();
        self.at = self.at.max(now);
    }

    /// Forgets all samples: they were made on another line.
    pub fn forget(&mut self) {
        self.weights.fill(0.0);
        self.total = 0.0;
    }

    /// Weight of all samples at `now`: how many fresh ones they are worth, `window` at most.
    #[must_use]
    pub fn weight(&self, now: Moment) -> f64 {
        self.total * self.kept(now)
    }

    /// The three quantiles; `None` where too few samples are left to say.
    #[must_use]
    pub fn quantiles(&self, now: Moment) -> Option<Quantiles> {
        self.last_known()
            .filter(|_| self.weight(now) >= LEAST_WEIGHT)
    }

    /// The three quantiles as of the last sample, however old or lone it is; `None` without one.
    #[must_use]
    pub fn last_known(&self) -> Option<Quantiles> {
        Some(Quantiles {
            p50: self.quantile(0.5)?,
            p95: self.quantile(0.95)?,
            p99: self.quantile(0.99)?,
        })
    }

    /// The time that `share` of the weight does not exceed; `None` without a sample.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        if self.total <= 0.0 {
            return None;
        }
        // A hair less, so that rounding in a sum never skips the bucket that it just reaches.
        let rank = share.clamp(0.0, 1.0) * self.total * (1.0 - 1e-9);
        let mut sum = 0.0;
        let mut lower = None;
        for (weight, upper) in self.weights.iter().zip(&BOUNDS) {
            sum += weight;
            if *weight > 0.0 && sum >= rank {
                return Some(middle(lower, *upper));
            }
            lower = Some(*upper);
        }
        Some(MOST)
    }

    /// What time alone left of a weight since the last sample: 2^(-elapsed / half-life), straight
    /// between whole half-lives.
    fn kept(&self, now: Moment) -> f64 {
        let half_life = u128::from(self.fading.half_life_ms.max(1)) * 1_000_000;
        let elapsed = now.since(self.at).as_nanos();
        let whole = u32::try_from(elapsed / half_life).unwrap_or(u32::MAX);
        let part = (elapsed % half_life) as f64 / half_life as f64;
        let halved = 1_u64.checked_shl(whole).map_or(0.0, |n| 1.0 / n as f64);
        halved * (1.0 - part / 2.0)
    }
}

/// The value of a bucket that is equally far, in parts of itself, from both its bounds.
fn middle(lower: Option<f64>, upper: f64) -> Duration {
    let micros = lower.map_or(upper, |lower| 2.0 * lower * upper / (lower + upper));
    Duration::from_nanos((micros * 1_000.0) as u64).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::{BOUNDS, BUCKETS, Fading, LEAST, MOST, RELATIVE_ERROR, Sketch};
    use crate::route::Moment;
    use proptest::prelude::*;
    use std::time::Duration;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// The exact quantile of the same samples under the same fading.
    fn exact(samples: &[(Moment, Duration)], fading: Fading, share: f64) -> Duration {
        let mut weighed: Vec<(Duration, f64)> = Vec::new();
        let mut last = Moment::START;
        for (at, time) in samples {
            let halves = at.since(last).as_secs_f64() * 1_000.0 / f64::from(fading.half_life_ms);
            let part = halves.fract();
            let keep = 0.5_f64.powi(halves as i32)
                * (1.0 - part / 2.0)
                * (1.0 - 1.0 / f64::from(fading.window));
            for (_, weight) in &mut weighed {
                *weight *= keep;
            }
            weighed.push((*time, 1.0));
            last = *at;
        }
        weighed.sort_by_key(|(time, _)| *time);
        let total: f64 = weighed.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        for (time, weight) in &weighed {
            sum += weight;
            if sum >= share * total * (1.0 - 1e-9) {
                return *time;
            }
        }
        weighed.last().map_or(MOST, |(time, _)| *time)
    }

    proptest! {
        #[test]
        fn within_the_stated_error_of_the_exact_quantile(
            samples in prop::collection::vec((0_u64..3_000_000, 100_u64..60_000_000), 1..200),
            half_life_ms in 1_000_u32..100_000,
            window in 2_u32..1_000,
        ) {
            let fading = Fading { half_life_ms, window };
            let mut sketch = Sketch::new(fading);
            let mut at = Moment::START;
            let samples: Vec<_> = samples
                .into_iter()
                .map(|(gap, time)| {
                    at = at.after(Duration::from_micros(gap));
                    (at, Duration::from_micros(time))
                })
                .collect();
            for (at, time) in &samples {
                sketch.record(*time, *at);
            }
            for share in [0.01, 0.5, 0.9, 0.95, 0.99, 1.0] {
                let told = sketch.quantile(share).unwrap().as_secs_f64();
                let truth = exact(&samples, fading, share).as_secs_f64();
                prop_assert!(
                    (told - truth).abs() <= truth * (RELATIVE_ERROR + 1e-6),
                    "{share}: {told} for {truth}"
                );
            }
            prop_assert!(sketch.weight(at) <= f64::from(window) + 1e-6);
        }
    }

    #[test]
    fn the_buckets_span_the_range_and_no_more() {
        let most = MOST.as_micros() as f64;
        assert!(BOUNDS[BUCKETS - 1] >= most && BOUNDS[BUCKETS - 2] < most);
        let mut sketch = Sketch::new(Fading::default());
        sketch.record(Duration::ZERO, Moment::START);
        assert_eq!(sketch.quantile(1.0), Some(LEAST));
        sketch.record(Duration::MAX, Moment::START);
        let told = sketch.quantile(1.0).expect("a sample").as_secs_f64();
        assert!((told / MOST.as_secs_f64() - 1.0).abs() <= RELATIVE_ERROR);
    }

    #[test]
    fn a_spike_is_seen_within_few_samples_and_forgotten_when_it_is_over() {
        let mut sketch = Sketch::new(Fading::default());
        let mut at = Moment::START;
        let mut record = |sketch: &mut Sketch, time, count| {
            for _ in 0..count {
                at = at.after(ms(10));
                sketch.record(time, at);
            }
            sketch.quantiles(at).expect("samples")
        };
        assert!(record(&mut sketch, ms(50), 500).p99 < ms(52));
        let spiked = record(&mut sketch, ms(400), 6);
        assert!(spiked.p95 > ms(380), "{spiked:?}");
        assert!(spiked.p50 < ms(52), "{spiked:?}");
        assert!(record(&mut sketch, ms(50), 60).p95 < ms(52));
    }

    #[test]
    fn too_little_says_nothing() {
        let mut sketch = Sketch::new(Fading::default());
        sketch.record(ms(5), Moment::START);
        assert_eq!(sketch.quantiles(Moment::START), None);
        sketch.record(ms(5), Moment::START);
        sketch.record(ms(5), Moment::START);
        assert!(sketch.quantiles(Moment::START).is_some());
        assert_eq!(sketch.quantiles(Moment::from_millis(10_000)), None);
        sketch.forget();
        assert_eq!(sketch.quantile(0.5), None);
    }
}
