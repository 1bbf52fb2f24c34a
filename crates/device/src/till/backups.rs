//! A whole copy of the till's file as each business day begins, the last seven of them.
//!
//! Invariant: a copy is checked and whole before it has its name; the last good one is removed by
//! nothing but seven newer ones. The till waits for a copy, about a second for 100 MB. Never copies
//! what is temporary.

use super::handle::Handle;
use crate::files::{self, TEMP_PREFIX};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const DIR: &str = "backups";
const KEPT: usize = 7;
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
    let wanted = blocking(move || prepare(place)).await?;
    if !wanted {
        return Ok(());
    }
    let copy = written.clone();
    let copied = till.with(move |till, _| till.backup_to(&copy)).await;
    copied
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
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
fn prepare((dir, path, written): (PathBuf, PathBuf, PathBuf)) -> io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    files::create_private_dir(&dir)?;
    match std::fs::remove_file(&written) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(true),
    }
}

/// All but the newest.
fn remove_old(dir: &Path) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // Days sort as they follow each other.
        if name.starts_with("till-") && name.ends_with(".db") {
            names.push(name);
        }
    }
    names.sort_unstable();
    let old = names.len().saturating_sub(KEPT);
    for name in names.iter().take(old) {
        std::fs::remove_file(dir.join(name))?;
    }
    Ok(())
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
    use super::{KEPT, prepare, remove_old};

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
        assert!(!prepare(place(path)).expect("looks"), "there is one");
        assert!(prepare(place(dir.path().join("till-new.db"))).expect("looks"));
        assert!(!written.exists(), "what was begun is begun anew");
    }
}
