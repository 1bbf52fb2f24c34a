//! Orders by patterns that a house's menu does not print: a kind's word for its plain dish, portions by the
//! dozen, and what is no dish because its kind, or what it comes with, says so.

use super::OrderParser;
use super::tests::show;
use super::tests_house::group;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

pub(super) fn check(menu: &Value, cases: &[(&str, &str)]) {
    let bytes = serde_json::to_vec(&json!({"items": menu})).expect("JSON");
    let parser = OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"));
    for (text, expected) in cases {
        assert_eq!(show(&parser.parse(text, &[])), *expected, "{text}");
    }
}

fn biscuits() -> Value {
    let by_dozen = || group("size", 1, 1, &["Half Dozen", "Dozen"]);
    json!([
        {"id": "jean", "name": "Mama Jean's Buttermilk Biscuit", "aliases": ["plain biscuit"], "modifier_groups": [group("on", 0, 2, &["Strawberry Jam", "Honey"])]},
        {"id": "ham", "name": "Country Ham Biscuit", "modifier_groups": [group("on", 0, 2, &["Mustard"])]},
        {"id": "egg", "name": "Egg Biscuit", "modifier_groups": [group("on", 0, 2, &["Mustard"])]},
        {"id": "bec", "name": "Bacon Biscuit"},
        {"id": "steak", "name": "Steak Biscuit"},
        {"id": "filet", "name": "Filet Biscuit"},
        {"id": "sausage", "name": "Sausage Biscuit"},
        {"id": "box", "name": "Box of Buttermilk Biscuits", "modifier_groups": [by_dozen()]},
        {"id": "knots", "name": "Garlic Knots", "modifier_groups": [by_dozen()]},
        {"id": "platter", "name": "Steak Platter", "description": "Steak with sawmill gravy and a biscuit", "modifier_groups": [group("with", 0, 2, &["Sawmill Gravy", "Biscuit"])]},
        {"id": "combo", "name": "#4 Chicken Combo", "description": "Chicken, a side and a biscuit", "modifier_groups": [group("side", 1, 1, &["Slaw", "Fries"]), group("with", 0, 1, &["Biscuit"])]},
    ])
}

#[test]
fn the_word_of_a_kind_is_its_plain_dish_where_a_wish_begins() {
    check(
        &biscuits(),
        &[
            (
                "a biscuit with jam",
                "1 Mama Jean's Buttermilk Biscuit +Strawberry Jam",
            ),
            ("gravy on a biscuit", ""),
            (
                "number four with slaw and a biscuit",
                "1 #4 Chicken Combo +Slaw +Biscuit",
            ),
            (
                "two biscuits with gravy",
                "2 Mama Jean's Buttermilk Biscuit",
            ),
        ],
    );
}

#[test]
fn the_word_of_a_kind_is_the_houses_own_where_all_others_say_what_is_on_them() {
    let side = || group("side", 1, 1, &["Fries", "Sweet Potato Fries"]);
    let on = || group("on", 0, 2, &["Gherkin", "Extra Bacon"]);
    let menu = |other: &str| {
        json!([
            {"id": "own", "name": "The Zorbl Burger", "modifier_groups": [side(), on()]},
            {"id": "chicken", "name": "Buttermilk Chicken Burger", "modifier_groups": [side()]},
            {"id": "other", "name": other, "modifier_groups": [side()]},
            {"id": "fries", "name": "Fries"},
            {"id": "cake", "name": "The Zorbl Cake"},
        ])
    };
    check(
        &menu("Veggie Burger"),
        &[
            (
                "can i get the burger with sweet potato fries and extra bacon",
                "1 The Zorbl Burger +Sweet Potato Fries +Extra Bacon",
            ),
            ("two burgers", "2 The Zorbl Burger"),
            (
                "a chicken burger with fries",
                "1 Buttermilk Chicken Burger +Fries",
            ),
        ],
    );
    check(&menu("Quarx Burger"), &[("a burger", "")]);
}

#[test]
fn a_dozen_is_a_portion_where_it_is_sold_so() {
    check(
        &biscuits(),
        &[
            ("a dozen garlic knots", "1 Dozen Garlic Knots"),
            (
                "a half dozen biscuits",
                "1 Half Dozen Box of Buttermilk Biscuits",
            ),
            (
                "a box of biscuits, a dozen",
                "1 Dozen Box of Buttermilk Biscuits",
            ),
            ("a dozen ham biscuits", "12 Country Ham Biscuit"),
        ],
    );
}

