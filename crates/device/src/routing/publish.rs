//! The menu on its way to the cloud.
//!
//! Invariant: it goes on in the background, again and again until it is there; no change on this
//! device waits for it or fails because of it. The newest menu is what is brought; one that was
//! replaced meanwhile is left. Never touches the menu.

use super::Shell;
use crate::cloud::{CloudAsk, CloudError, SoldOutAsk};
use crate::service::Service;
use olympus_proto::ItemId;
use olympus_proto::edge::{PublishStage, PublishStatus};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// For one call: a whole menu may be sent.
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
    marks: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    status: PublishStatus,
    error: Option<String>,
    /// Sold-out marks that the cloud was not told yet, the latest of each item.
    marks: BTreeMap<ItemId, Option<bool>>,
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

    /// Staff said something of an item.
    pub(super) fn said_of(&self, item: &str, sold_out: Option<bool>) {
        self.state().marks.insert(ItemId::from(item), sold_out);
        self.marks.notify_one();
    }

    /// Where publishing stands, as the cloud said last, and the latest fault since.
    pub(super) fn status(&self) -> (PublishStatus, Option<String>) {
        let state = self.state();
        (state.status.clone(), state.error.clone())
    }

    fn next_mark(&self) -> Option<(ItemId, Option<bool>)> {
        let state = self.state();
        let (item, sold_out) = state.marks.first_key_value()?;
        Some((item.clone(), *sold_out))
    }

    /// The cloud was told; staff may have said something else meanwhile.
    fn told(&self, item: &ItemId, sold_out: Option<bool>) {
        let mut state = self.state();
        if state.marks.get(item) == Some(&sold_out) {
            state.marks.remove(item);
        }
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

/// Brings menus for ever.
pub(super) async fn menus(shell: Arc<Shell>, service: Arc<Service>) {
    let mut backoff = Backoff::new();
    let mut was_live = false;
    loop {
        let stand = bring(&shell, &service).await;
        let is_live = matches!(stand, Ok(Stand::Live));
        let wait = match stand {
            Ok(Stand::Live | Stand::NoMenu) => RECHECK,
            Ok(Stand::UnderWay) => POLL,
            Err(error) => {
                tracing::warn!(%error, "the menu is not in the cloud yet");
                backoff.wait()
            }
        };
        if is_live && !was_live {
            tracing::info!("the cloud has this menu");
            shell.guard.index_is_new();
            for (item, sold_out) in service.said() {
                shell.said_of(&item, Some(sold_out));
            }
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

async fn bring(shell: &Shell, service: &Arc<Service>) -> Result<Stand, CloudError> {
    let Some(digest) = service.digest() else {
        return Ok(Stand::NoMenu);
    };
    let told = step(shell, service, &digest).await;
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
) -> Result<PublishStatus, CloudError> {
    let ask = CloudAsk::new("publish", PATIENCE, ());
    let status = shell.cloud.publish_status(&ask).await?;
    if status
        .live
        .as_ref()
        .is_some_and(|live| live.digest == digest)
    {
        return Ok(status);
    }
    let under_way = status.publishing.as_ref().is_some_and(|publishing| {
        publishing.digest == digest && publishing.stage != PublishStage::Failed
    });
    if under_way {
        return shell.cloud.publish_on(&ask).await;
    }
    let service = Arc::clone(service);
    let publication = tokio::task::spawn_blocking(move || service.publication()).await;
    match publication {
        Ok(Some(publication)) => {
            let ask = CloudAsk::new("publish", PATIENCE, publication);
            shell.cloud.publish(&ask).await
        }
        _ => Ok(status),
    }
}

/// Tells the cloud what staff say, for ever. It is for those who watch the cloud: this device
/// never asks the cloud whether a dish can be had.
pub(super) async fn marks(shell: Arc<Shell>) {
    let mut backoff = Backoff::new();
    loop {
        let Some((item, sold_out)) = shell.publisher.next_mark() else {
            shell.publisher.marks.notified().await;
            continue;
        };
        let mark = SoldOutAsk {
            item: item.clone(),
            sold_out,
        };
        let ask = CloudAsk::new("sold-out", PATIENCE, mark);
        match shell.cloud.sold_out(&ask).await {
            Ok(()) => backoff = Backoff::new(),
            // It does not know the dish: once it has the menu it is told of every mark.
            Err(error) if is_final(&error) => {
                tracing::debug!(%error, "a sold-out mark was not taken");
            }
            Err(error) => {
                tracing::debug!(%error, "a sold-out mark waits");
                tokio::time::sleep(super::jittered(backoff.wait())).await;
                continue;
            }
        }
        shell.publisher.told(&item, sold_out);
    }
}

/// Whether the same mark is refused again; a cloud that failed may take it the next time.
fn is_final(error: &CloudError) -> bool {
    matches!(error, CloudError::Refused { status, .. } if *status < 500)
}

#[cfg(test)]
mod tests {
    use super::{Backoff, CloudError, is_final};
    use std::time::Duration;

    #[test]
    fn a_mark_that_a_failing_cloud_did_not_take_is_kept() {
        let refused = |status| CloudError::Refused {
            status,
            code: String::new(),
            message: String::new(),
        };
        assert!(is_final(&refused(404)), "it does not know the dish");
        for passing in [refused(500), refused(503), CloudError::unreachable("cut")] {
            assert!(!is_final(&passing), "{passing}");
        }
    }

    #[test]
    fn waits_double_up_to_a_minute() {
        let mut backoff = Backoff::new();
        let waits: Vec<u64> = (0..8).map(|_| backoff.wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(Backoff::new().wait(), Duration::from_secs(1));
    }
}
