//! Seeded chance: how long something takes and whether it fails.

use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use std::time::Duration;

/// 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874;

/// A lognormal time by its median and its 99th percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spread {
    /// Half are shorter. 0: everything takes no time.
    pub(crate) p50_ms: f64,
    /// One in a hundred is longer; at least `p50_ms`.
    pub(crate) p99_ms: f64,
}

impl Spread {
    pub(crate) const NONE: Self = Self {
        p50_ms: 0.0,
        p99_ms: 0.0,
    };

    /// Whether it is a distribution at all.
    pub(crate) fn is_sound(&self) -> bool {
        self.p50_ms.is_finite()
            && self.p99_ms.is_finite()
            && self.p50_ms >= 0.0
            && self.p99_ms >= self.p50_ms
    }

    /// One time.
    pub(crate) fn draw(&self, chance: &mut fastrand::Rng) -> Duration {
        if self.p50_ms <= 0.0 {
            return Duration::ZERO;
        }
        let sigma = (self.p99_ms / self.p50_ms).ln() / Z99;
        // Box and Muller; 1 - x keeps the logarithm's argument above 0.
        let radius = (-2.0 * (1.0 - chance.f64()).ln()).sqrt();
        let normal = radius * (TAU * chance.f64()).cos();
        let ms = self.p50_ms * (sigma * normal).exp();
        Duration::from_secs_f64((ms / 1_000.0).min(86_400.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn a_spread_has_its_percentiles_and_its_seed() {
        let spread = Spread {
            p50_ms: 100.0,
            p99_ms: 900.0,
        };
        let draw = || {
            let mut chance = fastrand::Rng::with_seed(7);
            let mut all: Vec<f64> = (0..20_000)
                .map(|_| spread.draw(&mut chance).as_secs_f64() * 1e3)
                .collect();
            all.sort_by(f64::total_cmp);
            all
        };
        let all = draw();
        assert!((all[10_000] - 100.0).abs() < 4.0, "{}", all[10_000]);
        assert!((all[19_800] - 900.0).abs() < 80.0, "{}", all[19_800]);
        assert_eq!(all, draw());
        let mut chance = fastrand::Rng::with_seed(7);
        assert!(Spread::NONE.draw(&mut chance).is_zero());
    }
}
