//! The menu on its way to the cloud.
//!
//! Invariant: it goes on in the background, again and again until it is there; no change on this
//! device waits for it or fails because of it. The newest menu is what is brought; one that was
//! replaced meanwhile is left. Never touches the menu.

use super::Shell;
use crate::cloud::{CloudAsk, CloudError, sending_time};
use crate::service::Service;
use olympus_proto::edge::{PublishStage, PublishStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// For one call that sends no menu.
const PATIENCE: Duration = Duration::from_secs(60);
/// While the cloud works on it.
const POLL: Duration = Duration::from_secs(1);
/// Once it is there: somebody else may publish to the same place.
const RECHECK: Duration = Duration::from_secs(15 * 60);
/// After the first failure; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is to be brought to the cloud, and how far that is.
#[derive(Debug, Default)]
pub(super) struct Publisher {
    menu: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    status: PublishStatus,
    error: Option<String>,
}

/// How far a menu is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    NoMenu,
    UnderWay,
    Live,
}

impl Publisher {
    /// There is another menu.
    pub(super) fn menu_changed(&self) {
        self.menu.notify_one();
    }

    /// Where publishing stands, as the cloud said last, and the latest fault since.
    pub(super) fn status(&self) -> (PublishStatus, Option<String>) {
        let state = self.state();
        (state.status.clone(), state.error.clone())
    }

    fn note(&self, told: &Result<PublishStatus, CloudError>) {
        let mut state = self.state();
        match told {
            Ok(status) => {
                let failed = status.publishing.as_ref();
                state.error = failed.and_then(|publishing| publishing.error.clone());
                state.status = status.clone();
            }
            Err(error) => state.error = Some(error.to_string()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Doubling waits.
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) const fn new() -> Self {
        Self(FIRST_WAIT)
    }

    pub(super) fn wait(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 2).min(LONGEST_WAIT);
        wait
    }
}

/// Brings menus for ever; or only looks whether the cloud has this one, where it `publishes` none.
pub(super) async fn menus(shell: Arc<Shell>, service: Arc<Service>, publishes: bool) {
    let mut backoff = Backoff::new();
    let mut was_live = false;
    loop {
        let stand = tokio::select! {
            stand = bring(&shell, &service, publishes) => stand,
            // The menu that is being sent, which may take minutes, was replaced.
            () = shell.publisher.menu.notified() => {
                backoff = Backoff::new();
                was_live = false;
                continue;
            }
        };
        let is_live = matches!(stand, Ok(Stand::Live));
        let wait = match stand {
            Ok(Stand::Live | Stand::NoMenu) => RECHECK,
            Ok(Stand::UnderWay) if publishes => POLL,
            // Another one is there, and on its way here.
            Ok(Stand::UnderWay) => LONGEST_WAIT,
            Err(error) => {
                tracing::warn!(%error, "the menu is not in the cloud yet");
                backoff.wait()
            }
        };
        if is_live && !was_live {
            tracing::info!("the cloud has this menu");
            shell.guard.index_is_new();
            shell.marks.all();
        }
        if is_live {
            backoff = Backoff::new();
        }
        was_live = is_live;
        tokio::select! {
            () = tokio::time::sleep(super::jittered(wait)) => {}
            () = shell.publisher.menu.notified() => {
                backoff = Backoff::new();
                was_live = false;
            }
        }
    }
}

async fn bring(
    shell: &Shell,
    service: &Arc<Service>,
    publishes: bool,
) -> Result<Stand, CloudError> {
    let Some(digest) = service.digest() else {
        return Ok(Stand::NoMenu);
    };
    let told = step(shell, service, &digest, publishes).await;
    shell.publisher.note(&told);
    let status = told?;
    let live = status.live.is_some_and(|live| live.digest == digest);
    let failed = status.publishing.filter(|publishing| {
        publishing.digest == digest && publishing.stage == PublishStage::Failed
    });
    match failed {
        _ if live => Ok(Stand::Live),
        Some(failed) => Err(CloudError::Refused {
            status: 502,
            code: "publish_failed".to_owned(),
            message: failed.error.unwrap_or_default(),
        }),
        None => Ok(Stand::UnderWay),
    }
}

/// The next thing to do for the menu of that digest.
async fn step(
    shell: &Shell,
    service: &Arc<Service>,
    digest: &str,
    publishes: bool,
) -> Result<PublishStatus, CloudError> {
    let ask = CloudAsk::new("publish", PATIENCE, ());
    let status = shell.cloud.publish_status(&ask).await?;
    let live = status.live.as_ref();
    if !publishes || live.is_some_and(|live| live.digest == digest) {
        return Ok(status);
    }
    let under_way = status.publishing.as_ref().is_some_and(|publishing| {
        publishing.digest == digest && publishing.stage != PublishStage::Failed
    });
    if under_way {
        return shell.cloud.publish_on(&ask).await;
    }
    let service = Arc::clone(service);
    let work = move || {
        let publication = service.publication()?;
        Some((sending_time(&publication), publication))
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Some((time, publication))) => {
            let ask = CloudAsk::new("publish", time, publication);
            shell.cloud.publish(&ask).await
        }
        _ => Ok(status),
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn waits_double_up_to_a_minute() {
        let mut backoff = Backoff::new();
        let waits: Vec<u64> = (0..8).map(|_| backoff.wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(Backoff::new().wait(), Duration::from_secs(1));
    }
}
