//! The tables of stems, and where a text has them.
//!
//! A line is read when a text has how it begins: all that is made of a table before is an index.
//! So stems are written as `menu::text` normalises them.

use crate::language::book::SEARCH;
use crate::language::{Language, world::script};
use crate::menu::text::{Run, runs};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

macro_rules! languages {
    ($($tag:literal $name:literal)*) => {
        /// BCP 47 tags and their tables: stem, kind, English, with tabs between.
        pub(super) const LANGUAGES: &[(&str, &str)] = &[
            $(($tag, include_str!(concat!("../stems/", $name, ".tsv")))),*
        ];
    };
}

languages! {
    "ar" "arabic" "bg" "bulgarian" "cs" "czech" "da" "danish" "el" "greek" "fa" "persian"
    "fi" "finnish" "he" "hebrew" "hi" "hindi" "hu" "hungarian" "id" "indonesian" "ja" "japanese"
    "ko" "korean" "nl" "dutch" "pl" "polish" "ro" "romanian" "ru" "russian" "sv" "swedish"
    "th" "thai" "tl" "tagalog" "tr" "turkish" "uk" "ukrainian" "vi" "vietnamese" "zh" "chinese"
}

/// English words that are also in the tables, or begin as a stem does (by the word list SCOWL).
const ALSO_ENGLISH: &str = include_str!("../stems/english.txt");

fn is_english(word: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| ALSO_ENGLISH.lines().collect());
    SEARCH.is_english(word) || WORDS.binary_search(&word).is_ok()
}

/// What a stem says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An allergy, or harm.
    Alarm,
    /// What follows is refused.
    Without,
    /// What came before is refused.
    Less,
    /// A food.
    Thing,
    /// A limit by itself.
    Limit,
    /// What was refused no longer is.
    But,
    /// There is no allergy.
    Denial,
}

impl Kind {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "alarm" => Self::Alarm,
            "without" => Self::Without,
            "less" => Self::Less,
            "thing" => Self::Thing,
            "limit" => Self::Limit,
            "but" => Self::But,
            "none" => Self::Denial,
            _ => return None,
        })
    }
}

/// A line of a table: words with blanks between, of which the last may go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stem {
    words: &'static str,
    kind: Kind,
    /// The last word must end with it.
    is_whole: bool,
    /// It may stand within a word.
    is_within: bool,
    english: &'static str,
}

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

/// All lines, found by how their stems begin.
struct Stems {
    /// Each with its language.
    lines: Vec<(usize, &'static str)>,
    by_start: HashMap<(char, Option<char>), Vec<usize>>,
}

static STEMS: LazyLock<Stems> = LazyLock::new(Stems::read);

/// Reads the tables now.
pub(in crate::language) fn warm() {
    LazyLock::force(&STEMS);
}

/// Particles that Arabic and Hebrew write with the word that follows.
const PARTICLES: &str = "وفبلكاהוהבלמשכ";
const MOST_PARTICLES: usize = 3;

impl Stems {
    fn read() -> Self {
        let tables = LANGUAGES.iter().enumerate();
        let lines = tables.flat_map(|(language, (_, table))| {
            let lines = table.lines().filter(|line| !line.starts_with('#'));
            lines.map(move |line| (language, line))
        });
        let lines: Vec<(usize, &str)> = lines.collect();
        let mut by_start: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, (_, line)) in lines.iter().enumerate() {
            let mut characters = line.trim_start_matches('*').chars();
            let first = characters.next().unwrap_or_default();
            let second = characters.next().filter(|c| !matches!(c, '\t' | ' ' | '='));
            by_start.entry((first, second)).or_default().push(at);
        }
        Self { lines, by_start }
    }

