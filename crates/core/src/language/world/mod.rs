//! Limits stated in languages that nothing else is read in: an allergy that is not understood is
//! the one sentence that may not be passed over.
//!
//! A language is a table of stems: words of alarm ("allergic", "makes me ill"), of refusal
//! ("without"), foods that can be refused, and phrases that are a limit by themselves. What they say
//! together is put as English would ("allergic to peanuts") and read as that is. Rather a limit too
//! many, which is shown and can be taken away, than one missed: an alarm is for all that is named in
//! its sentence. Invariant: a sentence in English is not read here, unless it has words in another
//! script; one in a language of [`super::Language`] only where no limit came of it there.

mod find;
mod script;
mod stems;
#[cfg(test)]
mod tests;

use self::find::{Least, Match, matches};
use self::stems::Kind;
pub(super) use self::stems::warm;
use std::collections::HashSet;

/// How a limit is stated, the firmest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// By a phrase that is one: "vegetarian".
    Whole,
    /// As an allergy or the like.
    Alarmed,
    /// Without it.
    Refused,
}

/// What a phrase of the text says, in English that states a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    how: How,
    thing: &'static str,
    /// First byte of the thing or of the phrase in the text.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

impl Stated {
    /// `allergic to peanuts`, `without cheese`, `vegetarian`.
    #[must_use]
    pub fn english(&self) -> String {
        match self.how {
            How::Whole => self.thing.to_owned(),
            How::Alarmed => format!("allergic to {}", self.thing),
            How::Refused => format!("without {}", self.thing),
        }
    }

    /// Whether it is an allergy, a diet or the like, and not only "without".
    #[must_use]
    pub fn is_firm(&self) -> bool {
        self.how != How::Refused
    }
}

/// What was read of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// BCP 47: `zh`; `und` for letters that no table has, whose limits are not read.
    pub tag: &'static str,
    /// In the order of the text.
    pub stated: Vec<Stated>,
}

/// A refusal reaches its thing over so many words that say nothing.
const REACH: usize = 3;
/// From one thing of a list to the next.
const LIST_REACH: usize = 1;

/// What a text states in a language that only its limits are read in; `None` where it is in none,
/// or, in Latin letters, states nothing.
#[must_use]
pub fn heard(text: &str) -> Option<Heard> {
    heard_by(text, Least::MostWords)
}

/// The same of a text that was taken for a language that is read in full, where that came to no
/// limit: one word is enough then.
#[must_use]
pub fn heard_after_all(text: &str) -> Option<Heard> {
    heard_by(text, Least::AWord)
}

fn heard_by(text: &str, least: Least) -> Option<Heard> {
    let found = matches(text, least);
    let Some((language, found)) = found else {
        let tag = script::tag(text)?;
        return Some(Heard {
            tag,
            stated: Vec::new(),
        });
    };
    let sentences: Vec<&[Match]> = sentences(text, &found).collect();
    let mut stated = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        let said = stated_in(text, sentence);
        let is_bare = !said.iter().any(Stated::is_firm) && sentence.iter().any(Match::alarms);
        stated.extend(said);
        if is_bare {
            // "I ate prawns. And then: hospital." Where its own sentence names nothing, the one
            // before it does, or any.
            let before = at.checked_sub(1).and_then(|at| sentences.get(at));
            let before = before.filter(|before| things(before).next().is_some());
            let meant = before.map_or(found.as_slice(), |before| before);
            stated.extend(things(meant).map(|thing| thing.stated(How::Alarmed)));
        }
    }
    stated.sort_by_key(|one| (one.how, one.start));
    let mut once = HashSet::new();
    // Said once is enough, and firmly rather than not.
    stated.retain(|one| once.insert(one.thing));
    stated.sort_by_key(|one| one.start);
    if stated.is_empty() && !script::is_foreign(text) {
        return None;
    }
    Some(Heard {
        tag: script::tag(text).map_or(language, |tag| script::narrowed(tag, language)),
        stated,
    })
}

