//! Orders from menus as tills write them: numbered meals with sides and drinks, required choices,
//! "No Onion", "Lt Ice".

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

fn till() -> OrderParser {
    let size = || group("size", 1, Some(1), &["Small", "Medium", "Large"]);
    let ice = || group("ice", 0, Some(1), &["No Ice", "Lt Ice", "Xtra Ice"]);
    let hold = || group("hold", 0, None, &["No Onion", "No Egg", "No Lettuce"]);
    let side = || group("side", 1, Some(1), &["Fries", "Slaw"]);
    let drink = || group("drink", 1, Some(1), &["Coke", "Sweet Tea"]);
    let meal = |number: u32, name: &str| {
        json!({
            "id": format!("combo-{number}"), "name": format!("Combo {number} {name}"),
            "aliases": [format!("#{number}"), format!("number {number}")],
            "modifier_groups": [group("heat", 1, Some(1), &["Mild", "Spicy"]), hold(), side(), drink()],
        })
    };
    let bread = ["Everything Bagel", "Sesame Bagel"];
    let items = json!([
        meal(1, "Chicken Sandwich"),
        meal(2, "3 Pc Chicken"),
        meal(4, "Two Tacos"),
        {"id": "fries", "name": "Seasoned Fries", "aliases": ["fries"], "modifier_groups": [size()]},
        {"id": "tea", "name": "Sweet Tea", "modifier_groups": [size(), ice()]},
        {"id": "coke", "name": "Coke", "modifier_groups": [size(), ice()]},
        {"id": "wings", "name": "Wings", "modifier_groups": [
            group("count", 1, Some(1), &["6 Pc", "12 Pc", "24 Pc"]),
            group("flavor", 1, Some(2), &["Buffalo", "Plain"]),
            group("dip", 0, Some(3), &["Ranch", "Blue Cheese"]),
        ]},
        {"id": "ramen", "name": "Ramen Bowl", "aliases": ["ramen"], "modifier_groups": [
            hold(), group("extras", 0, None, &["Xtra Egg", "Dbl Meat", "Add Corn", "Sauce on Side"]),
        ]},
        {"id": "bagel", "name": "Bagel & Spread", "modifier_groups": [
            group("bread", 1, Some(1), &bread), group("spread", 0, None, &["Butter", "Plain Cream Cheese"]),
        ]},
        {"id": "lox", "name": "Lox Bagel Sandwich", "modifier_groups": [group("bread", 1, Some(1), &bread)]},
        {"id": "cookie", "name": "Oat Cookie"},
        {"id": "latte", "name": "Latte", "modifier_groups": [group("milk", 0, Some(1), &["2% Milk", "Oat Milk"])]},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

fn check(cases: &[(&str, &str)]) {
    let till = till();
    for (text, expected) in cases {
        let order = till.parse(text, &[]);
        assert_eq!(show(&order), *expected, "{text}: {order:?}");
    }
}

#[test]
fn a_bare_number_is_how_many_and_not_which() {
    check(&[
        ("two ramen", "2 Ramen Bowl"),
        ("number two", "1 Combo 2 3 Pc Chicken"),
        ("one #4 spicy", "1 Combo 4 Two Tacos +Spicy"),
        ("two number fours", "2 Combo 4 Two Tacos"),
        ("two lattes one with oat milk", "1 Latte; 1 Latte +Oat Milk"),
        ("twenty four wings buffalo", "1 Wings +24 Pc +Buffalo"),
    ]);
}

#[test]
fn a_meal_takes_its_side_and_its_drink() {
    check(&[
        (
            "number one spicy with fries and a sweet tea",
            "1 Combo 1 Chicken Sandwich +Spicy +Fries +Sweet Tea",
        ),
        // It has its drink: another is a line of its own.
        (
            "number one with fries and a coke and a large sweet tea",
            "1 Combo 1 Chicken Sandwich +Fries +Coke; 1 Large Sweet Tea",
        ),
    ]);
}

#[test]
fn one_thing_set_against_another_is_not_left_out() {
    check(&[
        ("wings with ranch not blue cheese", "1 Wings +Ranch"),
        (
            "number one slaw instead of fries",
            "1 Combo 1 Chicken Sandwich +Slaw",
        ),
        ("six wings, no sorry, twelve", "1 Wings +12 Pc"),
    ]);
}

#[test]
fn how_much_of_something_is_not_the_thing() {
    check(&[
        ("a coke easy on the ice", "1 Coke +Lt Ice"),
        ("ramen no meat", "1 Ramen Bowl"),
        ("ramen no egg", "1 Ramen Bowl -Egg"),
        ("ramen no onion, actually keep the onion", "1 Ramen Bowl"),
        // It is on it anyway, and no "Xtra Egg" is meant.
        ("ramen with egg", "1 Ramen Bowl"),
        ("ramen egg extra please", "1 Ramen Bowl +Xtra Egg"),
        (
            "ramen no onion and sauce on the side",
            "1 Ramen Bowl -Onion +Sauce on Side",
        ),
        ("ramen add corn scratch the corn", "1 Ramen Bowl"),
        ("can you not put the egg on the ramen", "1 Ramen Bowl -Egg"),
    ]);
}

#[test]
fn a_choice_can_name_its_item() {
    check(&[
        (
            "two everything bagels with butter and one sesame bagel",
            "2 Bagel & Spread +Everything Bagel +Butter; 1 Bagel & Spread +Sesame Bagel",
        ),
        (
            "a lox bagel on a sesame bagel",
            "1 Lox Bagel Sandwich +Sesame Bagel",
        ),
    ]);
}

#[test]
fn one_more_or_some_of_them() {
    check(&[
        (
            "a large coke no ice and a small one",
            "1 Large Coke -Ice; 1 Small Coke",
        ),
        (
            "two ramen, make the second one no egg",
            "1 Ramen Bowl; 1 Ramen Bowl -Egg",
        ),
        ("i'll take a ramen, two of them", "2 Ramen Bowl"),
        (
            "two cookies and a small fry",
            "2 Oat Cookie; 1 Small Seasoned Fries",
        ),
        ("cancel the wings, just a latte", "1 Latte"),
        ("dos ramen sin egg y una coke", "2 Ramen Bowl -Egg; 1 Coke"),
    ]);
}
