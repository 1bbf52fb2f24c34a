//! One disk under power: it counts what it is told, fails where it was told to, and can go dark at
//! any of it.
//!
//! Invariant: after the power went nothing gets through, whatever program still holds a file of it;
//! what is on it then is decided by [`Disk::power_on`], and the files have to be opened anew.

use crate::fault::{Fault, Faults};
use crate::platter::{Cut, FileId, Op, Platter};
use crate::rng::Rng;
use crate::vfs::{self, Shm};
use rusqlite::ffi::{
    SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_DELETE_NOENT,
    SQLITE_IOERR_FSYNC, SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_WRITE,
    SQLITE_LOCK_EXCLUSIVE, SQLITE_LOCK_NONE, SQLITE_LOCK_RESERVED, SQLITE_LOCK_SHARED,
};
use std::collections::BTreeMap;
use std::ffi::c_int;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// What a disk was told, with marks in between that a test has set.
#[derive(Debug, Clone)]
pub enum Logged {
    /// The disk was told this.
    Op(Op),
    /// [`Disk::mark`].
    Mark(u64),
}

/// A disk, gone when this is dropped.
#[derive(Debug)]
pub struct Disk {
    id: u64,
    state: Arc<Mutex<State>>,
}

impl Default for Disk {
    fn default() -> Self {
        Self::of(Platter::default())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.lock().on = false;
        vfs::forget(self.id);
    }
}

impl Disk {
    /// A disk with these files.
    #[must_use]
    pub fn of(platter: Platter) -> Self {
        let state = Arc::new(Mutex::new(State::new(platter)));
        let id = vfs::remember(&state);
        Self { id, state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// How `SQLite` is told of a file on it, beside the name of the VFS.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/{}/{name}", self.id))
    }

    /// What is on it, as programs see it, with what is not certain.
    #[must_use]
    pub fn platter(&self) -> Platter {
        self.lock().platter.clone()
    }

    /// From now on everything is written down.
    pub fn record(&self) {
        self.lock().log = Some(Vec::new());
    }

    /// What was written down.
    #[must_use]
    pub fn recorded(&self) -> Vec<Logged> {
        self.lock().log.take().unwrap_or_default()
    }

    /// Sets a mark in what is written down.
    pub fn mark(&self, mark: u64) {
        if let Some(log) = &mut self.lock().log {
            log.push(Logged::Mark(mark));
        }
    }

    /// How many writes, syncs, truncations, creations and deletions there were.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.lock().points
    }

    /// The power goes at that one, counted from the first there ever was.
    pub fn cut_at(&self, point: u64) {
        self.lock().cut_at = Some(point);
    }

    /// The power stays on.
    pub fn uncut(&self) {
        self.lock().cut_at = None;
    }

    /// From now on a sync is acknowledged and not done, as by a disk that lies: not what this model
    /// promises to bear, but what a test may want to see found.
    pub fn lies(&self) {
        self.lock().lies = true;
    }

    /// Takes a file away, as a clumsy clean-up does.
    pub fn remove(&self, name: &str) {
        let _ = self.lock().delete(name, true);
    }

    /// Whether there is power.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.lock().on
    }

    /// The power goes, now.
    pub fn power_off(&self) {
        self.lock().on = false;
    }

    /// The power is back. What was not synced is as the cut has left it, and nothing is planned.
    pub fn power_on(&self, cut: Cut) {
        let mut state = self.lock();
        state.platter = state.platter.after(cut);
        state.starts_anew();
    }

    /// Another disk was copied onto it, as a backup is restored.
    pub fn replace(&self, platter: Platter) {
        let mut state = self.lock();
        state.platter = platter;
        state.starts_anew();
    }

    /// What is to fail.
    pub fn faults(&self, tell: impl FnOnce(&mut Faults)) {
        tell(&mut self.lock().faults);
    }

    /// How often something has failed.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.lock().faults.hit
    }

    /// How much fits on it.
    pub fn room(&self, bytes: Option<usize>) {
        self.lock().room = bytes;
    }
}

pub(crate) fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who holds a database file: the levels that `SQLite` knows.
#[derive(Debug, Default)]
struct Locks {
    shared: u32,
    /// Who intends to write.
    reserved: Option<u64>,
    /// Who waits for the readers to go, or writes.
    pending: Option<u64>,
}

