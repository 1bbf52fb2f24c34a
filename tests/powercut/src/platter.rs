//! Files and names: as programs see them, and as they are on the platter.
//!
//! Invariant: what a sync covered is on the platter from then on. Of the rest the adversary keeps
//! what it likes, sector by sector, and of a sector as many bytes as it likes; it never changes a
//! byte that nobody wrote (`SQLite` calls this a powersafe overwrite, and counts on it).
//!
//! Names: a new journal or WAL is in its directory for certain after its first sync, and a file that
//! is deleted with a synced directory is gone for certain, as `SQLite` itself does it on Unix. Any
//! such sync takes all names with it, since there is one directory. Other creations and deletions
//! may be undone by a cut.

use crate::rng::Rng;
use std::collections::BTreeMap;

/// What a disk writes at once, or not.
pub const SECTOR: usize = 512;

/// A file, whatever its name.
pub(crate) type FileId = usize;

/// What a program told the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A new empty file.
    Create {
        /// Its name.
        name: String,
        /// Its first sync takes the directory along.
        journal: bool,
    },
    /// Bytes.
    Write {
        /// Where.
        file: usize,
        /// From.
        at: usize,
        /// What.
        data: Vec<u8>,
    },
    /// Another length.
    Truncate {
        /// Of which.
        file: usize,
        /// How long.
        len: usize,
    },
    /// Everything before is to last.
    Sync {
        /// Of which.
        file: usize,
    },
    /// The sync failed: what it covered may or may not last, and no later sync covers it again.
    SyncFailed {
        /// Of which.
        file: usize,
        /// Draws what lasts.
        seed: u64,
    },
    /// A name goes.
    Delete {
        /// Which.
        name: String,
        /// The directory is synced.
        synced: bool,
    },
}

/// What the adversary keeps of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// Everything, as after `kill -9`.
    Everything,
    /// What came first, up to some byte.
    Prefix,
    /// Any sectors.
    Sectors,
    /// Any sectors; parts of them; and sectors that are there, but as zeros.
    Torn,
    /// All but one change.
    AllButOne,
    /// One change.
    OnlyOne,
}

impl Keep {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Everything,
        Self::Prefix,
        Self::Sectors,
        Self::Torn,
        Self::AllButOne,
        Self::OnlyOne,
    ];
}

/// One power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// By which rule.
    pub keep: Keep,
    /// Draws the rest.
    pub seed: u64,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write(at, data) => write(to, *at, data),
            Self::Truncate(len) => to.resize(*len, 0),
        }
    }
}

fn write(to: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[at..end].copy_from_slice(data);
}

#[derive(Debug, Clone, Default)]
struct File {
    /// As programs see it.
    now: Vec<u8>,
    /// As it is for certain.
    durable: Vec<u8>,
    /// What lies between, each with its place among all changes of the disk.
    pending: Vec<(u64, Change)>,
    /// Its name is not certain, and its first sync makes it so.
    new_journal: bool,
}

/// All files of one disk.
#[derive(Debug, Clone, Default)]
pub struct Platter {
    files: Vec<File>,
    names: BTreeMap<String, FileId>,
    durable_names: BTreeMap<String, FileId>,
    pending_names: Vec<(u64, String, Option<FileId>)>,
    changes: u64,
}

impl Platter {
    /// Does it. A file that was never created is a mistake of the caller.
    pub fn apply(&mut self, op: &Op) {
        self.changes += 1;
        match op {
            Op::Create { name, journal } => {
                let id = self.files.len();
                self.files.push(File {
                    new_journal: *journal,
                    ..File::default()
                });
                self.names.insert(name.clone(), id);
                self.pending_names
                    .push((self.changes, name.clone(), Some(id)));
            }
            Op::Write { file, at, data } => self.change(*file, Change::Write(*at, data.clone())),
            Op::Truncate { file, len } => self.change(*file, Change::Truncate(*len)),
            Op::Sync { file } => self.sync(*file),
            Op::SyncFailed { file, seed } => self.sync_failed(*file, *seed),
            Op::Delete { name, synced } => {
                self.names.remove(name);
                self.pending_names.push((self.changes, name.clone(), None));
                if *synced {
                    self.sync_names();
                }
            }
        }
    }

    fn change(&mut self, file: FileId, change: Change) {
        let serial = self.changes;
        let file = &mut self.files[file];
        change.apply(&mut file.now);
        file.pending.push((serial, change));
    }

    fn sync(&mut self, file: FileId) {
        let file = &mut self.files[file];
        for (_, change) in std::mem::take(&mut file.pending) {
            change.apply(&mut file.durable);
        }
        if std::mem::take(&mut file.new_journal) {
            self.sync_names();
        }
    }

