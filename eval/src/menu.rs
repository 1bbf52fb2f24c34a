//! The menu given by `--menu`: read with the device's own rules before anything is asked.
//!
//! Invariant: queries and menu belong together. A query none of whose right dishes is on the menu
//! could only miss, and its score would say nothing of the search.

use crate::catalog;
use crate::data::{self, DataSet, FileHash, SearchCase};
use crate::error::{BadLine, EvalError, Place};
use olympus_core::menu::import::{self, Format, Limits};
use std::collections::BTreeMap;
use std::path::Path;

/// Bad lines shown before "and N more".
const SHOWN_BAD_LINES: usize = 20;

/// A menu as it lies in a file.
#[derive(Debug, Clone)]
pub struct MenuFile {
    /// As read.
    pub bytes: Vec<u8>,
    /// By the file's ending.
    pub format: Format,
    /// Of the bytes.
    pub hash: FileHash,
    /// Id → name of every item.
    pub names: BTreeMap<String, String>,
}

/// Reads and checks a menu.
///
/// # Errors
/// The ending tells no format, the file cannot be read, or any of its items is bad.
pub fn read(path: &Path) -> Result<MenuFile, EvalError> {
    let format = format_of(path).ok_or_else(|| {
        let shown = path.display();
        EvalError::Usage(format!(
            "--menu {shown}: the file must end in .json, .jsonl or .csv"
        ))
    })?;
    let bytes = data::read_file(path, "; public menus usually lie in `../shared/data/menu`")?;
    let hash = data::hash(path, &bytes);
    let (bytes, format) = match catalog::menu(&bytes) {
        Some(menu) => (menu, Format::Json),
        None => (bytes, format),
    };
    let items = import::parse(&bytes, format, &Limits::default()).map_err(|errors| {
        let bad = errors
            .details
            .into_iter()
            .take(SHOWN_BAD_LINES)
            .map(|detail| BadLine {
                place: Place {
                    file: hash.file.clone(),
                    line: detail.line,
                },
                message: detail.message,
            });
        EvalError::BadData {
            total: errors.total,
            shown: bad.collect(),
        }
    })?;
    let names = items
        .into_iter()
        .map(|item| (item.id.0, item.name))
        .collect();
    Ok(MenuFile {
        bytes,
        format,
        hash,
        names,
    })
}

/// That every query can be answered from the menu.
///
/// # Errors
/// Queries none of whose right dishes is on the menu.
pub fn fits(menu: &MenuFile, data: &DataSet<SearchCase>) -> Result<(), EvalError> {
    let strange = |relevant: &[String]| relevant.iter().all(|id| !menu.names.contains_key(id));
    let mut bad = data
        .rows
        .iter()
        .filter(|row| strange(&row.case.relevant))
        .map(|row| BadLine {
            place: row.place.clone(),
            message: format!(
                "{} is not on the menu {}; give the menu that these queries are about",
                row.case.relevant.join(", "),
                menu.hash.file
            ),
        });
    let shown: Vec<BadLine> = bad.by_ref().take(SHOWN_BAD_LINES).collect();
    let total = shown.len() + bad.count();
    if total > 0 {
        return Err(EvalError::BadData { total, shown });
    }
    Ok(())
}

fn format_of(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "json" => Some(Format::Json),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "csv" => Some(Format::Csv),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_format() {
        for (path, want) in [
            ("a/menu.JSON", Some(Format::Json)),
            ("m.jsonl", Some(Format::Jsonl)),
            ("m.csv", Some(Format::Csv)),
            ("m.txt", None),
            ("menu", None),
        ] {
            assert_eq!(format_of(Path::new(path)), want, "{path}");
        }
    }

    #[test]
    fn a_menu_of_other_dishes_is_refused_and_a_bad_one_too() {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        };
        let menu = read(&write("m.jsonl", "{\"id\":\"tea\",\"name\":\"Tea\"}\n")).expect("a menu");
        assert_eq!(menu.names["tea"], "Tea");
        let queries = write(
            "q.jsonl",
            "{\"query\":\"chai\",\"relevant\":[\"x\",\"tea\"]}\n{\"query\":\"a\",\"relevant\":[\"x\"]}\n",
        );
        let data = data::read(&[queries], None).expect("queries");
        let error = fits(&menu, &data).expect_err("x is not on it").to_string();
        assert!(
            error.contains("1 bad line") && error.contains("q.jsonl:2: x is not on the menu"),
            "{error}"
        );
        let error =
            read(&write("bad.jsonl", "{\"id\":\"tea\",\"name\":\"\"}\n")).expect_err("no name");
        assert!(error.to_string().contains("bad.jsonl:1: "), "{error}");
    }
}
