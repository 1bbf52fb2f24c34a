//! Wishes of every day that a menu tells how to read: what a dish comes with, what there is more or none of, sorts of
//! drinks, some of several, and what takes the place of something.

use super::OrderParser;
use super::tests::show;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

fn group(name: &str, min: u32, max: u32, options: &[&str]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|option| json!({"id": format!("{name}-{option}"), "name": option, "price_cents": 0}))
        .collect();
    json!({"id": name, "name": name, "min": min, "max": max, "options": options})
}

fn item(name: &str, category: &str, description: &str, groups: &[Value]) -> Value {
    json!({
        "id": name, "name": name, "category": category, "description": description, "modifier_groups": groups,
    })
}

fn parser(items: &[Value]) -> OrderParser {
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

fn check(parser: &OrderParser, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let order = parser.parse(text, &[]);
        assert_eq!(show(&order), *expected, "{text}: {order:?}");
    }
}

const TOPPINGS: [&str; 7] = [
    "American Cheese",
    "Lettuce",
    "Tomato",
    "Onion",
    "Pickles",
    "Ketchup",
    "Mayo",
];

fn size() -> Value {
    group("Size", 1, 1, &["Small", "Medium", "Large"])
}

/// A grill with a fountain.
fn grill() -> OrderParser {
    let soda = ["Coke", "Diet Coke", "Sprite", "Root Beer"];
    let burger = "American cheese, lettuce, tomato, onion, pickles, ketchup, mayo.";
    let on_burger = || group("Comes With", 0, 7, &TOPPINGS);
    parser(&[
        item(
            "Cheeseburger",
            "Grill",
            burger,
            &[
                on_burger(),
                group("Add", 0, 3, &["Bacon", "Mustard", "Extra Patty"]),
            ],
        ),
        item(
            "Chicken Sandwich",
            "Grill",
            "Fried chicken, mayo, pickles.",
            &[
                group("Comes With", 0, 2, &["Mayo", "Pickles"]),
                group("Add", 0, 2, &["Bacon", "Tomato"]),
            ],
        ),
        item(
            "Pulled Pork Sandwich",
            "Grill",
            "Pork and slaw.",
            &[group("Comes With", 0, 2, &["Slaw", "Sauce"])],
        ),
        item(
            "Burger Basket",
            "Grill",
            "A cheeseburger with a side and a drink.",
            &[
                on_burger(),
                group("Side", 1, 1, &["Fries", "Onion Rings"]),
                group("Drink", 1, 1, &soda),
            ],
        ),
        item(
            "#1 Burger Combo",
            "Combos",
            "With fries and a drink.",
            &[size(), group("Drink Choice", 1, 1, &soda)],
        ),
        item(
            "Club Sub",
            "Subs",
            "Ham and turkey.",
            &[
                group("Size", 1, 1, &["6 Inch", "12 Inch"]),
                group("Make It a Combo", 0, 1, &["Combo"]),
                group("Combo Drink", 0, 1, &soda),
            ],
        ),
        item(
            "Sundae",
            "Sweets",
            "Hot fudge and nuts.",
            &[
                group("Flavors", 1, 2, &["Vanilla", "Pineapple", "Strawberry"]),
                group("Comes With", 0, 2, &["Hot Fudge", "Nuts"]),
            ],
        ),
        item(
            "Milkshake",
            "Sweets",
            "",
            &[size(), group("Flavors", 1, 2, &["Chocolate", "Mint"])],
        ),
        item("Root Beer Float", "Sweets", "", &[size()]),
        item(
            "Fountain Drink",
            "Drinks",
            "",
            &[size(), group("Soda", 1, 1, &soda)],
        ),
        item("Gallon Sweet Tea", "Drinks", "", &[]),
        item("Sweet Tea", "Drinks", "", &[size()]),
        item("Fries", "Sides", "", &[size()]),
        item(
            "Slaw",
            "Sides",
            "",
            &[group("Size", 1, 1, &["Pint", "Quart"])],
        ),
        item(
            "Beans",
            "Sides",
            "",
            &[group("Size", 1, 1, &["Pint", "Quart"])],
        ),
        item(
            "Brisket by the Pound",
            "Meats",
            "",
            &[
                group("Size", 1, 1, &["Half Pound", "One Pound"]),
                group("Cut", 0, 1, &["Lean", "Moist"]),
            ],
        ),
    ])
}

