//! Some of several told apart: "two cokes, one large and one small", "the rest", "the other
//! without".

use super::super::draft::named;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Reader, option_of};

/// What is said of some of several that have nothing changed.
const PLAIN: [&str; 8] = [
    "black",
    "regular",
    "plain",
    "normal",
    "standard",
    "original",
    "untouched",
    "as is",
];

impl<'a> Reader<'a> {
    /// Some of the last line are told apart: "two cokes, one large and one small". `true` where
    /// they have a line of their own now.
    pub(super) fn tell_apart(&mut self, number: u32, rest: &[Segment<'a>]) -> bool {
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        // "Both with oat milk and one with soy" is one more.
        let differs = rest.iter().find_map(|s| match s.kind {
            Kind::Names(names) => Some(self.lines.last_has_other(&names.options)),
            _ => None,
        });
        let is_of_all = self.told_of_all && differs != Some(true);
        // "Two cokes, one sprite" are three.
        let is_sort = match rest.first().map(|next| next.kind) {
            Some(Kind::Names(names)) => self.is_sort_of_last(names),
            _ => false,
        };
        if self.shared.is_none() && differs == Some(true) && is_sort {
            return false;
        }
        // "Make one of those plain", "and three of them without lettuce", "and make one with bacon"
        let mut said = rest.iter().map(|next| self.said_of(next).to_lowercase());
        let of = said.find(|said| said != "of");
        let is_of_those = matches!(of.as_deref(), Some("those" | "them" | "these" | "em"))
            || self.before == "make";
        let is_one_more = self.joined && self.shared.is_none() && !is_of_all && !is_of_those;
        if waits || self.verb.is_some() || is_one_more {
            return false;
        }
        let Some((last, quantity)) = self.lines.last() else {
            return false;
        };
        let line = match self.shared {
            Some(line) => line,
            None if quantity > number => last,
            None => return false,
        };
        if !self.says_how_it_differs(number, rest) {
            return false;
        }
        let Some(is_left) = self.lines.split(line, number) else {
            return false;
        };
        self.shared = is_left.then_some(line);
        self.skip = self.kind_of_those(rest).map(|kind| kind.start);
        self.lines.forget_recent();
        (self.negated, self.joined) = (false, false);
        (self.all, self.place) = (None, None);
        true
    }

    /// "Make one of those teas unsweet": what the last dish is called with, right after "those".
    fn kind_of_those<'s>(&self, rest: &'s [Segment<'a>]) -> Option<&'s Segment<'a>> {
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let at = rest.iter().take_while(is_filler).count();
        let those = at.checked_sub(1).and_then(|at| rest.get(at))?;
        let those = self.said_of(those).to_lowercase();
        let is_those = matches!(those.as_str(), "those" | "these" | "the");
        let next = rest
            .get(at)
            .filter(|next| is_those && !self.ends_phrase(next.start))?;
        self.is_word_of_last_dish(next).then_some(next)
    }

    /// Whether the last line is nothing but one of several sorts, and these words are another.
    fn is_sort_of_last(&self, names: &Names) -> bool {
        let last = self.lines.last_item().into_iter().collect();
        // "Two cokes, one diet" are two.
        !names.is_size
            && !self.lines.last_has_alike(&names.options)
            && !self.only_sorts(last, &names.options).is_empty()
    }

    /// "…, one coke, one water" of two that were told apart before: each has one.
    pub(super) fn share_out(&mut self, number: u32, rest: &[Segment<'a>]) -> bool {
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        if waits || self.verb.is_some() || !self.says_how_it_differs(number, rest) {
            return false;
        }
        let names = rest.iter().find_map(|s| match s.kind {
            Kind::Names(names) => Some(names),
            _ => None,
        });
        let line = names.and_then(|names| self.lines.next_part(number, &names.options));
        if line.is_none() {
            return false;
        }
        (self.all, self.place) = (None, line);
        self.lines.forget_recent();
        (self.negated, self.joined) = (false, false);
        true
    }

    /// "Four tacos, two regular, …": some of them as they are.
    pub(super) fn tell_plain(&mut self, number: u32, rest: &[Segment<'a>]) -> bool {
        let said = |at: usize| rest.get(at).map(|s| self.said_of(s).to_lowercase());
        // "One just regular", "two of them regular"
        let of_them = said(0).as_deref() == Some("of")
            && matches!(said(1).as_deref(), Some("em" | "them" | "those" | "these"));
        let of_them = if of_them { 2 } else { 0 };
        let just = of_them + usize::from(said(of_them).as_deref() == Some("just"));
        let rest = rest.get(just..).unwrap_or_default();
        let is_plain = said(just).is_some_and(|said| PLAIN.contains(&said.as_str()));
        // "One with and one without onions"
        let mut comes = rest.iter().skip(1).map(|next| next.kind);
        let is_with = said(just).as_deref() == Some("with")
            && matches!(comes.next(), Some(Kind::Cue(Cue::And)))
            && matches!(comes.next(), Some(Kind::Cue(Cue::Number(_))))
            && matches!(comes.next(), Some(Kind::Cue(Cue::Not)));
        let is_whole = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Whole))
        );
        let is_plain = is_plain || is_with || is_whole;
        let takes = |at: usize| match rest.get(at).map(|s| s.kind) {
            Some(Kind::Names(names)) => self.lines.last_takes(&names.options).is_some(),
            _ => false,
        };
        let goes_on = matches!(rest.get(1).map(|s| s.kind), Some(Kind::Names(names)) if !names.items.is_empty());
        if !is_plain || takes(0) || goes_on || self.pending.start.is_some() || self.verb.is_some() {
            return false;
        }
        let line = match (self.shared, self.lines.last()) {
            (Some(line), _) => line,
            (None, Some((last, quantity))) if quantity > number => last,
            _ => return false,
        };
        let Some(is_left) = self.lines.split(line, number) else {
            return false;
        };
        self.shared = is_left.then_some(line);
        // "One plain": with nothing on it, where the menu tells what that would be.
        if let Some(plain) = rest
            .first()
            .filter(|next| self.said_of(next).eq_ignore_ascii_case("plain"))
        {
            self.makes_plain(plain.span());
        }
        self.skip = rest.first().map(|next| next.start);
        self.lines.forget_recent();
        (self.all, self.place, self.joined) = (None, None, false);
        true
    }

