//! "The other way round": what was said of one of two is of the other.

use super::super::segment::{Kind, Segment};
use super::Reader;

impl<'a> Reader<'a> {
    /// "Other way round", and what that makes of the two may be said again: "one coke, two teas".
    pub(super) fn other_way_round(&mut self, rest: &[Segment<'a>]) {
        self.settle();
        self.lines.swap_last_two();
        (self.verb, self.negated) = (None, false);
        let last: Vec<usize> = self.lines.all().into_iter().rev().take(2).collect();
        let named = |line: &usize| {
            let is_it = |next: &&Segment<'_>| match next.kind {
                Kind::Names(names) => {
                    let own = self.lines.having(&names.options);
                    let called = self.lines.find(&names.items);
                    let called = called.or_else(|| self.lines.find(&names.within));
                    called.or(own.first().copied()) == Some(*line)
                }
                _ => false,
            };
            rest.iter().find(is_it).map(|next| next.end)
        };
        let ends: Option<Vec<usize>> = last.iter().map(named).collect();
        if let Some(end) = ends.and_then(|ends| ends.into_iter().max()) {
            self.read_to = end;
        }
    }
}
