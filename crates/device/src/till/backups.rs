//! A whole copy of the till's file as each business day begins, the last seven of them.
//!
//! Invariant: a copy is checked and whole before it has its name; the last good one is removed by
//! nothing but seven newer ones. Never in the way of a sale: a reader copies, and where the disk
//! would be left with less than its reserve, older copies go first and then none is made. Never
//! copies what is temporary.

use super::handle::Handle;
use super::setup::FILE;
use crate::files::{self, TEMP_PREFIX};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const DIR: &str = "backups";
const KEPT: usize = 7;
/// Room that a copy leaves for selling.
const RESERVE: u64 = 512 * 1024 * 1024;
/// How often it is looked whether a day has begun.
const LOOK: Duration = Duration::from_secs(300);

/// Makes copies until it is dropped.
pub(crate) async fn keep(till: Handle) {
    let Some(data_dir) = till.setup().data_dir.clone() else {
        return;
    };
    let dir = data_dir.join(DIR);
    loop {
        if let Err(why) = copy_if_new_day(&till, &dir).await {
            tracing::warn!(dir = %dir.display(), why, "the till's file was not copied");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn copy_if_new_day(till: &Handle, dir: &Path) -> Result<(), String> {
    let name = format!("till-{}.db", till.now().day);
    let path = dir.join(&name);
    let written = dir.join(format!("{TEMP_PREFIX}{name}"));
    let place = (dir.to_path_buf(), path.clone(), written.clone());
    let (setup, file) = (till.setup().clone(), dir.with_file_name(FILE));
    let wanted = blocking(move || {
        if !prepare(&place)? {
            return Ok(false);
        }
        make_room(&place.0, whole(&file)?, || setup.free_bytes()).map(|()| true)
    });
    if !wanted.await? {
        return Ok(());
    }
    let copy = written.clone();
    let copied = till.read(move |reader| reader.backup_to(&copy)).await;
    copied.map_err(|error| error.to_string())?;
    let dir = dir.to_path_buf();
    blocking(move || {
        std::fs::rename(&written, &path)?;
        files::sync_dir(&dir)?;
        remove_old(&dir)
    })
    .await?;
    tracing::info!(name, "the till's file was copied");
    Ok(())
}

/// Whether there is no copy of that name yet.
fn prepare((dir, path, written): &(PathBuf, PathBuf, PathBuf)) -> io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    files::create_private_dir(dir)?;
    match std::fs::remove_file(written) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(true),
    }
}

/// What a copy of the file may come to: the file, and its log.
fn whole(file: &Path) -> io::Result<u64> {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let log = std::fs::metadata(log).map_or(0, |log| log.len());
    Ok(std::fs::metadata(file)?.len().saturating_add(log))
}

/// Sees to it that a copy of so many bytes leaves the reserve, at the cost of older copies but the
/// newest one.
fn make_room(dir: &Path, bytes: u64, free: impl Fn() -> Option<u64>) -> io::Result<()> {
    let needed = bytes.saturating_add(RESERVE);
    let copies = copies(dir)?;
    let mut old = copies.iter().rev().skip(1).rev();
    // Where the system does not tell, the copy is tried.
    while free().is_some_and(|free| free < needed) {
        let Some(name) = old.next() else {
            let why = format!("a copy needs {needed} free bytes, {RESERVE} of them in reserve");
            return Err(io::Error::new(io::ErrorKind::StorageFull, why));
        };
        std::fs::remove_file(dir.join(name))?;
    }
    Ok(())
}

/// All but the newest.
fn remove_old(dir: &Path) -> io::Result<()> {
    let names = copies(dir)?;
    let old = names.len().saturating_sub(KEPT);
    for name in names.iter().take(old) {
        std::fs::remove_file(dir.join(name))?;
    }
    Ok(())
}

/// The copies that there are, oldest first.
fn copies(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // Days sort as they follow each other.
        if name.starts_with("till-") && name.ends_with(".db") {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, RESERVE, copies, make_room, prepare, remove_old};
    use std::cell::Cell;

    #[test]
    fn the_last_seven_stay_and_nothing_else_is_touched() {
        let dir = tempfile::tempdir().expect("a folder");
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(dir.path())
                .expect("lists")
                .map(|entry| {
                    entry
                        .expect("an entry")
                        .file_name()
                        .into_string()
                        .expect("a name")
                })
                .collect();
            names.sort_unstable();
            names
        };
        for day in 1..=9 {
            std::fs::write(dir.path().join(format!("till-2026-03-0{day}.db")), "x")
                .expect("writes");
        }
        std::fs::write(dir.path().join("notes.txt"), "x").expect("writes");
        remove_old(dir.path()).expect("removes");
        let left = names();
        assert_eq!(left.len(), KEPT + 1);
        assert_eq!(left[0], "notes.txt");
        assert_eq!(left[1], "till-2026-03-03.db");
        let path = dir.path().join("till-2026-03-09.db");
        let written = dir.path().join(".tmp-x");
        std::fs::write(&written, "half").expect("writes");
        let place = |path| (dir.path().to_path_buf(), path, written.clone());
        assert!(!prepare(&place(path)).expect("looks"), "there is one");
        assert!(prepare(&place(dir.path().join("till-new.db"))).expect("looks"));
        assert!(!written.exists(), "what was begun is begun anew");
    }

    #[test]
    fn a_copy_never_takes_the_room_to_sell() {
        let dir = tempfile::tempdir().expect("a folder");
        for day in 1..=4 {
            std::fs::write(dir.path().join(format!("till-2026-03-0{day}.db")), "x")
                .expect("writes");
        }
        let left = || copies(dir.path()).expect("lists");
        let asked = Cell::new(0);
        // Each older copy that goes leaves 100 bytes.
        let free = |start: u64| {
            asked.set(0);
            let asked = &asked;
            move || {
                asked.set(asked.get() + 1);
                Some(RESERVE + start + (asked.get() - 1) * 100)
            }
        };
        make_room(dir.path(), 500, free(500)).expect("there is room");
        assert_eq!(left().len(), 4);
        make_room(dir.path(), 500, free(301)).expect("room is made");
        assert_eq!(left(), ["till-2026-03-03.db", "till-2026-03-04.db"]);
        let none = make_room(dir.path(), 500, free(0)).map_err(|error| error.kind());
        assert_eq!(none, Err(std::io::ErrorKind::StorageFull));
        assert_eq!(left(), ["till-2026-03-04.db"], "the last one stays");
        make_room(dir.path(), 500, || None).expect("it is tried");
    }
}
