//! The same of what takes the place of something, of several told apart, of measures and of halves.

use super::{check, counter, grill};

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

#[test]
fn a_sort_beside_another_is_one_more() {
    check(
        &counter(),
        &[
            (
                "two cokes one sprite",
                "2 Canned Soda +Coke; 1 Canned Soda +Sprite",
            ),
            (
                "two cokes one diet",
                "1 Canned Soda +Coke; 1 Canned Soda +Diet Coke",
            ),
            (
                "two mochis one mango one lychee, both frozen",
                "1 Mochi +Mango; 1 Mochi +Lychee",
            ),
            (
                "two chicken wraps and one with beef",
                "2 Chicken Wrap; 1 Beef Shawarma Wrap",
            ),
            (
                "three wraps two chicken and one beef",
                "2 Chicken Wrap; 1 Beef Shawarma Wrap",
            ),
        ],
    );
}

#[test]
fn what_is_put_aside_or_swapped_is_not_left_out() {
    check(
        &counter(),
        &[
            (
                "greek salad no olives dressing on the side",
                "1 Greek Salad -Olives",
            ),
            (
                "greek salad sub balsamic for the dressing",
                "1 Greek Salad +Balsamic",
            ),
            (
                "a beef shawarma plate, no wait make it a wrap",
                "1 Beef Shawarma Wrap",
            ),
            (
                "sirloin with rice, make the rice a baked potato",
                "1 Sirloin +Baked Potato",
            ),
            (
                "loaded fries and large fries",
                "1 Loaded Gyro Fries; 1 Large Fries",
            ),
        ],
    );
}

#[test]
fn drinks_are_said_the_other_way_round() {
    check(
        &grill(),
        &[
            (
                "a small orange fanta",
                "1 Small Fountain Drink +Fanta Orange",
            ),
            (
                "can you ring me up for a burger basket with onion rings",
                "1 Burger Basket +Onion Rings",
            ),
        ],
    );
}

#[test]
fn whose_it_is_in_other_languages() {
    check(
        &grill(),
        &[
            (
                "dos cheeseburgers, el mío sin mayonesa y el de mi hermano con tocino",
                "1 Cheeseburger -Mayo; 1 Cheeseburger +Bacon",
            ),
            (
                "deux cheeseburgers, le mien sans mayo et celui de mon frère avec bacon",
                "1 Cheeseburger -Mayo; 1 Cheeseburger +Bacon",
            ),
            (
                "zwei cheeseburger, meiner ohne tomate und der von meinem bruder mit speck",
                "1 Cheeseburger -Tomato; 1 Cheeseburger +Bacon",
            ),
            (
                "due cheeseburger, il mio senza maionese e quello di mio fratello con bacon",
                "1 Cheeseburger -Mayo; 1 Cheeseburger +Bacon",
            ),
            (
                "dois cheeseburgers, o meu sem maionese e o do meu irmão com bacon",
                "1 Cheeseburger -Mayo; 1 Cheeseburger +Bacon",
            ),
            // "Coca" is a coke, though a menu sells sodas too.
            (
                "un burger basket con papas y una coca",
                "1 Burger Basket +Fries +Coke",
            ),
        ],
    );
}

#[test]
fn a_swap_may_come_before_its_dish() {
    check(
        &grill(),
        &[
            (
                "swap the mayo for mustard on a cheeseburger",
                "1 Cheeseburger -Mayo +Mustard",
            ),
            (
                "sub mustard for the mayo on a cheeseburger",
                "1 Cheeseburger -Mayo +Mustard",
            ),
        ],
    );
    check(
        &counter(),
        &[
            (
                "a large coffee and one small black",
                "1 Large Hot Coffee; 1 Small Hot Coffee",
            ),
            (
                "two coffees, one large and one small",
                "1 Large Hot Coffee; 1 Small Hot Coffee",
            ),
            ("half a dozen classic corn dogs", "6 Corn Dog +Classic"),
            (
                "a toast on rye and another on wheat",
                "1 Toast +Rye; 1 Toast +Wheat",
            ),
        ],
    );
}

#[test]
fn many_of_a_name_are_the_dish() {
    check(
        &grill(),
        &[
            ("nachos no beans", "1 Nachos Grande -Beans"),
            ("a burger", "1 Cheeseburger"),
            (
                "two chicken sandwiches, the first one plain, the second one with bacon",
                "1 Chicken Sandwich -Mayo -Pickles; 1 Chicken Sandwich +Bacon",
            ),
            (
                "a chicken sandwich and a pulled pork sandwich, both plain",
                "1 Chicken Sandwich -Mayo -Pickles; 1 Pulled Pork Sandwich -Slaw -Sauce",
            ),
        ],
    );
}
