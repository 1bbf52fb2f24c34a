//! The guard of the embedding spaces: whether the cloud still embeds as it did when its index was
//! made.
//!
//! Golden texts are embedded at the start and every hour and compared with what they were when the
//! live index was first seen. Invariant: while they differ no search goes to the cloud; it is let
//! back only where they are equal again or the menu was published anew. A check that cannot be
//! made changes nothing.

use super::Shell;
use super::publish::Backoff;
use crate::cloud::{CloudAsk, CloudError};
use crate::files::write_atomic;
use olympus_core::parity::{Drift, GOLDEN, Reference, compare};
use olympus_core::route::Parity;
use olympus_proto::edge::{EmbedResponse, LiveMenu};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

const FILE: &str = "parity.json";
const HOURLY: Duration = Duration::from_secs(3_600);
/// While search is closed.
const CLOSED: Duration = Duration::from_secs(60);
/// For one call.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the golden texts were when an index was first seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    /// The menu in the index.
    digest: String,
    /// When the cloud switched to it: the same menu may be published anew.
    since_ms: u64,
    reference: Reference,
}

/// What the guard remembers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// The last check found a difference, or there was none since one did.
    drifted: bool,
    recorded: Option<Recorded>,
}

/// What the guard knows.
#[derive(Debug)]
pub(super) struct Guard {
    /// `None` remembers in RAM.
    file: Option<PathBuf>,
    kept: Mutex<Kept>,
    /// An index went live.
    published: Notify,
}

/// What a check found.
#[derive(Debug, PartialEq)]
enum Found {
    Equal,
    /// Nothing was recorded of this index.
    New(Recorded),
    Drifted(Drift),
}

impl Guard {
    /// Reads what was recorded in `data_dir`. Where the last check found a difference, search stays
    /// closed until one finds none.
    pub(super) fn new(data_dir: Option<&Path>) -> Self {
        let file = data_dir.map(|dir| dir.join(FILE));
        let kept = file.as_deref().and_then(read).unwrap_or_default();
        Self {
            file,
            kept: Mutex::new(kept),
            published: Notify::new(),
        }
    }

    pub(super) fn parity(&self) -> Parity {
        self.kept().parity()
    }

    /// An index went live: it is looked at at once.
    pub(super) fn index_is_new(&self) {
        self.published.notify_one();
    }

    fn judge(&self, live: &LiveMenu, fresh: EmbedResponse) -> Found {
        let kept = self.kept();
        let known = kept.recorded.as_ref().filter(|recorded| {
            recorded.digest == live.digest && recorded.since_ms == live.since_ms
        });
        let found = known.map(|known| compare(&known.reference, &fresh.space, &fresh.data));
        match found {
            Some(Ok(())) => Found::Equal,
            // A reference that is broken tells nothing: what is now is taken.
            None | Some(Err(Drift::Reference(_))) => first_seen(live, fresh),
            Some(Err(drift)) => Found::Drifted(drift),
        }
    }

