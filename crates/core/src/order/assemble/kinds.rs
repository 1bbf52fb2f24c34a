//! Kinds of dishes that are named before the dishes: "two large pizzas, one pepperoni and one
//! cheese", "rolls: one california, one veggie".

use super::super::draft::Choice;
use super::super::option;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::{Cue, begins_with_number};
use super::super::stems::{is_unit, stem};
use super::{Pending, Reader, ToldKind, option_of};
use olympus_proto::Span;

impl<'a> Reader<'a> {
    /// A word of several dishes that are told next; what is said with it is of each of them.
    pub(super) fn tells_kind(&mut self, word: &str, span: Span) -> bool {
        let is_size = |names: &Names| names.is_size;
        let only_sizes = self.pending.options.iter().all(|(names, _)| is_size(names));
        if self.verb.is_some() || self.negated || !only_sizes || self.pending.number.is_none() {
            return false;
        }
        let Pending {
            options: sizes,
            number,
            ..
        } = std::mem::take(&mut self.pending);
        let word = word.to_owned();
        let left = number.unwrap_or_default();
        self.kind = Some(ToldKind {
            word,
            sizes,
            left,
            made: None,
            is_new: true,
            span,
        });
        true
    }

    /// "Three al pastor tacos": what waits is had by one of the dishes of that kind alone.
    pub(super) fn is_kind_with_choices(&mut self, word: &str, segment: &Segment<'_>) -> bool {
        let waiting = self.pending.options.clone();
        let is_size = |names: &Names| names.is_size;
        if self.negated || !waiting.iter().any(|(names, _)| !is_size(names)) {
            return false;
        }
        let has = |item: usize| {
            let takes = |(names, _): &(&Names, Choice)| option_of(&names.options, item).is_some();
            waiting.iter().all(takes)
        };
        let all = 0..self.items.len();
        let ending = all
            .clone()
            .filter(|item| self.ends_with(*item, word) && has(*item));
        let mut fitting: Vec<usize> = ending.collect();
        if fitting.is_empty() {
            let named = all.filter(|item| self.has_word(*item, word) && has(*item));
            fitting.extend(named);
        }
        let span = segment.span();
        let Some(item) = self.one_of(fitting.clone()) else {
            // "A chicken burrito": which of them?
            if fitting.len() > 1 {
                self.ask_which(&fitting, span);
            }
            return fitting.len() > 1;
        };
        self.place_item(item, span);
        true
    }

    pub(super) fn has_word(&self, item: usize, word: &str) -> bool {
        self.phrases.name_of(item).iter().any(|own| own == word)
    }

