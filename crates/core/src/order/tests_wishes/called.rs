//! What menus print and how customers spell, number and count it.

use super::{check, group, item, parser, show, size};
use crate::order::OrderParser;

/// Dishes of many countries, as their menus spell them.
#[rustfmt::skip]
fn corner() -> OrderParser {
    let kind = group("Kind", 1, 1, &["Pistachio", "Walnut"]);
    let pieces = group("Size", 1, 1, &["Single Piece", "Box of 6"]);
    let can = group("Size", 1, 1, &["375ml Can", "600ml Bottle", "1.25L Bottle"]);
    let soda = group("Flavour", 1, 1, &["Coke", "Fanta"]);
    let side = group("Bento Side", 1, 1, &["California Roll", "Gyoza"]);
    let meat = group("Meat", 1, 1, &["Chicken Shawarma", "Mixed Shawarma"]);
    let dressed = group("Comes With", 0, 2, &["Toum Garlic Sauce", "Pickles"]);
    let tea = group("Choose Your Tea", 1, 1, &["Sweet", "Unsweet"]);
    parser(&[
        item("Silky Hommus", "Mezze", "", &[size()]),
        item("Stuffed Vine Leaves", "Mezze", "", &[]),
        item("Mezze Platter", "Mezze", "", &[group("Two Mezze", 2, 2, &["Vine Leaves", "Falafel", "Kibbeh"])]),
        item("Shawarma Plate", "Plates", "", &[meat, dressed, group("Extras", 0, 3, &["Extra Meat", "Extra Toum", "Hommus"])]),
        item("Toum (Garlic Dip)", "Mezze", "", &[size()]),
        item("#2 Wing Combo", "Combos", "", &[group("Drink", 1, 1, &["Coke", "Fanta"])]),
        item("Chicken Tenders", "Chicken", "", &[group("Recipe", 1, 1, &["Original", "Spicy"])]),
        item("Meal Deal 1 - Kebab, Chips & Can", "Deals", "", &[group("Meat", 1, 1, &["Lamb", "Chicken"])]),
        item("Baklava", "Sweets", "", &[pieces, kind]),
        item("Soft Drink", "Drinks", "", &[can, soda]),
        item("Good Dog Pup Cup", "Treats", "", &[]),
        item("Salmon Nigiri (Sake)", "Nigiri", "Price per piece.", &[group("Comes With", 0, 1, &["Wasabi"])]),
        item("Gyoza", "Starters", "", &[group("Size", 1, 1, &["3 Pieces", "6 Pieces"])]),
        item("Chicken Bento", "Bento", "", &[group("Soup or Salad", 1, 1, &["Miso Soup", "House Salad"]), side]),
        item("Chicken Dinner", "Dinners", "", &[group("Side", 1, 1, &["Mashed Potatoes & Gravy", "Mac & Cheese"])]),
        item("Gallon of Tea", "By the Gallon", "", &[tea]),
        item("Iced Tea", "Cold Drinks", "", &[size(), group("Tea", 1, 1, &["Sweet Tea", "Unsweet Tea"])]),
    ])
}

#[test]
fn names_of_dishes_are_spelt_in_many_ways() {
    check(
        &corner(),
        &[
            ("a large hummus", "1 Large Silky Hommus"),
            ("small houmous please", "1 Small Silky Hommus"),
            (
                "mixed shwarma plate with hummus",
                "1 Shawarma Plate +Mixed Shawarma +Hommus",
            ),
        ],
    );
}

#[test]
fn a_name_may_end_with_a_word_that_says_something_else() {
    check(
        &corner(),
        &[
            ("two pup cups", "2 Good Dog Pup Cup"),
            (
                "we'll start with six gyoza and some spicy tenders",
                "1 6 Pieces Gyoza; 1 Chicken Tenders +Spicy",
            ),
            (
                "some vine leaves and a pup cup",
                "1 Stuffed Vine Leaves; 1 Good Dog Pup Cup",
            ),
        ],
    );
}

#[test]
fn numbered_deals_go_by_their_number() {
    for text in [
        "meal deal 1 with lamb",
        "deal number one with lamb",
        "number one lamb",
        "deal one, lamb",
    ] {
        check(
            &corner(),
            &[(text, "1 Meal Deal 1 - Kebab, Chips & Can +Lamb")],
        );
    }
}

/// A stadium's stand, with combos of what is sold by itself too.
#[rustfmt::skip]
fn stand() -> OrderParser {
    let drink = || group("Drink", 1, 1, &["Coke", "Fanta"]);
    let filling = group("Filling", 0, 2, &["Cheddar", "Spinach"]);
    parser(&[
        item("Home Plate Cheeseburger", "Grill", "", &[group("Comes With", 0, 2, &["Pickles", "Onion"])]),
        item("Combo #7 Cheeseburger", "Combos", "", &[group("Comes With", 0, 2, &["Pickles", "Onion"]), drink()]),
        item("No. 4 Tandoori Thali", "Thalis", "", &[group("Rice", 1, 1, &["Pilau", "Boiled Rice"])]),
        item("No. 5 Fish Thali", "Thalis", "", &[group("Rice", 1, 1, &["Pilau", "Boiled Rice"])]),
        item("Popcorn (Bag)", "Snacks", "", &[]),
        item("Peanuts", "Snacks", "", &[group("Kind", 1, 1, &["Salted", "Unsalted"])]),
        item("Omelette", "Breakfast", "", &[filling]),
        item("Water", "Drinks", "", &[group("Kind", 1, 1, &["Still", "Sparkling"])]),
    ])
}

