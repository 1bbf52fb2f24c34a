//! "Make the drink a root beer", "change the rice to brown": a choice that is told by what its group is called.
//!
//! Invariant: only a line changes that has such a group with that choice.

use super::super::draft::{Choice, named};
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Pending, Reader, option_of};
use olympus_proto::ModifierAction;

impl<'a> Reader<'a> {
    /// What is named after the group takes the place of what was chosen of it. Says whether it did.
    pub(super) fn changes_of_group(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let is_made = said.starts_with("make ");
        let is_change = ["make ", "change ", "switch ", "swap "]
            .iter()
            .any(|change| said.starts_with(change));
        let Some((called, comes)) = rest.split_first().filter(|_| is_change) else {
            return false;
        };
        let is_between = |s: &&Segment<'_>| {
            let said = self.said_of(s);
            matches!(s.kind, Kind::Cue(Cue::To))
                || (is_made && matches!(s.kind, Kind::Cue(Cue::Article)))
                || said.eq_ignore_ascii_case("with")
        };
        let between = comes.iter().take_while(is_between).count();
        let named = |at: usize| match comes.get(at).map(|next| next.kind) {
            Some(Kind::Names(names)) => Some(names),
            _ => None,
        };
        let size = named(between).filter(|names| names.is_size);
        let at = between + usize::from(size.is_some());
        let (Some(names), Some(choice)) = (named(at), comes.get(at)) else {
            return false;
        };
        let word = self.phrases.stems_of(&self.said_of(called).to_lowercase());
        let is_dish =
            matches!(called.kind, Kind::Names(names) if self.lines.find(&names.items).is_some());
        let [word] = word.as_slice() else {
            return false;
        };
        let Some(line) = self.line_of_group(word, names).filter(|_| !is_dish) else {
            return false;
        };
        self.settle();
        self.lines.forget_recent();
        let span = choice.span();
        let read_to = choice.end;
        self.lines.clear_like(line, &names.options);
        self.lines.put(line, &names.options, Choice::added(span));
        if let (Some(size), Some(told)) = (size, comes.get(between)) {
            let span = told.span();
            if !self.lines.put(line, &size.options, Choice::added(span)) {
                self.not_understood(span.start, span.end);
            }
        }
        self.pending = Pending::default();
        (self.verb, self.negated, self.read_to) = (None, false, read_to);
        true
    }

    /// The latest line that has the choice in a group of that name, or beside one of that name: fried rice for "the
    /// rice" of a plate with brown rice.
    fn line_of_group(&self, word: &str, names: &Names) -> Option<usize> {
        let is_of = |line: &usize| {
            let Some(draft) = self.lines.draft(*line) else {
                return false;
            };
            let Some(at) = option_of(&names.options, draft.item) else {
                return false;
            };
            let Some((group, option)) = named(self.items, at) else {
                return false;
            };
            let last = |name: &str| option::key(name).rsplit(' ').next() == Some(word);
            let is_chosen = |(other, choice): &(OptionRef, Choice)| {
                let other = named(self.items, *other).filter(|_| other.group == at.group);
                choice.action == ModifierAction::Add
                    && other.is_some_and(|(_, own)| last(&own.name))
            };
            let called = option::key(&group.name);
            let is_called = group.max == Some(1) && called.split(' ').any(|own| own == word);
            is_called || (last(&option.name) && draft.choices.iter().any(is_chosen))
        };
        self.lines.all().into_iter().rev().find(is_of)
    }
}
