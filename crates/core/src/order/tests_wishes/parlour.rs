//! What a menu tells of a dish, and how customers call it: single and double scoops, what a plate comes with, sorts
//! that are dishes too.

use super::{check, group, item, parser, size};
use crate::order::OrderParser;

const FLAVORS: [&str; 5] = ["Vanilla", "Chocolate", "Coffee", "Strawberry", "Haupia"];

fn parlour() -> OrderParser {
    let scoop = |max| {
        [
            group("Served In", 1, 1, &["Cup", "Waffle Cone"]),
            group("Flavor", 1, max, &FLAVORS),
        ]
    };
    let on_burger = group("Comes With", 0, 3, &["Lettuce", "Tomato", "Mayo"]);
    let plate = [
        group("Starch", 0, 2, &["White Rice", "Brown Rice"]),
        group("Salad", 0, 1, &["Mac Salad", "Extra Rice"]),
    ];
    let add = group("Add", 0, 2, &["Bacon", "American Cheese"]);
    let sorts = ["Plain", "Haupia", "Custard"];
    let told = "Served with white rice and mac salad.";
    parser(&[
        item("Single Scoop", "Scoops", "", &scoop(1)),
        item("Double Scoop", "Scoops", "", &scoop(2)),
        item(
            "Brownie Sundae",
            "Sundaes",
            "A brownie, vanilla ice cream and whipped cream.",
            &[group("Flavor", 0, 2, &FLAVORS)],
        ),
        item(
            "Shave Ice",
            "Sweets",
            "",
            &[
                size(),
                group("Flavors", 1, 3, &["Strawberry", "Lilikoi", "Mango"]),
            ],
        ),
        item(
            "Ice Cream Cake",
            "Cakes",
            "",
            &[group("Flavor", 1, 1, &FLAVORS)],
        ),
        item(
            "Ice Cream Sandwich",
            "Novelties",
            "",
            &[group("Flavor", 1, 1, &FLAVORS)],
        ),
        item("Malasada", "Sweets", "", &[group("Filling", 0, 1, &sorts)]),
        item("Haupia", "Sweets", "", &[]),
        item(
            "Hawaiian Sun",
            "Drinks",
            "",
            &[group("Flavor", 1, 1, &["POG", "Strawberry Lilikoi"])],
        ),
        item("Katsu Plate", "Plates", told, &plate),
        item(
            "Burger",
            "Burgers",
            "Lettuce, tomato and mayo.",
            &[on_burger, add],
        ),
        item(
            "Pale Lager",
            "Beer",
            "",
            &[group("Size", 1, 1, &["Pint", "Tall"])],
        ),
        item(
            "Stout",
            "Beer",
            "",
            &[group("Size", 1, 1, &["Pint", "Tall"])],
        ),
        item(
            "Pretzel",
            "Snacks",
            "",
            &[group("Dip", 0, 1, &["Beer Cheese", "Mustard"])],
        ),
    ])
}

#[test]
fn so_many_scoops_are_one_dish_where_it_is_sold_so() {
    check(
        &parlour(),
        &[
            (
                "two scoops of vanilla in a cup",
                "1 Double Scoop +Vanilla +Cup",
            ),
            (
                "one scoop of coffee in a waffle cone",
                "1 Single Scoop +Coffee +Waffle Cone",
            ),
            (
                "two single scoops both chocolate in a cup",
                "2 Single Scoop +Chocolate +Cup",
            ),
        ],
    );
}

#[test]
fn a_choice_may_be_called_with_what_it_is() {
    check(
        &parlour(),
        &[
            (
                "brownie sundae with coffee ice cream",
                "1 Brownie Sundae +Coffee",
            ),
            ("a coffee ice cream cake", "1 Ice Cream Cake +Coffee"),
        ],
    );
}

