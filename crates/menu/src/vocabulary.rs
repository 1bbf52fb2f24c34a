//! Every term of a menu: how rare it is, in which fields it stands, and which terms look or
//! sound like it.
//!
//! Invariant: terms are sorted and numbered in that order; the numbers mean nothing outside one
//! index. Never holds a term that no item has.

use crate::analysis;
use crate::known;
use crate::similar;
use crate::spellings::Spellings;
use olympus_core::menu::lexicon;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::ops::Range;

/// Number of a term in one index.
pub(crate) type TermId = u32;

/// Where a word can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Name,
    Aliases,
    /// Neighbouring words of a name or an alias written as one.
    Joined,
    Category,
    Tags,
    Description,
    /// What the dish usually is, of an item without a description. Not the restaurant's word.
    Gloss,
    /// What the lexicon takes words of the name for, whatever they are called.
    Known,
}

impl Field {
    pub(crate) const ALL: [Field; 8] = [
        Field::Name,
        Field::Aliases,
        Field::Joined,
        Field::Category,
        Field::Tags,
        Field::Description,
        Field::Gloss,
        Field::Known,
    ];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Fields of a term.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fields(u8);

impl Fields {
    pub(crate) fn insert(&mut self, field: Field) {
        self.0 |= field.bit();
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) fn contains(self, field: Field) -> bool {
        self.0 & field.bit() != 0
    }

    /// Whether only glosses have it: the restaurant never wrote it.
    pub(crate) fn only_glossed(self) -> bool {
        self.0 == Field::Gloss.bit()
    }

    /// Whether it names dishes, and does not merely describe them.
    pub(crate) fn names(self) -> bool {
        self.contains(Field::Name) || self.contains(Field::Aliases)
    }
}

/// What is known of one term.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) term: Box<str>,
    pub(crate) fields: Fields,
    /// Information of the word: BM25's idf over the items that are named with it, or over those
    /// that mention it where none is.
    pub(crate) idf: f32,
    /// Says nothing about a dish.
    pub(crate) grammar: bool,
}

/// Counts gathered while items are read.
#[derive(Debug, Default)]
pub(crate) struct Count<'a> {
    pub(crate) fields: Fields,
    pub(crate) items_naming: u32,
    pub(crate) items: u32,
    /// The words that were folded into the term, as written: plurals mostly.
    pub(crate) written: BTreeSet<&'a str>,
}

/// The sorted terms of a menu.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    entries: Vec<Entry>,
    /// The first bytes of each term as a number: it is told from most others by that alone.
    openings: Vec<u64>,
    /// The terms, and the words as written where they differ: "freis" is one slip from "fries"
    /// and far from what both numbers of it fold to.
    spellings: Spellings,
    trigrams: FxHashMap<[char; 3], Vec<TermId>>,
    sounds: FxHashMap<String, Vec<TermId>>,
    /// The entries of the lexicon that the menu names.
    known: FxHashMap<usize, TermId>,
    items: u32,
}

