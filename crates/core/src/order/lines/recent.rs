//! Choices of the clause that is being said: they can still move to the lines that it ends with
//! ("… on the burger"), and leave those where they were as these were before.

use super::super::assemble::option_of;
use super::super::draft::{Choice, Draft, comes_with, named};
use super::super::phrases::OptionRef;
use super::super::stems::removed;
use super::{Lines, same_option};
use olympus_proto::{LineModifier, MenuItem, ModifierAction, ModifierGroup, Span};

/// A choice, and what it took the place of.
pub(in super::super) struct Recent<'a> {
    pub(super) line: usize,
    at: OptionRef,
    pub(super) choice: Choice,
    /// All that goes by the words that were said.
    pub(super) options: &'a [OptionRef],
    lost: Vec<(OptionRef, Choice)>,
    kept: Vec<LineModifier>,
    size: Option<String>,
}

impl Recent<'_> {
    /// The group that was chosen of.
    pub(super) fn group<'m>(&self, items: &'m [MenuItem]) -> Option<&'m ModifierGroup> {
        named(items, self.at).map(|(group, _)| group)
    }

    /// The line as it was before.
    fn take_back(&self, items: &[MenuItem], draft: &mut Draft) {
        if named(items, self.at).is_some_and(|(group, _)| super::is_size(group)) {
            draft.size.clone_from(&self.size);
        }
        draft.choices.retain(|(at, _)| *at != self.at);
        draft.choices.extend(self.lost.iter().copied());
        draft.kept.extend(self.kept.iter().cloned());
    }
}

impl<'a> Lines<'a> {
    /// Chooses an option of a line; `false` where its item has none such.
    pub(in super::super) fn put(
        &mut self,
        line: usize,
        options: &'a [OptionRef],
        choice: Choice,
    ) -> bool {
        let Some(draft) = self.drafts.get_mut(line) else {
            return false;
        };
        let (choices, kept) = (draft.choices.clone(), draft.kept.clone());
        let size = draft.size.clone();
        let Some(at) = draft.choose(self.items, options, choice) else {
            return false;
        };
        draft.only_asked &= self.asking;
        let mut lost = choices;
        lost.retain(|(was, _)| *was == at.exact() || draft.choices.iter().all(|(is, _)| is != was));
        let mut kept = kept;
        kept.retain(|was| !draft.kept.contains(was));
        self.recent.push(Recent {
            line,
            at: at.exact(),
            choice,
            options,
            lost,
            kept,
            size,
        });
        true
    }

    pub(in super::super) fn has_recent(&self) -> bool {
        !self.recent.is_empty()
    }

