//! What was said is taken back.

use super::super::MOST_LINES;
use super::super::assemble::{option_for, option_of};
use super::super::draft::{Choice, Draft, away, comes_with, is_on_it, is_size, must_be_one, named};
use super::super::option::{self, Portion};
use super::super::phrases::OptionRef;
use super::super::stems::removed;
use super::{Lines, is_of_a_meal};
use olympus_proto::{LineModifier, MenuItem, ModifierAction, ModifierGroup, Span};

impl Lines<'_> {
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

    /// Whether the line that takes one of the options goes without it.
    pub(in super::super) fn goes_without(&self, options: &[OptionRef]) -> bool {
        let draft = self
            .accepting(options)
            .and_then(|line| self.drafts.get(line));
        draft.is_some_and(|draft| {
            draft.choices.iter().any(|(at, choice)| {
                choice.action == ModifierAction::Remove
                    && options.iter().any(|option| option.exact() == *at)
            })
        })
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

    /// Whether the last line is to be had plain, by a choice of that name.
    pub(in super::super) fn last_is_plain(&self) -> bool {
        let Some(last) = self.drafts.last() else {
            return false;
        };
        last.choices.iter().any(|(at, choice)| {
            let name = named(self.items, *at).map(|(_, option)| option.name.to_lowercase());
            choice.action == ModifierAction::Add && name.as_deref() == Some("plain")
        })
    }

    /// The last line with nothing of what it comes with but these, and with those of them that it does
    /// not come with.
    pub(in super::super) fn leave_only(&mut self, kept: &[(&[OptionRef], Span)]) {
        let items = self.items;
        let on_it = self.last_has_on_it();
        let (Some(draft), Some((_, span))) = (self.drafts.last_mut(), kept.first()) else {
            return;
        };
        let is_kept = |at: OptionRef| {
            kept.iter()
                .any(|(options, _)| options.iter().any(|option| option.exact() == at))
        };
        let name = items
            .get(draft.item)
            .map(|item| option::key(&item.name))
            .unwrap_or_default();
        let is_named = |at: &OptionRef| is_in_name(items, *at, &name);
        let gone = on_it.into_iter().filter(|at| !is_kept(*at));
        for at in gone.filter(|at| !is_named(at)) {
            draft.put(items, at, Choice::removed(*span));
        }
        for (options, span) in kept {
            match option_of(options, draft.item) {
                Some(at) if comes_with(items, at) => {
                    draft.choices.retain(|(other, _)| *other != at.exact());
                }
                _ => {
                    draft.choose(items, options, Choice::added(*span));
                }
            }
        }
        self.recent.clear();
    }

    /// "A club, plain": the last line without what lies on it, but for what its name says and what was asked for.
    /// Says whether there is such.
    pub(in super::super) fn leave_plain(&mut self, span: Span) -> bool {
        let last = self.last().map(|(line, _)| line);
        last.is_some_and(|last| self.leave_plain_of(last, span))
    }

    /// The same of any line.
    pub(in super::super) fn leave_plain_of(&mut self, line: usize, span: Span) -> bool {
        let items = self.items;
        let item = self.draft(line).map(|draft| draft.item);
        let mut on_it = item.map(|item| self.has_on_it(item)).unwrap_or_default();
        let Some(draft) = self.drafts.get_mut(line) else {
            return false;
        };
        let name = items
            .get(draft.item)
            .map(|item| option::key(&item.name))
            .unwrap_or_default();
        on_it.retain(|at| {
            let is_free = named(items, *at).is_some_and(|(group, _)| group.min == 0);
            let is_told = draft.choices.iter().any(|(other, _)| other == at);
            !is_in_name(items, *at, &name) && !is_told && is_free
        });
        for at in &on_it {
            draft.put(items, *at, Choice::removed(span));
        }
        !on_it.is_empty()
    }

    /// "No dressing" where the group of that name has No Vinaigrette, or what the dish comes with: that. Says
    /// whether there is such.
    pub(in super::super) fn leave_group(&mut self, word: &str, span: Span) -> bool {
        let items = self.items;
        let is_called =
            |group: &ModifierGroup| option::key(&group.name).split(' ').any(|own| own == word);
        let item = self.last_item().and_then(|last| items.get(last));
        let groups = item.map(|item| &item.modifier_groups);
        let mut called = groups
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, group)| is_called(group));
        let (Some((group, choices)), None) = (called.next(), called.next()) else {
            return false;
        };
        let Some(draft) = self.drafts.last_mut().filter(|_| !is_size(choices)) else {
            return false;
        };
        let all = (0..choices.options.len()).map(|option| OptionRef {
            item: draft.item,
            derived: false,
            group,
            option,
        });
        let away = |at: &OptionRef| {
            named(items, *at).is_some_and(|(_, option)| removed(&option.name).is_some())
        };
        let (away, others): (Vec<_>, Vec<_>) = all.partition(away);
        let gone: Vec<OptionRef> = match away.as_slice() {
            [] => others
                .into_iter()
                .filter(|at| choices.min == 0 && comes_with(items, *at))
                .collect(),
            [one] => vec![*one],
            _ => Vec::new(),
        };
        for at in &gone {
            draft.put(items, *at, Choice::removed(span));
        }
        !gone.is_empty()
    }

    /// What can be left out of what the last line comes with.
    fn last_has_on_it(&self) -> Vec<OptionRef> {
        let item = self.last_item();
        item.map(|item| self.has_on_it(item)).unwrap_or_default()
    }

    fn has_on_it(&self, item: usize) -> Vec<OptionRef> {
        let groups = self.items.get(item).map(|item| &item.modifier_groups);
        let groups = groups.into_iter().flatten().enumerate();
        let groups = groups.filter(|(_, group)| !is_size(group) && group.max != Some(1));
        let all = groups.flat_map(|(group, choices)| {
            (0..choices.options.len()).map(move |option| OptionRef {
                item,
                derived: false,
                group,
                option,
            })
        });
        // Garlic Sauce among the sauces is that which the dish comes with.
        let is_double = |at: &OptionRef| {
            let Some((group, option)) = named(self.items, *at) else {
                return false;
            };
            let groups = self.items.get(item).map(|item| &item.modifier_groups);
            let mut others = groups.into_iter().flatten().filter(|group| is_on_it(group));
            let has = |group: &ModifierGroup| {
                group
                    .options
                    .iter()
                    .any(|own| option::shortest(&own.name) == option::shortest(&option.name))
            };
            !is_on_it(group) && others.any(has)
        };
        all.filter(|at| !is_double(at))
            .filter(|at| {
                let is_more = named(self.items, *at).is_some_and(|(_, option)| {
                    option::shortest(&option.name) != option::key(&option.name)
                });
                comes_with(self.items, *at) && !is_more
            })
            .collect()
    }

    /// "Ranch on the side" where the last line has one such option: "Dressing on the Side".
    pub(in super::super) fn put_on_side(&mut self, start: usize, end: usize) {
        let items = self.items;
        let said = self.recent.last();
        let said = said.filter(|recent| recent.choice.action == ModifierAction::Add);
        let said = said.and_then(|recent| recent.group(items));
        let Some(draft) = self.drafts.last_mut() else {
            return;
        };
        let groups = items.get(draft.item).map(|item| &item.modifier_groups);
        let groups = groups.into_iter().flatten().enumerate();
        let mut sides = groups.flat_map(|(group, choices)| {
            let options = choices.options.iter().enumerate();
            let options =
                options.filter(|(_, option)| Portion::of(&option.name) == Some(Portion::Side));
            options.map(move |(option, _)| (group, option))
        });
        if let (Some((group, option)), None) = (sides.next(), sides.next()) {
            // The dressing, and no chicken.
            let named = |group: &ModifierGroup, name: &str| {
                let key = option::key(name);
                let first = key.split(' ').next().unwrap_or_default();
                option::key(&group.name).contains(first)
            };
            let choices = items
                .get(draft.item)
                .and_then(|item| item.modifier_groups.get(group));
            let option_name = choices.and_then(|choices| choices.options.get(option));
            let is_of = match (said, choices, option_name) {
                (Some(said), Some(choices), Some(side)) => {
                    std::ptr::eq(said, choices) || named(said, &side.name)
                }
                _ => false,
            };
            if !is_of {
                return;
            }
            let at = OptionRef {
                item: draft.item,
                derived: false,
                group,
                option,
            };
            draft.put(items, at, Choice::added(Span { start, end }));
        }
    }

    /// Takes back what was chosen for a line of the group of one of the options.
    pub(in super::super) fn clear_like(&mut self, line: usize, options: &[OptionRef]) {
        if let Some(draft) = self.drafts.get_mut(line)
            && let Some(at) = option_of(options, draft.item)
        {
            draft.choices.retain(|(other, _)| other.group != at.group);
        }
    }

    /// Whether the latest line that has such an option has it anyway: to name it adds nothing.
    pub(in super::super) fn can_only_leave_out(&self, options: &[OptionRef]) -> bool {
        let line = self
            .accepting(options)
            .and_then(|line| self.drafts.get(line));
        line.is_some_and(|draft| {
            let added = option_for(self.items, options, draft.item, ModifierAction::Add, None);
            let added = added.and_then(|at| named(self.items, at));
            added.is_some_and(|(_, option)| removed(&option.name).is_some())
        })
    }

    /// Whether the menu has a way to leave it out of the latest line that has such an option.
    pub(in super::super) fn can_leave_out(&self, options: &[OptionRef]) -> bool {
        let line = self
            .accepting(options)
            .and_then(|line| self.drafts.get(line));
        let removes = ModifierAction::Remove;
        let at = line.and_then(|draft| option_for(self.items, options, draft.item, removes, None));
        let option = at.and_then(|at| named(self.items, at));
        option.is_some_and(|(_, option)| removed(&option.name).is_some())
    }

    /// Whether the menu says of the latest line that has such an option that it can be added.
    pub(in super::super) fn can_only_add(&self, options: &[OptionRef]) -> bool {
        let line = self
            .accepting(options)
            .and_then(|line| self.drafts.get(line));
        let adds = |at: &&OptionRef| {
            let Some((group, option)) = named(self.items, **at) else {
                return false;
            };
            let name = option.name.to_lowercase();
            // "No egg and tofu", "no rice and a sprite": what is chosen, of which the dish has none.
            let item = self.items.get(at.item);
            let is_chosen =
                must_be_one(group) || item.is_some_and(|item| is_of_a_meal(item, group));
            let is_chosen = is_chosen && removed(&name).is_none() && !is_size(group);
            name.starts_with("add ")
                || is_deed(&name)
                || (is_chosen && !comes_with(self.items, **at))
        };
        line.is_some_and(|draft| {
            let mut of_item = options.iter().filter(|at| at.item == draft.item).peekable();
            of_item.peek().is_some() && of_item.all(|at| adds(&at))
        })
    }

    /// "No mayo and fries" of a sandwich with a choice of sides: whether the last line has to have one of a
    /// group, none was chosen, and it does not come with this.
    pub(in super::super) fn must_choose(&self, options: &[OptionRef]) -> bool {
        let Some(last) = self.drafts.last() else {
            return false;
        };
        let Some(at) = option_of(options, last.item) else {
            return false;
        };
        let group = named(self.items, at).map(|(group, _)| group);
        let is_must = group.is_some_and(|group| must_be_one(group) && !is_size(group));
        // "No sour cream and the house salad": one of two sides.
        let mut away = last.choices.iter().rev();
        let away = away.find(|(_, choice)| choice.action == ModifierAction::Remove);
        let is_of_those = away.is_some_and(|(away, _)| away.group == at.group);
        let lacks = |group: &ModifierGroup| {
            let least = usize::try_from(group.min).unwrap_or(usize::MAX);
            least > 1 && !is_of_those && self.chosen_of(at.group) < least
        };
        let is_needed = (is_must && self.last_needs(options)) || group.is_some_and(lacks);
        is_needed && !comes_with(self.items, at)
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

/// Whether the name of a dish, as stems, has a word of an option: the cheese of a cheeseburger stays.
fn is_in_name(items: &[MenuItem], at: OptionRef, name: &str) -> bool {
    named(items, at).is_none_or(|(_, option)| {
        let said = option::shortest(away(&option.name));
        said.split(' ')
            .any(|word| name.split(' ').any(|own| own.contains(word)))
    })
}

fn is_left_out(items: &[MenuItem], kept: &LineModifier, options: &[OptionRef]) -> bool {
    let is_it = |at: &OptionRef| {
        named(items, *at)
            .is_some_and(|(group, option)| kept.id == option.id && kept.group == group.id)
    };
    kept.action == ModifierAction::Remove && options.iter().any(is_it)
}

/// Whether an option, in small letters, is what is done with a dish: "Toasted", "Cut in Half".
fn is_deed(name: &str) -> bool {
    (name.ends_with("ed") && !name.contains(' ')) || name.starts_with("cut ")
}
