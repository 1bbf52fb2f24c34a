//! Which one is meant, told after it: "a melt, the mushroom one", "one of those teas unsweet".

use super::super::draft::{Choice, named};
use super::super::option;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;
use olympus_proto::Span;

impl<'a> Reader<'a> {
    /// "A melt the mushroom one", "sausage the cheddar one": words of what was said right before tell which it is, and
    /// are nothing more.
    pub(super) fn is_the_one(&mut self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let one = rest.first().filter(|next| {
            let said = self.said_of(next).to_lowercase();
            matches!(said.as_str(), "one" | "ones") && !self.ends_phrase(next.start)
        });
        let waits = self.negated || self.verb.is_some() || self.pending.start.is_some();
        let (Some(end), "the", false) = (one.map(|one| one.end), self.before.as_str(), waits)
        else {
            return false;
        };
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let before = before.strip_suffix("the").unwrap_or_default();
        let until = before.trim_end_matches([' ', ',']).len();
        let Some(draft) = self.lines.at(None).and_then(|last| self.lines.draft(last)) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_last = draft.span.is_some_and(|span| span.end == until);
        let is_dish = said.iter().all(|word| self.has_word(draft.item, word));
        let is_choice = draft.choices.iter().any(|(at, choice)| {
            let name = named(self.items, *at).map(|(_, option)| option::key(&option.name));
            let is_in = |name: &String| {
                said.iter()
                    .all(|said| name.split(' ').any(|own| own == said))
            };
            choice.span.end == until && name.as_ref().is_some_and(is_in)
        });
        if !is_last || !(is_dish || is_choice) {
            return false;
        }
        self.lines.lengthen(end);
        self.read_to = end;
        true
    }

    /// "Two teas, make one of those teas unsweet", where a tea unsweet is sold otherwise too: what the last dish is
    /// called, and a choice of it.
    pub(super) fn is_one_of_those_told(&mut self, number: u32, rest: &[Segment<'_>]) -> bool {
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let at = rest.iter().take_while(is_filler).count();
        let those = at.checked_sub(1).and_then(|at| rest.get(at));
        let is_those = those.is_some_and(|those| {
            let said = self.said_of(those).to_lowercase();
            matches!(said.as_str(), "those" | "these")
        });
        let (Some(next), Some((last, quantity))) = (rest.get(at), self.lines.last()) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let item = self.lines.last_item();
        let (Some((kind, told)), Some(item)) = (said.split_first(), item) else {
            return false;
        };
        let is_kind = self.is_of_kind(item, kind) || self.has_word(item, kind);
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        if !is_those || !is_kind || told.is_empty() || waits || quantity <= number {
            return false;
        }
        let choice = self.phrases.find(told);
        let Some(choice) = choice.filter(|told| self.lines.last_takes(&told.options).is_some())
        else {
            return false;
        };
        if self.lines.split(last, number).is_none() {
            return false;
        }
        let span = Span {
            start: next.start,
            end: next.end,
        };
        if let Some((line, _)) = self.lines.last() {
            self.lines.put(line, &choice.options, Choice::added(span));
        }
        (self.shared, self.read_to) = (Some(last), next.end);
        self.lines.forget_recent();
        true
    }
}
