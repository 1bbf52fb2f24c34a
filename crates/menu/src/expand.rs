//! From what was typed to the terms of this menu that it can mean, each with how good it is.
//!
//! Invariant: a term as typed is worth 1 and anything else less; numbers are only ever
//! themselves; no more edits than `olympus_core::menu::text::typo_budget` allows count as a
//! typing error. Never looks at items.

use crate::analysis::{self, Token};
use crate::known;
use crate::vocabulary::{TermId, Vocabulary};
use crate::{similar, synonyms, translit};
use olympus_core::menu::lexicon::{self, Entry, Kind};
use olympus_core::menu::text;
use rustc_hash::FxHashMap;

/// Words of a query that are read; a rambling order has fewer.
const MAX_WORDS: usize = 32;
/// Longer words are nobody's typing error.
const MAX_FUZZY_CHARS: usize = 32;
/// Shorter words resemble too much: by an edit, and by trigrams.
const SHORTEST_NEAR: usize = 3;
const SHORTEST_SIMILAR: usize = 4;
/// Terms kept for one word: beginnings of a common letter are many.
const MAX_TERMS: usize = 48;
/// Terms that only look or sound alike, kept for one word.
const MAX_SIMILAR: usize = 8;

/// What each kind of evidence is worth beside a word as typed, which is 1.
const JOINED: f32 = 0.97;
const SYNONYM: f32 = 0.7;
/// Another name of the dish, of something that is in it, and one that only sounds like it.
const KNOWN_DISH: f32 = 0.93;
const KNOWN_PART: f32 = 0.75;
const KNOWN_BY_SOUND: f32 = 0.7;
const PREFIX_LEAST: f32 = 0.7;
const PREFIX_MOST: f32 = 0.95;
const TYPO: f32 = 0.92;
/// Taken off for an edit in a word of one letter; a word of ten loses a tenth of it.
const TYPO_LOSS: f32 = 1.0;
/// Of that loss, where only a double letter was missed or added.
const DOUBLES: f32 = 0.4;
/// Typing errors seldom hit the first letter.
const OTHER_FIRST_LETTER: f32 = 0.9;
/// A slip in a word that is also taken as unfinished: two guesses at once.
const TYPO_OF_BEGINNING: f32 = 0.7;
/// The word as typed is on the menu, so it hardly is an error; but menus have misprints too.
const TYPO_OF_KNOWN_WORD: f32 = 0.5;
const SIMILAR: f32 = 0.75;
/// What a shared sound adds to the likeness of two spellings.
const SOUND: f32 = 0.35;
/// Less alike than this is not alike.
const LEAST_SIMILAR: f32 = 0.35;

/// Why a term stands for a word of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Exact,
    Prefix,
    Synonym,
    /// Another name of the same dish.
    Known,
    Typo,
}

/// A term that a word can mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Meaning {
    pub(crate) term: TermId,
    /// 0 to 1.
    pub(crate) quality: f32,
    pub(crate) how: How,
}

/// A word of the query.
#[derive(Debug, Clone)]
pub(crate) struct QueryWord {
    /// As typed, normalised.
    pub(crate) typed: String,
    /// What it is worth to find it: the information of its best meaning.
    pub(crate) idf: f32,
    /// Best first.
    pub(crate) meanings: Vec<Meaning>,
}

/// Where meanings are looked up.
pub(crate) struct Expander<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
}

