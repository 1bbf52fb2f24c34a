//! One more of the dish before: "another one without onion", "… and two without".
//!
//! Invariant: a line is added or counted up only where no other dish comes next.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;

/// What is said of one more that has nothing changed.
const AS_IT_COMES: [&str; 10] = [
    "with nothing",
    "with nothing on it",
    "plain",
    "normal",
    "regular",
    "as is",
    "as it comes",
    "exactly as it comes",
    "the regular way",
    "the normal way",
];

impl<'a> Reader<'a> {
    /// "A juice with ice and two without": more of the item before.
    pub(super) fn more_of_last(
        &mut self,
        number: u32,
        segment: &Segment<'_>,
        rest: &[Segment<'a>],
    ) -> bool {
        let next = rest.first().map(|next| next.kind);
        let told = rest.first().map(|next| self.said_of(next).to_lowercase());
        let is_bare = told.is_some_and(|told| AS_IT_COMES.contains(&told.as_str()));
        // "A gyro and two regular fries"
        let is_of_next = matches!(rest.get(1).map(|next| next.kind), Some(Kind::Names(_)))
            && rest
                .get(1)
                .is_some_and(|next| !self.ends_phrase(next.start));
        let is_bare = is_bare && !is_of_next;
        let is_whole = is_bare || matches!(next, Some(Kind::Cue(Cue::Whole)));
        // "… and one for my wife with tofu"
        let is_for_whom = rest.first().is_some_and(|next| self.is_for_whom(next));
        let is_told = is_whole
            || is_for_whom
            || matches!(next, Some(Kind::Cue(Cue::With | Cue::Not | Cue::On)));
        // "One burger with bacon, one without onion"
        let is_one = number == 1 && self.lines.is_told_single();
        // "One club without bacon, two without tomato"
        let is_list = self.ends_phrase(segment.start)
            && self
                .lines
                .last()
                .is_some_and(|(_, quantity)| quantity < number);
        let is_new =
            (self.joined || is_one || is_list) && self.shared.is_none() && self.verb.is_none();
        let waits = self.pending.start.is_some() || !self.pending.options.is_empty();
        let last = self.lines.last_item();
        let Some(item) = last.filter(|_| is_told && is_new && !waits) else {
            return false;
        };
        if !is_whole && !self.says_how_it_differs(number, rest) {
            return false;
        }
        let span = segment.span();
        self.pending.number = Some(number);
        self.place_item(item, span);
        self.lines.forget_recent();
        (self.negated, self.joined) = (false, false);
        true
    }

    /// "A burger without tomato and another without onion".
    pub(super) fn is_another_told(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        // "A coke and another one"
        let is_one = said.ends_with("one") && self.verb.is_none() && !self.negated;
        if is_one
            && !rest.iter().any(|s| matches!(s.kind, Kind::Names(_)))
            && self.implied().is_some()
        {
            self.settle();
        }
        if matches!(said.as_str(), "another" | "one more" | "another one of") {
            return self.more_of_last(1, segment, rest);
        }
        let is_another = ["another", "one more", "a second", "a third"]
            .iter()
            .any(|more| said.starts_with(more));
        is_another && self.verb.is_none() && self.another_one(segment, rest)
    }

    /// "And another one", "another one without mayo", "another one, small": of the item before.
    fn another_one(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let waits = self.pending.start.is_some() || !self.pending.options.is_empty();
        let Some((_, quantity)) = self.lines.last().filter(|_| !waits) else {
            return false;
        };
        let next = rest
            .iter()
            .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let said = rest.first().map(|next| self.said_of(next).to_lowercase());
        let is_plain = said.is_some_and(|said| AS_IT_COMES.contains(&said.as_str()));
        let is_as_before = match next.map(|next| next.kind) {
            _ if is_plain => false,
            Some(Kind::Names(names)) if self.is_of_last_alone(names) => false,
            Some(Kind::Cue(Cue::With | Cue::Not)) => false,
            // "Another one, but without onion"
            Some(Kind::Cue(Cue::Clause))
                if matches!(
                    rest.get(1).map(|next| next.kind),
                    Some(Kind::Cue(Cue::With | Cue::Not))
                ) =>
            {
                false
            }
            Some(
                Kind::Names(_)
                | Kind::Unknown
                | Kind::Cue(Cue::Number(_) | Cue::Same | Cue::Place(_)),
            ) => return false,
            _ => true,
        };
        if self.is_but_for_one(rest) {
            self.copy(self.lines.at(None), None);
        } else if is_as_before {
            self.lines.set_quantity(quantity + 1);
        } else if let Some(item) = self.lines.last_item() {
            let span = segment.span();
            self.place_item(item, span);
        }
        self.lines.forget_recent();
        (self.negated, self.joined) = (false, false);
        true
    }

    /// "Another one but hot": as the one before in all else.
    fn is_but_for_one(&self, rest: &[Segment<'a>]) -> bool {
        let mut comes = rest
            .iter()
            .filter(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let is_but = comes
            .next()
            .is_some_and(|next| self.said_of(next).eq_ignore_ascii_case("but"));
        let is_choice = matches!(comes.next().map(|next| next.kind),
            Some(Kind::Names(names)) if self.is_of_last_alone(names));
        is_but && is_choice
    }

    /// "A large juice and a small one": one more of the last item.
    pub(super) fn is_another(&self, number: u32) -> bool {
        let takes = |names: &Names| self.lines.last_takes(&names.options).is_some();
        number == 1
            && self.pending.start.is_some()
            && self.pending.number.is_none()
            && !self.pending.options.is_empty()
            && self.pending.options.iter().all(|(names, _)| takes(names))
    }
}
