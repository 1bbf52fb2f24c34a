//! Some of several told apart in few words.

use super::{check, group, item, parser, size};
use crate::order::OrderParser;

/// A diner with sandwiches and sweets.
fn diner() -> OrderParser {
    let on_it = group("Comes With", 0, 3, &["Bacon", "Tomato", "Mayo"]);
    let side = || group("Side", 1, 1, &["Fries", "Potato Salad"]);
    let measure = group("Size", 1, 1, &["Pint", "Quart"]);
    let add = group("Add", 0, 2, &["Cheddar", "Bacon"]);
    let scoop = || group("Ice Cream", 1, 1, &["Vanilla", "Coconut"]);
    let sauce = group("Sauce", 0, 1, &["Hot Fudge", "Caramel"]);
    parser(&[
        item(
            "Club",
            "Sandwiches",
            "Bacon, tomato and mayo.",
            &[on_it, side()],
        ),
        item("Fried Banana with Ice Cream", "Sweets", "", &[scoop()]),
        item("Sundae", "Sweets", "", &[size(), sauce]),
        item(
            "Side Order",
            "Sides",
            "",
            &[
                measure,
                group("Side", 1, 1, &["Mac", "Potato Salad", "Beans"]),
            ],
        ),
        item(
            "Iced Tea",
            "Drinks",
            "",
            &[
                size(),
                group("Sweet or Unsweet", 1, 1, &["Sweet", "Unsweet"]),
            ],
        ),
        item(
            "Gallon",
            "Drinks",
            "",
            &[group(
                "Drink",
                1,
                1,
                &["Sweet Tea", "Unsweet Tea", "Lemonade"],
            )],
        ),
        item("Mushroom Melt", "Sandwiches", "", &[side()]),
        item("Mushroom by the Pound", "Sides", "", &[]),
        item(
            "Meat Plate",
            "Plates",
            "",
            &[group("Meat", 1, 2, &["Turkey", "Cheddar Sausage"]), add],
        ),
    ])
}

#[test]
fn the_other_is_told_without_its_article() {
    check(
        &diner(),
        &[
            (
                "two clubs both no mayo one order gets fries the other potato salad",
                "1 Club -Mayo +Fries; 1 Club -Mayo +Potato Salad",
            ),
            (
                "2 clubs, one w/ fries, other w/ potato salad and no mayo",
                "1 Club +Fries; 1 Club +Potato Salad -Mayo",
            ),
        ],
    );
}

#[test]
fn one_may_be_told_with_words_of_the_dish() {
    check(
        &diner(),
        &[
            (
                "two fried bananas one with vanilla one with coconut ice cream",
                "1 Fried Banana with Ice Cream +Vanilla; 1 Fried Banana with Ice Cream +Coconut",
            ),
            (
                "two sundaes one hot fudge small",
                "1 Sundae; 1 Small Sundae +Hot Fudge",
            ),
        ],
    );
}

#[test]
fn some_of_them_are_as_they_come() {
    check(
        &diner(),
        &[
            (
                "3 clubs, 2 of them normal 1 with no mayo",
                "2 Club; 1 Club -Mayo",
            ),
            (
                "3 clubs, two of those regular and the other without tomato",
                "2 Club; 1 Club -Tomato",
            ),
        ],
    );
}

#[test]
fn one_of_those_is_changed() {
    check(
        &diner(),
        &[
            (
                "two large sweet teas make one of those teas unsweet",
                "1 Large Iced Tea +Sweet; 1 Large Iced Tea +Unsweet",
            ),
            (
                "two clubs, make one of those clubs with fries",
                "1 Club; 1 Club +Fries",
            ),
        ],
    );
}

#[test]
fn a_size_is_said_of_what_made_the_dish() {
    check(
        &diner(),
        &[
            (
                "pint of mac, pint of beans, bump the mac to a quart",
                "1 Quart Side Order +Mac; 1 Pint Side Order +Beans",
            ),
            (
                "a club, pint of beans, make that beans a quart",
                "1 Club; 1 Quart Side Order +Beans",
            ),
            (
                "pint of mac, make the mac a quart",
                "1 Quart Side Order +Mac",
            ),
        ],
    );
}

