//! What each word of an utterance is read as, before words are cut into phrases: prices and numbers of a
//! list say nothing, "a 4" is the dish of that number where the menu numbers its dishes.

use super::assemble::option_of;
use super::phrases::{NUMBER, Names, Phrases};
use super::speech::{self, Cue};
use super::stems::{is_unit, stem};
use crate::menu::text::Word;

/// A stem that says nothing about an order.
const SILENT: &str = "please";
/// The size that a big one is.
const LARGE: &str = "large";
/// A phrase that begins a wish of its own, read like one word.
const WISH: &str = "i want";
/// What a drink is served in: "a cup of coffee" is a coffee.
const VESSELS: [&str; 5] = ["cup", "glass", "mug", "bottle", "can"];
/// After "a 4" where that is a dish: what is told of it, or what joins the next.
#[rustfmt::skip]
const TOLD_AFTER: [&str; 14] = [
    "with", "w", "and", "n", "no", "without", "plus", "please", "pls", "meal", "combo", "large", "medium", "small",
];

/// A stem for each word.
pub(super) fn stems(text: &str, words: &[Word], phrases: &Phrases) -> Vec<String> {
    let said = Said {
        text,
        words,
        phrases,
        listed: numbers_of_list(text, words),
    };
    let mut stems: Vec<String> = (0..words.len()).map(|at| said.stem_at(at)).collect();
    put_before(&mut stems, phrases);
    stems
}

/// "Iced mocha coffee" of Iced Coffee with a choice of mocha: the choice comes first. Both are of one line, whose span
/// has all of it.
fn put_before(stems: &mut [String], phrases: &Phrases) {
    for at in 0..stems.len().saturating_sub(2) {
        let Some([first, choice, last]) = stems.get(at..at + 3) else {
            return;
        };
        let find = |name: &[&String]| {
            let name: Vec<String> = name.iter().map(|stem| (*stem).clone()).collect();
            phrases.find(&name)
        };
        let is_item = |names: Option<&Names>| names.is_some_and(|names| !names.items.is_empty());
        let Some(whole) = find(&[first, last]).filter(|whole| !whole.is_part) else {
            continue;
        };
        let is_choice = find(&[choice]).is_some_and(|names| {
            let has = |item: &usize| names.options.iter().any(|option| option.item == *item);
            !names.is_size && whole.items.iter().any(has)
        });
        let is_other = find(&[first, choice, last]).is_some() || is_item(find(&[choice, last]));
        if is_choice && !is_other {
            stems.swap(at, at + 1);
        }
    }
}

struct Said<'a> {
    text: &'a str,
    words: &'a [Word],
    phrases: &'a Phrases,
    /// Places of words that number the lines of a list.
    listed: Vec<usize>,
}

