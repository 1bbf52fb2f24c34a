//! "No sugar" where the menu has 0% Sugar: what is left out by the choice that says there is none of it.

use super::super::draft::{Choice, named};
use super::super::option::{self, Portion};
use super::super::phrases::{Names, OptionRef};
use super::super::segment::Segment;
use super::Reader;
use super::meant::option_of;

impl<'a> Reader<'a> {
    /// Chooses that there is none of what is not wanted, where a line has such a choice and the thing itself is
    /// no other choice of it.
    pub(super) fn is_chosen_to_lack(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
    ) -> bool {
        let is_open = self.negated && (!self.negation_used || self.joined) && !self.contrast;
        if !is_open || self.pending.start.is_some() {
            return false;
        }
        let phrases = self.phrases;
        let said = phrases.stems_of(&self.said_of(segment).to_lowercase());
        let options = phrases.lacking(&said);
        let told = self.place.filter(|line| self.lines.takes(*line, options));
        let Some(line) = told.or_else(|| self.lines.accepting(options)) else {
            return false;
        };
        let item = self.lines.draft(line).map(|draft| draft.item);
        let at = item.and_then(|item| option_of(options, item));
        // Sugar that is stirred in and the level of it are two things.
        let own = names.zip(item);
        let own = own.and_then(|(names, item)| option_of(&names.options, item));
        let is_other = own
            .zip(at)
            .is_some_and(|(own, at)| own.group != at.group && !own.derived);
        if is_other {
            return false;
        }
        let choice = Choice {
            amount: self.amount.take(),
            ..Choice::added(segment.span())
        };
        let is_chosen = self.lines.put(line, options, choice);
        self.negation_used |= is_chosen;
        is_chosen
    }

    /// "No rice" of a plate that comes with white rice and could have brown: what it is told to come with.
    pub(super) fn is_left_out_as_told(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
    ) -> bool {
        let is_open = self.negated && (!self.negation_used || self.joined);
        let Some(item) = self.lines.last_item().filter(|_| is_open) else {
            return false;
        };
        let is_other = names.is_some_and(|names| {
            // Extra Rice is more of it.
            let is_more = |at: &OptionRef| {
                let option = named(self.items, *at).map(|(_, option)| option.name.as_str());
                option.and_then(Portion::of).is_some()
            };
            let own = names.options.iter();
            let own = own.filter(|at| at.item == item && !is_more(at));
            let is_one = own.clone().count() == 1 || own.clone().any(|at| !at.derived);
            is_one || self.lines.find(&names.items).is_some()
        });
        if is_other {
            return false;
        }
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let ([word], Some(known)) = (said.as_slice(), self.items.get(item)) else {
            return false;
        };
        let told = option::key(known.description.as_deref().unwrap_or_default());
        let groups = known.modifier_groups.iter().enumerate();
        let mut called = groups.flat_map(|(group, choices)| {
            let options = choices.options.iter().enumerate();
            let told = options.filter(|(_, option)| {
                let name = option::key(&option.name);
                let is_kind = name.rsplit_once(' ').is_some_and(|(_, last)| last == word);
                is_kind && told.contains(&name)
            });
            told.map(move |(option, _)| OptionRef {
                item,
                derived: false,
                group,
                option,
            })
        });
        let (Some(at), None) = (called.next(), called.next()) else {
            return false;
        };
        drop(called);
        self.lines.put_last(at, Choice::removed(segment.span()));
        self.negation_used = true;
        true
    }
}
