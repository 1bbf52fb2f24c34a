//! Dishes that were named as many or as two, each as it is told: "floats one large one small".

use super::super::draft::{Choice, Draft};
use super::super::segment::{Kind, Segment};
use super::{Pending, Reader, option_of};

impl<'a> Reader<'a> {
    /// "Root beer floats one large one small": of a dish that was named as many, each as it is told. `true` where the
    /// number is of one of them.
    pub(super) fn tells_each(
        &mut self,
        number: u32,
        segment: &Segment<'_>,
        rest: &[Segment<'a>],
    ) -> bool {
        let waits = self.pending.start.is_some() || !self.pending.options.is_empty();
        let waits = waits || self.shared.is_some();
        let Some(item) = self.lines.last_item().filter(|_| !waits) else {
            return false;
        };
        let next = rest.iter().find_map(|next| match next.kind {
            Kind::Names(names) => Some(names),
            _ => None,
        });
        // "Root beer floats" are told by their size.
        let is_free = next.is_some_and(|names| !self.lines.last_has_other(&names.options));
        // "Shakes two large one oreo one vanilla" are two.
        let is_of_those = is_free && self.lines.last().is_some_and(|(_, of)| of > number);
        let goes_on = self.each_told == Some(item) && !is_of_those;
        let is_many = self.after_name && is_free && self.lines.last_is_many(self.text);
        if self.verb.is_some() || self.negated || self.kind.is_some() || !(goes_on || is_many) {
            return false;
        }
        if !self.says_how_it_differs(number, rest) || !self.is_all_of_last(rest) {
            return false;
        }
        if goes_on {
            let span = segment.span();
            let before = self.lines.last().map(|(line, _)| line);
            self.pending.number = Some(number);
            self.place_item(item, span);
            if let Some(before) = before {
                self.lines.take_sort_of(before);
            }
        } else {
            self.lines.set_quantity(number);
        }
        self.each_told = Some(item);
        self.lines.forget_recent();
        (self.all, self.place, self.joined) = (None, None, false);
        true
    }

    /// Whether the names that come next are all choices of the last line: "large oreo" of a shake, and no coke.
    pub(super) fn is_all_of_last(&self, rest: &[Segment<'_>]) -> bool {
        let mut named = rest.iter().map_while(|next| match next.kind {
            Kind::Names(names) => Some(names),
            _ => None,
        });
        named.all(|names| self.lines.last_takes(&names.options).is_some())
    }

    /// "A large one and a small one" of two that are told apart: the one is what they are.
    pub(super) fn stands_for_one(&self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let is_told = self.shared.is_some() || self.each_told.is_some() || self.lines.was_parted();
        let waits = self.pending.start.is_some() || self.verb.is_some();
        let is_next = self.after_name && !self.ends_phrase(segment.start);
        let said = self.said_of(segment);
        if !is_told || waits || !is_next || !said.eq_ignore_ascii_case("one") {
            return false;
        }
        let before = self.text.get(..segment.start).unwrap_or_default();
        let mut words = before.trim_end().rsplit(' ').skip(1);
        let is_led = words
            .next()
            .is_some_and(|word| matches!(word.to_lowercase().as_str(), "a" | "an" | "the"));
        let is_name = matches!(rest.first().map(|next| next.kind), Some(Kind::Names(_)));
        let is_apart = self.shared.is_some() || self.each_told.is_some();
        !is_name && (is_led || (is_apart && !self.says_how_it_differs(1, rest)))
    }

    /// "A coke and a sprite make those large": of all that were said last and can be had so. Says whether there are
    /// several.
    pub(super) fn changes_several(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let is_of_several = matches!(
            said.as_str(),
            "make them" | "make those" | "make these" | "make em"
        );
        let is_one = match self.implied() {
            Some(_) => self.pending.number.is_none_or(|number| number == 1),
            None => self.lines.last().is_some_and(|(_, quantity)| quantity == 1),
        };
        let Some(Kind::Names(names)) = rest.first().map(|next| next.kind) else {
            return false;
        };
        if !is_of_several || !is_one || !names.items.is_empty() {
            return false;
        }
        self.settle();
        let takes = |line: &usize| self.lines.takes(*line, &names.options);
        let lines = self.lines.all().into_iter().rev();
        let lines: Vec<usize> = lines.take_while(takes).collect();
        if lines.len() < 2 {
            return false;
        }
        self.lines.forget_recent();
        (self.all, self.two, self.place) = (Some(lines), false, None);
        (self.verb, self.negated) = (None, false);
        true
    }

    /// "Three pints of stout, one half of cider": what comes after a size is of no line that is open.
    pub(super) fn is_of_another(&self, rest: &[Segment<'_>]) -> bool {
        let Some((of, after)) = rest.split_first() else {
            return false;
        };
        let is_of = self.said_of(of).eq_ignore_ascii_case("of");
        is_of
            && matches!(after.first().map(|next| next.kind),
                Some(Kind::Names(next)) if self.lines.last_takes(&next.options).is_none())
    }

    /// "Two pitchers one lager one stout": the size of so many that are told next.
    pub(super) fn take_size_of_next(&mut self, number: u32, rest: &[Segment<'a>]) {
        let [(size, choice)] = self.pending.options.as_slice() else {
            return;
        };
        let many = self.pending.number.filter(|many| *many > number);
        let takes = |item: &usize| option_of(&size.options, *item).is_some();
        let is_dish = matches!(rest.first().map(|next| next.kind),
            Some(Kind::Names(next)) if next.items.iter().any(takes));
        if let Some(many) = many.filter(|_| size.is_size && is_dish && self.verb.is_none()) {
            self.each_sized = Some((*size, *choice, many));
            self.pending = Pending::default();
        }
    }

    /// The size of so many, for one of them that no other was said of.
    pub(super) fn size_each(&mut self, draft: &mut Draft, pending: &Pending<'a>) {
        let Some((size, told, left)) = self.each_sized.take() else {
            return;
        };
        // "One tall lager" is one of them all the same.
        let is_sized = pending.options.iter().any(|(names, _)| names.is_size);
        let choice = Choice {
            span: draft.span.unwrap_or(told.span),
            ..told
        };
        if !is_sized && draft.choose(self.items, &size.options, choice).is_none() {
            self.not_understood(told.span.start, told.span.end);
            return;
        }
        let left = left.saturating_sub(draft.quantity);
        self.each_sized = (left > 0).then_some((size, told, left));
    }

    /// The size of some that were never told.
    pub(super) fn report_size_of_each(&mut self) {
        if let Some((_, told, _)) = self.each_sized.take() {
            self.not_understood(told.span.start, told.span.end);
        }
    }
}
