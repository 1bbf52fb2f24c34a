//! Orders as they are heard, without a comma between one dish and the next.

use super::{check, group, item, parser, size};
use crate::order::OrderParser;

/// A counter where much is sold by size, and a combo that has the sides as choices.
fn counter() -> OrderParser {
    let soda = ["Coke", "Sprite", "Root Beer", "Lemonade"];
    let flavors = ["Vanilla", "Chocolate", "Oreo"];
    let heat = || group("Spice Level", 1, 1, &["Mild", "Medium", "Hot"]);
    parser(&[
        item("Butter Chicken", "Curries", "", &[heat()]),
        item("Chana Masala", "Curries", "", &[heat()]),
        item(
            "Burger Combo",
            "Combos",
            "",
            &[
                group("Side", 1, 1, &["French Fries", "Tater Tots"]),
                group("Drink", 1, 1, &soda),
            ],
        ),
        item("French Fries", "Sides", "", &[size()]),
        item("Tater Tots", "Sides", "", &[size()]),
        item(
            "Fountain Drink",
            "Drinks",
            "",
            &[size(), group("Flavor", 1, 1, &soda)],
        ),
        item(
            "Milkshake",
            "Shakes",
            "",
            &[size(), group("Flavor", 1, 1, &flavors)],
        ),
        item("Root Beer Float", "Shakes", "", &[size()]),
    ])
}

#[test]
fn each_is_in_its_own_size_without_a_comma() {
    check(
        &counter(),
        &[
            (
                "large coke small sprite",
                "1 Large Fountain Drink +Coke; 1 Small Fountain Drink +Sprite",
            ),
            (
                "coke large sprite small",
                "1 Large Fountain Drink +Coke; 1 Small Fountain Drink +Sprite",
            ),
            (
                "large root beer small sprite coke medium fries",
                "1 Large Fountain Drink +Root Beer; 1 Small Fountain Drink +Sprite; 1 Fountain Drink +Coke; 1 Medium French Fries",
            ),
            (
                "fries large tots medium",
                "1 Large French Fries; 1 Medium Tater Tots",
            ),
            ("large vanilla shake", "1 Large Milkshake +Vanilla"),
            (
                "large coke small lemonade chana masala hot",
                "1 Large Fountain Drink +Coke; 1 Small Fountain Drink +Lemonade; 1 Chana Masala +Hot",
            ),
        ],
    );
}

#[test]
fn what_a_dish_must_have_hides_no_dish_after_it() {
    check(
        &counter(),
        &[(
            "butter chicken mild chana masala hot",
            "1 Butter Chicken +Mild; 1 Chana Masala +Hot",
        )],
    );
}

#[test]
fn each_of_a_dish_that_was_named_as_many_is_one() {
    check(
        &counter(),
        &[
            (
                "root beer floats one large one small",
                "1 Large Root Beer Float; 1 Small Root Beer Float",
            ),
            (
                "fries two large one small and a coke",
                "2 Large French Fries; 1 Small French Fries; 1 Fountain Drink +Coke",
            ),
            (
                "two shakes a large oreo and a small vanilla",
                "1 Large Milkshake +Oreo; 1 Small Milkshake +Vanilla",
            ),
            (
                "shakes two large one oreo one vanilla",
                "1 Large Milkshake +Oreo; 1 Large Milkshake +Vanilla",
            ),
            (
                "four floats four of them two large and two small",
                "2 Large Root Beer Float; 2 Small Root Beer Float",
            ),
            (
                "two fries a large coke",
                "2 French Fries; 1 Large Fountain Drink +Coke",
            ),
            (
                "two floats a large one and a small one",
                "1 Large Root Beer Float; 1 Small Root Beer Float",
            ),
            (
                "2 fries, 1 float. sorry other way round, 1 fries 2 floats",
                "1 French Fries; 2 Root Beer Float",
            ),
        ],
    );
}

