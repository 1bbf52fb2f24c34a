//! The lines of an order while it is read.

mod asked;
mod back;
mod meals;
mod recent;
mod swapped;
mod told;
mod which;
pub(super) use meals::{is_for_children, is_meal, is_of_a_meal, is_of_combo};
pub(super) use which::is_two;

use super::assemble::option_of;
use super::draft::{Choice, Draft, away, comes_with, is_size, must_be_one, named};
use super::phrases::OptionRef;
use super::stems::removed;
use super::{MOST, MOST_LINES};
use olympus_proto::{
    LineModifier, MenuItem, Modifier, ModifierAction, ModifierGroup, OrderLine, Span,
};
use recent::Recent;

/// The order.
pub(super) struct Lines<'a> {
    items: &'a [MenuItem],
    drafts: Vec<Draft>,
    /// Choices made since the last clause began: line and option.
    recent: Vec<Recent<'a>>,
    /// Whether something is asked about and not ordered.
    asking: bool,
    /// What was taken off last, and where it was, until something else is ordered.
    taken: Option<(usize, Draft)>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(items: &'a [MenuItem], order: &[OrderLine]) -> Self {
        let drafts = order.iter().take(MOST_LINES).filter_map(|line| {
            let item = items.iter().position(|item| item.id == line.id)?;
            Some(Draft::again(items, item, line))
        });
        Self {
            items,
            drafts: drafts.collect(),
            recent: Vec::new(),
            asking: false,
            taken: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.drafts.len()).collect()
    }

    /// The line at a place; `None` is the last.
    pub(super) fn at(&self, place: Option<u8>) -> Option<usize> {
        let line = match place {
            Some(place) => usize::from(place),
            None => self.drafts.len().checked_sub(1)?,
        };
        (line < self.drafts.len()).then_some(line)
    }

    /// The latest line of one of the items.
    pub(super) fn find(&self, items: &[usize]) -> Option<usize> {
        self.drafts
            .iter()
            .rposition(|draft| items.contains(&draft.item))
    }

    /// The latest line that has such an option, and of a size one that has none yet.
    pub(super) fn accepting(&self, options: &[OptionRef]) -> Option<usize> {
        let takes = |draft: &Draft| option_of(options, draft.item);
        let sizes_left = self.drafts.iter().rposition(|draft| {
            takes(draft).is_some_and(|at| {
                let size = named(self.items, at).is_some_and(|(group, _)| is_size(group));
                !size || !draft.has_size()
            })
        });
        sizes_left.or_else(|| self.drafts.iter().rposition(|draft| takes(draft).is_some()))
    }

    pub(super) fn push(&mut self, draft: Draft) {
        self.taken = None;
        if self.drafts.len() < MOST_LINES {
            let only_asked = draft.only_asked || self.asking;
            self.drafts.push(Draft {
                only_asked,
                ..draft
            });
        }
    }

    pub(super) fn remove(&mut self, line: usize) {
        if line < self.drafts.len() {
            self.taken = Some((line, self.drafts.remove(line)));
            self.recent.clear();
        }
    }

    pub(super) fn set_quantity(&mut self, quantity: u32) {
        if let Some(draft) = self.drafts.last_mut() {
            draft.only_asked &= self.asking;
            draft.quantity = quantity.clamp(1, MOST);
        }
    }

    pub(super) fn set_quantity_of(&mut self, line: usize, quantity: u32) {
        if let Some(draft) = self.drafts.get_mut(line) {
            draft.quantity = quantity.clamp(1, MOST);
        }
    }

    pub(super) fn replace_last(&mut self, draft: Draft, number: Option<u32>) {
        // "Actually no fries, make it onion rings": these come for what was taken off.
        if let Some((at, taken)) = self.taken.take()
            && self.drafts.len() < MOST_LINES
        {
            let mut draft = draft;
            draft.take_size(self.items, &taken);
            self.drafts.insert(at.min(self.drafts.len()), draft);
            return;
        }
        match self.drafts.len().checked_sub(1) {
            Some(last) => self.replace(last, draft, number),
            None => self.push(draft),
        }
    }

    /// A draft in the size of a line, the last where none is told.
    pub(super) fn sized_as(&self, line: Option<usize>, draft: &mut Draft) {
        let line = line.or_else(|| self.drafts.len().checked_sub(1));
        if let Some(other) = line.and_then(|line| self.drafts.get(line)) {
            draft.take_size(self.items, other);
            if draft.choices.is_empty() {
                draft.take_choices(self.items, other);
            }
        }
    }

    /// "Number two with a cola, I mean number one": a meal in the place of a meal is had with the same.
    pub(super) fn told_as_meal(&self, draft: &mut Draft) {
        let is_meal = |item: usize| self.items.get(item).is_some_and(is_meal);
        let last = self.drafts.last();
        if let Some(last) = last.filter(|last| is_meal(last.item) && is_meal(draft.item))
            && draft.choices.is_empty()
        {
            draft.take_size(self.items, last);
            draft.take_choices(self.items, last);
        }
    }

    /// Another item in the place of one; as many as before unless a number was said.
    pub(super) fn replace(&mut self, line: usize, mut draft: Draft, number: Option<u32>) {
        if let Some(old) = self.drafts.get_mut(line) {
            // "A bagel with butter, make it two bagels": still with butter.
            if old.item == draft.item && draft.choices.is_empty() && number.is_some() {
                old.quantity = draft.quantity;
                return;
            }
            if number.is_none() {
                draft.quantity = old.quantity;
            }
            *old = draft;
        }
    }

    /// Chooses an option of the last line.
    pub(super) fn put_last(&mut self, at: OptionRef, choice: Choice) {
        if let Some(draft) = self.drafts.last_mut() {
            draft.put(self.items, at, choice);
            draft.only_asked &= self.asking;
        }
    }

    /// "A large coke and a small one": what another line of that item must be, where nothing else was said.
    pub(super) fn take_sort_of(&mut self, line: usize) {
        let items = self.items;
        let must = |at: &OptionRef| {
            let group = named(items, *at).map(|(group, _)| group);
            group.is_some_and(|group| must_be_one(group) && !is_size(group))
        };
        let sorts = self.drafts.get(line).map(|line| line.choices.clone());
        let sorts = sorts.into_iter().flatten().filter(|(at, _)| must(at));
        if let Some(last) = self.drafts.last_mut() {
            for (at, choice) in sorts {
                if !last.has_other(at) {
                    last.put(items, at, choice);
                }
            }
        }
    }

    pub(super) fn draft(&self, line: usize) -> Option<&Draft> {
        self.drafts.get(line)
    }

    /// "Two large pizzas, one margherita": large too, where nothing else was said.
    pub(super) fn take_size_of(&mut self, other: &Draft) {
        let items = self.items;
        if let Some(last) = self.drafts.last_mut() {
            last.take_size(items, other);
        }
    }

    /// Of the last line, which is of several, one becomes a line of its own where the place, which
    /// no line has, is among them; its line.
    pub(super) fn part_off(&mut self, place: Option<u8>) -> Option<usize> {
        let (place, (last, quantity)) = place.zip(self.last())?;
        let all: u32 = self.drafts.iter().map(|draft| draft.quantity).sum();
        if u32::from(place) >= all || quantity < 2 {
            return None;
        }
        self.split(last, 1)?;
        self.at(None)
    }

    pub(super) fn quantity(&self, line: usize) -> Option<u32> {
        self.drafts.get(line).map(|draft| draft.quantity)
    }

    /// Whether a line was made as another one was.
    pub(super) fn is_copied(&self, line: usize) -> bool {
        self.drafts.get(line).is_some_and(|draft| draft.copied)
    }

    /// The place of the last line, and how many.
    pub(super) fn last(&self) -> Option<(usize, u32)> {
        let last = self.drafts.len().checked_sub(1)?;
        Some((last, self.drafts.get(last)?.quantity))
    }

    /// So many of a line become one of their own, which is the last then; whether any are left, or
    /// `None` where there are not so many or there is no room.
    pub(super) fn split(&mut self, line: usize, count: u32) -> Option<bool> {
        let is_full = self.drafts.len() >= MOST_LINES;
        let draft = self.drafts.get_mut(line)?;
        if draft.quantity > count && !is_full {
            draft.quantity -= count;
            draft.parted = true;
            let mut own = draft.clone();
            own.quantity = count;
            self.drafts.push(own);
            Some(true)
        } else if draft.quantity == count {
            let own = self.drafts.remove(line);
            self.drafts.push(own);
            self.recent.clear();
            Some(false)
        } else {
            None
        }
    }

    /// More of its name was said after a line was made of it.
    pub(super) fn lengthen(&mut self, end: usize) {
        if let Some(span) = self.drafts.last_mut().and_then(|draft| draft.span.as_mut()) {
            span.end = span.end.max(end);
        }
    }

    /// Takes off what was added or ordered by words that an allergy is told with.
    pub(super) fn leave_out_within(&mut self, allergies: impl Iterator<Item = Span> + Clone) {
        // What was chosen for the order before has no words here.
        let is_within = |span: Span| {
            let mut told = allergies.clone().filter(|_| span.start < span.end);
            told.any(|told| told.start <= span.start && span.end <= told.end)
        };
        self.drafts
            .retain(|draft| !draft.span.is_some_and(is_within));
        for draft in &mut self.drafts {
            let stays = |choice: &Choice| {
                choice.action == ModifierAction::Remove || !is_within(choice.span)
            };
            draft.choices.retain(|(_, choice)| stays(choice));
        }
    }

    pub(super) fn finish(self) -> Vec<OrderLine> {
        let items = self.items;
        let drafts = self.drafts.into_iter().fold(Vec::new(), told_alike);
        let line = |draft: Draft| {
            let item = items.get(draft.item).filter(|_| !draft.only_asked)?;
            let chosen: Vec<LineModifier> = draft
                .choices
                .iter()
                .filter_map(|(at, choice)| {
                    let (group, option) = named(items, *at)?;
                    // "Caramel, not chocolate": the chocolate was never on it.
                    let is_one = choice.contrast || group.max == Some(1);
                    let of_other =
                        is_one && removed(&option.name).is_none() && draft.has_other(*at);
                    // "Bacon instead of ham": the ham was, unless the group says which is taken by itself.
                    let goes = comes_with(items, *at) && !tells_usual(group);
                    if choice.action == ModifierAction::Remove && of_other && !goes {
                        return None;
                    }
                    Some(LineModifier {
                        id: option.id.clone(),
                        name: away(&option.name).to_owned(),
                        group: group.id.clone(),
                        action: choice.action,
                        amount: choice.amount,
                        pos_id: option.pos_id.clone(),
                    })
                })
                .collect();
            Some(OrderLine {
                id: item.id.clone(),
                name: item.name.clone(),
                quantity: draft.quantity,
                size: draft.size,
                modifiers: draft.kept.into_iter().chain(chosen).collect(),
                pos_id: item.pos_id.clone(),
                state: None,
                span: draft.span,
            })
        };
        merged(drafts.into_iter().filter_map(line))
    }
}

