//! Numbers that are a portion: "six wings", "a margherita 26", "two slices".

use super::super::draft::{Choice, is_size};
use super::super::option;
use super::super::phrases::{OptionRef, is_unit};
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;
use olympus_proto::Span;

impl Reader<'_> {
    /// "Coconut pie, two slices": so many of the dish before, in that size.
    pub(super) fn counts_sizes(&self, rest: &[Segment<'_>]) -> bool {
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let ends = rest.get(1).is_none_or(|next| {
            self.ends_phrase(next.start) || matches!(next.kind, Kind::Cue(Cue::And))
        });
        let is_one = self.lines.last().is_some_and(|(_, quantity)| quantity == 1);
        let is_size = matches!(rest.first().map(|next| next.kind), Some(Kind::Names(names))
            if names.is_size && names.items.is_empty() && self.lines.last_takes(&names.options) == Some(false));
        self.after_name && !waits && is_one && ends && is_size && !self.joined
    }

    /// "Wings twelve, plain": right after a dish that is sold by the piece.
    pub(super) fn is_portion_of_last(
        &mut self,
        number: u32,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let is_item = matches!(rest.first().map(|next| next.kind),
            Some(Kind::Names(next)) if next.options.is_empty());
        if !self.after_name || waits || is_item || self.ends_phrase(segment.start) {
            return false;
        }
        let at = self.lines.last_item().and_then(|item| {
            let pieces = self.pieces(item, number);
            pieces.or_else(|| self.measure(item, number))
        });
        let Some(at) = at.filter(|at| self.lines.last_takes(&[*at]) == Some(false)) else {
            return false;
        };
        let span = Span {
            start: segment.start,
            end: segment.end,
        };
        self.lines.put_last(at, Choice::added(span));
        true
    }

    /// "Twelve wings, no sorry, six": another portion of the last line.
    pub(super) fn other_portion(&mut self, number: u32, segment: &Segment<'_>) -> bool {
        let last = self
            .lines
            .last_item()
            .filter(|_| self.pending.number.is_none());
        let Some(at) = last.and_then(|item| self.pieces(item, number)) else {
            return false;
        };
        let span = Span {
            start: segment.start,
            end: segment.end,
        };
        self.lines.put_last(at, Choice::added(span));
        self.verb = None;
        true
    }

    /// The size of an item that measures so much: "a margherita 26" of 26 cm.
    pub(super) fn measure(&self, item: usize, number: u32) -> Option<OptionRef> {
        let groups = &self.items.get(item)?.modifier_groups;
        groups.iter().enumerate().find_map(|(group, choices)| {
            let option = choices.options.iter().position(|option| {
                let key = option::key(&option.name.replace('"', " inch"));
                let mut words = key.split(' ');
                words.any(|word| word == number.to_string()) && words.next().is_some_and(is_unit)
            });
            let option = option.filter(|_| is_size(choices))?;
            Some(OptionRef {
                item,
                derived: false,
                group,
                option,
            })
        })
    }

    /// The portion that so many pieces of an item are, and how often: two dozen are twice twelve.
    pub(super) fn portions(&self, item: usize, count: u32) -> Option<(OptionRef, u32)> {
        if let Some(at) = self.pieces(item, count) {
            return Some((at, 1));
        }
        let sizes = (2..=count / 2)
            .rev()
            .filter(|size| count.is_multiple_of(*size) && count > 9);
        let mut sizes = sizes.filter_map(|size| Some((self.pieces(item, size)?, count / size)));
        sizes.next()
    }

    /// The option of an item that is so many pieces: "six wings" is a portion of 6.
    pub(super) fn pieces(&self, item: usize, count: u32) -> Option<OptionRef> {
        let named = &self.items.get(item)?.name;
        let named = option::key(named);
        let groups = &self.items.get(item)?.modifier_groups;
        groups.iter().enumerate().find_map(|(group, choices)| {
            let option = choices.options.iter().position(|option| {
                let stems = option::key(&option.name);
                let mut words = stems.split(' ');
                let is_count = words.next() == Some(count.to_string().as_str());
                // "26 cm" is a measure, "2% milk" a sort; "6 wings" are of the wings.
                is_count
                    && words.next().is_none_or(|unit| {
                        unit == "piece" || named.split(' ').any(|word| word == unit)
                    })
            })?;
            Some(OptionRef {
                item,
                derived: false,
                group,
                option,
            })
        })
    }
}
