//! When to come again to what does not answer.

use std::cell::Cell;

/// Longest wait.
const MOST_MS: u64 = 300_000;

/// Waits that grow while it fails. In memory: an object that is made anew tries at once.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    from_ms: Cell<u64>,
    failures: Cell<u32>,
}

impl Backoff {
    /// Not before this.
    pub(super) fn not_before_ms(&self) -> u64 {
        self.from_ms.get()
    }

    /// Whether it failed when it was last tried.
    pub(super) fn has_failed(&self) -> bool {
        self.failures.get() > 0
    }

    /// It failed: the next attempt is `first_ms` later, or twice as late as the one before.
    pub(super) fn failed(&self, now_ms: u64, first_ms: u64) {
        let doublings = self.failures.get().min(16);
        let wait = first_ms.saturating_mul(1 << doublings).min(MOST_MS);
        self.from_ms.set(now_ms.saturating_add(wait));
        self.failures.set(self.failures.get().saturating_add(1));
    }

    /// It answered.
    pub(super) fn worked(&self) {
        self.from_ms.set(0);
        self.failures.set(0);
    }

    /// A person wants it tried now.
    pub(super) fn hurry(&self) {
        self.from_ms.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, MOST_MS};

    #[test]
    fn waits_grow_while_it_fails_and_end_when_it_works() {
        let backoff = Backoff::default();
        let waits: Vec<u64> = (0..12)
            .map(|_| {
                backoff.failed(1_000, 5_000);
                backoff.not_before_ms() - 1_000
            })
            .collect();
        assert_eq!(waits[..3], [5_000, 10_000, 20_000]);
        assert_eq!(waits[11], MOST_MS);
        backoff.hurry();
        assert_eq!((backoff.not_before_ms(), backoff.has_failed()), (0, true));
        backoff.worked();
        backoff.failed(0, 5_000);
        assert_eq!(backoff.not_before_ms(), 5_000);
    }
}