/// The disk, for the VFS.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) platter: Platter,
    on: bool,
    /// One more with each start: handles of before are dead.
    epoch: u32,
    points: u64,
    cut_at: Option<u64>,
    lies: bool,
    log: Option<Vec<Logged>>,
    faults: Faults,
    room: Option<usize>,
    rng: Rng,
    locks: BTreeMap<FileId, Locks>,
    shm: BTreeMap<FileId, Weak<Shm>>,
    handles: u64,
}

/// A file that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: FileId,
    pub(crate) number: u64,
    epoch: u32,
    level: c_int,
}

impl State {
    fn new(platter: Platter) -> Self {
        Self {
            platter,
            on: true,
            epoch: 0,
            points: 0,
            cut_at: None,
            lies: false,
            log: None,
            faults: Faults::default(),
            room: None,
            rng: Rng::new(0xd15c),
            locks: BTreeMap::new(),
            shm: BTreeMap::new(),
            handles: 0,
        }
    }

    fn starts_anew(&mut self) {
        self.on = true;
        self.epoch += 1;
        self.cut_at = None;
        self.room = None;
        self.faults.clear();
        self.locks.clear();
        self.shm.clear();
    }

    /// Whether the handle is one of this start, under power.
    pub(crate) fn alive(&self, opened: &Opened) -> Result<(), c_int> {
        if self.on && opened.epoch == self.epoch {
            return Ok(());
        }
        Err(SQLITE_IOERR)
    }

    /// A point: it is done, or the power goes in the middle of it.
    fn does(&mut self, op: Op) -> Result<(), c_int> {
        self.points += 1;
        let dark = self.cut_at == Some(self.points);
        if dark {
            self.on = false;
        }
        let op = match op {
            Op::Sync { .. } if dark => return Err(SQLITE_IOERR),
            Op::Sync { .. } if self.lies => return Ok(()),
            Op::Delete { name, .. } if dark => Op::Delete {
                name,
                synced: false,
            },
            op => op,
        };
        self.platter.apply(&op);
        if let Some(log) = &mut self.log {
            log.push(Logged::Op(op));
        }
        if dark { Err(SQLITE_IOERR) } else { Ok(()) }
    }

    pub(crate) fn open(
        &mut self,
        name: &str,
        create: bool,
        journal: bool,
    ) -> Result<Opened, c_int> {
        if !self.on || self.faults.strike(&[Fault::Name]).is_some() {
            return Err(SQLITE_CANTOPEN);
        }
        let file = match self.platter.find(name) {
            Some(file) => file,
            None if !create => return Err(SQLITE_CANTOPEN),
            None => {
                let file = self.platter.next();
                let name = name.to_owned();
                self.does(Op::Create { name, journal })
                    .map_err(|_| SQLITE_CANTOPEN)?;
                file
            }
        };
        self.handles += 1;
        Ok(Opened {
            file,
            number: self.handles,
            epoch: self.epoch,
            level: SQLITE_LOCK_NONE,
        })
    }

    pub(crate) fn delete(&mut self, name: &str, synced: bool) -> Result<(), c_int> {
        if !self.on || self.faults.strike(&[Fault::Name]).is_some() {
            return Err(SQLITE_IOERR);
        }
        if self.platter.find(name).is_none() {
            return Err(SQLITE_IOERR_DELETE_NOENT);
        }
        let name = name.to_owned();
        self.does(Op::Delete { name, synced })
    }

    pub(crate) fn exists(&self, name: &str) -> Result<bool, c_int> {
        if !self.on {
            return Err(SQLITE_IOERR);
        }
        Ok(self.platter.find(name).is_some())
    }

    /// Fills what it can; the rest is zeros, as `SQLite` wants it.
    pub(crate) fn read(&mut self, opened: &Opened, at: usize, to: &mut [u8]) -> Result<(), c_int> {
        self.alive(opened)?;
        let struck = self.faults.strike(&[Fault::Read, Fault::ShortRead]);
        let bytes = self.platter.now(opened.file);
        let there = bytes.get(at..).unwrap_or_default();
        let wanted = match struck {
            Some(Fault::ShortRead) => to.len() / 2,
            Some(_) => 0,
            None => to.len(),
        };
        let len = there.len().min(wanted);
        let (filled, rest) = to.split_at_mut(len);
        filled.copy_from_slice(&there[..len]);
        rest.fill(0);
        match struck {
            Some(_) => Err(SQLITE_IOERR_READ),
            None if !rest.is_empty() => Err(SQLITE_IOERR_SHORT_READ),
            None => Ok(()),
        }
    }

