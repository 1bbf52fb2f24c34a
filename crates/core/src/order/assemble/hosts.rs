//! The dish that a choice orders by itself, where no line can have it: "two everything bagels", "six wings",
//! "half grilled cheese".
//!
//! Invariant: the dish has that choice.

use super::super::draft::{Choice, is_size, must_be_one, named};
use super::super::lines::is_meal;
use super::super::option::{self, Portion};
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::{self, Cue};
use super::Reader;
use super::meant::option_of;
use olympus_proto::{ModifierAction, Span};

impl<'a> Reader<'a> {
    /// The dish that is ordered by a choice of it, and what of the name is the choice.
    pub(super) fn host_of(&self, names: &'a Names, choice: Choice) -> Option<(usize, &'a Names)> {
        let is_added = choice.action == ModifierAction::Add;
        // "six wings, extra hot": a portion of the one item that is sold so.
        let said = self.said(choice.span);
        let is_portion =
            said.starts_with(|c: char| c.is_ascii_digit()) || speech::begins_with_number(&said);
        let mut of: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        of.dedup();
        if let [item] = of.as_slice()
            && is_added
            && (is_portion || self.is_size_of_one(names) || self.is_half_of(names))
        {
            return Some((*item, names));
        }
        // "Zorbl with grilled chicken" is no dish that could have it.
        let told = self.told_in_parts(choice).filter(|_| !self.with);
        if told.is_some() {
            return told.filter(|_| is_added);
        }
        let drink = self.is_drink_of_its_own(names, choice);
        let own = drink.or_else(|| self.is_side_of_its_own(names, choice));
        own.map(|item| (item, names))
    }

    /// The item that ends the name of its own choice: "two everything bagels" where bagels have
    /// that choice, and no line that is open does.
    pub(super) fn named_within(&self, names: &'a Names, said: &str) -> Option<(usize, &'a Names)> {
        let is_new = self.pending.start.is_some() && !(self.with || self.onto);
        let is_more = !self.lines.is_empty() && Portion::of(said).is_some();
        if !is_new && (is_more || self.lines.accepting(&names.options).is_some()) {
            return None;
        }
        if self.with || self.adds {
            return None;
        }
        let stems: Vec<String> = self.phrases.stems_of(said);
        let (last, _) = stems.split_last().filter(|(_, first)| !first.is_empty())?;
        let mut items: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        items.dedup();
        // Of a bagel and a lox bagel, the one that is nothing but a bagel.
        let length = |item: &usize| {
            let name = option::key(&self.items.get(*item)?.name);
            let names_it = name.split(' ').any(|word| word == last);
            names_it.then(|| name.split(' ').count())
        };
        // "A green tea" is hot where there is an iced tea too.
        let is_said = self.before == "iced" || said.to_lowercase().contains("iced");
        let is_iced = |item: &usize| {
            let named = self.items.get(*item);
            let name = named
                .map(|item| option::key(&item.name))
                .unwrap_or_default();
            let in_run = matches!(&self.run, Some((items, _)) if items.contains(item));
            name.split(' ').any(|word| word == "iced") && !(is_said || in_run)
        };
        let is_derived = |item: usize| option_of(&names.options, item).is_some_and(|at| at.derived);
        // A bag of chips is no lunch with chips.
        let is_lunch = |item: &usize| self.items.get(*item).is_some_and(is_meal);
        let named = items
            .into_iter()
            .filter(|item| !is_lunch(item))
            .filter_map(|item| Some((is_iced(&item), is_derived(item), length(&item)?, item)));
        let whole = named.min().map(|(.., item)| (item, names));
        // "A sesame bagel" where a sandwich can be had on one, and bagels with sesame; "a vanilla ice
        // cream" where a pie can be had with one.
        let parted = (1..stems.len()).rev().find_map(|at| {
            let (first, rest) = stems.split_at(at);
            let choice = self.phrases.find(first)?;
            let items = &self.phrases.find(rest)?.items;
            let mut having = items
                .iter()
                .filter(|item| option_of(&choice.options, **item).is_some());
            having.next().map(|item| (*item, choice))
        });
        whole.or(parted)
    }

    /// "Chips and salsa" where that is a side of a meal, and chips with a choice of salsa an item.
    fn told_in_parts(&self, choice: Choice) -> Option<(usize, &'a Names)> {
        let said = self.said(choice.span).replace('&', " and ");
        let mut stems = self.phrases.stems_of(&said);
        stems.retain(|stem| stem != "and");
        (1..stems.len()).rev().find_map(|at| {
            let (first, rest) = stems.split_at(at);
            let (first, rest) = (self.phrases.find(first)?, self.phrases.find(rest)?);
            let items = first.items.iter().chain(&first.within);
            let mut taking = items.filter(|item| option_of(&rest.options, **item).is_some());
            let told = taking.next().map(|item| (*item, rest));
            // "Sweet tea" of an iced tea that is sweet or not.
            let items = rest.items.iter().chain(&rest.within);
            let mut taking = items.filter(|item| option_of(&first.options, **item).is_some());
            told.or_else(|| taking.next().map(|item| (*item, first)))
        })
    }

    /// "A quart of chicken lo mein" where the dish of that name has no quarts, and Lo Mein with a choice of chicken has.
    pub(super) fn sized_in_parts(&self, names: &Names, span: Span) -> Option<(usize, &'a Names)> {
        let sizes = || {
            self.pending
                .options
                .iter()
                .filter(|(names, _)| names.is_size)
        };
        let takes = |item: usize| sizes().all(|(size, _)| option_of(&size.options, item).is_some());
        let is_sized = sizes().next().is_some() && !self.negated && self.verb.is_none();
        if !is_sized || names.is_part || names.items.iter().any(|item| takes(*item)) {
            return None;
        }
        let told = self.told_in_parts(Choice::added(span));
        told.filter(|(item, _)| takes(*item))
    }

    /// "Quart of chicken lo mein": a size that waits for the parts of a name.
    pub(super) fn leads_to_parts(&self, size: &Names, rest: &[Segment<'_>]) -> bool {
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let next = rest.iter().find(|s| !is_filler(s));
        let Some(next) = next.filter(|next| size.is_size && !self.ends_phrase(next.start)) else {
            return false;
        };
        let Kind::Names(names) = next.kind else {
            return false;
        };
        let takes = |item: &usize| option_of(&size.options, *item).is_some();
        if names.is_part || names.items.is_empty() || names.items.iter().any(takes) {
            return false;
        }
        let told = self.told_in_parts(Choice::added(next.span()));
        told.is_some_and(|(item, _)| takes(&item))
    }

    /// "Short stack with blueberries": a size of two words that one dish alone has.
    fn is_size_of_one(&self, names: &Names) -> bool {
        let own = |at: &super::super::phrases::OptionRef| {
            let name = named(self.items, *at).map_or("", |(_, option)| option.name.as_str());
            self.lines.is_size(*at) && name.contains(' ')
        };
        names.options.iter().all(own) && names.options.iter().any(|at| !at.derived)
    }

    /// "Half grilled cheese" that one dish alone must have or something like it.
    fn is_half_of(&self, names: &Names) -> bool {
        names.options.iter().all(|at| {
            let of = named(self.items, *at);
            of.is_some_and(|(group, option)| {
                must_be_one(group)
                    && !is_size(group)
                    && option.name.to_lowercase().starts_with("half ")
            })
        })
    }
}
