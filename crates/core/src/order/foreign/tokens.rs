//! The words of an order, each phrase with the English that the menu knows best.

use super::super::phrases::Phrases;
use super::super::speech;
use super::super::stems::stem;
use crate::language::{Kind, Piece, Said};
use crate::menu::text::{Word, words};

/// English alternatives that are tried.
const MOST: usize = 8;

/// What a token is to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A dish, a choice, or a word of one.
    Thing,
    /// "de", "à", "ai": joins a thing to what it is made of.
    Of,
    /// "con", "avec", "mit".
    With,
    /// "the" in any language.
    The,
    /// "and" in any language.
    And,
    /// Any other word of grammar.
    Cue,
}

/// A phrase of an order.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) role: Role,
    /// What stands before it: blanks, or what ends a phrase.
    pub(super) gap: String,
    pub(super) english: String,
    /// What else it can be, `english` among it.
    pub(super) ways: Vec<String>,
    /// Whether it can only be the answer "no": "nein", and not "kein".
    pub(super) is_answer: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Whether nothing ends a phrase before it.
    pub(super) fn goes_on(&self) -> bool {
        self.gap.trim().is_empty()
    }

    pub(super) fn set(&mut self, english: &str) {
        english.clone_into(&mut self.english);
        self.ways = vec![english.to_owned()];
    }
}

/// What an English phrase of a table may begin with beside what it names: "without sugar".
pub(super) const BEFORE: [&str; 5] = ["without ", "with ", "no ", "extra ", "light "];

/// The stems of what a phrase names.
pub(super) fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(&word.text)).collect()
}

/// How well a menu knows words: 3 where something goes by all of them, 2 where they are a part of a
/// name, 1 where it has each of them.
pub(super) fn worth(text: &str, phrases: &Phrases) -> u8 {
    let whole = known(text, phrases);
    let mut rests = BEFORE.iter().filter_map(|before| text.strip_prefix(before));
    match rests.next() {
        Some(rest) => whole.max(known(rest, phrases)),
        None => whole,
    }
}

fn known(text: &str, phrases: &Phrases) -> u8 {
    let stems = stems(text);
    match phrases.find(&stems) {
        Some(names) if names.is_whole() => 3,
        Some(_) => 2,
        None => u8::from(stems.iter().all(|stem| phrases.knows(stem))),
    }
}

/// Whether words name a choice and no dish.
pub(super) fn is_choice(english: &str, phrases: &Phrases) -> bool {
    let names = phrases.find(&stems(english));
    names.is_some_and(|names| !names.options.is_empty() && names.items.is_empty())
}

/// Words with which a dish is joined to what is in it.
const OF: [&str; 26] = [
    "de", "del", "d", "du", "des", "di", "dello", "della", "dei", "degli", "delle", "do", "da",
    "dos", "das", "a", "al", "au", "aux", "allo", "alla", "ai", "agli", "alle", "von", "vom",
];

pub(super) fn of(text: &str, said: &Said, phrases: &Phrases) -> Vec<Token> {
    let named = named(&said.words, phrases);
    let pieces: Vec<Piece> = said
        .pieces
        .iter()
        .flat_map(|piece| known_parts(text, said, piece, phrases))
        .collect();
    let mut tokens: Vec<Token> = Vec::with_capacity(said.words.len());
    let mut pieces = pieces.iter().peekable();
    let mut at = 0;
    while at < said.words.len() {
        let name = named.get(at).copied().unwrap_or_default();
        let piece = pieces.next_if(|piece| piece.from == at);
        let to = piece.map_or(at + name.max(1), |piece| piece.to);
        let part = said.words.get(at..to).unwrap_or_default();
        tokens.extend(match piece {
            Some(piece) => token(text, part, piece, phrases),
            None => kept(text, part),
        });
        at = to;
    }
    set_gaps(text, &mut tokens);
    tokens
}

/// The phrase, or those that it is made of where the menu has these and nothing of that name.
fn known_parts(text: &str, said: &Said, piece: &Piece, phrases: &Phrases) -> Vec<Piece> {
    let most = |piece: &Piece| piece.english().map(|way| worth(way, phrases)).max();
    if piece.kind == Kind::Cue || piece.to - piece.from < 2 || most(piece) > Some(1) {
        return vec![*piece];
    }
    let parts = said.parts(text, piece);
    let is_known = |part: &Piece| part.kind != Kind::Cue && most(part) > Some(1);
    match parts.iter().any(is_known) {
        true => parts,
        false => vec![*piece],
    }
}

