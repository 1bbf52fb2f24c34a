//! Dishes of one kind of which only the last is named in full: "one pork one tofu banh mi".
//!
//! Invariant: what is said first and the kind are what one dish alone is called.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;

impl<'a> Reader<'a> {
    /// A dish by the kind of the one that is named after it. Says whether it was placed.
    pub(super) fn is_named_with_next(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_whole = !names.is_part && !names.items.is_empty();
        let waits = self.negated || self.verb.is_some() || self.with || self.onto;
        if is_whole || names.is_size || waits || !self.is_opened() {
            return false;
        }
        let is_and = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::And));
        let after = rest
            .get(rest.iter().take_while(is_and).count()..)
            .unwrap_or_default();
        let [count, next, ..] = after else {
            return false;
        };
        let is_count = matches!(count.kind, Kind::Cue(Cue::Number(_) | Cue::Article));
        let Kind::Names(next) = next.kind else {
            return false;
        };
        let Some(item) = self.one_of(next.items.clone()).filter(|_| is_count) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let Some(item) = self.of_kind_of(item, &said) else {
            return false;
        };
        let span = segment.span();
        self.place_item(item, span);
        true
    }

    /// The one other dish that is called by these words and the end of an item's name.
    fn of_kind_of(&self, item: usize, said: &[String]) -> Option<usize> {
        let name = self.phrases.name_of(item);
        (1..name.len()).find_map(|from| {
            let kind = name.get(from..)?;
            let named = self.phrases.find(&[said, kind].concat())?;
            let other = self.one_of(named.items.clone())?;
            (other != item && self.phrases.name_of(other).ends_with(kind)).then_some(other)
        })
    }
}
