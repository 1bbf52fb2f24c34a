//! One more as a line before, with something changed.

use super::{check, group, item, parser, size};
use crate::order::OrderParser;

/// A smokehouse: plates of a kind, and sandwiches with a side.
fn smokehouse() -> OrderParser {
    let sides = || group("Side", 1, 1, &["Fries", "Slaw", "Beans"]);
    let on_it = |of: &[&str]| group("Comes With", 0, 3, of);
    let extras = || group("Extras", 0, 3, &["Fried Egg", "Shredded Pork"]);
    parser(&[
        item(
            "Rack of Ribs",
            "Ribs",
            "With a side.",
            &[size(), group("Style", 1, 1, &["Dry Rub", "Wet"]), sides()],
        ),
        item(
            "House Salad",
            "Salads",
            "Greens, tomato and cucumber.",
            &[
                group("Meat", 1, 1, &["Chicken", "Brisket"]),
                on_it(&["Tomato", "Cucumber"]),
            ],
        ),
        item(
            "Pork Chop Rice Plate",
            "Plates",
            "With tomato.",
            &[on_it(&["Tomato"]), extras()],
        ),
        item(
            "Lemon Chicken Rice Plate",
            "Plates",
            "With tomato.",
            &[on_it(&["Tomato"]), extras()],
        ),
        item(
            "Club",
            "Sandwiches",
            "Bacon, tomato and mayo.",
            &[on_it(&["Bacon", "Tomato", "Mayo"]), sides()],
        ),
        item("Iced Tea", "Drinks", "", &[size()]),
    ])
}

#[test]
fn the_same_but_for_what_is_told() {
    check(
        &smokehouse(),
        &[
            (
                "a rack of ribs dry with slaw and my buddy gets the same thing only wet",
                "1 Rack of Ribs +Dry Rub +Slaw; 1 Rack of Ribs +Slaw +Wet",
            ),
            (
                "the house salad with chicken no cucumber and i'll have the same salad but with brisket and i do want the cucumber",
                "1 House Salad +Chicken -Cucumber; 1 House Salad +Brisket",
            ),
            (
                "a club with fries and the exact same thing except no tomato",
                "1 Club +Fries; 1 Club +Fries -Tomato",
            ),
            (
                "a club with fries no mayo and the same but slaw instead of fries",
                "1 Club +Fries -Mayo; 1 Club -Mayo +Slaw",
            ),
        ],
    );
}

#[test]
fn the_same_of_another_sort_is_another_dish() {
    check(
        &smokehouse(),
        &[
            ("pork chop plate", "1 Pork Chop Rice Plate"),
            (
                "pork chop plate with fried egg no tomato. my gf wants the same thing but with chicken and no egg",
                "1 Pork Chop Rice Plate +Fried Egg -Tomato; 1 Lemon Chicken Rice Plate -Tomato",
            ),
        ],
    );
}
