//! Phrases to lines, from left to right.
//!
//! A number or an article opens a new line; options before the item wait for it, options after
//! it go to it. A negation holds for a coordinated list and ends where a new wish begins.

use super::draft::{Choice, Draft, Lines};
use super::phrases::{Names, OptionRef, Phrases, is_amount, removed, stem};
use super::segment::{Kind, Segment};
use super::speech::{Cue, cue};
use crate::menu::text::words;
use olympus_proto::{
    AmbiguousItem, Amount, MenuItem, ModifierAction, NotUnderstood, OrderLine, ParsedOrder, Span,
};

/// What was said of an item that is not named yet.
#[derive(Debug, Default)]
struct Pending<'a> {
    /// Byte where it began; `None` where nothing waits.
    start: Option<usize>,
    number: Option<u32>,
    options: Vec<(&'a Names, Choice)>,
    /// Whether "with" came after the number: "two with olives" are two of something.
    with: bool,
}

/// What a verb does to the next name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Drop,
    /// Takes the place of the last line.
    Correct,
    /// Exchanged for what comes after "to".
    Change,
    /// The number of the line that is exchanged.
    Put(usize),
}

struct Reader<'a> {
    items: &'a [MenuItem],
    phrases: &'a Phrases,
    text: &'a str,
    lines: Lines<'a>,
    pending: Pending<'a>,
    negated: bool,
    /// Whether the negation has met what it negates.
    negation_used: bool,
    /// Whether "and" or "or" came since the last name: only then a negation goes on.
    joined: bool,
    amount: Option<Amount>,
    verb: Option<Verb>,
    /// Whether the correction takes back what was said, and does not only go on from it: "no
    /// wait", not "make it".
    retracts: bool,
    /// What is left out of an item that is still to come: "no pickles on the burger".
    ahead: Vec<(&'a Names, Choice)>,
    place: Option<Option<u8>>,
    all: bool,
    /// Whether "with" came since the last name: an option of the line that is open comes next.
    with: bool,
    /// Whether "on" came: what was said goes to the item that comes next, if it is ordered.
    towards: bool,
    /// Whether the next number says how many of the line before: "x 3".
    times: bool,
    /// Items that the names said in a row can all mean, and whether a line was made of them.
    run: Option<(Vec<usize>, bool)>,
    /// The line of several from which some are told apart: "two of them without onions".
    shared: Option<usize>,
    out: ParsedOrder,
}