impl Expander<'_> {
    /// The scored words of `query`. `as_you_type` takes the last one for a beginning.
    pub(crate) fn words(&self, query: &str, as_you_type: bool) -> Vec<QueryWord> {
        let said = analysis::tokens(query);
        let mut tokens: Vec<&Token> = said.iter().collect();
        let unfinished = as_you_type && said.last().is_some_and(|last| last.end == query.len());
        let last = unfinished.then(|| said.last()).flatten();
        if tokens
            .iter()
            .any(|token| !analysis::is_stop_word(&token.word))
        {
            // An unfinished word is no stop word yet: "to" may become "tofu".
            tokens.retain(|t| !analysis::is_stop_word(&t.word) || last == Some(t));
        }
        tokens.truncate(MAX_WORDS);
        let mut words = Vec::with_capacity(tokens.len());
        for token in tokens {
            let meanings = self.of_word(token, last == Some(token));
            words.push((token, meanings));
        }
        self.add_pairs(&mut words);
        self.add_known(&said, &mut words);
        self.add_heard(&mut words);
        words
            .into_iter()
            .map(|(token, meanings)| self.finish(token, meanings))
            .collect()
    }

    fn of_word(&self, token: &Token, unfinished: bool) -> Vec<Meaning> {
        let mut meanings = Vec::new();
        let exact = self.vocabulary.id(&token.term);
        meanings.extend(exact.map(|term| Meaning {
            term,
            quality: 1.0,
            how: How::Exact,
        }));
        let mut chars = token.term.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && text::is_unspaced(c)
        {
            let whole = self.vocabulary.containing(c);
            meanings.extend(whole.map(|term| meaning(term, PREFIX_MOST, How::Prefix)));
        }
        self.add_synonyms(std::slice::from_ref(&token.term), &mut meanings);
        let is_number = token.word.chars().any(char::is_numeric);
        if unfinished && !is_number {
            self.add_prefixes(token, &mut meanings);
        }
        let long = token.word.chars().count() > MAX_FUZZY_CHARS;
        if !is_number && !long {
            // A word of a gloss may be a slip in a word of the menu all the same.
            let written = |term: TermId| !self.vocabulary.entry(term).fields.only_glossed();
            self.add_typos(token, unfinished, exact.is_some_and(written), &mut meanings);
            // "Fres" may be the beginning of fresh, and a slip of fries all the same.
            let is_whole = |meaning: &Meaning| written(meaning.term) && meaning.how != How::Prefix;
            if !meanings.iter().any(is_whole) {
                self.add_similar(token, &mut meanings);
            }
        }
        meanings
    }

    fn add_prefixes(&self, token: &Token, meanings: &mut Vec<Meaning>) {
        let typed = token.word.chars().count();
        for beginning in [&token.word, &token.term] {
            for term in self.vocabulary.starting_with(beginning) {
                let whole = self.vocabulary.entry(term).term.chars().count();
                let quality = PREFIX_LEAST + (PREFIX_MOST - PREFIX_LEAST) * ratio(typed, whole);
                meanings.push(meaning(term, quality, How::Prefix));
            }
        }
    }

    fn add_typos(&self, token: &Token, unfinished: bool, known: bool, meanings: &mut Vec<Meaning>) {
        let budget = text::typo_budget(&token.word);
        if budget == 0 {
            return;
        }
        let other = if known { TYPO_OF_KNOWN_WORD } else { 1.0 };
        for form in forms(token) {
            for (term, quality) in self.near(&form, budget, false) {
                meanings.push(meaning(term, quality * other, How::Typo));
            }
            if unfinished {
                for (term, quality) in self.near(&form, budget, true) {
                    meanings.push(meaning(
                        term,
                        quality * other * TYPO_OF_BEGINNING,
                        How::Typo,
                    ));
                }
            }
        }
    }

    /// The terms within `budget` edits of `form`, or of a beginning of theirs, with what such a
    /// slip is worth. Grammar is nobody's slip: "whtie" is no "with".
    fn near(&self, form: &str, budget: u8, prefix: bool) -> Vec<(TermId, f32)> {
        let near = self.vocabulary.near(form, budget, prefix).into_iter();
        near.filter_map(|(term, edits)| {
            let found = self.vocabulary.entry(term);
            (edits > 0 && !found.grammar)
                .then(|| (term, typo_quality(form, &found.term, usize::from(edits))))
        })
        .collect()
    }

    /// For a word that means nothing so far: what looks or sounds most like it, or is one edit
    /// more away than the budget allows. Worth less than a typing error within the budget.
    fn add_similar(&self, token: &Token, meanings: &mut Vec<Meaning>) {
        let chars = token.word.chars().count();
        let typed = similar::trigrams(&token.term).len();
        if chars < SHORTEST_NEAR || typed == 0 {
            return;
        }
        let mut shared = FxHashMap::default();
        if chars >= SHORTEST_SIMILAR {
            shared = self.vocabulary.sharing_trigrams(&token.term);
        }
        let sounding = self.vocabulary.sounding_like(&token.term);
        let edits = (text::typo_budget(&token.word) + 1).min(2);
        let mut spelt: FxHashMap<TermId, f32> = FxHashMap::default();
        for form in forms(token) {
            for (term, quality) in self.near(&form, edits, false) {
                let known = spelt.entry(term).or_default();
                *known = known.max(quality);
            }
        }
        for term in sounding.iter().chain(spelt.keys()) {
            shared.entry(*term).or_default();
        }
        let mut found: Vec<Meaning> = shared
            .into_iter()
            // A far guess must at least be a word that the restaurant uses.
            .filter(|(term, _)| !self.vocabulary.entry(*term).fields.only_glossed())
            .filter_map(|(term, shared)| {
                let other = &self.vocabulary.entry(term).term;
                let looks = similar::dice(shared, typed, similar::trigrams(other).len());
                let sounds = if sounding.contains(&term) { SOUND } else { 0.0 };
                let spelt = spelt.get(&term).copied().unwrap_or(0.0);
                let likeness = (looks.max(spelt) + sounds).min(1.0);
                (likeness >= LEAST_SIMILAR).then(|| meaning(term, SIMILAR * likeness, How::Typo))
            })
            .collect();
        found.sort_unstable_by(better);
        found.truncate(MAX_SIMILAR);
        meanings.extend(found);
    }

    /// Meanings of two neighbours together: written as one word, or a synonym of both.
    fn add_pairs(&self, words: &mut [(&Token, Vec<Meaning>)]) {
        for at in 1..words.len() {
            let (before, after) = words.split_at_mut(at);
            let (Some((left, of_left)), Some((right, of_right))) =
                (before.last_mut(), after.first_mut())
            else {
                continue;
            };
            let mut pair = Vec::new();
            if let Some(joined) = analysis::joined(left, right) {
                let term = self.vocabulary.id(&joined);
                pair.extend(term.map(|term| meaning(term, JOINED, How::Exact)));
            }
            self.add_synonyms(&[left.term.clone(), right.term.clone()], &mut pair);
            of_left.extend(&pair);
            of_right.extend(&pair);
        }
    }

    /// The dishes of the menu that have what was said as another name.
    fn add_known(&self, said: &[Token], words: &mut [(&Token, Vec<Meaning>)]) {
        let on_menu = |entry: &Entry| self.vocabulary.known(entry).is_some();
        for (range, entries) in known::names_in(said, on_menu) {
            let bytes = match said.get(range) {
                Some([only]) => only.start..only.end,
                Some([first, .., last]) => first.start..last.end,
                _ => continue,
            };
            let inside = words.iter_mut();
            let inside = inside.filter(|(token, _)| bytes.contains(&token.start));
            for (_, meanings) in inside {
                meanings.extend(entries.iter().filter_map(|entry| self.known(entry)));
            }
        }
    }

    /// For a word that means little so far: the dishes of the menu that have a name which sounds so.
    fn add_heard(&self, words: &mut [(&Token, Vec<Meaning>)]) {
        let is_told = |meaning: &Meaning| meaning.quality >= KNOWN_BY_SOUND;
        let words = words.iter_mut();
        for (token, meanings) in words.filter(|(_, meanings)| !meanings.iter().any(is_told)) {
            let heard = lexicon::heard_as(&text::singular(&token.word)).into_iter();
            let heard = heard.filter(|entry| known::names_one_thing(entry));
            meanings.extend(heard.filter_map(|entry| {
                Some(Meaning {
                    quality: KNOWN_BY_SOUND,
                    how: How::Typo,
                    ..self.known(entry)?
                })
            }));
        }
    }

    /// What an entry of the lexicon is as a term of this menu.
    fn known(&self, entry: &Entry) -> Option<Meaning> {
        let term = self.vocabulary.known(entry)?;
        let quality = match entry.kind {
            Kind::Dish => KNOWN_DISH,
            Kind::Part | Kind::Word => KNOWN_PART,
        };
        Some(meaning(term, quality, How::Known))
    }

    fn add_synonyms(&self, terms: &[String], meanings: &mut Vec<Meaning>) {
        let known = synonyms::of(terms)
            .iter()
            .filter_map(|term| self.vocabulary.id(term));
        meanings.extend(known.map(|term| meaning(term, SYNONYM, How::Synonym)));
    }

    /// Keeps the best meaning of each term and weighs the word by the best of all.
    fn finish(&self, token: &Token, mut meanings: Vec<Meaning>) -> QueryWord {
        meanings.sort_unstable_by(|l, r| l.term.cmp(&r.term).then_with(|| better(l, r)));
        meanings.dedup_by_key(|meaning| meaning.term);
        meanings.sort_unstable_by(better);
        meanings.truncate(MAX_TERMS);
        let best = meanings.first().map_or(0.0, |best| best.quality);
        let idf = meanings
            .iter()
            .take_while(|meaning| meaning.quality >= best)
            .map(|meaning| self.vocabulary.entry(meaning.term).idf)
            .reduce(f32::min)
            .unwrap_or_else(|| self.vocabulary.idf_of_unknown());
        QueryWord {
            typed: token.word.clone(),
            idf,
            meanings,
        }
    }
}