    fn starting(&self, first: char, second: Option<char>) -> impl Iterator<Item = (usize, Stem)> {
        let of = |key| self.by_start.get(&key).into_iter().flatten();
        let longer = second.map(|second| of((first, Some(second))));
        let found = longer.into_iter().flatten().chain(of((first, None)));
        found.filter_map(|at| {
            let (language, line) = self.lines.get(*at)?;
            Some((*language, Stem::read(line)?))
        })
    }
}

impl Stem {
    fn read(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let written = columns.next()?;
        Some(Self {
            words: written.trim_start_matches('*').trim_end_matches('='),
            kind: Kind::read(columns.next()?)?,
            is_whole: written.ends_with('='),
            is_within: written.starts_with('*'),
            english: columns.next().unwrap_or_default(),
        })
    }

    fn characters(&self) -> usize {
        self.words.chars().filter(|c| *c != ' ').count()
    }

    /// Where it ends (run, and character in it) if it stands at character `at` of run `first`.
    fn ends(&self, text: &[Run], first: usize, at: usize) -> Option<(usize, usize)> {
        let mut words = self.words.split(' ').peekable();
        let (mut index, mut from) = (first, at);
        while let Some(word) = words.next() {
            let run = text.get(index)?;
            let to = from + word.chars().count();
            let said = run.parts.get(from..to)?;
            if !said.iter().map(|part| part.0).eq(word.chars()) {
                return None;
            }
            let is_last = words.peek().is_none();
            let may_go_on = is_last && (!self.is_whole || run.is_unspaced);
            if to < run.parts.len() && !may_go_on {
                return None;
            }
            if is_last {
                return Some((index, to));
            }
            (index, from) = (index + 1, 0);
        }
        None
    }
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
        let Some(first) = run.parts.get(self.at) else {
            return Vec::new();
        };
        let is_particle = |part: &(char, usize, usize)| PARTICLES.contains(part.0);
        let before = run.parts.get(..self.at).unwrap_or_default();
        let begins = before.is_empty()
            || run.is_unspaced
            || before.len() <= MOST_PARTICLES && before.iter().all(is_particle);
        let second = run.parts.get(self.at + 1).map(|part| part.0);
        let standing = STEMS.starting(first.0, second);
        let standing = standing.filter(|(_, stem)| begins || stem.is_within);
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
    const ENGLISH: [&str; 9] = [
        "the",
        "and",
        "please",
        "with",
        "without",
        "you",
        "any",
        "what",
        "something",
    ];
    if !can_state(found) {
        return false;
    }
    let words: Vec<String> = runs.iter().map(Run::word).collect();
    let is_known =
        |word: &String| is_english(word) || Language::ALL.iter().any(|of| SEARCH.has(*of, word));
    let is_strange = |word: &String| word.chars().count() > 2 && !is_known(word);
    let own = found.iter().filter(|it| {
        let said = words.get(it.runs.clone()).unwrap_or_default();
        said.iter().any(is_strange)
    });
    let own = own.count();
    let english = words.iter().filter(|word| ENGLISH.contains(&word.as_str()));
    if own == 0 || english.count() > own {
        return false;
    }
    if least == Least::AWord {
        return true;
    }
    Language::of(text, &crate::menu::text::words(text)).is_none_or(|language| {
        let strange = words.iter().filter(|word| is_strange(word)).count();
        let known = words.iter().filter(|word| SEARCH.has(language, word));
        strange >= known.count()
    })
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, Stem)> {
    let lines = STEMS.lines.iter();
    lines.filter_map(|(language, line)| Some((LANGUAGES.get(*language)?.0, Stem::read(line)?)))
}

#[cfg(test)]
impl Stem {
    /// As it is written, without its marks.
    pub(super) fn words(&self) -> &'static str {
        self.words
    }

    /// Whether its English must be one that limits are read from.
    pub(super) fn as_english(&self) -> Option<String> {
        match self.kind {
            Kind::Thing => Some(format!("allergic to {}", self.english)),
            Kind::Limit => Some(self.english.to_owned()),
            _ => None,
        }
    }
}
