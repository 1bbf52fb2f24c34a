//! A name of the menu: a line of its own, a choice of one, or what becomes of one that is there.

use super::super::draft::{Choice, must_be_one, named};
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Pending, Reader, Verb};
use olympus_proto::Span;

impl<'a> Reader<'a> {
    pub(super) fn names(&mut self, names: &'a Names, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let span = segment.span();
        if self.ends_sentence(segment.start) && !self.towards {
            self.lines.forget_recent();
        }
        // "The club, egg over hard": the egg of the club.
        if self.leads_to_egg(segment, rest) {
            self.pending = Pending::default();
            return;
        }
        if let Some(line) = self.by_ending(names, span) {
            self.move_to(line);
            return;
        }
        if self.is_the_one(segment, rest)
            || self.is_plain_elsewhere(names, segment, rest)
            || self.is_of_placed(names, segment)
            || self.is_on_half(names, segment)
            || self.is_half_of_each(segment, rest)
            || self.names_open_group(names, segment)
            || self.is_instead_of_ordered(names, segment, rest)
            || self.is_other_of_kind(Some(names), segment)
            || self.is_group_left_out(Some(names), segment)
            || self.is_part_of_meal(segment, rest)
            || self.is_kind_of_last(names, segment)
            || self.is_named_by_kind(names, segment, rest)
            || self.is_manner_of_last(names, segment)
            || self.is_drink_called_off(names)
            || self.is_fine_after_all(names, rest)
            || self.by_choice(names, segment, rest)
            || self.should_be_other(names, segment, rest)
            || self.is_called_off(names, rest)
            || self.is_of_those(names, segment)
            || self.is_kind_with(Some(names), segment, rest)
            || self.says_kind(names, segment, rest)
            || self.is_one_of_kind(names, segment, rest)
            || self.is_heading_of_next(Some(names), segment, rest)
            || self.is_word_of_choice(names, segment)
            || self.is_left_out_as_told(Some(names), segment)
            || self.is_named_with_next(names, segment, rest)
            || self.tells_which(names, segment, rest)
            || self.is_named_again(names, segment, rest)
            || self.is_word_of_must(Some(names), segment)
            || self.is_of_asked(names, segment, rest)
        {
            return;
        }
        if let Some(choices) = self.choices_in(names, span) {
            for (names, segment) in choices {
                self.names(names, &segment, rest);
                (self.after_name, self.joined) = (true, self.negated);
            }
            return;
        }
        if self.carries_negation(names, segment, rest)
            || self.is_chosen_to_lack(Some(names), segment)
        {
            return;
        }
        self.said_last = Some(
            self.phrases
                .stems_of(&self.said_of(segment).to_lowercase())
                .join(" "),
        );
        self.told_after(names, rest);
        let goes_on = std::mem::take(&mut self.joined);
        self.listed = goes_on || self.ends_phrase(segment.start);
        self.settle_before_next(names, span, rest);
        if self.is_left_aside(names, segment, rest, goes_on)
            || self.obeys_verb(names, span, rest, goes_on)
        {
            return;
        }
        // "A chicken bowl", where a bowl is also something that a salad comes in.
        if names.items.is_empty() && self.lines.accepting(&names.options).is_none() {
            let word = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
            let word = word.concat();
            if self.phrases.is_kind(&word) && self.is_kind_with_choices(&word, segment) {
                return;
            }
        }
        self.places(names, span, rest);
    }

    /// Whether what was said of the names before holds for this one too: "no lettuce, tomato". Says
    /// whether nothing is left to be done.
    fn carries_negation(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'a>],
    ) -> bool {
        self.joined |= self
            .text
            .get(..segment.start)
            .is_some_and(|said| said.ends_with('/') || said.trim_end().ends_with('&'));
        // "Slaw instead of fries and ranch": the ranch is wanted.
        self.negated_list &= !self.ends_sentence(segment.start);
        let is_listed = self.negated_list || self.is_listed(names, rest);
        // "No lettuce, mayo too"
        let next = rest.first().map(|next| self.said_of(next).to_lowercase());
        let is_too = matches!(next.as_deref(), Some("too" | "also" | "as well" | "either"));
        // "Not onion or mayo"
        let is_or = matches!(self.before.as_str(), "or" | "nor");
        let is_listed = is_listed || (self.negation_used && self.is_list_on_it(names, rest));
        let goes_on = is_too || ((!self.contrast || is_or) && (self.joined || is_listed));
        let is_wished = self.negation_used && self.is_wished_after(segment, rest);
        // "No olives, dressing on the side"
        let is_aside = next.as_deref() == Some("on the side") && self.negation_used;
        let goes_on = goes_on && !is_wished && !is_aside && !self.is_wanted_too(names, segment);
        self.negated &= !self.negation_used || goes_on;
        let is_size = names.is_size;
        if is_size && self.is_set_against() && names.items.is_empty() {
            // "Not regular milk" is one thing.
            self.negation_used = !matches!(rest.first().map(|next| next.kind),
                Some(Kind::Names(next)) if self.lines.last_has_other(&next.options));
            return true;
        }
        // "But no large fries": of what is not wanted.
        let is_open = self.negated && !self.negation_used && !self.negation_missed;
        if is_size && is_open && self.is_denying() && self.next_item(names, rest).is_some() {
            return true;
        }
        // "no ice and a small fries", "no ice and small fries": a size is never left out.
        self.negated &= !is_size;
        false
    }

