//! Numbers of an utterance that are no count of dishes: prices, guests, lines of a list, dishes by their number,
//! weights, halves and sizes.
//!
//! Invariant: a number is read otherwise only where the menu has a dish or a size that is called so, or where
//! nobody could order so many.

use super::{SILENT, Said, WISH, gap_after};
use crate::menu::text::Word;
use crate::order::assemble::option_of;
use crate::order::phrases::{NUMBER, PERCENT};
use crate::order::speech::{self, Cue};
use crate::order::stems::{is_unit, stem};

/// After "a 4" where that is a dish: what is told of it, or what joins the next.
#[rustfmt::skip]
const TOLD_AFTER: [&str; 14] = [
    "with", "w", "and", "n", "no", "without", "plus", "please", "pls", "meal", "combo", "large", "medium", "small",
];

impl Said<'_> {
    /// "1st: …, 2nd: …": the place of one of several.
    fn placed(&self, at: usize) -> Option<&'static str> {
        const PLACES: [(&str, &str, &str); 4] = [
            ("1", "st", "first"),
            ("2", "nd", "second"),
            ("3", "rd", "third"),
            ("4", "th", "fourth"),
        ];
        let is_place = |at: usize, number: &str, ending: &str| {
            let said = |at: usize| self.words.get(at).map(|word| word.text.as_str());
            said(at) == Some(number)
                && said(at + 1) == Some(ending)
                && self.gap_after(at).is_empty()
        };
        PLACES.iter().find_map(|(number, ending, place)| {
            let is_ending = at
                .checked_sub(1)
                .is_some_and(|at| is_place(at, number, ending));
            match is_place(at, number, ending) {
                true => Some(SILENT),
                false => is_ending.then_some(*place),
            }
        })
    }

    /// What a word that is a number, or belongs to one, is read as; `None` where it is read as it stands.
    pub(super) fn number_at(&self, at: usize) -> Option<String> {
        let word = self.words.get(at)?;
        if let Some(place) = self.placed(at) {
            return Some(place.to_owned());
        }
        let is_digits = word.text.chars().all(|c| c.is_ascii_digit());
        // "Two number ones"
        if word.text == "ones" && self.word_before(at) == Some(NUMBER) {
            return Some("1".to_owned());
        }
        // A pizza of 14".
        let after = self.text.get(word.end..).unwrap_or_default();
        if after.starts_with(['"', '\u{201d}']) && word.text.chars().all(char::is_numeric) {
            return Some(format!("{} inch", word.text));
        }
        // "Both 50%" of teas that are sweetened by levels.
        let level = format!("{} {PERCENT}", word.text);
        let stems = [word.text.clone(), PERCENT.to_owned()];
        if after.starts_with('%') && self.phrases.find(&stems).is_some() {
            return Some(level);
        }
        if self.text_before(word).ends_with('#') {
            return Some(format!("{NUMBER} {}", stem(&word.text)));
        }
        if (is_digits && self.is_price(at)) || self.is_head_count(at) || self.is_of_a_room(at) {
            return Some(SILENT.to_owned());
        }
        if self.listed.contains(&at) {
            return Some(WISH.to_owned());
        }
        self.numbered(at)
            .or_else(|| self.weight(at))
            .or_else(|| self.half_of(at).map(str::to_owned))
            .or_else(|| self.ounces(at))
    }

    /// "The $9.95 special", "the 9.95 one": no ninety-five of anything.
    fn is_price(&self, at: usize) -> bool {
        let (before, after) = (at.checked_sub(1), at + 1);
        let is_cents = |at: usize| {
            let cents = self.words.get(at).map_or("", |word| word.text.as_str());
            cents.len() == 2 && cents.chars().all(|c| c.is_ascii_digit())
        };
        let is_unit_next = |at: usize| {
            self.words
                .get(at)
                .is_some_and(|word| is_unit(&stem(&word.text)))
        };
        let is_point = |at: usize| self.gap_after(at) == ".";
        let is_amount = |at: usize| is_point(at) && is_cents(at + 1) && !is_unit_next(at + 2);
        let is_dollars = self.words.get(at).is_some_and(|word| {
            self.text_before(word).ends_with(['$', '€', '£']) && !self.phrases.knows(&word.text)
        });
        is_dollars || is_amount(at) || (is_cents(after - 1) && before.is_some_and(is_amount))
    }

    /// "Room three oh eight", "for table nine": where it goes, and no three of anything.
    fn is_of_a_room(&self, at: usize) -> bool {
        const PLACES: [&str; 7] = [
            "room",
            "suite",
            "cabin",
            "apartment",
            "table",
            "seat",
            "booth",
        ];
        let said = |at: usize| self.words.get(at).map_or("", |word| word.text.as_str());
        let is_digit = |at: usize| {
            let number = stem(said(at));
            !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
                || matches!(said(at), "oh" | "hundred")
        };
        // "Room twelve two burgers": told digit by digit only after a digit.
        let is_single = |at: usize| is_digit(at) && stem(said(at)).len() < 2 || said(at) == "oh";
        let run = (0..at)
            .rev()
            .take_while(|before| is_single(*before) && self.gap_after(*before) == " ");
        let first = at - run.count();
        let is_led =
            first > 0 && self.gap_after(first - 1) == " " && PLACES.contains(&said(first - 1));
        // "To my room two omelettes", "room three oh eight": a table has one number, and what comes next may be counted.
        let before = |back: usize| first.checked_sub(back).map_or("", said);
        let is_mine = matches!(before(2), "the" | "my" | "our" | "a" | "your" | "that");
        let is_long = PLACES
            .iter()
            .position(|place| *place == before(1))
            .is_some_and(|at| at < 4);
        let next = self.words.get(at + 1);
        let next = next.map(|next| self.phrases.meant(&next.text));
        let is_counted = next.is_some_and(|next| self.phrases.find(&[next]).is_some());
        let is_more = at == first || (is_long && !is_counted);
        is_digit(at) && is_led && at - first < 4 && !is_mine && is_more
    }

    /// "No. 2 with madras": the dish of that number, and no two left out.
    pub(super) fn is_numero(&self, at: usize) -> bool {
        let is_no = self.words.get(at).is_some_and(|word| word.text == "no");
        let next = self.words.get(at + 1).map_or("", |next| next.text.as_str());
        is_no
            && matches!(self.gap_after(at), "." | ". ")
            && self.phrases.find(&[format!("{NUMBER} {next}")]).is_some()
    }

    /// "There's 4 of us", "we are 2 people".
    fn is_head_count(&self, at: usize) -> bool {
        let said = |at: usize| self.words.get(at).map_or("", |word| word.text.as_str());
        let is_number = matches!(speech::cue(&stem(said(at))), Some(Cue::Number(_)));
        let is_us = said(at + 1) == "of" && said(at + 2) == "us";
        is_number && (is_us || matches!(said(at + 1), "people" | "persons" | "adults" | "guests"))
    }

    /// "A 4 with a coke", "two threes": the dish of that number, where menus have numbers for dishes and
    /// nothing follows that there could be so many of.
    fn numbered(&self, at: usize) -> Option<String> {
        let word = self.words.get(at)?;
        let number = stem(&word.text);
        if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let dish = format!("{NUMBER} {number}");
        let names = self.phrases.find(std::slice::from_ref(&dish))?;
        if names.items.is_empty() || names.is_part {
            return None;
        }
        let before = self.word_before(at)?;
        let is_count = |word: &str| matches!(speech::cue(&stem(word)), Some(Cue::Number(_)));
        let is_plural = word.text.ends_with('s') && is_count(before);
        // "Another one" is one more of the last.
        let is_article = matches!(before, "a" | "an") || (before == "another" && number != "1");
        let ends = self.gap_after(at).contains(['.', ',', ';', '!', '?', '\n']);
        let next = self.words.get(at + 1).map(|next| next.text.as_str());
        // "Another six original" where that is a choice of the sixth.
        let is_choice = |next: &str| {
            let next = self.phrases.find(&[self.phrases.meant(next)]);
            let takes =
                |item: &usize| next.is_some_and(|next| option_of(&next.options, *item).is_some());
            next.is_some_and(|next| next.items.is_empty()) && names.items.iter().any(takes)
        };
        let is_told = ends || next.is_none_or(|next| TOLD_AFTER.contains(&next) || is_choice(next));
        (is_plural || (is_article && is_told)).then_some(dish)
    }

    /// "A pound", "half a pound" where that is a size.
    fn weight(&self, at: usize) -> Option<String> {
        let is_pound = |at: usize| {
            self.words
                .get(at)
                .is_some_and(|word| stem(&word.text) == "lb")
        };
        let said = |at: usize| self.words.get(at).map_or("", |word| word.text.as_str());
        let is_sold = |size: &str| self.phrases.find(&[size.to_owned()]).is_some();
        let half = "1 2 lb";
        let is_half =
            said(at) == "half" && (is_pound(at + 1) || (said(at + 1) == "a" && is_pound(at + 2)));
        if is_half && is_sold(half) {
            return Some(half.to_owned());
        }
        let before = self.word_before(at)?;
        let is_after_half = before == "half" || (before == "a" && at > 1 && said(at - 2) == "half");
        // "Two pounds" are two of one.
        let is_many = matches!(speech::cue(&stem(before)), Some(Cue::Number(many)) if many > 1);
        let is_size = |size: &str| {
            let names = self.phrases.find(&[size.to_owned()]);
            names.is_some_and(|names| names.is_size)
        };
        let told = format!("{} lb", stem(before));
        if is_pound(at) && is_many && is_size("1 lb") && !is_size(&told) {
            return Some("1 lb".to_owned());
        }
        match is_pound(at) && before != "one" {
            true if is_after_half && is_sold(half) => Some(SILENT.to_owned()),
            true if before == "a" && is_sold("1 lb") => Some("1 lb".to_owned()),
            _ => None,
        }
    }

    /// "Half a grilled cheese" where the menu has Half Grilled Cheese: the half stands next to it.
    fn half_of(&self, at: usize) -> Option<&'static str> {
        let is_half = |at: usize| {
            let said = |at: usize| self.words.get(at).map(|word| word.text.as_str());
            let is_sold = |count: usize| {
                let words = self.words.get(at + 2..at + 2 + count).unwrap_or_default();
                let name = std::iter::once("half".to_owned());
                let name: Vec<String> = name.chain(words.iter().map(|w| stem(&w.text))).collect();
                words.len() == count && self.phrases.find(&name).is_some()
            };
            said(at) == Some("half")
                && matches!(said(at + 1), Some("a" | "an" | "of" | "the"))
                && (1..4).any(is_sold)
        };
        let is_next = at > 0 && is_half(at - 1);
        (is_half(at) || is_next).then_some(if is_next { "half" } else { SILENT })
    }

    /// "The big forty four", "a 44 coke" where drinks have 44 ounces.
    fn ounces(&self, at: usize) -> Option<String> {
        let word = self.words.get(at)?;
        let is_digits = word.text.len() == 2 && word.text.chars().all(|c| c.is_ascii_digit());
        let said = self.text.get(word.start..word.end).unwrap_or_default();
        let is_spelt = said.chars().any(char::is_alphabetic);
        let is_one = matches!(self.word_before(at), Some("a" | "the" | "big"));
        let next = self.words.get(at + 1).map(|next| stem(&next.text));
        let is_counted = next.as_ref().is_some_and(|next| is_unit(next));
        let told = format!("{} oz", word.text);
        let is_sold = || {
            let names = self.phrases.find(std::slice::from_ref(&told));
            names.is_some_and(|names| names.is_size)
        };
        let is_size = is_digits && !is_counted && (is_spelt || (is_one && next.is_some()));
        (is_size && is_sold()).then_some(told)
    }
}

/// "1. a burger 2. a salad": the numbers that count up from one, each with a dot or a bracket.
pub(super) fn numbers_of_list(text: &str, words: &[Word]) -> Vec<usize> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_next = word.text == (found.len() + 1).to_string();
        let gap = gap_after(text, words, at);
        let is_marked = gap.starts_with(')') || gap.starts_with(". ");
        if is_next && is_marked && at + 1 < words.len() {
            found.push(at);
        }
    }
    if found.len() < 2 || found.first() != Some(&0) {
        found.clear();
    }
    found
}
