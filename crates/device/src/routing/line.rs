//! Whether the cloud is reached at all.
//!
//! Real calls tell it for nothing; where none was made for a while, a ping does. Invariant: the
//! line is said to be down only after two pings in a row found nobody, and up again only after two
//! answers in a row: one lost call is no outage, and a flapping line stays down. A slow cloud is
//! not a broken line; the breakers see to that.

use super::Shell;
use crate::cloud::{CloudAsk, CloudError};
use olympus_core::route::Connectivity;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Silence after which somebody asks.
const QUIET: Duration = Duration::from_secs(15);
/// Between pings while the line is down.
const DOWN: Duration = Duration::from_secs(3);
/// Before a second look.
const DOUBT: Duration = Duration::from_millis(500);
/// A ping's time.
const PATIENCE: Duration = Duration::from_secs(5);
/// Calls without an answer after which somebody asks.
const LOST: u32 = 3;
/// Alike results in a row that are believed.
const SAME: u32 = 2;

/// What came of a call or a ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// A question; whether anybody answered, be it with a refusal.
    Call(bool),
    /// A ping; the same.
    Ping(bool),
}

/// What is known of the line.
#[derive(Debug, Default)]
pub(super) struct Line {
    evidence: Mutex<Evidence>,
    /// Something was heard that changes when to ask next.
    news: Notify,
}

#[derive(Debug)]
struct Evidence {
    connectivity: Connectivity,
    /// Answers in a row.
    answers: u32,
    /// Pings in a row that found nobody.
    pings_lost: u32,
    /// Questions in a row that found nobody.
    calls_lost: u32,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            connectivity: Connectivity::Online,
            answers: 0,
            pings_lost: 0,
            calls_lost: 0,
        }
    }
}

impl Evidence {
    /// The line's new state, where this changes it.
    fn hear(&mut self, heard: Heard) -> Option<Connectivity> {
        match heard {
            Heard::Call(true) | Heard::Ping(true) => {
                self.answers = self.answers.saturating_add(1);
                (self.pings_lost, self.calls_lost) = (0, 0);
            }
            Heard::Call(false) => {
                self.answers = 0;
                self.calls_lost = self.calls_lost.saturating_add(1);
            }
            Heard::Ping(false) => {
                self.answers = 0;
                self.pings_lost = self.pings_lost.saturating_add(1);
            }
        }
        let next = if self.answers >= SAME {
            Connectivity::Online
        } else if self.pings_lost >= SAME {
            Connectivity::Offline
        } else {
            return None;
        };
        (std::mem::replace(&mut self.connectivity, next) != next).then_some(next)
    }

    /// When to ask next, from now.
    fn ask_in(&self) -> Duration {
        let doubtful = match self.connectivity {
            Connectivity::Offline => self.answers > 0,
            _ => self.pings_lost > 0 || self.calls_lost >= LOST,
        };
        match self.connectivity {
            _ if doubtful => DOUBT,
            Connectivity::Offline => DOWN,
            _ => QUIET,
        }
    }
}

impl Line {
    pub(super) fn connectivity(&self) -> Connectivity {
        self.evidence().connectivity
    }

    /// Takes note; the line's new state where it changed.
    pub(super) fn hear(&self, heard: Heard) -> Option<Connectivity> {
        let mut evidence = self.evidence();
        let before = evidence.ask_in();
        let changed = evidence.hear(heard);
        let sooner = evidence.ask_in() < before;
        drop(evidence);
        // An answer puts the next ping off; a loss may bring it forward.
        if sooner || matches!(heard, Heard::Call(true)) {
            self.news.notify_one();
        }
        changed
    }

    fn evidence(&self) -> MutexGuard<'_, Evidence> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches the line for ever.
pub(super) async fn watch(shell: Arc<Shell>) {
    loop {
        let wait = shell.line.evidence().ask_in();
        let wait = super::jittered(wait);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shell.line.news.notified() => continue,
        }
        let answered = somebody_answers(&shell).await;
        shell.heard(Heard::Ping(answered));
    }
}

async fn somebody_answers(shell: &Shell) -> bool {
    let ask = CloudAsk::new("line", PATIENCE, ());
    let answer = tokio::time::timeout(PATIENCE, shell.cloud.ping(&ask)).await;
    match answer {
        Ok(Ok(())) => true,
        Ok(Err(error)) => is_reached(&error),
        Err(_) => false,
    }
}

/// Whether somebody answered, be it with an error.
pub(super) fn is_reached(error: &CloudError) -> bool {
    !matches!(error, CloudError::Unreachable(_) | CloudError::TimedOut(_))
}

#[cfg(test)]
mod tests {
    use super::{DOUBT, DOWN, Evidence, Heard, QUIET};
    use olympus_core::route::Connectivity::{Offline, Online};

    #[test]
    fn lost_calls_only_make_somebody_ask() {
        let mut line = Evidence::default();
        assert_eq!(line.ask_in(), QUIET);
        for _ in 0..100 {
            assert_eq!(line.hear(Heard::Call(false)), None);
        }
        assert_eq!(line.ask_in(), DOUBT);
        assert_eq!(line.hear(Heard::Ping(true)), None);
        assert_eq!(line.ask_in(), QUIET, "the cloud was slow, not away");
    }

    #[test]
    fn two_alike_in_a_row_are_believed() {
        let mut line = Evidence::default();
        assert_eq!(line.hear(Heard::Ping(false)), None);
        assert_eq!(line.ask_in(), DOUBT);
        assert_eq!(line.hear(Heard::Call(true)), None, "not in a row");
        assert_eq!(line.hear(Heard::Ping(false)), None);
        assert_eq!(line.hear(Heard::Ping(false)), Some(Offline));
        assert_eq!(line.ask_in(), DOWN);
        assert_eq!(line.hear(Heard::Ping(false)), None, "known already");
        assert_eq!(line.hear(Heard::Ping(true)), None);
        assert_eq!(line.ask_in(), DOUBT);
        assert_eq!(line.hear(Heard::Ping(false)), None, "flapping");
        assert_eq!(line.hear(Heard::Ping(true)), None);
        assert_eq!(line.hear(Heard::Ping(true)), Some(Online));
        assert_eq!(line.ask_in(), QUIET);
    }
}
