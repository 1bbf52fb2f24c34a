//! Which items are several things at one price, and what of them a group holds.

use olympus_proto::{MenuItem, ModifierGroup};

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
    let named = [&item.name, item.category.as_deref().unwrap_or_default()];
    named
        .iter()
        .any(|named| has(named, &["kid", "kids", "child", "children"]))
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
