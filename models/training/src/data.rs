//! The text that models learn from: `data/intent/<register>/<label>.txt`, one utterance a line.
//!
//! The register is the source: validation holds whole registers out, never single lines.

use anyhow::{Context as _, bail};
use olympus_proto::Intent;
use std::collections::HashMap;
use std::path::Path;

/// One labelled utterance.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) text: String,
    pub(crate) label: usize,
    pub(crate) register: String,
}

/// Position of an intent among the classifier's outputs.
pub(crate) fn label_of(intent: Intent) -> usize {
    Intent::ALL
        .iter()
        .position(|known| *known == intent)
        .unwrap_or(Intent::ALL.len() - 1)
}

/// The language of a register that is not in English: `spanish` of `spanish_typed`.
pub(crate) fn language_of(register: &str) -> Option<&str> {
    let manner = |ending| register.strip_suffix(ending);
    ["_spoken", "_typed", "_more", "_twins", "_plain"]
        .into_iter()
        .find_map(manner)
}

/// Case, spaces and punctuation do not make two utterances different; a thumb up is as it is.
pub(crate) fn key(text: &str) -> String {
    let lower = text.to_lowercase();
    let said: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if said.is_empty() { lower } else { said }
}

/// A line of `<folder>/<label>.txt`.
pub(crate) struct Line {
    pub(crate) folder: String,
    pub(crate) label: usize,
    pub(crate) text: String,
    /// `file:number`, for errors.
    pub(crate) at: String,
}

/// Every line but empty ones, in a fixed order.
pub(crate) fn lines(root: &Path) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for folder in sorted(root)? {
        for file in sorted(&folder)? {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let intent: Intent = stem
                .parse()
                .with_context(|| format!("{}: the file's name must be a label", file.display()))?;
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("reading {}", file.display()))?;
            let folder = folder.file_name().unwrap_or_default().to_string_lossy();
            let said = text.lines().map(str::trim).enumerate();
            lines.extend(
                said.filter(|(_, line)| !line.is_empty())
                    .map(|(index, line)| Line {
                        folder: folder.clone().into_owned(),
                        label: label_of(intent),
                        text: line.to_owned(),
                        at: format!("{}:{}", file.display(), index + 1),
                    }),
            );
        }
    }
    Ok(lines)
}

/// Reads every register, in a fixed order, without repeats. A text under two labels is an error.
pub(crate) fn load(root: &Path) -> anyhow::Result<Vec<Example>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut examples = Vec::new();
    for line in lines(root)? {
        match seen.insert(key(&line.text), line.label) {
            Some(other) if other != line.label => bail!(
                "{}: `{}` also stands under another label",
                line.at,
                line.text
            ),
            Some(_) => {}
            None => examples.push(Example {
                text: line.text,
                label: line.label,
                register: line.folder,
            }),
        }
    }
    if examples.is_empty() {
        bail!("no utterance under {}", root.display());
    }
    Ok(examples)
}

/// Adds what is not there yet in any case or punctuation. A text under two labels is an error.
pub(crate) fn add(examples: &mut Vec<Example>, more: Vec<Example>) -> anyhow::Result<()> {
    let seen = examples.iter().map(|one| (key(&one.text), one.label));
    let mut seen: HashMap<String, usize> = seen.collect();
    for example in more {
        match seen.insert(key(&example.text), example.label) {
            Some(other) if other != example.label => bail!(
                "`{}` of {} also stands under another label",
                example.text,
                example.register
            ),
            Some(_) => {}
            None => examples.push(example),
        }
    }
    Ok(())
}

pub(crate) fn sorted(dir: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut entries = std::fs::read_dir(dir)
        .with_context(|| format!("reading {}", dir.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    Ok(entries)
}

/// A labelled file in the evaluation format (`text`, `intent`).
pub(crate) fn load_jsonl(path: &Path) -> anyhow::Result<Vec<Example>> {
    #[derive(serde::Deserialize)]
    struct Line {
        text: String,
        intent: Intent,
        #[serde(default)]
        source: String,
    }
    std::fs::read_to_string(path)
        .with_context(|| format!("reading {}", path.display()))?
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("{}:{}", path.display(), index + 1))?;
            Ok(Example {
                text: line.text,
                label: label_of(line.intent),
                register: line.source,
            })
        })
        .collect()
}