#[test]
fn the_one_tells_what_was_said_right_before() {
    check(
        &diner(),
        &[
            (
                "a melt the mushroom one with fries",
                "1 Mushroom Melt +Fries",
            ),
            (
                "a meat plate with sausage the cheddar one and bacon",
                "1 Meat Plate +Cheddar Sausage +Bacon",
            ),
        ],
    );
}

#[test]
fn what_an_article_opens_is_of_the_dish_right_after_it() {
    let main = || group("Main", 1, 1, &["Lamb", "Chicken", "Vegetable"]);
    let soda = group("Drink", 1, 1, &["Coke", "Lamb Broth"]);
    let parser = parser(&[
        item("Bhuna", "Curries", "", &[main()]),
        item("Madras", "Curries", "", &[main()]),
        item("Curry Box", "Boxes", "", &[main(), soda]),
        item(
            "Lamb Thali",
            "Thalis",
            "",
            &[group("Curry", 1, 1, &["Bhuna", "Madras"])],
        ),
    ]);
    check(
        &parser,
        &[
            ("lamb bhuna a lamb madras", "1 Bhuna +Lamb; 1 Madras +Lamb"),
            ("a bhuna, a lamb madras", "1 Bhuna; 1 Madras +Lamb"),
            (
                "one vegetable bhuna one vegetable madras",
                "1 Bhuna +Vegetable; 1 Madras +Vegetable",
            ),
            ("a bhuna with lamb, a madras", "1 Bhuna +Lamb; 1 Madras"),
            ("a bhuna lamb", "1 Bhuna +Lamb"),
            ("a curry box, lamb, a coke", "1 Curry Box +Lamb +Coke"),
        ],
    );
}

#[test]
fn the_sign_for_and_is_an_and() {
    let flavour = group(
        "Flavour",
        1,
        1,
        &["Plain", "Garlic", "Cheese", "Cheese & Garlic"],
    );
    let parser = parser(&[
        item("Naan", "Breads", "", &[flavour]),
        item("Fish & Chips", "Mains", "", &[]),
        item("Lassi", "Drinks", "", &[]),
    ]);
    check(
        &parser,
        &[
            ("cheese & garlic naan", "1 Naan +Cheese & Garlic"),
            ("cheese and garlic naan", "1 Naan +Cheese & Garlic"),
            ("fish & chips & a lassi", "1 Fish & Chips; 1 Lassi"),
            ("fish and chips&lassi", "1 Fish & Chips; 1 Lassi"),
        ],
    );
}

/// A grill with beers and sodas by their sorts, and a meal of two pots.
fn grill() -> OrderParser {
    let sides = ["Baked Potato", "House Salad", "Broccoli"];
    let beers = ["Budweiser", "Heineken", "Corona"];
    let sodas = ["Coke", "Sprite", "Lemonade"];
    let pots = ["Oxtail", "Curry Goat", "Stew Chicken"];
    parser(&[
        item(
            "Ribeye",
            "Steaks",
            "",
            &[
                group("Choose Two Sides", 2, 2, &sides),
                group("Toppings", 0, 3, &["Butter", "Chives"]),
            ],
        ),
        item("Bottled Beer", "Bar", "", &[group("Brand", 1, 1, &beers)]),
        item(
            "Fountain Drink",
            "Drinks",
            "",
            &[group("Flavor", 1, 1, &sodas)],
        ),
        item("Braised Oxtail & Butter Beans", "Pots", "", &[size()]),
        item(
            "Half and Half Meal",
            "Meals",
            "",
            &[group("Pots", 2, 2, &pots)],
        ),
    ])
}

#[test]
fn a_side_that_must_be_chosen_is_not_left_out() {
    check(
        &grill(),
        &[
            (
                "a ribeye with a baked potato no chives and broccoli",
                "1 Ribeye +Baked Potato -Chives +Broccoli",
            ),
            (
                "ribeye, baked potato no butter and the house salad",
                "1 Ribeye +Baked Potato -Butter +House Salad",
            ),
        ],
    );
}