    /// "A regular cheeseburger" where a cheeseburger is nothing else.
    pub(super) fn is_plain_item(&self, said: &str, rest: &[Segment<'a>]) -> bool {
        let is_plain = PLAIN.contains(&said.to_lowercase().as_str())
            && rest
                .first()
                .is_some_and(|next| !self.ends_phrase(next.start));
        match rest.first().map(|next| next.kind) {
            Some(Kind::Names(next)) => {
                is_plain && !next.items.is_empty() && next.options.is_empty() && {
                    let own = self.phrases.find(&[said.to_lowercase()]);
                    let takes = |item: &usize| {
                        own.is_some_and(|own| option_of(&own.options, *item).is_some())
                    };
                    !next.items.iter().any(takes)
                }
            }
            _ => false,
        }
    }

    /// "For me", "for my son": whose of several it is.
    pub(super) fn is_for_whom(&self, segment: &Segment<'_>) -> bool {
        matches!(segment.kind, Kind::Cue(Cue::Clause))
            && self.said_of(segment).to_lowercase().starts_with("for ")
    }

    /// "Four burgers, half with no tomato".
    pub(super) fn is_half_of_them(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        // "A dozen donuts half glazed half jelly"
        let tells = match rest.first().map(|next| next.kind) {
            Some(Kind::Cue(Cue::With | Cue::Not)) => true,
            Some(Kind::Names(names)) => {
                !names.is_size && self.lines.last_takes(&names.options).is_some()
            }
            _ => false,
        };
        let of = match self.shared {
            Some(line) => self.lines.quantity(line).map(|left| left * 2),
            None => self.lines.last().map(|(_, quantity)| quantity),
        };
        let half = of
            .filter(|of| *of > 1 && of.is_multiple_of(2))
            .map(|of| of / 2);
        match half.filter(|_| said == "half" && tells) {
            Some(half) => self.tell_apart(half, rest),
            None => false,
        }
    }

    /// "Half soy garlic half honey butter" of wings that are chosen with both: no Half Bird, and nothing more than that.
    pub(super) fn is_half_of_each(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        let Some(last) = self.lines.last_item() else {
            return false;
        };
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let at = match next.map(|next| next.kind) {
            Some(Kind::Names(next)) if !next.is_size => super::option_of(&next.options, last),
            _ => None,
        };
        let group = at.and_then(|at| named(self.items, at));
        let is_both = group.is_some_and(|(group, _)| group.min > 0 && group.max != Some(1));
        let waits = self.negated || self.verb.is_some() || self.pending.start.is_some();
        is_both && !waits && self.said_of(segment).eq_ignore_ascii_case("half")
    }

    /// "Mine without tomato and my brother's with cheese": one of several; "mine is a taco, my wife's is a salad":
    /// what comes is of whom, and says nothing else.
    pub(super) fn is_owned(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let is_whose = ["mine", "his", "hers", "yours", "theirs"].contains(&said.as_str())
            || said.ends_with("'s")
            || said.ends_with("\u{2019}s");
        let next = rest.first();
        let tells = matches!(
            next.map(|next| next.kind),
            Some(Kind::Cue(Cue::With | Cue::Not))
        );
        if is_whose && tells && self.tell_apart(1, rest) {
            return true;
        }
        // "Mine's a taco"
        let is_mine =
            ["mine's", "his's", "hers's"].contains(&said.replace('\u{2019}', "'").as_str());
        let is_told = next.is_some_and(|next| {
            matches!(
                next.kind,
                Kind::Cue(Cue::Article | Cue::Number(_)) | Kind::Names(_)
            )
        });
        if is_mine && is_told {
            self.settle();
            return true;
        }
        let is = next.is_some_and(|next| matches!(self.said_of(next), "is" | "will be" | "gets"));
        let comes = rest.get(1).is_some_and(|next| {
            let is_the = self.said_of(next).eq_ignore_ascii_case("the");
            is_the
                || matches!(
                    next.kind,
                    Kind::Cue(Cue::Article | Cue::Number(_)) | Kind::Names(_)
                )
        });
        if is_whose && is && comes {
            self.settle();
        }
        is_whose && is && comes
    }

    /// "Extra bacon" where that is a choice of another dish, and bacon one of the last.
    fn without_amount(&self, segment: &Segment<'_>) -> Option<Kind<'a>> {
        let Kind::Names(names) = segment.kind else {
            return None;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let (first, rest) = said.split_first()?;
        let is_amount = matches!(super::super::speech::cue(first), Some(Cue::Amount(_)));
        if !is_amount || self.lines.last_takes(&names.options).is_some() {
            return None;
        }
        let names = self.phrases.find(rest)?;
        self.lines
            .last_takes(&names.options)
            .map(|_| Kind::Names(names))
    }

    /// Whether a choice that the last line has comes next, and no other item: "with oat milk", "no
    /// onions", "large".
    pub(super) fn says_how_it_differs(&self, number: u32, rest: &[Segment<'a>]) -> bool {
        let is_before = |s: &&Segment<'_>| {
            matches!(
                s.kind,
                Kind::Cue(
                    Cue::Filler | Cue::With | Cue::Only | Cue::On | Cue::Not | Cue::Amount(_)
                )
            ) || self.is_for_whom(s)
        };
        let mut at = rest.iter().take_while(is_before).count();
        // "One on a roll"
        let is_article = |s: &Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Article));
        at += usize::from(at > 0 && rest.get(at).is_some_and(is_article));
        if self.kind_of_those(rest).is_some() {
            let after = rest.get(at + 1..).unwrap_or_default();
            at += 1 + after.iter().take_while(is_before).count();
        }
        let later = rest.get(at + 1..).unwrap_or_default();
        let before = rest.get(..at).unwrap_or_default();
        let is_told = |s: &Segment<'_>| matches!(s.kind, Kind::Cue(Cue::With | Cue::Not | Cue::On));
        let amount = rest.get(at).and_then(|next| self.without_amount(next));
        match amount.or(rest.get(at).map(|next| next.kind)) {
            Some(Kind::Names(names)) => {
                let needs = match self.shared {
                    Some(line) => self.lines.needs(line, &names.options),
                    None => self.lines.last_needs(&names.options),
                };
                // "One ranch, two italian" of three: just as many are left.
                let are_left = self.shared.and_then(|line| self.lines.quantity(line));
                let is_rest = self.told_of_all && are_left == Some(number);
                // "Two plain two haupia" of malasadas, where haupia is a dish too.
                let is_sort = self.shared.is_some() && self.lines.last_has_other(&names.options);
                self.lines.last_takes(&names.options).is_some()
                    && !(names.is_size && self.is_of_another(later))
                    && (needs
                        || names.items.is_empty()
                        || is_rest
                        || is_sort
                        || before.iter().any(is_told))
                    && self.next_item(names, later).is_none_or(|next| {
                        before.iter().any(is_told) && self.is_own_word(next, later)
                    })
            }
            _ => false,
        }
    }

    /// "One with vanilla ice cream" of Pie with Ice Cream: what comes is a word of the last dish's own name.
    fn is_own_word(&self, item: usize, rest: &[Segment<'_>]) -> bool {
        let is_part = matches!(rest.first().map(|next| next.kind),
            Some(Kind::Names(next)) if next.is_part && next.items.contains(&item));
        is_part && self.lines.last_item() == Some(item)
    }
}
