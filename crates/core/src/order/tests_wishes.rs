//! Wishes of every day that a menu tells how to read: what a dish comes with, what there is more or none of, sorts of
//! drinks, some of several, and what takes the place of something.

use super::OrderParser;
use super::tests::show;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

mod again;
mod apart;
mod called;
mod copies;
mod more;
mod parlour;
mod spoken;

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
#[rustfmt::skip]
fn grill() -> OrderParser {
    let soda = ["Coke", "Diet Coke", "Sprite", "Fanta Orange", "Root Beer"];
    let burger = "American cheese, lettuce, tomato, onion, pickles, ketchup, mayo.";
    let on_burger = || group("Comes With", 0, 7, &TOPPINGS);
    let measure = || group("Size", 1, 1, &["Pint", "Quart"]);
    let add = group("Add", 0, 3, &["Bacon", "Mustard", "Extra Patty"]);
    let chicken = [group("Comes With", 0, 2, &["Mayo", "Pickles"]), group("Add", 0, 2, &["Bacon", "Tomato"])];
    let basket = [on_burger(), group("Side", 1, 1, &["Fries", "Onion Rings"]), group("Drink", 1, 1, &soda)];
    let inch = group("Size", 1, 1, &["6 Inch", "12 Inch"]);
    let club = [inch, group("Make It a Combo", 0, 1, &["Combo"]), group("Combo Drink", 0, 1, &soda)];
    let flavors = group("Flavors", 1, 2, &["Vanilla", "Pineapple", "Strawberry"]);
    let pound = group("Size", 1, 1, &["Half Pound", "One Pound"]);
    parser(&[
        item("Cheeseburger", "Grill", burger, &[on_burger(), add]),
        item("Chicken Sandwich", "Grill", "Fried chicken, mayo, pickles.", &chicken),
        item("Pulled Pork Sandwich", "Grill", "Pork and slaw.", &[group("Comes With", 0, 2, &["Slaw", "Sauce"])]),
        item("Burger Basket", "Grill", "A cheeseburger with a side and a drink.", &basket),
        item("#1 Burger Combo", "Combos", "With fries and a drink.", &[size(), group("Drink Choice", 1, 1, &soda)]),
        item("Club Sub", "Subs", "Ham and turkey.", &club),
        item("Sundae", "Sweets", "Hot fudge and nuts.", &[flavors, group("Comes With", 0, 2, &["Hot Fudge", "Nuts"])]),
        item("Milkshake", "Sweets", "", &[size(), group("Flavors", 1, 2, &["Chocolate", "Mint"])]),
        item("Root Beer Float", "Sweets", "", &[size()]),
        item("Fountain Drink", "Drinks", "", &[size(), group("Soda", 1, 1, &soda)]),
        item("Nachos Grande", "Mexican", "Chips, beans.", &[group("Comes With", 0, 2, &["Nacho Sauce", "Beans"])]),
        item("Chips & Nacho Cheese", "Mexican", "", &[]),
        item("Gallon Sweet Tea", "Drinks", "", &[]),
        item("Sweet Tea", "Drinks", "", &[size()]),
        item("Fries", "Sides", "", &[size()]),
        item("Slaw", "Sides", "", &[measure()]),
        item("Beans", "Sides", "", &[measure()]),
        item("Brisket by the Pound", "Meats", "", &[pound, group("Cut", 0, 1, &["Lean", "Moist"])]),
    ])
}

/// A counter for bowls, tea and wings.
#[rustfmt::skip]
fn counter() -> OrderParser {
    let sauces = ["Soy Garlic", "Spicy", "Plain"];
    let sugar = group("Sugar Level", 0, 1, &["100% Sugar", "50% Sugar", "0% Sugar"]);
    let ice = group("Ice Level", 0, 1, &["Regular Ice", "0% Ice"]);
    let eggs = [group("Comes With", 0, 2, &["Kimchi", "Soft Boiled Egg"]), group("Add-Ons", 0, 2, &["Extra Soft Boiled Egg"])];
    let pint = group("Size", 1, 1, &["Pint", "Quart"]);
    let bread = group("Bread", 1, 1, &["Rye", "Wheat"]);
    let onion = [group("Comes With", 0, 1, &["Pickled Onion"]), group("Add-Ons", 0, 1, &["Everything Seasoning"]), bread];
    let liquid = group("Liquid (comes with Almond Milk)", 0, 1, &["Almond Milk", "Oat Milk"]);
    let fish = || group("Size", 1, 1, &["Regular", "Large"]);
    let pieces = [group("Size", 1, 1, &["2 pc", "4 pc"]), group("Comes With", 0, 1, &["Tartar Sauce"])];
    let salad = [group("Comes With", 0, 1, &["Olives"]), group("Dressing", 0, 1, &["Balsamic", "No Dressing"])];
    let plate = group("Sides", 0, 2, &["Rice", "Baked Potato"]);
    parser(&[
        item("Bulgogi Rice Bowl", "Bowls", "Bulgogi, kimchi, soft boiled egg over rice.", &eggs),
        item("Bulgogi Burger", "Burgers", "Bulgogi patty, lettuce, onion.", &[group("Toppings", 0, 2, &["Lettuce", "Onion"])]),
        item("Milk Tea", "Drinks", "", &[group("Size", 1, 1, &["Regular", "Large"]), sugar, ice]),
        item("Black Tea", "Drinks", "", &[group("Sweetness", 0, 1, &["Sweetened", "Unsweetened"])]),
        item("Banana Smoothie", "Drinks", "Banana and almond milk.", &[liquid]),
        item("Canned Soda", "Drinks", "", &[group("Flavor", 1, 1, &["Coke", "Diet Coke", "Sprite"])]),
        item("Wings", "Chicken", "", &[group("Size", 1, 1, &["Small 8 pc", "Medium 12 pc"]), group("Sauce", 1, 2, &sauces)]),
        item("Corn Dog", "Sides", "", &[group("Kind", 1, 1, &["Classic", "Half & Half"])]),
        item("Toast", "Toasts", "Avocado and pickled onion.", &onion),
        item("Dozen Corn Dogs", "Sides", "", &[group("Kinds", 0, 2, &["Classic", "Half & Half"])]),
        item("Fish Basket", "Baskets", "Fish and tartar.", &pieces),
        item("Chicken Lo Mein", "Lunch", "", &[]),
        item("Lo Mein", "Noodles", "", &[pint, group("Choice", 1, 1, &["Chicken", "Pork"])]),
        item("Mochi", "Sweets", "", &[group("Flavor", 1, 2, &["Mango", "Lychee"])]),
        item("Hot Coffee", "Coffee", "", &[size()]),
        item("Iced Coffee", "Coffee", "", &[size()]),
        item("Haddock", "Fish", "", &[fish()]),
        item("Haddock & Chips", "Fish", "", &[fish()]),
        item("Chicken Dinner", "Dinners", "", &[group("Pieces", 1, 1, &["All White", "All Dark"])]),
        item("Beef Shawarma Wrap", "Wraps", "", &[]),
        item("Beef Shawarma Plate", "Plates", "", &[]),
        item("Chicken Wrap", "Wraps", "", &[]),
        item("Greek Salad", "Salads", "Romaine and olives.", &salad),
        item("Fries", "Sides", "", &[fish()]),
        item("Loaded Gyro Fries", "Sides", "", &[]),
        item("Sirloin", "Steaks", "", &[plate]),
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
