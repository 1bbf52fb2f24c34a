//! An utterance cut into phrases: of all cuttings the one that explains most words by the longest
//! phrases.

use super::phrases::{Names, Phrases};
use super::speech::{self, Cue};
use super::stems::stem;
use crate::menu::text::{Word, words};
use olympus_proto::Span;

/// What a phrase is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    Cue(Cue),
    Names(&'a Names),
    Unknown,
}

/// A phrase with the bytes it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Segment<'_> {
    pub(super) fn span(&self) -> Span {
        Span {
            start: self.start,
            end: self.end,
        }
    }
}

/// Words that are read; nobody orders longer.
pub(super) const MOST_WORDS: usize = 400;

/// Worth of a word in a name, in a cue and in a filler. A phrase is worth a little more than its
/// words apart, and a name more than a cue.
const NAME: f32 = 2.0;
const CUE: f32 = 1.8;
/// "A double scoop of vanilla" has a Double Scoop.
const MEASURE: f32 = 1.2;
const FILLER: f32 = 0.5;
const LONGER: f32 = 0.3;

/// "I'll", "don't" as one word, which menus have none of: "ill", "dont".
fn contracted(text: &str, words: Vec<Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        // "Cheese & garlic" as names that have an "and" are known.
        let sign = out
            .last()
            .and_then(|before| and_between(text, before, &word));
        out.extend(sign);
        if let Some(number) = out.last().and_then(|before| joined(text, before, &word)) {
            if let Some(before) = out.last_mut() {
                (before.text, before.end) = (number, word.end);
            }
            continue;
        }
        let is_rest = |before: &Word| match word.text.as_str() {
            "ll" | "d" | "t" | "m" | "re" | "ve" => true,
            // Names have it too: "Joe's".
            "s" => matches!(before.text.as_str(), "that" | "it" | "let" | "what"),
            _ => false,
        };
        match out.last_mut() {
            Some(before)
                if is_rest(before)
                    && text
                        .get(before.end..word.start)
                        .is_some_and(|gap| matches!(gap, "'" | "\u{2019}")) =>
            {
                before.text.push_str(&word.text);
                before.end = word.end;
            }
            _ => out.push(word),
        }
    }
    out
}

/// The sign for "and" between two words.
fn and_between(text: &str, before: &Word, word: &Word) -> Option<Word> {
    let gap = text.get(before.end..word.start)?;
    let start = before.end + gap.find('&').filter(|_| gap.trim() == "&")?;
    Some(Word {
        text: "and".to_owned(),
        start,
        end: start + 1,
    })
}

/// "Twenty five" as the number that it is; "two combo 1s" without the mark of the plural.
fn joined(text: &str, before: &Word, word: &Word) -> Option<String> {
    let gap = text.get(before.end..word.start)?;
    let is_digits = |word: &Word| word.text.chars().all(|c| c.is_ascii_digit());
    // The 50's Burger is called so.
    if word.text == "s" && is_digits(before) && gap.is_empty() {
        return Some(before.text.clone());
    }
    let said = |word: &Word| -> Option<u32> {
        let number = stem(&word.text).parse().ok()?;
        (!is_digits(word)).then_some(number)
    };
    // "Six hundred ml"
    if word.text == "hundred" && gap == " " {
        let hundreds = stem(&before.text).parse::<u32>().ok();
        let hundreds = hundreds.filter(|number| (1..10).contains(number))?;
        return Some((hundreds * 100).to_string());
    }
    let (tens, ones) = (said(before)?, said(word)?);
    let is_one = matches!(gap, " " | "-") && (1..10).contains(&ones);
    (is_one && tens % 10 == 0 && (20..100).contains(&tens)).then(|| (tens + ones).to_string())
}