#[test]
fn a_combo_is_no_dish_by_itself() {
    check(
        &stand(),
        &[
            (
                "one cheeseburger with no pickles",
                "1 Home Plate Cheeseburger -Pickles",
            ),
            (
                "a cheeseburger combo with coke",
                "1 Combo #7 Cheeseburger +Coke",
            ),
            ("combo seven, fanta", "1 Combo #7 Cheeseburger +Fanta"),
        ],
    );
}

#[test]
fn the_numbers_of_dishes_and_of_rooms_are_no_quantities() {
    check(
        &stand(),
        &[
            (
                "No. 4 with pilau and no. 5 with boiled rice",
                "1 No. 4 Tandoori Thali +Pilau; 1 No. 5 Fish Thali +Boiled Rice",
            ),
            (
                "number four thali, boiled rice",
                "1 No. 4 Tandoori Thali +Boiled Rice",
            ),
            (
                "this is room three oh eight an omelette with cheddar cheese",
                "1 Omelette +Cheddar",
            ),
            ("room twelve two omelettes", "2 Omelette"),
            ("salted peanuts for table nine", "1 Peanuts +Salted"),
        ],
    );
}

#[test]
fn a_bag_is_what_it_holds_and_still_may_be_no_water() {
    check(
        &stand(),
        &[
            ("a bag of salted peanuts", "1 Peanuts +Salted"),
            ("do you still do the omelette", "1 Omelette"),
            ("two still waters", "2 Water +Still"),
        ],
    );
}

#[test]
fn pieces_are_of_what_is_sold_by_the_piece() {
    check(
        &corner(),
        &[
            (
                "two pieces of walnut baklava",
                "2 Single Piece Baklava +Walnut",
            ),
            (
                "six pieces of salmon nigiri no wasabi",
                "6 Salmon Nigiri (Sake) -Wasabi",
            ),
            ("six pieces of gyoza", "1 6 Pieces Gyoza"),
        ],
    );
}

#[test]
fn what_a_size_is_served_in_names_it_where_no_other_is() {
    check(
        &corner(),
        &[
            ("a can of coke", "1 375ml Can Soft Drink +Coke"),
            ("two cans of fanta", "2 375ml Can Soft Drink +Fanta"),
            // Two of the sizes are bottles.
            ("a bottle of coke", "1 Soft Drink +Coke"),
            ("600 mil fanta", "1 600ml Bottle Soft Drink +Fanta"),
            (
                "a six hundred mil fanta",
                "1 600ml Bottle Soft Drink +Fanta",
            ),
        ],
    );
}

#[test]
fn a_word_of_a_group_may_be_its_choice() {
    check(
        &corner(),
        &[
            (
                "chicken bento with soup california roll",
                "1 Chicken Bento +Miso Soup +California Roll",
            ),
            (
                "chicken bento salad gyoza",
                "1 Chicken Bento +House Salad +Gyoza",
            ),
            (
                "shawarma plate mixed meat",
                "1 Shawarma Plate +Mixed Shawarma",
            ),
            (
                "chicken dinner with mash",
                "1 Chicken Dinner +Mashed Potatoes & Gravy",
            ),
        ],
    );
}

#[test]
fn what_comes_after_of_is_the_sort_of_what_was_named() {
    check(
        &corner(),
        &[
            ("a gallon of sweet tea", "1 Gallon of Tea +Sweet"),
            ("a large sweet tea", "1 Large Iced Tea +Sweet Tea"),
        ],
    );
}

#[test]
fn gone_without_and_never_minded() {
    check(
        &corner(),
        &[
            (
                "salmon nigiri and go without the wasabi",
                "1 Salmon Nigiri (Sake) -Wasabi",
            ),
            // It can have more of it, and the dip is a dish too.
            (
                "mixed shawarma plate no toum",
                "1 Shawarma Plate +Mixed Shawarma -Toum Garlic Sauce",
            ),
            (
                "spicy tenders and a #2 with coke. cancel the tenders, just the combo",
                "1 #2 Wing Combo +Coke",
            ),
            (
                "a pup cup and salmon nigiri. nvm on the pup cup",
                "1 Salmon Nigiri (Sake)",
            ),
        ],
    );
}

