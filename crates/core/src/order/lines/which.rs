//! Which lines are meant when they are not named.

use super::super::draft::{Choice, named};
use super::super::option;
use super::super::phrases::OptionRef;
use super::super::{
    MOST_LINES,
    assemble::{option_for, option_of},
};
use super::Lines;
use olympus_proto::ModifierAction;

/// Whether a word for lines means two of them.
pub(in super::super) fn is_two(said: &str) -> bool {
    ["both", "either", "neither"]
        .iter()
        .any(|two| said.starts_with(two))
}

impl Lines<'_> {
    /// The lines at the end that are of one item.
    fn alike(&self) -> Vec<usize> {
        let item = self.last_item();
        let from = self
            .drafts
            .iter()
            .rposition(|draft| Some(draft.item) != item)
            .map_or(0, |at| at + 1);
        (from..self.drafts.len()).collect()
    }

    /// The lines that "both", "either" or "all four" mean: those that one line was parted in, else
    /// the last that are so many, else every line.
    pub(in super::super) fn meant_by(&self, said: &str) -> Vec<usize> {
        let alike = self.alike();
        let is_parted = alike.iter().any(|line| self.is_parted(*line));
        if alike.len() > 1 && (is_parted || (is_two(said) && alike.len() == 2)) {
            return alike;
        }
        // "Garlic bread and two burgers, both without onion"
        let mut twos = self
            .drafts
            .iter()
            .enumerate()
            .filter(|(_, draft)| draft.quantity == 2);
        if is_two(said)
            && let (Some((line, _)), None) = (twos.next(), twos.next())
            && line + 1 == self.drafts.len()
        {
            return vec![line];
        }
        let count = option::key(said);
        let count = count
            .strip_prefix("all ")
            .and_then(|rest| rest.split(' ').next());
        let mut left: u32 = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        let last = self.drafts.iter().enumerate().rev();
        let last = last.take_while(|(_, draft)| {
            let fits = left >= draft.quantity;
            left = left.saturating_sub(draft.quantity);
            fits
        });
        let mut last: Vec<usize> = last.map(|(line, _)| line).collect();
        last.reverse();
        match left == 0 && !last.is_empty() {
            true => last,
            false => self.all(),
        }
    }

    /// Of these lines those that can have one of the options; the last two where two were meant.
    pub(in super::super) fn narrowed(
        &self,
        lines: &[usize],
        options: &[OptionRef],
        two: bool,
    ) -> Vec<usize> {
        let takes = |line: &usize| {
            let draft = self.drafts.get(*line);
            draft.is_some_and(|draft| option_of(options, draft.item).is_some())
        };
        let taking: Vec<usize> = lines.iter().copied().filter(takes).collect();
        let from = if two {
            taking.len().saturating_sub(2)
        } else {
            0
        };
        taking.get(from..).unwrap_or_default().to_vec()
    }

    /// The same for what was said last.
    pub(in super::super) fn narrowed_to_recent(&self, lines: &[usize], two: bool) -> Vec<usize> {
        match self.recent.last() {
            Some(recent) => self.narrowed(lines, recent.options, two),
            None => lines.to_vec(),
        }
    }

    fn is_parted(&self, line: usize) -> bool {
        self.drafts.get(line).is_some_and(|draft| draft.parted)
    }

    /// The line of one of several of the same item, by its place among them, when there is nothing
    /// else: "the first is mild". It becomes a line of its own.
    pub(in super::super) fn unit(&mut self, place: u8) -> Option<usize> {
        if self.alike().len() != self.drafts.len() {
            return None;
        }
        let mut before = u32::from(place);
        let line = self.drafts.iter().position(|draft| {
            let is_here = before < draft.quantity;
            before -= before.min(if is_here { 0 } else { draft.quantity });
            is_here
        })?;
        let quantity = self.quantity(line)?;
        let after = quantity - before - 1;
        if quantity == 1 || self.drafts.len() + 2 > MOST_LINES {
            return (quantity == 1).then_some(line);
        }
        // What was said last is of the one alone: "no pickles on the first".
        let recent = self.lift();
        let draft = self.drafts.get(line)?.clone();
        let parts = [before, 1, after].into_iter().filter(|many| *many > 0);
        let parts: Vec<_> = parts
            .map(|quantity| super::Draft {
                quantity,
                parted: true,
                ..draft.clone()
            })
            .collect();
        self.drafts.splice(line..=line, parts);
        let line = line + usize::from(before > 0);
        for recent in recent {
            self.put(line, recent.options, recent.choice);
        }
        Some(line)
    }

    /// The last of several of the same item, when there is nothing else.
    pub(in super::super) fn last_unit(&mut self) -> Option<usize> {
        let all: u32 = self.drafts.iter().map(|draft| draft.quantity).sum();
        self.unit(u8::try_from(all.checked_sub(1)?).ok()?)
    }

    /// The lines that have one of the options chosen, or are of that size.
    pub(in super::super) fn having(&self, options: &[OptionRef]) -> Vec<usize> {
        let has = |line: &usize| {
            self.drafts.get(*line).is_some_and(|draft| {
                let is_added = |(at, choice): &(OptionRef, Choice)| {
                    choice.action == ModifierAction::Add
                        && options.iter().any(|other| other.exact() == *at)
                };
                let is_sized = |at: OptionRef| {
                    let option = named(self.items, at).map(|(_, option)| option.name.as_str());
                    self.is_size(at) && option == draft.size.as_deref()
                };
                draft.choices.iter().any(is_added)
                    || option_of(options, draft.item).is_some_and(is_sized)
            })
        };
        self.all().into_iter().filter(has).collect()
    }

    /// The latest line whose item has a name that ends with these words.
    pub(in super::super) fn called(&self, stems: &[String]) -> Option<usize> {
        let said = stems.join(" ");
        let ends = |name: &String| {
            let key = option::key(name);
            let is_long = said.chars().count() > 4 && !said.contains(' ');
            key.strip_suffix(&said)
                .is_some_and(|before| is_long || before.is_empty() || before.ends_with(' '))
        };
        self.drafts.iter().rposition(|draft| {
            self.items
                .get(draft.item)
                .is_some_and(|item| std::iter::once(&item.name).chain(&item.aliases).any(ends))
        })
    }

    /// The one line whose item's name has these words in it, where no other has.
    pub(in super::super) fn only_called(&self, stems: &[String]) -> Option<usize> {
        let has = |draft: &super::Draft| {
            let item = self.items.get(draft.item);
            item.is_some_and(|item| {
                let key = option::key(&item.name);
                let words: Vec<&str> = key.split(' ').collect();
                words.windows(stems.len().max(1)).any(|part| part == stems)
            })
        };
        let mut lines =
            (0..self.drafts.len()).filter(|line| self.drafts.get(*line).is_some_and(has));
        lines.next().filter(|_| lines.next().is_none())
    }

    /// The latest line that can have the choice, else that has such an option.
    pub(in super::super) fn fitting(&self, options: &[OptionRef], choice: Choice) -> Option<usize> {
        let line = self.accepting(options)?;
        let fits = |draft: &super::Draft| {
            let (action, amount) = (choice.action, choice.amount);
            option_for(self.items, options, draft.item, action, amount).is_some()
        };
        match self.drafts.get(line).is_some_and(fits) {
            true => Some(line),
            false => self.drafts.iter().rposition(fits).or(Some(line)),
        }
    }

    /// Of the lines that one was parted in, the first of so many that still needs, or could have,
    /// one of these options: "…, one coke, one water".
    pub(in super::super) fn next_part(&self, many: u32, options: &[OptionRef]) -> Option<usize> {
        let alike = self.alike();
        let parts = alike.iter().filter(|line| self.is_parted(**line)).count();
        let lacks = |line: &usize| {
            self.drafts.get(*line).is_some_and(|draft| {
                let at = option_of(options, draft.item);
                let has_one = at.is_some_and(|at| match self.is_size(at) {
                    true => draft.has_size(),
                    false => {
                        draft.has_other(at) || draft.choices.iter().any(|(o, _)| *o == at.exact())
                    }
                });
                at.is_some() && draft.quantity == many && !has_one
            })
        };
        alike.into_iter().filter(|_| parts > 1).find(lacks)
    }

    /// "No rice on one of them, no beans on the other": from the last of the lines that one was
    /// parted in to the others.
    pub(in super::super) fn move_to_other_parts(&mut self) {
        let mut others = self.alike();
        others.pop();
        self.move_recent(&others);
    }

    /// Whether the last line has a choice with a word of one of the options: Diet Coke is alike to Coca-Cola.
    pub(in super::super) fn last_has_alike(&self, options: &[OptionRef]) -> bool {
        let Some(last) = self.drafts.last() else {
            return false;
        };
        let words = |at: OptionRef| -> Vec<String> {
            let name = named(self.items, at).map_or("", |(_, option)| option.name.as_str());
            let key = option::key(name).replace("coca cola", "coke");
            key.split(' ').map(str::to_owned).collect()
        };
        let Some(at) = option_of(options, last.item) else {
            return false;
        };
        let said = words(at);
        let mut chosen = last
            .choices
            .iter()
            .filter(|(other, _)| other.group == at.group);
        chosen.any(|(other, _)| words(*other).iter().any(|word| said.contains(word)))
    }

    /// The line that the last one was told apart from.
    pub(in super::super) fn other_part(&self) -> Option<usize> {
        let alike = self.alike();
        let first = alike.first().copied();
        first.filter(|line| alike.len() > 1 && self.is_parted(*line))
    }

    /// One more of a line, or one line made like another.
    pub(in super::super) fn copy(&mut self, from: usize, to: Option<usize>) {
        let Some(like) = self.drafts.get(from).cloned() else {
            return;
        };
        match to.and_then(|to| self.drafts.get_mut(to)) {
            Some(draft) if draft.item == like.item => {
                (draft.size, draft.choices, draft.kept) = (like.size, like.choices, like.kept);
            }
            Some(_) => {}
            None => self.push(super::Draft {
                quantity: 1,
                copied: true,
                ..like
            }),
        }
        self.recent.clear();
    }

    /// What another line of the same item has of the group that is called so; whether it has any.
    pub(in super::super) fn take_group_of(
        &mut self,
        line: usize,
        other: usize,
        word: &str,
    ) -> bool {
        let items = self.items;
        let is_called = |at: &OptionRef| {
            let group = named(items, *at).map(|(group, _)| option::key(&group.name));
            group.is_some_and(|group| {
                group
                    .split(' ')
                    .any(|own| super::super::stems::stem(own) == word)
            })
        };
        let from = self.drafts.get(other).cloned();
        let (Some(from), Some(draft)) = (from, self.drafts.get_mut(line)) else {
            return false;
        };
        let same = from.choices.iter().filter(|(at, _)| is_called(at));
        let same: Vec<(OptionRef, Choice)> = same.copied().collect();
        if from.item != draft.item || same.is_empty() {
            return false;
        }
        for (at, choice) in same {
            draft.put(items, at, choice);
        }
        true
    }
}
