//! Dishes that are meant by their choices alone, and words that order none.

use super::OrderParser;
use super::tests_house::group;
use super::tests_patterns::check;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

/// What is reported of `text`.
fn reported(menu: &Value, text: &str) -> Vec<String> {
    let bytes = serde_json::to_vec(&json!({"items": menu})).expect("JSON");
    let parser = OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"));
    let words = parser.parse(text, &[]).not_understood;
    words.into_iter().map(|words| words.text).collect()
}

fn pizzeria(halves: bool) -> Value {
    let mut groups = vec![
        group("size", 1, 1, &["Small", "Large"]),
        group(
            "toppings",
            0,
            8,
            &["Pepperoni", "Mushrooms", "Green Peppers"],
        ),
    ];
    if halves {
        groups.push(group(
            "half",
            0,
            4,
            &[
                "Pepperoni on Half",
                "Mushrooms on Half",
                "Green Peppers on Half",
            ],
        ));
    }
    json!([
        {"id": "pizza", "name": "Cheese Pizza (Build Your Own)", "aliases": ["pizza"], "modifier_groups": groups},
        {"id": "sub", "name": "Ham & Cheese Sub", "modifier_groups": [group("size", 1, 1, &["Half", "Large"])]},
        {"id": "ravioli", "name": "Cheese Ravioli"},
        {"id": "cake", "name": "Cheesecake", "modifier_groups": [group("on it", 0, 1, &["Chocolate Drizzle"])]},
        {"id": "soda", "name": "Soda", "modifier_groups": [group("sort", 1, 1, &["Coke", "Sprite"])]},
    ])
}

#[test]
fn a_word_that_nothing_is_called_makes_no_dish_of_an_extra() {
    let menu = pizzeria(false);
    check(
        &menu,
        &[
            ("number six with a chocolate shake", ""),
            ("a chocolate zorbl", ""),
            ("a coke zorbl", "1 Soda +Coke"),
        ],
    );
    assert_eq!(reported(&menu, "a chocolate zorbl"), ["chocolate", "zorbl"]);
}

#[test]
fn a_large_cheese_is_the_pizza_that_has_that_size() {
    check(
        &pizzeria(false),
        &[
            (
                "one large cheese and one large pepperoni",
                "1 Large Cheese Pizza (Build Your Own); 1 Large Cheese Pizza (Build Your Own) +Pepperoni",
            ),
            ("a cheese", ""),
        ],
    );
}

#[test]
fn both_halves_are_had_or_said_to_be_none() {
    check(
        &pizzeria(true),
        &[
            (
                "a large pizza half pepperoni half green peppers",
                "1 Large Cheese Pizza (Build Your Own) +Pepperoni on Half +Green Peppers on Half",
            ),
            (
                "a large pizza, pepperoni half, mushrooms half",
                "1 Large Cheese Pizza (Build Your Own) +Pepperoni on Half +Mushrooms on Half",
            ),
        ],
    );
    let text = "a small pizza half pepperoni half mushroom";
    let both = "1 Small Cheese Pizza (Build Your Own) +Pepperoni +Mushrooms";
    check(&pizzeria(false), &[(text, both)]);
    assert_eq!(reported(&pizzeria(false), text), ["half", "half"]);
}

#[test]
fn a_dish_is_not_guessed_from_its_second_part() {
    let eggs = || group("eggs", 1, 1, &["Over Easy", "Scrambled"]);
    let menu = json!([
        {"id": "sirloin", "name": "Sirloin & Eggs (6 oz)", "aliases": ["steak and eggs"], "modifier_groups": [eggs()]},
        {"id": "salad", "name": "Chef Salad", "modifier_groups": [group("on it", 0, 2, &["Hard Egg", "Ham"])]},
        {"id": "greens", "name": "Garden Salad", "modifier_groups": [group("on it", 0, 2, &["Hard Egg", "Sour Cream", "Pepper Jack Cheese"])]},
        {"id": "combo", "name": "Soup & Half Sandwich Combo", "modifier_groups": [group("half", 1, 1, &["Half Ham", "Half Tuna"]), group("soup", 1, 1, &["Broccoli Cheddar", "Chicken Noodle"])]},
        {"id": "bread", "name": "Garlic Bread", "modifier_groups": [group("how", 0, 1, &["With Cheese", "Plain"])]},
        {"id": "fish", "name": "Fish Sandwich"},
        {"id": "tuna", "name": "Tuna Sandwich"},
    ]);
    check(
        &menu,
        &[
            ("two eggs over easy", ""),
            (
                "steak and eggs over easy",
                "1 Sirloin & Eggs (6 oz) +Over Easy",
            ),
            ("a zorbl with cheese", ""),
            ("garlic bread with cheese", "1 Garlic Bread +With Cheese"),
            ("a sandwich with cheese", ""),
            ("a zorbl with cream cheese", ""),
        ],
    );
}