    /// What is a word of the dish that is open, no dish of this menu, or of another kind.
    fn is_left_aside(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'a>],
        goes_on: bool,
    ) -> bool {
        // "Flautas, no lettuce, and flautas with cheese": another one.
        let last = self.lines.last_item();
        let is_last = last.is_some_and(|last| names.items.contains(&last));
        if self.negation_used && goes_on && is_last && !self.lines.is_bare() {
            self.negated = false;
        }
        if self.negated && self.is_last_dish(segment) {
            if let Some((line, _)) = self.lines.last() {
                self.take_off(line);
            }
            (self.negation_used, self.dropped) = (true, true);
            return true;
        }
        if self.negated && self.is_within_last(names, segment) {
            self.negation_used = true;
            self.not_understood(segment.start, segment.end);
            return true;
        }
        let is_other_kind = self.is_other_kind(names, rest);
        if is_other_kind && names.options.is_empty() {
            self.not_understood(segment.start, segment.end);
            return true;
        }
        let is_second = self.is_second_of_two(names, segment);
        if is_second
            || self.is_plain_unknown(names, segment, rest)
            || self.is_put_aside(names, rest)
            || self.is_word_of_other_dish(names, segment, rest)
        {
            // "Two eggs over easy" are no two of Sirloin & Eggs.
            if is_second {
                self.pending = Pending::default();
            }
            self.negation_missed |= self.negated;
            self.not_understood(segment.start, segment.end);
            return true;
        }
        if self.is_no_dish_here(names, segment) {
            self.not_understood(segment.start, segment.end);
            self.pending = Pending::default();
            return true;
        }
        false
    }

    /// "Crab rangoon. Hmm, skip the rangoon": the last word of the name of one thing.
    fn is_last_dish(&self, segment: &Segment<'_>) -> bool {
        let Some(last) = self.lines.last_item() else {
            return false;
        };
        let name = self.phrases.name_of(last);
        let is_of_parts = name
            .iter()
            .any(|word| matches!(word.as_str(), "and" | "with" | "w"));
        let printed = self.items.get(last).map_or("", |item| item.name.as_str());
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_head = name.len() > 1 && said.len() == 1 && said.first() == name.last();
        // Only as an afterthought: "lox bagel, skip the bagel" is a lox without one.
        let until = self.text.get(..segment.start).unwrap_or_default();
        let until = until.to_lowercase();
        let until = until.trim_end().strip_suffix(self.before.as_str());
        let until = until.unwrap_or_default().trim_end_matches([' ', ',']);
        let is_afterthought = ["hmm", "actually", "wait", "oh", ".", "!", "?"]
            .iter()
            .any(|ending| until.ends_with(ending));
        let is_one = !is_of_parts && !printed.contains('&');
        is_head && is_afterthought && is_one && self.before.ends_with(" the")
    }

    /// The egg of which the next words tell how it is done.
    fn leads_to_egg(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_egg = matches!(said.as_slice(), [word] if word == "egg");
        let asks = self.with || self.adds || self.onto || self.verb.is_some();
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let takes = matches!(next.map(|next| next.kind),
            Some(Kind::Names(next)) if self.lines.last_takes(&next.options).is_some());
        let is_open = self.negated && !self.negation_used;
        let is_counted = self.pending.options.is_empty();
        is_egg && takes && is_counted && !is_open && !asks
    }

