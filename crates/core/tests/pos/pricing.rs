//! What a line costs, and which lines are none.

use crate::fixture::{Till, burger, line, rules, with};
use olympus_core::pos::{MAX_LINES, PosError};
use olympus_proto::pos::{ChangeLine, NewLine, NewModifier, NewOrder};
use olympus_proto::{Amount, Cents, ErrorCode, ModifierAction};

/// Unit price of a line, or why there is none.
fn unit(new: NewLine) -> Result<i64, PosError> {
    let mut till = Till::with(rules(0, false), Vec::new());
    till.add(vec![new])?;
    Ok(till.bill().order.lines[0].unit_cents.0)
}

fn modified(modifiers: Vec<NewModifier>) -> NewLine {
    NewLine {
        modifiers,
        ..line("burger", 1)
    }
}

#[test]
fn the_menu_says_what_it_costs() {
    let without = NewModifier {
        action: ModifierAction::Remove,
        ..with("extras", "cheese")
    };
    let extra = NewModifier {
        amount: Some(Amount::Extra),
        ..with("extras", "cheese")
    };
    let cases = [
        (line("cola", 3), 250),
        (burger(1, &[]), 950),
        (burger(2, &["cheese", "bacon"]), 1_200),
        (burger(1, &["onions"]), 930),
        (modified(vec![with("size", "l"), without.clone()]), 1_150),
        // Much of it is the menu's one price.
        (modified(vec![with("size", "s"), extra]), 1_050),
        // What is left out is no choice: two others may be had.
        (
            modified(vec![
                with("size", "s"),
                without,
                with("extras", "bacon"),
                with("extras", "onions"),
            ]),
            1_080,
        ),
        (
            NewLine {
                price_cents: Some(Cents(1_850)),
                ..line("catch", 1)
            },
            1_850,
        ),
        (line("free", 999), 0),
    ];
    for (new, wanted) in cases {
        assert_eq!(unit(new.clone()), Ok(wanted), "{new:?}");
    }
}

#[test]
fn what_is_no_line_is_refused_and_says_what_to_do() {
    let priced = |item: &str, cents: i64| NewLine {
        price_cents: Some(Cents(cents)),
        ..line(item, 1)
    };
    let noted = |bytes: usize| NewLine {
        note: Some("n".repeat(bytes)),
        ..line("cola", 1)
    };
    let nothing = NewModifier {
        action: ModifierAction::Remove,
        amount: Some(Amount::Light),
        ..with("extras", "cheese")
    };
    let sizes = |chosen: usize| format!("`Burger` takes 1 of `size`, and {chosen} were chosen");
    let cases = [
        (line("pizza", 1), "`pizza` is not on the menu".to_owned()),
        (line("soup", 1), "`Soup` cannot be had now".to_owned()),
        (line("catch", 1), "say price_cents".to_owned()),
        (priced("cola", 250), "leave price_cents out".to_owned()),
        (priced("catch", -1), "less than nothing".to_owned()),
        (
            priced("catch", 10_000_001),
            "more than 100000.00".to_owned(),
        ),
        (line("yacht", 2), "more than 100000.00".to_owned()),
        (line("cola", 0), "1 to 999".to_owned()),
        (line("cola", 1_000), "1 to 999".to_owned()),
        (line("burger", 1), sizes(0)),
        (
            modified(vec![with("size", "s"), with("size", "l")]),
            sizes(2),
        ),
        (
            burger(1, &["cheese", "bacon", "onions"]),
            "at most 2 of `extras`, and 3".to_owned(),
        ),
        (line("tasting", 1), "at least 2 of `plates`".to_owned()),
        (
            burger(1, &["gold"]),
            "no choice `gold` in `extras`".to_owned(),
        ),
        (
            modified(vec![with("colour", "s")]),
            "no choice `s` in `colour`".to_owned(),
        ),
        (
            burger(1, &["bacon", "bacon"]),
            "stands there twice".to_owned(),
        ),
        (
            modified(vec![with("size", "s"), nothing]),
            "is left out and has an amount".to_owned(),
        ),
        (
            modified(vec![with("size", "s"); 51]),
            "50 choices".to_owned(),
        ),
        (noted(201), "note has to be at most 200 bytes".to_owned()),
    ];
    for (new, wanted) in cases {
        let why = unit(new.clone()).expect_err("no line");
        let said = why.to_string();
        assert!(said.contains(&wanted), "{said:?} lacks {wanted:?}");
        let code = match why {
            PosError::NotToBeHad(_) => ErrorCode::WrongState,
            _ => ErrorCode::InvalidRequest,
        };
        assert_eq!(why.code(), code, "{said}");
    }
    assert_eq!(unit(noted(200)), Ok(250));
    assert_eq!(unit(priced("catch", 10_000_000)), Ok(10_000_000));
}

#[test]
fn orders_have_their_limits() {
    let mut till = Till::new(rules(0, false));
    let hundred_and_one = NewOrder {
        lines: vec![line("cola", 1); 101],
        ..NewOrder::default()
    };
    assert_eq!(till.open(&hundred_and_one), Err(PosError::BadLineCount));
    let long = NewOrder {
        label: Some("x".repeat(61)),
        ..NewOrder::default()
    };
    let why = till.open(&long).expect_err("too long").to_string();
    assert!(why.contains("label has to be at most 60"), "{why}");
    assert_eq!(till.fields.len(), 0, "a refusal leaves nothing");

    let mut till = Till::with(rules(0, false), Vec::new());
    assert_eq!(till.add(Vec::new()), Err(PosError::BadLineCount));
    for _ in 0..MAX_LINES / 100 {
        till.add(vec![line("cola", 1); 100]).expect("room");
    }
    assert_eq!(till.add(vec![line("cola", 1)]), Err(PosError::TooManyLines));

    // Tax counts: eleven yachts are 990,000.00, and 1,089,000.00 with it.
    let mut till = Till::with(rules(1_000, false), vec![line("yacht", 1); 10]);
    assert_eq!(
        till.add(vec![line("yacht", 1)]),
        Err(PosError::OrderTooDear)
    );
    let mut till = Till::with(rules(1_000, true), vec![line("yacht", 1); 11]);
    assert_eq!(
        till.add(vec![line("yacht", 1)]),
        Err(PosError::OrderTooDear)
    );
}

#[test]
fn new_choices_cost_what_they_cost_now_and_the_dish_what_it_did() {
    let catch = NewLine {
        price_cents: Some(Cents(1_850)),
        ..line("catch", 1)
    };
    let mut till = Till::with(rules(0, false), vec![burger(1, &["cheese"]), catch]);
    let choices = ChangeLine {
        modifiers: Some(vec![with("size", "l"), with("extras", "bacon")]),
        ..ChangeLine::default()
    };
    till.change("till-1.1", choices).expect("changed");
    let none = ChangeLine {
        modifiers: Some(Vec::new()),
        ..ChangeLine::default()
    };
    till.change("till-1.2", none.clone()).expect("changed");
    let units: Vec<_> = till
        .bill()
        .order
        .lines
        .iter()
        .map(|l| l.unit_cents.0)
        .collect();
    assert_eq!(units, [1_300, 1_850]);
    let why = till
        .change("till-1.1", none)
        .expect_err("a size is missing");
    assert!(why.to_string().contains("takes 1 of `size`"), "{why}");
}
