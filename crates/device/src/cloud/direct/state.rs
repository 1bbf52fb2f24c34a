//! What this device knows of its index: which menu is live, which one is on its way, and which
//! vectors are left to delete. Kept in `cloud.json` of the data folder.
//!
//! Invariant: a step is done in the index before it stands here, and ids follow from what stands
//! here alone: whatever is cut short is done again with the same ids and never forgotten.

use crate::cloud::error::CloudError;
use crate::cloud::sha256_hex;
use crate::files::write_atomic;
use olympus_proto::edge::{LiveMenu, PublishRequest, PublishStage, PublishStatus, Publishing};
use olympus_proto::{ItemId, LocationId, MenuVersion, SpaceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io;
use std::path::PathBuf;

/// Bytes of an id; it is written in hexadecimal.
pub(super) const ID_BYTES: usize = 16;

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// Account, index and location that all of this is about.
    pub(super) target: String,
    /// The menu that answers.
    pub(super) live: Option<Written>,
    /// Since when, milliseconds since 1970.
    pub(super) since_ms: u64,
    /// The menu on its way.
    pub(super) next: Option<Next>,
    /// Menus whose vectors are to be deleted.
    pub(super) old: Vec<Written>,
}

/// A menu whose vectors are in the index, or may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) digest: String,
    /// Of [`mark`]; empty where it was written before there were marks.
    #[serde(default)]
    mark: String,
    /// 0, or when the menu was asked to be written anew, milliseconds since 1970.
    #[serde(default)]
    pub(super) epoch: u64,
    pub(super) version: MenuVersion,
    /// Unknown until the first vectors came.
    pub(super) space: Option<SpaceId>,
    /// Items and how many passages each has, in the menu's order.
    pub(super) items: Vec<(ItemId, u32)>,
}

/// A menu on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Next {
    pub(super) menu: Written,
    pub(super) stage: PublishStage,
    pub(super) done: usize,
    pub(super) attempts: u32,
    pub(super) error: Option<String>,
}

/// Names the vectors of one writing of a menu: what they are told by, in ids and filters.
///
/// Vectors that another model or an earlier writing left under the same menu have another mark, so
/// that they are never taken for these.
pub(super) fn mark(digest: &str, model: &str, epoch: u64) -> String {
    sha256_hex(format!("{digest}|{model}|{epoch}").as_bytes())
}

impl Written {
    /// A menu to be embedded by `model`, as often as `epoch` says.
    pub(super) fn new(menu: &PublishRequest, model: &str, epoch: u64) -> Self {
        Self {
            digest: menu.digest.clone(),
            mark: mark(&menu.digest, model, epoch),
            epoch,
            version: menu.version,
            space: None,
            items: Vec::with_capacity(menu.items.len()),
        }
    }

    /// What its vectors are told by.
    pub(super) fn mark(&self) -> &str {
        match self.mark.is_empty() {
            true => &self.digest,
            false => &self.mark,
        }
    }

    /// All passages.
    pub(super) fn total(&self) -> usize {
        self.items.iter().map(|(_, count)| *count as usize).sum()
    }

    /// The id of each passage, with its item's position, in order.
    pub(super) fn ids<'a>(
        &'a self,
        location: &'a LocationId,
    ) -> impl Iterator<Item = ([u8; ID_BYTES], usize)> + 'a {
        let items = self.items.iter().enumerate();
        items.flat_map(move |(position, (item, count))| {
            (0..*count).map(move |number| {
                let name = format!("{location}|{}|{item}|{number}", self.mark());
                let digest = Sha256::digest(name.as_bytes());
                let mut id = [0; ID_BYTES];
                id.copy_from_slice(&digest[..ID_BYTES]);
                (id, position)
            })
        })
    }
}

impl Kept {
    /// Where publishing stands. A menu on its way is shown where it can go on (`held`): after a
    /// restart nobody has its items until it is published again.
    pub(super) fn status(&self, held: Option<&str>) -> PublishStatus {
        PublishStatus {
            live: self.live.as_ref().and_then(|live| {
                Some(LiveMenu {
                    digest: live.digest.clone(),
                    version: live.version,
                    items: live.items.len(),
                    space: live.space.clone()?,
                    since_ms: self.since_ms,
                })
            }),
            publishing: self
                .next
                .as_ref()
                .filter(|next| {
                    next.stage == PublishStage::Failed || held == Some(&next.menu.digest)
                })
                .map(|next| Publishing {
                    digest: next.menu.digest.clone(),
                    version: next.menu.version,
                    stage: next.stage,
                    done: next.done,
                    total: next.menu.total(),
                    attempts: next.attempts,
                    error: next.error.clone(),
                }),
            fault: None,
        }
    }

    /// Begins with a menu; what another one has written so far is to be deleted.
    pub(super) fn begin(&mut self, menu: Written) {
        if let Some(before) = self.next.take()
            && before.menu.mark() != menu.mark()
        {
            self.old.push(before.menu);
        }
        // Its ids are those of the new one.
        self.old.retain(|old| old.mark() != menu.mark());
        self.next = Some(Next {
            menu,
            stage: PublishStage::Writing,
            done: 0,
            attempts: 0,
            error: None,
        });
    }

    /// The menu on its way becomes the one that answers.
    pub(super) fn switch(&mut self, now_ms: u64) {
        let Some(next) = self.next.take() else {
            return;
        };
        let mark = next.menu.mark().to_owned();
        if let Some(before) = self.live.replace(next.menu)
            && before.mark() != mark
        {
            self.old.push(before);
        }
        self.since_ms = now_ms;
    }
}