pub(super) fn segment<'a>(text: &str, phrases: &'a Phrases) -> Vec<Segment<'a>> {
    let mut found = contracted(text, words(text));
    found.truncate(MOST_WORDS);
    let stems = super::said::stems(text, &found, phrases);
    // best[i]: the worth of the first i words, with the phrase that ends there.
    let mut best: Vec<(f32, usize, Kind<'a>)> = vec![(0.0, 0, Kind::Unknown)];
    let longest = phrases.longest.max(speech::LONGEST);
    for end in 1..=stems.len() {
        let mut top = (f32::MIN, 0, Kind::Unknown);
        for start in end.saturating_sub(longest)..end {
            let Some(part) = stems.get(start..end) else {
                continue;
            };
            let before = best.get(start).map_or(0.0, |b| b.0);
            let is_broken = is_broken(text, found.get(start..end).unwrap_or_default());
            for (worth, kind) in readings(part, phrases) {
                if is_broken && matches!(kind, Kind::Names(_)) {
                    continue;
                }
                if before + worth > top.0 {
                    top = (before + worth, start, kind);
                }
            }
        }
        best.push(top);
    }
    let mut segments = Vec::new();
    let mut end = stems.len();
    while end > 0 {
        let (_, start, kind) = best
            .get(end)
            .copied()
            .unwrap_or((0.0, end - 1, Kind::Unknown));
        if let (Some(first), Some(last)) = (found.get(start), found.get(end - 1)) {
            segments.push(Segment {
                kind,
                start: first.start,
                end: last.end,
            });
        }
        end = start;
    }
    segments.reverse();
    segments
}

/// Whether words are no name because of what stands between them: the end of a sentence, a comma
/// between two ("beans, cheese"), or one before a number ("two combos, one …").
fn is_broken(text: &str, words: &[Word]) -> bool {
    let gap = |pair: &[Word]| match pair {
        [first, second] => text.get(first.end..second.start).unwrap_or_default(),
        _ => "",
    };
    let ends = |pair: &[Word]| {
        let is_short = matches!(pair, [first, _] if first.text.chars().count() <= 3);
        let gap = gap(pair);
        gap.contains(['\n', ';', '!', '?']) || (gap.contains(". ") && !is_short)
    };
    let is_number = words
        .last()
        .is_some_and(|last| stem(&last.text).chars().all(char::is_numeric));
    let last = words.windows(2).next_back().map(gap).unwrap_or_default();
    words.windows(2).any(ends) || ((words.len() == 2 || is_number) && last.contains(','))
}

fn readings<'a>(
    part: &[String],
    phrases: &'a Phrases,
) -> impl Iterator<Item = (f32, Kind<'a>)> + use<'a> {
    let name = phrases.find(part).map(|names| (NAME, Kind::Names(names)));
    // "A double scoop of vanilla" where that is what is sold.
    let is_sold = |cue: &Cue| {
        // "Make it a combo" where the combos are called "… Combo"
        let is_named = |word: &String| {
            let named = phrases.find(std::slice::from_ref(word));
            named.is_some_and(|named| !named.is_part || named.items.len() < 2)
        };
        match cue {
            Cue::Measure => part.first().is_some_and(|first| phrases.is_kind(first)),
            Cue::Meal => part.last().is_some_and(is_named),
            _ => false,
        }
    };
    let cue = speech::cue(&part.join(" "))
        .filter(|cue| !is_sold(cue))
        .map(|cue| match cue {
            Cue::Filler => (FILLER, Kind::Cue(cue)),
            Cue::Aside => (CUE, Kind::Cue(Cue::Filler)),
            Cue::Measure => (MEASURE, Kind::Cue(cue)),
            _ => (CUE, Kind::Cue(cue)),
        });
    let unknown = (part.len() == 1).then_some((0.0, Kind::Unknown));
    #[expect(clippy::cast_precision_loss, reason = "a count of words")]
    let length = part.len() as f32;
    [name, cue, unknown]
        .into_iter()
        .flatten()
        .map(move |(worth, kind)| match kind {
            Kind::Unknown => (worth, kind),
            _ => (worth * length + LONGER * (length - 1.0), kind),
        })
}
