//! What is said of an order that stands loses nothing of it, and what is only asked about is not ordered.

use super::OrderParser;
use super::tests::show;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

fn group(id: &str, min: u8, max: u8, options: &[&str]) -> Value {
    let option = |name: &&str| json!({"id": name, "name": name, "price_cents": 0});
    let options: Vec<Value> = options.iter().map(option).collect();
    json!({"id": id, "name": id, "min": min, "max": max, "options": options})
}

fn parser(menu: &Value) -> OrderParser {
    let bytes = serde_json::to_vec(&json!({"items": menu})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

/// Each is said after the one before, of its order.
fn check(menu: &Value, cases: &[(&[&str], &str)]) {
    let parser = parser(menu);
    for (turns, expected) in cases {
        let mut lines = Vec::new();
        let mut order = parser.parse("", &[]);
        for text in *turns {
            order = parser.parse(text, &lines);
            lines.clone_from(&order.lines);
        }
        assert_eq!(show(&order), *expected, "{turns:?}: {order:?}");
    }
}

fn diner() -> Value {
    let sizes = || group("size", 1, 1, &["Small", "Large"]);
    json!([
        {"id": "burger", "name": "Burger", "modifier_groups": [group("Toppings", 0, 3, &["Bacon", "Cheese", "Peanuts"])]},
        {"id": "combo", "name": "Burger Combo", "modifier_groups": [
            sizes(), group("Drink", 1, 1, &["Coke", "Sprite"]), group("Side", 1, 1, &["Fries", "Slaw"]),
        ]},
        {"id": "other", "name": "Chicken Combo", "modifier_groups": [group("Drink", 1, 1, &["Coke", "Sprite"])]},
        {"id": "coke", "name": "Coke", "modifier_groups": [sizes(), group("Ice", 0, 1, &["Ice"])]},
        {"id": "fries", "name": "Fries", "modifier_groups": [sizes(), group("On it", 0, 1, &["Salt"])]},
        {"id": "salad", "name": "House Salad"},
    ])
}

#[test]
fn an_allergy_said_later_leaves_what_was_chosen() {
    check(
        &diner(),
        &[
            (
                &["a burger with bacon and cheese", "nut allergy"],
                "1 Burger +Bacon +Cheese",
            ),
            (
                &["a burger with bacon and peanuts", "i'm allergic to peanuts"],
                "1 Burger +Bacon",
            ),
        ],
    );
}

#[test]
fn what_was_said_of_a_part_of_a_meal_is_not_lost() {
    check(
        &diner(),
        &[
            (
                &["a burger and a coke, make it a combo"],
                "1 Burger Combo +Coke",
            ),
            // The coke that was told more of stays a line of its own.
            (
                &["a burger and a coke no ice, make it a combo"],
                "1 Burger Combo; 1 Coke -Ice",
            ),
            (
                &["a burger and a large coke, make it a combo"],
                "1 Burger Combo; 1 Large Coke",
            ),
        ],
    );
}

#[test]
fn what_is_to_stay_stays_as_it_was() {
    check(
        &diner(),
        &[
            (
                &[
                    "a burger, large fries no salt and a coke",
                    "just the burger and the fries",
                ],
                "1 Burger; 1 Large Fries -Salt",
            ),
            (
                &["a burger and a coke", "actually just the burger"],
                "1 Burger",
            ),
        ],
    );
}

#[test]
fn a_dish_that_is_printed_with_its_years_keeps_its_name() {
    let menu = json!([
        {"id": "fifty", "name": "50's Burger"}, {"id": "fries", "name": "Fries"},
        {"id": "melt", "name": "Lilly's Famous Tuna Melt"},
    ]);
    check(
        &menu,
        &[
            (&["a 50's burger and fries"], "1 50's Burger; 1 Fries"),
            (&["a tuna melt"], "1 Lilly's Famous Tuna Melt"),
            (
                &["a famous tuna melt and fries"],
                "1 Lilly's Famous Tuna Melt; 1 Fries",
            ),
        ],
    );
}

#[test]
fn words_of_two_sentences_are_no_choice_turned_round() {
    let menu = json!([
        {"id": "melt", "name": "Melt", "modifier_groups": [group("On it", 0, 2, &["Grilled Cheese", "Sliced Brisket"])]},
    ]);
    check(
        &menu,
        &[(&["a melt with brisket sliced"], "1 Melt +Sliced Brisket")],
    );
    let order = parser(&menu).parse("a melt with cheese, grilled", &[]);
    assert!(!show(&order).contains("+Sliced"), "{order:?}");
}

#[test]
fn a_level_by_itself_is_of_the_one_group_that_has_it() {
    let one = json!([{"id": "tea", "name": "Tea", "modifier_groups": [group("Sugar", 0, 1, &["50% Sugar"])]}]);
    check(&one, &[(&["a tea 50%"], "1 Tea +50% Sugar")]);
    let both = json!([{"id": "tea", "name": "Tea", "modifier_groups": [
        group("Sugar", 0, 1, &["50% Sugar"]), group("Ice", 0, 1, &["50% Ice"]),
    ]}]);
    check(
        &both,
        &[
            (&["a tea 50%"], "1 Tea"),
            (&["a tea 50% ice"], "1 Tea +50% Ice"),
        ],
    );
}