#[test]
fn a_dish_of_another_kind_is_not_taken_for_it() {
    let menu = json!([
        {"id": "pizza", "name": "Cheese Pizza (Build Your Own)", "aliases": ["pizza"], "category": "Pizza", "modifier_groups": [
            group("size", 1, 1, &["Small", "Large"]), group("top", 0, 8, &["Pepperoni", "Grilled Chicken"])]},
        {"id": "blaze", "name": "Buffalo Chicken Blaze", "category": "Pizza", "modifier_groups": [group("with", 0, 2, &["Grilled Chicken"])]},
        {"id": "white", "name": "White Pizza", "category": "Pizza"},
        {"id": "greek", "name": "Greek Salad", "category": "Salads", "modifier_groups": [group("dressing", 1, 1, &["Greek", "Ranch"])]},
        {"id": "garden", "name": "Garden Salad", "category": "Salads"},
        {"id": "dog", "name": "Hand-Dipped Corn Dog"},
        {"id": "sub", "name": "Ham Sub", "modifier_groups": [group("size", 1, 1, &["Small", "Large"]), group("meat", 0, 1, &["Pepperoni"])]},
    ]);
    check(
        &menu,
        &[
            ("a greek pizza", "1 Cheese Pizza (Build Your Own)"),
            ("zorbl with grilled chicken", ""),
            (
                "a large pizza and a small zorbl",
                "1 Large Cheese Pizza (Build Your Own)",
            ),
            ("a cone dipped in chocolate", ""),
            (
                "a large pie, pepperoni",
                "1 Large Cheese Pizza (Build Your Own) +Pepperoni",
            ),
        ],
    );
}

fn pizzeria() -> Value {
    let top = || group("topping", 0, 2, &["Pepperoni", "Sausage", "Onions"]);
    json!([
        {"id": "deal", "name": "Deal #1 Family Night", "category": "Family Deals", "description": "Large one topping pizza, ten wings and a 2 liter",
         "modifier_groups": [top(), group("wing sauce", 1, 1, &["Mild", "Hot"]), group("dip", 0, 1, &["Ranch", "Blue Cheese"]), group("2 liter", 1, 1, &["Coke", "Sprite"])]},
        {"id": "pizza", "name": "Cheese Pizza (Build Your Own)", "aliases": ["pizza"], "category": "Pizza", "modifier_groups": [top()]},
        {"id": "acropolis", "name": "The Acropolis", "category": "Pizzas", "description": "Greek pizza with spinach and feta"},
        {"id": "kahuna", "name": "Big Kahuna", "category": "Pizzas", "description": "Hawaiian style with ham"},
        {"id": "wings", "name": "Wings", "modifier_groups": [group("sauce", 1, 1, &["Mild", "Hot"]), group("dip", 0, 2, &["Ranch", "Blue Cheese"])]},
        {"id": "liter", "name": "2 Liter Bottle", "category": "Drinks", "modifier_groups": [group("flavor", 1, 1, &["Coke", "Sprite"])]},
        {"id": "soup", "name": "Soup", "category": "Soups", "description": "Black bean chili"},
    ])
}

#[test]
fn the_parts_of_a_deal_are_told_one_by_one() {
    check(
        &pizzeria(),
        &[
            (
                "family night deal, sausage on the pizza, mild wings, ranch, and a 2 liter of sprite",
                "1 Deal #1 Family Night +Sausage +Mild +Ranch +Sprite",
            ),
            (
                "the family night deal, wings are hot, pepperoni on the pizza, and a coke for the 2 liter",
                "1 Deal #1 Family Night +Hot +Pepperoni +Coke",
            ),
            (
                "family night deal with onions, hot wings, coke, and a pizza with sausage",
                "1 Deal #1 Family Night +Onions +Hot +Coke; 1 Cheese Pizza (Build Your Own) +Sausage",
            ),
        ],
    );
}

#[test]
fn a_dish_of_a_houses_own_name_is_called_what_the_menu_says_it_is() {
    check(
        &pizzeria(),
        &[
            ("two greek pizzas", "2 The Acropolis"),
            ("a hawaiian and a hawaiian pizza", "2 Big Kahuna"),
            ("a bean chili", ""),
        ],
    );
}

#[test]
fn a_kind_with_something_is_the_dish_that_is_called_so() {
    check(
        &biscuits(),
        &[
            ("a biscuit with ham", "1 Country Ham Biscuit"),
            (
                "two biscuits with egg and a biscuit with honey",
                "2 Egg Biscuit; 1 Mama Jean's Buttermilk Biscuit +Honey",
            ),
            (
                "ham biscuit with mustard egg biscuit",
                "1 Country Ham Biscuit +Mustard; 1 Egg Biscuit",
            ),
        ],
    );
}

