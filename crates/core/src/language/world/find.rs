//! Where a text has stems, and of which language they are.

use super::script;
use super::stems::{Kind, LANGUAGES, STEMS, Stem};
use crate::language::Language;
use crate::language::book::SEARCH;
use crate::menu::slips;
use crate::menu::text::{Run, runs, words};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// English words that are also in the tables, or begin as a stem does (by the word list SCOWL).
const ALSO_ENGLISH: &str = include_str!("../stems/english.txt");

fn is_english(word: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| ALSO_ENGLISH.lines().collect());
    SEARCH.is_english(word) || WORDS.binary_search(&word).is_ok()
}

/// Letters of the shortest word that is taken for an English one misspelt.
const SHORTEST_SLIP: usize = 5;

/// "Egg fride rice" is no Danish, nor "vegeatble curry" Finnish.
fn is_slip_of_english(word: &str, is_alarm: bool) -> bool {
    let is_long = word.chars().count() >= SHORTEST_SLIP;
    let is_glued = word.ends_with("free");
    is_glued || (is_long && (slips::is_one(word) || (!is_alarm && SEARCH.is_slip_of_english(word))))
}

/// Whether a word begins as a longer English one does, that is known here.
fn begins_in_english(word: &str) -> bool {
    let ends = (SHORTEST_SLIP..word.len()).filter(|at| word.is_char_boundary(*at));
    ends.filter_map(|at| word.get(..at))
        .any(|first| SEARCH.is_english(first))
}

/// Particles that Arabic and Hebrew write with the word that follows.
const PARTICLES: &str = "وفبلكاהוהבלמשכ";
const MOST_PARTICLES: usize = 3;

/// A stem in a text.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) kind: Kind,
    pub(super) is_either: bool,
    /// The alarm or the refusal that a limit has within it, which may be of more than it names.
    pub(super) holds: Option<Kind>,
    pub(super) english: &'static str,
    /// First byte of the words that it stands in.
    pub(super) start: usize,
    /// First byte after them.
    pub(super) end: usize,
    /// A word is two half words, a character of a script without spaces is one.
    half_words: Range<usize>,
    runs: Range<usize>,
    characters: Range<usize>,
}

impl Match {
    /// Words between the two.
    pub(super) fn gap(&self, other: &Self) -> usize {
        let (left, right) = match self.half_words.start <= other.half_words.start {
            true => (self, other),
            false => (other, self),
        };
        right.half_words.start.saturating_sub(left.half_words.end) / 2
    }

    /// What stands between the two.
    pub(super) fn between<'a>(&self, other: &Self, text: &'a str) -> &'a str {
        let (left, right) = match self.start <= other.start {
            true => (self, other),
            false => (other, self),
        };
        text.get(left.end..right.start).unwrap_or_default()
    }

    fn characters(&self) -> usize {
        self.characters.len()
    }
}

/// What tells that Latin letters are of a language read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Least {
    /// A word that no language knows that is read in full.
    AWord,
    /// Besides, as many of them as words of the language that would be read in full.
    MostWords,
}

/// What a text has of the language that it has most of: its tag and the stems in their order.
pub(super) fn matches(text: &str, least: Least) -> Option<(&'static str, Vec<Match>)> {
    let runs = runs(text);
    let mut by_language: BTreeMap<usize, Vec<Match>> = BTreeMap::new();
    let (mut half_words, mut before) = (0, 0);
    for (index, run) in runs.iter().enumerate() {
        for at in 0..run.parts.len() {
            let place = Place {
                run: index,
                at,
                half_words: half_words + if run.is_unspaced { at } else { 0 },
                character: before + at,
            };
            for (language, it) in place.standing(&runs) {
                by_language.entry(language).or_default().push(it);
            }
        }
        half_words += if run.is_unspaced { run.parts.len() } else { 2 };
        before += run.parts.len();
    }
    let is_japanese = script::is_japanese(text);
    let read = by_language.into_iter().filter_map(|(language, found)| {
        let tag = LANGUAGES.get(language)?.0;
        let found = apart(found);
        let may_be = !(is_japanese && tag == "zh");
        let of = |it: &Match| text.get(it.start..it.end).unwrap_or_default();
        let is_told = match found.iter().any(|it| script::is_foreign(of(it))) {
            true => true,
            false => is_told(text, &runs, &found, least),
        };
        (may_be && is_told).then_some((tag, found))
    });
    // One that states a limit before one that has more words.
    read.max_by_key(|(_, found)| {
        let characters: usize = found.iter().map(Match::characters).sum();
        (can_state(found), characters)
    })
}

/// Whether there may be a limit in what was found.
fn can_state(found: &[Match]) -> bool {
    let has = |kinds: &[Kind]| found.iter().any(|it| kinds.contains(&it.kind));
    let refuses = has(&[Kind::Alarm, Kind::Without, Kind::Less]) && has(&[Kind::Thing]);
    refuses || has(&[Kind::Limit])
}

