//! Words that only say what sort of thing is meant: what dishes are listed under, and what a choice is called with.
//!
//! Invariant: nothing is ordered here, and nothing is asked.

use super::super::draft::named;
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::meant::option_of;
use super::{Pending, Reader};

impl<'a> Reader<'a> {
    /// "Three beers two lagers and a stout": what the menu lists the dishes under that are told next.
    pub(super) fn is_heading_of_next(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_many = self.pending.number.is_some_and(|number| number > 1);
        let comes = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Number(_) | Cue::Article))
        );
        let waits = self.negated || self.verb.is_some() || !self.pending.options.is_empty();
        let is_own = names.is_some_and(|names| {
            let is_dish = !names.items.is_empty() && !names.is_part;
            is_dish || names.options.iter().any(|at| !at.derived)
        });
        if !is_many || !comes || waits || is_own {
            return false;
        }
        let said = self.said_of(segment).to_lowercase();
        let stems = self.phrases.stems_of(&said);
        let [word] = stems.as_slice() else {
            return false;
        };
        let is_under = |item: &usize| {
            let item = self.items.get(*item);
            let listed = item.and_then(|item| item.category.as_deref());
            option::key(listed.unwrap_or_default())
                .split(' ')
                .any(|own| own == word)
        };
        let is_listed = *word != said
            && matches!(rest.get(1).map(|next| next.kind),
                Some(Kind::Names(next)) if next.items.iter().chain(&next.within).any(is_under));
        if is_listed {
            self.pending = Pending::default();
        }
        is_listed
    }

    /// "Sides are slaw and beans" of a plate that still needs its sides, where a side is sold by itself too.
    pub(super) fn names_open_group(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let waits = self.negated || self.verb.is_some() || !self.pending.options.is_empty();
        let is_choice = names.is_size || self.lines.last_takes(&names.options).is_some();
        let item = self.lines.last_item().filter(|_| !waits && !is_choice);
        let Some(item) = item.and_then(|last| self.items.get(last)) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let [word] = said.as_slice() else {
            return false;
        };
        let mut groups = item.modifier_groups.iter().enumerate();
        let has_word = |name: &str| option::key(name).split(' ').any(|own| own == word);
        let needed = groups.find(|(_, group)| {
            // "Soup" of Soup or Salad is the Miso Soup.
            let is_choice = group.options.iter().any(|option| has_word(&option.name));
            group.min > 0 && has_word(&group.name) && !is_choice
        });
        let Some((at, group)) = needed else {
            return false;
        };
        let min = usize::try_from(group.min).unwrap_or(usize::MAX);
        let number = self
            .pending
            .number
            .and_then(|number| usize::try_from(number).ok());
        let is_open = self.lines.chosen_of(at) < min && number.is_none_or(|number| number == min);
        if is_open {
            self.pending = Pending::default();
            self.lines.forget_recent();
        }
        is_open
    }

    /// "With coffee ice cream" of a sundae that is told to have ice cream: the choice, called with what it is.
    pub(super) fn is_word_of_choice(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let is_next = self.after_name && !self.ends_phrase(segment.start);
        let takes = |names: &Names| self.lines.last_takes(&names.options).is_some();
        // The choice may wait for a dish that is called so.
        let last = match self.pending.options.as_slice() {
            [] if self.pending.start.is_none() => self.lines.added_last().last().copied(),
            [(choice, at)] if takes(choice) && (self.pending.with || !self.is_opened()) => {
                Some((choice.options.as_slice(), at.span))
            }
            _ => None,
        };
        let gap = last.and_then(|(_, last)| self.text.get(last.end..segment.start));
        let is_led = gap.is_some_and(|gap| gap.trim().is_empty());
        let waits = self.verb.is_some() || self.negated;
        if waits || !is_next || takes(names) || !is_led {
            return false;
        }
        let Some((chosen, index)) = last.map(|(chosen, _)| chosen).zip(self.lines.last_item())
        else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_word = self.is_group_of(chosen, index, &said)
            || (names.is_part && names.items.len() > 1 && self.is_told_to_have(index, &said));
        if is_word {
            self.settle_options();
            self.pending = Pending::default();
            self.lines.lengthen(segment.end);
        }
        is_word
    }

    /// Whether the words are of what the group of a choice is called: "ice cream" of Ice Cream Flavor.
    fn is_group_of(&self, chosen: &[OptionRef], item: usize, said: &[String]) -> bool {
        let group = option_of(chosen, item).and_then(|at| named(self.items, at));
        group.is_some_and(|(group, _)| {
            let called = option::key(&group.name);
            said.iter()
                .all(|word| called.split(' ').any(|own| own == word))
        })
    }

    /// Whether the words stand in what a dish is told with: its description, or what is chosen of it.
    fn is_told_to_have(&self, item: usize, said: &[String]) -> bool {
        let Some(item) = self.items.get(item) else {
            return false;
        };
        let described = item.description.as_deref().unwrap_or_default();
        let groups = item.modifier_groups.iter().map(|group| group.name.as_str());
        let told: Vec<String> = groups.chain([described]).map(option::key).collect();
        said.iter().all(|word| {
            told.iter()
                .any(|told| told.split(' ').any(|own| own == word))
        })
    }
}
