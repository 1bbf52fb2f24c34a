//! A menu from bytes: JSON, JSONL or CSV to checked items, or every error that stands in the way.
//!
//! Invariant: all or nothing. Either every line is a good item and ids are unique, or nothing
//! comes back but errors, each naming its line, its field and the remedy. Never panics on any
//! bytes and never guesses at a value.

mod allergens;
mod csv;
mod fields;
mod item;
mod json;
mod price;

pub use allergens::say_complete;

use olympus_proto::{ErrorDetail, ItemId, MenuItem};
use std::collections::HashMap;

/// How the bytes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `{"items":[…]}` or a bare array.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// A header line, then one line an item; lists are separated by `|` or `;`.
    Csv,
}

/// What the device can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most items in a menu.
    pub max_items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_items: 100_000 }
    }
}

/// Most errors that are described; the rest are counted.
pub const MAX_DETAILS: usize = 100;

/// Why nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the menu has {total} error(s), nothing was imported; first: {}",
    first(details)
)]
pub struct ImportErrors {
    /// How many errors there are.
    pub total: usize,
    /// The first [`MAX_DETAILS`] of them.
    pub details: Vec<ErrorDetail>,
    /// The menu has more items than [`Limits::max_items`]; reading stopped there.
    pub too_many_items: bool,
}

fn first(details: &[ErrorDetail]) -> String {
    details.first().map_or_else(String::new, |detail| {
        format!("line {}: {}", detail.line, detail.message)
    })
}

/// Reads a menu.
///
/// # Errors
/// [`ImportErrors`] where any line is wrong, the menu is empty or too large.
pub fn parse(bytes: &[u8], format: Format, limits: &Limits) -> Result<Vec<MenuItem>, ImportErrors> {
    // Spreadsheets write a byte order mark.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut collector = Collector::new(*limits);
    match format {
        Format::Json => json::read(bytes, &mut collector),
        Format::Jsonl => json::read_lines(bytes, &mut collector),
        Format::Csv => csv::read(bytes, &mut collector),
    }
    collector.finish()
}

/// What is wrong with one field of one item.
#[derive(Debug)]
struct Fault {
    field: Option<String>,
    message: String,
}

impl Fault {
    fn new(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            message: message.into(),
        }
    }

    /// Of the whole line.
    fn line(message: impl Into<String>) -> Self {
        Self {
            field: None,
            message: message.into(),
        }
    }
}

/// Gathers items and errors as the input is read.
struct Collector {
    limits: Limits,
    items: Vec<MenuItem>,
    /// Id to the line that first used it.
    lines: HashMap<ItemId, usize>,
    seen: usize,
    errors: ImportErrors,
}

impl Collector {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            items: Vec::new(),
            lines: HashMap::new(),
            seen: 0,
            errors: ImportErrors {
                total: 0,
                details: Vec::new(),
                too_many_items: false,
            },
        }
    }

    /// Position of the next item, from 1.
    fn next_position(&self) -> usize {
        self.seen + 1
    }

    /// Takes one item as read from `line`. False where no more can be taken.
    fn take(&mut self, line: usize, value: serde_json::Value) -> bool {
        self.seen += 1;
        if self.seen > self.limits.max_items {
            self.errors.too_many_items = true;
            let max = self.limits.max_items;
            self.fault(
                line,
                None,
                Fault::line(format!(
                    "the menu has more than {max} items; split it or raise the limit"
                )),
            );
            return false;
        }
        match item::read(value) {
            Ok(item) => self.keep(line, item),
            Err((id, faults)) => {
                for fault in faults {
                    self.fault(line, id.clone(), fault);
                }
            }
        }
        true
    }

    fn keep(&mut self, line: usize, item: MenuItem) {
        if let Some(first) = self.lines.get(&item.id).copied() {
            let fault = Fault::new(
                "id",
                format!(
                    "`{}` was already used at line {first}; ids are unique in a menu",
                    item.id
                ),
            );
            self.fault(line, Some(item.id.0), fault);
            return;
        }
        self.lines.insert(item.id.clone(), line);
        self.items.push(item);
    }

    fn fault(&mut self, line: usize, id: Option<String>, fault: Fault) {
        self.errors.total += 1;
        if self.errors.details.len() < MAX_DETAILS {
            self.errors.details.push(ErrorDetail {
                line,
                id,
                field: fault.field,
                message: fault.message,
            });
        }
    }

    fn finish(mut self) -> Result<Vec<MenuItem>, ImportErrors> {
        if self.errors.total == 0 && self.items.is_empty() {
            self.fault(
                1,
                None,
                Fault::line("the menu has no item; give at least one with `id` and `name`"),
            );
        }
        if self.errors.total == 0 {
            Ok(self.items)
        } else {
            Err(self.errors)
        }
    }
}
