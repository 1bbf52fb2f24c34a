//! Which items are several things at one price, and what of them a group holds.

use super::super::draft::{Choice, Draft, must_be_one, named};
use super::super::phrases::OptionRef;
use super::Lines;
use olympus_proto::{MenuItem, ModifierGroup, Span};

impl Lines<'_> {
    /// The side and the drink that were ordered right after a dish that becomes a meal are the meal's. One of which
    /// more was said stays a line of its own.
    pub(in crate::order) fn take_into_meal(&mut self, line: usize) {
        while let Some(at) = self.of_meal_next(line) {
            let part = self.drafts.remove(line + 1);
            let choice = Choice::added(part.span.unwrap_or(Span { start: 0, end: 0 }));
            if let Some(draft) = self.drafts.get_mut(line) {
                draft.put(self.items, at, choice);
            }
            self.recent.clear();
        }
    }

    /// Whether a line is a side or a drink that some meal has.
    pub(in crate::order) fn is_part_of_a_meal(&self, line: usize) -> bool {
        let called = self
            .drafts
            .get(line)
            .and_then(|part| self.called_in_meals(part));
        let mut items = self.items.iter();
        called.is_some_and(|called| items.any(|meal| part_called(meal, called).is_some()))
    }

    /// What a part of a meal is called: it is so, or of that sort.
    fn called_in_meals(&self, part: &Draft) -> Option<&'_ str> {
        let sort = part.choices.iter().find_map(|(at, _)| {
            let (group, sort) = named(self.items, *at)?;
            (must_be_one(group) && !super::is_size(group)).then_some(sort.name.as_str())
        });
        sort.or(self.items.get(part.item).map(|item| item.name.as_str()))
    }

    /// What the line after a meal is of the meal, where nothing but its sort was said of it.
    fn of_meal_next(&self, line: usize) -> Option<OptionRef> {
        let (meal, part) = (self.drafts.get(line)?, self.drafts.get(line + 1)?);
        let called = self.called_in_meals(part)?;
        let is_sort = self
            .items
            .get(part.item)
            .is_some_and(|item| item.name != called);
        let is_bare = part.size.is_none() && part.kept.is_empty();
        if !is_bare || part.choices.len() > usize::from(is_sort) {
            return None;
        }
        let (group, option) = part_called(self.items.get(meal.item)?, called)?;
        let at = OptionRef {
            item: meal.item,
            derived: false,
            group,
            option,
        };
        let is_had = meal.has_other(at) || meal.has(at);
        (meal.quantity == part.quantity && !is_had).then_some(at)
    }
}

/// The group and the option of a meal that is a side or a drink of that name.
fn part_called(meal: &MenuItem, called: &str) -> Option<(usize, usize)> {
    meal.modifier_groups
        .iter()
        .enumerate()
        .find_map(|(group, choices)| {
            let option = choices.options.iter().position(|own| own.name == called)?;
            is_of_a_meal(meal, choices).then_some((group, option))
        })
}

/// Whether a group holds the drink or the side of a meal: tills seldom say that it must be chosen.
pub(in crate::order) fn is_of_a_meal(item: &MenuItem, group: &ModifierGroup) -> bool {
    let part = ["drink", "drinks", "beverage", "soda", "side", "sides"];
    let is_part = has(&group.name, &part) || has(&group.id, &part);
    is_part && group.max == Some(1) && (is_meal(item) || is_for_children(item))
}

/// Whether a group is only of a dish that is made a meal: "Combo Drink".
pub(in crate::order) fn is_of_combo(group: &ModifierGroup) -> bool {
    has(&group.name, &["combo", "meal"]) || has(&group.id, &["combo", "meal"])
}

/// Whether an item is made for children: it comes with a side and a drink.
pub(in crate::order) fn is_for_children(item: &MenuItem) -> bool {
    const CHILDREN: [&str; 4] = ["kid", "kids", "child", "children"];
    // "Little Guests", "For Juniors"
    const SMALL: [&str; 4] = ["guests", "littles", "juniors", "kiddies"];
    let listed = item.category.as_deref().unwrap_or_default();
    has(&item.name, &CHILDREN) || has(listed, &CHILDREN) || has(listed, &SMALL)
}

/// Whether an item is several things at one price.
pub(in crate::order) fn is_meal(item: &MenuItem) -> bool {
    item.name.trim_start().starts_with('#')
        || has(
            &item.name,
            &["combo", "combos", "meal", "menu", "lunch", "bento"],
        )
        || is_for_many(item)
}

/// Whether an item is listed under "Family Meals".
fn is_for_many(item: &MenuItem) -> bool {
    let listed = item.category.as_deref().unwrap_or_default();
    has(listed, &["family", "party"])
        && has(listed, &["meal", "meals", "deal", "deals", "pack", "packs"])
}

fn has(name: &str, known: &[&str]) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    words.any(|word| known.contains(&word))
}
