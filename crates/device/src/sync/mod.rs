//! The agent: it carries between the till and the location's authority.
//!
//! ```text
//!            ┌ courier ── register, push, pull ──────►┐
//!            ├ papers ─── welcome, grant, documents ─►│ LocationApi ─► Worker
//!  till ◄───►├ ear ────── live: changed, revoked ◄────│
//!            ├ reports ── how the terminal stands ───►│
//!            └ receipts ─ PDFs ──────────────────────►┘
//! ```
//! Invariant: nothing here decides: what is sent and when is said by `core::sync`, what is believed
//! by `core::grant`, and both are asked on the till's thread, which writes before it tells. Nobody
//! at the till ever waits for this; where no Worker is set up it is not there. Never keeps anything
//! that a restart may not lose.

mod compare;
mod courier;
mod ear;
mod evidence;
pub(crate) mod menu;
mod metrics;
mod papers;
mod receipts;
mod reconcile;
mod reports;

pub(crate) use metrics::SyncMetrics;
pub(crate) use reconcile::NotReconciled;

use crate::cloud::{Calling, CloudAsk, CloudError, Held, LocationApi};
use crate::till::Handle;
use evidence::{Evidence, Turn};
use olympus_proto::grant::TerminalId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What may keep the two from working together though the line is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    /// Sync speaks no common version.
    Version,
    /// Operations and rows.
    Sync,
    /// The terminal's registration and grants.
    Terminal,
    /// The location's menu.
    Menu,
}

/// One till's agent.
#[derive(Debug)]
pub(crate) struct Agent {
    location: Arc<dyn LocationApi>,
    till: Handle,
    terminal: TerminalId,
    metrics: SyncMetrics,
    evidence: Mutex<Evidence>,
    faults: Mutex<BTreeMap<Topic, String>>,
    /// Numbers of documents that were told of and that the terminal should have.
    told: Mutex<Held>,
    nudges: Nudges,
}

/// Whom to wake.
#[derive(Debug, Default)]
struct Nudges {
    /// The line is up again.
    reached: Notify,
    /// There is something to pull.
    changed: Notify,
    /// There are documents to fetch.
    papers: Notify,
    /// A socket may be opened.
    socket: Notify,
    /// Something changed that is worth a report.
    report: Notify,
    /// There may be receipts.
    receipts: Notify,
    /// There may be another menu.
    menu: Notify,
}

impl Agent {
    /// The agent between `till` and `location`.
    pub(crate) fn new(
        location: Arc<dyn LocationApi>,
        till: Handle,
        metrics: SyncMetrics,
    ) -> Arc<Self> {
        let terminal = till.setup().terminal.clone();
        Arc::new(Self {
            location,
            till,
            terminal,
            metrics,
            evidence: Mutex::default(),
            faults: Mutex::default(),
            told: Mutex::default(),
            nudges: Nudges::default(),
        })
    }

    /// Starts; it ends when the set is dropped.
    pub(crate) fn watch(self: &Arc<Self>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(courier::carry(Arc::clone(self)));
        tasks.spawn(papers::keep(Arc::clone(self)));
        tasks.spawn(ear::listen(Arc::clone(self)));
        tasks.spawn(reports::tell(Arc::clone(self)));
        tasks.spawn(receipts::upload(Arc::clone(self)));
        tasks
    }

    /// What keeps the two from working together though the line is up, for people.
    pub(crate) fn fault(&self) -> Option<String> {
        let faults = lock(&self.faults);
        let texts: Vec<_> = faults.values().map(String::as_str).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    /// One call, which also tells of the line.
    async fn call<Q, A>(
        &self,
        name: &'static str,
        patience: Duration,
        what: Q,
        call: impl for<'a> FnOnce(&'a dyn LocationApi, &'a CloudAsk<Q>) -> Calling<'a, A>,
    ) -> Result<A, CloudError> {
        let id = format!("till-{name}-{:08x}", fastrand::u32(..));
        let ask = CloudAsk::new(id, patience, what);
        let started = Instant::now();
        let answer = call(&*self.location, &ask).await;
        self.metrics.called(name, started.elapsed(), answer.is_ok());
        if let Err(error) = &answer {
            tracing::debug!(%error, request = ask.request_id, "a call of the till's agent");
        }
        self.hear(match &answer {
            Err(CloudError::Unreachable(_) | CloudError::TimedOut(_)) => false,
            Ok(_) | Err(_) => true,
        });
        answer
    }

    /// Somebody answered, be it with an error, or nobody did.
    fn hear(&self, answered: bool) {
        let turn = lock(&self.evidence).hear(answered);
        match turn {
            Some(Turn::Up) => {
                self.till.line().is(true);
                let nudges = &self.nudges;
                for waits in [
                    &nudges.reached,
                    &nudges.papers,
                    &nudges.socket,
                    &nudges.report,
                    &nudges.receipts,
                    &nudges.menu,
                ] {
                    waits.notify_one();
                }
            }
            Some(Turn::Down) => self.till.line().is(false),
            None => {}
        }
    }

    fn is_online(&self) -> bool {
        lock(&self.evidence).is_up()
    }

    fn listens(&self, open: bool) {
        self.metrics.listens(open);
    }

    /// What an answer says of the key and of the other side's age; the line is not meant.
    fn judge<A>(&self, topic: Topic, answer: &Result<A, CloudError>) {
        let fault = match answer {
            Err(error @ CloudError::Unauthorized { .. }) => error.to_string(),
            Err(CloudError::Refused { status: 404, .. }) if topic == Topic::Sync => {
                "the cloud does not know sync yet: deploy its newest version".to_owned()
            }
            Ok(_) => return self.mended(topic),
            Err(_) => return,
        };
        self.broken(topic, fault);
    }

    fn broken(&self, topic: Topic, fault: String) {
        let before = lock(&self.faults).insert(topic, fault.clone());
        if before.as_ref() != Some(&fault) {
            tracing::error!(fault, "the till and the cloud do not work together");
        }
    }

    fn mended(&self, topic: Topic) {
        if lock(&self.faults).remove(&topic).is_some() {
            tracing::info!(?topic, "the till and the cloud work together again");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `time`, less up to a third of it, so that the tills of a chain do not act in step.
fn jittered(time: Duration) -> Duration {
    time.mul_f64(1.0 - fastrand::f64() / 3.0)
}

/// Waits twice as long each time, up to the most.
#[derive(Debug)]
struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    const fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            next: first,
        }
    }

    fn works(&mut self) {
        self.next = self.first;
    }

    fn fails(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.most);
        jittered(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn waits_grow_up_to_the_most_and_begin_anew() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 5 * second);
        let mut last = Duration::ZERO;
        for full in [1, 2, 4, 5, 5] {
            last = backoff.fails();
            let full = full * second;
            assert!(
                last <= full && last >= full.mul_f64(0.66),
                "{last:?} of {full:?}"
            );
        }
        backoff.works();
        assert!(backoff.fails() < last);
    }
}