    /// What goes by each of the words that were added in this clause.
    pub(in super::super) fn added_in_clause(&self) -> Vec<&'a [OptionRef]> {
        let added = |recent: &&Recent<'a>| recent.choice.action == ModifierAction::Add;
        let added = self.recent.iter().filter(added);
        added.map(|recent| recent.options).collect()
    }

    /// Whether what was added last is of the same group as one of the options, and no other.
    pub(in super::super) fn is_beside_last_choice(&self, options: &[OptionRef]) -> bool {
        self.recent.last().is_some_and(|recent| {
            let at = option_of(options, recent.at.item);
            recent.choice.action == ModifierAction::Add
                && at.is_some_and(|at| at.group == recent.at.group && at.exact() != recent.at)
        })
    }

    /// "No pickled onion and everything seasoning" of a toast that has the one and can have the other.
    pub(in super::super) fn is_added_beside_left_out(&self, options: &[OptionRef]) -> bool {
        self.recent.last().is_some_and(|recent| {
            let at = option_of(options, recent.at.item);
            recent.choice.action == ModifierAction::Remove
                && comes_with(self.items, recent.at)
                && at.is_some_and(|at| {
                    at.group != recent.at.group
                        && !comes_with(self.items, at.exact())
                        && !self.takes_away(at)
                })
        })
    }

    fn takes_away(&self, at: OptionRef) -> bool {
        named(self.items, at).is_some_and(|(_, option)| removed(&option.name).is_some())
    }

    /// Whether what was said in this clause of a line could be of an item that is named next.
    pub(in super::super) fn recent_fits(&self, line: usize, item: usize) -> bool {
        let mut recent = self.recent.iter().filter(|recent| recent.line == line);
        recent.any(|recent| option_of(recent.options, item).is_some())
    }

    /// What was added to the last line in this clause, and where it was said.
    pub(in super::super) fn added_last(&self) -> Vec<(&'a [OptionRef], Span)> {
        let last = self.drafts.len().checked_sub(1);
        let recent = self.recent.iter().filter(|recent| {
            Some(recent.line) == last && recent.choice.action == ModifierAction::Add
        });
        recent
            .map(|recent| (recent.options, recent.choice.span))
            .collect()
    }

    /// What was said in this clause, as far as the last line takes it, is of that line.
    pub(in super::super) fn move_recent_to_last(&mut self) {
        let Some(last) = self.drafts.len().checked_sub(1) else {
            return;
        };
        let item = self.drafts.get(last).map(|draft| draft.item);
        let takes = |recent: &Recent<'a>| {
            item.is_some_and(|item| option_of(recent.options, item).is_some())
        };
        self.recent.retain(takes);
        self.move_recent(&[last]);
        self.recent.clear();
    }

    pub(in super::super) fn forget_recent(&mut self) {
        self.recent.clear();
    }

    /// What was added in this clause goes nowhere else any more.
    pub(in super::super) fn forget_added(&mut self) {
        self.recent
            .retain(|recent| recent.choice.action == ModifierAction::Remove);
    }

    /// Takes back the latest choice of this clause.
    pub(in super::super) fn undo(&mut self) {
        if let Some(recent) = self.recent.pop()
            && let Some(draft) = self.drafts.get_mut(recent.line)
        {
            recent.take_back(self.items, draft);
        }
    }

    /// Takes all of them back, to be put elsewhere.
    pub(super) fn lift(&mut self) -> Vec<Recent<'a>> {
        let recent = std::mem::take(&mut self.recent);
        for recent in recent.iter().rev() {
            if let Some(draft) = self.drafts.get_mut(recent.line) {
                recent.take_back(self.items, draft);
            }
        }
        recent
    }

    /// What was chosen in this clause belongs to other lines, where they can have it.
    pub(in super::super) fn move_recent(&mut self, targets: &[usize]) {
        if targets.is_empty() {
            return;
        }
        let recents = self.lift();
        let last = recents.len().saturating_sub(1);
        for (at, recent) in recents.into_iter().enumerate() {
            let mut is_put = false;
            for target in targets {
                // "One with fries and one with slaw and a coke for both": what one is told apart by is not the other's.
                let is_apart = at < last && *target != recent.line;
                if is_apart && self.has_other(*target, recent.options) {
                    continue;
                }
                is_put |= self.put_like(*target, &recent);
            }
            if !is_put {
                self.put(recent.line, recent.options, recent.choice);
            }
        }
        self.recent.clear();
    }

    /// By the words that were said, or else the option of that very name.
    fn put_like(&mut self, line: usize, recent: &Recent<'a>) -> bool {
        if self.put(line, recent.options, recent.choice) {
            return true;
        }
        let (Some(draft), Some((group, option))) =
            (self.drafts.get_mut(line), named(self.items, recent.at))
        else {
            return false;
        };
        // The same option of another item goes by the same names.
        let same = same_option(self.items, draft.item, group, option);
        if let Some(same) = same {
            draft.put(self.items, same, recent.choice);
            draft.only_asked &= self.asking;
        }
        same.is_some()
    }

    /// So many of the last line become one of their own, with what was chosen last: "four tacos, no
    /// onions on two of them".
    pub(in super::super) fn split_recent(&mut self, count: u32) -> bool {
        let Some((last, quantity)) = self.last() else {
            return false;
        };
        let is_last = self.recent.iter().all(|recent| recent.line == last);
        if !is_last || quantity <= count || self.drafts.len() >= super::MOST_LINES {
            return false;
        }
        let recent = self.lift();
        self.split(last, count);
        let own = self.drafts.len() - 1;
        for recent in recent {
            self.put(own, recent.options, recent.choice);
        }
        self.recent.clear();
        true
    }
}