/// Where the file is; without one all is kept in RAM.
#[derive(Debug, Clone)]
pub(super) struct Store {
    path: Option<PathBuf>,
}

impl Store {
    pub(super) fn new(data_dir: Option<PathBuf>) -> Self {
        Self {
            path: data_dir.map(|dir| dir.join("cloud.json")),
        }
    }

    /// Beside the file: held by whoever publishes.
    pub(super) fn lock_path(&self) -> Option<PathBuf> {
        self.path.as_ref().map(|path| path.with_extension("lock"))
    }

    /// What is kept about `target`; nothing where it is about another one, or is damaged: the
    /// menu is then published anew, with the same ids.
    pub(super) fn load(&self, target: &str) -> Kept {
        let fresh = Kept {
            target: target.to_owned(),
            ..Kept::default()
        };
        let Some(path) = &self.path else {
            return fresh;
        };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return fresh,
            Err(error) => {
                tracing::warn!(%error, "what is in the cloud's index is not known");
                return fresh;
            }
        };
        match serde_json::from_slice::<Kept>(&bytes) {
            Ok(kept) if kept.target == target => kept,
            Ok(_) => fresh,
            Err(error) => {
                tracing::warn!(%error, "what is in the cloud's index is not known");
                fresh
            }
        }
    }

    /// Keeps it, durably.
    pub(super) fn save(&self, kept: &Kept) -> Result<(), CloudError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let failed = |error: io::Error| CloudError::Refused {
            status: 507,
            code: "storage".to_owned(),
            message: format!("{}: {error}", path.display()),
        };
        let bytes = serde_json::to_vec(kept).map_err(|error| failed(error.into()))?;
        write_atomic(path, &bytes).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Store, Written, mark};
    use olympus_proto::edge::PublishStage;
    use olympus_proto::{ItemId, LocationId, MenuVersion, SpaceId};

    fn menu(digest: &str) -> Written {
        written(digest, "m/cls", 0)
    }

    fn written(digest: &str, model: &str, epoch: u64) -> Written {
        Written {
            digest: digest.to_owned(),
            mark: mark(digest, model, epoch),
            epoch,
            version: MenuVersion(1),
            space: Some(SpaceId::from("m/cls/3")),
            items: vec![(ItemId::from("a"), 2), (ItemId::from("b"), 1)],
        }
    }

    #[test]
    fn what_was_replaced_is_swept_and_what_is_in_use_is_not() {
        let mut kept = Kept::default();
        let old = |kept: &Kept| -> Vec<String> {
            kept.old.iter().map(|menu| menu.digest.clone()).collect()
        };
        kept.begin(menu("one"));
        kept.switch(7);
        assert_eq!(kept.status(None).live.expect("is live").since_ms, 7);
        kept.begin(menu("two"));
        assert_eq!(kept.status(None).publishing, None, "nobody has its items");
        let publishing = kept.status(Some("two")).publishing.expect("is on its way");
        assert_eq!(publishing.stage, PublishStage::Writing);
        kept.begin(menu("three"));
        assert_eq!(old(&kept), ["two"], "half written");
        kept.begin(menu("two"));
        assert_eq!(old(&kept), ["three"], "wanted again");
        kept.switch(9);
        assert_eq!(old(&kept), ["three", "one"]);
        kept.begin(menu("two"));
        kept.switch(10);
        assert_eq!(old(&kept), ["three", "one"], "the same ids");
        kept.begin(written("two", "n/cls", 0));
        kept.switch(11);
        assert_eq!(old(&kept), ["three", "one", "two"], "of another model");
        kept.begin(written("two", "n/cls", 7));
        kept.switch(12);
        assert_eq!(old(&kept), ["three", "one", "two", "two"], "anew");
    }

    #[test]
    fn vectors_from_before_there_were_marks_are_told_by_their_digest() {
        let text = r#"{"digest":"d1","version":1,"space":"m/cls/3","items":[["a",1]]}"#;
        let before: Written = serde_json::from_str(text).expect("is read");
        assert_eq!((before.mark(), before.epoch), ("d1", 0));
    }

    #[test]
    fn ids_are_told_by_place_menu_model_writing_item_and_number() {
        let ids = |location: &str, menu: &Written| -> Vec<_> {
            menu.ids(&LocationId::from(location)).collect()
        };
        let one = ids("l", &menu("one"));
        assert_eq!(one.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!(one, ids("l", &menu("one")));
        let others = [
            ids("l", &menu("two")),
            ids("k", &menu("one")),
            ids("l", &written("one", "n/cls", 0)),
            ids("l", &written("one", "m/mean", 0)),
            ids("l", &written("one", "m/cls", 7)),
        ];
        for other in others {
            assert!(one.iter().all(|(id, _)| other.iter().all(|it| it.0 != *id)));
        }
    }

    #[test]
    fn another_target_or_a_damaged_file_begins_anew() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::new(Some(dir.path().to_path_buf()));
        let mut kept = store.load("here");
        kept.begin(menu("one"));
        store.save(&kept).expect("saves");
        assert_eq!(store.load("here"), kept);
        assert_eq!(store.load("there").next, None);
        std::fs::write(dir.path().join("cloud.json"), "{").expect("writes");
        assert_eq!(store.load("here").next, None);
    }
}
