//! How many cores are at work, so that a question that is alone may use a second one.
//!
//! Invariant: no more threads work than there are cores because of it. Never makes anybody wait.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts threads that answer questions.
#[derive(Debug)]
pub(crate) struct AtWork {
    busy: AtomicUsize,
    all: usize,
}

/// A thread at work, until it is dropped.
#[derive(Debug)]
pub(crate) struct Busy<'a>(&'a AtWork);

impl AtWork {
    /// Of this machine.
    pub(crate) fn new() -> Self {
        Self {
            busy: AtomicUsize::new(0),
            all: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// How many cores there are.
    pub(crate) fn cores(&self) -> usize {
        self.all
    }

    /// A question is being answered.
    pub(crate) fn enter(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// A core that nobody uses; `None` where all are at work.
    pub(crate) fn spare(&self) -> Option<Busy<'_>> {
        let more = |busy: usize| (busy < self.all).then_some(busy + 1);
        self.busy
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .ok()
            .map(|_| Busy(self))
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::AtWork;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn a_lone_question_gets_a_second_core_and_no_third_where_there_are_two() {
        let at_work = AtWork {
            busy: AtomicUsize::new(0),
            all: 2,
        };
        let first = at_work.enter();
        let second = at_work.spare();
        assert!(second.is_some() && at_work.spare().is_none());
        drop(second);
        let other = at_work.enter();
        assert!(at_work.spare().is_none());
        drop((first, other));
        assert!(at_work.spare().is_some());
    }
}
