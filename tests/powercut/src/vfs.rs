//! The VFS that `SQLite` calls: the only place here with `unsafe`.
//!
//! Why not a crate: `sqlite-plugin` does not pass on whether a deletion syncs the directory, which
//! the model needs, takes the randomness of the operating system, and needs libclang to be built.
//!
//! What makes it sound: `SQLite` hands each function the file that the VFS has opened and nothing
//! else, and no two threads use a file at once. A [`File`] is boxed at the opening and dropped at the
//! closing. The memory of [`Shm`] lives as long as a file that has mapped it, and is only reached by
//! `SQLite`, which guards it with the locks kept here.
#![allow(unsafe_code)]

use crate::disk::{Opened, State, lock};
use rusqlite::ffi;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{NonNull, null, null_mut};
use std::sync::atomic::{AtomicI64, Ordering, fence};
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

/// What `SQLite` keeps for an open file. Its first field is what `SQLite` itself knows of it.
#[repr(C)]
struct Slot {
    base: ffi::sqlite3_file,
    file: *mut File,
}

enum File {
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

fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// The file behind `SQLite`'s pointer.
///
/// # Safety
/// The pointer comes from `SQLite`, which got it from `open` and has not closed it.
unsafe fn file<'a>(slot: *mut ffi::sqlite3_file) -> &'a mut File {
    // SAFETY: as above; `open` has put a box there.
    unsafe { &mut *(*slot.cast::<Slot>()).file }
}

fn usize_of(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

unsafe extern "C" fn open(
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

unsafe extern "C" fn shm_map(
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

unsafe extern "C" fn shm_lock(
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

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(slot: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: `SQLite` hands over an open file. The last one takes the memory with it, so that
    // there is nothing to delete.
    unmap(unsafe { file(slot) });
    ffi::SQLITE_OK
}

fn unmap(file: &mut File) {
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
