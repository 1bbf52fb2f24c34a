//! What is said of an order that is there: changes of what was chosen before.

use super::{group, item, parser, show, size};
use crate::order::OrderParser;

/// Each is said after the one before, of its order.
fn check_turns(parser: &OrderParser, cases: &[(&[&str], &str)]) {
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

/// A counter with curries by their heat, meals with a drink, and drinks of all sizes.
fn counter() -> OrderParser {
    let soda = ["Coke", "Sprite", "Root Beer"];
    let heat = || group("Spice Level", 1, 1, &["Mild", "Medium", "Hot"]);
    let meat = group("Meat", 1, 1, &["Chicken", "Lamb"]);
    let rice = group("Rice", 0, 1, &["White Rice", "Brown Rice"]);
    parser(&[
        item(
            "Korma",
            "Curries",
            "With white rice.",
            &[meat, heat(), rice],
        ),
        item("Rogan Josh", "Curries", "Lamb.", &[heat()]),
        item(
            "Burger Combo",
            "Combos",
            "Burger, fries and a drink.",
            &[
                group("Side", 1, 1, &["French Fries", "Onion Rings"]),
                group("Drink", 1, 1, &soda),
            ],
        ),
        item("Burger", "Burgers", "", &[]),
        item("Crispy Chicken Sandwich", "Chicken", "", &[]),
        item("Fried Fish Sandwich", "Fish", "", &[]),
        item(
            "#2 Crispy Chicken Combo",
            "Combos",
            "",
            &[group("Drink", 1, 1, &soda)],
        ),
        item("French Fries", "Sides", "", &[size()]),
        item("Onion Rings", "Sides", "", &[size()]),
        item(
            "Fountain Drink",
            "Drinks",
            "",
            &[size(), group("Flavor", 1, 1, &soda)],
        ),
    ])
}

#[test]
fn one_of_a_kind_takes_the_place_of_that_before() {
    check_turns(
        &counter(),
        &[
            (
                &["a mild chicken korma", "make that lamb"],
                "1 Korma +Mild +Lamb",
            ),
            (
                &["chicken korma mild", "and another one but hot"],
                "1 Korma +Chicken +Mild; 1 Korma +Chicken +Hot",
            ),
        ],
    );
}

#[test]
fn what_is_told_by_its_group_takes_the_place_of_that_before() {
    check_turns(
        &counter(),
        &[
            (
                &["burger combo with onion rings and a coke make the drink a root beer"],
                "1 Burger Combo +Onion Rings +Root Beer",
            ),
            (
                &[
                    "burger combo with a coke",
                    "make the drink a large root beer",
                ],
                "1 Burger Combo +Root Beer",
            ),
            (
                &["burger combo with a coke", "change my drink to sprite"],
                "1 Burger Combo +Sprite",
            ),
            (
                &[
                    "a mild lamb korma with brown rice",
                    "change the rice to white rice",
                ],
                "1 Korma +Mild +Lamb +White Rice",
            ),
            (
                &["a burger and a small fries", "make the fries large"],
                "1 Burger; 1 Large French Fries",
            ),
        ],
    );
}

#[test]
fn the_other_way_round_is_of_the_last_two() {
    check_turns(
        &counter(),
        &[
            (
                &["large coke and a small sprite no wait the other way around"],
                "1 Small Fountain Drink +Coke; 1 Large Fountain Drink +Sprite",
            ),
            (
                &["a small fries and a large coke", "other way round sorry"],
                "1 Large French Fries; 1 Small Fountain Drink +Coke",
            ),
            (
                &["chicken korma and a burger", "the other way round"],
                "1 Korma +Chicken; 1 Burger",
            ),
            (
                &["large fries and two burgers", "the other way round"],
                "2 Large French Fries; 1 Burger",
            ),
        ],
    );
}

#[test]
fn a_dish_is_made_a_combo_where_combos_are_called_so() {
    check_turns(
        &counter(),
        &[
            (
                &["a burger, make it a combo with a coke"],
                "1 Burger Combo +Coke",
            ),
            (
                &["crispy chicken sandwich as a combo with a sprite"],
                "1 #2 Crispy Chicken Combo +Sprite",
            ),
            (&["a burger", "make that a combo"], "1 Burger Combo"),
            (
                &["a burger and a coke and make it a combo"],
                "1 Burger Combo +Coke",
            ),
            (
                &["a burger, onion rings and a coke", "make it a combo"],
                "1 Burger Combo +Onion Rings +Coke",
            ),
            (
                &["a burger and a coke", "another coke", "make it a combo"],
                "1 Burger Combo +Coke; 1 Fountain Drink +Coke",
            ),
            (
                &["a burger and two cokes, make it a combo with onion rings"],
                "1 Burger Combo +Onion Rings; 2 Fountain Drink +Coke",
            ),
        ],
    );
}

#[test]
fn a_change_of_those_is_of_each() {
    check_turns(
        &counter(),
        &[
            (
                &["a coke and a sprite make those large"],
                "1 Large Fountain Drink +Coke; 1 Large Fountain Drink +Sprite",
            ),
            (
                &[
                    "a mild korma with lamb and a mild rogan josh",
                    "make those hot",
                ],
                "1 Korma +Lamb +Hot; 1 Rogan Josh +Hot",
            ),
            (
                &["a small fries and two small cokes make them large"],
                "1 Small French Fries; 2 Large Fountain Drink +Coke",
            ),
            (
                &["a burger and a coke make them large"],
                "1 Burger; 1 Large Fountain Drink +Coke",
            ),
        ],
    );
}

#[test]
fn what_is_said_instead_takes_the_place_of_what_was_ordered() {
    check_turns(
        &counter(),
        &[
            (
                &[
                    "burger combo with a coke and a crispy chicken combo with a sprite",
                    "can i get a root beer instead of the coke",
                ],
                "1 Burger Combo +Root Beer; 1 #2 Crispy Chicken Combo +Sprite",
            ),
            (
                &[
                    "large fries and a burger",
                    "onion rings instead of the fries",
                ],
                "1 Large Onion Rings; 1 Burger",
            ),
            (
                &["a burger and a large coke", "a sprite instead of the coke"],
                "1 Burger; 1 Large Fountain Drink +Sprite",
            ),
        ],
    );
}

#[test]
fn fewer_are_left_where_only_so_many_are_wanted() {
    check_turns(
        &counter(),
        &[
            (
                &["three large cokes", "only two actually"],
                "2 Large Fountain Drink +Coke",
            ),
            (
                &["three large cokes", "make one of them a sprite"],
                "2 Large Fountain Drink +Coke; 1 Large Fountain Drink +Sprite",
            ),
            (
                &["a burger and a coke", "actually just the burger"],
                "1 Burger",
            ),
            (
                &["a burger", "actually just the burger and a coke"],
                "1 Burger; 1 Fountain Drink +Coke",
            ),
        ],
    );
}

#[test]
fn the_same_drink_again_is_one_more() {
    check_turns(
        &counter(),
        &[
            (&["a coke and another coke"], "2 Fountain Drink +Coke"),
            (&["a coke and another one"], "2 Fountain Drink +Coke"),
            (&["a coke and a coke"], "2 Fountain Drink +Coke"),
            (
                &["a coke", "another coke"],
                "1 Fountain Drink +Coke; 1 Fountain Drink +Coke",
            ),
            (
                &["burger combo with a coke and another coke"],
                "1 Burger Combo +Coke; 1 Fountain Drink +Coke",
            ),
        ],
    );
}
