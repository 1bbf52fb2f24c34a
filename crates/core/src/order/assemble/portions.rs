//! Numbers that are a portion: "six wings", "a margherita 26", "two slices".

use super::super::draft::{Choice, is_size};
use super::super::lines::is_meal;
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::super::speech::{self, Cue};
use super::super::stems::{is_unit, stem};
use super::{Reader, Verb};
use crate::menu::text::words;
use olympus_proto::{Modifier, ModifierGroup, Span};

impl Reader<'_> {
    /// "Coconut pie, two slices": so many of the dish before, in that size.
    pub(super) fn counts_sizes(&self, rest: &[Segment<'_>]) -> bool {
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let ends = rest.get(1).is_none_or(|next| {
            self.ends_phrase(next.start) || matches!(next.kind, Kind::Cue(Cue::And))
        });
        let is_one = self.lines.last().is_some_and(|(_, quantity)| quantity == 1);
        let is_size = matches!(rest.first().map(|next| next.kind), Some(Kind::Names(names))
            if names.is_size && names.items.is_empty() && self.lines.last_takes(&names.options) == Some(false)
                && self.lines.last_is_sized_by(&names.options));
        self.after_name && !waits && is_one && ends && is_size && !self.joined
    }

    /// "Wings twelve, plain", "a box of biscuits, a dozen": right after a dish that is sold by the piece.
    pub(super) fn is_portion_of_last(
        &mut self,
        number: u32,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        // "Bone in ten" of Bone-In Wings
        let is_own = |item: usize| self.has_word(item, &self.before);
        let is_led = self.after_name || self.lines.last_item().is_some_and(is_own);
        if !is_led || waits {
            return false;
        }
        let at = self.lines.last_item().and_then(|item| {
            let pieces = self.pieces(item, number);
            let is_apart = self.ends_phrase(segment.start);
            pieces.or_else(|| self.measure(item, number).filter(|_| !is_apart))
        });
        let Some(at) = at.filter(|at| self.lines.last_takes(&[*at]) == Some(false)) else {
            return false;
        };
        let is_item = matches!(rest.first().map(|next| next.kind),
            Some(Kind::Names(next)) if next.options.is_empty()
                && (next.items.is_empty() || !next.items.iter().all(|item| self.is_sold_otherwise(*item, number))));
        if is_item {
            return false;
        }
        let span = segment.span();
        self.lines.put_last(at, Choice::added(span));
        (self.towards, self.onto) = (false, false);
        true
    }

    /// "Boneless twelve bone in ten": sold by the piece, and not by so many.
    fn is_sold_otherwise(&self, item: usize, number: u32) -> bool {
        let groups = self.items.get(item).map(|item| &item.modifier_groups);
        let options = groups
            .into_iter()
            .flatten()
            .flat_map(|group| &group.options);
        // "8 Pc", "Medium 12 Pc"
        let mut counts = options.flat_map(|option| words(&option.name));
        let is_by_piece = counts.any(|word| {
            let count = word.text.parse::<u32>();
            count.is_ok_and(|count| count > 1 && self.pieces(item, count).is_some())
        });
        is_by_piece && self.pieces(item, number).is_none()
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
        let span = segment.span();
        self.lines.put_last(at, Choice::added(span));
        self.verb = None;
        true
    }

    /// The size of an item that measures so much: "a margherita 26" of 26 cm.
    pub(super) fn measure(&self, item: usize, number: u32) -> Option<OptionRef> {
        self.option_where(item, |choices, option| {
            let key = option::key(&option.name.replace('"', " inch"));
            let mut words = key.split(' ');
            is_size(choices)
                && words.any(|word| word == number.to_string())
                && words.next().is_some_and(is_unit)
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

    /// How many pieces an item's own name says it is: "Garlic Knots (6 pc)", "(6)".
    fn printed_pieces(&self, item: usize) -> Option<u32> {
        let name = option::key(&self.items.get(item)?.name);
        let words: Vec<&str> = name.split(' ').collect();
        let mut pairs = words.windows(2).filter(|pair| pair.ends_with(&["piece"]));
        let told = pairs.find_map(|pair| pair.first()?.parse().ok());
        // "Mozzarella Sticks (6)"
        let printed = self.items.get(item)?.name.trim_end().strip_suffix(')');
        told.or_else(|| printed?.rsplit_once('(')?.1.trim().parse().ok())
    }

    /// How many of an item so many pieces are: six garlic knots are one order of six, two dozen four.
    pub(super) fn orders_of_pieces(&self, item: usize, count: u32, span: Span) -> Option<u32> {
        let said = self.said(span).to_lowercase();
        let is_told = option::key(&said).ends_with(" piece");
        let pieces = self
            .printed_pieces(item)
            .filter(|pieces| *pieces > 2 || is_told)?;
        let is_orders = said.split(' ').any(|word| word.starts_with("order"));
        let is_many = count > 9 || is_told;
        let is_whole = count == pieces || (is_many && count.is_multiple_of(pieces));
        (is_whole && !is_orders).then_some(count / pieces)
    }

    /// Whether an item is sold by the single piece: neither its name nor a size says how many.
    pub(super) fn is_single_piece(&self, item: usize) -> bool {
        let groups = self.items.get(item).map(|item| &item.modifier_groups);
        let mut options = groups
            .into_iter()
            .flatten()
            .flat_map(|group| &group.options);
        self.printed_pieces(item).is_none_or(|pieces| pieces == 1)
            && !options.any(|option| option::key(&option.name).ends_with(" piece"))
    }

    /// Whether an item is called by what holds its pieces: so many baskets are no pieces.
    pub(super) fn is_served_whole(&self, item: usize) -> bool {
        const HOLDS: [&str; 6] = ["basket", "box", "plate", "platter", "bucket", "meal"];
        let last = self.phrases.name_of(item).last();
        last.is_some_and(|last| HOLDS.contains(&last.as_str()))
    }

    /// Of several items the one that is sold in so many pieces: "five piece tenders".
    pub(super) fn sold_by(&self, items: &[usize], count: u32) -> Option<usize> {
        let is_sold = |item: &&usize| {
            self.printed_pieces(**item) == Some(count) || self.pieces(**item, count).is_some()
        };
        let is_dish = |item: &usize| self.items.get(*item).is_some_and(|item| !is_meal(item));
        let sold = items.iter().filter(is_sold).copied();
        let sold: Vec<usize> = sold.filter(is_dish).collect();
        self.one_of(sold).filter(|_| count > 1)
    }

    /// "Five piece tenders", "a 10 piece": of how many pieces what comes is.
    pub(super) fn is_of_pieces(
        &mut self,
        number: u32,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let Some(unit) = rest.first().filter(|next| {
            let said = self.said_of(next).to_lowercase();
            said.split(' ').next().map(stem).as_deref() == Some("piece")
        }) else {
            return false;
        };
        // "Five piece strips, no, make that ten piece"
        if self.verb == Some(Verb::Correct) && self.pending.start.is_none() {
            let span = Span {
                start: segment.start,
                end: unit.end,
            };
            self.pending.pieces = Some((number, span));
            let other = self.in_other_pieces();
            if let Some(item) = other {
                self.place_item(item, span);
                self.skip = Some(unit.start);
                return true;
            }
            self.pending.pieces = None;
        }
        if self.negated || self.verb.is_some() || !self.pending.options.is_empty() {
            return false;
        }
        // "Tender basket 5 pc" of a basket of five.
        let last = self
            .lines
            .last_item()
            .filter(|_| self.after_name && self.pending.start.is_none());
        if last.is_some_and(|last| self.printed_pieces(last) == Some(number)) {
            self.skip = Some(unit.start);
            return true;
        }
        if self.pending.number.is_none() && self.pending.start.is_none() {
            self.settle_before_another();
            self.pending.start = Some(segment.start);
            self.pending.joined = self.joined;
        }
        let span = Span {
            start: segment.start,
            end: unit.end,
        };
        self.pending.pieces = Some((number, span));
        true
    }

    /// "12 piece garlic knots" where that is a size of the wings: of the knots.
    pub(super) fn is_pieces_of_next(
        &mut self,
        names: &Names,
        said: &str,
        span: Span,
        rest: &[Segment<'_>],
    ) -> bool {
        let key = option::key(said);
        let count = key
            .strip_suffix(" piece")
            .and_then(|count| count.parse().ok());
        // "Six pieces of salmon nigiri"
        let mut next = rest.iter();
        let next = next.find(|next| !self.said_of(next).eq_ignore_ascii_case("of"));
        let Some((count, next)) = count.zip(next) else {
            return false;
        };
        let is_other = matches!(next.kind, Kind::Names(next)
            if !next.items.is_empty() && next.items.iter().all(|item| self.pieces(*item, count).is_none()));
        let waits = !self.pending.options.is_empty() || self.negated || self.verb.is_some();
        let is_other = is_other || self.is_pieces_of_other(names, count, next);
        // "Dumplings 3pc + a bun"
        let gap = self.text.get(span.end..next.start).unwrap_or_default();
        let is_apart = self.ends_phrase(next.start) || gap.contains(['+', '&', '/']);
        if !is_other || waits || is_apart {
            return false;
        }
        self.pending.start.get_or_insert(span.start);
        self.pending.pieces = Some((count, span));
        true
    }

    /// "Three piece dark" where tenders are sold by three and only the 3 Piece Chicken can be dark.
    fn is_pieces_of_other(&self, names: &Names, count: u32, next: &Segment<'_>) -> bool {
        let Kind::Names(next) = next.kind else {
            return false;
        };
        let takes = |item: usize| super::option_of(&next.options, item).is_some();
        let is_printed = |item: &usize| {
            let is_meal = self.items.get(*item).is_none_or(is_meal);
            self.printed_pieces(*item) == Some(count) && !is_meal && takes(*item)
        };
        next.items.is_empty()
            && !names.options.iter().any(|at| takes(at.item))
            && (0..self.items.len()).filter(is_printed).count() == 1
    }

    /// Where only the pieces were said, the dish before in that many: "… and one 5 piece".
    pub(super) fn in_other_pieces(&self) -> Option<usize> {
        let (count, _) = self.pending.pieces?;
        let bare = |item: usize| {
            let name = self.items.get(item)?.name.split('(').next()?;
            Some(option::key(name))
        };
        let last = bare(self.lines.last_item()?)?;
        let alike = (0..self.items.len()).filter(|item| bare(*item).as_ref() == Some(&last));
        self.sold_by(&alike.collect::<Vec<_>>(), count)
    }

    /// "Eight piece mixed": the one dish of so many pieces, no meal, that can be had so.
    pub(super) fn in_pieces_alone(&self) -> Option<usize> {
        let (count, _) = self.pending.pieces?;
        let options = &self.pending.options;
        let has_all = |item: &usize| {
            options
                .iter()
                .all(|(names, _)| super::option_of(&names.options, *item).is_some())
        };
        let fitting = (0..self.items.len()).filter(|item| has_all(item) && !options.is_empty());
        self.sold_by(&fitting.collect::<Vec<_>>(), count)
    }

    /// "Tenders, five piece" of those that the name before could mean.
    pub(super) fn is_portion_of_asked(&mut self, number: u32, segment: &Segment<'_>) -> bool {
        let Some((items, false)) = &self.run else {
            return false;
        };
        let Some(item) = self.sold_by(items, number) else {
            return false;
        };
        self.out.ambiguous.pop();
        self.pending = std::mem::take(&mut self.held);
        let span = segment.span();
        let pieces = self.pieces(item, number);
        self.place_item(item, span);
        if let Some(at) = pieces {
            self.lines.put_last(at, Choice::added(span));
        }
        true
    }

    /// The option of an item that is so many pieces: "six wings" is a portion of 6.
    pub(super) fn pieces(&self, item: usize, count: u32) -> Option<OptionRef> {
        let named = &self.items.get(item)?.name;
        let named = option::key(named);
        self.option_where(item, |choices, option| {
            let stems = option::key(&option.name);
            // "A dozen garlic knots", sold by the Half Dozen and the Dozen.
            if speech::cue(&stems) == Some(Cue::Number(count)) && count > 1 {
                return is_size(choices);
            }
            // "Medium 12 Pc" is twelve.
            let is_name = |word: &&str| matches!(*word, "small" | "medium" | "large");
            let mut words = stems.split(' ').skip_while(is_name);
            let is_count = words.next() == Some(count.to_string().as_str());
            // "26 cm" is a measure, "2% milk" a sort; "6 wings" are of the wings.
            is_count
                && words
                    .next()
                    .is_none_or(|unit| unit == "piece" || named.split(' ').any(|word| word == unit))
        })
    }

    /// The size of an item that is one piece, where it is sold in others too: "two pieces of baklava".
    pub(super) fn by_the_piece(&self, item: usize) -> Option<OptionRef> {
        self.option_where(item, |choices, option| {
            let name = option::key(&option.name);
            is_size(choices) && matches!(name.as_str(), "piece" | "1 piece" | "single piece")
        })
    }

    /// The first option of an item of which that is so.
    fn option_where(
        &self,
        item: usize,
        is_it: impl Fn(&ModifierGroup, &Modifier) -> bool,
    ) -> Option<OptionRef> {
        let mut groups = self.items.get(item)?.modifier_groups.iter().enumerate();
        groups.find_map(|(group, choices)| {
            let mut options = choices.options.iter();
            let option = options.position(|option| is_it(choices, option))?;
            Some(OptionRef {
                item,
                derived: false,
                group,
                option,
            })
        })
    }

    /// "Garlic knots, two orders": so many of the dish before.
    pub(super) fn is_orders_of_last(
        &self,
        number: u32,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let is_order = rest.first().is_some_and(|next| {
            let said = self.said_of(next).to_lowercase();
            matches!(said.as_str(), "order" | "orders")
        });
        let ends = !matches!(rest.get(1).map(|next| next.kind), Some(Kind::Names(_)));
        // "Two clubs, one order gets fries": of one of them.
        let is_fewer = self.lines.last().is_some_and(|(_, of)| of > number);
        let ends = ends && !(is_fewer && self.says_how_it_differs(number, rest));
        let waits = self.pending.start.is_some() && self.pending.number.is_none();
        let corrects = self.verb == Some(Verb::Correct);
        number > 0
            && is_order
            && ends
            && !waits
            && !self.lines.is_empty()
            && !self.ends_sentence(segment.start)
            && (self.after_name || corrects)
    }
}