impl Said<'_> {
    fn stem_at(&self, at: usize) -> String {
        let Some(word) = self.words.get(at) else {
            return String::new();
        };
        let is_digits = word.text.chars().all(|c| c.is_ascii_digit());
        // "Two number ones"
        if word.text == "ones" && self.word_before(at) == Some(NUMBER) {
            return "1".to_owned();
        }
        // A pizza of 14".
        let after = self.text.get(word.end..).unwrap_or_default();
        if after.starts_with(['"', '\u{201d}']) && word.text.chars().all(char::is_numeric) {
            return format!("{} inch", word.text);
        }
        if self.text_before(word).ends_with('#') {
            return format!("{NUMBER} {}", stem(&word.text));
        }
        if is_digits && self.is_price(at) {
            return SILENT.to_owned();
        }
        if self.is_head_count(at) {
            return SILENT.to_owned();
        }
        if self.listed.contains(&at) {
            return WISH.to_owned();
        }
        if let Some(dish) = self.numbered(at) {
            return dish;
        }
        if let Some(weight) = self.weight(at) {
            return weight;
        }
        if let Some(bottled) = self.bottled(at) {
            return bottled;
        }
        if let Some(half) = self.half_of(at) {
            return half.to_owned();
        }
        if let Some(size) = self.ounces(at) {
            return size;
        }
        if self.is_ice_of(at) {
            return "iced".to_owned();
        }
        if let Some(undone) = self.undone(at) {
            return undone;
        }
        if self.is_big(at) {
            return LARGE.to_owned();
        }
        if self.is_asking(at) || self.is_occasion(at) || self.is_plain(at) || self.is_heat(at) {
            return SILENT.to_owned();
        }
        if self.is_vessel(at) || self.is_child(at) || (at > 1 && self.bottled(at - 2).is_some()) {
            return SILENT.to_owned();
        }
        self.phrases.meant(&word.text)
    }

    fn text_before(&self, word: &Word) -> &str {
        self.text.get(..word.start).unwrap_or_default()
    }

    fn word_before(&self, at: usize) -> Option<&str> {
        let before = at.checked_sub(1).and_then(|at| self.words.get(at));
        before.map(|word| word.text.as_str())
    }

    fn gap_after(&self, at: usize) -> &str {
        gap_after(self.text, self.words, at)
    }

    fn gap_before(&self, at: usize) -> &str {
        at.checked_sub(1)
            .map_or("", |before| self.gap_after(before))
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
        let is_told = ends || next.is_none_or(|next| TOLD_AFTER.contains(&next));
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

    /// "The big forty four" where drinks have 44 ounces.
    fn ounces(&self, at: usize) -> Option<String> {
        let number = |at: usize| {
            self.words
                .get(at)
                .and_then(|word| stem(&word.text).parse::<u32>().ok())
        };
        let size = |at: usize| {
            let (tens, ones) = (number(at)?, number(at + 1)?);
            let spelt = self.words.get(at..at + 2)?.iter();
            let is_spelt = spelt
                .clone()
                .all(|word| word.text.chars().all(char::is_alphabetic));
            let is_number = (20..100).contains(&tens) && tens % 10 == 0 && (1..10).contains(&ones);
            let size = format!("{} oz", tens + ones);
            let is_sold = || self.phrases.find(std::slice::from_ref(&size)).is_some();
            (is_spelt && is_number && is_sold()).then_some(size)
        };
        // "A 44 coke" is one of 44 ounces.
        let digits = self.words.get(at).map_or("", |word| word.text.as_str());
        let told = format!("{digits} oz");
        let is_one = matches!(self.word_before(at), Some("a" | "the" | "big"));
        let is_digits = digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit());
        let next = self.words.get(at + 1).map(|next| stem(&next.text));
        let is_sold = || {
            self.phrases
                .find(std::slice::from_ref(&told))
                .is_some_and(|names| names.is_size)
        };
        if is_one && is_digits && next.is_some_and(|next| !is_unit(&next)) && is_sold() {
            return Some(told);
        }
        let before = at.checked_sub(1).and_then(size);
        let is_unit = at > 1
            && size(at - 2).is_some()
            && self
                .words
                .get(at)
                .is_some_and(|word| stem(&word.text) == "oz");
        if before.is_some() {
            return before;
        }
        (is_unit || size(at).is_some()).then(|| SILENT.to_owned())
    }

    /// "A medium ice latte" where a latte can be had iced.
    fn is_ice_of(&self, at: usize) -> bool {
        let is_ice = self.words.get(at).is_some_and(|word| word.text == "ice");
        let iced = || self.phrases.find(&["iced".to_owned()]);
        let before = self.word_before(at).unwrap_or("a");
        let is_opened = matches!(
            before,
            "a" | "an"
                | "small"
                | "medium"
                | "large"
                | "tall"
                | "grande"
                | "one"
                | "two"
                | "1"
                | "2"
        );
        let takes = |names: &Names| {
            let next = self
                .words
                .get(at + 1)
                .map(|next| self.phrases.meant(&next.text));
            let next = next.and_then(|next| self.phrases.find(&[next]));
            let has = |item: &usize| names.options.iter().any(|option| option.item == *item);
            next.is_some_and(|next| !next.items.is_empty() && next.items.iter().all(has))
        };
        is_ice && is_opened && iced().is_some_and(takes)
    }

    /// "Untoasted" where the menu has Not Toasted; by itself it is no slip of toasted.
    fn undone(&self, at: usize) -> Option<String> {
        let word = self.words.get(at)?.text.as_str();
        let done = word
            .strip_prefix("un")
            .filter(|done| done.ends_with("ed"))?;
        if self.phrases.knows(&stem(word)) || !self.phrases.knows(&stem(done)) {
            return None;
        }
        let not = ["not".to_owned(), stem(done)];
        Some(match self.phrases.find(&not) {
            Some(_) => not.join(" "),
            None => word.to_owned(),
        })
    }

    /// "A big coke zero" where there is a large one.
    fn is_big(&self, at: usize) -> bool {
        let is_big = self.words.get(at).is_some_and(|word| word.text == "big");
        let is_told = matches!(
            self.word_before(at),
            None | Some("a" | "the" | "one" | "another" | "and")
        );
        let Some(next) = self.words.get(at + 1).filter(|_| is_big && is_told) else {
            return false;
        };
        let find = |word: &str| self.phrases.find(&[stem(word)]);
        let Some(large) = find(LARGE).filter(|large| large.is_size) else {
            return false;
        };
        let has = |item: usize| option_of(&large.options, item).is_some();
        let takes = |names: &Names| {
            let hosts = names.options.iter().map(|option| option.item);
            names.is_whole() && names.items.iter().copied().chain(hosts).any(has)
        };
        !self.phrases.knows("big") && find(&next.text).is_some_and(takes)
    }

    /// "For dinner sesame chicken", "lunch: a wrap": when it is eaten, and no dinner plate.
    fn is_occasion(&self, at: usize) -> bool {
        let is_meal = self
            .words
            .get(at)
            .is_some_and(|word| matches!(word.text.as_str(), "breakfast" | "lunch" | "dinner"));
        is_meal && (self.word_before(at) == Some("for") || self.gap_after(at).starts_with(':'))
    }

    /// "Can we do", "can u": no can of anything.
    fn is_asking(&self, at: usize) -> bool {
        let next = self.words.get(at + 1).map_or("", |next| next.text.as_str());
        let asks = [
            "i", "we", "you", "u", "ya", "yall", "y", "she", "he", "they",
        ];
        self.words.get(at).is_some_and(|word| word.text == "can")
            && asks.contains(&next)
            && self.word_before(at) != Some("a")
    }

    /// "A plain coke" where nothing is called so.
    fn is_plain(&self, at: usize) -> bool {
        let is_plain = self.words.get(at).is_some_and(|word| word.text == "plain");
        let next = self
            .words
            .get(at + 1)
            .map(|next| self.phrases.meant(&next.text));
        let Some(next) = next.filter(|_| is_plain && at > 0) else {
            return false;
        };
        let plain = self.phrases.find(&["plain".to_owned()]);
        let is_own = |item: usize| {
            plain.is_some_and(|plain| plain.options.iter().any(|option| option.item == item))
        };
        let is_called = self
            .phrases
            .find(&["plain".to_owned(), next.clone()])
            .is_some();
        let named = self.phrases.find(&[next]).filter(|_| !is_called);
        named.is_some_and(|named| {
            // A plain burger has nothing on it: that has to be asked about.
            let mut hosts = named.options.iter().map(|option| option.item);
            named.items.is_empty() && !hosts.any(is_own)
        })
    }

    /// "Medium spicy" where heat is told by a choice called Medium.
    fn is_heat(&self, at: usize) -> bool {
        let is_spicy = self
            .words
            .get(at)
            .is_some_and(|word| matches!(word.text.as_str(), "spicy" | "spice" | "heat"));
        let is_level = |word: &str| {
            matches!(word, "mild" | "medium" | "hot")
                && self
                    .phrases
                    .find(&[word.to_owned()])
                    .is_some_and(|names| names.options.iter().any(|option| !option.derived))
        };
        is_spicy
            && self.word_before(at).is_some_and(is_level)
            && self.gap_before(at).trim().is_empty()
    }

    /// "A bottle of water" where the menu has Bottled Water.
    fn bottled(&self, at: usize) -> Option<String> {
        let [bottle, of, what] = self.words.get(at..at + 3)? else {
            return None;
        };
        let is_bottle = stem(&bottle.text) == "bottle" && of.text == "of";
        let name = ["bottled".to_owned(), stem(&what.text)];
        let is_one_of = |stem: &String| {
            let names = self.phrases.find(std::slice::from_ref(stem));
            names.is_some_and(|names| names.items.len() > 1)
        };
        let is_sold = is_bottle && self.phrases.find(&name).is_some();
        (is_sold && name.last().is_some_and(is_one_of)).then(|| name.join(" "))
    }

    /// "My kid wants a coffee": no Kids Cup.
    fn is_child(&self, at: usize) -> bool {
        let is_kid = self
            .words
            .get(at)
            .is_some_and(|word| matches!(word.text.as_str(), "kid" | "kids"));
        let next = self.words.get(at + 1).map_or("", |next| next.text.as_str());
        let wants = [
            "want", "wants", "will", "would", "need", "needs", "gets", "likes", "ll",
        ];
        is_kid
            && matches!(self.word_before(at), Some("my" | "the" | "our"))
            && wants.contains(&next)
    }

    /// Where no size and no dish of the menu is called so.
    fn is_vessel(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at) else {
            return false;
        };
        let vessel = stem(&word.text);
        let is_of = self.words.get(at + 1).is_some_and(|next| next.text == "of");
        let is_sold = || {
            let names = self.phrases.find(std::slice::from_ref(&vessel));
            names.is_some_and(|names| names.is_whole() || names.is_measured)
        };
        VESSELS.contains(&vessel.as_str()) && is_of && !is_sold()
    }
}

fn gap_after<'a>(text: &'a str, words: &[Word], at: usize) -> &'a str {
    let end = words.get(at).map_or(text.len(), |word| word.end);
    let next = words.get(at + 1).map_or(text.len(), |next| next.start);
    text.get(end..next).unwrap_or_default()
}

/// "1. a burger 2. a salad": the numbers that count up from one, each with a dot or a bracket.
fn numbers_of_list(text: &str, words: &[Word]) -> Vec<usize> {
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
