//! Choices: of which line each is, and what waits for its item.

use super::super::draft::Choice;
use super::super::phrases::{Names, OptionRef, removed, stem};
use super::super::segment::Segment;
use super::super::speech::{self, Cue};
use super::{Pending, Reader, Verb};
use crate::menu::text::words;
use olympus_proto::{MenuItem, ModifierAction, Span};
impl<'a> Reader<'a> {
    pub(super) fn option(&mut self, names: &'a Names, span: Span, rest: &[Segment<'a>]) {
        let choice = Choice {
            action: if self.negated {
                ModifierAction::Remove
            } else {
                ModifierAction::Add
            },
            amount: self.amount.take(),
            span,
        };
        self.negation_used |= self.negated;
        if let Some(Verb::Put(line)) = self.verb {
            // "make the fries large"
            if self.lines.put(line, &names.options, choice) {
                self.verb = None;
                return;
            }
        }
        let leads = !self.negated && self.next_item(names, rest).is_some();
        let waits = self.pending.start.is_some() && !self.negated;
        if leads || waits {
            self.pending.start.get_or_insert(span.start);
            self.pending.options.push((names, choice));
        } else {
            if self.verb == Some(Verb::Correct) && self.retracts {
                self.lines.undo();
            }
            self.attach(names, choice);
        }
        if self.verb == Some(Verb::Correct) {
            self.verb = None;
        }
    }

    /// To the latest line that has such an option; to a place named before, if one was.
    pub(super) fn attach(&mut self, names: &'a Names, choice: Choice) {
        let targets = match (self.all, self.place) {
            (true, _) => self.lines.all(),
            (_, Some(place)) => self.lines.at(place).into_iter().collect(),
            _ => self.lines.accepting(&names.options).into_iter().collect(),
        };
        let mut placed = false;
        for line in targets {
            placed |= self.lines.put(line, &names.options, choice);
        }
        if placed || self.attach_amount(choice) {
            return;
        }
        // "six wings, extra hot": a portion of the one item that is sold so.
        let mut of: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        of.dedup();
        let is_portion = self
            .said(choice.span)
            .starts_with(|c: char| c.is_ascii_digit())
            || speech::begins_with_number(&self.said(choice.span));
        match of.as_slice() {
            [item] if is_portion && choice.action == ModifierAction::Add => {
                self.pending.options.push((names, choice));
                self.place_item(*item, choice.span);
            }
            _ => self.ahead.push((names, choice)),
        }
    }

    /// "Extra cheese" where it is an option of another item, and cheese one of this.
    pub(super) fn attach_amount(&mut self, choice: Choice) -> bool {
        let said = self.said(choice.span);
        let stems: Vec<String> = words(&said).iter().map(|word| stem(&word.text)).collect();
        let Some((first, rest)) = stems.split_first() else {
            return false;
        };
        let (Some(Cue::Amount(amount)), Some(names)) =
            (speech::cue(first), self.phrases.find(rest))
        else {
            return false;
        };
        let amount = Some(amount);
        let line = self.lines.accepting(&names.options);
        line.is_some_and(|line| {
            self.lines
                .put(line, &names.options, Choice { amount, ..choice })
        })
    }

    /// "… on the second one": what was just said moves there; before an option, it waits. `None`
    /// means every line.
    pub(super) fn meant(&mut self, place: Option<Option<u8>>) {
        self.settle_options();
        let targets = match place {
            Some(place) => self.lines.at(place).into_iter().collect(),
            None => self.lines.all(),
        };
        if self.verb == Some(Verb::Drop) {
            for line in targets.into_iter().rev() {
                self.take_off(line);
            }
            self.verb = None;
        } else if self.lines.has_recent() {
            self.lines.move_recent(&targets);
        } else {
            (self.all, self.place) = (place.is_none(), place);
        }
    }

    /// What waits without its item: the only item that it fits, else choices of a line before.
    pub(super) fn settle(&mut self) {
        if let Some(item) = self.implied().filter(|_| !self.goes_with_last()) {
            let span = self.pending.options.last().map(|(_, choice)| choice.span);
            if let Some(span) = span {
                self.place_item(item, span);
            }
        }
        self.settle_options();
        self.lines.forget_recent();
        if self.verb == Some(Verb::Correct) && self.pending.number.is_some() {
            self.verb = None;
        }
        self.pending = Pending::default();
    }

    /// "Ramen with an extra egg": what waits is of the line that is open, and no line of its own.
    pub(super) fn goes_with_last(&self) -> bool {
        let fits = |(names, _): &(&Names, Choice)| {
            let is_size = names.options.iter().any(|at| self.lines.is_size(*at));
            !is_size && self.lines.last_takes(&names.options).is_some()
        };
        // "two sugars" are no two coffees.
        let counts_item = self.pending.number.is_some() && self.pending.with;
        !counts_item && self.pending.options.iter().all(fits)
    }

    pub(super) fn settle_options(&mut self) {
        for (names, choice) in std::mem::take(&mut self.pending.options) {
            self.attach(names, choice);
        }
    }

    /// "A large pepperoni": the one item of the menu that has all that waits.
    pub(super) fn implied(&self) -> Option<usize> {
        self.pending.start?;
        if let Some(item) = self.within() {
            return Some(item);
        }
        let (first, others) = self.pending.options.split_first()?;
        let mut fitting: Vec<usize> = first.0.options.iter().map(|at| at.item).collect();
        fitting.dedup();
        fitting.retain(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, *item).is_some();
            others.iter().all(has)
        });
        match fitting.as_slice() {
            [item] => Some(*item),
            _ => None,
        }
    }

    /// "A small pepperoni": the one item with a word in its name that is an option elsewhere, and
    /// that has all else that waits.
    pub(super) fn within(&self) -> Option<usize> {
        let options = &self.pending.options;
        let mut found = options
            .iter()
            .enumerate()
            .flat_map(|(which, (names, choice))| {
                let items = names.within.iter().copied();
                items.filter(move |item| {
                    let takes = |(at, (names, _)): (usize, &(&Names, Choice))| {
                        at == which || option_of(&names.options, *item).is_some()
                    };
                    choice.action == ModifierAction::Add
                        && options.len() > 1
                        && option_of(&names.options, *item).is_none()
                        && options.iter().enumerate().all(takes)
                })
            });
        match (found.next(), found.next()) {
            (Some(item), None) => Some(item),
            _ => None,
        }
    }
}

/// An item's option among sorted ones.
pub(in super::super) fn option_of(options: &[OptionRef], item: usize) -> Option<OptionRef> {
    let at = options.partition_point(|at| at.item < item);
    options.get(at).filter(|at| at.item == item).copied()
}

/// The option that is wanted of those of an item that go by a phrase: to leave something out, the
/// one that the menu has for that ("No onion").
pub(in super::super) fn option_for(
    items: &[MenuItem],
    options: &[OptionRef],
    item: usize,
    action: ModifierAction,
) -> Option<OptionRef> {
    let from = options.partition_point(|at| at.item < item);
    let of_item = options.get(from..)?.iter().take_while(|at| at.item == item);
    let takes_away = |at: &OptionRef| {
        let group = items
            .get(at.item)
            .and_then(|item| item.modifier_groups.get(at.group));
        let option = group.and_then(|group| group.options.get(at.option));
        option.is_some_and(|option| removed(&option.name).is_some())
    };
    let wanted = action == ModifierAction::Remove;
    of_item
        .copied()
        .min_by_key(|at| (takes_away(at) != wanted, at.derived))
}
