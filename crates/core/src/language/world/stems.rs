//! The tables of stems.
//!
//! A line is read when a text has how it begins: all that is made of a table before is an index.
//! So stems are written as `menu::text` normalises them.

use crate::menu::text::Run;
use std::collections::HashMap;
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

/// Before a stem that may stand within a word.
const WITHIN: char = '*';

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
    pub(super) kind: Kind,
    /// The last word must end with it.
    is_whole: bool,
    pub(super) english: &'static str,
}

/// Characters by which a stem is found: fewer where its first word has fewer.
type Opening = [Option<char>; 3];

/// All lines, found by how their stems begin.
pub(super) struct Stems {
    /// Each with its language.
    lines: Vec<(usize, &'static str)>,
    by_opening: Openings,
    /// Of those the ones that may stand within a word.
    within: Openings,
}

/// Numbers of lines by how their stems begin.
struct Openings {
    lines: Vec<usize>,
    /// Where those of an opening lie among them.
    places: HashMap<Opening, Range<usize>>,
}

impl Openings {
    fn of(mut found: Vec<(Opening, usize)>) -> Self {
        found.sort_unstable();
        let mut places: HashMap<Opening, Range<usize>> = HashMap::new();
        for (at, (opening, _)) in found.iter().enumerate() {
            places.entry(*opening).or_insert(at..at).end = at + 1;
        }
        Self {
            lines: found.into_iter().map(|(_, line)| line).collect(),
            places,
        }
    }

    fn get(&self, opening: &Opening) -> &[usize] {
        let place = self.places.get(opening);
        let lines = place.and_then(|place| self.lines.get(place.clone()));
        lines.unwrap_or_default()
    }
}

pub(super) static STEMS: LazyLock<Stems> = LazyLock::new(Stems::read);

/// Reads the tables now.
pub(in crate::language) fn warm() {
    LazyLock::force(&STEMS);
}

impl Stems {
    fn read() -> Self {
        let tables = LANGUAGES.iter().enumerate();
        let lines = tables.flat_map(|(language, (_, table))| {
            let lines = table.lines().filter(|line| !line.starts_with('#'));
            lines.map(move |line| (language, line))
        });
        let lines: Vec<(usize, &str)> = lines.collect();
        let (mut all, mut within) = (Vec::with_capacity(lines.len()), Vec::new());
        for (at, (_, line)) in lines.iter().enumerate() {
            let word = line.trim_start_matches(WITHIN).chars();
            let opening = opening(word.take_while(|c| !matches!(c, '\t' | ' ' | '=')));
            all.push((opening, at));
            if line.starts_with(WITHIN) {
                within.push((opening, at));
            }
        }
        Self {
            lines,
            by_opening: Openings::of(all),
            within: Openings::of(within),
        }
    }

    /// The stems that begin as `text` does, each with its language; within a word those that may stand
    /// there.
    pub(super) fn starting(
        &self,
        text: impl Iterator<Item = char>,
        is_within: bool,
    ) -> impl Iterator<Item = (usize, Stem)> {
        let opening = opening(text);
        let shorter = (1..=opening.len()).filter_map(move |length| {
            // No character at that place: it was looked for already.
            opening.get(length - 1).copied().flatten()?;
            let mut shorter = opening;
            shorter.iter_mut().skip(length).for_each(|c| *c = None);
            Some(shorter)
        });
        let index = if is_within {
            &self.within
        } else {
            &self.by_opening
        };
        let lines = shorter.flat_map(|key| index.get(&key));
        lines.filter_map(|at| {
            let (language, line) = self.lines.get(*at)?;
            Some((*language, Stem::read(line)?))
        })
    }
}

fn opening(mut text: impl Iterator<Item = char>) -> Opening {
    std::array::from_fn(|_| text.next())
}

impl Stem {
    fn read(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let written = columns.next()?;
        Some(Self {
            words: written.trim_start_matches(WITHIN).trim_end_matches('='),
            kind: Kind::read(columns.next()?)?,
            is_whole: written.ends_with('='),
            english: columns.next().unwrap_or_default(),
        })
    }

    pub(super) fn characters(&self) -> usize {
        self.words.chars().filter(|c| *c != ' ').count()
    }

    /// Where it ends (run, and character in it) if it stands at character `at` of run `first`.
    pub(super) fn ends(&self, text: &[Run], first: usize, at: usize) -> Option<(usize, usize)> {
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
