//! What a backup holds: `config.toml` without secrets, `keys.json` and the menus, as a tar file.
//!
//! Invariant: only regular files of names that a device has are read; anything else in an
//! archive (a link, a folder, a path that leads out) refuses all of it. Vectors are left out:
//! the device computes them anew.

use super::BackupError;
use crate::config::Config;
use crate::files::{create_private_dir, write_atomic};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use tar::{Archive, Builder, EntryType, Header};

/// Most files of a backup; a device has far fewer.
pub const MOST_FILES: usize = 64;
const CONFIG: &str = "config.toml";
const KEYS: &str = "keys.json";
const MENU: &str = "menu";
/// How often a menu that changes meanwhile is read again.
const ATTEMPTS: usize = 3;

/// The files of a backup by name.
type Files = BTreeMap<String, Vec<u8>>;

/// Reads a data folder; a server may be running on it.
///
/// # Errors
/// [`BackupError`]
pub fn collect(data_dir: &Path) -> Result<Vec<u8>, BackupError> {
    let mut files = Files::new();
    let mut config =
        Config::load(data_dir).map_err(|error| BackupError::Content(error.to_string()))?;
    config.forget_secrets();
    let text = toml::to_string(&config).map_err(|error| BackupError::Content(error.to_string()))?;
    files.insert(CONFIG.to_owned(), text.into_bytes());
    if let Some(bytes) = read(&data_dir.join(KEYS))? {
        files.insert(KEYS.to_owned(), bytes);
    }
    files.extend(menu_files(&data_dir.join(MENU))?);
    pack(&files)
}

/// The menus as they were at one moment: read again where a version went away meanwhile.
fn menu_files(dir: &Path) -> Result<Files, BackupError> {
    let pointers = dir.join("current.json");
    for _ in 0..ATTEMPTS {
        let before = read(&pointers)?;
        let files = read_menu(dir)?;
        if before == read(&pointers)? {
            return Ok(files);
        }
    }
    let what = "the menu is being changed; try again";
    Err(BackupError::Content(what.to_owned()))
}

fn read_menu(dir: &Path) -> Result<Files, BackupError> {
    let mut files = Files::new();
    let listed = match std::fs::read_dir(dir) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        Err(source) => return Err(file("listing", dir, source)),
    };
    for entry in listed {
        let entry = entry.map_err(|source| file("listing", dir, source))?;
        let name = format!("{MENU}/{}", entry.file_name().to_string_lossy());
        if is_expected(&name)
            && let Some(bytes) = read(&entry.path())?
        {
            files.insert(name, bytes);
        }
    }
    Ok(files)
}

fn pack(files: &Files) -> Result<Vec<u8>, BackupError> {
    let failed = |error: io::Error| BackupError::Content(error.to_string());
    let mut archive = Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_size(bytes.len() as u64);
        archive
            .append_data(&mut header, name, bytes.as_slice())
            .map_err(failed)?;
    }
    archive.into_inner().map_err(failed)
}

/// Reads an archive whole and checks every name and the settings.
pub(super) fn unpack(archive: &[u8]) -> Result<Files, BackupError> {
    let failed = |error: io::Error| BackupError::Content(error.to_string());
    let refused = |what: String| Err(BackupError::Content(what));
    let mut files = Files::new();
    for entry in Archive::new(archive).entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != EntryType::Regular || !is_expected(&name) {
            return refused(format!("it has `{}`", name.escape_debug()));
        }
        let told = entry.size();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(failed)?;
        if u64::try_from(bytes.len()).ok() != Some(told) {
            return refused(format!("`{name}` is cut"));
        }
        if files.insert(name.clone(), bytes).is_some() || files.len() > MOST_FILES {
            return refused(format!("it has `{name}` twice, or too many files"));
        }
    }
    let Some(config) = files.get(CONFIG) else {
        return refused(format!("it has no `{CONFIG}`"));
    };
    let text = String::from_utf8_lossy(config);
    Config::parse(&text).map_err(BackupError::Content)?;
    Ok(files)
}

/// Writes the content of a backup into a folder that is empty or not there yet; the files'
/// names, in order.
///
/// # Errors
/// [`BackupError`]; before the disk's own, nothing was written.
pub fn restore(content: &[u8], into: &Path) -> Result<Vec<String>, BackupError> {
    let files = unpack(content)?;
    match std::fs::read_dir(into) {
        Ok(mut listed) => {
            if listed.next().is_some() {
                return Err(BackupError::NotEmpty(into.to_path_buf()));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(file("listing", into, source)),
    }
    let menu = into.join(MENU);
    create_private_dir(&menu).map_err(|source| file("making", &menu, source))?;
    for (name, bytes) in &files {
        let path = into.join(name);
        write_atomic(&path, bytes).map_err(|source| file("writing", &path, source))?;
    }
    Ok(files.into_keys().collect())
}

/// Whether a device has a file of this name that belongs into a backup.
fn is_expected(name: &str) -> bool {
    if matches!(
        name,
        CONFIG | KEYS | "menu/current.json" | "menu/availability.json"
    ) {
        return true;
    }
    let version = name
        .strip_prefix("menu/v")
        .and_then(|rest| rest.strip_suffix(".json"));
    version.is_some_and(|digits| {
        (1..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, BackupError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(file("reading", path, source)),
    }
}

fn file(action: &'static str, path: &Path, source: io::Error) -> BackupError {
    BackupError::File {
        action,
        path: path.to_path_buf(),
        source,
    }
}
