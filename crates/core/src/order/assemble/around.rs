//! Small words around a name: articles, "with", and what comes right after it.

use super::super::draft::Choice;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Reader, Verb};
use olympus_proto::{ModifierAction, Span};

impl<'a> Reader<'a> {
    /// "Soup with both": what was said is of both.
    pub(super) fn is_with_both(&self, rest: &[Segment<'_>]) -> bool {
        let mut comes = rest.iter().map(|next| next.kind);
        matches!(comes.next(), Some(Kind::Cue(Cue::All)))
            && !matches!(comes.next(), Some(Kind::Names(_)))
    }

    /// "No bread with one of them": on one of them.
    pub(super) fn is_with_some_of(&self, rest: &[Segment<'_>]) -> bool {
        let said = |at: usize| rest.get(at).map(|next| self.said_of(next).to_lowercase());
        let is_some = matches!(said(0).as_deref(), Some("one of" | "both of them"));
        let is_them = matches!(said(1).as_deref(), Some("them" | "those" | "these"));
        is_some && is_them && self.lines.has_recent()
    }

    pub(super) fn article(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        // "No toppings and a salad": what was not ordered is not left out.
        let is_new = self.joined && self.is_new_item(rest);
        let is_drink = matches!(rest.first().map(|next| next.kind),
            Some(Kind::Names(next)) if self.drink_of(&next.options).is_some());
        let comes = self.item_comes(rest) || (self.joined && is_drink);
        let is_over = is_new || (self.negation_missed && comes);
        // "Forget the fries, and a coke"
        self.ends_drop();
        let is_negated = self.negated && !self.negation_used && !is_over;
        let corrects = matches!(self.verb, Some(Verb::Correct | Verb::Put(_)));
        if is_negated || corrects {
            return;
        }
        if self.is_of_last(rest) {
            self.negated = false;
            return;
        }
        // "Three cokes, two large and a small"
        // "Two sodas, a coke and a sprite"
        let several = self.lines.last().is_some_and(|(_, quantity)| quantity > 1);
        let is_list = several
            && self.lines.is_bare()
            && (self.ends_phrase(segment.start) || (self.after_name && self.is_all_of_last(rest)));
        if (self.shared.is_some() || is_list) && self.tell_apart(1, rest) {
            return;
        }
        self.settle_before_another();
        self.negated = false;
        (self.all, self.place) = (None, None);
        self.pending.start = Some(segment.start);
        self.pending.joined = self.joined || self.ends_phrase(segment.start);
    }

    /// Whether an item comes next that is not on the order, and no choice of the line that is open.
    fn is_new_item(&self, rest: &[Segment<'_>]) -> bool {
        let named = rest.iter().find_map(|s| match s.kind {
            Kind::Names(names) if !names.items.is_empty() => Some(names),
            _ => None,
        });
        self.item_comes(rest)
            && named.is_some_and(|names| {
                self.lines.find(&names.items).is_none()
                    && self.lines.last_takes(&names.options).is_none()
            })
    }

    /// "On a roll", "both with fries and a pickle": a choice, and no item of its own.
    fn is_of_last(&self, rest: &[Segment<'_>]) -> bool {
        let goes_on = self.with || self.onto || (self.joined && self.all.is_some());
        // "With extra fudge and an extra brownie"
        let next = rest.first().map(|next| self.said_of(next).to_lowercase());
        let is_extra = next.is_some_and(|next| next.starts_with("extra "));
        let goes_on = goes_on || (self.joined && is_extra);
        match rest.first().map(|next| next.kind) {
            Some(Kind::Names(names)) => {
                goes_on
                    && self.pending.start.is_none()
                    && self.lines.last_takes(&names.options).is_some()
                    && (self.onto || !names.is_size)
                    && (names.items.is_empty() || self.lines.last_needs(&names.options))
                    && self
                        .next_item(names, rest.get(1..).unwrap_or_default())
                        .is_none()
            }
            _ => false,
        }
    }

    pub(super) fn with(&mut self, segment: &Segment<'_>) {
        // "a large with ham": the item is still to come, or implied
        if self.pending.start.is_none() || self.called_by_choice().is_some() {
            self.settle();
        }
        self.ends_drop();
        // "Neither with onions", "don't put on onions", "not with onions".
        let is_denied = self.before != "no"
            && !self.negation_used
            && !self.negation_missed
            && !self.joined
            && !self.ends_phrase(segment.start);
        self.negated &= self.neither || is_denied;
        let said = self.said_of(segment).to_lowercase();
        self.with = said.starts_with('w');
        self.adds = said == "add" || said == "put" || said.starts_with("throw");
        self.pending.with = self.with;
    }

    /// "Cancel the fries and add onion rings": what comes is another wish.
    pub(super) fn ends_drop(&mut self) {
        if self.verb == Some(Verb::Drop) && self.dropped {
            (self.verb, self.dropped, self.joined) = (None, false, false);
        }
    }

    /// "A burger, actually a cheeseburger", "with vanilla, actually hazelnut": what comes takes the place
    /// of what was said last, where it is of its kind.
    pub(super) fn instead_of_last(&mut self, rest: &[Segment<'a>]) {
        let is_before = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Article | Cue::Filler));
        let before = rest.iter().take_while(is_before).count();
        let is_the = rest
            .first()
            .is_some_and(|next| self.said_of(next).eq_ignore_ascii_case("the"));
        let Some(Kind::Names(names)) = rest.get(before).map(|next| next.kind) else {
            return;
        };
        let after = rest
            .get(before + 1)
            .map(|next| self.said_of(next).to_lowercase());
        let is_more = matches!(after.as_deref(), Some("too" | "also" | "as well"));
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        if waits || is_more || self.joined || self.lines.is_empty() {
            return;
        }
        let is_choice = self.lines.accepting(&names.options).is_some();
        if is_choice {
            if before == 0 && self.lines.is_beside_last_choice(&names.options) {
                (self.verb, self.retracts) = (Some(Verb::Correct), true);
            }
            return;
        }
        let items = match names.items.is_empty() {
            true => &names.within,
            false => &names.items,
        };
        let is_new = !items.is_empty() && self.ordered(names).is_none();
        if is_new && (is_the || self.is_like_last(items)) {
            self.settle();
            (self.verb, self.retracts) = (Some(Verb::Correct), false);
        }
    }

    /// Whether one of the items is listed with the last line's on the menu.
    fn is_like_last(&self, items: &[usize]) -> bool {
        let category = |item: usize| self.items.get(item).and_then(|item| item.category.as_ref());
        let last = self.lines.last_item().and_then(category);
        last.is_some() && items.iter().any(|item| category(*item) == last)
    }

    /// "Change the mango to cucumber": one choice of a line goes, and another comes.
    pub(super) fn exchange(&mut self, names: &'a Names, span: Span, rest: &[Segment<'a>]) -> bool {
        let is_option = |kind| matches!(kind, Kind::Names(next) if !next.options.is_empty() && self.lines.accepting(&next.options).is_some());
        let [to, next, ..] = rest else {
            return false;
        };
        let is_size = names.is_size;
        if self.is_made_other(names, to, next) {
            let choice = Choice {
                contrast: true,
                ..Choice::removed(span)
            };
            self.attach(names, choice);
            (self.verb, self.skip, self.negated) = (None, Some(to.start), false);
            return true;
        }
        // "Change the onion for avocado on the burger": the burger comes.
        if let (true, Kind::Names(next), Kind::Cue(Cue::To)) =
            (self.lines.is_empty() && !is_size, next.kind, to.kind)
            && !next.options.is_empty()
            && !names.options.is_empty()
        {
            let choice = Choice {
                action: ModifierAction::Remove,
                contrast: true,
                ..Choice::added(span)
            };
            self.ahead.push((names, choice));
            let added = Span {
                start: rest.get(1).map_or(span.start, |next| next.start),
                end: rest.get(1).map_or(span.end, |next| next.end),
            };
            self.ahead.push((next, Choice::added(added)));
            (self.verb, self.read_to) = (None, rest.get(1).map_or(0, |next| next.end));
            return true;
        }
        let goes = !is_size && self.lines.accepting(&names.options).is_some();
        let is_to = matches!(to.kind, Kind::Cue(Cue::To))
            || (self.verb == Some(Verb::Change) && self.said_of(to).eq_ignore_ascii_case("with"));
        if !goes || !is_to || !is_option(next.kind) {
            return false;
        }
        let choice = Choice {
            action: ModifierAction::Remove,
            contrast: true,
            ..Choice::added(span)
        };
        self.attach(names, choice);
        self.skip = Some(to.start);
        (self.verb, self.negated, self.exchanged) = (None, false, true);
        true
    }

    /// "Make the rice a baked potato": another of the same group of the line that has the rice.
    fn is_made_other(&self, names: &Names, a: &Segment<'_>, next: &Segment<'_>) -> bool {
        let Kind::Names(next) = next.kind else {
            return false;
        };
        let group = |options: &[super::super::phrases::OptionRef]| {
            let item = self.lines.last_item()?;
            super::option_of(options, item).map(|at| at.group)
        };
        let is_same =
            group(&names.options).is_some() && group(&names.options) == group(&next.options);
        self.verb == Some(Verb::Change)
            && matches!(a.kind, Kind::Cue(Cue::Article))
            && self.before.starts_with("make")
            && !names.is_size
            && self.lines.has_added(&names.options)
            && is_same
    }

    /// Whether "either" ends what is left out: "no onion, and no tomato either".
    pub(super) fn is_also(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let names_next = matches!(rest.first().map(|next| next.kind), Some(Kind::Names(_)));
        self.said_of(segment).eq_ignore_ascii_case("either") && !names_next
    }

    /// "Swap the fries for onion rings" where no fries were ordered: rings are wanted.
    pub(super) fn is_exchanged_unordered(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let mut comes = rest.iter().map(|next| next.kind);
        !names.items.is_empty()
            && self.lines.accepting(&names.options).is_none()
            && matches!(comes.next(), Some(Kind::Cue(Cue::To)))
            && matches!(comes.next(), Some(Kind::Names(_)))
    }

    /// What the words right after a name say of it: "pickles off", "onions are fine".
    pub(super) fn told_after(&mut self, names: &Names, rest: &[Segment<'_>]) {
        if names.options.is_empty() {
            return;
        }
        let is_choice = names.items.is_empty() || self.lines.can_leave_out(&names.options);
        let is_size = names.is_size;
        let off = self.taken_off_by(rest);
        // "Mustard off the burger": off, and of the burger.
        let is_of = off.is_some_and(|off| {
            let named = rest.iter().find(|s| s.start > off.start);
            // "Off one of them", "off both"
            let is_which = matches!(named.map(|s| s.kind),
                Some(Kind::Cue(Cue::Number(_) | Cue::All | Cue::Place(_))));
            is_which || self.said_of(off).to_lowercase().ends_with("the")
                && matches!(named.map(|s| s.kind), Some(Kind::Names(names)) if self.ordered(names).is_some())
        });
        let off = off.map(|off| off.start);
        if is_choice && !is_size && (off.is_some() || self.is_in_list_off(rest)) {
            (self.negated, self.negation_used, self.contrast) = (true, false, false);
            (self.keep, self.negated_list) = (false, false);
            self.skip = off.filter(|_| !is_of);
        }
        // "Whip on top, extra"
        let on_top = rest
            .first()
            .is_some_and(|next| self.said_of(next).eq_ignore_ascii_case("on top"));
        let after = rest.get(usize::from(on_top)..).unwrap_or_default();
        let mut later = after.iter().skip(1).map(|next| next.kind);
        let later = later.find(|kind| !matches!(kind, Kind::Cue(Cue::Filler)));
        let ends = !matches!(later, Some(Kind::Names(_)));
        let is_called = !names.items.is_empty() || !names.within.is_empty();
        let is_dish = is_called && self.lines.accepting(&names.options).is_none();
        if let (Some(Kind::Cue(Cue::Amount(amount))), true, None) =
            (after.first().map(|next| next.kind), ends, self.amount)
            && !is_dish
        {
            self.amount = Some(amount);
            self.skip = after.first().map(|next| next.start);
        }
        let is_fine = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Fine))
        );
        // "No zorbl, ranch instead of mustard"
        let is_instead = matches!(
            rest.first().map(|next| (next.kind, self.said_of(next).to_lowercase())),
            Some((Kind::Cue(Cue::Not), said)) if said == "instead of" || said == "in place of"
        );
        self.negated &= !is_instead;
        // "No celery, and blue cheese to dip"
        let said = |at: usize| rest.get(at).map(|s| self.said_of(s).to_lowercase());
        let is_use = matches!(said(0).as_deref(), Some("to" | "for"))
            && matches!(said(1).as_deref(), Some("dip" | "dipping"));
        // "Hold the bacon and do mushrooms instead"
        let is_put = said(0).as_deref() == Some("instead");
        self.negated &= !((is_use || is_put) && self.negation_used);
        // "No pico, sour cream is fine"
        self.negated &= !(is_fine && self.negation_used);
        if is_fine && self.lines.leaves_out(&names.options) {
            (self.keep, self.negated) = (true, false);
        }
    }
}
