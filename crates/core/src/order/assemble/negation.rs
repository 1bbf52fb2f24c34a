//! What is not wanted, what stays after all, and what takes the place of what was said.

use super::super::draft::{Choice, named};
use super::super::option::Portion;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Reader, Verb, option_of};

/// Words that say one thing against another and leave nothing out.
const CONTRASTS: [&str; 3] = ["not", "instead of", "in place of"];

/// What is in the words for what a guest cannot have or does not like.
const SHUNNED: [&str; 10] = [
    "allerg",
    "cant ",
    "can't ",
    "cannot",
    "hate",
    "like",
    "eat",
    "avoid",
    "stay away",
    "free",
];

impl<'a> Reader<'a> {
    /// "Nothing, thanks, just a coke", "with nothing on it": only "nothing spicy" says what is not wanted.
    pub(super) fn is_nothing_named(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let is_apart = rest.first().is_none_or(|next| {
            self.ends_phrase(next.start) || matches!(next.kind, Kind::Cue(Cue::To | Cue::Clause))
        });
        self.said_of(segment).eq_ignore_ascii_case("nothing")
            && (is_apart || self.is_bare_nothing(segment, rest))
    }

    pub(super) fn not(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let said = self.said_of(segment).to_lowercase();
        let is_contrast = CONTRASTS.contains(&said.as_str());
        if said == "hold" && self.is_hold_on(rest) {
            self.skip = rest.first().map(|next| next.start);
            return;
        }
        if matches!(said.as_str(), "leave" | "leave the")
            && (self.stays_on(rest) || self.was_left_out(rest))
        {
            self.keep(rest);
            return;
        }
        // "Any allergies? No. One burger."
        let after = self.text.get(segment.end..).unwrap_or_default();
        let before = self.text.get(..segment.start).unwrap_or_default();
        let is_first = before.trim().is_empty();
        let is_dish = |next: &Segment<'_>| match next.kind {
            Kind::Names(names) => !names.items.is_empty() && !names.is_part,
            Kind::Cue(cue) => matches!(cue, Cue::Article | Cue::Number(_)),
            Kind::Unknown => false,
        };
        // "No, one burger"
        let is_answer = is_first && after.starts_with(',') && rest.first().is_some_and(is_dish);
        let is_alone =
            after.starts_with(['.', '!', ';']) && (is_first || self.ends_phrase(segment.start));
        let is_said_alone = is_answer || is_alone;
        if said == "no" && is_said_alone && !self.has_open_wish() {
            return;
        }
        if said == "no" && self.is_answer(segment, rest) {
            if self.implied().is_some() {
                self.settle();
            }
            let comes = rest
                .iter()
                .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
            if let Some(Kind::Names(names)) = comes.map(|next| next.kind)
                && names.items.is_empty()
                && self.lines.last_takes(&names.options).is_some()
            {
                self.lines.undo();
            }
            self.settle();
            (self.verb, self.retracts, self.negated) = (Some(Verb::Correct), true, false);
            return;
        }
        if !is_contrast && self.is_other_size(rest) {
            (self.verb, self.retracts) = (Some(Verb::Correct), false);
            return;
        }
        if !is_contrast && self.begins_number(rest) {
            self.verb = Some(Verb::Correct);
            return;
        }
        if said == "no" && self.is_another_wish(rest) {
            if self.implied().is_some() {
                self.settle();
            }
            (self.verb, self.retracts, self.negated) = (Some(Verb::Correct), true, false);
            return;
        }
        // "I don't like mushrooms, so leave them off"
        if self.negated && self.negation_used && self.is_of_that(rest) {
            self.negated = false;
            return;
        }
        if self.implied().is_some() || self.is_one_more() {
            self.settle();
        }
        self.settle_options();
        let corrects = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Correction))
        );
        if self.verb.is_none() && !corrects {
            // "Bacon, no onion on either" is of the onion alone, "no onion and no ham on the
            // second" of both.
            self.lines.forget_added();
            // "No onions no peppers on the burger"
            let is_chain = self.negated && self.negation_used && self.after_name;
            if !self.joined && !is_chain && !said.starts_with("and ") {
                self.lines.forget_recent();
            }
        }
        if said.starts_with("everything") {
            self.everything(segment);
        }
        (self.negated, self.negation_used, self.amount) = (true, false, None);
        (self.contrast, self.negation_missed) = (is_contrast, false);
        self.shuns = SHUNNED.iter().any(|shunned| said.contains(shunned));
        let after = self.text.get(segment.end..).unwrap_or_default();
        self.negated_list = after.trim_start().starts_with(':');
    }

    /// Whether something was said that "no" may take back.
    fn has_open_wish(&self) -> bool {
        self.implied().is_some() || self.lines.has_recent()
    }

    /// "With chicken, no, steak": between two commas it takes back what was said.
    fn is_answer(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let after = self.text.get(segment.end..).unwrap_or_default();
        let comes = rest
            .iter()
            .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let is_wish = matches!(
            comes.map(|next| next.kind),
            Some(Kind::Names(_) | Kind::Cue(Cue::Article | Cue::Number(_)))
        );
        is_wish
            && !(self.lines.is_empty() && self.implied().is_none())
            && self.ends_phrase(segment.start)
            && after.trim_start_matches(' ').starts_with(',')
    }

    /// Whether what was named before is meant, and nothing new: "leave them off", "hold those".
    fn is_of_that(&self, rest: &[Segment<'_>]) -> bool {
        let said = |at: usize| rest.get(at).map(|s| self.said_of(s).to_lowercase());
        let is_pronoun = matches!(
            said(0).as_deref(),
            Some("em" | "them" | "it" | "those" | "that" | "these")
        );
        is_pronoun && !matches!(rest.get(1).map(|s| s.kind), Some(Kind::Names(_)))
    }

    /// "Neither with onions": all that were said, and "with" does not end it.
    pub(super) fn neither(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        self.not(segment, rest);
        let is_none = self.said_of(segment).to_lowercase().contains("none");
        let names = |s: &Segment<'_>| matches!(s.kind, Kind::Names(_));
        if self.negated && (is_none || !rest.first().is_some_and(names)) {
            let meant = if is_none { "all" } else { "neither" };
            (self.all, self.place) = (Some(self.lines.meant_by(meant)), None);
            self.two = !is_none;
            self.neither = true;
            self.told_of_all = self.lines.last().is_some_and(|(_, quantity)| quantity > 1);
        }
    }

    /// "No, a sprite"; "no, the roll instead".
    fn is_another_wish(&self, rest: &[Segment<'_>]) -> bool {
        let said = |at: usize| rest.get(at).map(|s| self.said_of(s).to_lowercase());
        if matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Article))
        ) {
            let is_drink = matches!(rest.get(1).map(|next| next.kind),
                Some(Kind::Names(next)) if self.drink_of(&next.options).is_some());
            return is_drink || self.item_comes(rest.get(1..).unwrap_or_default());
        }
        let is_name = matches!(rest.get(1).map(|s| s.kind), Some(Kind::Names(_)));
        said(0).as_deref() == Some("the") && is_name && said(2).as_deref() == Some("instead")
    }

    /// "Leave the pickles on", and not "leave the pickles off".
    fn stays_on(&self, rest: &[Segment<'_>]) -> bool {
        let is_before = |s: &&Segment<'_>| {
            matches!(
                s.kind,
                Kind::Cue(Cue::Filler | Cue::And) | Kind::Names(_) | Kind::Unknown
            )
        };
        let at = rest.iter().take_while(is_before).count();
        let ends = rest.get(at).map(|s| self.said_of(s).to_lowercase());
        let goes_on = matches!(rest.get(at + 1).map(|s| s.kind), Some(Kind::Names(_)));
        at > 0 && !goes_on && matches!(ends.as_deref(), Some("on" | "in" | "in it" | "on it"))
    }

    /// Whether "but" ends what has everything on it.
    pub(super) fn is_everything_but(&self, segment: &Segment<'_>) -> bool {
        let before = self
            .text
            .get(..segment.start)
            .unwrap_or_default()
            .to_lowercase();
        let clause = before
            .rsplit(['.', ',', ';', '!', '?', '\n'])
            .next()
            .unwrap_or_default();
        self.said_of(segment).eq_ignore_ascii_case("but") && clause.contains("everything on ")
    }

    /// "No whip and marshmallows" where the menu has No Whip and Add Marshmallows: what is not on
    /// the dish anyway is not left out.
    pub(super) fn is_wanted_too(&self, names: &Names, segment: &Segment<'_>) -> bool {
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let is_and = ["and", "y", "n", "also", "and the", "and a"]
            .iter()
            .any(|and| before.ends_with(&format!(" {and}")));
        let is_added = self.negated_away && self.lines.can_only_add(&names.options);
        let is_beside = self.lines.is_added_beside_left_out(&names.options);
        let is_must = self.lines.must_choose(&names.options) && !self.shuns;
        is_and && (is_added || is_beside || is_must)
    }

    /// "No cheese, actually leave the cheese".
    fn was_left_out(&self, rest: &[Segment<'_>]) -> bool {
        let named = rest.iter().find_map(|s| match s.kind {
            Kind::Names(names) => Some(names),
            _ => None,
        });
        named.is_some_and(|names| self.lines.leaves_out(&names.options))
            && !rest
                .get(1)
                .is_some_and(|next| self.said_of(next).starts_with("off"))
    }

    /// Whether a sentence or a line ends right before a byte.
    pub(super) fn ends_sentence(&self, at: usize) -> bool {
        let before = self
            .text
            .get(..at)
            .unwrap_or_default()
            .trim_end_matches(' ');
        before.ends_with(['.', ';', '!', '?', '\n'])
    }

    /// Whether anything but a blank stands right before a byte.
    pub(super) fn ends_phrase(&self, at: usize) -> bool {
        let before = self
            .text
            .get(..at)
            .unwrap_or_default()
            .trim_end_matches(' ');
        before.ends_with([',', '.', ';', ':', '!', '?', '\n'])
    }

    /// "With everything" where the menu has that as a choice, and no other of its kind was made.
    pub(super) fn everything(&mut self, segment: &Segment<'_>) {
        let phrases = self.phrases;
        let names = phrases.find(&["everything".to_owned()]);
        let at = names.zip(self.lines.last_item()).and_then(|(names, item)| {
            let at = option_of(&names.options, item)?;
            let (group, _) = named(self.items, at)?;
            (group.max != Some(1) || !self.lines.last_has_other(&names.options)).then_some(at)
        });
        if let Some(at) = at {
            let span = segment.span();
            self.lines.put_last(at, Choice::added(span));
        }
    }

    /// "Hold on, a burger", and not "hold on the onions".
    fn is_hold_on(&self, rest: &[Segment<'_>]) -> bool {
        let is_on = rest.first().is_some_and(|next| {
            let said = self.said_of(next).to_lowercase();
            said == "on" || said == "on the"
        });
        let next = rest.get(1).map(|next| next.kind);
        is_on && !matches!(next, Some(Kind::Names(names)) if !names.options.is_empty())
    }

    /// Whether what is named is said against another: right after "not".
    pub(super) fn is_set_against(&self) -> bool {
        self.negated && self.contrast && CONTRASTS.contains(&self.before.as_str())
    }

    /// Whether an item is named before another wish begins.
    pub(super) fn item_comes(&self, rest: &[Segment<'_>]) -> bool {
        let mut clause = rest.iter().take_while(|s| match s.kind {
            Kind::Cue(cue) => matches!(cue, Cue::Filler | Cue::Number(_) | Cue::Article),
            _ => true,
        });
        clause.any(|s| matches!(s.kind, Kind::Names(names) if !names.items.is_empty()))
    }

    pub(super) fn keep(&mut self, rest: &[Segment<'a>]) {
        self.settle_options();
        // "Lose the ham, actually no, keep it"
        if !rest.iter().any(|s| matches!(s.kind, Kind::Names(_))) {
            if !self.lines.put_back() {
                self.lines.undo();
            }
            self.verb = None;
            return;
        }
        (self.keep, self.negated, self.amount) = (true, false, None);
    }

    pub(super) fn correction(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let said = self.said_of(segment).to_lowercase();
        // "A large one rather, and a pie": it is said after what it is of.
        let next = rest.first().map(|next| next.kind);
        if matches!(
            said.as_str(),
            "rather" | "make it" | "i meant" | "meant" | "i mean"
        ) && matches!(next, None | Some(Kind::Cue(Cue::And | Cue::Clause)))
        {
            return;
        }
        // "Diet coke large, make that two"
        let is_count = matches!(next, Some(Kind::Cue(Cue::Number(_))))
            && matches!(
                rest.get(1).map(|next| next.kind),
                None | Some(Kind::Cue(Cue::And | Cue::Clause))
            );
        if is_count && self.pending.number.is_none() && self.implied().is_some() {
            self.settle();
        }
        // "A burger and a coke, actually make that large": the coke is ordered.
        let is_sort = |(names, _): &(&Names, Choice)| !names.is_size;
        if self.pending.options.iter().any(is_sort) && self.implied().is_some() {
            self.settle();
        }
        // "Make that coke a large"
        if said == "make that" && self.is_sized_thing(rest) {
            self.settle();
            (self.verb, self.negated) = (Some(Verb::Change), false);
            return;
        }
        // "Scratch the fries, make that onion rings": what had to go is gone.
        let mut clause = rest.iter().take_while(|s| {
            !matches!(s.kind, Kind::Cue(Cue::Clause)) && !self.ends_phrase(s.start)
        });
        let comes = clause.find_map(|s| match s.kind {
            Kind::Names(names) => Some(names),
            _ => None,
        });
        let is_dropped = self.verb == Some(Verb::Drop) && self.dropped;
        // The drink of the meal that is still there is another.
        let is_of_meal = |names: &Names| {
            self.lines.last_is_meal() && self.lines.last_takes(&names.options).is_some()
        };
        let is_other = comes.is_some_and(|names| !names.is_size && !is_of_meal(names));
        let is_other = is_other && !self.lines.is_empty();
        if is_dropped && said.starts_with("make") && is_other {
            (self.verb, self.dropped) = (None, false);
            return;
        }
        self.verb = Some(Verb::Correct);
        let goes_on = ["make", "change", "better"]
            .iter()
            .any(|on| said.contains(on));
        self.retracts = !goes_on || said.starts_with("no ");
        // "Oh wait, a small fries too" takes nothing back.
        let is_more = rest
            .iter()
            .take_while(|s| {
                matches!(
                    s.kind,
                    Kind::Names(_)
                        | Kind::Cue(Cue::Filler | Cue::Article | Cue::Number(_) | Cue::And)
                )
            })
            .any(|s| matches!(self.said_of(s).to_lowercase().as_str(), "too" | "also"));
        if self.retracts && is_more {
            self.settle();
            self.verb = None;
        }
        // "A burger and fries, actually no fries"
        let again = |names: &Names| self.lines.find(&names.items);
        let off = match rest.first() {
            Some(next) if said.ends_with(" no") && !self.ends_phrase(next.start) => {
                match next.kind {
                    Kind::Names(names) => again(names).map(|line| (line, next.start)),
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some((line, start)) = off {
            self.settle();
            self.take_off(line);
            (self.verb, self.skip) = (None, Some(start));
            return;
        }
        // "sorry no bacon": the "no" belongs to what can only be an option.
        let is_option = |next: &Segment<'_>| {
            let is_amount = Portion::of(self.said_of(next)).is_some();
            let is_choice =
                |names: &Names| names.items.is_empty() || self.lines.can_leave_out(&names.options);
            matches!(next.kind, Kind::Names(names) if is_choice(names)) && !is_amount
        };
        let goes_on = rest
            .first()
            .is_some_and(|next| !self.ends_phrase(next.start));
        self.negated = said.ends_with(" no") && goes_on && rest.first().is_some_and(is_option);
        (self.negation_used, self.negation_missed) = (false, false);
    }
}
