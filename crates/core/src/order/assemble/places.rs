//! Which of the lines before are meant: by their place, by what tells them apart, or all of them.

use super::super::lines::is_two;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::super::stems::stem;
use super::{Reader, Verb};
use crate::menu::text::words;
use olympus_proto::Span;

impl<'a> Reader<'a> {
    /// "… on the second one": what was just said moves there; before an option, it waits.
    pub(super) fn at_place(
        &mut self,
        place: Option<u8>,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) {
        self.settle_options();
        if let Some(target) = self.copying.take() {
            self.copy(self.lines.at(place), target);
            return;
        }
        let goes_on = |s: &Segment<'_>| matches!(s.kind, Kind::Names(_) | Kind::Cue(Cue::Same));
        // "… and on the second one no pickles": of what comes.
        let is_before =
            |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler | Cue::With | Cue::Not));
        let comes = rest.iter().find(|s| !is_before(s)).map(|next| next.kind);
        let is_told = self.joined
            && matches!(comes, Some(Kind::Names(names)) if self.lines.last_takes(&names.options).is_some());
        let leads = (!self.onto || is_told) && rest.iter().any(goes_on);
        if leads && self.verb != Some(Verb::Drop) {
            self.lines.forget_recent();
        }
        // "Two sandwiches, make the second one spicy"
        let line = match place {
            Some(place) => self.lines.unit(place),
            // "Three burgers, the last one without pickles"
            None if self.is_last_one(segment, rest) => {
                self.left_over().or_else(|| self.lines.last_unit())
            }
            None => None,
        };
        let line = line.or_else(|| self.lines.at(place));
        let line = line.or_else(|| self.lines.part_off(place));
        self.point(line.into_iter().collect(), false);
    }

    /// The one that is left where others were told apart from it.
    fn left_over(&self) -> Option<usize> {
        self.shared
            .filter(|line| self.lines.quantity(*line) == Some(1))
    }

    /// "The last one", "the last with cheese", and not "that is the last of it".
    fn is_last_one(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let tells = match rest.first().map(|next| next.kind) {
            Some(Kind::Cue(Cue::Not | Cue::With)) => true,
            Some(Kind::Names(names)) => self.lines.last_takes(&names.options).is_some(),
            _ => false,
        };
        said == "last one" || (said == "last" && tells)
    }

    /// Of all lines, or those that `said` means ("both").
    pub(super) fn of_all(&mut self, said: &str, rest: &[Segment<'_>]) {
        if (self.is_opened() || self.is_sized_anew()) && self.implied().is_some() {
            self.settle();
        }
        self.settle_options();
        self.ahead_of_all |= self.lines.is_empty() && self.onto && !self.ahead.is_empty();
        // "…, both medium": of what comes, not of what was said.
        let is_before = |s: &&Segment<'_>| {
            matches!(
                s.kind,
                Kind::Cue(Cue::Filler | Cue::With | Cue::On | Cue::Not)
            )
        };
        let comes = rest.iter().find(|s| !is_before(s)).map(|next| next.kind);
        // "One without chicken, and on both the dressing": of both what comes.
        let leads = (!self.towards || self.joined)
            && matches!(comes, Some(Kind::Names(names)) if !names.options.is_empty() && self.lines.last_takes(&names.options).is_some());
        // "One with boba, one with jelly, both zorbl": what the menu does not know is of both, and the jelly of one.
        let before = rest.first().and_then(|next| self.text.get(..next.start));
        let before = before.unwrap_or_default().trim_end().to_lowercase();
        let is_apart = before
            .strip_suffix(said)
            .is_some_and(|before| before.trim_end().ends_with(','));
        let leads = leads || (is_apart && matches!(comes, Some(Kind::Unknown)));
        if leads {
            self.lines.forget_recent();
        }
        self.two = is_two(said);
        self.told_of_all = self.lines.last().is_some_and(|(_, quantity)| quantity > 1);
        let lines = self.lines.meant_by(said);
        let lines = self.lines.narrowed_to_recent(&lines, self.two);
        self.point(lines, true);
    }

    /// What was just said moves to these lines; where nothing was, what comes is theirs.
    fn point(&mut self, targets: Vec<usize>, is_all: bool) {
        if self.verb == Some(Verb::Drop) {
            for line in targets.into_iter().rev() {
                self.take_off(line);
            }
            self.verb = None;
        } else if self.lines.has_recent() {
            self.lines.move_recent(&targets);
        } else {
            if self.verb == Some(Verb::Change) {
                self.verb = None;
            }
            (self.all, self.place) = match targets.as_slice() {
                [line] if !is_all => (None, Some(*line)),
                _ => (Some(targets), None),
            };
        }
    }

    /// Whether "all" here means every line: "all with cheese", "all on corn".
    pub(super) fn is_of_all(&self, rest: &[Segment<'_>]) -> bool {
        match rest.first().map(|next| next.kind) {
            Some(Kind::Cue(Cue::With | Cue::Not)) => true,
            Some(Kind::Cue(Cue::On)) => rest
                .get(1)
                .is_some_and(|next| matches!(next.kind, Kind::Names(_))),
            Some(Kind::Names(names)) => {
                names.items.is_empty() && self.lines.last_takes(&names.options).is_some()
            }
            _ => false,
        }
    }

    /// "The small one", "the chicken ones", "no pickles on the classic": lines by what they have.
    /// `true` where such were meant.
    pub(super) fn by_choice(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        if !self.before.ends_with("the") {
            return false;
        }
        let next = rest.first().map(|next| self.said_of(next).to_lowercase());
        let is_called = matches!(next.as_deref(), Some("one" | "ones"));
        let leads = self.leads_to_told(segment, rest);
        let moves = self.towards && self.lines.has_recent() && !leads;
        if !is_called && !moves && !leads {
            return false;
        }
        let mut lines = self.lines.having(&names.options);
        // "The chicken one" of a chicken pizza and another.
        if lines.is_empty() && is_called && self.pending.start.is_none() {
            let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
            lines.extend(self.lines.only_called(&said));
        }
        if lines.is_empty() || lines.len() == self.lines.all().len() {
            return false;
        }
        if is_called {
            self.skip = rest.first().map(|next| next.start);
        }
        if !moves {
            self.settle();
        }
        if leads {
            (self.towards, self.onto) = (false, false);
            self.lines.forget_recent();
        }
        if self.verb == Some(Verb::Change) {
            self.lines.forget_recent();
        }
        let is_all = lines.len() > 1;
        self.two = false;
        self.point(lines, is_all);
        true
    }

    /// "…, on the buffalo no celery": a new clause, of which what is told comes next.
    fn leads_to_told(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let tells = matches!(
            next.map(|next| next.kind),
            Some(Kind::Cue(Cue::Not | Cue::With))
        );
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let before = before.strip_suffix("on the").map(str::trim_end);
        let begins = before
            .is_some_and(|before| before.ends_with([',', '.', ';']) || before.ends_with(" and"));
        tells && begins
    }

    /// "… and on the blt no tomato", "…, the brownies without nuts": a line that is there, of which
    /// something is told next. `true` where it was meant.
    pub(super) fn is_named_again(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_told = self.before.ends_with("the") || self.before.ends_with("my");
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        let is_open = self.negated && !self.negation_used;
        if !is_told || waits || self.verb.is_some() || is_open {
            return false;
        }
        // "…, the tuna on rye": a word that one line alone is called by.
        let called = match names.is_part || names.items.is_empty() {
            true if self.lines.accepting(&names.options).is_none() => {
                let said = self.said_of(segment).to_lowercase();
                self.lines.only_called(&self.phrases.stems_of(&said))
            }
            true => None,
            false => self.lines.find(&names.items).or_else(|| {
                // "… and the burger without onions", of the cheeseburger.
                let said = self.said_of(segment).to_lowercase();
                self.lines.called(&self.phrases.stems_of(&said))
            }),
        };
        let Some(line) = called else {
            return false;
        };
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let tells = rest
            .iter()
            .find(|s| !is_filler(s))
            .is_some_and(|next| match next.kind {
                Kind::Cue(Cue::Not | Cue::With | Cue::Amount(_)) => true,
                Kind::Cue(Cue::On) => true,
                Kind::Names(names) => self.lines.takes(line, &names.options),
                _ => false,
            });
        // "The taco with chicken and the taco with beef" are two.
        let displaces = rest.iter().find_map(|s| match s.kind {
            Kind::Names(names) => Some(self.lines.has_other(line, &names.options)),
            _ => None,
        });
        let tells = tells && displaces != Some(true);
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let leads = [
            "on the", "for the", ", the", ". the", "and the", "on my", "; the",
        ];
        let goes_on = self.place.is_some_and(|told| told != line);
        if !tells || !(goes_on || leads.iter().any(|lead| before.ends_with(lead))) {
            return false;
        }
        self.settle();
        self.lines.forget_recent();
        (self.all, self.place) = (None, Some(line));
        (self.towards, self.onto, self.joined) = (false, false, false);
        true
    }

    /// "No ice in one of the cokes": the cokes that one was told apart from.
    pub(super) fn is_of_those(&self, names: &Names, segment: &Segment<'_>) -> bool {
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let is_of = ["of the", "of those", "of these", "of my"]
            .iter()
            .any(|of| before.ends_with(of));
        let is_same = |line: usize| self.lines.find(&names.items) == Some(line);
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        let last = self.lines.last().map(|(line, _)| line);
        is_of && !waits && self.lines.was_parted() && last.is_some_and(is_same)
    }

    /// "No, the small should be medium", "the coke should be a tea": the line that was said wrongly.
    pub(super) fn should_be_other(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_one = |next: &&Segment<'_>| self.said_of(next).eq_ignore_ascii_case("one");
        let ones = usize::from(rest.first().is_some_and(|next| is_one(&next)));
        let Some(next) = rest.get(ones) else {
            return false;
        };
        if !matches!(next.kind, Kind::Cue(Cue::ShouldBe)) {
            return false;
        }
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let having = match self.lines.having(&names.options).as_slice() {
            [line] => Some(*line),
            _ => None,
        };
        let line = self
            .lines
            .find(&names.items)
            .or_else(|| self.lines.only_called(&said));
        let Some(line) = line.or(having) else {
            return false;
        };
        self.settle();
        self.lines.forget_recent();
        (self.negated, self.verb) = (false, Some(Verb::Put(line)));
        (self.all, self.place) = (None, Some(line));
        self.read_to = next.end;
        true
    }

    /// "The fries no", "fries no thanks": not ordered, or off the order again.
    pub(super) fn is_called_off(&mut self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_choice = self.lines.last_takes(&names.options).is_some();
        let is_whole = !names.items.is_empty() && !names.is_part && !is_choice;
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        let is_open = self.negated && !self.negation_used;
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let next = rest.iter().find(|s| !is_filler(s));
        let Some(next) = next.filter(|_| is_whole && !is_open && !waits) else {
            return false;
        };
        let said = self.said_of(next).to_lowercase();
        let line = self.lines.find(&names.items);
        // "Just a burger. No thanks." answers something else.
        let is_straight = self.pending.start.is_none()
            && !self.with
            && !self.ends_phrase(next.start)
            && rest.first().map(|first| first.start) == Some(next.start);
        let is_off = match next.kind {
            Kind::Cue(Cue::Off) if said.starts_with("no ") => is_straight,
            Kind::Cue(Cue::Off) => line.is_some() && !self.ends_phrase(next.start),
            Kind::Cue(Cue::Not) => {
                let ends = rest.get(1).is_none_or(|next| self.ends_phrase(next.start));
                let is_the = self.before.ends_with("the");
                (line.is_some() || is_the) && is_straight && said == "no" && ends
            }
            _ => false,
        };
        if is_off {
            self.pending = super::Pending::default();
            self.skip = Some(next.start);
            if let Some(line) = line {
                self.take_off(line);
            }
            (self.verb, self.dropped) = (None, false);
        }
        is_off
    }

    /// "… in the coffee", "on the burger": the line whose item's name ends so, where something was
    /// said that can move there.
    pub(super) fn by_ending(&self, names: &Names, span: Span) -> Option<usize> {
        let is_told = ["the", "my", "that", "this", "his", "her", "our"]
            .iter()
            .any(|which| self.before.ends_with(which));
        let moves = self.towards && (self.lines.has_recent() || !self.pending.options.is_empty());
        if !is_told || !moves {
            return None;
        }
        if let Some(line) = self.lines.find(&names.items) {
            return Some(line);
        }
        let said: Vec<String> = words(&self.said(span))
            .iter()
            .map(|word| stem(&word.text))
            .collect();
        self.lines.called(&said)
    }
}
