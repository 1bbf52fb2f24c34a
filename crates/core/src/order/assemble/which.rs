//! Which of several dishes is meant, and what becomes of words while that has to be asked.
//!
//! Invariant: of several none is taken by guess. Either all but one are ruled out by what waits or was said, or
//! all are offered, and what is said of the one that is asked about is no other's.

use super::super::draft::{Choice, named};
use super::super::lines::{is_for_children, is_meal};
use super::super::option::{is_dressed, is_side};
use super::super::phrases::Names;
use super::super::segment::Segment;
use super::Reader;
use super::meant::option_of;
use olympus_proto::{AmbiguousItem, MenuItem, Span};

/// What a coffee is called that has to be asked for.
#[rustfmt::skip]
const OTHER_COFFEES: [&str; 10] =
    ["iced", "ice", "cold", "frozen", "blended", "box", "bag", "irish", "decaf", "cake"];

impl<'a> Reader<'a> {
    /// The one of the items of a name: by what waits, by how many pieces, by the kind that was told.
    pub(super) fn meant_of(&self, items: &[usize]) -> Option<usize> {
        let pieces = self.pending.pieces.map(|(count, _)| count);
        let pieces = pieces.or(self.pending.number);
        self.choose(items)
            .or_else(|| pieces.and_then(|count| self.sold_by(items, count)))
            .or_else(|| self.of_kind(items))
            .or_else(|| self.one_of(items.to_vec()))
            .or_else(|| self.called_in_size(items))
    }