#[test]
fn what_is_refused_by_nothing_or_everything_is_not_ordered() {
    let hold = || group("hold", 0, 9, &["No Onion", "No Pickles", "No Lettuce"]);
    let menu = json!([
        {"id": "burger", "name": "Burger", "description": "With onion, pickles and lettuce", "modifier_groups": [hold()]},
        {"id": "pizza", "name": "Cheese Pizza"},
        {"id": "roll", "name": "Spicy Tuna Roll"},
        {"id": "soda", "name": "Soda", "modifier_groups": [group("sort", 1, 1, &["Coke", "Sprite"])]},
    ]);
    check(
        &menu,
        &[
            ("nothing spicy on it, just a cheese pizza", "1 Cheese Pizza"),
            ("burger, anything but onions", "1 Burger -Onion"),
            ("nothing, thanks, just a coke", "1 Soda +Coke"),
            (
                "burger leave off everything but lettuce",
                "1 Burger -Onion -Pickles",
            ),
            (
                "burger, leave everything off except the lettuce",
                "1 Burger -Onion -Pickles",
            ),
            (
                "burger with nothing on it",
                "1 Burger -Onion -Pickles -Lettuce",
            ),
        ],
    );
}

#[test]
fn a_dish_that_nobody_has_is_no_plain_one_of_another_kind() {
    let menu = json!([
        {"id": "pizza", "name": "Classic Cheese Pizza", "aliases": ["plain pizza"], "modifier_groups": [group("size", 1, 1, &["Small", "Large"])]},
        {"id": "fish", "name": "Fish", "modifier_groups": [group("prep", 0, 1, &["Plain"])]},
        {"id": "chicken", "name": "Chicken", "modifier_groups": [group("prep", 0, 1, &["Plain"])]},
        {"id": "tea", "name": "Sweet Tea"},
    ]);
    check(
        &menu,
        &[
            ("burger plain just ketchup", ""),
            ("a plain zorbl and a sweet tea", "1 Sweet Tea"),
            ("a large plain", "1 Large Classic Cheese Pizza"),
        ],
    );
}

#[test]
fn a_side_by_its_kind_is_the_one_with_nothing_on_it() {
    let sides = [
        "Crinkle-Cut Fries",
        "Tater Tots",
        "Chili Cheese Fries",
        "Chili Cheese Tots",
    ];
    let menu = json!([
        {"id": "fries", "name": "Crinkle-Cut Fries", "modifier_groups": [group("size", 1, 1, &["Small", "Large"])]},
        {"id": "chili-fries", "name": "Chili Cheese Fries"},
        {"id": "tots", "name": "Tater Tots"},
        {"id": "chili-tots", "name": "Chili Cheese Tots"},
        {"id": "chips", "name": "Kettle Chips"},
        {"id": "sea-chips", "name": "Sea Salt Chips"},
        {"id": "combo", "name": "#2 Burger Combo", "modifier_groups": [group("side", 1, 1, &sides)]},
    ]);
    check(
        &menu,
        &[
            ("a small fry", "1 Small Crinkle-Cut Fries"),
            ("tots", "1 Tater Tots"),
            ("chili cheese tots", "1 Chili Cheese Tots"),
            ("number two with tots", "1 #2 Burger Combo +Tater Tots"),
            (
                "number two with fries",
                "1 #2 Burger Combo +Crinkle-Cut Fries",
            ),
            // Two with nothing on them: which?
            ("chips", ""),
        ],
    );
}

#[test]
fn a_soda_is_the_drink_and_no_float_of_it() {
    let sodas = ["Coke", "Sprite", "Dr Pepper"];
    let float = json!({"id": "float-soda", "name": "Soda", "min": 1, "max": 1, "options": [
        {"id": "coke", "name": "Coke"}, {"id": "dr", "name": "Dr Pepper"}]});
    let menu = json!([
        {"id": "drink", "name": "Fountain Drink", "category": "Drinks", "modifier_groups": [
            group("size", 1, 1, &["Small", "Large"]), group("soda", 1, 1, &sodas), group("flavor", 0, 2, &["Cherry", "Vanilla"])]},
        {"id": "float", "name": "Ice Cream Float", "category": "Ice Cream", "modifier_groups": [
            group("size", 1, 1, &["Small", "Large"]), float]},
        {"id": "dog", "name": "Corn Dog"},
    ]);
    check(
        &menu,
        &[
            ("a large coke", "1 Large Fountain Drink +Coke"),
            (
                "corn dog, dr pepper",
                "1 Corn Dog; 1 Fountain Drink +Dr Pepper",
            ),
            ("a small coke float", "1 Small Ice Cream Float +Coke"),
        ],
    );
}