pub(super) fn assemble(
    items: &[MenuItem],
    phrases: &Phrases,
    text: &str,
    segments: &[Segment<'_>],
    order: &[OrderLine],
) -> ParsedOrder {
    let mut reader = Reader {
        items,
        phrases,
        text,
        lines: Lines::new(items, order),
        pending: Pending::default(),
        negated: false,
        negation_used: false,
        joined: false,
        amount: None,
        verb: None,
        retracts: false,
        ahead: Vec::new(),
        place: None,
        all: false,
        with: false,
        towards: false,
        times: false,
        run: None,
        shared: None,
        out: ParsedOrder::default(),
    };
    for (index, segment) in segments.iter().enumerate() {
        let rest = segments.get(index + 1..).unwrap_or_default();
        match segment.kind {
            Kind::Cue(cue) => reader.cue(cue, segment, rest),
            Kind::Names(names) => reader.names(names, segment, rest),
            Kind::Unknown => reader.not_understood(segment.start, segment.end),
        }
    }
    reader.settle();
    for (_, choice) in std::mem::take(&mut reader.ahead) {
        reader.not_understood(choice.span.start, choice.span.end);
    }
    reader
        .out
        .not_understood
        .sort_by_key(|words| words.span.start);
    reader.out.lines = reader.lines.finish();
    reader.out
}

impl<'a> Reader<'a> {
    fn cue(&mut self, cue: Cue, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        self.run = None;
        match cue {
            Cue::Number(number) => self.number(number, segment, rest),
            Cue::Times => {
                let number = matches!(
                    rest.first().map(|s| s.kind),
                    Some(Kind::Cue(Cue::Number(_)))
                );
                self.times = number && self.pending.number.is_none() && !self.lines.is_empty();
            }
            Cue::Measure => {
                // "two pumps of vanilla" is no two of anything.
                (self.pending, self.with) = (Pending::default(), true);
            }
            Cue::Again(number) => self.lines.set_quantity(number),
            // "add bacon to the burger"; "change the coke to a sprite" exchanges
            Cue::To if matches!(self.verb, Some(Verb::Put(_) | Verb::Change)) => {}
            Cue::On | Cue::To => {
                let waits = self.pending.number.is_none() && !self.pending.options.is_empty();
                self.towards = waits || self.lines.has_recent();
            }
            Cue::Article if self.negated && !self.negation_used => {}
            Cue::Article if matches!(self.verb, Some(Verb::Correct | Verb::Put(_))) => {}
            Cue::Article => {
                self.settle();
                self.negated = false;
                (self.all, self.place) = (false, None);
                self.pending.start = Some(segment.start);
            }
            Cue::Not if self.is_other_size(rest) => {
                (self.verb, self.retracts) = (Some(Verb::Correct), false);
            }
            Cue::Not if self.begins_number(rest) => self.verb = Some(Verb::Correct),
            Cue::Not => {
                if self.implied().is_some() {
                    self.settle();
                }
                self.settle_options();
                (self.negated, self.negation_used, self.amount) = (true, false, None);
            }
            Cue::Amount(amount) => {
                if self.negation_used {
                    self.negated = false;
                }
                self.amount = Some(amount);
            }
            Cue::With => {
                // "a large with ham": the item is still to come, or implied
                if self.pending.start.is_none() {
                    self.settle();
                }
                self.negated = false;
                let said = self
                    .text
                    .get(segment.start..segment.end)
                    .unwrap_or_default();
                self.with = said.to_lowercase().starts_with("with");
                self.pending.with = self.with;
            }
            Cue::And => (self.joined, self.amount, self.towards) = (true, None, false),
            Cue::Clause => {
                self.settle();
                (self.negated, self.amount, self.with, self.towards) = (false, None, false, false);
                (self.all, self.place) = (false, None);
            }
            Cue::Correction => self.correction(segment, rest),
            Cue::Drop => {
                self.settle();
                self.verb = Some(Verb::Drop);
            }
            Cue::Change => {
                self.settle();
                self.verb = Some(Verb::Change);
            }
            Cue::Filler => {}
            Cue::Place(place) => self.meant(Some(place)),
            Cue::All => self.meant(None),
        }
    }

    fn correction(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let said = self
            .text
            .get(segment.start..segment.end)
            .unwrap_or_default();
        let said = said.to_lowercase();
        self.verb = Some(Verb::Correct);
        self.retracts = !["make", "change", "better"]
            .iter()
            .any(|on| said.contains(on));
        // "sorry no bacon": the "no" belongs to what can only be an option.
        let is_option =
            |next: &Segment<'_>| matches!(next.kind, Kind::Names(names) if names.items.is_empty());
        self.negated = said.ends_with(" no") && rest.first().is_some_and(is_option);
        self.negation_used = false;
    }

    /// Whether a number comes next, fillers apart: "two, no, three".
    fn begins_number(&self, rest: &[Segment<'_>]) -> bool {
        let next = rest
            .iter()
            .find(|s| !matches!(s.kind, Kind::Cue(Cue::Filler)));
        let waits = self.pending.number.is_some() || !self.lines.is_empty();
        waits && matches!(next.map(|s| s.kind), Some(Kind::Cue(Cue::Number(_))))
    }

    /// "Small, no, large": nobody leaves a size out.
    fn is_other_size(&self, rest: &[Segment<'_>]) -> bool {
        match rest.first().map(|next| next.kind) {
            Some(Kind::Names(names)) => {
                names.items.is_empty() && self.lines.last_takes(&names.options) == Some(true)
            }
            _ => false,
        }
    }

    /// Some of the last line are told apart: "two cokes, one large and one small". `true` where
    /// they have a line of their own now.
    fn tell_apart(&mut self, number: u32, rest: &[Segment<'a>]) -> bool {
        let waits = self.pending.number.is_some() || !self.pending.options.is_empty();
        if waits || self.verb.is_some() || (self.joined && self.shared.is_none()) {
            return false;
        }
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let at = rest.iter().take_while(is_filler).count();
        let follows = match rest.get(at).map(|next| next.kind) {
            Some(Kind::Cue(Cue::With | Cue::Not | Cue::Amount(_))) => true,
            Some(Kind::Names(names)) => {
                let later = rest.get(at + 1..).unwrap_or_default();
                self.lines.last_takes(&names.options).is_some()
                    && names.items.is_empty()
                    && self.next_item(names, later).is_none()
            }
            _ => false,
        };
        let Some((last, (_, quantity))) = self.lines.last_place().zip(self.lines.last()) else {
            return false;
        };
        let line = match self.shared {
            Some(line) => line,
            None if quantity > number => last,
            None => return false,
        };
        if !follows || !self.lines.split(line, number) {
            return false;
        }
        self.shared = Some(line);
        self.lines.forget_recent();
        (self.negated, self.joined) = (false, false);
        true
    }

    fn number(&mut self, number: u32, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        if self.negated && !self.negation_used && number == 1 {
            return;
        }
        if std::mem::take(&mut self.times) {
            self.lines.set_quantity(number);
            return;
        }
        if std::mem::take(&mut self.towards) && self.lines.split_recent(number) {
            return;
        }
        if self.tell_apart(number, rest) {
            return;
        }
        (self.all, self.place) = (false, None);
        let names_follow = rest
            .iter()
            .take_while(|s| !matches!(s.kind, Kind::Cue(Cue::And | Cue::Clause | Cue::Not)))
            .any(|s| matches!(s.kind, Kind::Names(_)));
        match self.verb {
            // "make that two"; "two, no, three tacos"
            Some(Verb::Correct) if !names_follow => {
                if self.pending.number.is_some() {
                    self.pending.number = Some(number);
                } else {
                    self.lines.set_quantity(number);
                }
                self.verb = None;
            }
            Some(Verb::Correct) if self.pending.number.is_some() => {
                self.pending.number = Some(number);
                self.verb = None;
            }
            Some(Verb::Correct | Verb::Put(_)) => self.pending.number = Some(number),
            _ => {
                self.settle();
                self.pending.number = Some(number);
            }
        }
        self.negated = false;
        self.pending.start.get_or_insert(segment.start);
    }

    fn names(&mut self, names: &'a Names, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let span = Span {
            start: segment.start,
            end: segment.end,
        };
        self.negated &= !self.negation_used || self.joined;
        // "no ice and a small fries", "no ice and small fries": a size is never left out.
        self.negated &= !names.options.iter().any(|at| self.lines.is_size(*at));
        self.joined = false;
        if self.verb == Some(Verb::Drop) && self.drop_named(names) {
            return;
        }
        if self.verb == Some(Verb::Change)
            && let Some(line) = self.ordered(names)
        {
            self.verb = Some(Verb::Put(line));
            return;
        }
        if names.options.is_empty() || (!names.items.is_empty() && self.is_item(names, rest)) {
            self.item(&names.items, span);
        } else if self.is_part_of_name(names, rest) {
            self.item(&names.within, span);
        } else {
            self.run = None;
            self.option(names, span, rest);
        }
        (self.with, self.towards) = (false, false);
    }

    /// The latest line of an item that a name means, or is a word of.
    fn ordered(&self, names: &Names) -> Option<usize> {
        let whole = self.lines.find(&names.items);
        whole.or_else(|| self.lines.find(&names.within))
    }

    /// "Cancel the coke": the line goes, or the option where no line has that name.
    fn drop_named(&mut self, names: &'a Names) -> bool {
        if let Some(line) = self.ordered(names) {
            self.lines.remove(line);
            return true;
        }
        let accepted = !names.options.is_empty();
        if accepted {
            (self.negated, self.negation_used, self.verb) = (true, false, None);
        }
        false
    }

    /// A name that is both: an item unless it is negated, or fits a line that is open, or belongs
    /// to the item that follows it.
    fn is_item(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        if self.negated || self.amount.is_some() || self.next_item(names, rest).is_some() {
            return false;
        }
        if self.with && self.lines.last_takes(&names.options).is_some() {
            return false;
        }
        if self.pending.start.is_some() {
            // "a large fries": what waits belongs to it
            let takes = |item: &&usize| {
                let has =
                    |(names, _): &(&Names, Choice)| option_of(&names.options, **item).is_some();
                self.pending.options.iter().all(has)
            };
            return names.items.iter().any(|item| takes(&item));
        }
        self.lines.accepting(&names.options).is_none()
    }

    /// An option that nothing said so far has, and a word of an item's name: "small fries" where
    /// they are a choice of the ribs too.
    fn is_part_of_name(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let nothing_waits = !self.negated && self.amount.is_none() && !self.with;
        let takes = |item: &&usize| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, **item).is_some();
            self.pending.options.iter().all(has)
        };
        names.items.is_empty()
            && nothing_waits
            && names.within.iter().any(|item| takes(&item))
            && self.lines.accepting(&names.options).is_none()
            && self.next_item(names, rest).is_none()
    }

    /// The item that comes right after (options and sizes may stand between) and has this option.
    fn next_item(&self, names: &Names, rest: &[Segment<'_>]) -> Option<usize> {
        let waits = self.pending.start.is_some();
        for segment in rest {
            match segment.kind {
                Kind::Names(next) => {
                    let takes = |item: &&usize| option_of(&names.options, **item).is_some();
                    // "small fries", where "fries" is also a choice: a size needs its item.
                    let is_size = names.options.iter().any(|at| self.lines.is_size(*at));
                    let parts = next.within.iter().filter(|_| is_size);
                    if let Some(item) = next.items.iter().chain(parts).find(takes) {
                        return Some(*item);
                    }
                    if next.options.is_empty() {
                        return None;
                    }
                }
                Kind::Cue(Cue::Filler | Cue::On | Cue::Amount(_)) => {}
                // "a pepperoni and mushroom pizza": within what an article opened
                Kind::Cue(Cue::And) if waits => {}
                _ => return None,
            }
        }
        None
    }

    fn item(&mut self, items: &[usize], span: Span) {
        if self.negated {
            // "no fries": off the order, if they are on it
            if let Some(line) = self.lines.find(items) {
                self.lines.remove(line);
            }
            self.negation_used = true;
            return;
        }
        if self.towards
            && let Some(line) = self.lines.find(items)
        {
            for (names, choice) in std::mem::take(&mut self.pending).options {
                self.lines.put(line, &names.options, choice);
            }
            self.lines.move_recent(&[line]);
            return;
        }
        // Names in a row that one item shares are that item's: "tagliatelle ragu".
        let before = self.run.take();
        let shared: Vec<usize> = before
            .iter()
            .flat_map(|(items, _)| items.iter().copied())
            .filter(|item| items.contains(item))
            .collect();
        let mut items = items.to_vec();
        if let (Some((_, is_placed)), false) = (&before, shared.is_empty()) {
            if *is_placed {
                self.lines.lengthen(span.end);
                self.run = before;
                return;
            }
            self.out.ambiguous.pop();
            items = shared;
        }
        let Some(item) = self.choose(&items) else {
            self.out.ambiguous.push(AmbiguousItem {
                text: self.said(span),
                span,
                candidates: self.ids(&items),
            });
            self.pending = Pending::default();
            self.run = Some((items, false));
            return;
        };
        self.place_item(item, span);
        self.run = Some((vec![item], true));
    }

    /// A line of an item, with all that waits.
    fn place_item(&mut self, item: usize, span: Span) {
        let pending = std::mem::take(&mut self.pending);
        let start = pending.start.unwrap_or(span.start).min(span.start);
        let whole = Span {
            start,
            end: span.end,
        };
        let pieces = pending.number.and_then(|count| self.pieces(item, count));
        let number = pending.number.filter(|_| pieces.is_none());
        let mut draft = Draft::new(item, number.unwrap_or(1), Some(whole));
        if let Some(at) = pieces {
            let choice = Choice {
                action: ModifierAction::Add,
                amount: None,
                span: whole,
            };
            draft.put(self.items, at, choice);
        }
        let mut strays = Vec::new();
        for (names, choice) in pending.options {
            match option_for(self.items, &names.options, item, choice.action) {
                Some(at) => draft.put(self.items, at, choice),
                None if names.within.contains(&item) => {}
                None => strays.push((names, choice)),
            }
        }
        for (names, choice) in strays {
            self.attach(names, choice);
        }
        for (names, choice) in std::mem::take(&mut self.ahead) {
            match option_for(self.items, &names.options, item, choice.action) {
                Some(at) => draft.put(self.items, at, choice),
                // What is left out may wait longer than what is added.
                None if choice.action == ModifierAction::Remove => self.ahead.push((names, choice)),
                None => self.not_understood(choice.span.start, choice.span.end),
            }
        }
        match self.verb.take() {
            Some(Verb::Correct) => self.lines.replace_last(draft, number),
            Some(Verb::Put(line)) => self.lines.replace(line, draft, number),
            _ => self.lines.push(draft),
        }
        (self.amount, self.shared) = (None, None);
        (self.all, self.place) = (false, None);
    }

    /// The option of an item that is so many pieces: "six wings" is a portion of 6.
    fn pieces(&self, item: usize, count: u32) -> Option<OptionRef> {
        let groups = &self.items.get(item)?.modifier_groups;
        groups.iter().enumerate().find_map(|(group, choices)| {
            let option = choices.options.iter().position(|option| {
                let stems = super::option::key(&option.name);
                let mut words = stems.split(' ');
                let is_count = words.next() == Some(count.to_string().as_str());
                // "26 cm" is a measure.
                is_count
                    && words
                        .next()
                        .is_none_or(|unit| unit == "piece" || !is_amount(unit))
            })?;
            Some(OptionRef {
                item,
                derived: false,
                group,
                option,
            })
        })
    }

    /// The one item that is meant: where several share the name, the one that takes the options
    /// that wait.
    fn choose(&self, items: &[usize]) -> Option<usize> {
        if let [item] = items {
            return Some(*item);
        }
        let waiting = &self.pending.options;
        let mut fitting = items.iter().filter(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, **item).is_some();
            !waiting.is_empty() && waiting.iter().all(has)
        });
        match (fitting.next(), fitting.next()) {
            (Some(item), None) => Some(*item),
            _ => None,
        }
    }

    fn option(&mut self, names: &'a Names, span: Span, rest: &[Segment<'a>]) {
        let choice = Choice {
            action: if self.negated {
                ModifierAction::Remove
            } else {
                ModifierAction::Add
            },
            amount: self.amount.take(),
            span,
        };
        self.negation_used |= self.negated;
        if let Some(Verb::Put(line)) = self.verb {
            // "make the fries large"
            if self.lines.put(line, &names.options, choice) {
                self.verb = None;
                return;
            }
        }
        let leads = !self.negated && self.next_item(names, rest).is_some();
        let waits = self.pending.start.is_some() && !self.negated;
        if leads || waits {
            self.pending.start.get_or_insert(span.start);
            self.pending.options.push((names, choice));
        } else {
            if self.verb == Some(Verb::Correct) && self.retracts {
                self.lines.undo();
            }
            self.attach(names, choice);
        }
        if self.verb == Some(Verb::Correct) {
            self.verb = None;
        }
    }

    /// To the latest line that has such an option; to a place named before, if one was.
    fn attach(&mut self, names: &'a Names, choice: Choice) {
        let targets = match (self.all, self.place) {
            (true, _) => self.lines.all(),
            (_, Some(place)) => self.lines.at(place).into_iter().collect(),
            _ => self.lines.accepting(&names.options).into_iter().collect(),
        };
        let mut placed = false;
        for line in targets {
            placed |= self.lines.put(line, &names.options, choice);
        }
        if placed || self.attach_amount(choice) {
            return;
        }
        // "six wings, extra hot": a portion of the one item that is sold so.
        let mut of: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        of.dedup();
        let is_portion = self
            .said(choice.span)
            .starts_with(|c: char| c.is_ascii_digit())
            || super::speech::begins_with_number(&self.said(choice.span));
        match of.as_slice() {
            [item] if is_portion && choice.action == ModifierAction::Add => {
                self.pending.options.push((names, choice));
                self.place_item(*item, choice.span);
            }
            _ => self.ahead.push((names, choice)),
        }
    }

    /// "Extra cheese" where it is an option of another item, and cheese one of this.
    fn attach_amount(&mut self, choice: Choice) -> bool {
        let said = self.said(choice.span);
        let stems: Vec<String> = words(&said).iter().map(|word| stem(&word.text)).collect();
        let Some((first, rest)) = stems.split_first() else {
            return false;
        };
        let (Some(Cue::Amount(amount)), Some(names)) = (cue(first), self.phrases.find(rest)) else {
            return false;
        };
        let amount = Some(amount);
        let line = self.lines.accepting(&names.options);
        line.is_some_and(|line| {
            self.lines
                .put(line, &names.options, Choice { amount, ..choice })
        })
    }

    /// "… on the second one": what was just said moves there; before an option, it waits. `None`
    /// means every line.
    fn meant(&mut self, place: Option<Option<u8>>) {
        self.settle_options();
        let targets = match place {
            Some(place) => self.lines.at(place).into_iter().collect(),
            None => self.lines.all(),
        };
        if self.verb == Some(Verb::Drop) {
            for line in targets.into_iter().rev() {
                self.lines.remove(line);
            }
            self.verb = None;
        } else if self.lines.has_recent() {
            self.lines.move_recent(&targets);
        } else {
            (self.all, self.place) = (place.is_none(), place);
        }
    }

    /// What waits without its item: the only item that it fits, else choices of a line before.
    fn settle(&mut self) {
        if let Some(item) = self.implied().filter(|_| !self.goes_with_last()) {
            let span = self.pending.options.last().map(|(_, choice)| choice.span);
            if let Some(span) = span {
                self.place_item(item, span);
            }
        }
        self.settle_options();
        self.lines.forget_recent();
        if self.verb == Some(Verb::Correct) && self.pending.number.is_some() {
            self.verb = None;
        }
        self.pending = Pending::default();
    }

    /// "Ramen with an extra egg": what waits is of the line that is open, and no line of its own.
    fn goes_with_last(&self) -> bool {
        let fits = |(names, _): &(&Names, Choice)| {
            let is_size = names.options.iter().any(|at| self.lines.is_size(*at));
            !is_size && self.lines.last_takes(&names.options).is_some()
        };
        // "two sugars" are no two coffees.
        let counts_item = self.pending.number.is_some() && self.pending.with;
        !counts_item && self.pending.options.iter().all(fits)
    }

    fn settle_options(&mut self) {
        for (names, choice) in std::mem::take(&mut self.pending.options) {
            self.attach(names, choice);
        }
    }

    /// "A large pepperoni": the one item of the menu that has all that waits.
    fn implied(&self) -> Option<usize> {
        self.pending.start?;
        if let Some(item) = self.within() {
            return Some(item);
        }
        let (first, others) = self.pending.options.split_first()?;
        let mut fitting: Vec<usize> = first.0.options.iter().map(|at| at.item).collect();
        fitting.dedup();
        fitting.retain(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, *item).is_some();
            others.iter().all(has)
        });
        match fitting.as_slice() {
            [item] => Some(*item),
            _ => None,
        }
    }

    /// "A small pepperoni": the one item with a word in its name that is an option elsewhere, and
    /// that has all else that waits.
    fn within(&self) -> Option<usize> {
        let options = &self.pending.options;
        let mut found = options
            .iter()
            .enumerate()
            .flat_map(|(which, (names, choice))| {
                let items = names.within.iter().copied();
                items.filter(move |item| {
                    let takes = |(at, (names, _)): (usize, &(&Names, Choice))| {
                        at == which || option_of(&names.options, *item).is_some()
                    };
                    choice.action == ModifierAction::Add
                        && options.len() > 1
                        && option_of(&names.options, *item).is_none()
                        && options.iter().enumerate().all(takes)
                })
            });
        match (found.next(), found.next()) {
            (Some(item), None) => Some(item),
            _ => None,
        }
    }

    fn not_understood(&mut self, start: usize, end: usize) {
        let span = Span { start, end };
        let text = self.said(span);
        self.out.not_understood.push(NotUnderstood { text, span });
    }

    fn said(&self, span: Span) -> String {
        self.text
            .get(span.start..span.end)
            .unwrap_or_default()
            .to_owned()
    }

    fn ids(&self, items: &[usize]) -> Vec<olympus_proto::ItemId> {
        let items = items.iter().filter_map(|item| self.items.get(*item));
        items.map(|item| item.id.clone()).collect()
    }
}

/// An item's option among sorted ones.
pub(super) fn option_of(options: &[OptionRef], item: usize) -> Option<OptionRef> {
    let at = options.partition_point(|at| at.item < item);
    options.get(at).filter(|at| at.item == item).copied()
}

/// The option that is wanted of those of an item that go by a phrase: to leave something out, the
/// one that the menu has for that ("No onion").
pub(super) fn option_for(
    items: &[MenuItem],
    options: &[OptionRef],
    item: usize,
    action: ModifierAction,
) -> Option<OptionRef> {
    let from = options.partition_point(|at| at.item < item);
    let of_item = options.get(from..)?.iter().take_while(|at| at.item == item);
    let takes_away = |at: &OptionRef| {
        let group = items
            .get(at.item)
            .and_then(|item| item.modifier_groups.get(at.group));
        let option = group.and_then(|group| group.options.get(at.option));
        option.is_some_and(|option| removed(&option.name).is_some())
    };
    let wanted = action == ModifierAction::Remove;
    of_item
        .copied()
        .min_by_key(|at| (takes_away(at) != wanted, at.derived))
}