fn smokehouse() -> Value {
    let on_it = || group("with", 0, 2, &["Pickles", "Onions"]);
    let sides = || group("sides", 0, 2, &["Baked Beans", "Coleslaw", "French Fries"]);
    let measure = || group("size", 1, 1, &["Small", "Pint", "Quart"]);
    json!([
        {"id": "sandwich", "name": "Brisket Sandwich", "description": "On a bun with pickles and onions", "modifier_groups": [on_it(), group("add", 0, 2, &["Coleslaw On It", "Cheese"])]},
        {"id": "plate", "name": "Rib Plate", "description": "With two sides", "modifier_groups": [sides()]},
        {"id": "beans", "name": "Baked Beans", "modifier_groups": [measure()]},
        {"id": "slaw", "name": "Coleslaw", "modifier_groups": [measure()]},
        {"id": "mac", "name": "Mac & Cheese", "modifier_groups": [measure()]},
        {"id": "fries", "name": "French Fries"},
        {"id": "chips", "name": "Chips & Salsa"},
        {"id": "hot", "name": "Hot Coffee", "modifier_groups": [group("milk", 0, 1, &["Cream"])]},
        {"id": "iced", "name": "Iced Coffee", "modifier_groups": [group("milk", 0, 1, &["Cream"])]},
        {"id": "donut", "name": "Donut", "modifier_groups": [group("kind", 1, 1, &["Glazed", "Jelly", "Chocolate Frosted"])]},
    ])
}

#[test]
fn a_plain_dish_has_nothing_on_it_but_what_is_named_next() {
    check(
        &smokehouse(),
        &[
            (
                "a plain brisket sandwich",
                "1 Brisket Sandwich -Pickles -Onions",
            ),
            (
                "brisket sandwich plain with cheese",
                "1 Brisket Sandwich -Pickles -Onions +Cheese",
            ),
            (
                "brisket sandwich plain, pickles",
                "1 Brisket Sandwich -Onions",
            ),
            (
                "brisket sandwich plain, only onions",
                "1 Brisket Sandwich -Pickles",
            ),
            ("plain fries", "1 French Fries"),
        ],
    );
}

#[test]
fn a_measure_is_of_each_of_a_list() {
    check(
        &smokehouse(),
        &[
            (
                "a quart of slaw and beans",
                "1 Quart Coleslaw; 1 Quart Baked Beans",
            ),
            (
                "a pint of beans, slaw and mac",
                "1 Pint Baked Beans; 1 Pint Coleslaw; 1 Pint Mac & Cheese",
            ),
            (
                "a pint of beans and a slaw",
                "1 Pint Baked Beans; 1 Coleslaw",
            ),
        ],
    );
}

#[test]
fn what_a_dish_cannot_have_is_a_side_of_its_own() {
    check(
        &smokehouse(),
        &[
            (
                "a rib plate with slaw and a brisket sandwich with fries",
                "1 Rib Plate +Coleslaw; 1 Brisket Sandwich; 1 French Fries",
            ),
            (
                "brisket sandwich with slaw on it",
                "1 Brisket Sandwich +Coleslaw On It",
            ),
            ("a brisket sandwich with salsa", "1 Brisket Sandwich"),
        ],
    );
}

#[test]
fn of_sorts_each_is_one_and_a_coffee_is_hot() {
    check(
        &smokehouse(),
        &[
            (
                "one chocolate frosted one jelly",
                "1 Donut +Chocolate Frosted; 1 Donut +Jelly",
            ),
            ("a coffee with cream", "1 Hot Coffee +Cream"),
        ],
    );
}

fn bowls() -> Value {
    json!([
        {"id": "bowl", "name": "Rice Bowl", "modifier_groups": [
            group("rice", 0, 1, &["White Rice", "Brown Rice", "No Rice"]), group("top", 0, 4, &["Sour Cream", "Cheese"])]},
        {"id": "salad", "name": "House Salad", "description": "Greens with croutons", "modifier_groups": [
            group("dressing", 0, 1, &["Vinaigrette", "No Vinaigrette"]), group("toppings", 0, 2, &["Croutons", "Egg"])]},
        {"id": "chips", "name": "Chips & Salsa"},
    ])
}

#[test]
fn a_group_is_left_out_by_its_name() {
    check(
        &bowls(),
        &[
            ("a house salad no dressing", "1 House Salad -Vinaigrette"),
            ("a house salad no toppings", "1 House Salad -Croutons"),
            (
                "a rice bowl, no salsa just sour cream",
                "1 Rice Bowl +Sour Cream",
            ),
            (
                "a rice bowl no cheese just sour cream",
                "1 Rice Bowl -Cheese +Sour Cream",
            ),
            (
                "mine is a rice bowl with cheese, my wife's is a house salad",
                "1 Rice Bowl +Cheese; 1 House Salad",
            ),
        ],
    );
}