    /// Keeps what was found; whether that changed.
    fn settle(&self, found: Found) -> Option<Parity> {
        let mut kept = self.kept();
        let before = (kept.parity(), kept.recorded.clone());
        match found {
            Found::Equal => kept.drifted = false,
            Found::New(recorded) => {
                kept.drifted = false;
                kept.recorded = Some(recorded);
            }
            Found::Drifted(drift) => {
                tracing::error!(
                    %drift, code = drift.code(),
                    "EMBEDDINGS DRIFTED: the cloud no longer embeds as when the menu was \
                     published; search stays on this device. Publish anew: olympus-edge cloud publish --anew"
                );
                kept.drifted = true;
            }
        }
        let parity = kept.parity();
        if before != (parity, kept.recorded.clone())
            && let Some(file) = &self.file
            && let Err(error) = write(file, &kept)
        {
            tracing::warn!(%error, "the golden texts are recorded in RAM alone");
        }
        (before.0 != parity).then_some(parity)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    const fn parity(&self) -> Parity {
        match self.drifted {
            true => Parity::Closed,
            false => Parity::Open,
        }
    }
}

/// What the guard of a server on `data_dir` found last; `None` where it never looked.
pub(crate) fn remembered(data_dir: &Path) -> Option<Parity> {
    read(&data_dir.join(FILE)).map(|kept| kept.parity())
}

/// The index has vectors of one space; a model that says another now has drifted already.
fn first_seen(live: &LiveMenu, fresh: EmbedResponse) -> Found {
    if fresh.space != live.space {
        return Found::Drifted(Drift::Model {
            was: live.space.0.clone(),
            is: fresh.space.0,
        });
    }
    match Reference::new(fresh.space, fresh.data) {
        Ok(reference) => Found::New(Recorded {
            digest: live.digest.clone(),
            since_ms: live.since_ms,
            reference,
        }),
        Err(drift) => Found::Drifted(drift),
    }
}

fn read(file: &Path) -> Option<Kept> {
    let bytes = std::fs::read(file).ok()?;
    let kept = serde_json::from_slice(&bytes);
    if let Err(error) = &kept {
        tracing::warn!(%error, file = %file.display(), "the golden texts are recorded anew");
    }
    kept.ok()
}

fn write(file: &Path, kept: &Kept) -> std::io::Result<()> {
    write_atomic(file, &serde_json::to_vec(kept)?)
}

/// Looks again and again, for ever.
pub(super) async fn watch(shell: Arc<Shell>) {
    let mut backoff = Backoff::new();
    loop {
        let wait = match look(&shell).await {
            Ok(()) => {
                backoff = Backoff::new();
                match shell.guard.parity() {
                    Parity::Closed => CLOSED,
                    Parity::Open => HOURLY,
                }
            }
            Err(error) => {
                tracing::debug!(%error, "the embedding spaces were not compared");
                backoff.wait()
            }
        };
        tokio::select! {
            () = tokio::time::sleep(super::jittered(wait)) => {}
            () = shell.guard.published.notified() => {}
        }
    }
}

async fn look(shell: &Shell) -> Result<(), CloudError> {
    let status = CloudAsk::new("parity", PATIENCE, ());
    let Some(live) = shell.cloud.publish_status(&status).await?.live else {
        return Ok(());
    };
    let golden = GOLDEN.iter().map(|text| (*text).to_owned()).collect();
    let golden = CloudAsk::new("parity", PATIENCE, golden);
    let fresh = shell.cloud.embed(&golden).await?;
    let found = shell.guard.judge(&live, fresh);
    if let Some(parity) = shell.guard.settle(found) {
        shell.set_parity(parity);
        if parity == Parity::Open {
            tracing::info!("the embedding spaces are equal again; search may go to the cloud");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Drift, Found, Guard};
    use olympus_core::parity::GOLDEN;
    use olympus_core::route::Parity;
    use olympus_proto::edge::{EmbedResponse, LiveMenu};
    use olympus_proto::{MenuVersion, SpaceId};

    fn live(digest: &str) -> LiveMenu {
        LiveMenu {
            digest: digest.to_owned(),
            version: MenuVersion(1),
            items: 3,
            space: SpaceId::from("bge/cls/2"),
            since_ms: 7,
        }
    }

    /// Every text points where `angle` points.
    fn fresh(space: &str, angle: f32) -> EmbedResponse {
        EmbedResponse {
            space: SpaceId::from(space),
            data: vec![vec![angle.cos(), angle.sin()]; GOLDEN.len()],
        }
    }

    fn look(guard: &Guard, live: &LiveMenu, fresh: EmbedResponse) -> Option<Parity> {
        guard.settle(guard.judge(live, fresh))
    }

    #[test]
    fn drift_closes_and_equality_or_a_new_index_opens() {
        let dir = tempfile::tempdir().expect("a folder");
        let guard = Guard::new(Some(dir.path()));
        let one = live("one");
        assert_eq!(
            look(&guard, &one, fresh("bge/cls/2", 0.0)),
            None,
            "recorded"
        );
        assert_eq!(look(&guard, &one, fresh("bge/cls/2", 0.01)), None, "noise");
        let closed = Some(Parity::Closed);
        assert_eq!(look(&guard, &one, fresh("bge/cls/2", 0.1)), closed);
        assert_eq!(look(&guard, &one, fresh("bge/mean/2", 0.0)), None, "still");
        assert_eq!(guard.parity(), Parity::Closed);
        let open = Some(Parity::Open);
        assert_eq!(look(&guard, &one, fresh("bge/cls/2", 0.0)), open);
        assert_eq!(look(&guard, &one, fresh("bge/cls/2", 0.1)), closed);
        assert_eq!(look(&guard, &live("two"), fresh("bge/cls/2", 0.1)), open);
        // What was recorded last is known after a restart.
        let again = Guard::new(Some(dir.path()));
        assert_eq!(
            again.judge(&live("two"), fresh("bge/cls/2", 0.1)),
            Found::Equal
        );
        let turned = again.judge(&live("two"), fresh("bge/cls/2", 0.3));
        assert!(
            matches!(turned, Found::Drifted(Drift::Turned { .. })),
            "{turned:?}"
        );
    }

    #[test]
    fn drift_is_remembered_over_a_restart_until_a_check_finds_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let (one, closed) = (live("one"), Some(Parity::Closed));
        let guard = || Guard::new(Some(dir.path()));
        let first = guard();
        assert_eq!(look(&first, &one, fresh("bge/cls/2", 0.0)), None);
        assert_eq!(super::remembered(dir.path()), Some(Parity::Open));
        assert_eq!(look(&first, &one, fresh("bge/cls/2", 0.1)), closed);
        let second = guard();
        assert_eq!(second.parity(), Parity::Closed);
        assert_eq!(super::remembered(dir.path()), closed);
        assert_eq!(look(&second, &one, fresh("bge/cls/2", 0.1)), None, "still");
        let anew = LiveMenu { since_ms: 8, ..one };
        let open = Some(Parity::Open);
        assert_eq!(look(&second, &anew, fresh("bge/cls/2", 0.1)), open, "anew");
        assert_eq!(guard().parity(), Parity::Open);
        // A drift that shows at the first look is remembered as well.
        let other = look(&second, &live("two"), fresh("other/cls/2", 0.1));
        assert_eq!(other, closed);
        assert_eq!(guard().parity(), Parity::Closed);
    }

    #[test]
    fn an_index_of_another_space_than_the_models_is_not_taken_for_equal() {
        let guard = Guard::new(None);
        let found = look(&guard, &live("one"), fresh("other/cls/2", 0.0));
        assert_eq!(found, Some(Parity::Closed));
    }
}