/// Those that were told apart and then not told anything are one line again.
fn told_alike(mut lines: Vec<Draft>, draft: Draft) -> Vec<Draft> {
    let is_same = |other: &&mut Draft| {
        let own = draft
            .choices
            .iter()
            .map(|(at, choice)| (*at, choice.action, choice.amount));
        let others = other
            .choices
            .iter()
            .map(|(at, choice)| (*at, choice.action, choice.amount));
        other.parted
            && draft.parted
            && draft.span.is_none()
            && (other.item, &other.size, &other.kept) == (draft.item, &draft.size, &draft.kept)
            && own.eq(others)
    };
    match lines.iter_mut().find(is_same) {
        Some(same) => same.quantity = same.quantity.saturating_add(draft.quantity).min(MOST),
        None => lines.push(draft),
    }
    lines
}

/// Whether one of a group is taken where none is said: "Liquid (comes with Almond Milk)".
fn tells_usual(group: &ModifierGroup) -> bool {
    group.max == Some(1) && group.name.to_lowercase().contains("(comes ")
}

/// The same said twice is one line of two: "a coke, a burger, and another coke". Lines of the order
/// before stay as they are.
fn merged(lines: impl Iterator<Item = OrderLine>) -> Vec<OrderLine> {
    let mut out: Vec<OrderLine> = Vec::new();
    for line in lines {
        let is_same = |other: &&mut OrderLine| {
            let rest = (&other.id, &other.size, &other.modifiers);
            other.span.is_some() && rest == (&line.id, &line.size, &line.modifiers)
        };
        match out.iter_mut().find(is_same).filter(|_| line.span.is_some()) {
            Some(same) => same.quantity = same.quantity.saturating_add(line.quantity).min(MOST),
            None => out.push(line),
        }
    }
    out
}

fn same_option(
    items: &[MenuItem],
    item: usize,
    group: &ModifierGroup,
    option: &Modifier,
) -> Option<OptionRef> {
    let groups = &items.get(item)?.modifier_groups;
    groups.iter().enumerate().find_map(|(index, other)| {
        let place = other
            .options
            .iter()
            .position(|o| o.name == option.name && is_size(other) == is_size(group))?;
        Some(OptionRef {
            item,
            derived: false,
            group: index,
            option: place,
        })
    })
}
