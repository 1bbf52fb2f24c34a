//! What staff said of dishes, on its way to the cloud.
//!
//! It is for those who watch the cloud: this device never asks the cloud whether a dish can be had.
//! Invariant: before the cloud is told a mark of a dish, that dish stands in `marks.json`, and it
//! stands there until the cloud took it back; so whatever was cut or restarted between, the cloud
//! ends with what this device has. Marks that others set in the cloud, as a till may, are not this
//! device's: the cloud's whole set is not read, because what this device lacks in it may be theirs.

use super::Shell;
use super::publish::Backoff;
use crate::cloud::{CloudAsk, CloudError, SoldOutAsk};
use crate::files::write_atomic;
use crate::service::Service;
use olympus_proto::ItemId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

const FILE: &str = "marks.json";
/// For one call.
const PATIENCE: Duration = Duration::from_secs(10);

/// A dish, and what staff say of it.
type Mark = (ItemId, Option<bool>);

/// Which marks the cloud may have, and which it has.
#[derive(Debug)]
pub(super) struct Marks {
    /// `None` remembers in RAM.
    file: Option<PathBuf>,
    news: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Dishes that the cloud may hold a mark of, because this device told it.
    held: BTreeSet<ItemId>,
    /// The same as it stands on disk.
    on_disk: BTreeSet<ItemId>,
    /// What the cloud heard since it was last told everything.
    heard: BTreeMap<ItemId, Option<bool>>,
}

impl Marks {
    /// Reads what the cloud may hold from `data_dir`.
    pub(super) fn new(data_dir: Option<&Path>) -> Self {
        let file = data_dir.map(|dir| dir.join(FILE));
        let held = file.as_deref().map(read).unwrap_or_default();
        Self {
            file,
            news: Notify::new(),
            state: Mutex::new(State {
                on_disk: held.clone(),
                held,
                heard: BTreeMap::new(),
            }),
        }
    }

    /// Staff said something of an item, or took it back.
    pub(super) fn said_of(&self, item: &str) {
        let item = ItemId::from(item);
        let mut state = self.state();
        state.heard.remove(&item);
        state.held.insert(item);
        drop(state);
        self.news.notify_one();
    }

    /// The cloud has the menu: it knows the dishes now, and is told of every mark.
    pub(super) fn all(&self) {
        self.state().heard.clear();
        self.news.notify_one();
    }

    /// The next mark that the cloud has otherwise than `said` is, or may have. It is kept that the
    /// cloud is told of it.
    fn next(&self, said: &BTreeMap<String, bool>) -> Option<Mark> {
        let mut state = self.state();
        let marked = said.keys().map(|item| ItemId::from(item.as_str()));
        let dishes: BTreeSet<ItemId> = marked.chain(state.held.iter().cloned()).collect();
        let next = dishes.into_iter().find_map(|item| {
            let sold_out = said.get(item.as_str()).copied();
            (state.heard.get(&item) != Some(&sold_out)).then_some((item, sold_out))
        });
        if let Some((item, _)) = &next {
            state.held.insert(item.clone());
        }
        self.keep(&mut state);
        next
    }

    /// The cloud was told. One that was taken back is held no more, unless the cloud refused
    /// because it does not know the dish: it may come to know it again.
    fn told(&self, (item, sold_out): Mark, taken: bool) {
        let mut state = self.state();
        if taken && sold_out.is_none() {
            state.held.remove(&item);
        }
        state.heard.insert(item, sold_out);
    }

    fn keep(&self, state: &mut State) {
        if state.held == state.on_disk {
            return;
        }
        let written = self.file.as_deref().map_or(Ok(()), |file| {
            write_atomic(file, &serde_json::to_vec(&state.held)?)
        });
        if let Err(error) = written {
            tracing::warn!(%error, "sold-out marks of the cloud are remembered in RAM alone");
        }
        state.on_disk = state.held.clone();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(file: &Path) -> BTreeSet<ItemId> {
    let Ok(bytes) = std::fs::read(file) else {
        return BTreeSet::new();
    };
    serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        tracing::warn!(%error, file = %file.display(), "which marks the cloud has is not known");
        BTreeSet::new()
    })
}

