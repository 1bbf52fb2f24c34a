//! The one that is left of several of which some were told apart: "the other without".

use super::super::draft::Choice;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;
use olympus_proto::ModifierAction;

impl<'a> Reader<'a> {
    /// "The rest", "the other": of a line of which some were told apart.
    pub(super) fn remaining(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let tells = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Not | Cue::With))
        );
        // "No rice on one of them, and on the other no beans"
        let goes_on = rest
            .first()
            .is_some_and(|next| self.said_of(next).starts_with("and"));
        if self.onto
            && tells
            && !goes_on
            && let Some(line) = self.shared.or_else(|| self.lines.other_part())
        {
            self.lines.forget_recent();
            (self.all, self.place, self.onto) = (None, Some(line), false);
            return;
        }
        if self.onto && self.lines.has_recent() {
            self.lines.move_to_other_parts();
            return;
        }
        let Some(left) = self.shared.and_then(|line| self.lines.quantity(line)) else {
            return;
        };
        let said = self.said_of(segment).to_lowercase();
        let is_one = said.ends_with("other") || said.ends_with("one");
        let number = if is_one { 1 } else { left };
        if self.is_without_that(number, rest) {
            return;
        }
        if !self.tell_plain(number, rest) {
            self.tell_apart(number, rest);
        }
    }

    /// "One with onion and the other without": what the one has.
    pub(super) fn is_without_that(&mut self, number: u32, rest: &[Segment<'a>]) -> bool {
        let said = rest.first().map(|next| self.said_of(next).to_lowercase());
        let ends = rest.get(1).is_none_or(|next| {
            let gap = rest
                .first()
                .and_then(|not| self.text.get(not.end..next.start));
            gap.is_some_and(|gap| gap.contains([',', '.', ';', '!', '?', '\n']))
                || matches!(next.kind, Kind::Cue(Cue::And | Cue::Clause))
        });
        let added = self.lines.added_in_clause();
        let says = matches!(said.as_deref(), Some("without" | "w/o" | "wo"));
        if !ends || !says || added.is_empty() {
            return false;
        }
        // "One with bacon and one without": one more, as the dish comes.
        if self.shared.is_none()
            && self.joined
            && self.lines.is_told_single()
            && let Some(item) = self.lines.last_item()
            && let Some(not) = rest.first()
        {
            let span = not.span();
            self.pending.number = Some(number);
            self.place_item(item, span);
            self.skip = Some(not.start);
            self.lines.forget_recent();
            (self.all, self.place, self.joined) = (None, None, false);
            return true;
        }
        let Some(is_left) = self.shared.and_then(|line| self.lines.split(line, number)) else {
            return false;
        };
        self.shared = self.shared.filter(|_| is_left);
        let span = rest.first().map(Segment::span);
        let last = self.lines.last().map(|(line, _)| line);
        if let (Some(line), Some(span)) = (last, span) {
            let choice = Choice {
                action: ModifierAction::Remove,
                ..Choice::added(span)
            };
            for options in added {
                self.lines.put(line, options, choice);
            }
        }
        self.skip = rest.first().map(|not| not.start);
        self.lines.forget_recent();
        (self.all, self.place, self.joined) = (None, None, false);
        true
    }

    /// "One with fries, other with slaw": without its article, of a line of which some were told apart.
    pub(super) fn is_other_one(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let is_other = self.said_of(segment).eq_ignore_ascii_case("other");
        let left = self.shared.and_then(|line| self.lines.quantity(line));
        let waits = self.pending.start.is_some() || self.verb.is_some();
        let is_left = is_other && left == Some(1) && !waits;
        if is_left {
            self.remaining(segment, rest);
        }
        is_left
    }
}
