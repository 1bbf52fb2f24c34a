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
        item(
            "Bone-In Wings",
            "Wings",
            "",
            &[group("How Many Size", 1, 1, &["6 Piece", "10 Piece"])],
        ),
        item(
            "Boneless Wings",
            "Wings",
            "",
            &[group("How Many Size", 1, 1, &["8 Piece", "12 Piece"])],
        ),
        item("Iced Tea", "Drinks", "", &[size()]),
        item(
            "Two Meat Plate",
            "Plates",
            "",
            &[
                group(
                    "Choose Two Meats",
                    2,
                    2,
                    &["Hot Link", "Turkey", "Sliced Brisket"],
                ),
                group("Bread", 1, 1, &["Cornbread", "Toast"]),
            ],
        ),
        item(
            "Hush Puppies",
            "Sides",
            "",
            &[group("Pieces Size", 1, 1, &["3 Pieces", "6 Pieces"])],
        ),
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

#[test]
fn dishes_of_one_kind_are_told_by_their_place() {
    check(
        &smokehouse(),
        &[
            (
                "2 two meat plates. 1st: hot link and turkey, toast. 2nd: same meats, but cornbread",
                "1 Two Meat Plate +Hot Link +Turkey +Toast; 1 Two Meat Plate +Hot Link +Turkey +Cornbread",
            ),
            ("two clubs, 2nd one no mayo", "1 Club; 1 Club -Mayo"),
        ],
    );
}

#[test]
fn a_plus_sign_ends_a_dish_of_so_many_pieces() {
    check(
        &smokehouse(),
        &[(
            "hush puppies 3pc + club with fries",
            "1 3 Pieces Hush Puppies; 1 Club +Fries",
        )],
    );
}

#[test]
fn a_choice_of_two_words_may_be_turned_round() {
    check(
        &smokehouse(),
        &[(
            "two meat plate brisket sliced and turkey",
            "1 Two Meat Plate +Sliced Brisket +Turkey",
        )],
    );
}

#[test]
fn so_many_pieces_are_of_the_dish_that_is_sold_so() {
    check(
        &smokehouse(),
        &[(
            "boneless twelve bone in ten",
            "1 12 Piece Boneless Wings; 1 10 Piece Bone-In Wings",
        )],
    );
}
