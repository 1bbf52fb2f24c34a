//! The tables that are read for one purpose: what is peculiar to it, then the words of all.
//!
//! A word is not always the same for a kitchen ("warm" is warmed) as for a search ("warm" is hot),
//! and the many ways to state an allergy are no matter of orders.

use super::Language;
use super::table::{Entry, Table};
use std::sync::LazyLock;

/// A table each, in the order of [`Language::ALL`].
type Tables = [Table; 5];

macro_rules! tables {
    ($folder:literal) => {
        LazyLock::new(|| {
            [
                Table::read(include_str!(concat!($folder, "/spanish.tsv"))),
                Table::read(include_str!(concat!($folder, "/french.tsv"))),
                Table::read(include_str!(concat!($folder, "/german.tsv"))),
                Table::read(include_str!(concat!($folder, "/italian.tsv"))),
                Table::read(include_str!(concat!($folder, "/portuguese.tsv"))),
            ]
        })
    };
}

static WORDS: LazyLock<Tables> = tables!("words");
static LIMITS: LazyLock<Tables> = tables!("limits");
static ORDERS: LazyLock<Tables> = tables!("orders");

/// Words of phrases that are English too ("pan", "die"), by the word list SCOWL and by what is said
/// in the text that the model learns from.
const ALSO_ENGLISH: &str = include_str!("english.txt");
/// The same of what is said at a counter, whether or not a menu prints it.
const ORDERING: &str = "i an was hey pls plz at or on so em um uh er hm ok okay lets let get got do \
    does did be it its this that them him her was were will as by up out off no not yo bro dude \
    please thanks thx ty can could would may and the with for from but if then than also too just \
    me my we our us you your he she they one two three four five six large small medium \
    expresso humus";
/// A word shorter than this is a word of too many languages to tell one.
const TELLING: usize = 3;
/// Of so many words of an order that are on no menu, one at least tells its language.
const ONE_OF: usize = 5;

/// For limits and searches.
pub(super) static SEARCH: LazyLock<Book> =
    LazyLock::new(|| Book::new(&LIMITS, ALSO_ENGLISH, "", false));
/// For orders.
pub(super) static ORDER: LazyLock<Book> =
    LazyLock::new(|| Book::new(&ORDERS, ORDERING, ORDERING, true));

/// All that is read for one purpose.
#[derive(Debug)]
pub(super) struct Book {
    own: &'static Tables,
    /// The English words of the tables, and those that are English too, sorted.
    english: Vec<&'static str>,
    /// English whether or not a menu prints it, sorted.
    grammar: Vec<&'static str>,
    /// Whether only whole words as they are spelt tell a language: what is ordered in English is
    /// full of foreign names, and of slips of the keys.
    is_strict: bool,
}

fn sorted(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words.dedup();
    words.shrink_to_fit();
    words
}

impl Book {
    fn new(
        own: &'static LazyLock<Tables>,
        english: &'static str,
        grammar: &'static str,
        is_strict: bool,
    ) -> Self {
        let own: &Tables = own;
        let lines = own
            .iter()
            .chain(WORDS.iter())
            .flat_map(|table| table.lines.iter());
        let said = lines.filter_map(|line| line.rsplit('\t').next());
        let said = said.flat_map(|said| said.split(['|', ' ']));
        Self {
            own,
            english: sorted(said.chain(english.split_whitespace())),
            grammar: sorted(grammar.split_whitespace()),
            is_strict,
        }
    }

    fn tables(&self, language: Language) -> impl Iterator<Item = &'static Table> {
        let at = Language::ALL.iter().position(|of| *of == language);
        let at = at.unwrap_or_default();
        self.own.get(at).into_iter().chain(WORDS.get(at))
    }

    /// Words of the longest phrase.
    pub(super) fn longest(&self, language: Language) -> usize {
        let longest = self.tables(language).map(|table| table.longest);
        longest.max().unwrap_or_default()
    }

    pub(super) fn find(&self, language: Language, words: &[&str]) -> Option<Entry> {
        let mut found = self.tables(language).filter_map(|table| table.find(words));
        // Nobody orders "a dish", but a plate of something.
        found.find(|entry| !(self.is_strict && entry.all() == "a dish"))
    }

    /// Whether a phrase has the word.
    pub(super) fn has(&self, language: Language, word: &str) -> bool {
        self.tables(language).any(|table| table.has(word))
    }

    /// The nearest word within `budget` edits.
    pub(super) fn near(&self, language: Language, word: &str, budget: u8) -> Option<&'static str> {
        let near = self
            .tables(language)
            .filter_map(|table| table.near(word, budget));
        near.min_by_key(|(distance, _)| *distance)
            .map(|(_, word)| word)
    }

    /// Whether the word is English, and known here.
    pub(super) fn is_english(&self, word: &str) -> bool {
        self.english.binary_search(&word).is_ok()
    }

    /// Whether the word is a letter away from an English one that is known here.
    pub(super) fn is_slip_of_english(&self, word: &str) -> bool {
        let length = word.len();
        let mut near = self
            .english
            .iter()
            .filter(|known| known.len().abs_diff(length) < 2);
        near.any(|known| strsim::osa_distance(word, known) == 1)
    }

    /// Whether the word is of English grammar.
    pub(super) fn is_grammar(&self, word: &str) -> bool {
        self.grammar.binary_search(&word).is_ok()
    }

    /// Whether the word says that a sentence is in `language`.
    pub(super) fn tells(&self, language: Language, word: &str) -> bool {
        let least = if self.is_strict { 2 } else { TELLING };
        word.len() >= least && !self.is_english(word) && self.has(language, word)
    }

    /// Whether the word is in a table, and tells that the sentence is not English.
    pub(super) fn is_foreign(&self, word: &str) -> bool {
        Language::ALL
            .iter()
            .any(|language| self.tells(*language, word))
    }

    /// Whether so many words that tell a language are enough of those that no menu prints: one
    /// foreign name in a sentence is not.
    pub(super) fn is_enough(&self, telling: usize, words: usize) -> bool {
        !self.is_strict || telling * ONE_OF >= words
    }
}

/// The lines of every table, by its folder and language.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, Language, &'static Table)> {
    let folders = [("words", &WORDS), ("limits", &LIMITS), ("orders", &ORDERS)];
    folders.into_iter().flat_map(|(folder, tables)| {
        let tables = Language::ALL.into_iter().zip(tables.iter());
        tables.map(move |(language, table)| (folder, language, table))
    })
}
