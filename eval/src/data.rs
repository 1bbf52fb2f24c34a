//! Labelled data: JSONL, one row a line, unknown fields ignored.
//!
//! Invariant: a data set is whole or not there. One bad line refuses the lot, with `file:line`, as
//! a score over the rest would not be the score of that file. Never changes a file.

use crate::error::{BadLine, EvalError, Place};
use crate::order;
use olympus_proto::Intent;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Bad lines shown before "and N more".
const SHOWN_BAD_LINES: usize = 20;

/// Said where a data file is missing.
const DATA_HINT: &str = ". The public sets usually lie in `../shared/data` beside the repository \
    (e.g. ../shared/data/intent/public.jsonl), the project's own in `eval/data`; give the path \
    with --data";

/// What was asked and what is right, for one row of a task.
pub trait Case: Sized {
    /// The row as written.
    type Raw: DeserializeOwned;
    /// Checks what the types cannot say; the error is for people.
    ///
    /// # Errors
    /// What is wrong with the row and what to do.
    fn check(raw: Self::Raw) -> Result<Self, String>;
    /// The words the system is given.
    fn text(&self) -> &str;
    /// Puts other words in their place.
    fn set_text(&mut self, text: String);
}

/// One row with where it came from.
#[derive(Debug, Clone)]
pub struct Row<C> {
    /// File and line.
    pub place: Place,
    /// `id` or `qid`, where there is one.
    pub id: Option<String>,
    /// `source`, or the file's name without its ending.
    pub source: String,
    /// The task's part.
    pub case: C,
}

/// A file that was read, told apart by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    /// As named by the caller.
    pub file: String,
    /// Of the bytes, lowercase hex.
    pub sha256: String,
    /// Rows read; absent for files that are not read row by row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
}

/// All rows of all files in the order given.
#[derive(Debug, Clone)]
pub struct DataSet<C> {
    /// At least one.
    pub rows: Vec<Row<C>>,
    /// What was read.
    pub files: Vec<FileHash>,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default, alias = "qid")]
    id: Option<String>,
    #[serde(default)]
    source: Option<String>,
}

/// An utterance and its intent.
#[derive(Debug, Clone, PartialEq)]
pub struct IntentCase {
    /// What was said.
    pub text: String,
    /// The label.
    pub intent: Intent,
    /// Other labels that can be defended.
    pub alt: BTreeSet<Intent>,
}

/// An [`IntentCase`] as written.
#[derive(Debug, Deserialize)]
pub struct RawIntent {
    text: String,
    intent: Intent,
    #[serde(default)]
    alt: BTreeSet<Intent>,
}

impl Case for IntentCase {
    type Raw = RawIntent;
    fn check(raw: RawIntent) -> Result<Self, String> {
        Ok(Self {
            text: filled(raw.text, "text")?,
            intent: raw.intent,
            alt: raw.alt,
        })
    }
    fn text(&self) -> &str {
        &self.text
    }
    fn set_text(&mut self, text: String) {
        self.text = text;
    }
}

/// A query and the dishes that answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchCase {
    /// What was typed.
    pub query: String,
    /// Ids of the items that are right; at least one.
    pub relevant: Vec<String>,
    /// What makes the query hard, e.g. `no_word_overlap`.
    pub kind: Option<String>,
}

/// A [`SearchCase`] as written.
#[derive(Debug, Deserialize)]
pub struct RawSearch {
    query: String,
    relevant: Vec<String>,
    #[serde(default)]
    kind: Option<String>,
}

impl Case for SearchCase {
    type Raw = RawSearch;
    fn check(raw: RawSearch) -> Result<Self, String> {
        if raw.relevant.is_empty() {
            return Err("`relevant` is empty; name at least one item id".to_owned());
        }
        Ok(Self {
            query: filled(raw.query, "query")?,
            relevant: raw.relevant,
            kind: raw.kind,
        })
    }
    fn text(&self) -> &str {
        &self.query
    }
    fn set_text(&mut self, text: String) {
        self.query = text;
    }
}

/// An utterance and the order it places.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderCase {
    /// What was said.
    pub text: String,
    /// The lines in no particular order; at least one.
    pub lines: Vec<order::Line>,
}

/// An [`OrderCase`] as written.
#[derive(Debug, Deserialize)]
pub struct RawOrder {
    text: String,
    items: Vec<order::RawItem>,
}

impl Case for OrderCase {
    type Raw = RawOrder;
    fn check(raw: RawOrder) -> Result<Self, String> {
        if raw.items.is_empty() {
            return Err("`items` is empty; name at least one item".to_owned());
        }
        let mut lines = Vec::new();
        for item in raw.items {
            lines.extend(order::expected_lines(item)?);
        }
        Ok(Self {
            text: filled(raw.text, "text")?,
            lines,
        })
    }
    fn text(&self) -> &str {
        &self.text
    }
    fn set_text(&mut self, text: String) {
        self.text = text;
    }
}

/// The text, where it is one.
///
/// # Errors
/// It is empty.
pub(crate) fn filled(text: String, field: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err(format!(
            "`{field}` is empty; give the words or remove the line"
        ));
    }
    Ok(text)
}

