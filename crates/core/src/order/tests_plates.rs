//! Plates with meats, sides and a bread, drinks by the gallon, meals by number: what a smokehouse and a noodle
//! shop taught.

use super::tests_patterns::check;
use serde_json::{Value, json};

fn group(id: &str, name: &str, min: u8, max: u8, options: &[&str]) -> Value {
    let option = |name: &&str| json!({"id": name, "name": name, "price_cents": 0});
    let options: Vec<Value> = options.iter().map(option).collect();
    json!({"id": id, "name": name, "min": min, "max": max, "options": options})
}

fn smokehouse() -> Value {
    let meats = [
        "Sliced Brisket",
        "Pulled Pork",
        "Smoked Turkey Breast",
        "Hot Link",
    ];
    let bread = group(
        "bread",
        "Choice of Bread",
        1,
        1,
        &["Cornbread", "White Bread"],
    );
    json!([
        {"id": "two", "name": "Two Meat Plate", "modifier_groups": [
            group("meats", "Choose 2 Meats", 2, 2, &meats), bread,
        ]},
        {"id": "sandwich", "name": "Pulled Pork Sandwich", "modifier_groups": [
            group("on", "Comes With", 0, 2, &["Pickles", "House Sauce"]),
            group("prep", "Prep", 0, 1, &["Sauce on the Side"]),
        ]},
        {"id": "lemonade", "name": "Hand-Squeezed Lemonade", "modifier_groups": [
            group("size", "Size", 1, 1, &["Regular", "Large"]),
            group("flavor", "Flavor", 0, 1, &["Strawberry"]),
        ]},
        {"id": "gallon", "name": "Gallon To Go", "category": "Drinks", "modifier_groups": [
            group("flavor", "Choose a Drink", 1, 1, &["Sweet Tea", "Lemonade"]),
        ]},
    ])
}

#[test]
fn the_bread_that_was_chosen_is_no_other_bread() {
    check(
        &smokehouse(),
        &[(
            "two meat plate with brisket and hot link, cornbread for the bread",
            "1 Two Meat Plate +Sliced Brisket +Hot Link +Cornbread",
        )],
    );
}

#[test]
fn a_plate_goes_by_how_much_is_on_it() {
    check(
        &smokehouse(),
        &[
            (
                "can i get a 2 meat with brisket and turkey",
                "1 Two Meat Plate +Sliced Brisket +Smoked Turkey Breast",
            ),
            (
                "2 two meat plates, both with brisket and turkey",
                "2 Two Meat Plate +Sliced Brisket +Smoked Turkey Breast",
            ),
        ],
    );
    // Of tacos that is how many.
    let menu = json!([{"id": "taco", "name": "Taco"}, {"id": "combo", "name": "Two Taco Combo"}]);
    check(&menu, &[("two tacos", "2 Taco")]);
}

#[test]
fn no_sauce_leaves_out_the_sauce_that_is_on_it() {
    check(
        &smokehouse(),
        &[
            (
                "pulled pork sandwich no sauce",
                "1 Pulled Pork Sandwich -House Sauce",
            ),
            (
                "pulled pork sandwich sauce on the side",
                "1 Pulled Pork Sandwich +Sauce on the Side",
            ),
        ],
    );
    // Where nothing else is called so, it is on the side that it is had.
    let menu = json!([{"id": "wings", "name": "Wings", "modifier_groups": [
        group("dip", "Dip", 0, 1, &["Ranch on the Side"]),
    ]}]);
    check(&menu, &[("wings with ranch", "1 Wings +Ranch on the Side")]);
}

#[test]
fn a_drink_is_no_gallon_of_it() {
    check(
        &smokehouse(),
        &[
            (
                "a large strawberry lemonade",
                "1 Large Hand-Squeezed Lemonade +Strawberry",
            ),
            ("a gallon of lemonade", "1 Gallon To Go +Lemonade"),
        ],
    );
}

