//! Lines that are parts of one, that are meant by what they have, and names within names.

use super::tests_negation::check;

#[test]
fn parts_are_told_apart() {
    check(&[
        (
            "four tacos: two regular, one no onion no mayo, one add guac",
            "2 Taco; 1 Taco -Onion -Mayo; 1 Taco +Add Guac",
        ),
        (
            "two burgers one no onions and the other no pickles",
            "1 Burger -Onion; 1 Burger -Pickle",
        ),
        (
            "three burgers, one with bacon, the rest with cheese",
            "1 Burger +Add Bacon; 2 Burger +Add Cheese",
        ),
        (
            "two tacos with beef and one with chicken",
            "2 Taco +Beef; 1 Taco +Chicken",
        ),
        (
            "two tacos both no onion one beef one pork",
            "1 Taco -Onion +Beef; 1 Taco -Onion +Pork",
        ),
        (
            "two kids meals one with carrots one with apple slices, one lemonade one chocolate milk",
            "1 Kids Meal +Carrots +Lemonade; 1 Kids Meal +Apple Slices +Chocolate Milk",
        ),
        (
            "a coke and three tacos two beef one pork, all with guac",
            "1 Coke; 2 Taco +Beef +Add Guac; 1 Taco +Pork +Add Guac",
        ),
    ]);
}

#[test]
fn lines_are_meant_by_what_they_have() {
    check(&[
        (
            "one taco with beef and one with pork, no onion on the pork one",
            "1 Taco +Beef; 1 Taco +Pork -Onion",
        ),
        (
            "a small coke and a large one, no ice in the small one",
            "1 Small Coke -Ice; 1 Large Coke",
        ),
        (
            "a hot dog and a lox sandwich on rye, capers on the sandwich",
            "1 Hot Dog; 1 Lox Sandwich +Rye +Capers",
        ),
        (
            "a small latte with oat milk and another one just like it but no foam",
            "1 Small Latte +Oat Milk; 1 Small Latte +Oat Milk -Foam",
        ),
        (
            "three tacos: the first is beef, the second is pork with guac, the third is the same as the second",
            "1 Taco +Beef; 2 Taco +Pork +Add Guac",
        ),
        (
            "a burger without mayo and the same for my brother",
            "2 Burger -Mayo",
        ),
    ]);
}

#[test]
fn a_choice_and_an_item_in_one_name() {
    check(&[
        (
            "two sesame bagels toasted with butter",
            "2 Bagel +Sesame +Toasted +Butter",
        ),
        (
            "a lox sandwich on a sesame bagel",
            "1 Lox Sandwich +Sesame Bagel",
        ),
        (
            "a burger and a poppy bagel, toast it",
            "1 Burger; 1 Bagel +Poppy +Toasted",
        ),
        ("a latte with vanilla", "1 Latte +Vanilla Syrup"),
        ("a burger and a hash brown on it", "1 Burger +Hash Brown"),
        ("a burger and a hash brown", "1 Burger; 1 Hash Browns"),
    ]);
}

#[test]
fn corrections_without_their_word() {
    check(&[
        (
            "a burger, actually two burgers with cheese",
            "2 Burger +Add Cheese",
        ),
        ("a burger and a coke, actually two", "1 Burger; 2 Coke"),
        (
            "burger with bacon no make that cheese",
            "1 Burger +Add Cheese",
        ),
        (
            "a small coke you don't have that okay a lemonade",
            "1 Lemonade",
        ),
    ]);
}

#[test]
fn spanish_words_are_read_where_the_menu_knows_the_english() {
    check(&[
        ("dos tacos de pollo sin cebolla", "2 Taco +Chicken -Onion"),
        (
            "una coca grande sin hielo y una limonada",
            "1 Large Coke -Ice; 1 Lemonade",
        ),
        (
            "dos tacos de res con todo y uno de puerco",
            "2 Taco +Beef; 1 Taco +Pork",
        ),
    ]);
}
