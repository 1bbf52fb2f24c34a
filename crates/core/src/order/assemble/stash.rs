//! What is said of a dish before it is named, several times: "a medium and a large coke", "one
//! carnitas, one chicken taco".

use super::super::draft::{Choice, Draft};
use super::super::phrases::Names;
use super::{Pending, Reader, option_of};
use olympus_proto::ModifierAction;

impl<'a> Reader<'a> {
    /// As [`Reader::settle`], where another one begins: what no line can have waits for the dish.
    pub(super) fn settle_before_another(&mut self) {
        if self.waits_for_dish() {
            self.stash.push(std::mem::take(&mut self.pending));
            self.lines.forget_recent();
        } else {
            self.settle();
        }
    }

    fn waits_for_dish(&self) -> bool {
        let options = &self.pending.options;
        let is_size = |names: &Names| names.is_size;
        let is_open = |(names, choice): &(&Names, Choice)| {
            choice.action == ModifierAction::Add
                && (is_size(names) || self.lines.accepting(&names.options).is_none())
        };
        !options.is_empty()
            && self.is_opened()
            && !self.pending.with
            && self.verb.is_none()
            && options.iter().all(is_open)
            && !self.goes_with_last()
            && self.implied().is_none()
            && self.called_by_choice().is_none()
            && self.in_pieces_alone().is_none()
            && !self.is_one_more()
    }

    /// A line for each that waited for such a dish: like `draft`, but for what was said of it.
    pub(super) fn place_stash(&mut self, draft: &Draft) {
        for waiting in std::mem::take(&mut self.stash) {
            let takes =
                |(names, _): &(&Names, Choice)| option_of(&names.options, draft.item).is_some();
            if !waiting.options.iter().all(takes) {
                self.refuse(&waiting);
                continue;
            }
            let mut own = draft.clone();
            own.quantity = waiting.number.unwrap_or(1);
            for (names, choice) in waiting.options {
                own.choose(self.items, &names.options, choice);
            }
            self.lines.push(own);
        }
    }

    /// What no dish was named for.
    pub(super) fn settle_stash(&mut self) {
        for waiting in std::mem::take(&mut self.stash) {
            self.pending = waiting;
            self.settle();
        }
    }

    fn refuse(&mut self, waiting: &Pending<'a>) {
        for (_, choice) in &waiting.options {
            self.not_understood(choice.span.start, choice.span.end);
        }
    }

    /// "Two teas, earl grey and green", "two cokes, a large and …": where several are of one kind of
    /// which there is only one, each has its own.
    pub(super) fn part_for_list(&mut self, names: &Names) {
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        if !self.listed
            || waits
            || self.amount.is_some()
            || !self.lines.last_has_other(&names.options)
        {
            return;
        }
        let of_several = match self.lines.last() {
            Some((line, quantity)) if quantity > 1 => Some(line),
            _ => self.lines.other_part(),
        };
        let line = of_several.filter(|line| self.lines.quantity(*line) > Some(1));
        if let Some(line) = line {
            self.lines.split(line, 1);
            self.lines.forget_recent();
        }
    }
}
