//! Words of dishes' names that are no dish where they stand: "greek" of "greek pizza" where there is a Greek Salad,
//! "salsa" of Chips & Salsa.
//!
//! Invariant: nothing is ordered here; such words are reported.

use super::super::draft::Choice;
use super::super::lines::is_meal;
use super::super::option;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::stems::stem;
use super::Reader;
use crate::menu::text::words;

impl<'a> Reader<'a> {
    /// "Mushroom pizza" where there is a mushroom calzone and no such pizza; "greek pizza" where there is a
    /// Greek Salad.
    pub(super) fn is_other_kind(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let Some(next) = rest.first().filter(|next| !self.ends_phrase(next.start)) else {
            return false;
        };
        let kind = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let kind = kind.concat();
        let items = match names.items.is_empty() {
            true => &names.within,
            false => &names.items,
        };
        let is_size = matches!(next.kind, Kind::Names(next) if next.is_size);
        let is_known = !matches!(next.kind, Kind::Unknown);
        // What the menu knows is another dish only where each is called another kind itself.
        let is_other = |item: &usize| {
            let may_be = is_known && self.may_be(*item, &kind);
            !self.ends_with(*item, &kind) && !may_be
        };
        self.phrases.is_kind(&kind)
            && (names.is_part || names.items.is_empty())
            && !items.is_empty()
            && !is_size
            && items.iter().all(is_other)
    }

    /// Whether an item is not called another kind than this, or the menu says somewhere that it is one.
    fn may_be(&self, item: usize, kind: &str) -> bool {
        let last = self.phrases.name_of(item).last();
        let described = self.items.get(item);
        let described = described.and_then(|item| item.description.as_deref());
        let mut described = words(described.unwrap_or_default()).into_iter();
        last.is_none_or(|last| !self.phrases.is_kind(last))
            || self.has_word(item, kind)
            || self.is_listed_as(item, kind)
            || described.any(|word| stem(&word.text) == kind)
    }

    /// "Box of biscuits", "chicken on a biscuit": a kind's word is its plain dish only where a wish begins.
    pub(super) fn is_word_of_other_dish(
        &self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_plain = |item: &usize| {
            let item = self.items.get(*item);
            let mut called = item.into_iter().flat_map(|item| &item.aliases);
            called.any(|name| name.to_lowercase().starts_with("plain "))
        };
        if !matches!(names.items.as_slice(), [item] if is_plain(item)) {
            return false;
        }
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_kind = matches!(said.as_slice(), [word] if self.phrases.is_kind(word));
        let has_all = |item: &usize| {
            let takes = |(options, _): &(&Names, Choice)| {
                super::option_of(&options.options, *item).is_some()
            };
            self.pending.options.iter().all(takes)
        };
        let begins = match self.pending.start {
            Some(_) => names.items.iter().any(has_all),
            None => self.listed || segment.start == 0 || !self.after_name,
        };
        let is_led = self.with || self.onto || self.verb.is_some();
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let leads =
            matches!(next.map(|next| next.kind), Some(Kind::Names(next)) if !next.items.is_empty());
        is_kind
            && self.lines.accepting(&names.options).is_none()
            && (is_led || leads || !begins || self.before == "of")
    }

    /// "Burger plain" where there are no burgers: no plain pizza.
    pub(super) fn is_plain_unknown(
        &self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        if self.lines.accepting(&names.options).is_some() {
            return false;
        }
        let said = self.said_of(segment).to_lowercase();
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let leads = matches!(next.map(|next| next.kind), Some(Kind::Unknown));
        let gap = |end: usize| self.text.get(end..segment.start).unwrap_or_default();
        let last = self.out.not_understood.last();
        let follows = last.is_some_and(|last| matches!(gap(last.span.end).trim(), "" | ","));
        said == "plain" && (leads || follows)
    }

    /// "Salsa" of Chips & Salsa, by itself: no dish. A cup of it may be, where that is a size.
    pub(super) fn is_second_of_two(&self, names: &Names, segment: &Segment<'_>) -> bool {
        let is_bare = names.is_part && names.options.is_empty() && self.pending.options.is_empty();
        if !is_bare || self.lines.find(&names.items).is_some() {
            return false;
        }
        let Some(item) = self.one_of(names.items.clone()) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let called = self.items.get(item).map(|item| item.name.as_str());
        // A sandwich is no Soup & Half Sandwich Combo.
        let is_meal = self.items.get(item).is_some_and(is_meal);
        matches!(said.as_slice(), [word] if (is_meal || !self.phrases.is_kind(word))
            && called.is_some_and(|name| self.is_second_part(name, word)))
    }

    /// Whether a word is the last of the second of two that a dish is of.
    pub(super) fn is_second_part(&self, name: &str, word: &str) -> bool {
        let bare = name.split('(').next().unwrap_or_default();
        let name = option::key(&bare.replace('&', " and "));
        let name = [" combo", " meal"]
            .iter()
            .find_map(|meal| name.strip_suffix(meal))
            .unwrap_or(&name);
        let head = name.split_once(" and ");
        let head = head.and_then(|(_, second)| second.rsplit(' ').next());
        head.is_some_and(|head| self.phrases.stems_of(head).concat() == word)
    }

    /// "… on a bagel", "… with barbacoa": right after these no dish begins, but for what goes beside one
    /// by its own name.
    pub(super) fn is_no_dish_here(&self, names: &Names, segment: &Segment<'_>) -> bool {
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let is_on = [" on a", " on an"].iter().any(|on| before.ends_with(on));
        let is_with = before.ends_with(" with") && names.is_part && !self.is_head(names);
        let takes = self.lines.accepting(&names.options).is_some();
        let fits = |line: usize| {
            names
                .items
                .iter()
                .any(|item| self.lines.recent_fits(line, *item))
        };
        (is_on || is_with)
            && !names.items.is_empty()
            && !takes
            && self.pending.options.is_empty()
            && self.lines.last().is_some_and(|(line, _)| !fits(line))
    }

    /// Whether the words are the last of the items' names: "fries" of French Fries.
    fn is_head(&self, names: &Names) -> bool {
        let said = self.said_last.as_deref().unwrap_or_default();
        let last = said.split(' ').next_back();
        let of = |item: &usize| self.phrases.name_of(*item).last().map(String::as_str);
        names.items.iter().any(|item| of(item) == last)
    }

    /// "Can you put the sauce on the side": of what was ordered, and no cup of it.
    pub(super) fn is_put_aside(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let next = rest.first().map(|next| self.said_of(next));
        let is_aside = next.is_some_and(|next| next.eq_ignore_ascii_case("on the side"));
        is_aside && names.is_part && self.before.ends_with("the") && !self.lines.is_empty()
    }
}
