//! Parts of a meal that are told one by one after it: "the family deal, sausage on the pizza, mild wings".
//!
//! Invariant: a part is a word of what the menu tells of the meal, and comes with a choice that the meal still
//! lacks; all else is a dish of its own.

use super::super::draft::Choice;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::super::stems::stem;
use super::meant::option_of;
use super::{Pending, Reader};
use crate::menu::text::words;
use olympus_proto::Span;

impl<'a> Reader<'a> {
    /// The pizza of a deal that has one: what waits, or comes next, is of the deal.
    pub(super) fn is_part_of_meal(&mut self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let waits = self.negated || self.verb.is_some() || self.place.is_some();
        let is_choice = matches!(segment.kind, Kind::Names(names)
            if self.lines.last_takes(&names.options).is_some()
                && (!self.is_group_of_last(names, self.said_of(segment)) || self.leads_to_other_group(names, segment, rest)));
        if waits || is_choice || !self.lines.last_is_meal() || !self.is_told_of_meal(segment) {
            return false;
        }
        // "Number one, and a burger with cheese" are two.
        let is_new = self.is_opened() && self.pending.start.is_some();
        let is_open = |names: &Names| {
            !names.is_size
                && (!is_new || self.lines.last_needs(&names.options))
                && self.lines.last_takes(&names.options).is_some()
                && !self.lines.last_has_other(&names.options)
        };
        let is_before =
            |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler | Cue::With | Cue::To));
        let next = rest.iter().find(|s| !is_before(s));
        let next = next.filter(|next| !self.ends_phrase(next.start));
        let is_next =
            matches!(next.map(|next| next.kind), Some(Kind::Names(next)) if is_open(next));
        let options = &self.pending.options;
        let is_told = match options.is_empty() {
            true => is_next || (self.towards && self.lines.has_recent()),
            false => options.iter().all(|(names, _)| is_open(names)),
        };
        if !is_told {
            return false;
        }
        let waiting: Vec<(&Names, Choice)> = std::mem::take(&mut self.pending).options;
        for (names, choice) in waiting {
            self.attach(names, choice);
        }
        self.pending = Pending::default();
        self.towards = false;
        true
    }

    /// "Soup, gyoza" of a bento with Soup or Salad and a side: what comes next is chosen of something else.
    fn leads_to_other_group(
        &self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let Some(last) = self.lines.last_item() else {
            return false;
        };
        let group = |names: &Names| option_of(&names.options, last).map(|at| at.group);
        let next = rest.iter().find_map(|next| match next.kind {
            Kind::Names(next) => Some(group(next)),
            _ => None,
        });
        !self.is_told_for(segment.span())
            && next
                .flatten()
                .is_some_and(|next| group(names) != Some(next))
    }

    /// "Ranch for the sauces": the name of a group, where no choice is called just so.
    fn is_group_of_last(&self, names: &Names, said: &str) -> bool {
        let Some(last) = self.lines.last_item() else {
            return false;
        };
        let is_derived = option_of(&names.options, last).is_some_and(|at| at.derived);
        let groups = self.items.get(last).map(|item| &item.modifier_groups);
        let mut named = groups
            .into_iter()
            .flatten()
            .flat_map(|group| words(&group.name));
        let said = self.phrases.stems_of(&said.to_lowercase());
        is_derived
            && matches!(said.as_slice(), [said] if named.any(|word| stem(&word.text) == *said))
    }

    /// "Cornbread for the bread": what the choice before was of, and no White Bread.
    pub(super) fn is_group_of_choice(&self, names: &Names, said: &str, span: Span) -> bool {
        self.is_told_for(span)
            && self.lines.last_has_other(&names.options)
            && self.is_group_of_last(names, said)
    }

    /// Whether what stands before was said to be for this.
    fn is_told_for(&self, span: Span) -> bool {
        let before = self.text.get(..span.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        ["for the", "for my", "for", "as the", "as my"]
            .iter()
            .any(|lead| before.ends_with(lead))
    }

    /// Whether the menu names that among what the meal is made of, and as many as were said.
    fn is_told_of_meal(&self, segment: &Segment<'_>) -> bool {
        let Some(meal) = self.lines.last_item().and_then(|last| self.items.get(last)) else {
            return false;
        };
        let groups = meal
            .modifier_groups
            .iter()
            .flat_map(|group| [&group.id, &group.name]);
        let told = meal.description.iter().chain(groups);
        let told: Vec<String> = told
            .flat_map(|text| words(text))
            .map(|word| stem(&word.text))
            .collect();
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let number = self.pending.number.filter(|number| *number > 1);
        let number = number.map(|number| number.to_string());
        !said.is_empty() && said.iter().chain(&number).all(|word| told.contains(word))
    }
}
