//! From drafts to the answer: options with their ids, what is ambiguous, what cannot be had and
//! what could take its place.
//!
//! Invariant: a substitute is of the same category, can be had now and passes the filter; an item
//! that lacks a statement that the filter asks for is never offered.

use super::counts::MAX_CANDIDATES;
use super::draft::{Draft, Fit, What, Wish};
use super::grammar::tokens;
use super::lexicon::{Lexicon, OptionRef};
use super::names::Flavour;
use super::reader::Note;
use crate::menu::filter::Filter;
use olympus_proto::{
    Ambiguity, Candidate, LineChange, MenuItem, Modifier, ModifierAction, ModifierGroup,
    NotUnderstood, OrderLine, OrderModifier, ParsedOrder, SizeOption, Span, State, Substitute,
};

/// Most substitutes of a line.
const MAX_SUBSTITUTES: usize = 3;

/// What an answer is made from.
pub(super) struct Answer<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) items: &'a [MenuItem],
    pub(super) text: &'a str,
    pub(super) filter: &'a Filter,
    pub(super) state: &'a dyn Fn(&MenuItem) -> State,
}

impl Answer<'_> {
    pub(super) fn of(&self, drafts: &[Draft], notes: &[Note]) -> ParsedOrder {
        let mut order = ParsedOrder::default();
        let mut next = drafts
            .iter()
            .filter_map(|draft| draft.line)
            .max()
            .unwrap_or(0);
        let mut numbers: Vec<Option<u32>> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let [item] = draft.candidates.as_slice() else {
                numbers.push(None);
                if !draft.removed {
                    order.ambiguous.push(self.which_item(draft));
                }
                continue;
            };
            if draft.removed {
                order.removed.extend(draft.line);
                numbers.push(None);
                continue;
            }
            let number = draft.line.unwrap_or_else(|| {
                next += 1;
                next
            });
            numbers.push(Some(number));
            if let Some(line) = self.line(draft, *item, number, &mut order) {
                order.lines.push(line);
            }
        }
        order.not_understood.extend(notes.iter().map(|note| {
            let line = note.draft.and_then(|at| numbers.get(at).copied().flatten());
            self.not_understood(note.span, note.action, line)
        }));
        order.not_understood.sort_by_key(|note| note.span);
        order
    }

    fn line(
        &self,
        draft: &Draft,
        item: u32,
        number: u32,
        order: &mut ParsedOrder,
    ) -> Option<OrderLine> {
        let position = item;
        let item = self.items.get(usize::try_from(item).ok()?)?;
        let state = (self.state)(item);
        // Whether it can be had now is `state`'s to say.
        let fits_filters = self.filter.admits(item, State::Available);
        let mut line = OrderLine {
            line: number,
            id: item.id.clone(),
            name: item.name.clone(),
            quantity: draft.quantity.clamp(1, super::MAX_QUANTITY),
            size: None,
            size_option: None,
            modifiers: Vec::new(),
            pos_id: item.pos_id.clone(),
            change: match draft.line {
                None => LineChange::Added,
                Some(_) if draft.changed => LineChange::Changed,
                Some(_) => LineChange::Unchanged,
            },
            state,
            fits_filters,
            substitutes: if state == State::Available && fits_filters {
                Vec::new()
            } else {
                self.substitutes(item)
            },
            span: draft.span,
        };
        for wish in &draft.wishes {
            self.ground(&mut line, item, position, wish, order);
        }
        Some(line)
    }

    fn ground(
        &self,
        line: &mut OrderLine,
        item: &MenuItem,
        position: u32,
        wish: &Wish,
        order: &mut ParsedOrder,
    ) {
        match &wish.what {
            What::Given(modifier) => line.modifiers.push(modifier.clone()),
            What::GivenSize(size, option) => {
                line.size = Some(size.clone());
                line.size_option = option.clone();
            }
            What::Option(option) => choose(line, item, *option, wish),
            What::Phrase(node) => {
                match self.lexicon.fit(*node, position, wish.action, wish.amount) {
                    Fit::One(option) => choose(line, item, option, wish),
                    Fit::Default(option) => undo(line, item, option),
                    Fit::Several(options) => {
                        order
                            .ambiguous
                            .extend(self.which_option(line.line, item, &options, wish));
                    }
                    Fit::Nothing => order.not_understood.extend(
                        wish.span
                            .map(|span| self.not_understood(span, wish.action, Some(line.line))),
                    ),
                }
            }
        }
    }

    fn which_item(&self, draft: &Draft) -> Ambiguity {
        let span = draft.span.unwrap_or(Span { start: 0, end: 0 });
        let candidates = draft.candidates.iter().take(MAX_CANDIDATES);
        Ambiguity {
            text: self.words(span),
            span,
            quantity: draft.quantity.clamp(1, super::MAX_QUANTITY),
            line: draft.line,
            candidates: candidates
                .filter_map(|&item| self.items.get(usize::try_from(item).ok()?))
                .map(|item| Candidate {
                    id: item.id.clone(),
                    name: item.name.clone(),
                    option: None,
                })
                .collect(),
            modifiers: draft
                .wishes
                .iter()
                .filter_map(|wish| Some(self.not_understood(wish.span?, wish.action, None)))
                .collect(),
        }
    }

    fn which_option(
        &self,
        line: u32,
        item: &MenuItem,
        options: &[OptionRef],
        wish: &Wish,
    ) -> Option<Ambiguity> {
        let span = wish.span?;
        let options = options.iter().take(MAX_CANDIDATES);
        Some(Ambiguity {
            text: self.words(span),
            span,
            quantity: 1,
            line: Some(line),
            candidates: options
                .filter_map(|reference| option_of(item, *reference))
                .map(|(_, option)| Candidate {
                    id: item.id.clone(),
                    name: option.name.clone(),
                    option: Some(option.id.clone()),
                })
                .collect(),
            modifiers: Vec::new(),
        })
    }

    fn not_understood(
        &self,
        span: Span,
        action: ModifierAction,
        line: Option<u32>,
    ) -> NotUnderstood {
        NotUnderstood {
            text: self.words(span),
            span,
            line,
            action,
        }
    }

    fn words(&self, span: Span) -> String {
        let words = self.text.get(span.start..span.end);
        words.unwrap_or_default().to_owned()
    }

    /// Items of the same category that can be had: those with most of the name in common first,
    /// then those nearest in price.
    fn substitutes(&self, item: &MenuItem) -> Vec<Substitute> {
        let Some(category) = &item.category else {
            return Vec::new();
        };
        let own = tokens(&item.name);
        let cents = |item: &MenuItem| item.price_cents.map_or(0, |price| price.0);
        let mut others: Vec<(usize, u64, &MenuItem)> = self
            .items
            .iter()
            .filter(|other| other.id != item.id && other.category.as_ref() == Some(category))
            .filter(|other| {
                let state = (self.state)(other);
                state == State::Available && self.filter.admits(other, state)
            })
            .map(|other| {
                let shared = tokens(&other.name)
                    .iter()
                    .filter(|w| own.contains(w))
                    .count();
                (shared, cents(other).abs_diff(cents(item)), other)
            })
            .collect();
        others.sort_by_key(|(shared, far, _)| (std::cmp::Reverse(*shared), *far));
        let best = others.into_iter().take(MAX_SUBSTITUTES);
        best.map(|(_, _, other)| Substitute {
            id: other.id.clone(),
            name: other.name.clone(),
            price_cents: other.price_cents,
        })
        .collect()
    }
}

