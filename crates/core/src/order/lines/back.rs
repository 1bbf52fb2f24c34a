//! What was said is taken back.

use super::super::MOST_LINES;
use super::super::draft::{Choice, Draft, named};
use super::super::phrases::OptionRef;
use super::Lines;
use olympus_proto::{LineModifier, MenuItem, ModifierAction};

impl Lines<'_> {
    /// Takes back the latest choice of this clause.
    pub(in super::super) fn undo(&mut self) {
        if let Some((line, at, _)) = self.recent.pop()
            && let Some(draft) = self.drafts.get_mut(line)
        {
            draft.choices.retain(|(other, _)| *other != at);
        }
    }

    /// What was left out of the latest line that has such an option is on it again.
    pub(in super::super) fn restore(&mut self, options: &[OptionRef]) {
        let items = self.items;
        let of_item = |draft: &Draft| options.iter().any(|at| at.item == draft.item);
        if let Some(draft) = self.drafts.iter_mut().rfind(|draft| of_item(draft)) {
            let is_one = |at: OptionRef| options.iter().any(|other| other.exact() == at);
            draft
                .choices
                .retain(|(at, choice)| choice.action == ModifierAction::Add || !is_one(*at));
            draft.kept.retain(|kept| !is_left_out(items, kept, options));
        }
    }

    /// Whether any line goes without one of the options.
    pub(in super::super) fn leaves_out(&self, options: &[OptionRef]) -> bool {
        let is_one = |(at, choice): &(OptionRef, Choice)| {
            choice.action == ModifierAction::Remove && options.iter().any(|o| o.exact() == *at)
        };
        self.drafts.iter().any(|draft| {
            let kept = |kept: &LineModifier| is_left_out(self.items, kept, options);
            draft.choices.iter().any(is_one) || draft.kept.iter().any(kept)
        })
    }

    /// What was taken off last is on the order again; whether there was any.
    pub(in super::super) fn put_back(&mut self) -> bool {
        let Some((line, draft)) = self.taken.take() else {
            return false;
        };
        if self.drafts.len() >= MOST_LINES {
            return false;
        }
        self.recent.clear();
        self.drafts.insert(line.min(self.drafts.len()), draft);
        true
    }
}

fn is_left_out(items: &[MenuItem], kept: &LineModifier, options: &[OptionRef]) -> bool {
    let is_it = |at: &OptionRef| {
        named(items, *at)
            .is_some_and(|(group, option)| kept.id == option.id && kept.group == group.id)
    };
    kept.action == ModifierAction::Remove && options.iter().any(is_it)
}
