//! Percentiles of the time an answer took.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Milliseconds from asking to having the answer, seen from the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencyMs {
    /// Half of the answers took no longer.
    pub p50: f64,
    /// 95 of 100 took no longer.
    pub p95: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}

impl LatencyMs {
    /// Of any number of times; zeros of none.
    #[must_use]
    pub fn of(times: &[Duration]) -> Self {
        let mut ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        ms.sort_by(f64::total_cmp);
        Self {
            p50: percentile(&ms, 50),
            p95: percentile(&ms, 95),
            p99: percentile(&ms, 99),
        }
    }
}

/// Nearest rank: the smallest value that at least `percent` of 100 do not exceed. 0 of nothing.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{LatencyMs, percentile};
    use std::time::Duration;

    #[test]
    fn nearest_rank_by_hand() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let five = [15.0, 20.0, 35.0, 40.0, 50.0];
        for (values, percent, want) in [
            (&hundred[..], 50, 50.0),
            (&hundred, 95, 95.0),
            (&hundred, 99, 99.0),
            (&five, 5, 15.0),
            (&five, 30, 20.0),
            (&five, 50, 35.0),
            (&five, 100, 50.0),
            (&[7.0], 99, 7.0),
            (&[], 50, 0.0),
        ] {
            assert_eq!(
                percentile(values, percent),
                want,
                "p{percent} of {}",
                values.len()
            );
        }
    }

    #[test]
    fn times_are_sorted_and_in_milliseconds() {
        let times = [3, 1, 2].map(Duration::from_millis);
        assert_eq!(
            LatencyMs::of(&times),
            LatencyMs {
                p50: 2.0,
                p95: 3.0,
                p99: 3.0
            }
        );
    }
}