impl Vocabulary {
    pub(crate) fn new(counts: FxHashMap<&str, Count<'_>>, items: u32) -> Self {
        let mut forms = Vec::new();
        let mut entries: Vec<Entry> = counts
            .into_iter()
            .map(|(term, count)| {
                forms.extend(count.written.into_iter().map(|word| (term, word)));
                let items_with = if count.items_naming > 0 {
                    count.items_naming
                } else {
                    count.items
                };
                Entry {
                    grammar: analysis::is_stop_word(term),
                    term: term.into(),
                    fields: count.fields,
                    idf: idf(items, items_with),
                }
            })
            .collect();
        entries.sort_unstable_by(|left, right| left.term.cmp(&right.term));
        let numbered = |term: &str| {
            let position = entries.binary_search_by(|entry| (*entry.term).cmp(term));
            position.ok().map(id)
        };
        let written = forms
            .into_iter()
            .filter_map(|(term, word)| Some((numbered(term)?, word.into())));
        // What nobody can type is like nothing that anybody typed.
        let typed = || {
            (0..)
                .zip(&entries)
                .filter(|(_, entry)| !known::is_known(&entry.term))
        };
        let terms = typed().map(|(id, e)| (id, e.term.clone()));
        let spellings = Spellings::of(terms.chain(written).collect());
        let mut trigrams: FxHashMap<_, Vec<TermId>> = FxHashMap::default();
        let mut sounds: FxHashMap<_, Vec<TermId>> = FxHashMap::default();
        for (id, entry) in typed() {
            for trigram in similar::trigrams(&entry.term) {
                trigrams.entry(trigram).or_default().push(id);
            }
            if let Some(sound) = similar::sound(&entry.term) {
                sounds.entry(sound).or_default().push(id);
            }
        }
        let known = (0..).zip(&entries);
        let known = known.filter_map(|(id, entry)| Some((known::number(&entry.term)?, id)));
        Self {
            known: known.collect(),
            openings: entries.iter().map(|entry| opening(&entry.term)).collect(),
            spellings,
            entries,
            trigrams,
            sounds,
            items,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entry(&self, id: TermId) -> &Entry {
        &self.entries[id as usize]
    }

    pub(crate) fn id(&self, term: &str) -> Option<TermId> {
        let opening = opening(term);
        let from = self.openings.partition_point(|other| *other < opening);
        let alike = self.openings[from..].iter().zip(&self.entries[from..]);
        let mut alike = alike.take_while(|(other, _)| **other == opening);
        let place = alike.position(|(_, entry)| *entry.term == *term)?;
        Some(id(from + place))
    }

    /// The term of an entry of the lexicon that the menu names.
    pub(crate) fn known(&self, entry: &lexicon::Entry) -> Option<TermId> {
        self.known.get(&entry.number).copied()
    }

    /// Whether the term stands for an entry of the lexicon; in the order of terms these come first.
    pub(crate) fn is_known(&self, term: TermId) -> bool {
        (term as usize) < self.known.len()
    }

    /// The terms that begin with `prefix`.
    pub(crate) fn starting_with(&self, prefix: &str) -> Range<TermId> {
        let from = self.entries.partition_point(|entry| &*entry.term < prefix);
        let length = self.entries[from..].partition_point(|entry| entry.term.starts_with(prefix));
        id(from)..id(from + length)
    }

    /// The terms that contain the one character `c` of a script written in pairs.
    pub(crate) fn containing(&self, c: char) -> impl Iterator<Item = TermId> + '_ {
        (0..)
            .zip(&self.entries)
            .filter(move |(_, entry)| entry.term.contains(c))
            .map(|(id, _)| id)
    }

    /// The terms within `edits` of `word`, or with `prefix` those of which a beginning is, and
    /// how far each is. tantivy's Levenshtein automaton costs more to build than this does on
    /// 100,000 terms.
    pub(crate) fn near(&self, word: &str, edits: u8, prefix: bool) -> Vec<(TermId, u8)> {
        self.spellings.near(word, edits, prefix)
    }

    /// The terms that share a trigram with `term`, and how many.
    pub(crate) fn sharing_trigrams(&self, term: &str) -> FxHashMap<TermId, usize> {
        let mut shared = FxHashMap::default();
        for trigram in similar::trigrams(term) {
            for &id in self.trigrams.get(&trigram).into_iter().flatten() {
                *shared.entry(id).or_default() += 1;
            }
        }
        shared
    }

    /// The terms that sound like `term`.
    pub(crate) fn sounding_like(&self, term: &str) -> &[TermId] {
        similar::sound(term)
            .and_then(|sound| self.sounds.get(&sound))
            .map_or(&[], Vec::as_slice)
    }

    /// Information of a word that no item has.
    pub(crate) fn idf_of_unknown(&self) -> f32 {
        idf(self.items, 0)
    }
}

/// The first eight bytes, the first of them highest, so that openings stand in the order of terms.
fn opening(term: &str) -> u64 {
    let mut bytes = [0; 8];
    for (byte, of_term) in bytes.iter_mut().zip(term.bytes()) {
        *byte = of_term;
    }
    u64::from_be_bytes(bytes)
}

fn id(index: usize) -> TermId {
    // Terms are fewer than the bytes of the menu, and a menu is far below 4 GB.
    TermId::try_from(index).unwrap_or(TermId::MAX)
}

/// BM25's inverse document frequency. A floor keeps a word that every item has from vanishing:
/// on a menu of three it may be all that there is.
fn idf(items: u32, with_term: u32) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    let (all, with) = (items as f32, with_term as f32);
    (1.0 + (all - with + 0.5).max(0.0) / (with + 0.5))
        .ln()
        .max(0.2)
}

