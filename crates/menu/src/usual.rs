//! What a dish usually is, where the menu does not say what it is.
//!
//! Invariant: it is the lexicon's word and shown as such, never the restaurant's.

use olympus_core::menu::lexicon::{self, Entry};
use olympus_proto::{MenuItem, Usually};

/// What is usual of one item.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usual {
    /// What its name speaks of.
    pub(crate) entries: Box<[&'static Entry]>,
    /// What guests are told.
    pub(crate) said: Option<Usually>,
}

impl Usual {
    /// Nothing where the menu has a description.
    pub(crate) fn of(item: &MenuItem) -> Self {
        if item.description.is_some() {
            return Self::default();
        }
        let named = lexicon::named_in(&item.name);
        Self {
            said: lexicon::usually(&item.name, &named),
            entries: named.iter().map(|named| named.entry).collect(),
        }
    }
}

/// Texts of an entry by which a dish is looked for.
pub(crate) fn words_of(entry: &'static Entry) -> impl Iterator<Item = &'static str> {
    let texts = [&entry.cues, &entry.ingredients];
    std::iter::once(entry.gloss).chain(texts.into_iter().flatten().copied())
}