/// A pub with a children's menu.
#[rustfmt::skip]
fn pub_() -> OrderParser {
    let meat = || group("Meat", 1, 1, &["Beef", "Pork"]);
    let onion = || group("Comes With", 0, 2, &["Onion", "Gravy"]);
    let pint = group("Size", 1, 1, &["Pint", "Half Pint"]);
    parser(&[
        item("Hearth Burger", "Grill", "", &[onion()]),
        item("Garlic Bread", "Small Plates", "", &[onion()]),
        item("The Hearth Sunday Roast", "Sundays", "", &[meat()]),
        item("Little Sunday Roast", "Little Guests", "", &[meat()]),
        item("Chargrilled Caesar Salad", "Salads", "", &[group("Size", 1, 1, &["Starter", "Main"])]),
        item("Side House Salad", "Sides", "", &[group("Comes With", 0, 1, &["Dressing"])]),
        item("Stout", "Draught", "", &[pint]),
        item("Wings", "Small Plates", "", &[group("Sauce", 1, 2, &["Soy Garlic", "Honey Butter"])]),
        item("Half Bird", "Grill", "", &[group("Sauce", 1, 2, &["Soy Garlic", "Honey Butter"])]),
        item("Brownie Sundae", "Sweets", "", &[group("Extras", 0, 2, &["Extra Brownie", "Extra Hot Fudge"])]),
    ])
}

#[test]
fn small_ones_and_sides_are_told_by_that() {
    check(
        &pub_(),
        &[
            (
                "a garlic bread and the little roast with pork",
                "1 Garlic Bread; 1 Little Sunday Roast +Pork",
            ),
            (
                "the sunday roast with beef",
                "1 The Hearth Sunday Roast +Beef",
            ),
            ("a side salad no dressing", "1 Side House Salad -Dressing"),
            ("the caesar as a main", "1 Main Chargrilled Caesar Salad"),
            ("two halves of stout", "2 Half Pint Stout"),
        ],
    );
}

#[test]
fn both_are_the_two_that_were_said_last() {
    check(
        &pub_(),
        &[
            (
                "garlic bread and then two burgers both without onion",
                "1 Garlic Bread; 2 Hearth Burger -Onion",
            ),
            (
                "two garlic breads and two burgers both without onion",
                "2 Garlic Bread -Onion; 2 Hearth Burger -Onion",
            ),
            ("we'd both like the burger", "2 Hearth Burger"),
        ],
    );
}

#[test]
fn half_of_each_says_nothing_more_than_both() {
    check(
        &pub_(),
        &[
            (
                "wings half soy garlic half honey butter",
                "1 Wings +Soy Garlic +Honey Butter",
            ),
            ("a half bird honey butter", "1 Half Bird +Honey Butter"),
        ],
    );
}

#[test]
fn one_more_of_what_is_on_it_is_no_other_dish() {
    check(
        &pub_(),
        &[(
            "brownie sundae with extra hot fudge and an extra brownie",
            "1 Brownie Sundae +Extra Hot Fudge +Extra Brownie",
        )],
    );
}

/// What the rules above must not do: order what is refused, or something that nobody named.
#[test]
fn what_is_refused_or_counted_is_read_as_before() {
    let coffee = parser(&[
        item(
            "Latte",
            "Coffee",
            "",
            &[
                group("Syrup", 0, 2, &["Vanilla", "Hazelnut"]),
                group("Extras", 0, 2, &["Extra Shot", "Whip"]),
            ],
        ),
        item(
            "Brownie",
            "Sweets",
            "",
            &[group("Kind", 0, 1, &["Nut Free Brownie", "Walnut Brownie"])],
        ),
        item(
            "Red Wine",
            "Wine",
            "",
            &[group("Size", 1, 1, &["150ml Glass", "750ml Bottle"])],
        ),
        item(
            "Water",
            "Drinks",
            "",
            &[group("Kind", 0, 1, &["Still", "Sparkling"])],
        ),
        item("Bento Box", "Bento", "", &[]),
        item("Box 5 - Maki", "Bento", "", &[]),
        item("Coke", "Drinks", "", &[]),
    ]);
    check(
        &coffee,
        &[
            ("latte with no shot of vanilla", "1 Latte -Vanilla"),
            ("a latte with a shot of vanilla", "1 Latte +Vanilla"),
            ("a brownie no nuts", "1 Brownie"),
            ("a glass of water", "1 Water"),
            ("a glass of red wine", "1 150ml Glass Red Wine"),
            (
                "two waters, one is still and one is sparkling",
                "1 Water +Still; 1 Water +Sparkling",
            ),
            ("bento box 5 cokes", "1 Bento Box; 5 Coke"),
            ("number five and a coke", "1 Box 5 - Maki; 1 Coke"),
            ("table nine two cokes", "2 Coke"),
            ("send to my room two cokes", "2 Coke"),
        ],
    );
    let order = coffee.parse("anything else? no. 2 cokes", &[]);
    assert_eq!(show(&order), "2 Coke");
    assert!(order.not_understood.iter().all(|words| words.text != "no"));
    check(
        &pub_(),
        &[(
            "the little roast with pork. actually i'd like the beef one",
            "1 Little Sunday Roast +Beef",
        )],
    );
    let curries = parser(&[
        item("Curry Leaves Chicken", "Mains", "", &[]),
        item(
            "Fried Rice",
            "Mains",
            "",
            &[group("With", 0, 2, &["Chicken", "Egg"])],
        ),
    ]);
    check(
        &curries,
        &[("fried rice, leave chicken", "1 Fried Rice -Chicken")],
    );
}
