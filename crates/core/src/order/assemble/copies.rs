//! One more as a line before, as it was said or with something changed: "the same thing but wet".

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Pending, Reader, Verb};

/// Before what is not the same.
const CHANGES: [&str; 7] = [
    "but",
    "only",
    "just",
    "except",
    "except for",
    "without",
    "w/o",
];

impl<'a> Reader<'a> {
    /// "The third is the same as the second", "another one just like it".
    pub(super) fn same(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        if self.is_same_but(segment, rest) {
            return;
        }
        let target = self.place.take();
        let said = self.said_of(segment).to_lowercase();
        let is_one_more = target.is_some()
            || self.pending.start.is_some()
            || self.joined
            || said.ends_with("again")
            || said.ends_with("the same")
            || said.ends_with("thing")
            || said.contains("same for ");
        let mut comes = rest.iter().map(|s| s.kind);
        let comes = comes.find(|kind| !matches!(kind, Kind::Cue(Cue::Filler)));
        // "The same cup" is no dish.
        let is_named = matches!(comes, Some(Kind::Names(_) | Kind::Unknown));
        if !is_one_more || is_named || self.verb.is_some() {
            return;
        }
        self.settle();
        match comes {
            Some(Kind::Cue(Cue::Place(_))) => self.copying = Some(target),
            _ => self.copy(self.lines.at(None), target),
        }
    }

    /// "The same thing only wet", "the same salad but with brisket": one more of the last line, and what comes is of
    /// that one.
    pub(super) fn is_same_but(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let is_it = said.ends_with("same") || said.ends_with("thing") || said.ends_with("again");
        if !is_it || self.place.is_some() || self.verb.is_some() || self.copying.is_some() {
            return false;
        }
        let named = rest.first().filter(|next| self.is_word_of_last_dish(next));
        let after = rest.get(usize::from(named.is_some())..).unwrap_or_default();
        let is_plain = named.is_none() && said == "same";
        let Some((change, changed)) = after.split_first() else {
            return false;
        };
        let is_change = CHANGES.contains(&self.said_of(change).to_lowercase().as_str());
        if is_plain || !is_change || self.changes_nothing(changed) {
            return false;
        }
        self.settle();
        let Some((last, _)) = self.lines.last() else {
            return false;
        };
        self.copy(Some(last), None);
        self.pending = Pending::default();
        (self.negated, self.joined, self.with) = (false, false, false);
        (self.towards, self.onto, self.shared) = (false, false, None);
        (self.all, self.place, self.told_of_all) = (None, None, false);
        self.turns_into_other(changed);
        // "Except chicken instead of steak" refuses nothing.
        let is_refusal =
            matches!(change.kind, Kind::Cue(Cue::Not)) && !self.is_other_choice(changed);
        self.skip = (!is_refusal).then_some(change.start);
        if let Some(named) = named {
            self.read_to = named.end;
        }
        true
    }

    /// "2nd: same meats, but slaw": of a group of choices, what the line before has.
    pub(super) fn is_same_of_group(&mut self, rest: &[Segment<'_>]) -> bool {
        let Some(next) = rest.first().filter(|next| !self.ends_phrase(next.start)) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let line = self.place.or_else(|| self.lines.at(None));
        let other = line.and_then(|line| line.checked_sub(1));
        let ([word], Some(line), Some(other), None) = (said.as_slice(), line, other, self.verb)
        else {
            return false;
        };
        let is_taken = self.lines.take_group_of(line, other, word);
        if is_taken {
            self.read_to = next.end;
        }
        is_taken
    }

    /// Whether nothing of the last line is told: "the same, but that's it".
    fn changes_nothing(&self, changed: &[Segment<'_>]) -> bool {
        let comes = self.first_told(changed);
        !comes.is_some_and(|next| {
            matches!(
                next.kind,
                Kind::Names(_) | Kind::Unknown | Kind::Cue(Cue::Not | Cue::Amount(_) | Cue::Only)
            )
        })
    }

    /// The first of these words that says something by itself.
    fn first_told<'s, 't>(&self, rest: &'s [Segment<'t>]) -> Option<&'s Segment<'t>> {
        let says_none = |s: &&Segment<'_>| {
            let is_cue = matches!(s.kind, Kind::Cue(Cue::Filler | Cue::With | Cue::Clause));
            is_cue || self.said_of(s).eq_ignore_ascii_case("a")
        };
        rest.iter().find(|s| !says_none(s))
    }

    /// Whether what comes takes the place of a choice of the last line.
    fn is_other_choice(&self, rest: &[Segment<'_>]) -> bool {
        let is_with = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::With | Cue::Not))
        );
        let is_other = matches!(self.first_told(rest).map(|next| next.kind),
            Some(Kind::Names(names)) if self.lines.last_has_other(&names.options));
        is_with || is_other
    }

    /// "The same plate but with chicken", where no plate can be chosen with chicken and another is called so.
    fn turns_into_other(&mut self, changed: &[Segment<'a>]) {
        let Some((line, _)) = self.lines.last() else {
            return;
        };
        let is_taken = |names: &Names| self.lines.last_takes(&names.options).is_some();
        let is_other = self
            .first_told(changed)
            .is_some_and(|next| match next.kind {
                Kind::Names(names) => !is_taken(names),
                kind => matches!(kind, Kind::Unknown),
            });
        if is_other {
            self.verb = Some(Verb::Put(line));
        }
    }

    /// Whether a word is what the last line's dish is called with: the salad of the Cobb Salad.
    pub(super) fn is_word_of_last_dish(&self, segment: &Segment<'_>) -> bool {
        let Some(item) = self.lines.last_item() else {
            return false;
        };
        let is_named = matches!(segment.kind, Kind::Names(names)
            if names.items.contains(&item) || names.within.contains(&item));
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        is_named
            || said
                .iter()
                .all(|word| self.is_of_kind(item, word) || self.has_word(item, word))
    }

    pub(super) fn copy(&mut self, from: Option<usize>, to: Option<usize>) {
        if let Some(from) = from {
            self.lines.copy(from, to);
        }
    }
}