#[test]
fn a_choice_may_be_called_with_its_group_where_a_dish_is_called_so_too() {
    let flavors = || group("Ice Cream Flavor", 1, 2, &FLAVORS);
    let parser = parser(&[
        item(
            "Hand-Dipped Ice Cream",
            "Scoops",
            "",
            &[
                group("Size", 1, 1, &["Single Scoop", "Double Scoop"]),
                group("Flavors", 1, 2, &FLAVORS),
            ],
        ),
        item("Fudge Sundae", "Sundaes", "", &[size(), flavors()]),
        item("Churro Waffle", "Waffles", "", &[flavors()]),
    ]);
    check(
        &parser,
        &[
            (
                "fudge sundae, small, coffee ice cream",
                "1 Small Fudge Sundae +Coffee",
            ),
            (
                "a churro waffle with vanilla ice cream and a fudge sundae",
                "1 Churro Waffle +Vanilla; 1 Fudge Sundae",
            ),
            ("vanilla ice cream", "1 Hand-Dipped Ice Cream +Vanilla"),
            (
                "a double scoop of coffee",
                "1 Double Scoop Hand-Dipped Ice Cream +Coffee",
            ),
        ],
    );
}

#[test]
fn what_a_plate_is_told_to_come_with_is_left_out_by_its_kind() {
    check(
        &parlour(),
        &[
            ("katsu plate no rice", "1 Katsu Plate -White Rice"),
            ("katsu plate with brown rice", "1 Katsu Plate +Brown Rice"),
        ],
    );
}

#[test]
fn sorts_that_are_dishes_too_are_sorts_of_what_is_told_apart() {
    check(
        &parlour(),
        &[
            (
                "six malasadas two plain two haupia two custard",
                "2 Malasada +Plain; 2 Malasada +Haupia; 2 Malasada +Custard",
            ),
            (
                "a dozen malasadas half plain half custard",
                "6 Malasada +Plain; 6 Malasada +Custard",
            ),
            (
                "large shave ice strawberry lilikoi",
                "1 Large Shave Ice +Strawberry +Lilikoi",
            ),
            ("a strawberry lilikoi", "1 Hawaiian Sun +Strawberry Lilikoi"),
            (
                "three burgers two plain and one with just cheese",
                "2 Burger -Lettuce -Tomato -Mayo; 1 Burger -Lettuce -Tomato -Mayo +American Cheese",
            ),
        ],
    );
}

#[test]
fn what_dishes_are_listed_under_orders_none() {
    check(
        &parlour(),
        &[
            (
                "three beers two lagers and a stout",
                "2 Pale Lager; 1 Stout",
            ),
            ("a pretzel with beer cheese", "1 Pretzel +Beer Cheese"),
        ],
    );
}

#[test]
fn sides_of_a_plate_that_needs_them_are_no_sides_of_their_own() {
    let sides = ["Slaw", "Beans", "Okra"];
    let parser = parser(&[
        item(
            "Turkey Plate",
            "Plates",
            "With two sides.",
            &[group("Choose Two Sides", 2, 2, &sides)],
        ),
        item("Side", "Sides", "", &[group("Side", 1, 1, &sides)]),
    ]);
    check(
        &parser,
        &[
            (
                "turkey plate my two sides are slaw and beans",
                "1 Turkey Plate +Slaw +Beans",
            ),
            (
                "turkey plate, sides: slaw and beans",
                "1 Turkey Plate +Slaw +Beans",
            ),
            (
                "turkey plate with slaw and beans and a side of okra",
                "1 Turkey Plate +Slaw +Beans; 1 Side +Okra",
            ),
        ],
    );
}

#[test]
fn a_size_of_many_is_of_each_that_is_told_next() {
    check(
        &parlour(),
        &[
            (
                "two pints one lager one stout",
                "1 Pint Pale Lager; 1 Pint Stout",
            ),
            (
                "two pints one lager one tall stout and a burger",
                "1 Pint Pale Lager; 1 Tall Stout; 1 Burger",
            ),
            (
                "three pints of stout one tall of lager",
                "3 Pint Stout; 1 Tall Pale Lager",
            ),
        ],
    );
}