/// A counter for bowls, tea and wings.
fn counter() -> OrderParser {
    let sauces = ["Soy Garlic", "Spicy", "Plain"];
    let sugar = group(
        "Sugar Level",
        0,
        1,
        &["100% Sugar", "50% Sugar", "0% Sugar"],
    );
    let ice = group("Ice Level", 0, 1, &["Regular Ice", "0% Ice"]);
    let added = ["Extra Soft Boiled Egg", "Avocado"];
    parser(&[
        item(
            "Bulgogi Rice Bowl",
            "Bowls",
            "Bulgogi, kimchi, soft boiled egg over rice.",
            &[
                group("Comes With", 0, 2, &["Kimchi", "Soft Boiled Egg"]),
                group("Add-Ons", 0, 2, &added),
            ],
        ),
        item(
            "Bulgogi Burger",
            "Burgers",
            "Bulgogi patty, lettuce, onion.",
            &[group("Toppings", 0, 2, &["Lettuce", "Onion"])],
        ),
        item(
            "Milk Tea",
            "Drinks",
            "",
            &[group("Size", 1, 1, &["Regular", "Large"]), sugar, ice],
        ),
        item(
            "Black Tea",
            "Drinks",
            "",
            &[group("Sweetness", 0, 1, &["Sweetened", "Unsweetened"])],
        ),
        item(
            "Banana Smoothie",
            "Drinks",
            "Banana and almond milk.",
            &[group(
                "Liquid (comes with Almond Milk)",
                0,
                1,
                &["Almond Milk", "Oat Milk"],
            )],
        ),
        item(
            "Wings",
            "Chicken",
            "",
            &[
                group("Size", 1, 1, &["Small 8 pc", "Medium 12 pc"]),
                group("Sauce", 1, 2, &sauces),
            ],
        ),
        item(
            "Corn Dog",
            "Sides",
            "",
            &[group("Kind", 1, 1, &["Classic", "Half & Half"])],
        ),
        item(
            "Toast",
            "Toasts",
            "Avocado and pickled onion.",
            &[
                group("Comes With", 0, 1, &["Pickled Onion"]),
                group("Add-Ons", 0, 1, &["Everything Seasoning"]),
            ],
        ),
        item(
            "Fish Basket",
            "Baskets",
            "Fish and tartar.",
            &[
                group("Size", 1, 1, &["2 pc", "4 pc"]),
                group("Comes With", 0, 1, &["Tartar Sauce"]),
            ],
        ),
        item("Chicken Lo Mein", "Lunch", "", &[]),
        item(
            "Lo Mein",
            "Noodles",
            "",
            &[
                group("Size", 1, 1, &["Pint", "Quart"]),
                group("Choice", 1, 1, &["Chicken", "Pork"]),
            ],
        ),
        item(
            "Mochi",
            "Sweets",
            "",
            &[group("Flavor", 1, 2, &["Mango", "Lychee"])],
        ),
        item("Hot Coffee", "Coffee", "", &[size()]),
        item("Iced Coffee", "Coffee", "", &[size()]),
        item(
            "Haddock",
            "Fish",
            "",
            &[group("Size", 1, 1, &["Regular", "Large"])],
        ),
        item(
            "Haddock & Chips",
            "Fish",
            "",
            &[group("Size", 1, 1, &["Regular", "Large"])],
        ),
        item(
            "Chicken Dinner",
            "Dinners",
            "",
            &[group("Pieces", 1, 1, &["All White", "All Dark"])],
        ),
    ])
}