/// The word as it is looked up for slips: folded, and as typed where that differs, for a slip
/// may have made a plural of it ("recpie").
fn forms(token: &Token) -> Vec<String> {
    let mut forms = vec![
        token.term.clone(),
        translit::latin(&token.word).into_owned(),
    ];
    forms.dedup();
    forms
}

fn meaning(term: TermId, quality: f32, how: How) -> Meaning {
    Meaning { term, quality, how }
}

/// Best first, then by term, so that equal menus give equal answers.
fn better(left: &Meaning, right: &Meaning) -> std::cmp::Ordering {
    right
        .quality
        .total_cmp(&left.quality)
        .then_with(|| left.term.cmp(&right.term))
}

fn typo_quality(typed: &str, term: &str, edits: usize) -> f32 {
    let loss = TYPO_LOSS * ratio(edits, typed.chars().count());
    let same_start = typed.chars().next() == term.chars().next();
    let loss = if similar::only_doubles_differ(typed, term) {
        loss * DOUBLES
    } else {
        loss
    };
    (TYPO - loss).max(0.1) * if same_start { 1.0 } else { OTHER_FIRST_LETTER }
}

fn ratio(part: usize, whole: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "lengths of words")]
    let ratio = part as f32 / whole.max(1) as f32;
    ratio.min(1.0)
}
