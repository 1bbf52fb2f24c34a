//! Dishes ordered by names that the menu does not print.

use super::tests_patterns::check;
use serde_json::json;

#[test]
fn a_dish_is_ordered_by_another_name_of_it() {
    let menu = json!([
        {"id": "strips", "name": "Crispy Chicken Strips"},
        {"id": "wings", "name": "Chicken Wings"},
        {"id": "puri", "name": "Pani Puri"},
        {"id": "roll", "name": "Goi Cuon"},
    ]);
    check(
        &menu,
        &[
            ("two golgappa please", "2 Pani Puri"),
            (
                "summer rolls and chicken wings",
                "1 Goi Cuon; 1 Chicken Wings",
            ),
            (
                "chicken wings and puchka no wait make that three",
                "1 Chicken Wings; 3 Pani Puri",
            ),
        ],
    );
}

#[test]
fn what_the_menu_says_comes_before_what_a_dish_is_also_called() {
    let menu = json!([
        {"id": "puri", "name": "Pani Puri"},
        {"id": "own", "name": "Golgappa Shots"},
        {"id": "cuon", "name": "Goi Cuon"},
        {"id": "summer", "name": "Summer Salad"},
        {"id": "rolls", "name": "Rolls"},
    ]);
    check(
        &menu,
        &[
            ("a golgappa", "1 Golgappa Shots"),
            ("the summer salad and rolls", "1 Summer Salad; 1 Rolls"),
        ],
    );
}

#[test]
fn a_name_of_two_dishes_orders_neither() {
    let menu = json!([
        {"id": "small", "name": "Pani Puri (Small Plate)"},
        {"id": "large", "name": "Pani Puri (Large Plate)"},
        {"id": "tea", "name": "Masala Chai"},
    ]);
    check(&menu, &[("golgappa and a masala chai", "1 Masala Chai")]);
}

#[test]
fn a_dish_is_named_with_what_its_heading_says_it_is() {
    let menu = json!([
        {"id": "vanilla", "name": "Vanilla Frosted", "category": "Donuts"},
        {"id": "powder", "name": "Powdered Sugar", "category": "Donuts"},
        {"id": "double", "name": "Midnight Double Chocolate", "category": "Donuts"},
        {"id": "frosted", "name": "Chocolate Frosted", "category": "Donuts"},
        {"id": "dozen", "name": "Dozen Donuts", "category": "Donuts by the Box"},
        {"id": "dots", "name": "Dough Dots", "category": "Donuts by the Box",
            "description": "Our famous donut holes, by the bag."},
        {"id": "ham", "name": "Ham", "category": "Sides"},
    ]);
    check(
        &menu,
        &[
            (
                "two powdered donuts and a vanilla donut",
                "2 Powdered Sugar; 1 Vanilla Frosted",
            ),
            ("a double chocolate donut", "1 Midnight Double Chocolate"),
            ("donut holes", "1 Dough Dots"),
            // It is one of two.
            ("a frosted donut", ""),
        ],
    );
}

#[test]
fn words_of_every_day_are_no_dish() {
    let menu = json!([
        {"id": "soda", "name": "Soda"},
        {"id": "chivda", "name": "Chivda"},
        {"id": "fufu", "name": "Fufu"},
        {"id": "baguette", "name": "Baguette"},
        {"id": "rings", "name": "Onion Rings"},
    ]);
    check(
        &menu,
        &[
            ("onion rings and pop it in a bag", "1 Onion Rings"),
            ("onion rings with a mixture of things", "1 Onion Rings"),
            ("i cant swallow that i have a pain", ""),
        ],
    );
}