#[test]
fn a_drink_that_goes_by_its_sort_is_cancelled_by_it() {
    check(
        &grill(),
        &[
            (
                "a coke and a sprite, cancel the coke",
                "1 Fountain Drink +Sprite",
            ),
            (
                "two cokes and a sprite, cancel one coke",
                "1 Fountain Drink +Coke; 1 Fountain Drink +Sprite",
            ),
            (
                "a heineken and a budweiser scratch the heineken",
                "1 Bottled Beer +Budweiser",
            ),
            (
                "a heineken and a budweiser scratch the heineken make that a corona",
                "1 Bottled Beer +Budweiser; 1 Bottled Beer +Corona",
            ),
        ],
    );
}

#[test]
fn one_of_several_is_not_the_meal_of_them() {
    check(
        &grill(),
        &[
            ("an oxtail", "1 Braised Oxtail & Butter Beans"),
            (
                "half and half meal with oxtail and curry goat",
                "1 Half and Half Meal +Oxtail +Curry Goat",
            ),
        ],
    );
}

#[test]
fn what_a_guest_had_in_mind_is_not_ordered() {
    check(
        &grill(),
        &[
            (
                "i was gonna get the ribeye but i'll do a coke",
                "1 Fountain Drink +Coke",
            ),
            (
                "a sprite. I was going to have the ribeye, but give me an oxtail",
                "1 Fountain Drink +Sprite; 1 Braised Oxtail & Butter Beans",
            ),
            ("i was gonna get a ribeye", "1 Ribeye"),
        ],
    );
}

#[test]
fn a_dish_is_called_by_what_its_name_ends_with() {
    let weight = || group("Size", 1, 1, &["10 oz", "14 oz"]);
    let sauce = group("Comes With", 0, 1, &["Horseradish"]);
    let parser = parser(&[
        item("Slow-Roasted Prime Rib", "Steaks", "", &[weight(), sauce]),
        item("Prime Rib French Dip", "Sandwiches", "", &[]),
    ]);
    check(
        &parser,
        &[
            (
                "prime rib, the 14 oz, no horseradish",
                "1 14 oz Slow-Roasted Prime Rib -Horseradish",
            ),
            ("a prime rib french dip", "1 Prime Rib French Dip"),
        ],
    );
}

#[test]
fn a_refusal_that_is_meant_goes_on() {
    check(
        &grill(),
        &[
            (
                "ribeye, i'm allergic to butter and broccoli",
                "1 Ribeye -Butter -Broccoli",
            ),
            (
                "ribeye with no baked potato and broccoli",
                "1 Ribeye -Baked Potato -Broccoli",
            ),
            (
                "I was gonna get the ribeye but no butter",
                "1 Ribeye -Butter",
            ),
            (
                "there was going to be two of us so a ribeye but only one coke",
                "1 Ribeye; 1 Fountain Drink +Coke",
            ),
        ],
    );
}

#[test]
fn a_side_of_which_there_are_two_is_no_drink_that_is_called_like_it() {
    let sides = [
        "Baked Sweet Potato",
        "Loaded Sweet Potato",
        "Rice",
        "Broccoli",
    ];
    let tea = group("Sweetness", 1, 1, &["Sweet", "Unsweet"]);
    let parser = parser(&[
        item(
            "Ribeye",
            "Steaks",
            "",
            &[group("Choose Two Sides", 2, 2, &sides)],
        ),
        item("Iced Tea", "Drinks", "", &[tea]),
    ]);
    check(
        &parser,
        &[
            (
                "ribeye with a sweet potato and broccoli",
                "1 Ribeye +Broccoli",
            ),
            (
                "ribeye with a loaded sweet potato, a sweet tea",
                "1 Ribeye +Loaded Sweet Potato; 1 Iced Tea +Sweet",
            ),
        ],
    );
    let order = parser.parse("ribeye with a sweet potato and broccoli", &[]);
    let asked: Vec<&str> = order
        .not_understood
        .iter()
        .map(|words| words.text.as_str())
        .collect();
    assert_eq!(asked, ["sweet potato"], "{order:?}");
}
