//! What is known of the lines of an order, the last before all: what they have, need, and can have.

use super::super::assemble::option_of;
use super::super::draft::{Choice, comes_with, is_size, named};
use super::super::phrases::OptionRef;
use super::super::stems::stem;
use super::Lines;
use super::meals::{is_for_children, is_meal, is_of_a_meal, is_of_combo};
use olympus_proto::{ModifierAction, ModifierGroup};

impl Lines<'_> {
    /// Whether nothing was said of the last line.
    pub(in crate::order) fn is_bare(&self) -> bool {
        let last = self.drafts.last();
        last.is_some_and(|draft| draft.choices.is_empty() && draft.size.is_none())
    }

    /// Whether the last line is of one that was named as many: "floats".
    pub(in crate::order) fn last_is_many(&self, text: &str) -> bool {
        let last = self.drafts.last();
        let last = last.filter(|draft| draft.quantity == 1 && !draft.parted);
        let said = last.and_then(|draft| text.get(draft.span?.start..draft.span?.end));
        let word = said.and_then(|said| said.rsplit(' ').next());
        word.is_some_and(|word| {
            let word = word.to_lowercase();
            word.ends_with('s') && stem(&word) != word
        })
    }

    /// Whether the last line is of one that something was said of, and was not told apart.
    pub(in crate::order) fn is_told_single(&self) -> bool {
        self.drafts
            .last()
            .is_some_and(|draft| draft.quantity == 1 && !draft.parted && !draft.choices.is_empty())
    }

    /// Whether the last line was told apart from others.
    pub(in crate::order) fn was_parted(&self) -> bool {
        self.drafts.last().is_some_and(|draft| draft.parted)
    }

    /// Whether the last line was said to have one of the options.
    pub(in crate::order) fn has_added(&self, options: &[OptionRef]) -> bool {
        self.drafts.last().is_some_and(|draft| {
            draft.choices.iter().any(|(at, choice)| {
                choice.action == ModifierAction::Add && options.iter().any(|o| o.exact() == *at)
            })
        })
    }

    /// How many of a group were chosen for the last line.
    pub(in crate::order) fn chosen_of(&self, group: usize) -> usize {
        let is_of = |(at, choice): &&(OptionRef, Choice)| {
            at.group == group && choice.action == ModifierAction::Add
        };
        let last = self.drafts.last();
        last.map_or(0, |line| line.choices.iter().filter(is_of).count())
    }

    /// Whether nothing was said of a line but these.
    pub(in crate::order) fn is_nothing_but(&self, line: usize, options: &[OptionRef]) -> bool {
        let is_it = |(at, _): &(OptionRef, Choice)| options.iter().any(|own| own.exact() == *at);
        let line = self.drafts.get(line);
        line.is_some_and(|line| line.size.is_none() && line.choices.iter().all(is_it))
    }

    /// The item of the last line.
    pub(in crate::order) fn last_item(&self) -> Option<usize> {
        self.drafts.last().map(|draft| draft.item)
    }

    /// Whether the last line has that option in a group of which it must have one and has none.
    pub(in crate::order) fn last_needs(&self, options: &[OptionRef]) -> bool {
        let last = self.drafts.len().checked_sub(1);
        last.is_some_and(|last| self.needs(last, options))
    }

    /// The one line of these items.
    pub(in crate::order) fn only_of(&self, items: &[usize]) -> Option<usize> {
        let mut lines = (0..)
            .zip(&self.drafts)
            .filter(|(_, draft)| items.contains(&draft.item));
        let (line, _) = lines.next()?;
        lines.next().is_none().then_some(line)
    }

    /// Whether the last line is several things at one price.
    pub(in crate::order) fn last_is_meal(&self) -> bool {
        let item = self.last_item().and_then(|item| self.items.get(item));
        item.is_some_and(|item| is_meal(item) || is_for_children(item))
    }

    /// Whether the last line was asked for as a meal.
    pub(in crate::order) fn last_is_made_meal(&self) -> bool {
        let is_of = |(at, _): &(OptionRef, Choice)| {
            named(self.items, *at).is_some_and(|(group, _)| is_of_combo(group))
        };
        let last = self.drafts.last();
        last.is_some_and(|draft| draft.choices.iter().any(is_of))
    }

    /// Whether the last line has another of a group of which there is only one, or another size.
    pub(in crate::order) fn last_has_other(&self, options: &[OptionRef]) -> bool {
        let last = self.drafts.len().checked_sub(1);
        last.is_some_and(|last| self.has_other(last, options))
    }

    /// The same of any line.
    pub(in crate::order) fn has_other(&self, line: usize, options: &[OptionRef]) -> bool {
        self.drafts.get(line).is_some_and(|draft| {
            let at = option_of(options, draft.item);
            at.is_some_and(|at| {
                let group = named(self.items, at).map(|(group, _)| group);
                group.is_some_and(|group| match is_size(group) {
                    true => draft.has_size(),
                    false => group.max == Some(1) && draft.has_other(at),
                })
            })
        })
    }

    /// Whether a line has that option in a group of which it must have one and has none.
    pub(in crate::order) fn needs(&self, line: usize, options: &[OptionRef]) -> bool {
        self.drafts.get(line).is_some_and(|draft| {
            let at = option_of(options, draft.item);
            at.is_some_and(|at| {
                let group = named(self.items, at).map(|(group, _)| group);
                let item = self.items.get(draft.item);
                let must = |group: &ModifierGroup| {
                    group.min > 0 || item.is_some_and(|item| is_of_a_meal(item, group))
                };
                group.is_some_and(|group| must(group) && !is_size(group)) && !draft.has_other(at)
            })
        })
    }

    /// Whether the last line has that option, and a size already where it is one.
    pub(in crate::order) fn last_takes(&self, options: &[OptionRef]) -> Option<bool> {
        let draft = self.drafts.last()?;
        let at = option_of(options, draft.item)?;
        let is_size = named(self.items, at).is_some_and(|(group, _)| is_size(group));
        Some(is_size && draft.has_size())
    }

    /// Whether it is a size that one of the options is to the last line.
    pub(in crate::order) fn last_is_sized_by(&self, options: &[OptionRef]) -> bool {
        let at = self.last_item().and_then(|item| option_of(options, item));
        at.is_some_and(|at| self.is_size(at))
    }

    /// Whether the last line has one of the options without its being asked for.
    pub(in crate::order) fn last_comes_with(&self, options: &[OptionRef]) -> bool {
        let at = self.last_item().and_then(|item| option_of(options, item));
        at.is_some_and(|at| comes_with(self.items, at.exact()))
    }

    /// Whether any that goes by a phrase is on the last line anyway.
    pub(in crate::order) fn last_has_any_on_it(&self, options: &[OptionRef]) -> bool {
        let last = self.last_item();
        let mut of_item = options.iter().filter(|at| Some(at.item) == last);
        of_item.any(|at| comes_with(self.items, at.exact()))
    }

    /// Whether a line has one of the options.
    pub(in crate::order) fn takes(&self, line: usize, options: &[OptionRef]) -> bool {
        let draft = self.drafts.get(line);
        draft.is_some_and(|draft| option_of(options, draft.item).is_some())
    }

    /// Whether the option is a size.
    pub(in crate::order) fn is_size(&self, at: OptionRef) -> bool {
        named(self.items, at).is_some_and(|(group, _)| is_size(group))
    }
}
