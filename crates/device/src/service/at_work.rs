//! How many cores are at work, so that a question that is alone may use a second one.
//!
//! Invariant: no more threads work than there are cores because of it, those of other programs
//! included where the system tells: two halves of a text wait for each other once a layer, and a half
//! whose core does something else makes the whole late. Never makes anybody wait.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts threads that answer questions.
#[derive(Debug)]
pub(crate) struct AtWork {
    busy: AtomicUsize,
    all: usize,
    /// Threads of all programs that run or could; `None` where the system does not tell.
    runnable: fn() -> Option<usize>,
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
            runnable,
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

    /// A core that nobody uses; `None` where all are at work, or another program is.
    pub(crate) fn spare(&self) -> Option<Busy<'_>> {
        let ours = self.busy.load(Ordering::Relaxed).max(1);
        if (self.runnable)().is_some_and(|all| all > ours) {
            return None;
        }
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

/// As Linux counts them, in a few microseconds.
fn runnable() -> Option<usize> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    let (running, _) = load.split_whitespace().nth(3)?.split_once('/')?;
    running.parse().ok()
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
            runnable: || Some(1),
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

    #[test]
    fn a_core_that_another_program_uses_is_not_spare() {
        let alone = |runnable| AtWork {
            busy: AtomicUsize::new(0),
            all: 2,
            runnable,
        };
        let busy = alone(|| Some(2));
        let _question = busy.enter();
        assert!(busy.spare().is_none());
        let untold = alone(|| None);
        let _question = untold.enter();
        assert!(untold.spare().is_some());
    }
}