#[test]
fn a_size_after_with_is_of_the_dish_that_comes_next() {
    let size = || group("size", 0, 1, &["Small", "Large"]);
    let menu = json!([
        {"id": "sandwich", "name": "Chicken Sandwich", "modifier_groups": [size(), group("on it", 0, 3, &["Mayo", "Pickle"])]},
        {"id": "fries", "name": "Curly Fries", "modifier_groups": [size()]},
    ]);
    check(
        &menu,
        &[
            (
                "a chicken sandwich with mayo and pickle with large curly fries",
                "1 Chicken Sandwich +Mayo +Pickle; 1 Large Curly Fries",
            ),
            (
                "a chicken sandwich with a side of small curly fries",
                "1 Chicken Sandwich; 1 Small Curly Fries",
            ),
        ],
    );
}

#[test]
fn what_is_done_after_something_is_left_out_is_wanted() {
    let menu = json!([
        {"id": "latte", "name": "Latte", "modifier_groups": [
            group("milk", 0, 1, &["Oat Milk", "Skim Milk"]),
            group("size", 1, 1, &["Small", "Large"]),
            group("top", 0, 2, &["Foam", "Cocoa"]),
        ]},
        {"id": "taco", "name": "Soft Taco", "modifier_groups": [
            group("on it", 0, 4, &["Lettuce", "Cheese", "Hot Sauce"]),
        ]},
    ]);
    check(
        &menu,
        &[
            (
                "a soft taco no cheese and do hot sauce",
                "1 Soft Taco -Cheese +Hot Sauce",
            ),
            (
                "a latte with oat milk no uh with skim",
                "1 Latte +Skim Milk",
            ),
            (
                "a latte with two percent milk and a soft taco",
                "1 Latte; 1 Soft Taco",
            ),
            (
                "a small latte no foam and make the latte large",
                "1 Large Latte -Foam",
            ),
            (
                "six soft tacos and three of them no lettuce",
                "3 Soft Taco; 3 Soft Taco -Lettuce",
            ),
        ],
    );
}

#[test]
fn a_dish_is_ordered_by_what_it_is_chosen_as() {
    let menu = json!([
        {"id": "fish", "name": "Fish of the Day", "modifier_groups": [
            group("catch", 1, 1, &["Whole Plaice", "Scottish Salmon", "Cornish Hake"]),
            group("cooked", 1, 1, &["Pan-Fried", "Steamed"]),
            group("side", 1, 1, &["Chips", "Buttery Mash"]),
        ]},
        {"id": "salad", "name": "Caesar Salad", "modifier_groups": [group("top", 0, 1, &["Smoked Salmon"])]},
        {"id": "pie", "name": "Steak Pie", "modifier_groups": [group("side", 1, 1, &["Chips", "Buttery Mash"])]},
    ]);
    check(
        &menu,
        &[
            (
                "i'll take the plaice pan fried with chips",
                "1 Fish of the Day +Whole Plaice +Pan-Fried +Chips",
            ),
            ("the salmon", "1 Fish of the Day +Scottish Salmon"),
            (
                "a steak pie with chips and i'll have the hake steamed with mash",
                "1 Steak Pie +Chips; 1 Fish of the Day +Cornish Hake +Steamed +Buttery Mash",
            ),
            ("caesar salad with salmon", "1 Caesar Salad +Smoked Salmon"),
            ("the mash", ""),
        ],
    );
}

#[test]
fn the_one_and_the_other_are_two_where_there_can_be_only_one() {
    let menu = json!([
        {"id": "fish", "name": "Fish of the Day", "modifier_groups": [
            group("catch", 1, 1, &["Whole Plaice", "Scottish Salmon"]),
            group("side", 1, 1, &["Chips", "Salad"]),
        ]},
        {"id": "roast", "name": "Little Roast", "modifier_groups": [
            group("meat", 1, 1, &["Beef", "Chicken"]),
            group("with", 0, 2, &["Carrots", "Gravy"]),
        ]},
        {"id": "ribeye", "name": "Ribeye", "modifier_groups": [
            group("cooked", 1, 1, &["Rare", "Medium"]),
            group("side", 1, 1, &["Chips", "Salad"]),
        ]},
    ]);
    check(
        &menu,
        &[
            (
                "the plaice and the salmon",
                "1 Fish of the Day +Whole Plaice; 1 Fish of the Day +Scottish Salmon",
            ),
            (
                "i'll take the plaice with chips and my wife will have the salmon with salad",
                "1 Fish of the Day +Whole Plaice +Chips; 1 Fish of the Day +Scottish Salmon +Salad",
            ),
            (
                "the little roast with chicken and no carrots and my son's having the beef one with no gravy",
                "1 Little Roast +Chicken -Carrots; 1 Little Roast +Beef -Gravy",
            ),
            (
                "the ribeye rare with chips and the ribeye medium with salad",
                "1 Ribeye +Rare +Chips; 1 Ribeye +Medium +Salad",
            ),
            (
                "the roast with chicken, actually the beef one",
                "1 Little Roast +Beef",
            ),
        ],
    );
}
