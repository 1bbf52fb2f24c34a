//! What the till asks of the one who talks to the cloud: put in by the till's thread, taken out
//! by the agent.
//!
//! Invariant: nothing that is to be sent is lost between the two, and what piles up while nobody
//! takes it is bounded: requests by the sync client itself, times by being one, news by
//! [`MOST_NEWS`]. Where no cloud is set up nobody puts anything in.

use olympus_core::route::Moment;
use olympus_core::sync::client::{Notice, Send};
use olympus_proto::grant::OrderId;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Most notices, and most orders, that wait to be looked at. The database has them all.
const MOST_NEWS: usize = 1_000;

/// What there is to do.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Requests to the authority.
    pub(crate) send: Vec<Send>,
    /// When to tick, as it was said last.
    pub(crate) wake: Option<Moment>,
    /// What a person or a log is to know.
    pub(crate) notices: Vec<Notice>,
    /// Orders that changed.
    pub(crate) orders: BTreeSet<OrderId>,
}

impl Work {
    fn is_empty(&self) -> bool {
        self.send.is_empty()
            && self.wake.is_none()
            && self.notices.is_empty()
            && self.orders.is_empty()
    }
}

/// The box.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    work: Mutex<Work>,
    put: Notify,
}

impl Mailbox {
    /// Adds to what there is to do.
    pub(crate) fn put(&self, more: Work) {
        if more.is_empty() {
            return;
        }
        let mut work = self.work();
        work.send.extend(more.send);
        work.wake = more.wake.or(work.wake);
        let room = MOST_NEWS.saturating_sub(work.notices.len());
        work.notices.extend(more.notices.into_iter().take(room));
        let room = MOST_NEWS.saturating_sub(work.orders.len());
        work.orders.extend(more.orders.into_iter().take(room));
        drop(work);
        self.put.notify_one();
    }

    /// All there is, as soon as there is something. For one taker.
    pub(crate) async fn take(&self) -> Work {
        loop {
            // Asked for before it is looked, so that nothing put in between is slept over.
            let put = self.put.notified();
            let work = std::mem::take(&mut *self.work());
            if !work.is_empty() {
                return work;
            }
            put.await;
        }
    }

    /// The till was read from the disk anew: what it wanted to be sent before holds no more.
    pub(crate) fn forget(&self) {
        self.work().send.clear();
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_NEWS, Mailbox, Work};
    use olympus_core::route::Moment;
    use olympus_core::sync::client::Notice;
    use olympus_proto::sync::Incarnation;
    use std::sync::Arc;
    use std::time::Duration;

    fn news(count: u64) -> Work {
        Work {
            notices: (0..count)
                .map(|n| Notice::Registered(Incarnation(n)))
                .collect(),
            ..Work::default()
        }
    }

    #[tokio::test]
    async fn what_was_put_in_is_taken_at_once_and_together() {
        let mailbox = Arc::new(Mailbox::default());
        let waiting = tokio::spawn({
            let mailbox = Arc::clone(&mailbox);
            async move { mailbox.take().await }
        });
        tokio::task::yield_now().await;
        mailbox.put(Work::default());
        mailbox.put(news(1));
        let first = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        assert_eq!(first.expect("wakes").expect("ends").notices.len(), 1);
        let wake = |ms| Work {
            wake: Some(Moment::from_millis(ms)),
            ..Work::default()
        };
        mailbox.put(wake(7));
        mailbox.put(news(2));
        mailbox.put(wake(5));
        let both = mailbox.take().await;
        assert_eq!(both.notices.len(), 2);
        assert_eq!(both.wake, Some(Moment::from_millis(5)));
    }

    #[tokio::test]
    async fn news_that_nobody_takes_do_not_pile_up() {
        let mailbox = Mailbox::default();
        for _ in 0..3 {
            mailbox.put(news(MOST_NEWS as u64));
        }
        assert_eq!(mailbox.take().await.notices.len(), MOST_NEWS);
    }
}
