//! Lists after what is left out: whether what is named next is left out too, or wanted.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;

/// What ends a list that is wanted.
const WISHES: [&str; 6] = ["only", "extra", "yes", "ok", "okay", "fine"];

impl Reader<'_> {
    /// "No mayo, ketchup and mustard only", "no pickles, onions ok": a list after a comma that ends with
    /// a word of wishing is wanted.
    pub(super) fn is_wished_after(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let goes_on = |s: &&Segment<'_>| match s.kind {
            Kind::Names(_) => true,
            Kind::Cue(Cue::And) => !self.ends_phrase(s.start),
            _ => false,
        };
        let listed = rest.iter().take_while(goes_on).count();
        let ends = rest
            .get(listed)
            .filter(|next| !self.ends_phrase(next.start));
        let ends = ends.map(|next| self.said_of(next).to_lowercase());
        let after = rest.get(listed + 1).map(|next| next.kind);
        let is_more = matches!(after, Some(Kind::Names(_)));
        let is_only = ends.as_deref() == Some("only") && !self.joined;
        (self.ends_phrase(segment.start) || is_only)
            && !is_more
            && ends.is_some_and(|said| WISHES.contains(&said.as_str()))
    }

    /// "No rice, beans or cheese": right after a name that is left out, what a list goes on with, or
    /// what can only be left out.
    pub(super) fn is_listed(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        if !self.after_name {
            return false;
        }
        let at = rest
            .iter()
            .take_while(|s| matches!(s.kind, Kind::Names(_)))
            .count();
        let said = rest.get(at).map(|s| self.said_of(s).to_lowercase());
        let ends = matches!(rest.get(at + 1).map(|s| s.kind), Some(Kind::Names(_)));
        (ends && matches!(said.as_deref(), Some("or" | "nor")))
            || self.lines.can_only_leave_out(&names.options)
    }

    /// "No onion, mayo and ketchup" of a burger that has all of them: who wants what is on it anyway does not say so.
    pub(super) fn is_list_on_it(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_on_it = |names: &Names| {
            names.items.is_empty()
                && !names.is_size
                && self.lines.last_has_any_on_it(&names.options)
                && !self.lines.has_added(&names.options)
        };
        if !self.after_name || self.negated_away || !is_on_it(names) {
            return false;
        }
        let mut rest = rest;
        let mut is_one = true;
        loop {
            rest = match rest {
                [and, named, after @ ..] if matches!(and.kind, Kind::Cue(Cue::And)) => {
                    match named.kind {
                        Kind::Names(names) if is_on_it(names) => after,
                        _ => break,
                    }
                }
                [named, after @ ..] => match named.kind {
                    Kind::Names(names) if is_on_it(names) => after,
                    _ => break,
                },
                [] => break,
            };
            is_one = false;
        }
        !is_one && rest.first().is_none_or(|next| self.ends_list(next))
    }

    /// Whether what comes after a list says nothing of it.
    fn ends_list(&self, next: &Segment<'_>) -> bool {
        let said = self.said_of(next).to_lowercase();
        let tells = matches!(
            next.kind,
            Kind::Names(_) | Kind::Cue(Cue::Amount(_) | Cue::Fine | Cue::Only | Cue::On)
        );
        self.ends_phrase(next.start)
            || !(tells
                || WISHES.contains(&said.as_str())
                || said.ends_with("the side")
                || said == "too"
                || said == "instead")
    }
}