/// The words that are not understood.
fn asked_about(menu: &Value, text: &str) -> Vec<String> {
    let bytes = serde_json::to_vec(&json!({"items": menu})).expect("JSON");
    let parser = OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"));
    let parsed = parser.parse(text, &[]);
    let words = parsed.not_understood.into_iter();
    words.map(|words| words.text).collect()
}

#[test]
fn what_could_be_one_of_several_sorts_is_asked_about() {
    assert_eq!(
        asked_about(&bowls(), "a rice bowl with extra rice"),
        ["rice"]
    );
}

#[test]
fn whose_a_dish_is_and_that_it_is_a_pie_are_understood() {
    let none: [&str; 0] = [];
    let of_whom = "mine is a rice bowl with cheese, my wife's is a house salad";
    assert_eq!(asked_about(&bowls(), of_whom), none);
    assert_eq!(asked_about(&pizzeria(), "a pie with pepperoni"), none);
}

#[test]
fn no_dish_is_made_of_what_is_said_beside_one() {
    let menu = json!([
        {"id": "burger", "name": "Burger", "description": "With ketchup and onions", "modifier_groups": [group("top", 0, 3, &["Ketchup", "Onions", "Bacon"])]},
        {"id": "one", "name": "#1 Burger Combo", "modifier_groups": [group("drink", 1, 1, &["Coke", "Sprite"])]},
        {"id": "drink", "name": "Fountain Drink", "modifier_groups": [group("flavor", 1, 1, &["Coke", "Sprite"])]},
        {"id": "juice", "name": "Juice", "modifier_groups": [group("kind", 1, 1, &["Orange", "Tomato"])]},
        {"id": "coffee", "name": "Turkish Coffee"},
        {"id": "cake", "name": "Sponge Cake", "modifier_groups": [group("add", 0, 1, &["Ice Cream"])]},
        {"id": "club", "name": "Club", "modifier_groups": [group("top", 0, 2, &["Tomato"])]},
        {"id": "rangoon", "name": "Crab Rangoon (8)"},
        {"id": "sauce", "name": "Dipping Sauce"},
        {"id": "ham", "name": "Ham & Cheese Sandwich"},
        {"id": "tuna", "name": "Tuna Sandwich"},
    ]);
    check(
        &menu,
        &[
            (
                "a number one and a number four, both with sprite",
                "1 #1 Burger Combo +Sprite",
            ),
            ("a coffee with two creams", "1 Turkish Coffee"),
            ("a sandwich with tuna", "1 Tuna Sandwich"),
            ("a club, and can you put the sauce on the side", "1 Club"),
            ("a burger with bacon and tomato", "1 Burger +Bacon"),
            ("a burger and a tomato", "1 Burger; 1 Juice +Tomato"),
            (
                "two burgers, one plain, one no onions",
                "1 Burger -Ketchup -Onions; 1 Burger -Onions",
            ),
            ("crab rangoon. Hmm, skip the rangoon", ""),
        ],
    );
}

#[test]
fn pieces_of_a_sort_are_the_dish_that_is_sold_so() {
    let recipe = || group("recipe", 1, 1, &["Original", "Spicy"]);
    let cut = || group("cut", 1, 1, &["White Meat", "Dark Meat"]);
    let menu = json!([
        {"id": "three", "name": "3 Piece Chicken", "modifier_groups": [cut(), recipe()]},
        {"id": "eight", "name": "8 Piece Box", "modifier_groups": [cut(), recipe()]},
        {"id": "tenders", "name": "Tenders", "modifier_groups": [group("size", 1, 1, &["3 Piece", "5 Piece"]), recipe()]},
        {"id": "tea", "name": "Sweet Tea"},
        {"id": "lasagna", "name": "Lasagna", "modifier_groups": [group("with", 0, 1, &["Garlic Bread"])]},
    ]);
    check(
        &menu,
        &[
            (
                "three piece dark and a sweet tea",
                "1 3 Piece Chicken +Dark Meat; 1 Sweet Tea",
            ),
            (
                "an eight piece white spicy",
                "1 8 Piece Box +White Meat +Spicy",
            ),
            ("three piece tenders spicy", "1 3 Piece Tenders +Spicy"),
            (
                "two lasagnas, no bread with one of them",
                "1 Lasagna; 1 Lasagna -Garlic Bread",
            ),
        ],
    );
}