/// Reads every file; with `limit`, keeps the first rows of the whole.
///
/// # Errors
/// A file that cannot be read, any bad line, or no row at all.
pub fn read<C: Case>(paths: &[PathBuf], limit: Option<usize>) -> Result<DataSet<C>, EvalError> {
    let (mut rows, mut files, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        let bytes = read_file(path, DATA_HINT)?;
        let before = rows.len();
        parse_file(path, &bytes, &mut rows, &mut bad);
        files.push(FileHash {
            rows: Some(rows.len() - before),
            ..hash(path, &bytes)
        });
    }
    if !bad.is_empty() {
        let total = bad.len();
        bad.truncate(SHOWN_BAD_LINES);
        return Err(EvalError::BadData { total, shown: bad });
    }
    if let Some(limit) = limit {
        rows.truncate(limit);
    }
    if rows.is_empty() {
        let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(EvalError::NoRows(names.join(", ")));
    }
    Ok(DataSet { rows, files })
}

/// Reads one file whole; `hint` is added to the error.
///
/// # Errors
/// The file is missing or cannot be read.
pub fn read_file(path: &Path, hint: &'static str) -> Result<Vec<u8>, EvalError> {
    std::fs::read(path).map_err(|source| EvalError::ReadFile {
        path: path.to_owned(),
        hint,
        source,
    })
}

/// The identity of a file by its bytes.
#[must_use]
pub fn hash(path: &Path, bytes: &[u8]) -> FileHash {
    let sha256 = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    FileHash {
        file: path.display().to_string(),
        sha256,
        rows: None,
    }
}

fn parse_file<C: Case>(path: &Path, bytes: &[u8], rows: &mut Vec<Row<C>>, bad: &mut Vec<BadLine>) {
    let file = path.display().to_string();
    let stem = path
        .file_stem()
        .map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned());
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = Place {
            file: file.clone(),
            line: number + 1,
        };
        match parse_line::<C>(line) {
            Ok((tags, case)) => rows.push(Row {
                place,
                id: tags.id,
                source: tags.source.unwrap_or_else(|| stem.clone()),
                case,
            }),
            Err(message) => bad.push(BadLine { place, message }),
        }
    }
}

fn parse_line<C: Case>(line: &[u8]) -> Result<(Tags, C), String> {
    let raw: C::Raw = serde_json::from_slice(line).map_err(|e| json_reason(&e))?;
    let tags: Tags = serde_json::from_slice(line).map_err(|e| json_reason(&e))?;
    Ok((tags, C::check(raw)?))
}

/// The parser counts lines within the row and would always say "line 1".
fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    format!("{reason} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(text: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new()
            .suffix(".jsonl")
            .tempfile()
            .expect("a file");
        file.write_all(text).expect("written");
        file
    }

    #[test]
    fn reads_rows_ignores_unknown_fields_and_takes_out_of_scope_for_unknown() {
        let data = file(
            b"\xef\xbb\xbf{\"text\":\"a coke\",\"intent\":\"order\",\"alt\":[\"modification\"],\"x\":1,\"id\":\"a\",\"source\":\"s\"}\n\n{\"text\":\"hm\",\"intent\":\"out_of_scope\"}\r\n",
        );
        let set = read::<IntentCase>(&[data.path().to_owned()], None).expect("good data");
        assert_eq!(set.rows.len(), 2);
        assert_eq!(set.rows[0].source, "s");
        assert_eq!(set.rows[0].case.alt, BTreeSet::from([Intent::Modification]));
        assert_eq!(set.rows[1].case.intent, Intent::Unknown);
        assert_eq!(set.rows[1].place.line, 3);
        assert_eq!(set.files[0].rows, Some(2));
        let stem = data.path().file_stem().expect("named").to_string_lossy();
        assert_eq!(set.rows[1].source, stem);
    }

    #[test]
    fn every_bad_line_is_named_with_its_place() {
        for (line, says) in [
            (
                &b"{\"text\":\"x\",\"intent\":\"ordr\"}"[..],
                "unknown variant `ordr`",
            ),
            (b"{\"text\":\"x\"}", "missing field `intent`"),
            (b"{\"text\":\" \",\"intent\":\"order\"}", "`text` is empty"),
            (b"not json", "expected ident"),
            (
                b"{\"text\":\"\xff\",\"intent\":\"order\"}",
                "invalid unicode",
            ),
        ] {
            let mut text = b"{\"text\":\"ok\",\"intent\":\"order\"}\n".to_vec();
            text.extend_from_slice(line);
            let data = file(&text);
            let error = read::<IntentCase>(&[data.path().to_owned()], None).expect_err("bad");
            let shown = error.to_string();
            let place = format!("{}:2: ", data.path().display());
            assert!(shown.contains(&place) && shown.contains(says), "{shown}");
        }
    }

    #[test]
    fn a_missing_file_is_named_and_the_usual_place_said() {
        let error = read::<IntentCase>(&["no/such.jsonl".into()], None).expect_err("missing");
        let shown = error.to_string();
        assert!(
            shown.contains("no/such.jsonl") && shown.contains("../shared/data"),
            "{shown}"
        );
    }

    #[test]
    fn the_hash_is_of_the_bytes() {
        // sha256 of "abc", FIPS 180-2 appendix B.1
        let want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(Path::new("a"), b"abc").sha256, want);
    }

    #[test]
    fn an_empty_file_and_a_query_without_answer_are_refused() {
        let empty = file(b"\n");
        assert!(matches!(
            read::<SearchCase>(&[empty.path().to_owned()], None),
            Err(EvalError::NoRows(_))
        ));
        let none = file(b"{\"query\":\"x\",\"relevant\":[]}");
        let error = read::<SearchCase>(&[none.path().to_owned()], None).expect_err("bad");
        assert!(error.to_string().contains("`relevant` is empty"));
    }
}
