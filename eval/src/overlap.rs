//! Whether a text of one set is also in another: a test that the model learnt by heart says
//! nothing.
//!
//! Invariant: texts are compared without letter case, punctuation and spaces; what is nothing but punctuation as it stands. Never changes a file.

use crate::data::read_file;
use crate::error::{BadLine, EvalError, Place};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A text that stands in both sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// In the set to be kept apart.
    pub here: Place,
    /// In the other.
    pub there: Place,
    /// As it stands in the other.
    pub text: String,
}

/// Letters and digits in lowercase, one space between words, apostrophes gone.
#[must_use]
pub fn normalise(text: &str) -> String {
    let text: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '‘'))
        .collect();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    words.join(" ")
}

/// What two texts are compared by; what has no letter or digit ("👍") as it stands.
fn key(text: &str) -> String {
    let normal = normalise(text);
    if normal.is_empty() {
        text.trim().to_owned()
    } else {
        normal
    }
}

/// Texts of `data` that are also in `against`. Both take files and folders; `.txt` holds a text a
/// line, `.jsonl` a row with `text` or `query`.
///
/// # Errors
/// A path that cannot be read, or a line of JSONL without either field.
pub fn find(data: &[PathBuf], against: &[PathBuf]) -> Result<Vec<Shared>, EvalError> {
    let mut known: BTreeMap<String, Place> = BTreeMap::new();
    for (place, text) in texts(data)? {
        known.entry(key(&text)).or_insert(place);
    }
    known.remove("");
    let mut shared = Vec::new();
    for (there, text) in texts(against)? {
        if let Some(here) = known.get(&key(&text)) {
            shared.push(Shared {
                here: here.clone(),
                there,
                text,
            });
        }
    }
    Ok(shared)
}

fn texts(paths: &[PathBuf]) -> Result<Vec<(Place, String)>, EvalError> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    let mut texts = Vec::new();
    for file in files {
        read_texts(&file, &mut texts)?;
    }
    Ok(texts)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), EvalError> {
    let failed = |source| EvalError::ReadFile {
        path: path.to_owned(),
        hint: "",
        source,
    };
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        inside.push(entry.map_err(failed)?.path());
    }
    inside.sort();
    for path in inside {
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() || matches!(ending, Some("txt" | "jsonl")) {
            collect(&path, files)?;
        }
    }
    Ok(())
}

fn read_texts(path: &Path, texts: &mut Vec<(Place, String)>) -> Result<(), EvalError> {
    let bytes = read_file(path, "")?;
    let json = path.extension().is_some_and(|ending| ending == "jsonl");
    for (number, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = Place {
            file: path.display().to_string(),
            line: number + 1,
        };
        let text = if json {
            field(line)
        } else {
            Some(line.to_owned())
        };
        match text {
            Some(text) => texts.push((place, text)),
            None => {
                let message = "neither `text` nor `query` in this line".to_owned();
                return Err(EvalError::BadData {
                    total: 1,
                    shown: vec![BadLine { place, message }],
                });
            }
        }
    }
    Ok(())
}

fn field(line: &str) -> Option<String> {
    let row: Value = serde_json::from_str(line).ok()?;
    let text = row.get("text").or_else(|| row.get("query"))?;
    text.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{find, normalise};

    #[test]
    fn case_spaces_and_punctuation_do_not_tell_texts_apart() {
        for text in ["Don't  do THAT!", "dont do that", " don’t, do-that… "] {
            assert_eq!(normalise(text), "dont do that");
        }
        assert_eq!(normalise("Phở №7"), "phở 7");
    }

    #[test]
    fn shared_texts_are_named_in_both_sets() {
        let dir = tempfile::tempdir().expect("a folder");
        let sub = dir.path().join("train/order");
        std::fs::create_dir_all(&sub).expect("made");
        let data = dir.path().join("own.jsonl");
        std::fs::write(&data, "{\"text\":\"A coke!\"}\n{\"query\":\"soup\"}\n").expect("written");
        std::fs::write(sub.join("a.txt"), "tea\n\na  Coke\n").expect("written");
        let shared =
            find(std::slice::from_ref(&data), &[dir.path().join("train")]).expect("readable");
        assert_eq!(shared.len(), 1);
        assert_eq!((shared[0].here.line, shared[0].there.line), (1, 3));
        std::fs::write(&data, "{\"utterance\":\"x\"}\n").expect("written");
        let error = find(&[data], &[]).expect_err("no field");
        assert!(error.to_string().contains("own.jsonl:1: neither"));
    }
}