    /// "A large cheese" of Cheese Pizza and Ham & Cheese Sub: the one that is called so and has that size.
    fn called_in_size(&self, items: &[usize]) -> Option<usize> {
        let waiting = &self.pending.options;
        let said = self.said_last.as_deref().unwrap_or_default().to_owned();
        let is_sized = waiting.iter().any(|(names, _)| names.is_size);
        let mut called = items.iter().copied().filter(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, *item).is_some();
            is_sized
                && waiting.iter().all(has)
                && self.is_kind_of(*item, std::slice::from_ref(&said))
        });
        called.next().filter(|_| called.next().is_none())
    }

    /// The one item that is meant: where several share the name, the one that takes the options
    /// that wait.
    pub(super) fn choose(&self, items: &[usize]) -> Option<usize> {
        if let [item] = items {
            return Some(*item);
        }
        let waiting = &self.pending.options;
        let fitting = items.iter().copied().filter(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, *item).is_some();
            !waiting.is_empty() && waiting.iter().all(has)
        });
        self.one_of(fitting.collect())
    }

    /// The one of several items; of a dish and meals with it the dish.
    pub(super) fn one_of(&self, mut items: Vec<usize>) -> Option<usize> {
        if items.len() > 1 {
            // "Nuggets" are Chicken Nuggets and no Kid's Nugget Meal.
            let is_dish = |item: &MenuItem| !is_meal(item) && !is_for_children(item);
            items.retain(|item| self.items.get(*item).is_some_and(is_dish));
        }
        self.prefer_heads(&mut items);
        // "A can of soda" is no two liters.
        let listed = |item: &usize| self.items.get(*item).map(|item| &item.category);
        let first = items.first().and_then(listed);
        if items.len() > 1 && items.iter().all(|item| listed(item) == first) {
            self.leave_bulk(&mut items);
        }
        // "Fries" are the French ones, where others are loaded.
        if items.len() > 1 && self.said_last.as_deref() == Some("frie") {
            let is_french = |item: &usize| {
                self.phrases
                    .name_of(*item)
                    .iter()
                    .any(|word| word == "french")
            };
            let french: Vec<usize> = items.iter().copied().filter(is_french).collect();
            if !french.is_empty() {
                items = french;
            }
        }
        // "Tots" are those with nothing on them.
        if items.len() > 1 && self.said_last.as_deref().is_some_and(is_side) {
            let is_plain = |item: &usize| !is_dressed(self.phrases.name_of(*item));
            let plain: Vec<usize> = items.iter().copied().filter(is_plain).collect();
            if !plain.is_empty() {
                items = plain;
            }
        }
        // A coffee is hot, where others are iced, or a box of it.
        if items.len() > 1 && self.said_last.as_deref() == Some("coffee") {
            let is_other = |word: &String| OTHER_COFFEES.contains(&word.as_str());
            let is_hot = |item: &usize| !self.phrases.name_of(*item).iter().any(is_other);
            let hot: Vec<usize> = items.iter().copied().filter(is_hot).collect();
            if !hot.is_empty() {
                items = hot;
            }
        }
        match items.as_slice() {
            [item] => Some(*item),
            _ => None,
        }
    }

    /// Of a Cheeseburger and a Burger Basket the burger is the one, and of Nachos Grande and Chips & Nacho Cheese the
    /// nachos.
    fn prefer_heads(&self, items: &mut Vec<usize>) {
        let said = self.said_last.as_deref();
        let Some(said) = said.filter(|said| items.len() > 1 && !said.contains(' ')) else {
            return;
        };
        let is_head = |item: &usize| {
            let last = self.phrases.name_of(*item).last();
            last.is_some_and(|last| last.ends_with(said))
        };
        if items.iter().any(is_head) {
            items.retain(is_head);
        } else if items.iter().any(|item| self.begins_with_many(*item, said)) {
            items.retain(|item| self.begins_with_many(*item, said));
        }
    }

    /// Whether a name begins with a word in its plural: Nachos Grande.
    pub(super) fn begins_with_many(&self, item: usize, stem: &str) -> bool {
        let name = self.items.get(item).map_or("", |item| item.name.as_str());
        let first = name
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let own = self.phrases.name_of(item).first();
        first.ends_with('s') && first.len() > stem.len() && own.is_some_and(|own| own == stem)
    }

    /// Which of several is meant is not clear.
    pub(super) fn ask_which(&mut self, items: &[usize], span: Span) {
        self.out.ambiguous.push(AmbiguousItem {
            text: self.said(span),
            span,
            candidates: self.ids(items),
        });
        self.held = std::mem::take(&mut self.pending);
        self.asked = items.to_vec();
        self.run = Some((items.to_vec(), false));
    }

    /// "Breakfast wrap add avocado" where there are three such wraps: of whichever it is, and no avocado
    /// toast. `true` where it was said of what has to be asked.
    pub(super) fn is_of_asked(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        if self.is_without_word(segment) {
            return true;
        }
        if self.tells_asked(names, segment) {
            return false;
        }
        // "Tagliatelle ragu" tells which.
        let mut called = names.items.iter().chain(&names.within);
        let tells = called.any(|item| self.asked.contains(item));
        let leads = tells || names.is_size || self.next_item(names, rest).is_some();
        let is_exact = leads || (!names.items.is_empty() && !names.is_part);
        let takes = |item: &usize| option_of(&names.options, *item).is_some();
        let is_new = self.is_opened() && self.pending.start.is_some();
        let told = self.told_of_open_kind();
        let is_led = self.adds || self.after_name || (self.with && !told.is_empty());
        let is_of = self.asked.iter().any(takes) || told.iter().any(takes);
        if is_exact || is_new || !is_led || self.verb.is_some() || !is_of {
            return false;
        }
        self.not_understood(segment.start, segment.end);
        self.negation_used |= self.negated;
        true
    }

    /// The dishes of a kind of which none was told yet: "ten wings, mild, with ranch".
    fn told_of_open_kind(&self) -> Vec<usize> {
        let kind = self.kind.as_ref();
        let Some(kind) = kind.filter(|kind| kind.made.is_none() && kind.is_new) else {
            return Vec::new();
        };
        let all = 0..self.items.len();
        all.filter(|item| self.is_of_kind(*item, &kind.word))
            .collect()
    }

    /// Whether the items that are asked about are what was asked last.
    fn is_asked_last(&self) -> bool {
        let asked = self.ids(&self.asked);
        let last = self.out.ambiguous.last();
        last.is_some_and(|last| last.candidates == asked)
    }

    /// "A haddock, no chips" of Haddock and of Haddock & Chips: the one that has no such word in its name.
    pub(super) fn is_without_word(&mut self, segment: &Segment<'_>) -> bool {
        let is_last = self.is_asked_last();
        if !self.negated || self.negation_used || !is_last || self.asked.len() < 2 {
            return false;
        }
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let has = |item: &usize| said.iter().all(|word| self.has_word(*item, word));
        let (with, without): (Vec<usize>, Vec<usize>) = self.asked.iter().copied().partition(has);
        let ([item], false) = (without.as_slice(), with.is_empty()) else {
            return false;
        };
        let Some(asked) = self.out.ambiguous.pop() else {
            return false;
        };
        self.pending = std::mem::take(&mut self.held);
        self.place_item(*item, asked.span);
        self.negation_used = true;
        true
    }

    /// "A philly with provolone" of a sub and a pizza: the one that can have it.
    fn tells_asked(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let takes = |item: &&usize| option_of(&names.options, **item).is_some();
        // "Tenders, five piece"
        let is_portion = names.is_size && self.after_name;
        let is_led = self.with || self.adds || is_portion || self.after_name;
        let is_led = is_led && !self.negated && self.verb.is_none();
        // Brisket is what a Beef Pho is chosen with, and lies on the Special Pho anyway.
        let must = |item: &&usize| {
            let group = option_of(&names.options, **item).and_then(|at| named(self.items, at));
            group.is_some_and(|(group, _)| group.min > 0)
        };
        let only = |mut of: Vec<usize>| of.pop().filter(|_| of.is_empty());
        let fitting = self.asked.iter().filter(takes);
        let fitting_must = fitting.clone().filter(must).copied().collect();
        let by_must = || only(fitting_must).filter(|_| !names.is_size);
        let Some(item) = only(fitting.copied().collect()).or_else(by_must) else {
            return false;
        };
        let is_last = self.is_asked_last();
        if !is_led || !is_last || self.asked.len() < 2 || !names.items.is_empty() {
            return false;
        }
        let Some(asked) = self.out.ambiguous.pop() else {
            return false;
        };
        self.pending = std::mem::take(&mut self.held);
        let end = asked.span.end.min(segment.start);
        self.place_item(
            item,
            Span {
                start: asked.span.start,
                end,
            },
        );
        true
    }

    pub(super) fn ids(&self, items: &[usize]) -> Vec<olympus_proto::ItemId> {
        let items = items.iter().filter_map(|item| self.items.get(*item));
        items.map(|item| item.id.clone()).collect()
    }

    /// "Chicken sandwich, the crispy one": of those that the name before could mean.
    pub(super) fn tells_which(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let Some((items, false)) = &self.run else {
            return false;
        };
        let meant = names.items.iter().chain(&names.within);
        let mut meant: Vec<usize> = meant.copied().filter(|item| items.contains(item)).collect();
        meant.dedup();
        let ([item], false) = (meant.as_slice(), self.negated) else {
            return false;
        };
        let span = segment.span();
        self.item(&[*item], span);
        let is_one = |next: &&Segment<'_>| self.said_of(next).eq_ignore_ascii_case("one");
        self.skip = rest.first().filter(is_one).map(|next| next.start);
        true
    }

    /// Of several items the one of the kind that was told.
    pub(super) fn of_kind(&self, items: &[usize]) -> Option<usize> {
        let kind = self.kind.as_ref()?;
        let mut of_kind = items
            .iter()
            .filter(|item| self.is_of_kind(**item, &kind.word));
        of_kind.next().copied().filter(|_| of_kind.next().is_none())
    }
}
