//! The tables of stems, and where a text has them.

use crate::language::book::SEARCH;
use crate::language::{Language, world::script};
use crate::menu::text::{Run, runs};
use std::collections::{BTreeMap, HashMap, HashSet};
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

/// A line of a table.
#[derive(Debug)]
pub(super) struct Stem {
    language: usize,
    /// Its words; the last may go on.
    words: Vec<Vec<char>>,
    kind: Kind,
    /// The language has the same word as [`Kind::Less`].
    is_either: bool,
    /// The last word must end with it.
    is_whole: bool,
    /// It may stand within a word.
    is_within: bool,
    pub(super) english: &'static str,
}

/// A stem in a text.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) kind: Kind,
    pub(super) is_either: bool,
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

/// All stems, found by how they begin.
struct Stems {
    all: Vec<Stem>,
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
        let mut all = Vec::new();
        for (language, (_, table)) in LANGUAGES.iter().enumerate() {
            let lines = || table.lines().filter(|line| !line.starts_with('#'));
            let less: HashSet<&str> = lines()
                .filter_map(|line| line.split_once('\t'))
                .filter(|(_, rest)| rest.starts_with("less"))
                .map(|(stem, _)| stem)
                .collect();
            all.extend(lines().filter_map(|line| Stem::read(line, language, &less)));
        }
        let mut by_start: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, stem) in all.iter().enumerate() {
            by_start.entry(stem.start()).or_default().push(at);
        }
        Self { all, by_start }
    }

    fn starting(&self, first: char, second: Option<char>) -> impl Iterator<Item = &Stem> {
        let of = |key| self.by_start.get(&key).into_iter().flatten();
        let longer = second.map(|second| of((first, Some(second))));
        let found = longer.into_iter().flatten().chain(of((first, None)));
        found.filter_map(|at| self.all.get(*at))
    }
}

impl Stem {
    fn read(line: &'static str, language: usize, less: &HashSet<&str>) -> Option<Self> {
        let mut columns = line.split('\t');
        let written = columns.next()?;
        let kind = Kind::read(columns.next()?)?;
        let is_either = kind == Kind::Without && less.contains(written);
        let bare = written.trim_start_matches('*').trim_end_matches('=');
        let words = runs(bare).into_iter();
        let words = words.map(|run| run.parts.iter().map(|part| part.0).collect());
        Some(Self {
            language,
            words: words.collect(),
            kind,
            is_either,
            is_whole: written.ends_with('='),
            is_within: written.starts_with('*'),
            english: columns.next().unwrap_or_default(),
        })
        .filter(|stem| !stem.words.is_empty())
    }

    fn start(&self) -> (char, Option<char>) {
        let mut characters = self.words.iter().flatten();
        let first = characters.next().copied().unwrap_or_default();
        let second = self.words.first().and_then(|word| word.get(1)).copied();
        (first, second)
    }

    /// Where it ends (run, and character in it) if it stands at character `at` of run `first`.
    fn ends(&self, text: &[Run], first: usize, at: usize) -> Option<(usize, usize)> {
        let last = self.words.len() - 1;
        for (offset, word) in self.words.iter().enumerate() {
            let run = text.get(first + offset)?;
            let from = if offset == 0 { at } else { 0 };
            let said = run.parts.get(from..from + word.len())?;
            if !said.iter().map(|part| part.0).eq(word.iter().copied()) {
                return None;
            }
            let is_whole = from + word.len() == run.parts.len();
            let may_go_on = offset == last && (!self.is_whole || run.is_unspaced);
            if !is_whole && !may_go_on {
                return None;
            }
        }
        let from = if last == 0 { at } else { 0 };
        Some((first + last, from + self.words.last()?.len()))
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
    let is_foreign = script::is_foreign(text);
    let read = by_language.into_iter().filter_map(|(language, found)| {
        let tag = LANGUAGES.get(language)?.0;
        let found = apart(found);
        let may_be = !(is_japanese && tag == "zh");
        (may_be && (is_foreign || is_told(text, &runs, &found, least))).then_some((tag, found))
    });
    read.max_by_key(|(_, found)| found.iter().map(Match::characters).sum::<usize>())
}

/// The longest first, and none that shares a character with one that is longer.
fn apart(mut found: Vec<Match>) -> Vec<Match> {
    found.sort_by_key(|it| (usize::MAX - it.characters(), it.kind == Kind::Less));
    let mut kept: Vec<Match> = Vec::with_capacity(found.len());
    for it in found {
        let is_free = |other: &Match| {
            it.characters.end <= other.characters.start
                || other.characters.end <= it.characters.start
        };
        if kept.iter().all(is_free) {
            kept.push(it);
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
        let standing = standing.filter(|stem| begins || stem.is_within);
        let found = standing.filter_map(|stem| Some((stem.language, self.of(stem, text)?)));
        found.collect()
    }

    fn of(&self, stem: &Stem, text: &[Run]) -> Option<Match> {
        let (last, to) = stem.ends(text, self.run, self.at)?;
        let (run, end) = (text.get(self.run)?, text.get(last)?);
        let count: usize = stem.words.iter().map(Vec::len).sum();
        let (start, end, half_words) = match run.is_unspaced {
            true => (run.parts.get(self.at)?.1, end.parts.get(to - 1)?.2, count),
            false => (run.start(), end.end(), 2 * (last + 1 - self.run)),
        };
        Some(Match {
            kind: stem.kind,
            is_either: stem.is_either,
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
    const ENGLISH: [&str; 16] = [
        "the",
        "and",
        "please",
        "i",
        "my",
        "with",
        "for",
        "without",
        "have",
        "you",
        "any",
        "what",
        "something",
        "im",
        "are",
        "is",
    ];
    let has = |kinds: &[Kind]| found.iter().any(|it| kinds.contains(&it.kind));
    let refuses = has(&[Kind::Alarm, Kind::Without, Kind::Less]) && has(&[Kind::Thing]);
    if !refuses && !has(&[Kind::Limit]) {
        return false;
    }
    let words: Vec<String> = runs.iter().map(Run::word).collect();
    let is_known = |word: &String| {
        SEARCH.is_english(word) || Language::ALL.iter().any(|of| SEARCH.has(*of, word))
    };
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
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static Stem)> {
    let tag = |stem: &Stem| LANGUAGES.get(stem.language).map_or("", |(tag, _)| *tag);
    STEMS.all.iter().map(move |stem| (tag(stem), stem))
}

#[cfg(test)]
impl Stem {
    /// Whether its English must be one that limits are read from.
    pub(super) fn as_english(&self) -> Option<String> {
        match self.kind {
            Kind::Thing => Some(format!("allergic to {}", self.english)),
            Kind::Limit => Some(self.english.to_owned()),
            _ => None,
        }
    }
}
