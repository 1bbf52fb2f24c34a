//! Phrases to lines, from left to right.
//!
//! A number or an article opens a new line; options before the item wait for it, options after
//! it go to it (`items`, `options`, `numbers`). A negation holds for a coordinated list and ends where
//! a new wish begins.

mod absorbed;
mod apart;
mod around;
mod asking;
mod copies;
mod deals;
mod each;
mod headings;
mod hosts;
mod implied;
mod instead;
mod items;
mod kinds;
mod lacking;
mod left;
mod listed;
mod meals;
mod meant;
mod more;
mod must;
mod names;
mod negation;
mod next;
mod no_dish;
mod numbers;
mod of_group;
mod off;
mod only;
mod options;
mod other;
mod places;
mod placing;
mod portions;
mod reader;
mod refused;
mod resized;
mod round;
mod settle;
mod shared_kind;
mod sorts;
mod stash;
mod swaps;
mod the_one;
mod told_kind;
mod which;

use super::phrases::Phrases;
use super::segment::{Kind, Segment};
use super::speech::Cue;
pub(super) use meant::{option_for, option_of};
use olympus_proto::{MenuItem, NotUnderstood, OrderLine, ParsedOrder, Span};
use reader::{Pending, Reader, ToldKind, Verb};

/// What ends a negation that the menu knows nothing of.
const RESUMES: [&str; 5] = ["ok", "okay", "well", "yeah", "alright"];

