//! What is not wanted: said in any of its ways, of the right line, and taken back.

use super::OrderParser;
use super::tests::show;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

fn group(id: &str, min: u32, max: Option<u32>, options: &[&str]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|name| json!({"id": format!("{id}-{name}"), "name": name, "price_cents": 0}))
        .collect();
    json!({"id": id, "name": id, "min": min, "max": max, "options": options})
}

/// A diner.
pub(super) fn diner() -> OrderParser {
    let hold = || group("hold", 0, None, &["No Onion", "No Pickle", "No Mayo"]);
    let size = || group("size", 1, Some(1), &["Small", "Medium", "Large"]);
    let bread = ["Rye", "Onion", "Sesame Bagel"];
    let items = json!([
        {"id": "burger", "name": "Burger", "modifier_groups": [
            hold(), group("extras", 0, None, &["Add Bacon", "Add Cheese", "Hash Brown"]),
            group("bun", 0, Some(1), &["Toasted", "Soft"]),
        ]},
        {"id": "dog", "name": "Hot Dog", "modifier_groups": [
            hold(), group("sauces", 0, Some(3), &["Ketchup", "Mustard", "Chili Mayo"]),
        ]},
        {"id": "lox", "name": "Lox Sandwich", "modifier_groups": [
            group("bread", 1, Some(1), &bread), group("with", 0, None, &["Red Onion", "Capers"]),
        ]},
        {"id": "bagel", "name": "Bagel", "modifier_groups": [
            group("sort", 1, Some(1), &["Sesame", "Poppy"]),
            group("spread", 0, Some(2), &["Butter", "Jam"]),
            group("done", 0, None, &["Toasted"]),
        ]},
        {"id": "taco", "name": "Taco", "modifier_groups": [
            group("meat", 1, Some(1), &["Chicken", "Beef", "Pork"]), hold(),
            group("more", 0, None, &["Add Guac"]),
        ]},
        {"id": "latte", "name": "Latte", "modifier_groups": [
            size(), group("milk", 0, Some(1), &["Oat Milk", "Soy Milk"]),
            group("foam", 0, Some(1), &["No Foam"]),
            group("syrup", 0, Some(3), &["Vanilla Syrup", "SF Vanilla"]),
        ]},
        {"id": "meal", "name": "Kids Meal", "modifier_groups": [
            group("kids-side", 1, Some(1), &["Apple Slices", "Carrots"]),
            group("kids-drink", 1, Some(1), &["Chocolate Milk", "Lemonade"]), hold(),
        ]},
        {"id": "coke", "name": "Coke", "modifier_groups": [
            size(), group("ice", 0, Some(1), &["No Ice", "Lt Ice"]),
        ]},
        {"id": "browns", "name": "Hash Browns"},
        {"id": "lemonade", "name": "Lemonade", "modifier_groups": [size()]},
        {"id": "fries", "name": "Fries", "modifier_groups": [size(), group("salt", 0, None, &["No Salt"])]},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

pub(super) fn check(cases: &[(&str, &str)]) {
    let diner = diner();
    for (text, expected) in cases {
        let order = diner.parse(text, &[]);
        assert_eq!(show(&order), *expected, "{text}: {order:?}");
    }
}

#[test]
fn what_is_left_out_is_said_in_many_ways() {
    let without = "1 Burger -Onion -Pickle";
    for text in [
        "burger no onions no pickles",
        "burger hold the onions and pickles",
        "burger leave off the onions and the pickles",
        "burger leave the onions off and no pickles",
        "burger minus onions and pickles",
        "burger, skip the onion, skip the pickle",
        "burger with none of the onions or pickles",
        "burger with everything but onions and pickles",
        "burger don't put onions or pickles on it",
        "burger, onions off, pickles off",
        "burger, i'm allergic to onions, and no pickles",
        "burger with the onions left off and without pickles",
        "burger keep the onions off, no pickles",
        "burger no onions pickles",
    ] {
        check(&[(text, without)]);
    }
}

#[test]
fn nobody_leaves_out_some_of_it() {
    check(&[
        (
            "burger no onion and some bacon",
            "1 Burger -Onion +Add Bacon",
        ),
        (
            "burger without mayo or pickles and some cheese please",
            "1 Burger -Mayo -Pickle +Add Cheese",
        ),
    ]);
}

#[test]
fn a_negation_stays_with_its_line() {
    check(&[
        (
            "a burger no onions no pickles and a coke, no ice in the coke",
            "1 Burger -Onion -Pickle; 1 Coke -Ice",
        ),
        (
            "a burger and a hot dog, no onions and no pickles on the burger",
            "1 Burger -Onion -Pickle; 1 Hot Dog",
        ),
        (
            "a burger and a hot dog neither with onions",
            "1 Burger -Onion; 1 Hot Dog -Onion",
        ),
        (
            "a burger and a hot dog, no onions or mayo on either",
            "1 Burger -Onion -Mayo; 1 Hot Dog -Onion -Mayo",
        ),
        (
            "two burgers and two tacos with beef, no onion on all four",
            "2 Burger -Onion; 2 Taco +Beef -Onion",
        ),
        (
            "two burgers, no pickles on the first one and no mayo on the second",
            "1 Burger -Pickle; 1 Burger -Mayo",
        ),
        (
            "no onion on anything, a burger and a hot dog",
            "1 Burger -Onion; 1 Hot Dog -Onion",
        ),
        ("hold on the onions on the burger", "1 Burger -Onion"),
        ("burger don't put on onions", "1 Burger -Onion"),
        // What was on the line that it did not mean stays on it.
        (
            "a burger and a hot dog with ketchup, no ketchup on the hot dog",
            "1 Burger; 1 Hot Dog",
        ),
        (
            "a hot dog and a lox sandwich with red onion, no onion on the hot dog",
            "1 Hot Dog -Onion; 1 Lox Sandwich +Red Onion",
        ),
        (
            "two burgers, no onion on one of them, no pickles on the other",
            "1 Burger -Pickle; 1 Burger -Onion",
        ),
        (
            "a burger, a hot dog and a taco with beef, both with no mayo",
            "1 Burger; 1 Hot Dog -Mayo; 1 Taco +Beef -Mayo",
        ),
        // What the menu does not know ends with the next item.
        ("a coke no zorbl and a burger", "1 Coke; 1 Burger"),
        ("i'm allergic to zorbl, burger no mayo", "1 Burger -Mayo"),
        ("a burger no pickles and fries", "1 Burger -Pickle; 1 Fries"),
        // The onions are on it, the bacon can be added.
        (
            "a burger with no onions and bacon",
            "1 Burger -Onion +Add Bacon",
        ),
        (
            "a burger with no onions or bacon",
            "1 Burger -Onion -Add Bacon",
        ),
    ]);
}

#[test]
fn one_thing_against_another() {
    check(&[
        ("hot dog with ketchup not mustard", "1 Hot Dog +Ketchup"),
        (
            "hot dog with ketchup but not chili mayo",
            "1 Hot Dog +Ketchup -Chili Mayo",
        ),
        (
            "hot dog no zorbl ketchup instead of mustard",
            "1 Hot Dog +Ketchup",
        ),
        ("a coke large not small", "1 Large Coke"),
        ("a latte with oat milk, not soy milk", "1 Latte +Oat Milk"),
        ("not two burgers, a hot dog", "1 Hot Dog"),
        (
            "burger with no onions, pickles, or mayo",
            "1 Burger -Onion -Pickle -Mayo",
        ),
        ("a burger, no, a hot dog", "1 Hot Dog"),
        (
            "a burger with bacon, no wait, not bacon, cheese",
            "1 Burger +Add Cheese",
        ),
    ]);
}

#[test]
fn what_must_be_chosen_is_not_left_out() {
    check(&[
        (
            "a lox sandwich on rye no onions",
            "1 Lox Sandwich +Rye -Red Onion",
        ),
        ("a lox sandwich on onion", "1 Lox Sandwich +Onion"),
    ]);
}

#[test]
fn what_was_left_out_can_come_back() {
    check(&[
        ("burger no onions, actually onions are fine", "1 Burger"),
        (
            "burger no onions no pickles, actually keep the onions",
            "1 Burger -Pickle",
        ),
        ("burger, leave the onions on", "1 Burger"),
        (
            "a burger and fries, cancel the fries, no wait keep them",
            "1 Burger; 1 Fries",
        ),
        ("burger don't forget the bacon", "1 Burger +Add Bacon"),
        ("burger no onions, sorry, no pickles", "1 Burger -Pickle"),
        (
            "burger no onions... you know what leave the onions",
            "1 Burger",
        ),
        ("burger no onions, pickles are fine", "1 Burger -Onion"),
        ("burger, bacon? no thanks", "1 Burger -Add Bacon"),
    ]);
    let diner = diner();
    let order = diner.parse("burger no onions", &[]).lines;
    for said in [
        "actually onions are fine",
        "put the onions back on",
        "with onions after all",
        "leave the onions on",
        "keep the onions",
    ] {
        assert_eq!(show(&diner.parse(said, &order)), "1 Burger", "{said}");
    }
}

#[test]
fn an_order_before_is_left_without() {
    let diner = diner();
    let order = diner
        .parse("a burger with bacon, a hot dog and a coke", &[])
        .lines;
    for (text, expected) in [
        (
            "no onions on the burger",
            "1 Burger +Add Bacon -Onion; 1 Hot Dog; 1 Coke",
        ),
        ("take the bacon off", "1 Burger; 1 Hot Dog; 1 Coke"),
        (
            "no mayo on either",
            "1 Burger +Add Bacon -Mayo; 1 Hot Dog -Mayo; 1 Coke",
        ),
        (
            "no ice in the coke and no pickles on the burger",
            "1 Burger +Add Bacon -Pickle; 1 Hot Dog; 1 Coke -Ice",
        ),
        (
            "hold the onions on the first one",
            "1 Burger +Add Bacon -Onion; 1 Hot Dog; 1 Coke",
        ),
    ] {
        let changed = diner.parse(text, &order);
        assert_eq!(show(&changed), expected, "{text}");
    }
}

#[test]
fn talk_between_leaves_nothing_out() {
    check(&[
        ("hold on hold on okay a burger", "1 Burger"),
        ("do you have zorbl no ok then a burger", "1 Burger"),
        (
            "a burger no onions and that is everything",
            "1 Burger -Onion",
        ),
        ("a burger that's everything thanks", "1 Burger"),
    ]);
}
