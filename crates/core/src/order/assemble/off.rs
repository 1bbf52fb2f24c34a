//! What is taken off an order again: a line, some of one, or what lies on it; and the words that take off
//! what was named before them ("pickles off").
//!
//! Invariant: only what was ordered, or named right before, goes.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Pending, Reader, Verb};

/// Negations that may come after what they leave out.
const LEFT: [&str; 4] = ["leave out", "leave off", "skip", "omit"];

impl<'a> Reader<'a> {
    /// "Take off one water", "take one water off" of four.
    pub(super) fn takes_some_off(&mut self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let Some(number) = self
            .pending
            .number
            .filter(|_| self.pending.options.is_empty())
        else {
            return false;
        };
        let Some(line) = self.ordered(names).or_else(|| self.line_of_sort(names)) else {
            return false;
        };
        let quantity = self.lines.quantity(line).unwrap_or_default();
        let off = rest
            .first()
            .map(|next| (next.kind, self.said_of(next).to_lowercase()));
        let is_off = match off {
            Some((Kind::Cue(Cue::Off), said)) => !said.starts_with("no "),
            Some((Kind::Cue(Cue::On), said)) => said == "off",
            _ => false,
        };
        if quantity <= number || !(is_off || self.verb == Some(Verb::Drop)) {
            return false;
        }
        self.lines.set_quantity_of(line, quantity - number);
        self.pending = Pending::default();
        (self.verb, self.dropped) = (None, false);
        self.skip = rest.first().map(|next| next.start).filter(|_| is_off);
        true
    }

    /// "Cancel the pie", "leave out the pie": the one line that is one.
    pub(super) fn is_kind_called_off(&mut self, word: &str) -> bool {
        if !self.negated && self.verb != Some(Verb::Drop) {
            return false;
        }
        let of_kind = (0..self.items.len()).filter(|item| self.ends_with(*item, word));
        let of_kind: Vec<usize> = of_kind.collect();
        let Some(line) = self.lines.only_of(&of_kind) else {
            return false;
        };
        self.take_off(line);
        (self.negation_used, self.dropped) = (self.negated, true);
        true
    }

    /// The lines after it move up.
    pub(super) fn take_off(&mut self, line: usize) {
        self.lines.remove(line);
        (self.shared, self.all, self.place) = (None, None, None);
    }

    /// The latest line of an item that a name means, or is a word of.
    pub(super) fn ordered(&self, names: &Names) -> Option<usize> {
        let whole = self.lines.find(&names.items);
        whole.or_else(|| self.lines.find(&names.within))
    }

    /// "A coke and a sprite, cancel the coke": the latest line that is nothing but that sort of something. "Take off the
    /// garlic" may be said of what lies on another dish; a drink is taken off whole.
    fn line_of_sort(&self, names: &Names) -> Option<usize> {
        if self.drops_part && self.drink_of(&names.options).is_none() {
            return None;
        }
        let is_sort = |line: &usize| {
            let item = self.lines.draft(*line).map(|draft| draft.item);
            item.is_some_and(|item| !self.only_sorts(vec![item], &names.options).is_empty())
        };
        let having = self.lines.having(&names.options);
        having.into_iter().rev().find(is_sort)
    }

    /// "Cancel the coke": the line goes, or the option where no line has that name.
    pub(super) fn drop_named(&mut self, names: &'a Names) -> bool {
        // "Take off the pepperoni" is said of what lies on the Pepperoni Pizza.
        let is_part = self.drops_part
            && (names.items.is_empty() || names.is_part)
            && self.lines.accepting(&names.options).is_some();
        let line = self.ordered(names).filter(|_| !is_part);
        if let Some(line) = line.or_else(|| self.line_of_sort(names)) {
            self.take_off(line);
            return true;
        }
        let accepted = !names.options.is_empty();
        if accepted {
            (self.negated, self.negation_used, self.verb) = (true, false, None);
        }
        false
    }

    /// What leaves out the name before, where something does: "pickles off", "onion free", "the onion
    /// you can leave out". Of a list it is said once: "lettuce and tomato left out".
    pub(super) fn taken_off_by<'s>(&self, rest: &'s [Segment<'a>]) -> Option<&'s Segment<'a>> {
        let first = rest.first()?;
        let said = self.said_of(first).to_lowercase();
        let is_off = match first.kind {
            Kind::Cue(Cue::Off) => true,
            // "It's the onion I don't want"
            Kind::Cue(Cue::Not) if said.ends_with("want") => {
                rest.get(1).is_none_or(|next| self.ends_phrase(next.start))
            }
            // "The avocado no"
            Kind::Cue(Cue::Not) if said == "no" && !self.ends_phrase(first.start) => {
                rest.get(1).is_none_or(|next| self.ends_phrase(next.start))
            }
            Kind::Cue(_) => said == "off" || said.starts_with("off "),
            _ => said == "free",
        };
        if is_off {
            // "A hot dog, on none of them any onion" begins something else.
            return Some(first)
                .filter(|_| !(said.starts_with("on ") && self.ends_phrase(first.start)));
        }
        let is_filler = |s: &&Segment<'_>| {
            matches!(s.kind, Kind::Cue(Cue::Filler)) && !self.ends_phrase(s.start)
        };
        let fillers = rest.iter().take_while(is_filler).count();
        let off = rest.get(fillers).filter(|_| fillers > 0)?;
        let said = self.said_of(off).to_lowercase();
        let is_last = !matches!(rest.get(fillers + 1).map(|s| s.kind), Some(Kind::Names(_)));
        let is_off = match off.kind {
            Kind::Cue(Cue::Off) => !said.starts_with("no "),
            Kind::Cue(Cue::Not) => is_last && LEFT.contains(&said.as_str()),
            _ => false,
        };
        (is_off && !self.ends_phrase(off.start)).then_some(off)
    }

    /// Whether the name before is the first of a list that is left out: "lettuce and tomato left
    /// out".
    pub(super) fn is_in_list_off(&self, rest: &[Segment<'a>]) -> bool {
        if self.amount.is_some() {
            return false;
        }
        let mut rest = rest;
        while let [and, named, after @ ..] = rest {
            let is_size = |names: &Names| names.is_size;
            let goes_on = match (and.kind, named.kind) {
                (Kind::Cue(Cue::And), Kind::Names(names)) => {
                    !names.options.is_empty() && !is_size(names)
                }
                _ => false,
            };
            if !goes_on || self.ends_phrase(and.start) || self.ends_phrase(named.start) {
                return false;
            }
            if let Some(off) = after.first()
                && matches!(off.kind, Kind::Cue(Cue::Off))
            {
                let said = self.said_of(off).to_lowercase();
                return !said.starts_with("no ") && !self.ends_phrase(off.start);
            }
            rest = after;
        }
        false
    }
}
