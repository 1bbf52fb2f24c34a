//! What the hub does to files and folders, each failure with its path.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::HubError;

/// What a file holds; `None` when there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, HubError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(HubError::io("read", path)(e)),
    }
}

/// Replaces a small file whole or not at all.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), HubError> {
    let mut json = serde_json::to_vec_pretty(value).map_err(|source| HubError::Damaged {
        path: path.to_owned(),
        source,
    })?;
    json.push(b'\n');
    // By process, so that two who write at once do not write into each other's draft.
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    File::create(&draft)
        .and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_all()))
        .map_err(HubError::io("write", &draft))?;
    rename(&draft, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Every file in a folder and its folders; none when there is no such folder.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, HubError> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            Err(e) => return Err(HubError::io("list", &dir)(e)),
        };
        for entry in entries {
            let entry = entry.map_err(HubError::io("list", &dir))?;
            let kind = entry.file_type().map_err(HubError::io("list", &dir))?;
            if kind.is_dir() {
                open.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

pub(super) fn make_dir(path: &Path) -> Result<(), HubError> {
    fs::create_dir_all(path).map_err(HubError::io("create", path))
}

pub(super) fn delete_file(path: &Path) -> Result<(), HubError> {
    absent_is_fine(fs::remove_file(path)).map_err(HubError::io("delete", path))
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<(), HubError> {
    fs::rename(from, to).map_err(HubError::io("rename", from))
}

pub(super) fn delete_dir(path: &Path) -> Result<(), HubError> {
    absent_is_fine(fs::remove_dir_all(path)).map_err(HubError::io("delete", path))
}

fn absent_is_fine(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Brings a set to the disk before a rename can point at it, so that losing power loses nothing.
pub(super) fn sync_tree(folder: &Path) -> Result<(), HubError> {
    for path in files_below(folder)? {
        File::options()
            .write(true)
            .open(&path)
            .and_then(|f| f.sync_all())
            .map_err(HubError::io("write", &path))?;
        sync_dir(path.parent().unwrap_or(folder))?;
    }
    Ok(())
}

#[cfg(unix)]
pub(super) fn sync_dir(path: &Path) -> Result<(), HubError> {
    File::open(path)
        .and_then(|f| f.sync_all())
        .map_err(HubError::io("write", path))
}

/// Only Unix can open a folder to bring it to the disk.
#[cfg(not(unix))]
pub(super) fn sync_dir(_path: &Path) -> Result<(), HubError> {
    Ok(())
}