fn option_of(item: &MenuItem, reference: OptionRef) -> Option<(&ModifierGroup, &Modifier)> {
    let group = item.modifier_groups.get(usize::from(reference.group))?;
    let option = group.options.get(usize::from(reference.option))?;
    Some((group, option))
}

/// The latest word on an option wins, and in a group of one choice the latest choice.
fn choose(line: &mut OrderLine, item: &MenuItem, reference: OptionRef, wish: &Wish) {
    let Some((group, option)) = option_of(item, reference) else {
        return;
    };
    if reference.size {
        let chosen = line
            .size_option
            .as_ref()
            .is_some_and(|size| size.id == option.id);
        match wish.action {
            ModifierAction::Add => {
                line.size = Some(option.name.clone());
                line.size_option = Some(SizeOption {
                    group: group.id.clone(),
                    id: option.id.clone(),
                    pos_id: option.pos_id.clone(),
                });
            }
            ModifierAction::Remove if chosen => {
                line.size = None;
                line.size_option = None;
            }
            ModifierAction::Remove => {}
        }
        return;
    }
    let without = reference.flavour == Flavour::Without;
    let chosen = wish.action == ModifierAction::Add || without;
    let single = group.max == Some(1);
    line.modifiers.retain(|other| {
        other.group != group.id || (other.id != option.id && !(single && chosen && other.chosen))
    });
    line.modifiers.push(OrderModifier {
        group: group.id.clone(),
        id: option.id.clone(),
        name: if without {
            bare_name(&option.name)
        } else {
            option.name.clone()
        },
        action: wish.action,
        amount: wish.amount,
        chosen,
        pos_id: option.pos_id.clone(),
        span: wish.span,
    });
}

/// "With onions" where onions are in it anyway: only takes back that they were not wanted.
fn undo(line: &mut OrderLine, item: &MenuItem, reference: OptionRef) {
    if let Some((group, option)) = option_of(item, reference) {
        line.modifiers
            .retain(|other| other.group != group.id || other.id != option.id);
    }
}

/// `No sugar (skétos)` is about `sugar`.
fn bare_name(name: &str) -> String {
    let name = name.split('(').next().unwrap_or(name).trim();
    let rest = name.split_once(' ').map_or(name, |(_, rest)| rest);
    rest.to_owned()
}