/// Where a name of several words begins that the menu has as they are said, how many they are; one
/// for the rest of it.
pub(super) fn named(spoken: &[Word], phrases: &Phrases) -> Vec<usize> {
    let stems: Vec<String> = spoken.iter().map(|word| stem(&word.text)).collect();
    let mut named = vec![0; stems.len()];
    let mut start = 0;
    while start < stems.len() {
        let longest = phrases.longest.min(stems.len() - start);
        let names = |length: &usize| {
            let said = stems.get(start..start + length);
            said.is_some_and(|said| phrases.find(said).is_some())
        };
        let length = (2..=longest).rev().find(names);
        for (at, place) in named
            .iter_mut()
            .skip(start)
            .take(length.unwrap_or(0))
            .enumerate()
        {
            *place = if at == 0 { length.unwrap_or(0) } else { 1 };
        }
        start += length.unwrap_or(1);
    }
    named
}

/// Words that are in no table, or that the menu prints.
fn kept(text: &str, part: &[Word]) -> Option<Token> {
    let (first, last) = (part.first()?, part.last()?);
    let written = text.get(first.start..last.end).unwrap_or_default();
    let normal: Vec<&str> = part.iter().map(|word| word.text.as_str()).collect();
    let normal = normal.join(" ");
    let is_whole = crate::menu::text::normalise(written) == normal;
    let english = if is_whole { written.to_owned() } else { normal };
    let is_cue = part.len() == 1 && speech::is_cue(&stem(&first.text));
    Some(Token {
        role: if is_cue { Role::Cue } else { Role::Thing },
        gap: String::new(),
        ways: vec![english.clone()],
        english,
        is_answer: false,
        start: first.start,
        end: last.end,
    })
}

fn token(text: &str, part: &[Word], piece: &Piece, phrases: &Phrases) -> Option<Token> {
    let (first, last) = (part.first()?, part.last()?);
    let mut ways: Vec<String> = piece.english().take(MOST).map(str::to_owned).collect();
    let mut english = best(&ways, phrases)?;
    if piece.kind != Kind::Cue {
        let own = kept(text, part)?.english;
        let known = worth(&own, phrases);
        if known == 3 || (known > 0 && known >= worth(&english, phrases)) {
            english.clone_from(&own);
        }
        if known > 0 && !ways.contains(&own) {
            ways.push(own);
        }
        ways.extend(left_out(text, part));
    }
    Some(Token {
        role: role(piece, &english, part),
        gap: String::new(),
        english,
        ways,
        is_answer: ["nein", "nee", "noe", "non"].contains(&first.text.as_str()) && part.len() == 1,
        start: first.start,
        end: last.end,
    })
}

/// "Sin chile" is without chile where the menu says so, and not only mild.
fn left_out(text: &str, part: &[Word]) -> Option<String> {
    let (first, rest) = part.split_first()?;
    let refuses = ["sin", "sans", "ohne", "senza", "sem"].contains(&first.text.as_str());
    let rest = kept(text, rest).filter(|_| refuses)?;
    Some(format!("without {}", rest.english))
}

/// The first of those that the menu knows best.
fn best(ways: &[String], phrases: &Phrases) -> Option<String> {
    let worths = ways.iter().map(|way| worth(way, phrases));
    let top = worths.clone().max()?;
    let mut of_top = ways.iter().zip(worths).filter(|(_, worth)| *worth == top);
    of_top.next().map(|(way, _)| way.clone())
}

fn role(piece: &Piece, english: &str, part: &[Word]) -> Role {
    let is_of = |word: &Word| {
        OF.contains(&word.text.as_str()) || matches!(word.text.as_str(), "la" | "l" | "le")
    };
    match (piece.kind, english) {
        (Kind::Cue, "of" | "to" | "with" | "some") if part.iter().all(is_of) => Role::Of,
        (Kind::Cue, "with") => Role::With,
        (Kind::Cue, "the") => Role::The,
        (Kind::Cue, "and") => Role::And,
        (Kind::Cue, _) => Role::Cue,
        _ => Role::Thing,
    }
}

/// What was between the words, and a blank where nothing was.
fn set_gaps(text: &str, tokens: &mut [Token]) {
    let mut end = 0;
    for (at, token) in tokens.iter_mut().enumerate() {
        let gap = text.get(end..token.start).unwrap_or_default();
        let is_joint = gap
            .chars()
            .all(|c| matches!(c, '\'' | '\u{2019}' | '-' | ' '));
        token.gap = match is_joint && at > 0 {
            true => " ".to_owned(),
            false => gap.to_owned(),
        };
        end = token.end;
    }
}
