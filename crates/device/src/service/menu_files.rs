//! The menu's files: `v<N>.json` with its checksum, `v<N>.vec`, the pointers and what staff said.
//!
//! Invariant: `current.json` names the menu in use and the one before it in one file, so that
//! both change at once. What is damaged is said loudly and never taken for good.

use super::backing::Backing;
use super::error::ServiceError;
use olympus_menu::Overrides;
use olympus_proto::{ItemId, MenuItem, MenuVersion};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

const POINTERS: &str = "current.json";
const AVAILABILITY: &str = "availability.json";

/// Which versions are which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pointers {
    /// The menu in use.
    pub(crate) current: Option<MenuVersion>,
    /// The one that a rollback goes back to.
    pub(crate) previous: Option<MenuVersion>,
    /// The highest number ever given, so that none is given twice.
    pub(crate) last: MenuVersion,
}

#[derive(Serialize, Deserialize)]
struct Document<'a> {
    version: MenuVersion,
    /// Of the bytes of `items` as they stand in the file.
    sha256: String,
    #[serde(borrow)]
    items: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Availability {
    sold_out: BTreeMap<String, bool>,
}

/// The file of a version's items.
pub(crate) fn items_name(version: MenuVersion) -> String {
    format!("v{version}.json")
}

/// The file of a version's vectors.
pub(crate) fn vectors_name(version: MenuVersion) -> String {
    format!("v{version}.vec")
}

/// Writes the items of a version.
pub(crate) fn write_items(
    backing: &Backing,
    version: MenuVersion,
    items_json: &str,
) -> Result<(), ServiceError> {
    let document = Document {
        version,
        sha256: hash(items_json),
        items: serde_json::from_str(items_json).map_err(unwritable)?,
    };
    let bytes = serde_json::to_vec(&document).map_err(unwritable)?;
    backing.write(&items_name(version), bytes)
}

/// Reads the items of a version; `Err` says why it cannot be used.
pub(crate) fn read_items(
    backing: &Backing,
    version: MenuVersion,
) -> Result<(Vec<MenuItem>, String), ServiceError> {
    let name = items_name(version);
    let damaged = |why: String| ServiceError::Damaged {
        file: name.clone(),
        why,
    };
    let bytes = backing
        .read(&name)?
        .ok_or_else(|| damaged("it is missing".to_owned()))?;
    let document: Document<'_> =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let json = document.items.get();
    if document.version != version || document.sha256 != hash(json) {
        return Err(damaged("its checksum does not fit".to_owned()));
    }
    let items = serde_json::from_str(json).map_err(|error| damaged(error.to_string()))?;
    Ok((items, json.to_owned()))
}

/// Reads the pointers; where they are lost, the newest files that can be read take their place.
pub(crate) fn read_pointers(backing: &Backing) -> Result<Pointers, ServiceError> {
    let mut versions: Vec<MenuVersion> = backing
        .names()?
        .iter()
        .filter_map(|name| version_of(name))
        .collect();
    versions.sort_unstable();
    versions.dedup();
    let highest = versions.last().copied().unwrap_or_default();
    let stored = backing.read(POINTERS)?;
    let parsed = stored.as_deref().map(serde_json::from_slice::<Pointers>);
    match parsed {
        Some(Ok(pointers)) => Ok(Pointers {
            last: pointers.last.max(highest),
            ..pointers
        }),
        None if versions.is_empty() => Ok(Pointers::default()),
        lost => {
            let why = match lost {
                Some(Err(error)) => error.to_string(),
                _ => "it is missing".to_owned(),
            };
            tracing::error!(
                file = POINTERS,
                why,
                "menu pointers lost; using the newest menu that can be read"
            );
            let mut good = versions.into_iter().rev();
            let mut next = || good.find(|version| read_items(backing, *version).is_ok());
            Ok(Pointers {
                current: next(),
                previous: next(),
                last: highest,
            })
        }
    }
}

/// The menu in use in a data folder, on which a server may be running; `None` where there is none.
pub(crate) fn stored(
    data_dir: &Path,
) -> Result<Option<(MenuVersion, Vec<MenuItem>)>, ServiceError> {
    let stored = stored_with_overrides(data_dir)?;
    Ok(stored.map(|(version, items, _)| (version, items)))
}