#[test]
fn what_there_is_none_of_is_chosen() {
    check(
        &counter(),
        &[
            ("large milk tea no sugar", "1 Large Milk Tea +0% Sugar"),
            ("milk tea large hold the ice", "1 Large Milk Tea +0% Ice"),
            ("milk tea half sugar", "1 Milk Tea +50% Sugar"),
            ("milk tea 50 percent sugar", "1 Milk Tea +50% Sugar"),
            ("black tea no sweetener", "1 Black Tea +Unsweetened"),
        ],
    );
}

#[test]
fn more_of_what_is_there_is_its_own_option() {
    check(
        &counter(),
        &[
            (
                "bulgogi bowl extra egg",
                "1 Bulgogi Rice Bowl +Extra Soft Boiled Egg",
            ),
            (
                "bulgogi bowl no egg",
                "1 Bulgogi Rice Bowl -Soft Boiled Egg",
            ),
        ],
    );
}

#[test]
fn plain_and_only_leave_out_the_rest() {
    check(
        &grill(),
        &[
            (
                "cheeseburger plain just ketchup",
                "1 Cheeseburger -Lettuce -Tomato -Onion -Pickles -Mayo",
            ),
            (
                "cheeseburger only ketchup and pickles",
                "1 Cheeseburger -Lettuce -Tomato -Onion -Mayo",
            ),
        ],
    );
    // Wings can be had Plain: of a burger it says something else.
    check(
        &counter(),
        &[("bulgogi burger plain", "1 Bulgogi Burger -Lettuce -Onion")],
    );
}

#[test]
fn a_list_of_what_is_on_a_dish_is_left_out() {
    check(
        &grill(),
        &[
            (
                "a cheeseburger no onion, mayo and ketchup",
                "1 Cheeseburger -Onion -Mayo -Ketchup",
            ),
            (
                "a cheeseburger no onion, mustard and bacon",
                "1 Cheeseburger -Onion +Mustard +Bacon",
            ),
            (
                "cheeseburger w/o mayo & onion",
                "1 Cheeseburger -Mayo -Onion",
            ),
        ],
    );
    check(
        &counter(),
        &[(
            "toast no pickled onion and everything seasoning",
            "1 Toast -Pickled Onion +Everything Seasoning",
        )],
    );
}

#[test]
fn what_is_on_it_anyway_is_only_named() {
    check(
        &grill(),
        &[
            (
                "a hot fudge sundae with vanilla no nuts",
                "1 Sundae +Vanilla -Nuts",
            ),
            ("cheeseburger extra onion", "1 Cheeseburger +extra Onion"),
        ],
    );
}

#[test]
fn a_group_that_tells_the_usual_one_needs_none_taken_off() {
    check(
        &counter(),
        &[(
            "banana smoothie with oat milk instead of almond",
            "1 Banana Smoothie +Oat Milk",
        )],
    );
}

#[test]
fn a_drink_is_ordered_by_its_sort() {
    check(
        &grill(),
        &[
            ("a medium root beer", "1 Medium Fountain Drink +Root Beer"),
            ("a medium root beer float", "1 Medium Root Beer Float"),
            ("one medium plain coke", "1 Medium Fountain Drink +Coke"),
            (
                "six inch club and a diet coke",
                "1 6 Inch Club Sub; 1 Fountain Drink +Diet Coke",
            ),
            (
                "six inch club combo with a coke",
                "1 6 Inch Club Sub +Combo +Coke",
            ),
            (
                "number one with a medium sprite",
                "1 Medium #1 Burger Combo +Sprite",
            ),
            ("a diet coke, a small", "1 Small Fountain Drink +Diet Coke"),
        ],
    );
}

