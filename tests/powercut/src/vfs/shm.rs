//! The memory that connections share: `SQLite` keeps the index of its WAL there.

use super::file::{File, file};
use super::usize_of;
use crate::disk::lock;
use rusqlite::ffi;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ffi::{c_int, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{Ordering, fence};
use std::sync::{Mutex, PoisonError};

const SLOTS: usize = 8;

/// The memory that the connections to one database share, and its locks.
#[derive(Debug, Default)]
pub(crate) struct Shm {
    regions: Mutex<Vec<Region>>,
    /// For each slot how many share it; -1 where one has it alone.
    locks: Mutex<[i32; SLOTS]>,
}

#[derive(Debug)]
struct Region(NonNull<u8>, Layout);

// SAFETY: it owns its memory, which only `SQLite` reads and writes, under its own locks.
unsafe impl Send for Region {}

impl Region {
    fn new(size: usize) -> Option<Self> {
        let layout = Layout::from_size_align(size.max(8), 8).ok()?;
        // SAFETY: the layout is not empty.
        let memory = unsafe { alloc_zeroed(layout) };
        match NonNull::new(memory) {
            Some(memory) => Some(Self(memory, layout)),
            None => handle_alloc_error(layout),
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout, and freed once.
        unsafe { dealloc(self.0.as_ptr(), self.1) }
    }
}

pub(super) unsafe extern "C" fn shm_map(
    slot: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: `SQLite` hands over an open file and room for the answer.
    let (file, out) = unsafe { (file(slot), &mut *out) };
    *out = null_mut();
    let File::OnDisk {
        disk, opened, shm, ..
    } = file
    else {
        return ffi::SQLITE_IOERR_SHMMAP;
    };
    let shm = match lock(disk).shm(opened) {
        Ok(there) => shm.get_or_insert(there),
        Err(code) => return code,
    };
    let mut regions = shm.regions.lock().unwrap_or_else(PoisonError::into_inner);
    let region = usize_of(region.into());
    while extend != 0 && regions.len() <= region {
        match Region::new(usize_of(size.into())) {
            Some(new) => regions.push(new),
            None => return ffi::SQLITE_IOERR_SHMSIZE,
        }
    }
    if let Some(Region(memory, _)) = regions.get(region) {
        *out = memory.as_ptr().cast();
    }
    ffi::SQLITE_OK
}

pub(super) unsafe extern "C" fn shm_lock(
    slot: *mut ffi::sqlite3_file,
    from: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: `SQLite` hands over an open file.
    let File::OnDisk {
        disk,
        opened,
        shm: Some(shm),
        held,
        ..
    } = (unsafe { file(slot) })
    else {
        return ffi::SQLITE_IOERR_SHMLOCK;
    };
    let alone = usize::from(flags & ffi::SQLITE_SHM_EXCLUSIVE != 0);
    let slots = usize_of(from.into())..usize_of((from + count).into()).min(SLOTS);
    let mut locks = shm.locks.lock().unwrap_or_else(PoisonError::into_inner);
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        for slot in slots {
            give_back(&mut locks[slot], &mut held[alone], slot, alone == 1);
        }
        return ffi::SQLITE_OK;
    }
    if let Err(code) = lock(disk).alive(opened) {
        return code;
    }
    let free = |slot: usize| match locks[slot] {
        _ if held[alone] & (1 << slot) != 0 => true,
        0 => true,
        shared => alone == 0 && shared > 0,
    };
    if !slots.clone().all(free) {
        return ffi::SQLITE_BUSY;
    }
    for slot in slots {
        if held[alone] & (1 << slot) == 0 {
            held[alone] |= 1 << slot;
            locks[slot] = if alone == 1 { -1 } else { locks[slot] + 1 };
        }
    }
    ffi::SQLITE_OK
}

fn give_back(lock: &mut i32, held: &mut u8, slot: usize, alone: bool) {
    if *held & (1 << slot) != 0 {
        *held &= !(1 << slot);
        *lock = if alone { 0 } else { *lock - 1 };
    }
}

pub(super) unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

pub(super) unsafe extern "C" fn shm_unmap(slot: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: `SQLite` hands over an open file. The last one takes the memory with it, so that
    // there is nothing to delete.
    unmap(unsafe { file(slot) });
    ffi::SQLITE_OK
}

pub(super) fn unmap(file: &mut File) {
    let File::OnDisk { shm, held, .. } = file else {
        return;
    };
    if let Some(shm) = shm.take() {
        let mut locks = shm.locks.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in 0..SLOTS {
            give_back(&mut locks[slot], &mut held[0], slot, false);
            give_back(&mut locks[slot], &mut held[1], slot, true);
        }
    }
}
