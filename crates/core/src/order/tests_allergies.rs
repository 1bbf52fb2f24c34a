//! What a guest must not have is never added.

use super::tests_patterns::check;
use serde_json::{Value, json};

fn sundae() -> Value {
    json!([{"id": "sundae", "name": "Hot Fudge Sundae", "modifier_groups": [
        {"id": "toppings", "name": "Toppings", "min": 0, "max": 3, "options": [
            {"id": "nuts", "name": "Chopped Nuts", "price_cents": 0},
            {"id": "peanuts", "name": "Peanuts", "price_cents": 0},
            {"id": "cream", "name": "Whipped Cream", "price_cents": 0},
            {"id": "free", "name": "Gluten Free Cone", "price_cents": 0},
        ]},
    ]}])
}

#[test]
fn what_an_allergy_names_is_left_out() {
    for said in [
        "hot fudge sundae nut allergy",
        "hot fudge sundae, i have a nut allergy",
        "hot fudge sundae im allergic to nuts",
        "hot fudge sundae, allergies: nuts",
        "hot fudge sundae, does it have nuts? i'm allergic",
        "hot fudge sundae cant have nuts",
    ] {
        check(&sundae(), &[(said, "1 Hot Fudge Sundae -Chopped Nuts")]);
    }
}

#[test]
fn what_is_refused_is_left_out_where_the_refusal_is_misspelt() {
    for said in [
        "hot fudge sundae im alergic to penuts",
        "hot fudge sundae withotu peanuts",
        "hot fudge sundae whitout peanuts",
        "hot fudge sundae peanut alergy",
        "hot fudge sundae noo peanuts",
    ] {
        check(&sundae(), &[(said, "1 Hot Fudge Sundae -Peanuts")]);
    }
}

#[test]
fn what_is_free_of_it_is_chosen() {
    check(
        &sundae(),
        &[(
            "hot fudge sundae with a gluten free cone",
            "1 Hot Fudge Sundae +Gluten Free Cone",
        )],
    );
}

#[test]
fn what_is_ordered_besides_stays() {
    check(
        &sundae(),
        &[
            (
                "hot fudge sundae with whipped cream, nut allergy",
                "1 Hot Fudge Sundae +Whipped Cream -Chopped Nuts",
            ),
            (
                "hot fudge sundae, allergic to peanuts, add whipped cream",
                "1 Hot Fudge Sundae -Peanuts +Whipped Cream",
            ),
            (
                "hot fudge sundae, gluten allergy, gluten free cone",
                "1 Hot Fudge Sundae +Gluten Free Cone",
            ),
        ],
    );
}

#[test]
fn what_is_no_allergen_of_the_fourteen_is_left_out_too() {
    let menu = json!([{"id": "b", "name": "Burger", "modifier_groups": [
        {"id": "on", "name": "Toppings", "min": 0, "max": 2, "options": [
            {"id": "o", "name": "Onion", "price_cents": 0},
            {"id": "m", "name": "Mushroom", "price_cents": 0},
        ]},
    ]}]);
    for said in [
        "burger, onion allergy",
        "burger, allergies: onions",
        "burger im allergic to onion",
    ] {
        check(&menu, &[(said, "1 Burger -Onion")]);
    }
}

#[test]
fn what_nobody_has_orders_and_takes_off_nothing() {
    for said in [
        "hot fudge sundae no nut allergies",
        "nobody has a peanut allergy, hot fudge sundae",
        "any allergies? no. one hot fudge sundae",
        "im not allergic to anything, one hot fudge sundae",
        "no, one hot fudge sundae",
    ] {
        check(&sundae(), &[(said, "1 Hot Fudge Sundae")]);
    }
    check(
        &sundae(),
        &[
            (
                "hot fudge sundae no peanuts (allergy!!)",
                "1 Hot Fudge Sundae -Peanuts",
            ),
            (
                "im not allergic to nuts, hot fudge sundae with nuts",
                "1 Hot Fudge Sundae +Chopped Nuts",
            ),
        ],
    );
}

#[test]
fn a_dish_is_not_ordered_by_the_name_of_an_allergen() {
    let menu = json!([
        {"id": "latte", "name": "Latte"}, {"id": "clam", "name": "Clam Chowder"}, {"id": "fish", "name": "Fish Tacos"},
    ]);
    check(
        &menu,
        &[
            (
                "my boyfriend is allergic to fish and clams, a latte",
                "1 Latte",
            ),
            ("fish tacos, my wife is allergic to fish", "1 Fish Tacos"),
        ],
    );
}
