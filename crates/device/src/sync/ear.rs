//! Listens to the location's socket, so that what happens there is here within a second.
//!
//! Invariant: nothing hangs on it: whoever hears nothing polls. A socket that opens makes all be
//! fetched that may have been missed.

use super::{Agent, Backoff};
use crate::cloud::TillEvent;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Time for opening it.
const PATIENCE: Duration = Duration::from_secs(8);
/// First and longest wait before the next one.
const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// One that held so long worked.
const HELD: Duration = Duration::from_secs(20);

/// Listens for ever.
pub(super) async fn listen(agent: Arc<Agent>) {
    let mut backoff = Backoff::new(WAITS.0, WAITS.1);
    loop {
        let opened = agent
            .call("listen", PATIENCE, (), |location, ask| location.listen(ask))
            .await;
        if let Ok(mut events) = opened {
            let since = Instant::now();
            agent.listens(true);
            agent.nudges.papers.notify_one();
            agent.nudges.changed.notify_one();
            agent.nudges.menu.notify_one();
            while let Some(event) = events.recv().await {
                match event {
                    TillEvent::Changed { .. } => agent.nudges.changed.notify_one(),
                    TillEvent::MenuLive => agent.nudges.menu.notify_one(),
                    other => agent.told_of(other),
                }
            }
            agent.listens(false);
            // From now on it is polled.
            agent.nudges.papers.notify_one();
            if since.elapsed() >= HELD {
                backoff.works();
            }
        }
        let wait = backoff.fails();
        if timeout(wait, agent.nudges.socket.notified()).await.is_ok() {
            backoff.works();
        }
    }
}
