//! What customers say in Spanish, French, German, Italian and Portuguese, in the English words
//! that limits, searches and orders are read in.
//!
//! A sentence is taken for a language by its words; then the longest phrases of that language's
//! tables stand for their English (`words`, with what is peculiar to `limits` or to `orders`).
//! Invariant: every word that comes out knows the bytes of the phrase that it came from; a
//! sentence in English comes out as it went in; words in no table stay. Whether a menu already has
//! a word is the caller's to say: what a menu prints is not translated.

mod book;
mod compound;
mod cover;
mod order;
mod search;
mod table;
#[cfg(test)]
mod tests;
mod world;

pub use order::{Piece, Said, spanish};
pub use search::{Phrase, in_english, refusals_in_english, written};
pub use table::Kind;
pub use world::{Heard, Stated, heard, heard_after_all};

/// Makes the tables ready, which the first sentence would otherwise wait for.
pub fn warm() {
    std::sync::LazyLock::force(&book::SEARCH);
    std::sync::LazyLock::force(&book::ORDER);
    world::warm();
}

/// Whether a table says an English word, so that it is food or the like.
pub(crate) fn is_english(word: &str) -> bool {
    let plural = format!("{word}s");
    book::ORDER.is_english(word) || book::ORDER.is_english(&plural)
}

/// Whether a table has a word, or an English one for it.
pub(crate) fn is_known(word: &str) -> bool {
    let has = |language: &Language| book::SEARCH.has(*language, word);
    book::SEARCH.is_english(word) || Language::ALL.iter().any(has)
}

/// Whether a word is English, as limits and searches are read.
pub(crate) fn is_english_limit(word: &str) -> bool {
    book::SEARCH.is_english(word)
}

/// A language that has a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Of both shores.
    Spanish,
    /// As above.
    French,
    /// As above.
    German,
    /// As above.
    Italian,
    /// As above.
    Portuguese,
}

impl Language {
    /// Every one, the likelier first where a sentence could be either.
    pub const ALL: [Self; 5] = [
        Self::Spanish,
        Self::French,
        Self::German,
        Self::Italian,
        Self::Portuguese,
    ];

    /// As BCP 47 writes it: `es`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::Portuguese => "pt",
        }
    }
}
