//! Moments and random draws, as the shell passes them in.

use std::time::Duration;

/// A moment: the time since the shell's own start, by a clock that never runs back.
///
/// Arithmetic saturates, so that no event order, however wrong, can panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(Duration);

impl Moment {
    /// When the shell started.
    pub const START: Self = Self(Duration::ZERO);

    /// The moment `since_start` after the start.
    #[must_use]
    pub const fn new(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// The moment `millis` milliseconds after the start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Time since the start.
    #[must_use]
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// The moment `time` later.
    #[must_use]
    pub const fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }

    /// The moment `time` earlier, at the earliest the start.
    #[must_use]
    pub const fn before(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(time))
    }

    /// Time from `earlier` to this moment; zero where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// 64 random bits from the shell, fresh for every event. The same bits give the same decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw(pub u64);

impl Draw {
    /// A number in `0.0..1.0`, another one for each `use_`: one draw serves several decisions.
    pub(super) fn unit(self, use_: Use) -> f64 {
        // SplitMix64's finaliser: neighbouring inputs give unrelated outputs.
        let mut bits = self.0 ^ (use_ as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // 53 bits fit a float exactly.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What a random number is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// How long a breaker stays open.
    Open = 1,
    /// How long a retry waits.
    Retry,
    /// Whether a request is audited.
    Audit,
}

/// `time` times `factor`; a factor that is negative or no number counts as 0.
pub(super) fn scaled(time: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(if factor > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    })
}

#[cfg(test)]
mod tests {
    use super::{Draw, Moment, Use, scaled};
    use std::time::Duration;

    #[test]
    fn moments_saturate() {
        let at = Moment::from_millis(5);
        assert_eq!(at.before(Duration::from_secs(1)), Moment::START);
        assert_eq!(at.since(at.after(Duration::from_secs(1))), Duration::ZERO);
        assert_eq!(at.after(Duration::MAX).since_start(), Duration::MAX);
        assert_eq!(scaled(Duration::from_secs(1), -1.0), Duration::ZERO);
        assert_eq!(scaled(Duration::from_secs(1), f64::NAN), Duration::ZERO);
        assert_eq!(scaled(Duration::from_secs(1), f64::INFINITY), Duration::MAX);
    }

    #[test]
    fn draws_are_uniform_and_differ_by_use() {
        let mut tenths = [0_u32; 10];
        for bits in 0..10_000 {
            let unit = Draw(bits).unit(Use::Open);
            assert!((0.0..1.0).contains(&unit));
            tenths[(unit * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|n| (900..1100).contains(n)), "{tenths:?}");
        assert!((Draw(7).unit(Use::Open) - Draw(7).unit(Use::Retry)).abs() > 1e-9);
    }
}
