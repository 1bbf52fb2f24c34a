//! What a dish must have, told by one word of it: the Smoked Turkey Breast of "one meat plate with turkey".

use super::super::draft::{Choice, is_size};
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::{Pending, Reader};
use olympus_proto::Span;

impl<'a> Reader<'a> {
    /// A word of one choice among those that the dish before still needs, where no choice goes by it and
    /// no dish by all of its name. `true` where it was chosen.
    pub(super) fn is_word_of_must(&mut self, names: Option<&Names>, segment: &Segment<'_>) -> bool {
        let is_other = names.is_some_and(|names| {
            let is_dish = !names.items.is_empty() && !names.is_part;
            is_dish || names.is_size || self.lines.last_takes(&names.options).is_some()
        });
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let is_led = self.with || self.after_name || self.before == "and";
        // "Two plates, both with brisket and turkey" of one line.
        let last = self.lines.last().map(|(line, _)| line);
        let is_of_others = self
            .all
            .as_ref()
            .is_some_and(|all| !all.iter().eq(last.iter()));
        if is_other || waits || !is_led || self.place.is_some() || is_of_others {
            return false;
        }
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let Some(at) = self.only_choice_with(&said) else {
            return false;
        };
        let span = segment.span();
        let amount = self.amount.take();
        self.lines.put_last(
            at,
            Choice {
                amount,
                ..Choice::added(span)
            },
        );
        true
    }

    /// "With a sweet potato" where a dish must be chosen with a side, a Baked Sweet Potato or a Loaded one among them: which
    /// is not said, and no tea is sweet. `true` where that was told.
    pub(super) fn is_some_of_must(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_word = |next: &&Segment<'_>| {
            let is_part = match next.kind {
                Kind::Unknown => true,
                Kind::Names(names) => names.items.is_empty() || names.is_part,
                Kind::Cue(_) => false,
            };
            is_part && !self.ends_phrase(next.start)
        };
        let Some(next) = rest.first().filter(is_word) else {
            return false;
        };
        let is_its = self.lines.last_takes(&names.options).is_some();
        if self.negated || is_its || !names.items.is_empty() {
            return false;
        }
        let (start, end) = (segment.start, next.end);
        let said = self.said(Span { start, end }).to_lowercase();
        let said = format!(" {} ", self.phrases.stems_of(&said).join(" "));
        let item = self.lines.last_item().and_then(|item| self.items.get(item));
        let groups = item.into_iter().flat_map(|item| &item.modifier_groups);
        let options = groups
            .filter(|group| group.min > 0 && !is_size(group))
            .flat_map(|group| &group.options);
        let having =
            options.filter(|option| format!(" {} ", option::key(&option.name)).contains(&said));
        if having.count() < 2 {
            return false;
        }
        self.pending = Pending::default();
        self.not_understood(start, end);
        self.read_to = end;
        true
    }

    fn only_choice_with(&self, said: &[String]) -> Option<OptionRef> {
        let item = self.lines.last_item()?;
        let groups = &self.items.get(item)?.modifier_groups;
        let all = groups
            .iter()
            .enumerate()
            .filter(|(_, group)| group.min > 0 && !is_size(group));
        let mut having = all.flat_map(|(group, choices)| {
            let options = choices.options.iter().enumerate().filter(|(_, option)| {
                let name = option::key(&option.name);
                let words: Vec<&str> = name.split(' ').collect();
                said.iter().all(|said| words.contains(&said.as_str()))
            });
            options.map(move |(option, _)| OptionRef {
                item,
                derived: true,
                group,
                option,
            })
        });
        let at = having.next().filter(|_| having.next().is_none())?;
        let most = groups.get(at.group)?.max.unwrap_or(u32::MAX);
        let is_free = self.lines.chosen_of(at.group) < usize::try_from(most).unwrap_or(usize::MAX);
        (is_free && !said.is_empty()).then_some(at)
    }
}
