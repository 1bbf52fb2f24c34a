//! "A tea instead of the coke", "just the burger": what takes the place of something that is on the order, and what is
//! all that stays of it.

use super::super::draft::{Choice, named};
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Pending, Reader, Verb, option_of};
use olympus_proto::ModifierAction;

impl<'a> Reader<'a> {
    /// A name before "instead of": of the line that has what is named after it. Says whether it was put there.
    pub(super) fn is_instead_of_ordered(
        &mut self,
        names: &'a Names,
        segment: &Segment<'_>,
        rest: &[Segment<'a>],
    ) -> bool {
        let said = |s: &Segment<'_>| self.said_of(s).to_lowercase();
        let is_instead = |s: &Segment<'_>| matches!(said(s).as_str(), "instead of" | "in place of");
        let Some((_, after)) = rest.split_first().filter(|(first, _)| is_instead(first)) else {
            return false;
        };
        let is_the = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler | Cue::Article));
        let Some(gone) = after.iter().find(|s| !is_the(s)) else {
            return false;
        };
        let Kind::Names(other) = gone.kind else {
            return false;
        };
        let waits = self.negated || self.verb.is_some() || !self.pending.options.is_empty();
        if waits || names.is_size || other.is_size {
            return false;
        }
        let (end, span) = (gone.end, segment.span());
        // "Onion rings instead of fries" of an order with fries
        let called = |names: &'a Names| match names.items.is_empty() {
            true => names.within.as_slice(),
            false => names.items.as_slice(),
        };
        let dishes = called(names);
        let is_dish = !dishes.is_empty() && self.lines.find(dishes).is_none();
        if let Some(line) = self.lines.find(called(other)).filter(|_| is_dish)
            && self.lines.accepting(&names.options).is_none()
        {
            self.pending = Pending::default();
            self.verb = Some(Verb::Put(line));
            self.item(dishes, span);
            (self.read_to, self.verb) = (end, None);
            return true;
        }
        let Some(line) = self.line_to_exchange(names, other) else {
            return false;
        };
        self.pending = Pending::default();
        self.lines.forget_recent();
        let goes = Choice {
            contrast: true,
            ..Choice::removed(gone.span())
        };
        self.lines.put(line, &other.options, goes);
        self.lines.put(line, &names.options, Choice::added(span));
        self.lines.forget_recent();
        self.read_to = end;
        true
    }

    /// The one line that was told to have the one, where it could have the other of the same group.
    fn line_to_exchange(&self, names: &Names, gone: &Names) -> Option<usize> {
        let is_of = |line: &usize| {
            let draft = self.lines.draft(*line);
            let at = draft.and_then(|draft| option_of(&names.options, draft.item));
            let was = draft.and_then(|draft| option_of(&gone.options, draft.item));
            let (Some(draft), Some(at), Some(was)) = (draft, at, was) else {
                return false;
            };
            let is_told = draft.choices.iter().any(|(other, choice)| {
                *other == was.exact() && choice.action == ModifierAction::Add
            });
            let is_group = named(self.items, at).is_some() && at.group == was.group;
            is_told && is_group && at.exact() != was.exact()
        };
        let lines: Vec<usize> = self.lines.all().into_iter().filter(is_of).collect();
        match lines.as_slice() {
            [line] => Some(*line),
            // "The same again but slaw instead of the fries"
            [.., line] if self.lines.is_copied(*line) => Some(*line),
            _ => None,
        }
    }

    /// "Actually just the burger" of an order with more: nothing else stays.
    pub(super) fn keeps_only(&mut self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let before = self
            .text
            .get(..segment.start)
            .unwrap_or_default()
            .to_lowercase();
        let opens = [
            "actually", "no", "ok", "okay", "sorry", "wait", "um", "uh", "",
        ];
        let begins = before.split([' ', ',']).all(|word| opens.contains(&word));
        let Some((the, mut after)) = rest.split_first() else {
            return false;
        };
        if !begins || !self.said_of(the).eq_ignore_ascii_case("the") {
            return false;
        }
        // "The burger and the fries": all of them, as they were; of "the burger and a coke" the coke is new.
        let (mut kept, mut end, mut goes_on) = (Vec::new(), the.end, false);
        while let [next, others @ ..] = after {
            match next.kind {
                Kind::Cue(cue @ (Cue::And | Cue::Filler)) => goes_on |= cue == Cue::And,
                Kind::Names(names) if let Some(line) = self.ordered(names) => {
                    kept.push(line);
                    (end, goes_on) = (next.end, false);
                }
                _ if goes_on => break,
                _ => return false,
            }
            after = others;
        }
        if kept.is_empty() {
            return false;
        }
        let lines = self.lines.all().into_iter().rev();
        for gone in lines.filter(|line| !kept.contains(line)) {
            self.take_off(gone);
        }
        self.read_to = end;
        true
    }
}