fn things(found: &[Match]) -> impl Iterator<Item = &Match> {
    found.iter().filter(|it| it.kind == Kind::Thing)
}

/// The matches of each sentence.
fn sentences<'a>(text: &'a str, found: &'a [Match]) -> impl Iterator<Item = &'a [Match]> {
    const ENDS: [char; 11] = ['.', '!', '?', ';', '\n', '。', '！', '？', '؟', '；', '।'];
    found.chunk_by(move |left, right| {
        let between = text.get(left.end..right.start).unwrap_or_default();
        !between.contains(ENDS)
    })
}

fn stated_in(text: &str, sentence: &[Match]) -> Vec<Stated> {
    let whole = sentence.iter().filter(|it| it.kind == Kind::Limit);
    let mut stated: Vec<Stated> = whole.map(|limit| limit.stated(How::Whole)).collect();
    if !sentence.iter().any(Match::alarms) {
        stated.extend(refused(text, sentence));
        return stated;
    }
    // What stands on the other side of a "but" is not meant, unless nothing else is.
    let parts = || sentence.split(|it| it.kind == Kind::But);
    let alarming = parts().filter(|part| part.iter().any(Match::alarms));
    let named: Vec<&Match> = alarming.flat_map(things).collect();
    let meant = match named.is_empty() && !stated.iter().any(Stated::is_firm) {
        true => things(sentence).collect(),
        false => named,
    };
    let meant = meant.into_iter();
    stated.extend(meant.map(|thing| thing.stated(How::Alarmed)));
    let calm = parts().filter(|part| !part.iter().any(Match::alarms));
    stated.extend(calm.flat_map(|part| refused(text, part)));
    stated
}

/// What is refused without an alarm: the list after "without", or the one before a word that says
/// so after it.
fn refused(text: &str, sentence: &[Match]) -> Vec<Stated> {
    let mut stated = Vec::new();
    for (at, it) in sentence.iter().enumerate() {
        let (before, after) = (sentence.get(..at), sentence.get(at + 1..));
        let says = |kind| it.kind == kind || it.holds == Some(kind);
        if says(Kind::Without) {
            stated.extend(list(text, it, after.unwrap_or_default().iter()));
        }
        // A word can be both where a language says it on either side.
        if says(Kind::Less) || it.is_either && !list_is_near(it, after) {
            stated.extend(list(text, it, before.unwrap_or_default().iter().rev()));
        }
    }
    stated
}

fn list_is_near(it: &Match, after: Option<&[Match]>) -> bool {
    let next = after.and_then(<[Match]>::first);
    next.is_some_and(|next| next.kind == Kind::Thing && it.gap(next) <= REACH)
}

/// The things nearest to a refusal, one after the other, as far as it reaches.
fn list<'a>(text: &str, refusal: &Match, others: impl Iterator<Item = &'a Match>) -> Vec<Stated> {
    const COMMAS: [char; 5] = [',', '、', '，', '،', ':'];
    let (mut last, mut reach) = (refusal, REACH);
    let mut stated = Vec::new();
    for other in others {
        let is_listed = matches!(other.kind, Kind::Thing | Kind::Limit);
        let is_next = is_listed && last.gap(other) <= reach;
        // A comma parts a refusal from what it is not of, and the things of a list.
        // "Without gluten" is one phrase and has its first thing.
        let is_first = stated.is_empty() && refusal.kind != Kind::Limit;
        let is_parted = is_first && last.between(other, text).contains(COMMAS);
        if !is_next || is_parted {
            break;
        }
        if other.kind == Kind::Thing {
            stated.push(other.stated(How::Refused));
        }
        (last, reach) = (other, LIST_REACH);
    }
    stated
}

impl Match {
    fn alarms(&self) -> bool {
        self.kind == Kind::Alarm || self.holds == Some(Kind::Alarm)
    }

    fn stated(&self, how: How) -> Stated {
        Stated {
            how,
            thing: self.english,
            start: self.start,
            end: self.end,
        }
    }
}
