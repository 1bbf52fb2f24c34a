//! Telling the tills that rows have changed.
//!
//! Invariant: one call at a time; what changes meanwhile goes with the next one, which names the
//! latest change. A till that hears nothing pulls by itself after a while, so a fault costs time
//! and nothing else.

use crate::http::error::log;
use crate::live::{self, Event};
use olympus_proto::LocationId;
use std::cell::Cell;
use worker::Env;

/// What is to be told.
#[derive(Debug, Default)]
pub(super) struct Changes {
    head: Cell<u64>,
    told: Cell<u64>,
    telling: Cell<bool>,
}

impl Changes {
    /// Takes note of a change; whether somebody has to [`Self::tell`].
    pub(super) fn note(&self, head: u64) -> bool {
        self.head.set(head.max(self.head.get()));
        !self.telling.replace(true)
    }

    /// Tells until all is told.
    pub(super) async fn tell(&self, env: &Env, location: &LocationId) {
        while self.told.get() < self.head.get() {
            let head = self.head.get();
            self.told.set(head);
            let event = Event::Changed { head };
            if let Err(error) = live::broadcast(env, location, event).await {
                log(&format!(
                    "tills were not told of a change: {}",
                    error.message
                ));
            }
        }
        self.telling.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::Changes;

    #[test]
    fn one_tells_and_the_others_leave_it_to_that_one() {
        let changes = Changes::default();
        assert!(changes.note(3));
        assert!(!changes.note(5));
        assert!(!changes.note(4));
        assert_eq!(changes.head.get(), 5);
    }
}
