//! The VFS that `SQLite` calls: the only module here with `unsafe`.
//!
//! Why not a crate: `sqlite-plugin` does not pass on whether a deletion syncs the directory, which
//! the model needs, takes the randomness of the operating system, and needs libclang to be built.
//!
//! What makes it sound: `SQLite` hands each function the file that the VFS has opened and nothing
//! else, and no two threads use a file at once. What a file stands for is boxed at the opening and dropped at the
//! closing. The memory of [`Shm`] lives as long as a file that has mapped it, and is only reached by
//! `SQLite`, which guards it with the locks kept here.
#![allow(unsafe_code)]

mod file;
mod shm;

pub(crate) use shm::Shm;

use crate::disk::{State, lock};
use file::{Slot, code, open};
use rusqlite::ffi;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Once, PoisonError};

/// The name of the VFS: for `OpenOptions` of the store, or `rusqlite`'s own.
pub const VFS: &str = "powercut";
const NAME: &CStr = c"powercut";

type Disks = BTreeMap<u64, Arc<Mutex<State>>>;
static DISKS: LazyLock<Mutex<(u64, Disks)>> = LazyLock::new(Mutex::default);
static REGISTERED: Once = Once::new();

fn disks<T>(of: impl FnOnce(&mut (u64, Disks)) -> T) -> T {
    of(&mut DISKS.lock().unwrap_or_else(PoisonError::into_inner))
}

pub(crate) fn remember(state: &Arc<Mutex<State>>) -> u64 {
    REGISTERED.call_once(register);
    disks(|(last, disks)| {
        *last += 1;
        disks.insert(*last, Arc::clone(state));
        *last
    })
}

pub(crate) fn forget(id: u64) {
    drop(disks(|(_, disks)| disks.remove(&id)));
}

/// `/disk/name`, as [`crate::Disk::path`] makes it.
fn find(path: &str) -> Option<(Arc<Mutex<State>>, &str)> {
    let (id, name) = path.strip_prefix('/')?.split_once('/')?;
    let id = id.parse().ok()?;
    Some((disks(|(_, disks)| disks.get(&id).cloned())?, name))
}

fn usize_of(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, synced: c_int) -> c_int {
    // SAFETY: a name from `SQLite` is a C string.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let Some((disk, name)) = find(&name) else {
        return ffi::SQLITE_IOERR_DELETE;
    };
    code(lock(&disk).delete(name, synced & 1 != 0))
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: a name from `SQLite` is a C string, and there is room for the answer.
    let (name, out) = unsafe { (CStr::from_ptr(name).to_string_lossy(), &mut *out) };
    let exists = find(&name).map_or(Ok(false), |(disk, name)| lock(&disk).exists(name));
    *out = c_int::from(exists == Ok(true));
    exists.err().unwrap_or(ffi::SQLITE_OK)
}

unsafe extern "C" fn full_path(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    len: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: a name from `SQLite` is a C string, and there is room for `len` bytes.
    let (name, out) = unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        let out = std::slice::from_raw_parts_mut(out.cast::<u8>(), usize_of(len.into()));
        (name, out)
    };
    let Some(out) = out.get_mut(..name.len()) else {
        return ffi::SQLITE_CANTOPEN;
    };
    out.copy_from_slice(name);
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, len: c_int, out: *mut c_char) -> c_int {
    // SAFETY: there is room for `len` bytes.
    let out = unsafe { std::slice::from_raw_parts_mut(out.cast::<u8>(), usize_of(len.into())) };
    out.fill(7);
    len
}

/// Nobody waits: who holds the lock is on the same thread, or soon done.
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::yield_now();
    microseconds
}

/// Days as `SQLite` counts them, in milliseconds: a time of its own that only goes on.
static CLOCK: AtomicI64 = AtomicI64::new(212_000_000_000_000);

unsafe extern "C" fn time(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: there is room for the answer.
    unsafe { *out = CLOCK.fetch_add(1, Ordering::Relaxed) };
    ffi::SQLITE_OK
}

fn register() {
    let vfs = ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: c_int::try_from(size_of::<Slot>()).unwrap_or(0),
        mxPathname: 512,
        pNext: null_mut(),
        zName: NAME.as_ptr(),
        pAppData: null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_path),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: None,
        xGetLastError: None,
        xCurrentTimeInt64: Some(time),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    // SAFETY: leaked, since `SQLite` keeps it for good; all its functions are those above. That it
    // was taken shows in the first file that is opened.
    unsafe { ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0) };
}