#[cfg(test)]
mod tests {
    use super::{Count, Field, Fields, Vocabulary};

    fn vocabulary(terms: &[(&str, u32)]) -> Vocabulary {
        let counts = terms.iter().map(|&(term, items)| {
            let mut fields = Fields::default();
            fields.insert(Field::Name);
            (
                term,
                Count {
                    fields,
                    items_naming: items,
                    items,
                    ..Count::default()
                },
            )
        });
        Vocabulary::new(counts.collect(), 10)
    }

    #[test]
    fn finds_terms_by_whole_and_by_prefix() {
        let vocabulary = vocabulary(&[("burger", 3), ("burrito", 1), ("taco", 1)]);
        assert_eq!(vocabulary.id("burrito"), Some(1));
        assert_eq!(vocabulary.id("bur"), None);
        assert_eq!(vocabulary.starting_with("bur"), 0..2);
        assert_eq!(vocabulary.starting_with("z"), 3..3);
        assert_eq!(vocabulary.starting_with(""), 0..3);
    }

    #[test]
    fn finds_terms_a_slip_away() {
        let vocabulary = vocabulary(&[("burger", 3), ("burrito", 1), ("taco", 1)]);
        assert_eq!(vocabulary.near("bruger", 1, false), [(0, 1)]);
        assert_eq!(vocabulary.near("burirt", 1, true), [(1, 1)]);
        assert_eq!(vocabulary.near("tacos", 1, false), [(2, 1)]);
        assert!(vocabulary.near("pizza", 2, true).is_empty());
    }

    #[test]
    fn rare_terms_say_more() {
        let vocabulary = vocabulary(&[("burger", 3), ("burrito", 1), ("dish", 10)]);
        let idf = |term| vocabulary.entry(vocabulary.id(term).expect("there")).idf;
        assert!(idf("burrito") > idf("burger") && idf("burger") > idf("dish") && idf("dish") > 0.0);
        assert!(vocabulary.idf_of_unknown() > idf("burrito"));
    }

    #[test]
    fn what_the_lexicon_knows_comes_first() {
        let entries = olympus_core::menu::lexicon::entries();
        let known: Vec<String> = entries[..20].iter().map(crate::known::term).collect();
        let mut terms: Vec<(&str, u32)> = known.iter().map(|term| (term.as_str(), 1)).collect();
        terms.extend([("1", 1), ("burger", 1), ("牛肉", 1)]);
        let vocabulary = vocabulary(&terms);
        for (id, entry) in (0..).zip(&vocabulary.entries) {
            assert_eq!(
                vocabulary.is_known(id),
                crate::known::is_known(&entry.term),
                "{id}"
            );
        }
        assert_eq!(vocabulary.known(&entries[7]), vocabulary.id(&known[7]));
        assert!(
            vocabulary
                .near("1", 1, true)
                .iter()
                .all(|(id, _)| !vocabulary.is_known(*id))
        );
    }
}
