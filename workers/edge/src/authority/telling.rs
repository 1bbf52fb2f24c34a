//! Who tells the read model, where it does not take something.
//!
//! Invariant: nothing is passed over because the database is away: only what it refuses alone,
//! several times, while it takes others of the same make and size.

use std::cell::Cell;

/// A part that fails so often is told one row at a time.
const WHOLE: u32 = 2;
/// A row that fails so often alone is passed over.
const ALONE: u32 = 3;

/// How it goes. In memory: an object that is made anew begins with whole parts.
#[derive(Debug, Default)]
pub(super) struct Telling {
    failures: Cell<u32>,
    /// So many rows are told alone.
    alone: Cell<u32>,
}

impl Telling {
    /// Rows and entries of the next part, at most `part`.
    pub(super) fn part(&self, part: u32) -> u32 {
        if self.alone.get() > 0 { 1 } else { part }
    }

    /// The part was taken.
    pub(super) fn worked(&self) {
        self.failures.set(0);
        self.alone.set(self.alone.get().saturating_sub(1));
    }

    /// It was passed over: the next has its own attempts, and says nothing of how the others go.
    pub(super) fn passed_over(&self) {
        self.failures.set(0);
    }

    /// It was not; whether it is to be passed over, should the database take others.
    pub(super) fn failed(&self, part: u32) -> bool {
        let failures = self.failures.get().saturating_add(1);
        self.failures.set(failures);
        if self.alone.get() > 0 {
            return failures >= ALONE;
        }
        if failures >= WHOLE {
            self.failures.set(0);
            self.alone.set(part);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Telling;

    #[test]
    fn what_fails_is_told_alone_and_then_passed_over() {
        let telling = Telling::default();
        assert_eq!(telling.part(200), 200);
        assert!(!telling.failed(200));
        assert_eq!(telling.part(200), 200, "once is no pattern");
        assert!(!telling.failed(200));
        assert_eq!(telling.part(200), 1);
        telling.worked();
        assert!(!telling.failed(200) && !telling.failed(200), "the next one");
        assert!(
            telling.failed(200) && telling.failed(200),
            "while it is not passed over"
        );
        telling.passed_over();
        assert!(!telling.failed(200) && !telling.failed(200));
        telling.worked();
        for _ in 0..198 {
            assert_eq!(telling.part(200), 1);
            telling.worked();
        }
        assert_eq!(telling.part(200), 200, "and all as before");
    }
}