#[test]
fn what_is_only_asked_about_is_not_ordered() {
    check(
        &counter(),
        &[
            (
                "do you have tater tots okay then a large fries",
                "1 Large French Fries",
            ),
            ("do you have tater tots i'll take two", "2 Tater Tots"),
            (
                "do you guys have floats? one of those and a small coke",
                "1 Root Beer Float; 1 Small Fountain Drink +Coke",
            ),
            ("you got tots? two large please", "2 Large Tater Tots"),
            (
                "do you have chana masala yeah i'll get that hot",
                "1 Chana Masala +Hot",
            ),
            (
                "is the chana masala hot? i'll have the butter chicken mild",
                "1 Butter Chicken +Mild",
            ),
            ("how much is the butter chicken?", ""),
            (
                "what floats do you have? ok a small fries",
                "1 Small French Fries",
            ),
            (
                "can i do the chana masala hot and what i want is the fries",
                "1 Chana Masala +Hot; 1 French Fries",
            ),
        ],
    );
}

/// Dishes of a kind of two words, sorts of one, and a dish of which pork is a sort.
fn stall() -> OrderParser {
    parser(&[
        item("Grilled Pork Banh Mi", "Banh Mi", "", &[]),
        item("Lemongrass Chicken Banh Mi", "Banh Mi", "", &[]),
        item("Tofu Banh Mi", "Banh Mi", "", &[]),
        item(
            "Egg Rolls",
            "Starters",
            "",
            &[group("Kind", 1, 1, &["Pork", "Vegetable"])],
        ),
        item(
            "Kulfi",
            "Desserts",
            "",
            &[group("Flavor", 1, 1, &["Pistachio", "Mango"])],
        ),
        item("Plain Naan", "Breads", "", &[]),
        item("Garlic Naan", "Breads", "", &[]),
    ])
}

#[test]
fn a_kind_may_be_of_two_words_and_be_said_with_the_last_alone() {
    check(
        &stall(),
        &[
            (
                "one pork one tofu banh mi",
                "1 Grilled Pork Banh Mi; 1 Tofu Banh Mi",
            ),
            (
                "two pork and a tofu banh mi",
                "2 Grilled Pork Banh Mi; 1 Tofu Banh Mi",
            ),
            (
                "three banh mis two pork and one tofu",
                "2 Grilled Pork Banh Mi; 1 Tofu Banh Mi",
            ),
            (
                "banh mi one pork one chicken",
                "1 Grilled Pork Banh Mi; 1 Lemongrass Chicken Banh Mi",
            ),
            ("one pork egg rolls", "1 Egg Rolls +Pork"),
        ],
    );
}

#[test]
fn another_sort_after_a_dish_of_one_is_one_more() {
    check(
        &stall(),
        &[
            (
                "two pistachio kulfi one mango",
                "2 Kulfi +Pistachio; 1 Kulfi +Mango",
            ),
            ("two kulfi one mango", "1 Kulfi; 1 Kulfi +Mango"),
            ("two plain naan one garlic", "2 Plain Naan; 1 Garlic Naan"),
        ],
    );
}

#[test]
fn what_is_said_of_a_kind_that_is_asked_about_orders_nothing() {
    let sauces = ["Mild", "Hot", "Ranch"];
    let wings = || {
        [
            group("Size", 1, 1, &["6 Piece", "10 Piece"]),
            group("Sauce", 1, 1, &sauces),
        ]
    };
    let parser = parser(&[
        item("Bone-In Wings", "Wings", "", &wings()),
        item("Boneless Wings", "Wings", "", &wings()),
        item(
            "Side of Sauce",
            "Sides",
            "",
            &[group("Sauce", 1, 1, &sauces)],
        ),
    ]);
    check(
        &parser,
        &[
            ("ten wings mild", ""),
            ("ten wings mild with ranch", ""),
            (
                "ten boneless wings mild and a side of ranch",
                "1 10 Piece Boneless Wings +Mild; 1 Side of Sauce +Ranch",
            ),
        ],
    );
}
