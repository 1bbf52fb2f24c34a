//! What each word of an utterance is read as, before words are cut into phrases: prices and numbers of a
//! list say nothing, "a 4" is the dish of that number where the menu numbers its dishes.
//!
//! Invariant: each word gives one reading, which may be several stems; all else is read as it stands.

mod doubled;
mod halves;
mod numbers;
mod silent;
mod turned;

use super::assemble::option_of;
use super::phrases::{NUMBER, Names, Phrases};
use super::stems::stem;
use crate::menu::text::Word;
use numbers::numbers_of_list;

/// A stem that says nothing about an order.
const SILENT: &str = "please";
/// The size that a big one is.
const LARGE: &str = "large";
/// A phrase that begins a wish of its own, read like one word.
const WISH: &str = "i want";
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
    let are_next = |at: usize| gap_after(text, words, at).trim().is_empty();
    turned::put_back(&mut stems, phrases, are_next);
    halves::put_after(&mut stems, phrases);
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
        let is_half = |back: usize| {
            at.checked_sub(back)
                .and_then(|at| stems.get(at))
                .is_some_and(|stem| stem == "half")
        };
        // "Half a dozen glazed donuts" are six.
        if is_half(1) || is_half(2) {
            continue;
        }
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
        let read = self.number_at(at).or_else(|| self.doubled(at));
        let read = read.or_else(|| self.bottled(at));
        let read = read.or_else(|| self.is_ice_of(at).then(|| "iced".to_owned()));
        let read = read.or_else(|| self.is_numero(at).then(|| NUMBER.to_owned()));
        let read = read.or_else(|| self.undone(at));
        let read = read.or_else(|| self.is_big(at).then(|| LARGE.to_owned()));
        let read = read.or_else(|| self.is_silent(at).then(|| SILENT.to_owned()));
        read.unwrap_or_else(|| self.phrases.meant(&word.text))
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
}

fn gap_after<'a>(text: &'a str, words: &[Word], at: usize) -> &'a str {
    let end = words.get(at).map_or(text.len(), |word| word.end);
    let next = words.get(at + 1).map_or(text.len(), |next| next.start);
    text.get(end..next).unwrap_or_default()
}