pub(super) fn assemble(
    items: &[MenuItem],
    phrases: &Phrases,
    text: &str,
    segments: &[Segment<'_>],
    order: &[OrderLine],
) -> ParsedOrder {
    let mut reader = Reader::new(items, phrases, text, order);
    let allergies = refused::Allergies::of(text);
    for (index, segment) in segments.iter().enumerate() {
        let rest = segments.get(index + 1..).unwrap_or_default();
        if reader.skip == Some(segment.start) || segment.start < reader.read_to {
            continue;
        }
        reader.ends_question(segment);
        if !reader.is_refused(&allergies, segment, rest) {
            match segment.kind {
                Kind::Cue(cue) => reader.cue(cue, segment, rest),
                Kind::Names(names) if reader.is_some_of_must(names, segment, rest) => {}
                Kind::Names(names) => reader.names(names, segment, rest),
                Kind::Unknown => reader.unknown(segment, rest),
            }
        }
        reader.before = reader.said_of(segment).to_lowercase();
        reader.after_name = matches!(segment.kind, Kind::Names(_));
    }
    reader.settle();
    reader.settle_stash();
    reader.close_kind();
    reader.report_size_of_each();
    for (names, choice) in std::mem::take(&mut reader.ahead) {
        if reader.ahead_of_all && reader.lines.accepting(&names.options).is_some() {
            continue;
        }
        reader.not_understood(choice.span.start, choice.span.end);
    }
    reader
        .out
        .not_understood
        .sort_by_key(|words| words.span.start);
    reader.lines.leave_out_within(allergies.spans());
    reader.out.lines = reader.lines.finish();
    reader.out
}

impl<'a> Reader<'a> {
    fn cue(&mut self, cue: Cue, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        if !matches!(cue, Cue::Number(_) | Cue::Filler) {
            self.run = None;
        }
        match cue {
            Cue::Number(number) => self.number(number, segment, rest),
            Cue::Times => {
                let number = matches!(
                    rest.first().map(|s| s.kind),
                    Some(Kind::Cue(Cue::Number(_)))
                );
                self.times = number && self.pending.number.is_none() && !self.lines.is_empty();
            }
            // "two pumps of vanilla" is no two of anything.
            Cue::Measure => {
                self.with = true;
                if self.pending.options.is_empty() {
                    self.pending = Pending::default();
                }
            }
            Cue::Again(number) => self.lines.set_quantity(number),
            // "add bacon to the burger"; "change the coke to a sprite" exchanges
            Cue::To if matches!(self.verb, Some(Verb::Put(_) | Verb::Change)) => {}
            Cue::With if self.is_with_some_of(rest) => {
                (self.towards, self.onto) = (true, true);
            }
            Cue::On | Cue::To => {
                self.sizes_last();
                let waits = self.pending.number.is_none() && !self.pending.options.is_empty();
                self.towards = waits || self.lines.has_recent();
                self.onto = true;
            }
            // Told by the name before it.
            Cue::ShouldBe => {}
            Cue::Article if self.is_another_told(segment, rest) => {}
            Cue::Article => self.article(segment, rest),
            Cue::Not if self.is_nothing_on_it(segment, rest) => {}
            Cue::Not if self.is_nothing_named(segment, rest) => self.unknown(segment, rest),
            Cue::Not => self.not(segment, rest),
            Cue::Neither => self.neither(segment, rest),
            Cue::Keep => self.keep(rest),
            // "On none of them mustard"
            Cue::Off
                if (!self.after_name || self.ends_phrase(segment.start))
                    && self
                        .said_of(segment)
                        .to_lowercase()
                        .ends_with("none of them") =>
            {
                self.neither(segment, rest);
            }
            // Told by the name before it.
            Cue::Fine | Cue::Off => {}
            Cue::Same => self.same(segment, rest),
            Cue::Rest => self.remaining(segment, rest),
            Cue::Asks => self.asks(segment),
            Cue::Swapped => self.other_way_round(rest),
            Cue::Amount(amount) => {
                if self.negation_used || (self.contrast && self.negation_missed) {
                    self.negated = false;
                }
                self.amount = Some(amount);
            }
            Cue::With if self.is_with_both(rest) => {}
            Cue::With => self.with(segment),
            Cue::And => {
                let is_or = self.said_of(segment).eq_ignore_ascii_case("or");
                // "No onions on the burger, or pickles"
                self.negated |= is_or && self.resumes;
                (self.joined, self.amount, self.towards) = (true, None, false);
            }
            // "Don't give me any mayo"
            Cue::Clause
                if self.before != "no"
                    && self.negated
                    && !self.negation_used
                    && self.is_denying() => {}
            // "Everything on the club but tomato"
            Cue::Clause if self.is_everything_but(segment) => {
                (self.negated, self.negation_used, self.negation_missed) = (true, false, false);
            }
            Cue::Clause => {
                self.settle();
                self.ends_drop();
                (self.negated, self.amount, self.with, self.towards) = (false, None, false, false);
                (self.exchanged, self.resumes) = (false, false);
                (self.all, self.place) = (None, None);
            }
            Cue::Meal => self.as_meal(segment),
            Cue::Correction if self.changes_several(segment, rest) => {}
            Cue::Correction => self.correction(segment, rest),
            Cue::Drop => {
                self.settle();
                // "No, cancel the salad, we'll do the soup"
                self.negated = false;
                (self.verb, self.dropped) = (Some(Verb::Drop), false);
                let said = self.said_of(segment).to_lowercase();
                self.drops_part = said.starts_with("take") || said.starts_with("remove");
            }
            Cue::Change if self.changes_of_group(segment, rest) => {}
            Cue::Change if self.swaps(segment, rest) => {}
            Cue::Change => {
                self.settle();
                // "No lettuce and make the drink large"
                self.negated &= !self.negation_used;
                self.verb = Some(Verb::Change);
                self.cuts = self.said_of(segment).to_lowercase().starts_with("cut");
            }
            Cue::Only => self.only_what_comes(rest),
            Cue::Whole => {
                self.negated = false;
                self.everything(segment);
            }
            Cue::Filler
                if self.said_of(segment).eq_ignore_ascii_case("sub")
                    && self.swaps(segment, rest) => {}
            Cue::Filler | Cue::Aside => self.aside(segment, rest),
            Cue::Place(place) => self.at_place(place, segment, rest),
            // "… and no tomato either": that one too.
            Cue::All if self.after_name && self.negation_used && self.is_also(segment, rest) => {}
            // "A pint each of beans and slaw"
            Cue::All if self.is_measure_of_each(segment) => {}
            Cue::All => self.of_all(&self.said_of(segment).to_lowercase(), rest),
        }
    }

    /// "A doner, large, on flat bread": a size is of the dish before and goes on nothing.
    fn sizes_last(&mut self) {
        let options = &self.pending.options;
        let is_its = options.iter().all(|(names, _)| {
            names.is_size && self.lines.last_takes(&names.options) == Some(false)
        });
        if is_its && !options.is_empty() && !self.is_opened() && self.verb.is_none() {
            self.settle_options();
            self.pending = Pending::default();
        }
    }

    /// "I was gonna get the dip but I'll do the burger": where what a guest had in mind ends, and is not ordered. Only what
    /// one clause says of the guest, and where another dish comes for it.
    fn given_up_until(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> Option<usize> {
        const HAD_IN_MIND: [&str; 5] = ["gonna", "going to", "about to", "thinking", "planning"];
        if !self.said_of(segment).eq_ignore_ascii_case("was") {
            return None;
        }
        let before = self.text.get(..segment.start)?.trim_end();
        let who = before.rsplit(|c: char| !c.is_alphabetic()).next()?;
        let is_guest = ["i", "we"].iter().any(|own| who.eq_ignore_ascii_case(own));
        let after = self.text.get(segment.end..)?.to_ascii_lowercase();
        let sentence = after.split(['.', ';', '!', '?', '\n']).next()?;
        let had = sentence.trim_start();
        let is_had = HAD_IN_MIND.iter().any(|begins| had.starts_with(begins));
        let but = sentence.find(" but ")?;
        let clause = sentence.get(..but)?.trim_end_matches(',');
        if !is_guest || !is_had || clause.contains(',') || had.starts_with("going to be") {
            return None;
        }
        let end = segment.end + but + 1;
        // "… the blt but on wheat", "… but no rice" are of the same dish.
        let mut comes = rest.iter().skip_while(|s| s.start <= end).skip_while(|s| {
            matches!(
                s.kind,
                Kind::Cue(
                    Cue::Filler
                        | Cue::Aside
                        | Cue::Clause
                        | Cue::And
                        | Cue::Article
                        | Cue::Number(_)
                )
            )
        });
        let Kind::Names(names) = comes.next()?.kind else {
            return None;
        };
        let is_whole = !names.items.is_empty() && !names.is_part;
        let is_dish = is_whole || self.is_one_of_several(names);
        (is_dish || self.drink_of(&names.options).is_some()).then_some(end)
    }

    /// What by itself says nothing of the order, and beside names may: "just", "only", "all".
    fn aside(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let said = self.said_of(segment).to_lowercase();
        if said == "same" && (self.is_same_but(segment, rest) || self.is_same_of_group(rest)) {
            return;
        }
        if let Some(end) = self.given_up_until(segment, rest) {
            self.read_to = end;
            return;
        }
        self.takes_that(segment, rest);
        // "Never mind the tenders, just the combo": no name that could be taken off too.
        let is_led = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler | Cue::Article));
        let next = rest.iter().find(|s| !is_led(s)).map(|next| next.kind);
        if matches!(said.as_str(), "just" | "only") && !matches!(next, Some(Kind::Names(_))) {
            self.ends_drop();
        }
        if matches!(said.as_str(), "just" | "only") && self.keeps_only(segment, rest) {
            return;
        }
        // "No toppings"
        let is_toppings = || self.phrases.stems_of(&said).concat() == "topping";
        if self.negated && is_toppings() && self.is_group_left_out(None, segment) {
            return;
        }
        let is_dropped = self.verb == Some(Verb::Drop) && !self.dropped;
        if said == "all" && (is_dropped || self.is_of_all(rest)) {
            self.of_all("all", rest);
        }
        // "No mayo and some lettuce"
        let next = rest.first().map(|next| self.said_of(next));
        let is_some = said == "some" && !next.is_some_and(|next| next.eq_ignore_ascii_case("of"));
        let goes_on = self.shuns || matches!(self.before.as_str(), "or" | "nor");
        self.negated &= !(is_some && self.negation_used && !goes_on);
        let is_bare = matches!(said.as_str(), "with nothing" | "with nothing on it");
        if is_bare && self.after_name && self.pending.start.is_none() {
            self.makes_plain(segment.span());
        }
        if matches!(said.as_str(), "actually" | "sub") {
            self.instead_of_last(rest);
        }
        if said.ends_with("on the side") && self.after_name && !self.negated {
            self.lines.put_on_side(segment.start, segment.end);
        }
        if matches!(said.as_str(), "just" | "only") && self.after_name && self.is_told_of_last(rest)
        {
            self.only_what_comes(rest);
        }
        // "No salsa, just sour cream"
        let is_name = matches!(rest.first().map(|next| next.kind), Some(Kind::Names(_)));
        let is_over = self.negation_used || self.negation_missed;
        if matches!(said.as_str(), "just" | "only") && is_name && is_over {
            self.negated = false;
        }
        if said == "only" && self.after_name && self.is_said_of_before(rest) {
            self.only_what_was_said();
        }
        // "I'm allergic to zorbl, so a burger"
        if said == "so" && (self.negation_missed || self.negation_used) {
            self.negated = false;
        }
        // "You don't do zorbl? Okay, then fries."
        if self.negation_missed && RESUMES.contains(&said.as_str()) {
            self.negated = false;
        }
    }

    fn unknown(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        if self.is_the_one(segment, rest)
            || self.is_made_plain(segment, rest)
            || self.is_black_coffee(segment)
            || self.is_chosen_to_lack(None, segment)
            || self.is_left_out_as_told(None, segment)
            || self.is_heading_of_next(None, segment, rest)
            || self.is_other_of_kind(None, segment)
            || self.is_group_left_out(None, segment)
            || self.is_part_of_meal(segment, rest)
            || self.is_word_of_must(None, segment)
            || self.is_category_of_last(segment)
            || self.is_owned(segment, rest)
            || self.is_half_of_them(segment, rest)
            || self.is_other_one(segment, rest)
            || self.is_word_of_kind(segment)
            || self.is_kind_with(None, segment, rest)
        {
            return;
        }
        // "Never mind the zorbl, I'll have a tea": what is not on the order needs not be taken off.
        self.dropped |= self.verb == Some(Verb::Drop);
        self.negation_missed |= self.negated;
        // "Three drinks: a coke, …"
        let after = self.text.get(segment.end..).unwrap_or_default();
        if self.pending.number.is_some() && after.starts_with(':') {
            self.pending = Pending::default();
            return;
        }
        let stem = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let span = segment.span();
        let is_kind = stem.iter().all(|stem| self.phrases.is_kind(stem));
        let word = stem.concat();
        if is_kind && (self.is_kind_with_choices(&word, segment) || self.tells_kind(&word, span)) {
            return;
        }
        if self.is_kind_called_off(&word) {
            return;
        }
        // Two percent are not two of anything.
        if word == "percent" {
            self.pending.number = None;
        }
        self.lost |= self.pending.start.is_some();
        self.pending.headed |= self.after_name && !self.ends_phrase(segment.start);
        self.not_understood(segment.start, segment.end);
        // "Bowl with steak and rice": the one bowl that can be had so.
        let start = self.pending.start.unwrap_or(segment.start);
        let is_new = self.lines.is_empty() || self.ends_phrase(start);
        let is_sized = self.pending.options.iter().all(|(names, _)| names.is_size);
        let is_sized = is_sized && !self.pending.options.is_empty();
        let waits = self.pending.start.is_some() && !is_sized;
        let waits = waits || self.negated || self.verb.is_some();
        if is_kind && is_new && !waits && !self.with {
            self.pending.start = Some(start);
            self.pending.kind = Some((word, span));
        }
    }

    /// Whether the verb that comes next is denied: "don't give me", "do not have".
    fn is_denying(&self) -> bool {
        let before = super::option::key(&self.before);
        super::speech::cue(&before) == Some(Cue::Not)
    }

    fn said_of(&self, segment: &Segment<'_>) -> &'a str {
        let said = self.text.get(segment.start..segment.end);
        said.unwrap_or_default()
    }

    /// Talk beside the order is not asked about.
    fn not_understood(&mut self, start: usize, end: usize) {
        let span = Span { start, end };
        let text = self.said(span);
        if super::speech::is_talk(&text) {
            return;
        }
        self.out.not_understood.push(NotUnderstood { text, span });
    }

    fn said(&self, span: Span) -> String {
        self.text
            .get(span.start..span.end)
            .unwrap_or_default()
            .to_owned()
    }
}
