//! A size that is said of something on the order: of a dish, or of the choice that made it what it is.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Reader, Verb};

impl Reader<'_> {
    /// "A chocolate and a vanilla shake, make the chocolate large": the one line that is of that sort.
    pub(super) fn is_sort_of_line(&self, names: &Names, rest: &[Segment<'_>]) -> Option<usize> {
        let leads = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Article | Cue::To));
        let next = rest.iter().find(|s| !leads(s))?;
        let lines = self.lines.having(&names.options);
        let ([line], false, Kind::Names(next)) = (lines.as_slice(), names.is_size, next.kind)
        else {
            return None;
        };
        let draft = self.lines.draft(*line);
        let is_sort = draft.is_some_and(|draft| {
            let sorts = self.only_sorts(vec![draft.item], &names.options);
            !sorts.is_empty()
        });
        let is_many = is_sort || self.lines.all().len() > 1;
        let is_size = next.is_size && self.lines.takes(*line, &next.options);
        (self.verb == Some(Verb::Change) && is_many && is_size).then_some(*line)
    }

    /// Whether something that was ordered comes next, or the choice that made it what it is, and its size after it.
    pub(super) fn is_sized_thing(&self, rest: &[Segment<'_>]) -> bool {
        let [thing, after @ ..] = rest else {
            return false;
        };
        let leads = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Article | Cue::To));
        let size = after.iter().find(|s| !leads(s)).map(|s| s.kind);
        let (Kind::Names(thing), Some(Kind::Names(size))) = (thing.kind, size) else {
            return false;
        };
        let having = self.lines.having(&thing.options);
        let line = match (self.ordered(thing), having.as_slice()) {
            (Some(line), _) => line,
            (None, [line]) => *line,
            _ => return false,
        };
        size.is_size && !thing.is_size && self.lines.takes(line, &size.options)
    }
}
