//! "Sub tots for the fries", "swap the fries for tots": which of the two goes.

use super::super::draft::{Choice, comes_with, named};
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::super::stems::removed;
use super::meant::option_of;
use super::{Pending, Reader};
use olympus_proto::ModifierAction;

/// After these the first of two comes, where the dish does not tell.
const PUTS_FIRST: [&str; 2] = ["sub", "substitute"];

impl<'a> Reader<'a> {
    /// Exchanges two choices of the line that is open: what the dish comes with goes, whichever is said
    /// first. Says whether there were two.
    pub(super) fn swaps(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = |s: &Segment<'_>| self.said_of(s).to_lowercase();
        let is_for =
            |s: &&Segment<'a>| matches!(said(s).as_str(), "for" | "with" | "to" | "for a" | "to a");
        let is_before = |s: &&Segment<'a>| {
            matches!(s.kind, Kind::Cue(Cue::Filler | Cue::Article)) && !is_for(s)
        };
        let mut comes = rest.iter().filter(|s| !is_before(s));
        let (Some(first), Some(to), Some(second)) = (comes.next(), comes.next(), comes.next())
        else {
            return false;
        };
        let (Kind::Names(one), Kind::Names(other)) = (first.kind, second.kind) else {
            return false;
        };
        if self.lines.is_empty() && is_for(&to) {
            return self.swaps_ahead(segment, (one, first), (other, second));
        }
        let Some(item) = self.lines.last_item().filter(|_| is_for(&to)) else {
            return false;
        };
        let at = |names: &Names| option_of(&names.options, item);
        let (Some(first_at), Some(second_at)) = (at(one), at(other)) else {
            return false;
        };
        if one.is_size || other.is_size || self.negated || self.pending.number.is_some() {
            return false;
        }
        let puts_first = match (
            comes_with(self.items, first_at),
            comes_with(self.items, second_at),
        ) {
            (true, false) => false,
            (false, true) => true,
            _ => PUTS_FIRST.contains(&said(segment).as_str()),
        };
        let (wanted, gone) = match puts_first {
            true => ((one, first), (other, second)),
            false => ((other, second), (one, first)),
        };
        // "Sub balsamic for the dressing" where the till has No Dressing: the dressing is another, and not left out.
        let gone_at = if puts_first { second_at } else { first_at };
        let is_group =
            named(self.items, gone_at).is_some_and(|(_, option)| removed(&option.name).is_some());
        let span = |s: &Segment<'_>| s.span();
        let goes = Choice {
            action: ModifierAction::Remove,
            contrast: true,
            ..Choice::added(span(gone.1))
        };
        let read_to = second.end;
        self.settle_options();
        if !is_group {
            self.attach(gone.0, goes);
        }
        self.attach(wanted.0, Choice::added(span(wanted.1)));
        self.pending = Pending::default();
        (self.verb, self.read_to) = (None, read_to);
        true
    }

    /// "Sub rye for the roll on the club": of a dish that is still to come.
    fn swaps_ahead(
        &mut self,
        segment: &Segment<'_>,
        one: (&'a Names, &Segment<'a>),
        other: (&'a Names, &Segment<'a>),
    ) -> bool {
        let is_choice = |names: &Names| !names.options.is_empty() && !names.is_size;
        let waits = self.negated || self.pending.number.is_some();
        if waits || !is_choice(one.0) || !is_choice(other.0) {
            return false;
        }
        let said = self.said_of(segment).to_lowercase();
        let (wanted, gone) = match PUTS_FIRST.contains(&said.as_str()) {
            true => (one, other),
            false => (other, one),
        };
        let goes = Choice {
            contrast: true,
            ..Choice::removed(gone.1.span())
        };
        self.ahead.push((gone.0, goes));
        self.ahead.push((wanted.0, Choice::added(wanted.1.span())));
        self.pending = Pending::default();
        (self.verb, self.read_to) = (None, one.1.end.max(other.1.end));
        true
    }
}
