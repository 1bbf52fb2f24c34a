//! Numbers: how many of what follows, of what was said, or which of several.

use super::super::draft::Choice;
use super::super::option;
use super::super::phrases::{NUMBER, Names};
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::super::stems::{is_unit, stem};
use super::{Reader, Verb, option_of};

impl<'a> Reader<'a> {
    /// Whether a number comes next, fillers apart: "two, no, three".
    pub(super) fn begins_number(&self, rest: &[Segment<'_>]) -> bool {
        let next = rest
            .iter()
            .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let waits = self.pending.number.is_some() || !self.lines.is_empty();
        waits && matches!(next.map(|s| s.kind), Some(Kind::Cue(Cue::Number(_))))
    }

    /// "Small, no, large": nobody leaves a size out; nor "over easy, uh no, over medium" what takes the
    /// place of what was said right before.
    pub(super) fn is_other_size(&self, rest: &[Segment<'_>]) -> bool {
        match rest.first().map(|next| next.kind) {
            Some(Kind::Names(names)) if names.items.is_empty() => {
                let said = rest.first().map(|next| self.said_of(next));
                let said = said.map(option::key).unwrap_or_default();
                // "On rye, no onion" where there is also an onion roll.
                let ends = |name: &str| option::key(name).rsplit(' ').next() == Some(&said);
                let last = self.lines.last_item().and_then(|item| self.items.get(item));
                let groups = last.map(|item| item.modifier_groups.iter());
                let meant = groups
                    .into_iter()
                    .flatten()
                    .filter(|group| group.options.iter().any(|option| ends(&option.name)));
                // "With rice no salad" leaves the salad out.
                let is_set_off = rest
                    .first()
                    .is_some_and(|next| self.ends_phrase(next.start))
                    || matches!(
                        self.before.as_str(),
                        "uh" | "um" | "er" | "oh" | "wait" | "sorry" | "actually"
                    );
                let is_other = meant.count() < 2
                    && is_set_off
                    && self.lines.last_has_other(&names.options)
                    && self.lines.is_beside_last_choice(&names.options);
                self.lines.last_takes(&names.options) == Some(true) || is_other
            }
            _ => false,
        }
    }

    pub(super) fn number(&mut self, number: u32, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        if self.negated && !self.negation_used && !self.negation_missed {
            // "not two burritos"
            let is_named = rest
                .first()
                .is_some_and(|s| matches!(s.kind, Kind::Names(_)));
            if number == 1 || (self.is_set_against() && is_named) {
                return;
            }
        } else if number == 1 && self.negated && !self.negation_used && !self.item_comes(rest) {
            return;
        }
        if std::mem::take(&mut self.times) {
            self.lines.set_quantity(number);
            return;
        }
        // "Two short stacks, one with …": the only dish of that size.
        let told = match rest.first().map(|next| next.kind) {
            Some(Kind::Cue(Cue::With | Cue::Not)) => true,
            Some(Kind::Names(names)) => {
                let implied = self.implied();
                names.items.is_empty()
                    && implied.is_some_and(|item| option_of(&names.options, item).is_some())
            }
            // "Two large teas, make one of those unsweet"
            Some(Kind::Cue(Cue::Filler)) => rest.first().is_some_and(|next| {
                let said = self.said_of(next).to_lowercase();
                matches!(said.as_str(), "those" | "these" | "them" | "of")
            }),
            _ => false,
        };
        if told && self.pending.number.is_some_and(|n| n > number) && self.implied().is_some() {
            self.settle();
        }
        self.take_size_of_next(number, rest);
        // "Three three tacos"
        let again = self.said_of(segment).eq_ignore_ascii_case(&self.before);
        if again && self.pending.number == Some(number) && self.pending.options.is_empty() {
            return;
        }
        // "Number four" where the menu has no such dish: no four of anything.
        if self.before == NUMBER {
            self.not_understood(segment.start, segment.end);
            self.lost = true;
            return;
        }
        // "A 16 ounce latte" where no size is of 16 ounces: a measure is no number of lattes.
        if let Some(unit) = rest.first().filter(|next| self.is_measure(next)) {
            self.skip = Some(unit.start);
            self.not_understood(segment.start, unit.end);
            return;
        }
        if self.takes_asked(number, rest) || (number == 1 && self.stands_for_one(segment, rest)) {
            return;
        }
        if self.is_portion_of_asked(number, segment) || self.is_of_pieces(number, segment, rest) {
            return;
        }
        self.run = None;
        if self.counts_before(number, segment, rest) {
            return;
        }
        if self.is_without_that(number, rest)
            || self.is_one_of_those_told(number, rest)
            || self.tells_each(number, segment, rest)
            || self.tell_apart(number, rest)
            || self.share_out(number, rest)
            || self.tell_plain(number, rest)
            || self.more_of_last(number, segment, rest)
            || self.is_as_many_now(number, segment, rest)
        {
            if let Some(kind) = &mut self.kind {
                kind.is_new = false;
            }
            return;
        }
        self.opens(number, segment, rest);
    }

    /// A number of what was said before: how many, how much, or how many less.
    fn counts_before(&mut self, number: u32, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        if self.takes_off_last(number, rest) {
            return true;
        }
        let is_portion = self
            .lines
            .last_item()
            .is_some_and(|last| self.pieces(last, number).is_some());
        let is_sizes = self.counts_sizes(rest);
        if (self.is_tally_after(segment, rest) && !is_portion) || is_sizes {
            self.lines.set_quantity(number);
            self.each_told = self.lines.last_item().filter(|_| is_sizes);
            return true;
        }
        if number == 1 && self.is_one_of_those(segment, rest) {
            return true;
        }
        if self.is_orders_of_last(number, segment, rest) {
            self.lines.set_quantity(number);
            self.verb = None;
            return true;
        }
        if self.is_portion_of_last(number, segment, rest) || self.is_some_exchanged(number, rest) {
            return true;
        }
        if self.is_that_many(number, rest) || self.is_tallied(segment) {
            self.lines.set_quantity(number);
            return true;
        }
        if self.is_another(number) && !self.item_comes(rest) && self.is_sized_one_of_last() {
            self.settle_options();
            self.pending = super::Pending::default();
            return true;
        }
        if self.is_another(number) && !self.item_comes(rest) {
            let span = segment.span();
            if let Some(item) = self.lines.last_item() {
                let before = self.lines.last().map(|(line, _)| line);
                self.place_item(item, span);
                if let Some(before) = before {
                    self.lines.take_sort_of(before);
                }
                return true;
            }
        }
        if self.towards && self.lines.split_recent(number) {
            self.towards = false;
            return true;
        }
        if self.verb == Some(Verb::Correct) && self.other_portion(number, segment) {
            return true;
        }
        false
    }

    /// "Kebab and chips, a large one": what size the dish before has, of which none was said.
    pub(super) fn is_sized_one_of_last(&self) -> bool {
        let is_size = |(names, _): &(&Names, Choice)| {
            names.is_size && self.lines.last_takes(&names.options) == Some(false)
        };
        let start = self.pending.start.unwrap_or_default();
        let before = self.text.get(..start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let is_more = [" and", " plus", " then", " &", " also"]
            .iter()
            .any(|and| before.ends_with(and));
        !is_more
            && self.verb.is_none()
            && !self.pending.options.is_empty()
            && self.pending.options.iter().all(is_size)
            && self.lines.last().is_some_and(|(_, quantity)| quantity == 1)
    }

    /// A number that waits for its dish, or corrects one.
    fn opens(&mut self, number: u32, segment: &Segment<'_>, rest: &[Segment<'_>]) {
        (self.all, self.place) = (None, None);
        // "Two buns, no, three, and a tea"
        let stops = rest
            .first()
            .is_some_and(|next| self.ends_phrase(next.start));
        let names_follow = !stops
            && rest
                .iter()
                .take_while(|s| {
                    !matches!(
                        s.kind,
                        Kind::Cue(Cue::And | Cue::Clause | Cue::Not | Cue::All | Cue::With)
                    )
                })
                .any(|s| matches!(s.kind, Kind::Names(names) if !self.is_of_last_alone(names)));
        let corrects = self.verb == Some(Verb::Correct);
        match self.verb {
            // "make that two"; "two, no, three tacos"
            Some(Verb::Correct) if !names_follow => {
                if self.pending.number.is_some() {
                    self.pending.number = Some(number);
                } else {
                    self.lines.set_quantity(number);
                }
                self.verb = None;
            }
            // "Cut the fries to one"
            Some(Verb::Put(line)) if !names_follow => {
                self.lines.set_quantity_of(line, number);
                self.verb = None;
                return;
            }
            Some(Verb::Correct) if self.pending.number.is_some() => {
                self.pending.number = Some(number);
                self.verb = None;
            }
            Some(Verb::Correct | Verb::Put(_)) => self.pending.number = Some(number),
            _ => {
                self.settle_before_another();
                self.pending.number = Some(number);
            }
        }
        self.negated = false;
        self.pending.after_with = self.with;
        self.pending.start.get_or_insert(segment.start);
        self.pending.joined = self.joined || (!corrects && self.ends_phrase(segment.start));
    }

    /// A choice of the last line and no dish: "three beers, no, two small and one large".
    pub(super) fn is_of_last_alone(&self, names: &Names) -> bool {
        names.items.is_empty() && self.lines.last_takes(&names.options).is_some()
    }

    /// "A muffin, actually two muffins": so many of the line before.
    fn is_as_many_now(&mut self, number: u32, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        // "Only two actually" after an order of three
        let is_all = matches!(before.as_str(), "only" | "just");
        let is_now = is_all || before.ends_with("actually") || before.ends_with("actually just");
        if !is_now || self.pending.start.is_some() || self.verb.is_some() {
            return false;
        }
        let named = rest
            .iter()
            .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let line = match named.map(|s| (s.kind, s.start)) {
            Some((Kind::Names(names), start)) => {
                let line = self.lines.find(&names.items);
                self.skip = line.map(|_| start);
                line
            }
            Some((Kind::Unknown, _)) => None,
            _ => self.lines.last().map(|(last, _)| last),
        };
        if let Some(line) = line {
            self.lines.set_quantity_of(line, number);
        }
        line.is_some()
    }

    /// "Change one of those to a cheeseburger": some of the last line are something else.
    fn is_some_exchanged(&mut self, number: u32, rest: &[Segment<'_>]) -> bool {
        let next = rest
            .iter()
            .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let is_to = matches!(next.map(|s| s.kind), Some(Kind::Cue(Cue::To)));
        // "Make one of them a hot dog"
        let is_a = matches!(next.map(|s| s.kind), Some(Kind::Cue(Cue::Article)));
        let is_made = self.before == "make" && is_a && self.verb.is_none() && self.item_comes(rest);
        let Some((last, quantity)) = self.lines.last() else {
            return false;
        };
        let is_changed = self.verb == Some(Verb::Change) && is_to;
        if !(is_changed || is_made) || quantity <= number {
            return false;
        }
        let line = self
            .lines
            .split(last, number)
            .and_then(|_| self.lines.last());
        self.verb = line.map(|(line, _)| Verb::Put(line));
        true
    }

    fn is_measure(&self, next: &Segment<'_>) -> bool {
        let said = self.said_of(next).to_lowercase();
        let is_known = matches!(next.kind, Kind::Names(_) | Kind::Cue(_));
        !is_known && is_unit(&stem(&said))
    }

    /// "Two tarts, take one off".
    fn takes_off_last(&mut self, number: u32, rest: &[Segment<'_>]) -> bool {
        let off = rest.first().filter(|next| {
            let said = self.said_of(next).to_lowercase();
            matches!(said.as_str(), "off" | "out")
        });
        let (Some(off), Some((last, quantity))) = (off, self.lines.last()) else {
            return false;
        };
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        if waits || quantity <= number {
            return false;
        }
        self.lines.set_quantity_of(last, quantity - number);
        (self.skip, self.verb) = (Some(off.start), None);
        true
    }

    /// "Fish tacos, 3": at the end of what is said of a dish.
    fn is_tally_after(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let ends = rest.first().is_none_or(|next| self.ends_phrase(next.start));
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let is_one = self.lines.last().is_some_and(|(_, quantity)| quantity == 1);
        self.after_name && ends && !waits && is_one && self.ends_phrase(segment.start)
    }

    /// "The club, yeah, one of those six inch": no more of them.
    fn is_one_of_those(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let next = rest.first().map(|next| self.said_of(next).to_lowercase());
        let takes = matches!(rest.get(1).map(|next| next.kind), Some(Kind::Names(names))
            if names.items.is_empty() && self.lines.last_takes(&names.options) == Some(false));
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let is_one = self.lines.last().is_some_and(|(_, quantity)| quantity == 1);
        said == "one of"
            && next.as_deref() == Some("those")
            && takes
            && !waits
            && is_one
            && !self.joined
    }

    /// "A chicken sandwich, two of them": of which one was said.
    fn is_that_many(&self, number: u32, rest: &[Segment<'_>]) -> bool {
        let said = |at: usize| rest.get(at).map(|s| self.said_of(s).to_lowercase());
        let of_them = said(0).as_deref() == Some("of")
            && matches!(said(1).as_deref(), Some("em" | "them" | "those" | "these"));
        // "Four nuggets, four of them"
        let is_whole = self.shared.is_none() && !self.lines.was_parted();
        let fits = |of: u32| of < number || (of == number && is_whole);
        of_them && self.lines.last().is_some_and(|(_, of)| fits(of))
    }

    /// "Cheeseburger - 3, coke - 3": so many of what stands before the dash.
    fn is_tallied(&self, segment: &Segment<'_>) -> bool {
        let before = self.text.get(..segment.start).unwrap_or_default();
        let after = self.text.get(segment.end..).unwrap_or_default();
        let ends = after.trim_start_matches(' ');
        self.after_name
            && self.pending.start.is_none()
            && before.ends_with(" - ")
            && !ends
                .get(1..)
                .is_some_and(|cents| cents.starts_with(|c: char| c.is_ascii_digit()))
            && (ends.is_empty() || ends.starts_with([',', ';', '.', '\n']))
    }
}
