//! What is ordered and taken back, told of one of several, or spelt as nobody spells it.

use super::tests_negation::check;

#[test]
fn a_dish_is_called_off_by_its_name() {
    check(&[
        ("a burger and fries actually no fries", "1 Burger"),
        ("a burger and fries, well, the fries no", "1 Burger"),
        (
            "a burger, fries and a latte no foam. oh, the fries taken off",
            "1 Burger; 1 Latte -Foam",
        ),
        ("fries no thanks, just a burger", "1 Burger"),
        (
            "a burger and fries, no wait, cancel the fries and add lemonade",
            "1 Burger; 1 Lemonade",
        ),
        (
            "a burger and a coke, actually instead of the coke a lemonade",
            "1 Burger; 1 Lemonade",
        ),
        (
            "a burger and fries, actually no fries, make it a lemonade",
            "1 Burger; 1 Lemonade",
        ),
        // An answer to something else takes nothing off.
        ("just a burger. no thanks.", "1 Burger"),
        ("a burger, that's it, no thank you", "1 Burger"),
        // What is not on the order is corrected to, as before.
        ("a burger, actually no, fries", "1 Fries"),
    ]);
}

#[test]
fn one_of_several_is_told_apart_after_all_were_told() {
    check(&[
        (
            "three burgers no onion on any of them and one with bacon",
            "2 Burger -Onion; 1 Burger -Onion +Add Bacon",
        ),
        (
            "three burgers, the last one with no pickles",
            "2 Burger; 1 Burger -Pickle",
        ),
        (
            "two hot dogs, one with ketchup and the other without",
            "1 Hot Dog +Ketchup; 1 Hot Dog -Ketchup",
        ),
        (
            "two hot dogs, one with ketchup and mustard and the other w/o",
            "1 Hot Dog +Ketchup +Mustard; 1 Hot Dog -Ketchup -Mustard",
        ),
        (
            "a burger without onion and another without pickles",
            "1 Burger -Onion; 1 Burger -Pickle",
        ),
        (
            "three small cokes, actually no, two small and one large",
            "2 Small Coke; 1 Large Coke",
        ),
    ]);
}

#[test]
fn none_of_them_are_all_of_them() {
    for text in [
        "a burger and a hot dog, none of them with onions",
        "a burger and a hot dog, none with onions",
        "a burger and a hot dog, on none of them any onion",
        "a burger and a hot dog, ON NONE OF THEM onion",
    ] {
        check(&[(text, "1 Burger -Onion; 1 Hot Dog -Onion")]);
    }
    check(&[
        (
            "a hot dog, a burger with bacon and a burger with cheese, none of them have onion",
            "1 Hot Dog -Onion; 1 Burger +Add Bacon -Onion; 1 Burger +Add Cheese -Onion",
        ),
        (
            "two lattes both with oat milk and one with soy milk",
            "2 Latte +Oat Milk; 1 Latte +Soy Milk",
        ),
        (
            "the taco with chicken and the taco with beef",
            "1 Taco +Chicken; 1 Taco +Beef",
        ),
    ]);
}

#[test]
fn a_line_is_named_again_to_say_more_of_it() {
    check(&[
        (
            "a burger and a hot dog and on the burger no pickle",
            "1 Burger -Pickle; 1 Hot Dog",
        ),
        (
            "two burgers and a coke, the burgers without onion please",
            "2 Burger -Onion; 1 Coke",
        ),
        (
            "a burger and a hot dog with mustard",
            "1 Burger; 1 Hot Dog +Mustard",
        ),
    ]);
}

#[test]
fn lists_after_a_colon_and_before_their_verb() {
    check(&[
        ("hot dog, hold: onion, mayo", "1 Hot Dog -Onion -Mayo"),
        ("a burger, onion and mayo left out", "1 Burger -Onion -Mayo"),
        (
            "burger 86 the onion add cheese",
            "1 Burger -Onion +Add Cheese",
        ),
        ("burger - 3, coke - 2", "3 Burger; 2 Coke"),
        // What is wanted stands before a comma, and a size is no part of a list.
        (
            "burger with bacon and cheese, pickles left off",
            "1 Burger +Add Bacon +Add Cheese -Pickle",
        ),
        ("latte large, foam left off", "1 Large Latte -Foam"),
        ("bagel toasted. butter left off", "1 Bagel +Toasted -Butter"),
        (
            "burger, the onion you can leave out and fries",
            "1 Burger -Onion; 1 Fries",
        ),
        ("hot dog, hold: onion. ketchup", "1 Hot Dog -Onion +Ketchup"),
    ]);
}

#[test]
fn words_cut_short_are_read_and_everyday_words_are_no_dishes() {
    check(&[
        ("larg coke", "1 Large Coke"),
        ("burger no pickl", "1 Burger -Pickle"),
        ("ten tacos for a party", "10 Taco"),
        ("a regular burger", "1 Burger"),
        ("sesme bagel toastd", "1 Bagel +Sesame +Toasted"),
    ]);
}
