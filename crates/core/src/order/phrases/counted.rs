//! Dishes that are called by a number in their names: "a two meat" of Two Meat Plate, "number three" of
//! Combo #3 Lunch.

use super::super::stems::stem;
use super::{NUMBER, Phrases, items_by};
use crate::menu::text::words;
use olympus_proto::MenuItem;

/// What such names end with, and nobody says.
const SERVED: [&str; 5] = ["plate", "platter", "dinner", "combo", "box"];

impl Phrases {
    /// Without the plate, where what is counted is no dish: "two taco" of Two Taco Combo would be two tacos.
    pub(super) fn add_counted(&mut self, items: &[MenuItem]) {
        for (name, of) in items_by(items, |item| counted(&item.name)) {
            let Some((_, thing)) = name.split_once(' ') else {
                continue;
            };
            let called = self.names.get(thing);
            let is_dish = called.is_some_and(|names| !names.items.is_empty())
                || items.iter().any(|item| {
                    let last = words(&item.name).pop();
                    last.is_some_and(|last| stem(&last.text) == thing)
                });
            if let ([index], false) = (of.as_slice(), is_dish) {
                self.add(&name, |names| names.add_item(*index));
            }
        }
        for (name, of) in items_by(items, |item| numbered(&item.name)) {
            if let ([index], false) = (of.as_slice(), self.names.contains_key(&name)) {
                self.add(&name, |names| names.add_item(*index));
            }
        }
    }
}

/// The number that a name has after its first words; where it has one before them, that is known.
fn numbered(name: &str) -> Vec<String> {
    let number = name.split_once(" #").map(|(_, rest)| rest);
    let digits = number.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    let digits = digits.flatten().filter(|digits| !digits.is_empty());
    digits
        .map(|digits| format!("{NUMBER} {digits}"))
        .into_iter()
        .collect()
}

fn counted(name: &str) -> Vec<String> {
    let stems: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
    match stems.as_slice() {
        [number, thing, served]
            if number.chars().all(char::is_numeric) && SERVED.contains(&served.as_str()) =>
        {
            vec![format!("{number} {thing}")]
        }
        _ => Vec::new(),
    }
}
