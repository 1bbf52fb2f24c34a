//! "With only ketchup", "nothing but lettuce", "mustard only": all else that the dish comes with is left
//! out.

use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;
use olympus_proto::Span;

impl<'a> Reader<'a> {
    /// "Nothing but lettuce and tomato": the names that come next are all that is on it.
    pub(super) fn only_what_comes(&mut self, rest: &[Segment<'a>]) {
        self.settle_options();
        let mut kept: Vec<(&'a [OptionRef], Span)> = Vec::new();
        let mut end = 0;
        for segment in rest {
            match segment.kind {
                Kind::Names(names) if self.lines.last_takes(&names.options).is_some() => {
                    let span = segment.span();
                    kept.push((&names.options, span));
                    end = segment.end;
                }
                Kind::Cue(Cue::And | Cue::Filler) => {}
                _ => break,
            }
        }
        // "With just mayo off" leaves the mayo out.
        let off = rest.iter().find(|next| next.start >= end);
        if off.is_some_and(|next| self.is_off(next)) {
            return;
        }
        (self.negated, self.amount) = (false, None);
        // "Plain with just cheese": that it is plain has been told by a choice.
        if self.lines.last_is_plain() {
            return;
        }
        if !kept.is_empty() {
            self.lines.leave_only(&kept);
            self.read_to = end;
        }
    }

    /// "Cheeseburger just ketchup": whether a choice of the line that is open comes next.
    pub(super) fn is_told_of_last(&self, rest: &[Segment<'_>]) -> bool {
        match rest.first().map(|next| next.kind) {
            Some(Kind::Names(names)) => {
                let is_size = names.is_size;
                let is_bare = self.lines.is_bare() && self.pending.start.is_none();
                is_bare && !is_size && self.lines.last_takes(&names.options).is_some()
            }
            _ => false,
        }
    }

    /// Whether "only" ends what was said, and begins nothing: "with cheese, only a coke".
    pub(super) fn is_said_of_before(&self, rest: &[Segment<'_>]) -> bool {
        rest.first().is_none_or(|next| {
            self.ends_phrase(next.start)
                || matches!(next.kind, Kind::Cue(Cue::And | Cue::Clause | Cue::Not))
                || self.said_of(next).eq_ignore_ascii_case("so")
        })
    }

    /// "A plain club", "club, plain" where no choice of the club is called so.
    pub(super) fn is_made_plain(&mut self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let is_plain = self.said_of(segment).eq_ignore_ascii_case("plain");
        let waits = self.negated || self.with || !self.pending.options.is_empty();
        if !is_plain || waits {
            return false;
        }
        if self.are_made_plain(segment) {
            return true;
        }
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        if matches!(next.map(|next| next.kind), Some(Kind::Names(next)) if !next.items.is_empty()) {
            self.plain = Some(segment.span());
            return true;
        }
        self.after_name && self.pending.start.is_none() && self.makes_plain(segment.span())
    }

    /// "Both plain", "the first one plain": the lines that were meant.
    fn are_made_plain(&mut self, segment: &Segment<'_>) -> bool {
        let meant: Vec<usize> = match (&self.all, self.place) {
            (Some(lines), _) => lines.clone(),
            (None, Some(line)) => vec![line],
            (None, None) => Vec::new(),
        };
        let mut is_made = false;
        for line in meant {
            is_made |= self.lines.leave_plain_of(line, segment.span());
        }
        is_made
    }

    /// "Burger plain" where wings can be had Plain, and burgers not.
    pub(super) fn is_plain_elsewhere(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        if !self.said_of(segment).eq_ignore_ascii_case("plain") {
            return false;
        }
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let is_drink = matches!(next.map(|next| next.kind), Some(Kind::Names(next))
            if next.items.is_empty() && self.drink_of(&next.options).is_some());
        // "A plain coke" is a coke.
        if is_drink && !self.negated && names.items.is_empty() {
            return true;
        }
        let is_choice = names.items.is_empty() && self.lines.last_takes(&names.options).is_none();
        let is_led = self.after_name && self.pending.start.is_none();
        is_choice && is_led && self.is_made_plain(segment, rest)
    }

    /// "A small coffee, black": with nothing in it, as it comes.
    pub(super) fn is_black_coffee(&self, segment: &Segment<'_>) -> bool {
        const BLACK: [&str; 3] = ["coffee", "espresso", "americano"];
        let is_black = self.said_of(segment).eq_ignore_ascii_case("black");
        let name = self
            .lines
            .last_item()
            .map(|item| self.phrases.name_of(item));
        let is_coffee = |word: &String| BLACK.contains(&word.as_str());
        is_black && !self.negated && name.is_some_and(|name| name.iter().any(is_coffee))
    }

    /// Leaves out what lies on the last line; whether there was anything.
    pub(super) fn makes_plain(&mut self, span: Span) -> bool {
        let is_made = self.lines.leave_plain(span);
        if is_made {
            self.made_plain = self.lines.last().map(|(line, _)| line);
        }
        is_made
    }

    /// "With nothing on it": plain, where the menu tells what that would be.
    pub(super) fn is_nothing_on_it(&mut self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let ends = rest.get(1).is_none_or(|next| {
            self.ends_phrase(next.start) || matches!(next.kind, Kind::Cue(Cue::Filler))
        });
        let waits = self.negated || self.pending.start.is_some() || self.verb.is_some();
        self.is_bare_nothing(segment, rest) && ends && !waits && self.makes_plain(segment.span())
    }

    /// Whether it is said of a whole dish.
    pub(super) fn is_bare_nothing(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let on_it = rest.first().map(|next| self.said_of(next).to_lowercase());
        self.said_of(segment).eq_ignore_ascii_case("nothing")
            && matches!(on_it.as_deref(), Some("on it" | "in it" | "on top"))
    }

    /// "No dressing": a group of choices of the line that is open, left out.
    pub(super) fn is_group_left_out(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
    ) -> bool {
        let is_open = self.negated && !self.negation_used && !self.contrast && !self.onto;
        let is_choice = |names: &Names| self.lines.accepting(&names.options).is_some();
        if !is_open || names.is_some_and(is_choice) {
            return false;
        }
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_left = match said.as_slice() {
            [word] if self.pending.start.is_none() => self.lines.leave_group(word, segment.span()),
            _ => false,
        };
        self.negation_used |= is_left;
        is_left
    }

    fn is_off(&self, segment: &Segment<'_>) -> bool {
        matches!(segment.kind, Kind::Cue(Cue::Off))
            || self.said_of(segment).to_lowercase().starts_with("off")
    }

    /// "Ketchup and mustard only": what was said of the line in this clause.
    pub(super) fn only_what_was_said(&mut self) {
        let kept = self.lines.added_last();
        if !kept.is_empty() {
            self.lines.leave_only(&kept);
        }
    }
}
