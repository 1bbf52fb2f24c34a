//! Taking typed fields out of one item's object. `null`, and an empty text where a text may be
//! absent, are the same as no field.

use super::Fault;
use serde_json::{Map, Value};

/// Most characters of each kind of text, most entries of each kind of list.
pub(super) mod limit {
    pub(in super::super) const ID_BYTES: usize = 128;
    pub(in super::super) const NAME: usize = 200;
    pub(in super::super) const DESCRIPTION: usize = 2_000;
    pub(in super::super) const CATEGORY: usize = 100;
    pub(in super::super) const TAG: usize = 64;
    pub(in super::super) const TAGS: usize = 64;
    pub(in super::super) const ALIASES: usize = 64;
    pub(in super::super) const IMAGE: usize = 2_048;
    pub(in super::super) const GROUPS: usize = 32;
    pub(in super::super) const OPTIONS: usize = 128;
    pub(in super::super) const DAYPARTS: usize = 32;
}

/// The fields of an item that are still to be read, and what was wrong so far.
pub(super) struct Fields<'a> {
    pub(super) map: Map<String, Value>,
    pub(super) faults: &'a mut Vec<Fault>,
    /// Stands before field names in errors: `modifier_groups[2].`
    pub(super) path: String,
}

impl Fields<'_> {
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.faults
            .push(Fault::new(&format!("{}{field}", self.path), message));
    }

    /// A short text on one line: white space becomes single spaces.
    pub(super) fn line(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let value = self.take(name)?;
        let Value::String(text) = value else {
            self.fault(name, "must be a text in quotes");
            return None;
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.checked(name, text, max_chars)
    }

    /// A longer text; its lines stay.
    pub(super) fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let value = self.take(name)?;
        let Value::String(text) = value else {
            self.fault(name, "must be a text in quotes");
            return None;
        };
        self.checked(name, text.trim().to_owned(), max_chars)
    }

    /// An id: a text, or a number that is kept as it is written.
    pub(super) fn id(&mut self, name: &str) -> Option<String> {
        let text = match self.take(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.fault(name, "must be a text in quotes or a number");
                return None;
            }
        };
        if text.len() > limit::ID_BYTES {
            let message = format!(
                "is {} bytes long; at most {} are kept",
                text.len(),
                limit::ID_BYTES
            );
            self.fault(name, message);
            return None;
        }
        self.checked(name, text, limit::ID_BYTES)
    }

    fn checked(&mut self, name: &str, text: String, max_chars: usize) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        if let Err(message) = check_text(&text, max_chars) {
            self.fault(name, message);
            return None;
        }
        Some(text)
    }

    /// A list of texts; one text is a list separated by `|` or `;`. Repetitions are dropped.
    pub(super) fn list(&mut self, name: &str, max_entries: usize, max_chars: usize) -> Vec<String> {
        let entries = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(Value::String(text)) => text
                .split(['|', ';'])
                .map(|part| Value::String(part.to_owned()))
                .collect(),
            Some(_) => {
                self.fault(name, "must be a list of texts");
                return Vec::new();
            }
        };
        if entries.len() > max_entries {
            let message = format!(
                "has {} entries; at most {max_entries} are kept",
                entries.len()
            );
            self.fault(name, message);
            return Vec::new();
        }
        let mut list: Vec<String> = Vec::with_capacity(entries.len());
        for entry in entries {
            let Value::String(text) = entry else {
                self.fault(
                    name,
                    "has an entry that is no text; put every entry in quotes",
                );
                return Vec::new();
            };
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(text) = self.checked(name, text, max_chars)
                && !list.contains(&text)
            {
                list.push(text);
            }
        }
        list
    }

    /// A yes or no; also as the texts that tables use.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let flag = match self.take(name) {
            None => Some(false),
            Some(Value::Bool(flag)) => Some(flag),
            Some(Value::String(text)) => match text.trim().to_lowercase().as_str() {
                "true" | "yes" | "y" | "1" => Some(true),
                "" | "false" | "no" | "n" | "0" => Some(false),
                _ => None,
            },
            Some(Value::Number(number)) => match number.as_u64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            Some(_) => None,
        };
        flag.unwrap_or_else(|| {
            self.fault(name, "must be true or false");
            // Safe: an unread flag never makes a dish look available; the import fails anyway.
            true
        })
    }

    /// A list of objects.
    pub(super) fn objects(&mut self, name: &str, max_entries: usize) -> Vec<Map<String, Value>> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let Value::Array(entries) = value else {
            self.fault(name, "must be a list of objects");
            return Vec::new();
        };
        if entries.len() > max_entries {
            let message = format!(
                "has {} entries; at most {max_entries} are kept",
                entries.len()
            );
            self.fault(name, message);
            return Vec::new();
        }
        let mut objects = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Value::Object(map) => objects.push(map),
                _ => self.fault(name, "has an entry that is no object"),
            }
        }
        objects
    }

    /// A count from 0.
    pub(super) fn count(&mut self, name: &str) -> Option<u32> {
        let value = self.take(name)?;
        let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.fault(name, "must be a whole number from 0");
        }
        count
    }
}

/// Refuses texts that are too long or hold characters that no menu prints.
fn check_text(text: &str, max_chars: usize) -> Result<(), String> {
    let chars = text.chars().count();
    if chars > max_chars {
        return Err(format!(
            "is {chars} characters long; at most {max_chars} are kept"
        ));
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err("holds a control character; remove it".to_owned());
    }
    Ok(())
}