#[test]
fn what_is_thrown_on_a_dish_is_no_other_dish() {
    let menu = json!([
        {"id": "chop", "name": "Pork Chop Rice Plate", "category": "Rice Plates", "modifier_groups": [
            group("extras", "Extras", 0, 2, &["Fried Egg"]),
        ]},
        {"id": "tofu", "name": "Tofu Rice Plate", "category": "Rice Plates"},
        {"id": "noodles", "name": "Stir Fried Egg Noodles", "category": "Rice Plates"},
    ]);
    for said in [
        "pork chop rice plate and throw a fried egg on there",
        "pork chop rice plate and add a fried egg",
    ] {
        check(&menu, &[(said, "1 Pork Chop Rice Plate +Fried Egg")]);
    }
}

#[test]
fn numbers_of_two_words_are_one() {
    let menu = json!([
        {"id": "tea", "name": "Milk Tea", "modifier_groups": [
            group("sweet", "Sweetness", 0, 1, &["25% Sweet", "50% Sweet"]),
        ]},
        {"id": "roll", "name": "Spring Roll"},
        {"id": "one", "name": "Combo #1 Lunch", "modifier_groups": [group("drink", "Drink", 1, 1, &["Coke", "Sprite"])]},
        {"id": "two", "name": "Combo #2 Lunch"},
    ]);
    check(
        &menu,
        &[
            (
                "milk tea twenty five percent sweet",
                "1 Milk Tea +25% Sweet",
            ),
            ("milk tea 50% sugar", "1 Milk Tea +50% Sweet"),
            ("two milk teas, both 50%", "2 Milk Tea +50% Sweet"),
            ("twenty-five spring rolls", "25 Spring Roll"),
            (
                "number two and a spring roll",
                "1 Combo #2 Lunch; 1 Spring Roll",
            ),
            (
                "2 combo 1s one with coke and one with sprite",
                "1 Combo #1 Lunch +Coke; 1 Combo #1 Lunch +Sprite",
            ),
        ],
    );
}

#[test]
fn a_kind_is_told_by_what_it_is_chosen_with() {
    let meats = ["Brisket", "Tripe"];
    let sizes = group("size", "Bowl Size", 1, 1, &["Small", "Large"]);
    let named = |name: &str| json!({"id": name, "name": name, "modifier_groups": [sizes]});
    let mut menu = vec![
        json!({"id": "beef", "name": "P1. Beef Pho (Pho Bo)", "modifier_groups": [
            sizes, group("meat", "Choice of Meat", 1, 2, &meats),
        ]}),
        json!({"id": "special", "name": "P2. Special Pho (Pho Dac Biet)", "modifier_groups": [
            sizes, group("meat", "Included", 0, 2, &meats),
        ]}),
    ];
    menu.extend(
        [
            "Chicken Pho",
            "Oxtail Pho",
            "Seafood Pho",
            "Kid's Pho",
            "Filet Pho",
        ]
        .map(named),
    );
    check(
        &Value::Array(menu),
        &[
            ("pho with tripe", "1 P1. Beef Pho (Pho Bo) +Tripe"),
            (
                "lg pho brisket + tripe",
                "1 Large P1. Beef Pho (Pho Bo) +Brisket +Tripe",
            ),
            ("small oxtail pho", "1 Small Oxtail Pho"),
        ],
    );
}

#[test]
fn of_a_few_that_are_called_so_the_choice_tells_which() {
    let menu = json!([
        {"id": "a", "name": "Garden Salad", "modifier_groups": [
            group("dressing", "Choice of Dressing", 1, 1, &["Ranch", "Italian"]),
        ]},
        {"id": "b", "name": "Cobb Salad", "modifier_groups": [group("extra", "Extras", 0, 1, &["Ranch"])]},
    ]);
    check(&menu, &[("a salad with ranch", "1 Garden Salad +Ranch")]);
}

#[test]
fn letters_the_wrong_way_round_are_a_slip() {
    let menu = json!([
        {"id": "pork", "name": "Grilled Pork Banh Mi"},
        {"id": "chop", "name": "Grilled Pork Chop"},
    ]);
    check(
        &menu,
        &[("3x grilled pork bahn mi", "3 Grilled Pork Banh Mi")],
    );
}
