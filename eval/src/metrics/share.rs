//! A share of a count and the interval that its true value lies in.

use serde::{Deserialize, Serialize};

/// 97.5th percentile of the standard normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Bounds of a 95 % interval, written `[low, high]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval(pub f64, pub f64);

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that count.
    pub hits: usize,
    /// All.
    pub total: usize,
}

impl Share {
    /// Counts those for which the test holds.
    pub fn of<T>(all: impl IntoIterator<Item = T>, test: impl Fn(T) -> bool) -> Self {
        let mut share = Self::default();
        for one in all {
            share.add(test(one));
        }
        share
    }

    /// One more.
    pub fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.total += 1;
    }

    /// Between 0 and 1; `None` of nothing.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.total > 0).then(|| self.hits as f64 / self.total as f64)
    }

    /// Wilson score interval at 95 % (Wilson 1927): right also near 0 and 1 and for few rows,
    /// where the usual "± 1.96 standard errors" leaves the range or shrinks to nothing.
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        let p = self.value()?;
        let n = self.total as f64;
        let scale = 1.0 / (1.0 + Z * Z / n);
        let centre = p + Z * Z / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some(Interval(
            (scale * (centre - spread)).max(0.0),
            (scale * (centre + spread)).min(1.0),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, Share};

    #[test]
    fn wilson_matches_values_worked_out_by_hand() {
        // 8 of 10: (0.8 + 0.19207 ± 1.96·√(0.016 + 0.009604)) / 1.38415; Newcombe 1998 for 81/263
        for (hits, total, low, high) in [
            (8, 10, 0.4902, 0.9433),
            (0, 10, 0.0, 0.2775),
            (10, 10, 0.7225, 1.0),
            (81, 263, 0.2553, 0.3662),
        ] {
            let Interval(l, h) = Share { hits, total }.interval().expect("some");
            assert!(
                (l - low).abs() < 1e-4 && (h - high).abs() < 1e-4,
                "{hits}/{total}: {l} {h}"
            );
        }
    }

    #[test]
    fn nothing_has_no_share() {
        let none = Share::of(Vec::<u8>::new(), |_| true);
        assert_eq!((none.value(), none.interval()), (None, None));
        assert_eq!(Share::of([1, 2, 3, 4], |n| n > 1).value(), Some(0.75));
    }
}