#[test]
fn another_dish_of_the_kind_takes_the_place() {
    check(
        &grill(),
        &[
            (
                "a chicken sandwich, actually make it pulled pork",
                "1 Pulled Pork Sandwich",
            ),
            (
                "two cheeseburgers and large fries, make the burgers chicken sandwiches",
                "2 Chicken Sandwich; 1 Large Fries",
            ),
            (
                "two cheeseburgers, make one of them a chicken sandwich",
                "1 Cheeseburger; 1 Chicken Sandwich",
            ),
            (
                "a chocolate shake and a mint shake, make the chocolate a large",
                "1 Large Milkshake +Chocolate; 1 Milkshake +Mint",
            ),
        ],
    );
    check(
        &counter(),
        &[(
            "medium iced coffee, wait make that hot",
            "1 Medium Hot Coffee",
        )],
    );
}

#[test]
fn a_correction_takes_back_only_what_was_said_last() {
    check(
        &grill(),
        &[
            (
                "a cheeseburger and a coke, actually make that a large",
                "1 Cheeseburger; 1 Large Fountain Drink +Coke",
            ),
            (
                "a large coke a large sprite and a large root beer no wait diet coke",
                "1 Large Fountain Drink +Coke; 1 Large Fountain Drink +Sprite; 1 Large Fountain Drink +Diet Coke",
            ),
            (
                "a cheeseburger no tomato wait no no pickles is what i meant and a small coke",
                "1 Cheeseburger -Pickles; 1 Small Fountain Drink +Coke",
            ),
            ("fries, no cancel the fries we'll do a slaw", "1 Slaw"),
        ],
    );
    check(
        &counter(),
        &[(
            "a mango mochi and a lychee mochi no wait both mango",
            "2 Mochi +Mango",
        )],
    );
}

#[test]
fn some_of_several_are_told_by_what_differs() {
    check(
        &grill(),
        &[
            (
                "two burgers, one without onion and the other with bacon",
                "1 Cheeseburger -Onion; 1 Cheeseburger +Bacon",
            ),
            (
                "two baskets one with fries and one with onion rings and a coke for both",
                "1 Burger Basket +Fries +Coke; 1 Burger Basket +Onion Rings +Coke",
            ),
            (
                "pineapple sundae no nuts, strawberry sundae",
                "1 Sundae +Pineapple -Nuts; 1 Sundae +Strawberry",
            ),
            (
                "mine's a cheeseburger no mayo, hers is a chicken sandwich",
                "1 Cheeseburger -Mayo; 1 Chicken Sandwich",
            ),
        ],
    );
    check(
        &counter(),
        &[(
            "four two piece fish baskets, leave the tartar off two of them",
            "2 2 pc Fish Basket; 2 2 pc Fish Basket -Tartar Sauce",
        )],
    );
}

#[test]
fn measures_go_to_each_and_to_what_is_sold_so() {
    check(
        &grill(),
        &[
            ("a pint each of beans and slaw", "1 Pint Beans; 1 Pint Slaw"),
            (
                "half pound lean brisket",
                "1 Half Pound Brisket by the Pound +Lean",
            ),
            ("two pounds of brisket", "2 One Pound Brisket by the Pound"),
            ("a gallon of sweet tea", "1 Gallon Sweet Tea"),
            ("slaw, a quart", "1 Quart Slaw"),
        ],
    );
    check(
        &counter(),
        &[
            ("quart of chicken lo mein", "1 Quart Lo Mein +Chicken"),
            ("12 piece wings spicy", "1 Medium 12 pc Wings +Spicy"),
            ("two lots of haddock large", "2 Large Haddock"),
            (
                "chicken dinner all white meat",
                "1 Chicken Dinner +All White",
            ),
            ("a haddock no chips", "1 Haddock"),
        ],
    );
}

#[test]
fn a_half_is_no_half_and_half() {
    check(
        &counter(),
        &[(
            "medium wings half soy garlic half spicy",
            "1 Medium 12 pc Wings +Soy Garlic +Spicy",
        )],
    );
}
