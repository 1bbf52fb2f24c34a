//! The functions of an open file.

use super::shm::{Shm, shm_barrier, shm_lock, shm_map, shm_unmap, unmap};
use super::{find, usize_of};
use crate::disk::{Opened, State, lock};
use rusqlite::ffi;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null;
use std::sync::{Arc, Mutex};

/// What `SQLite` keeps for an open file. Its first field is what `SQLite` itself knows of it.
#[repr(C)]
pub(super) struct Slot {
    base: ffi::sqlite3_file,
    file: *mut File,
}

pub(super) enum File {
    /// One without a name: nobody finds it again.
    Scratch(Vec<u8>),
    OnDisk {
        disk: Arc<Mutex<State>>,
        opened: Opened,
        delete: Option<String>,
        shm: Option<Arc<Shm>>,
        /// Which slots of `shm` it has, shared and alone.
        held: [u8; 2],
    },
}

pub(super) fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// The file behind `SQLite`'s pointer.
///
/// # Safety
/// The pointer comes from `SQLite`, which got it from `open` and has not closed it.
pub(super) unsafe fn file<'a>(slot: *mut ffi::sqlite3_file) -> &'a mut File {
    // SAFETY: as above; `open` has put a box there.
    unsafe { &mut *(*slot.cast::<Slot>()).file }
}

pub(super) unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    slot: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let slot = slot.cast::<Slot>();
    // SAFETY: `SQLite` hands over room for a `Slot` (`szOsFile`); no methods means that it is not
    // open, which must be said also where this fails.
    unsafe { (*slot).base.pMethods = null() };
    let file = if name.is_null() {
        File::Scratch(Vec::new())
    } else {
        // SAFETY: a name from `SQLite` is a C string.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        let Some((disk, name)) = find(&name) else {
            return ffi::SQLITE_CANTOPEN;
        };
        let journals =
            ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;
        let create = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let opened = lock(&disk).open(name, create, flags & journals != 0);
        let delete = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
        match opened {
            Ok(opened) => File::OnDisk {
                opened,
                delete: delete.then(|| name.to_owned()),
                shm: None,
                held: [0; 2],
                disk,
            },
            Err(code) => return code,
        }
    };
    // SAFETY: as above; `out` may be null.
    unsafe {
        (*slot).file = Box::into_raw(Box::new(file));
        (*slot).base.pMethods = &raw const METHODS;
        if !out.is_null() {
            *out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(slot: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `SQLite` closes a file once; the box is the one of `open`.
    let mut file = unsafe { Box::from_raw((*slot.cast::<Slot>()).file) };
    unmap(&mut file);
    if let File::OnDisk {
        disk,
        opened,
        delete,
        ..
    } = &mut *file
    {
        let mut disk = lock(disk);
        disk.lower(opened, ffi::SQLITE_LOCK_NONE);
        if let Some(name) = delete {
            let _ = disk.delete(name, false);
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    slot: *mut ffi::sqlite3_file,
    to: *mut c_void,
    len: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: `SQLite` hands over an open file and room for so many bytes.
    let (file, to) = unsafe {
        let to = std::slice::from_raw_parts_mut(to.cast::<u8>(), usize_of(len.into()));
        (file(slot), to)
    };
    let at = usize_of(at);
    match file {
        File::Scratch(bytes) => {
            let there = bytes.get(at..).unwrap_or_default();
            let len = there.len().min(to.len());
            to[..len].copy_from_slice(&there[..len]);
            to[len..].fill(0);
            if len < to.len() {
                return ffi::SQLITE_IOERR_SHORT_READ;
            }
            ffi::SQLITE_OK
        }
        File::OnDisk { disk, opened, .. } => code(lock(disk).read(opened, at, to)),
    }
}

unsafe extern "C" fn write(
    slot: *mut ffi::sqlite3_file,
    from: *const c_void,
    len: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: `SQLite` hands over an open file and so many bytes.
    let (file, from) = unsafe {
        let from = std::slice::from_raw_parts(from.cast::<u8>(), usize_of(len.into()));
        (file(slot), from)
    };
    let at = usize_of(at);
    match file {
        File::Scratch(bytes) => {
            if bytes.len() < at + from.len() {
                bytes.resize(at + from.len(), 0);
            }
            bytes[at..at + from.len()].copy_from_slice(from);
            ffi::SQLITE_OK
        }
        File::OnDisk { disk, opened, .. } => code(lock(disk).write(opened, at, from)),
    }
}

unsafe extern "C" fn truncate(slot: *mut ffi::sqlite3_file, len: ffi::sqlite3_int64) -> c_int {
    // SAFETY: `SQLite` hands over an open file.
    match unsafe { file(slot) } {
        File::Scratch(bytes) => {
            bytes.resize(usize_of(len), 0);
            ffi::SQLITE_OK
        }
        File::OnDisk { disk, opened, .. } => code(lock(disk).truncate(opened, usize_of(len))),
    }
}

unsafe extern "C" fn sync(slot: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: `SQLite` hands over an open file.
    match unsafe { file(slot) } {
        File::Scratch(_) => ffi::SQLITE_OK,
        File::OnDisk { disk, opened, .. } => code(lock(disk).sync(opened)),
    }
}

unsafe extern "C" fn size(slot: *mut ffi::sqlite3_file, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: `SQLite` hands over an open file and room for the answer.
    let (file, out) = unsafe { (file(slot), &mut *out) };
    let len = match file {
        File::Scratch(bytes) => bytes.len(),
        File::OnDisk { disk, opened, .. } => {
            let disk = lock(disk);
            if let Err(code) = disk.alive(opened) {
                return code;
            }
            disk.platter.now(opened.file).len()
        }
    };
    *out = i64::try_from(len).unwrap_or(i64::MAX);
    ffi::SQLITE_OK
}

unsafe extern "C" fn raise(slot: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: `SQLite` hands over an open file.
    match unsafe { file(slot) } {
        File::Scratch(_) => ffi::SQLITE_OK,
        File::OnDisk { disk, opened, .. } => code(lock(disk).raise(opened, level)),
    }
}

unsafe extern "C" fn lower(slot: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: `SQLite` hands over an open file.
    if let File::OnDisk { disk, opened, .. } = unsafe { file(slot) } {
        lock(disk).lower(opened, level);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn reserved(slot: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: `SQLite` hands over an open file and room for the answer.
    let (file, out) = unsafe { (file(slot), &mut *out) };
    *out = match file {
        File::Scratch(_) => 0,
        File::OnDisk { disk, opened, .. } => c_int::from(lock(disk).reserved(opened)),
    };
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

/// As on Unix.
unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// As on Unix: what nobody wrote does not change.
unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // 2: with shared memory, without mapped files.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(raise),
    xUnlock: Some(lower),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
