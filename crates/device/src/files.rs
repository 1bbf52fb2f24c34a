//! Files that survive a power cut: written beside, flushed, renamed over.
//!
//! Invariant: a reader sees the old bytes or the new ones, never a mixture, and what was
//! acknowledged is on the disk. Everything is readable by its owner only. Never holds a lock
//! longer than its guard lives: the kernel lets go when the process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

/// Begins the name of a file that is still being written.
pub const TEMP_PREFIX: &str = ".tmp-";

/// Replaces `path` with `bytes`, durably.
///
/// # Errors
/// Whatever the file system says; the old file is then still there.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path
        .parent()
        .ok_or_else(|| io::Error::other("a file needs a folder"))?;
    // `tempfile` creates with mode 0600, which the rename keeps.
    let mut file = tempfile::Builder::new()
        .prefix(TEMP_PREFIX)
        .tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_dir(dir)
}

/// Makes a rename or a removal in `dir` durable.
///
/// # Errors
/// Whatever the file system says.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    // Windows has no such thing as a folder that can be flushed.
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Creates a folder that only its owner can enter.
///
/// # Errors
/// Whatever the file system says.
pub fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Removes what an interrupted [`write_atomic`] left behind.
///
/// # Errors
/// Whatever the file system says of the folder itself.
pub fn sweep_temporaries(dir: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// An advisory lock between processes, held until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    file: File,
}

impl FileLock {
    /// Takes the lock if nobody holds it; `None` where somebody does.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = open_lock(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Waits for the lock; for changes that take milliseconds.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn wait(path: &Path) -> io::Result<Self> {
        let file = open_lock(path)?;
        file.lock()?;
        Ok(Self { file })
    }
}

/// Unlocked by name: closing alone leaves the lock with a process that is being started at this
/// moment and has the file open until it becomes another program.
impl Drop for FileLock {
    fn drop(&mut self) {
        // Where that fails, closing gives it back as soon as it can.
        let _ = self.file.unlock();
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_given_back_though_a_copy_of_its_file_is_still_open() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("lock");
        let lock = FileLock::try_take(&path).expect("opens").expect("is free");
        assert!(FileLock::try_take(&path).expect("opens").is_none());
        // What a fork does to every open file.
        let copy = lock.file.try_clone().expect("copies");
        drop(lock);
        assert!(FileLock::try_take(&path).expect("opens").is_some());
        drop(copy);
    }

    #[test]
    fn replaces_whole_files_and_sweeps_what_was_left() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.json");
        write_atomic(&path, b"one").expect("writes");
        write_atomic(&path, b"two").expect("replaces");
        assert_eq!(std::fs::read(&path).expect("reads"), b"two");
        let left = dir.path().join(format!("{TEMP_PREFIX}x"));
        std::fs::write(&left, b"half").expect("writes");
        sweep_temporaries(dir.path()).expect("sweeps");
        assert!(!left.exists() && path.exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("is there").permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_lock_is_held_by_one_and_freed_by_drop() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("lock");
        let held = FileLock::try_take(&path).expect("works").expect("is free");
        assert!(FileLock::try_take(&path).expect("works").is_none());
        drop(held);
        assert!(FileLock::try_take(&path).expect("works").is_some());
    }
}