/// The longest first, and none that shares a character with one that is longer. A word that refuses
/// on either side stands in its table twice.
fn apart(mut found: Vec<Match>) -> Vec<Match> {
    found.sort_by_key(|it| (usize::MAX - it.characters(), it.kind == Kind::Less));
    let mut kept: Vec<Match> = Vec::with_capacity(found.len());
    for it in found {
        let is_met = |other: &&mut Match| {
            it.characters.start < other.characters.end && other.characters.start < it.characters.end
        };
        let Some(other) = kept.iter_mut().find(is_met) else {
            kept.push(it);
            continue;
        };
        if other.characters == it.characters {
            other.is_either |= other.kind == Kind::Without && it.kind == Kind::Less;
        }
        let is_sign = matches!(it.kind, Kind::Alarm | Kind::Without | Kind::Less);
        if other.kind == Kind::Limit && is_sign {
            other.holds.get_or_insert(it.kind);
        }
    }
    kept.sort_by_key(|it| it.characters.start);
    kept
}

/// A character of a text.
struct Place {
    run: usize,
    at: usize,
    /// Half words before it.
    half_words: usize,
    /// Characters before it.
    character: usize,
}

impl Place {
    /// The stems that stand here, each with its language.
    fn standing(&self, text: &[Run]) -> Vec<(usize, Match)> {
        let Some(run) = text.get(self.run) else {
            return Vec::new();
        };
        let here = run.parts.get(self.at..).unwrap_or_default();
        let is_particle = |part: &(char, usize, usize)| PARTICLES.contains(part.0);
        let before = run.parts.get(..self.at).unwrap_or_default();
        let begins = before.is_empty()
            || run.is_unspaced
            || before.len() <= MOST_PARTICLES && before.iter().all(is_particle);
        let standing = STEMS.starting(here.iter().map(|part| part.0), !begins);
        let found = standing.filter_map(|(of, stem)| Some((of, self.of(stem, text)?)));
        found.collect()
    }

    fn of(&self, stem: Stem, text: &[Run]) -> Option<Match> {
        let (last, to) = stem.ends(text, self.run, self.at)?;
        let (run, end) = (text.get(self.run)?, text.get(last)?);
        let count = stem.characters();
        let (start, end, half_words) = match run.is_unspaced {
            true => (run.parts.get(self.at)?.1, end.parts.get(to - 1)?.2, count),
            false => (run.start(), end.end(), 2 * (last + 1 - self.run)),
        };
        Some(Match {
            kind: stem.kind,
            is_either: false,
            holds: None,
            english: stem.english,
            start,
            end,
            half_words: self.half_words..self.half_words + half_words,
            runs: self.run..last + 1,
            characters: self.character..self.character + count,
        })
    }
}

/// Whether Latin letters are of this language: what was found can be a limit, and a word of it at
/// least is known in none of the languages that are read in full.
fn is_told(text: &str, runs: &[Run], found: &[Match], least: Least) -> bool {
    /// English that other languages do not share.
    const ENGLISH: [&str; 20] = [
        "the",
        "and",
        "please",
        "with",
        "without",
        "you",
        "any",
        "what",
        "something",
        "which",
        "does",
        "him",
        "his",
        "she",
        "they",
        "this",
        "that",
        "would",
        "could",
        "your",
    ];
    if !can_state(found) {
        return false;
    }
    let said: Vec<String> = runs.iter().map(Run::word).collect();
    let is_known =
        |word: &String| is_english(word) || Language::ALL.iter().any(|of| SEARCH.has(*of, word));
    let is_strange = |word: &String| word.chars().count() > 2 && !is_known(word);
    let alarms = found.iter().filter(|it| it.kind == Kind::Alarm);
    let alarms = alarms.flat_map(|it| said.get(it.runs.clone()).unwrap_or_default());
    let is_slip = |word: &String| is_slip_of_english(word, alarms.clone().any(|it| it == word));
    // English, some of it misspelt.
    if said.iter().all(|word| !is_strange(word) || is_slip(word)) {
        return false;
    }
    // "Cheeseburgr" is no word of cheese in another language.
    let is_own = |it: &&Match, word: &String| {
        is_strange(word) && !(it.kind == Kind::Thing && begins_in_english(word))
    };
    let own = found.iter().filter(|it| {
        let found = said.get(it.runs.clone()).unwrap_or_default();
        found.iter().any(|word| is_own(it, word))
    });
    let own = own.count();
    let english = said.iter().filter(|word| ENGLISH.contains(&word.as_str()));
    if own == 0 || english.count() > own {
        return false;
    }
    if least == Least::AWord {
        return true;
    }
    Language::of(text, &words(text)).is_none_or(|language| {
        let strange = said.iter().filter(|word| is_strange(word)).count();
        let known = said.iter().filter(|word| SEARCH.has(language, word));
        strange >= known.count()
    })
}