/// Tells the cloud what staff say, for ever.
pub(super) async fn tell(shell: Arc<Shell>, service: Arc<Service>) {
    let mut backoff = Backoff::new();
    loop {
        let Some(mark) = shell.marks.next(&service.said()) else {
            shell.marks.news.notified().await;
            continue;
        };
        let (item, sold_out) = mark.clone();
        let ask = CloudAsk::new("sold-out", PATIENCE, SoldOutAsk { item, sold_out });
        match shell.cloud.sold_out(&ask).await {
            Ok(()) => {
                backoff = Backoff::new();
                shell.marks.told(mark, true);
            }
            // It does not know the dish: once it has the menu it is told of every mark.
            Err(error) if is_final(&error) => {
                tracing::debug!(%error, "a sold-out mark was not taken");
                shell.marks.told(mark, false);
            }
            Err(error) => {
                tracing::debug!(%error, "a sold-out mark waits");
                tokio::time::sleep(super::jittered(backoff.wait())).await;
            }
        }
    }
}

/// Whether the same mark is refused again; a cloud that failed may take it the next time.
fn is_final(error: &CloudError) -> bool {
    matches!(error, CloudError::Refused { status, .. } if *status < 500)
}

#[cfg(test)]
mod tests {
    use super::{CloudError, Marks, is_final};
    use olympus_proto::ItemId;
    use std::collections::BTreeMap;

    fn said(marks: &[(&str, bool)]) -> BTreeMap<String, bool> {
        let marks = marks.iter().map(|(item, said)| ((*item).to_owned(), *said));
        marks.collect()
    }

    fn mark(item: &str, sold_out: Option<bool>) -> Option<super::Mark> {
        Some((ItemId::from(item), sold_out))
    }

    /// Tells the cloud all there is; what it was told.
    fn tell(marks: &Marks, said: &BTreeMap<String, bool>, taken: bool) -> Vec<super::Mark> {
        let next = || {
            marks
                .next(said)
                .inspect(|mark| marks.told(mark.clone(), taken))
        };
        std::iter::from_fn(next).collect()
    }

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
    fn what_was_taken_back_while_the_line_was_cut_is_taken_back_after_a_restart() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Marks::new(Some(dir.path()));
        assert_eq!(
            first.next(&said(&[("soup", true)])),
            mark("soup", Some(true))
        );
        // The line is cut: whether the cloud heard it is not known. Staff take it back, and the
        // device restarts.
        drop(first);
        let again = Marks::new(Some(dir.path()));
        assert_eq!(again.next(&said(&[])), mark("soup", None));
        again.told((ItemId::from("soup"), None), true);
        assert_eq!(again.next(&said(&[])), None);
        let later = Marks::new(Some(dir.path()));
        assert_eq!(later.next(&said(&[])), None, "it is settled");
    }

    #[test]
    fn all_is_told_at_start_and_when_the_menu_is_there_and_else_what_changed() {
        let dir = tempfile::tempdir().expect("a folder");
        let (none, some) = (said(&[]), said(&[("rice", false), ("soup", true)]));
        let marks = Marks::new(Some(dir.path()));
        assert_eq!(tell(&marks, &some, true).len(), 2);
        assert_eq!(tell(&marks, &some, true), []);
        marks.all();
        assert_eq!(tell(&marks, &some, true).len(), 2);
        let marks = Marks::new(Some(dir.path()));
        assert_eq!(tell(&marks, &some, true).len(), 2);
        assert_eq!(tell(&marks, &none, false).len(), 2, "refused");
        assert_eq!(tell(&marks, &none, false), [], "not again at once");
        marks.all();
        assert_eq!(
            tell(&marks, &none, true).len(),
            2,
            "it knows the dishes again"
        );
        marks.all();
        assert_eq!(tell(&marks, &none, true), []);
        // What others marked in the cloud is taken back where staff say so here.
        marks.said_of("soup");
        assert_eq!(tell(&marks, &none, true).len(), 1);
    }

    #[test]
    fn what_staff_say_while_the_cloud_is_told_is_told_next() {
        let marks = Marks::new(None);
        let sent = marks.next(&said(&[("soup", true)])).expect("one");
        marks.said_of("soup");
        marks.told(sent, true);
        let back = marks.next(&said(&[])).expect("taken back");
        assert_eq!(Some(back.clone()), mark("soup", None));
        marks.said_of("soup");
        marks.told(back, true);
        assert_eq!(
            marks.next(&said(&[("soup", true)])),
            mark("soup", Some(true))
        );
    }
}