/// As [`stored`], with what staff said.
pub(crate) fn stored_with_overrides(
    data_dir: &Path,
) -> Result<Option<(MenuVersion, Vec<MenuItem>, Overrides)>, ServiceError> {
    let dir = data_dir.join("menu");
    if !dir.exists() {
        return Ok(None);
    }
    // Not swept: the server may be writing.
    let backing = Backing::Dir(dir);
    let Some(version) = read_pointers(&backing)?.current else {
        return Ok(None);
    };
    let (items, _) = read_items(&backing, version)?;
    let said = read_overrides(&backing)?;
    Ok(Some((version, items, said)))
}

/// Replaces the pointers: from here on the new menu is the one in use.
pub(crate) fn write_pointers(backing: &Backing, pointers: &Pointers) -> Result<(), ServiceError> {
    let bytes = serde_json::to_vec(pointers).map_err(unwritable)?;
    backing.write(POINTERS, bytes)
}

/// Removes the versions that nobody points at. What cannot be removed is tried again next time.
pub(crate) fn remove_others(backing: &Backing, pointers: &Pointers) {
    let kept = [pointers.current, pointers.previous];
    for name in backing.names().unwrap_or_default() {
        if version_of(&name).is_some_and(|version| !kept.contains(&Some(version)))
            && let Err(error) = backing.remove(&name)
        {
            tracing::warn!(%error, "an old menu was not removed");
        }
    }
}

/// What staff said; nothing where the file is damaged, which is said loudly.
pub(crate) fn read_overrides(backing: &Backing) -> Result<Overrides, ServiceError> {
    let Some(bytes) = backing.read(AVAILABILITY)? else {
        return Ok(Overrides::new());
    };
    match serde_json::from_slice::<Availability>(&bytes) {
        Ok(said) => Ok(said
            .sold_out
            .into_iter()
            .map(|(id, sold_out)| (ItemId(id), sold_out))
            .collect()),
        Err(error) => {
            tracing::error!(file = AVAILABILITY, %error, "what staff said of sold-out items is lost; say it again");
            Ok(Overrides::new())
        }
    }
}

/// Keeps what staff said.
pub(crate) fn write_overrides(
    backing: &Backing,
    overrides: &Overrides,
) -> Result<(), ServiceError> {
    let bytes = serde_json::to_vec(&Availability {
        sold_out: by_id(overrides),
    })
    .map_err(unwritable)?;
    backing.write(AVAILABILITY, bytes)
}

/// In the order of ids, for files and answers.
pub(crate) fn by_id(overrides: &Overrides) -> BTreeMap<String, bool> {
    overrides
        .iter()
        .map(|(id, sold_out)| (id.0.clone(), *sold_out))
        .collect()
}

fn version_of(name: &str) -> Option<MenuVersion> {
    let stem = name
        .strip_suffix(".json")
        .or_else(|| name.strip_suffix(".vec"))?;
    stem.strip_prefix('v')?.parse().ok().map(MenuVersion)
}

/// Of the items as they stand in a file.
pub(crate) fn hash(text: &str) -> String {
    crate::keys::hex(&Sha256::digest(text.as_bytes()))
}

fn unwritable(error: serde_json::Error) -> ServiceError {
    ServiceError::Invalid(format!("the menu cannot be written as JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_pointers_are_found_again_and_damage_is_seen() {
        let backing = Backing::ram();
        let json = |id: &str| serde_json::to_string(&[MenuItem::new(id, id)]).expect("writes");
        for version in 1..=3 {
            write_items(&backing, MenuVersion(version), &json("a")).expect("writes");
        }
        let mut bytes = backing.read("v3.json").expect("reads").expect("is there");
        let at = bytes.len() - 4;
        bytes[at] ^= 1;
        backing.write("v3.json", bytes).expect("writes");
        assert!(read_items(&backing, MenuVersion(3)).is_err());
        backing.write(POINTERS, b"{".to_vec()).expect("writes");
        let found = read_pointers(&backing).expect("finds");
        let expected = Pointers {
            current: Some(MenuVersion(2)),
            previous: Some(MenuVersion(1)),
            last: MenuVersion(3),
        };
        assert_eq!(found, expected);
        remove_others(&backing, &found);
        assert!(backing.read("v3.json").expect("reads").is_none());
        assert!(backing.read("v1.json").expect("reads").is_some());
    }

    #[test]
    fn damaged_overrides_are_not_fatal() {
        let backing = Backing::ram();
        let said = Overrides::from([(ItemId::from("a"), true)]);
        write_overrides(&backing, &said).expect("writes");
        assert_eq!(read_overrides(&backing).expect("reads"), said);
        backing.write(AVAILABILITY, b"]".to_vec()).expect("writes");
        assert!(read_overrides(&backing).expect("reads").is_empty());
    }
}
