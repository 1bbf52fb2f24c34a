//! Slot catalogs as menus: `{"slot","canonical","aliases"}` by line, as order data sets bring them.
//!
//! Slots whose name ends in `type` but for containers are dishes; `number`, `NOT`, `quantity`,
//! `volume` and `vendor` are language and not the menu's; `size` is a size of every dish;
//! containers go with drinks; what is left are options of the main dishes. A catalog without main
//! dishes names them only in its orders: the dish that its restaurant is called by, and what else
//! the fillings go into.

use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
struct Entry {
    restaurant: String,
    slot: String,
    canonical: String,
    #[serde(default)]
    aliases: Vec<String>,
}

/// A menu as JSON; `None` where the lines are no catalog.
#[must_use]
pub fn menu(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let entries: Vec<Entry> = lines
        .map(|line| serde_json::from_str(line).ok())
        .collect::<Option<_>>()?;
    let restaurant = &entries.first()?.restaurant;
    let mut slots: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        let slot = entry.slot.to_lowercase();
        slots.entry(slot).or_default().push(entry);
    }
    let of = |part: &str| -> Vec<(&String, &Vec<&Entry>)> {
        let found = slots.iter().filter(|(slot, _)| slot.contains(part));
        found.collect()
    };
    let size: Vec<Value> = of("size").into_iter().map(group).collect();
    let containers: Vec<Value> = of("container").into_iter().map(group).collect();
    let fillings: Vec<Value> = slots
        .iter()
        .filter(|(slot, _)| is_option(slot))
        .map(group)
        .collect();
    let mut items = Vec::new();
    for (slot, dishes) in slots.iter().filter(|(slot, _)| is_dish(slot)) {
        let own = match slot {
            slot if slot.contains("main") => &fillings,
            slot if slot.contains("drink") => &containers,
            _ => &Vec::new(),
        };
        let groups: Vec<&Value> = size.iter().chain(own).collect();
        for dish in dishes {
            items.push(item(&dish.canonical, &dish.aliases, slot, &groups));
        }
    }
    if !slots.keys().any(|slot| slot.contains("main_dish")) {
        let groups: Vec<&Value> = size.iter().chain(&fillings).collect();
        for (name, aliases) in unnamed(restaurant) {
            let aliases: Vec<String> = aliases.iter().map(|alias| (*alias).to_owned()).collect();
            items.push(item(name, &aliases, "main", &groups));
        }
    }
    serde_json::to_vec(&json!({ "items": items })).ok()
}

fn is_dish(slot: &str) -> bool {
    slot.ends_with("type") && !slot.contains("container")
}

fn is_option(slot: &str) -> bool {
    let language = ["number", "not", "quantity", "volume", "vendor", "size"];
    !is_dish(slot) && !slot.contains("container") && !language.contains(&slot)
}

/// Dishes that a catalog's orders name and its slots do not.
fn unnamed(restaurant: &str) -> Vec<(&str, &'static [&'static str])> {
    match restaurant {
        "burrito" => vec![
            ("burrito", &[]),
            ("burrito_bowl", &["bowl", "burrito bowl"]),
            ("taco", &["tacos"]),
            ("quesadilla", &[]),
            ("salad", &["salad bowl"]),
        ],
        "pizza" => vec![("pizza", &["pie", "pizza pie"])],
        other => vec![(other, &[])],
    }
}

fn group((slot, entries): (&String, &Vec<&Entry>)) -> Value {
    let options: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({"id": entry.canonical, "name": spaced(&entry.canonical), "aliases": entry.aliases})
        })
        .collect();
    json!({"id": slot, "name": slot, "options": options})
}

fn item(canonical: &str, aliases: &[String], category: &str, groups: &[&Value]) -> Value {
    json!({
        "id": canonical,
        "name": spaced(canonical),
        "category": category,
        "aliases": aliases,
        "modifier_groups": groups,
    })
}

fn spaced(canonical: &str) -> String {
    canonical.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::menu;
    use olympus_core::menu::import::{Format, Limits, parse};

    #[test]
    fn slots_become_dishes_with_options_and_sizes() {
        let lines = [
            r#"{"restaurant":"burger","slot":"MAIN_DISH_TYPE","canonical":"ham_burger","aliases":["hamburger"]}"#,
            r#"{"restaurant":"burger","slot":"DRINK_TYPE","canonical":"coke","aliases":["cokes"]}"#,
            r#"{"restaurant":"burger","slot":"TOPPING","canonical":"onion","aliases":["onions"]}"#,
            r#"{"restaurant":"burger","slot":"SIZE","canonical":"small","aliases":["small"]}"#,
            r#"{"restaurant":"burger","slot":"number","canonical":"2","aliases":["two"]}"#,
        ];
        let json = menu(lines.join("\n").as_bytes()).expect("a catalog");
        let items = parse(&json, Format::Json, &Limits::default()).expect("a menu");
        let shape: Vec<(&str, usize)> = items
            .iter()
            .map(|item| (item.name.as_str(), item.modifier_groups.len()))
            .collect();
        assert_eq!(shape, [("coke", 1), ("ham burger", 2)]);
        assert!(menu(br#"{"id":"a","name":"Soup"}"#).is_none());
    }
}