    /// What is to be taken off, exchanged or cut.
    fn obeys_verb(
        &mut self,
        names: &'a Names,
        span: Span,
        rest: &[Segment<'a>],
        goes_on: bool,
    ) -> bool {
        // "Cancel the pizza" where nothing was ordered.
        if self.verb == Some(Verb::Drop) && self.lines.is_empty() && (!self.dropped || goes_on) {
            self.dropped = true;
            return true;
        }
        if self.takes_some_off(names, rest) {
            return true;
        }
        if self.verb == Some(Verb::Drop) {
            // "Forget the latte, just the waters": only a list goes on.
            if self.dropped && !goes_on {
                (self.verb, self.dropped) = (None, false);
                if self.is_single() && self.pending.start.is_none() && self.ordered(names).is_some()
                {
                    return true;
                }
            } else if self.drop_named(names) {
                self.dropped = true;
                return true;
            } else if names.options.is_empty() {
                // What is not on the order needs not be taken off.
                self.verb = None;
                return true;
            }
        }
        let called = || {
            let said = self.said(span).to_lowercase();
            self.lines.called(&self.phrases.stems_of(&said))
        };
        let is_dish = !names.items.is_empty() || !names.within.is_empty();
        if self.verb == Some(Verb::Change)
            && let Some(line) = self.ordered(names).or_else(|| called().filter(|_| is_dish))
        {
            self.verb = Some(Verb::Put(line));
            return true;
        }
        if let Some(line) = self.is_sort_of_line(names, rest) {
            self.verb = Some(Verb::Put(line));
            return true;
        }
        if self.verb == Some(Verb::Change) && self.is_exchanged_unordered(names, rest) {
            self.verb = None;
            return true;
        }
        if (self.verb == Some(Verb::Change) || self.exchanged) && self.exchange(names, span, rest) {
            return true;
        }
        // "Cut the mayo"
        let is_to = matches!(rest.first().map(|next| next.kind), Some(Kind::Cue(Cue::To)));
        if self.verb == Some(Verb::Change) && self.cuts && !is_to && !names.options.is_empty() {
            (self.verb, self.negated, self.negation_used) = (None, true, false);
        }
        false
    }

    /// "A large coke and fries": what waits is a dish of its own, which cannot have what comes.
    fn settle_before_next(&mut self, names: &Names, span: Span, rest: &[Segment<'_>]) {
        if self.negated || self.verb.is_some() {
            return;
        }
        // "The plaice with chips and the salmon"
        let is_wished = self.is_wished_for(span) && !names.is_size;
        if is_wished
            && self
                .implied()
                .is_some_and(|item| self.has_other_waiting(item, names))
        {
            self.settle();
            return;
        }
        let is_sized = self.pending.options.iter().any(|(names, _)| names.is_size);
        let is_told = is_sized && self.pending.options.len() > 1;
        // "Large coke small sprite"
        let is_next_size = is_told && names.is_size;
        // "Large coke bottled water"
        let is_next_dish = is_told && !names.is_part && !self.takes_all_waiting(names);
        let may_be_next = is_next_size || is_next_dish || (is_told && names.items.is_empty());
        if !self.listed && !may_be_next {
            return;
        }
        let Some(item) = self.implied() else {
            return;
        };
        // "Large sprite coke"
        let is_next_sort = may_be_next
            && self.has_other_waiting(item, names)
            && self.next_item(names, rest).is_none();
        if !(self.listed || is_next_size || is_next_dish || is_next_sort) {
            return;
        }
        let is_called = !names.items.is_empty() || !names.within.is_empty();
        let is_other = is_called && super::option_of(&names.options, item).is_none();
        // "A coke, sprite and a lemonade"; a vanilla and chocolate shake is one.
        let is_second = self.drink_of(&names.options) == Some(item)
            && !self.pending.options.is_empty()
            && !names.is_size
            && self.next_item(names, rest).is_none();
        // "1 kombucha; blueberry muffin"
        let takes =
            |(names, _): &(&Names, Choice)| super::option_of(&names.options, item).is_some();
        let is_of_next = self.pending.options.iter().all(takes)
            && super::option_of(&names.options, item).is_none()
            && self.next_item(names, rest).is_some_and(|next| next != item);
        if (names.is_size && is_sized) || is_other || is_second || is_next_sort || is_of_next {
            self.listed |= is_next_sort;
            self.settle();
        }
    }

    /// Whether a dish of that name can have all that waits.
    fn takes_all_waiting(&self, names: &Names) -> bool {
        let takes = |item: &usize| {
            let has = |(waiting, _): &(&Names, Choice)| {
                super::option_of(&waiting.options, *item).is_some()
            };
            self.pending.options.iter().all(has)
        };
        let mut called = names.items.iter().chain(&names.within);
        called.any(takes)
    }

    /// Whether what waits for a dish has another of that of which there is only one.
    fn has_other_waiting(&self, item: usize, names: &Names) -> bool {
        let at = super::option_of(&names.options, item);
        let group = at.and_then(|at| named(self.items, at).map(|(group, _)| (at, group)));
        let Some((at, _)) = group.filter(|(_, group)| must_be_one(group)) else {
            return false;
        };
        let is_other = |(other, _): &(&Names, Choice)| {
            super::option_of(&other.options, item)
                .is_some_and(|other| other.group == at.group && other.option != at.option)
        };
        self.pending.options.iter().any(is_other)
    }

    /// A line or a choice.
    fn places(&mut self, names: &'a Names, span: Span, rest: &[Segment<'a>]) {
        if self.is_of_meal(names) {
            self.settle_options();
            self.pending = Pending::default();
        }
        if names.options.is_empty() || (!names.items.is_empty() && self.is_item(names, rest)) {
            match self.sized_in_parts(names, span) {
                Some((item, choice)) => self.place_with(item, choice, Choice::added(span)),
                None => self.item(&names.items, span),
            }
        } else if !self.is_other_kind(names, rest) && self.is_part_of_name(names, rest) {
            self.item(&names.within, span);
        } else {
            self.option(names, span, rest);
            self.run = None;
        }
        (self.with, self.adds, self.keep, self.neither) = (false, false, false, false);
        if self.pending.start.is_none() {
            (self.towards, self.onto) = (false, false);
        }
    }
}