    /// The kernel has let go of the pages: programs see what they wrote, until the power goes.
    fn sync_failed(&mut self, file: FileId, seed: u64) {
        let file = &mut self.files[file];
        let mut rng = Rng::new(seed);
        for (_, change) in std::mem::take(&mut file.pending) {
            keep_sectors(&change, &mut file.durable, &mut rng, false);
        }
    }

    fn sync_names(&mut self) {
        for (_, name, id) in std::mem::take(&mut self.pending_names) {
            rename(&mut self.durable_names, name, id);
        }
    }

    /// The disk after the power was gone: what lasted is all there is.
    #[must_use]
    pub fn after(&self, cut: Cut) -> Self {
        let mut rng = Rng::new(cut.seed);
        let serials = self.serials();
        let one = serials.get(rng.index(serials.len())).copied().unwrap_or(0);
        let torn_at = rng.below(1 << 32);
        let kept = |serial: u64, rng: &mut Rng| match cut.keep {
            Keep::Nothing => false,
            Keep::Everything => true,
            Keep::Prefix => serial < one,
            Keep::Sectors | Keep::Torn => rng.chance(50),
            Keep::AllButOne => serial != one,
            Keep::OnlyOne => serial == one,
        };
        let mut names = self.durable_names.clone();
        for (serial, name, id) in &self.pending_names {
            if kept(*serial, &mut rng) {
                rename(&mut names, name.clone(), *id);
            }
        }
        let mut files = Vec::with_capacity(names.len());
        let mut place = BTreeMap::new();
        for (name, id) in names {
            let file = &self.files[id];
            let mut bytes = file.durable.clone();
            for (serial, change) in &file.pending {
                match cut.keep {
                    Keep::Sectors => keep_sectors(change, &mut bytes, &mut rng, false),
                    Keep::Torn => keep_sectors(change, &mut bytes, &mut rng, true),
                    Keep::Prefix if *serial == one => keep_part(change, &mut bytes, torn_at),
                    _ if kept(*serial, &mut rng) => change.apply(&mut bytes),
                    _ => {}
                }
            }
            place.insert(name, files.len());
            files.push(File {
                now: bytes.clone(),
                durable: bytes,
                ..File::default()
            });
        }
        Self {
            files,
            names: place.clone(),
            durable_names: place,
            pending_names: Vec::new(),
            changes: 0,
        }
    }

    fn serials(&self) -> Vec<u64> {
        let names = self.pending_names.iter().map(|it| it.0);
        let changes = self.files.iter().flat_map(|it| &it.pending);
        let mut serials: Vec<u64> = names.chain(changes.map(|it| it.0)).collect();
        serials.sort_unstable();
        serials
    }

    /// How many changes are not certain.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.files.iter().map(|it| it.pending.len()).sum::<usize>() + self.pending_names.len()
    }

    /// How much programs have on it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.names
            .values()
            .map(|id| self.files[*id].now.len())
            .sum()
    }

    pub(crate) fn find(&self, name: &str) -> Option<FileId> {
        self.names.get(name).copied()
    }

    /// The file that the next creation makes.
    pub(crate) fn next(&self) -> FileId {
        self.files.len()
    }

    pub(crate) fn now(&self, file: FileId) -> &[u8] {
        self.files.get(file).map_or(&[], |it| &it.now)
    }

    /// A file as programs see it.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<&[u8]> {
        Some(self.now(self.find(name)?))
    }

    /// What the files are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

fn rename(names: &mut BTreeMap<String, FileId>, name: String, id: Option<FileId>) {
    match id {
        Some(id) => drop(names.insert(name, id)),
        None => drop(names.remove(&name)),
    }
}

/// The pieces of a write that lie in one sector each.
fn sectors(at: usize, data: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut from = 0;
    std::iter::from_fn(move || {
        if from >= data.len() {
            return None;
        }
        let to = (from + SECTOR - (at + from) % SECTOR).min(data.len());
        let piece = (at + from, &data[from..to]);
        from = to;
        Some(piece)
    })
}

fn keep_sectors(change: &Change, to: &mut Vec<u8>, rng: &mut Rng, torn: bool) {
    let Change::Write(at, data) = change else {
        if rng.chance(50) {
            change.apply(to);
        }
        return;
    };
    for (at, piece) in sectors(*at, data) {
        match rng.below(if torn { 6 } else { 2 }) {
            0 | 2 => {}
            1 | 3 => write(to, at, piece),
            // The head was over it.
            4 => write(to, at, &piece[..rng.index(piece.len())]),
            // The file has grown, and what is in it has not been written.
            _ if at >= to.len() => write(to, at, &vec![0; piece.len()]),
            _ => {}
        }
    }
}

fn keep_part(change: &Change, to: &mut Vec<u8>, draw: u64) {
    if let Change::Write(at, data) = change {
        let len = usize::try_from(draw).unwrap_or(0) % (data.len() + 1);
        write(to, *at, &data[..len]);
    }
}

#[cfg(test)]
mod tests;