    pub(crate) fn write(&mut self, opened: &Opened, at: usize, data: &[u8]) -> Result<(), c_int> {
        self.alive(opened)?;
        let file = opened.file;
        let grows = (at + data.len()).saturating_sub(self.platter.now(file).len());
        let full = (self.room).is_some_and(|room| grows > 0 && self.platter.bytes() + grows > room);
        let struck = self.faults.strike(&[Fault::Full, Fault::Write]);
        let (data, fails) = match struck {
            Some(Fault::Full) => (&data[..data.len() / 2], Some(SQLITE_FULL)),
            Some(_) => (&data[..data.len() / 2], Some(SQLITE_IOERR_WRITE)),
            None if full => {
                self.faults.hit += 1;
                return Err(SQLITE_FULL);
            }
            None => (data, None),
        };
        let data = data.to_vec();
        self.does(Op::Write { file, at, data })?;
        fails.map_or(Ok(()), Err)
    }

    pub(crate) fn truncate(&mut self, opened: &Opened, len: usize) -> Result<(), c_int> {
        self.alive(opened)?;
        let file = opened.file;
        if self.faults.strike(&[Fault::Write]).is_some() {
            return Err(SQLITE_IOERR_WRITE);
        }
        self.does(Op::Truncate { file, len })
    }

    pub(crate) fn sync(&mut self, opened: &Opened) -> Result<(), c_int> {
        self.alive(opened)?;
        let file = opened.file;
        if self.faults.strike(&[Fault::Sync]).is_some() {
            let seed = self.rng.bits();
            self.does(Op::SyncFailed { file, seed })?;
            return Err(SQLITE_IOERR_FSYNC);
        }
        self.does(Op::Sync { file })
    }

    /// Raises the lock, or says that somebody else is in the way.
    pub(crate) fn raise(&mut self, opened: &mut Opened, level: c_int) -> Result<(), c_int> {
        self.alive(opened)?;
        let me = opened.number;
        let locks = self.locks.entry(opened.file).or_default();
        let others = |by: Option<u64>| by.is_some_and(|by| by != me);
        if level >= SQLITE_LOCK_SHARED && opened.level < SQLITE_LOCK_SHARED {
            if others(locks.pending) {
                return Err(SQLITE_BUSY);
            }
            locks.shared += 1;
            opened.level = SQLITE_LOCK_SHARED;
        }
        if level >= SQLITE_LOCK_RESERVED && opened.level < level {
            if others(locks.reserved) || others(locks.pending) {
                return Err(SQLITE_BUSY);
            }
            locks.reserved = Some(me);
            opened.level = opened.level.max(SQLITE_LOCK_RESERVED);
        }
        if level >= SQLITE_LOCK_EXCLUSIVE && opened.level < SQLITE_LOCK_EXCLUSIVE {
            locks.pending = Some(me);
            if locks.shared > 1 {
                return Err(SQLITE_BUSY);
            }
            opened.level = SQLITE_LOCK_EXCLUSIVE;
        }
        Ok(())
    }

    pub(crate) fn lower(&mut self, opened: &mut Opened, level: c_int) {
        if opened.epoch != self.epoch {
            return;
        }
        let me = Some(opened.number);
        let locks = self.locks.entry(opened.file).or_default();
        if locks.reserved == me {
            locks.reserved = None;
        }
        if locks.pending == me {
            locks.pending = None;
        }
        if level == SQLITE_LOCK_NONE && opened.level >= SQLITE_LOCK_SHARED {
            locks.shared = locks.shared.saturating_sub(1);
        }
        opened.level = level.min(opened.level);
    }

    pub(crate) fn reserved(&self, opened: &Opened) -> bool {
        let locks = self.locks.get(&opened.file);
        locks.is_some_and(|it| it.reserved.is_some() || it.pending.is_some())
    }

    /// The memory that connections to one file share; a new one where nobody has it.
    pub(crate) fn shm(&mut self, opened: &Opened) -> Result<Arc<Shm>, c_int> {
        self.alive(opened)?;
        let weak = self.shm.entry(opened.file).or_default();
        if let Some(shm) = weak.upgrade() {
            return Ok(shm);
        }
        let shm = Arc::new(Shm::default());
        *weak = Arc::downgrade(&shm);
        Ok(shm)
    }
}