    /// "Three shakes: chocolate, vanilla and strawberry", "two tacos, one of them …": the dish of the
    /// kind that a name or a choice means.
    pub(super) fn is_one_of_kind(
        &mut self,
        names: &'a Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let Some(word) = self.word_of_kind(names) else {
            return false;
        };
        let told = self.kind.as_ref().filter(|kind| kind.left > 0);
        let waits = !self.pending.options.is_empty() || self.negated || self.verb.is_some();
        // "Two chicken wraps and one with tuna", where the wraps have none.
        let is_with = self.with && self.lines.accepting(&names.options).is_some();
        let is_with = is_with || (self.with && !self.is_opened());
        // "A strawberry lemonade" after a salad is no Strawberry Salad.
        let leads = told.is_none() && self.next_item(names, rest).is_some();
        // They are beside the wraps, and of that kind.
        let is_beside = self.is_beside_kind(&word, names, segment);
        let is_more = is_beside && self.with && (names.is_part || names.is_within_only());
        if waits || is_with || leads || self.onto || (is_beside && !is_more) {
            return false;
        }
        let is_list = self.is_opened() || self.is_in_list(segment, rest);
        let all = told.filter(|kind| kind.is_new && kind.left < u32::MAX && !is_list);
        let number = self.pending.number;
        let number = number.or(all.map(|kind| kind.left)).unwrap_or(1);
        let span = segment.span();
        let is_told = told.is_some_and(|kind| kind.made.is_none());
        let called = names.items.iter().chain(&names.within).copied();
        let called = called.filter(|item| self.is_of_kind(*item, &word));
        let called = self.one_of(called.collect());
        // "One five layer" of two burritos is the Five Layer Burrito.
        let called = called.or_else(|| {
            let mut whole = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
            whole.push(word.clone());
            self.one_of(self.phrases.find(&whole)?.items.clone())
        });
        let having = (0..self.items.len()).filter(|item| {
            self.is_of_kind(*item, &word) && option_of(&names.options, *item).is_some()
        });
        let having = match called {
            None if is_told => self.one_of(having.collect()),
            _ => None,
        };
        let Some(item) = called.or(having) else {
            return false;
        };
        if having.is_some() {
            self.pending.options.push((names, Choice::added(span)));
        }
        self.pending.number = Some(number);
        match is_more {
            true => self.place_item(item, span),
            false => self.place_of_kind(item, number, span),
        }
        self.with = false;
        true
    }

    /// The kind that was told, or that of the dish before: "two chicken wraps and one tuna".
    fn word_of_kind(&self, names: &Names) -> Option<String> {
        if let Some(kind) = self.kind.as_ref().filter(|kind| kind.left > 0) {
            return Some(kind.word.clone());
        }
        let last = self.lines.last_item()?;
        let word = self.phrases.name_of(last).last()?;
        let is_named = !names.is_part && !names.items.is_empty();
        let goes_on = self.is_opened() && self.pending.joined;
        // "A pork chop rice plate and add a fried egg" is no other plate.
        let is_choice = option_of(&names.options, last).is_some_and(|at| !at.derived);
        (goes_on && self.phrases.is_kind(word) && !is_named && !is_choice).then(|| word.clone())
    }

    /// Whether a name is of a dish beside those of the kind: "two burgers and one veggie burger" are three.
    fn is_beside_kind(&self, word: &String, names: &Names, segment: &Segment<'_>) -> bool {
        let told = self.kind.as_ref().filter(|kind| kind.left > 0);
        if told.and_then(|kind| kind.made).is_none() {
            return false;
        }
        // "Two tuna rolls, a dragon roll" are three.
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        // "Two pizzas, one margherita" of a menu that lists it under Pizza are two.
        let start = self.pending.start.unwrap_or(segment.start);
        let mut items = names.items.iter();
        let is_told_of_them =
            items.any(|item| self.is_listed_as(*item, word)) && self.ends_phrase(start);
        let is_more =
            self.pending.joined && told.is_some_and(ToldKind::is_whole) && !is_told_of_them;
        let is_whole = !(names.is_part || names.items.is_empty());
        said.contains(word) || !self.is_opened() || is_more || is_whole
    }

    /// "Four tacos al pastor" are four; of "three: carnitas, asada and pastor" each is one.
    fn is_in_list(&self, segment: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
        self.ends_phrase(segment.start)
            || rest.first().is_some_and(|next| {
                let named = rest.get(1).map(|next| next.kind);
                let is_and = matches!(next.kind, Kind::Cue(Cue::And))
                    && matches!(named, Some(Kind::Names(_)));
                is_and || self.ends_phrase(next.start)
            })
    }

    /// "A biscuit with ham", "omelette with ham and cheese" of a Ham Biscuit and a Ham & Cheese Omelette: the one
    /// dish that is called so, where the kind by itself has none such.
    pub(super) fn is_kind_with(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let waits = self.negated
            || self.verb.is_some()
            || self.with
            || self.lost
            || !self.pending.options.is_empty();
        let is_with = |with: &&Segment<'_>| matches!(with.kind, Kind::Cue(Cue::With));
        let Some((with, rest)) = rest
            .split_first()
            .filter(|(with, _)| !waits && is_with(with))
        else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_with = matches!(self.said_of(with), "with" | "With" | "w" | "w/");
        let [kind] = said.as_slice() else {
            return false;
        };
        if !is_with || !self.phrases.is_kind(kind) {
            return false;
        }
        let goes_on = |next: &&Segment<'_>| match next.kind {
            Kind::Names(next) => !names.is_some_and(|names| {
                let takes = |item: &usize| option_of(&next.options, *item).is_some();
                names.items.iter().any(takes)
            }),
            Kind::Unknown | Kind::Cue(Cue::And) => !self.ends_phrase(next.start),
            Kind::Cue(_) => false,
        };
        let count = rest.iter().take_while(goes_on).count();
        let called = (1..=count).rev().find_map(|count| {
            let last = rest.get(count - 1)?;
            let told = self.text.get(with.end..last.end)?;
            let mut stems = self.phrases.stems_of(&told.to_lowercase());
            stems.push(kind.clone());
            let named = self.phrases.find(&stems)?;
            let item = self.one_of(named.items.clone())?;
            // A sandwich with cheese is no Ham & Cheese Sandwich.
            let name = self.phrases.name_of(item);
            let is_pair = self.items.get(item)?.name.contains(['&', ',']);
            let is_whole = name
                .iter()
                .all(|word| stems.contains(word) || word == "and");
            (is_whole || !is_pair).then_some((item, last.end))
        });
        let Some((item, end)) = called else {
            return false;
        };
        self.place_item(
            item,
            Span {
                start: segment.start,
                end,
            },
        );
        self.read_to = end;
        true
    }

    fn place_of_kind(&mut self, item: usize, number: u32, span: Span) {
        let kind = self.kind.clone();
        let made = kind.as_ref().and_then(|kind| kind.made);
        let whole = made.and_then(|made| self.lines.find(&[made]));
        let whole = whole.and_then(|line| self.lines.draft(line).cloned());
        if let Some(line) = made
            .filter(|made| *made != item)
            .and_then(|made| self.shared.or_else(|| self.lines.find(&[made])))
        {
            match self.lines.quantity(line) {
                Some(quantity) if quantity > number => {
                    self.lines.set_quantity_of(line, quantity - number);
                }
                _ => self.lines.remove(line),
            }
        }
        self.told = true;
        self.place_item(item, span);
        if let Some(whole) = whole {
            self.lines.take_size_of(&whole);
        }
        (self.kind, self.told) = (kind, false);
        if let Some(kind) = &mut self.kind {
            if kind.left < u32::MAX {
                kind.left = kind.left.saturating_sub(number);
            }
            kind.is_new = false;
        }
    }

    /// "One greek and one mixed" of two salads: a word that by itself is no dish.
    pub(super) fn is_word_of_kind(&mut self, segment: &Segment<'_>) -> bool {
        let Some(kind) = self.kind.as_ref().filter(|kind| kind.left > 0) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let [word] = said.as_slice() else {
            return false;
        };
        let all = 0..self.items.len();
        let called = all.filter(|item| {
            self.is_of_kind(*item, &kind.word) && *word != kind.word && self.has_word(*item, word)
        });
        let waits = !self.pending.options.is_empty() || self.negated || self.verb.is_some();
        let Some(item) = self
            .one_of(called.collect())
            .filter(|_| !waits && self.is_opened())
        else {
            return false;
        };
        let span = segment.span();
        let number = self.pending.number.unwrap_or(1);
        self.place_of_kind(item, number, span);
        true
    }

    /// The same where the menu has the word as a part of several names.
    pub(super) fn says_kind(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let stems = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let Some(word) = self.word_of_all(&stems, &names.items) else {
            return false;
        };
        if names.items.len() < 2 || !names.options.is_empty() || !names.is_part {
            return false;
        }
        // "Two coffees, one large" where but one is hot: that is no kind of several.
        if stems.len() == 1 {
            self.said_last = Some(word.clone());
        }
        if word == "coffee" && self.one_of(names.items.clone()).is_some() {
            return false;
        }
        let span = segment.span();
        let after = self.text.get(segment.end..).unwrap_or_default();
        let is_list = after.trim_start().starts_with([':', '-', ',']);
        let told = after.trim_start().to_lowercase();
        // "Four tacos al pastor"
        let is_choice = match rest.first().map(|next| next.kind) {
            Some(Kind::Names(next)) => {
                let has = |item: &usize| option_of(&next.options, *item).is_some();
                next.items.is_empty() && names.items.iter().any(has)
            }
            _ => false,
        };
        // "Three wraps two chicken and one falafel", and not "two tenders three piece"
        let unit = told.split_whitespace().nth(1).map(stem);
        let is_pieces = unit.is_some_and(|unit| is_unit(&unit) || unit == "piece");
        let is_some_of_them = begins_with_number(&told) && !is_pieces;
        let is_one_word = stems.len() == 1;
        let comes = is_list || is_choice || told.starts_with("a ");
        let is_told = after.trim_start().starts_with([':', '-'])
            || (is_some_of_them
                && self.pending.number.is_none()
                && super::told_kind::is_plural(self.said_of(segment), &word));
        let is_many = is_some_of_them && (is_one_word || self.pending.number != Some(1));
        let comes = (comes && is_one_word) || is_many || is_told;
        if comes && self.pending.number.is_none() && is_told {
            self.kind = Some(ToldKind {
                word,
                sizes: Vec::new(),
                left: u32::MAX,
                made: None,
                is_new: true,
                span,
            });
            self.pending = Pending::default();
            return true;
        }
        comes && self.tells_kind(&word, span)
    }

    /// "Biscuits and gravy, no gravy": a word of the dish that was named in full, which stays.
    pub(super) fn is_within_last(&self, names: &Names, segment: &Segment<'_>) -> bool {
        let Some(last) = self
            .lines
            .last_item()
            .filter(|_| names.is_part && self.verb.is_none())
        else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let before = self.text.get(..segment.start).unwrap_or_default();
        let before = self.phrases.stems_of(before);
        let printed = self.items.get(last).map_or("", |item| item.name.as_str());
        let is_of_parts = ["&", " and ", " with ", "+"]
            .iter()
            .any(|join| printed.contains(join));
        let name = option::key(printed);
        let told = name
            .split(' ')
            .filter(|word| before.iter().any(|said| said == word));
        // "Club, no turkey": what is left out of the Turkey Club.
        let is_head = self.phrases.name_of(last).ends_with(&said);
        names.items.contains(&last) && ((is_of_parts && told.count() > said.len()) || !is_head)
    }

    pub(super) fn ends_with(&self, item: usize, word: &str) -> bool {
        let name = self.phrases.name_of(item);
        name.last().is_some_and(|last| last == word)
    }

    /// Whether an item's name ends so, or the menu lists it so.
    pub(super) fn is_of_kind(&self, item: usize, word: &str) -> bool {
        self.ends_with(item, word) || self.is_listed_as(item, word)
    }
}
