//! Cards of the house, and what refunds may give back.

use super::super::book::BookError;
use super::super::settle::Heard;
use super::payments::stored;
use super::{CARD, World, captured, payment, sold};
use olympus_proto::Cents;
use olympus_proto::books::HouseCard;
use olympus_proto::provider::CaptureState;
use olympus_proto::sync::EntityKind;
use serde_json::{Value, json};

fn declined(world: &World, payment: &str) -> (Value, Value) {
    let row = world.row(EntityKind::Payment, payment);
    let of = |name: &str| row.fields.get(name).cloned().unwrap_or_default();
    (of("state"), of("decline_code"))
}

#[test]
fn nothing_is_taken_off_a_card_that_was_not_issued() {
    let mut world = World::new();
    // Sixty-four characters and a state of one's own making.
    world.push(
        "till-1",
        vec![sold("o1", 700), stored("p1", 300, (4, 9_000))],
    );
    let unknown = (json!("declined"), json!("card_unknown"));
    assert_eq!(declined(&world, "p1"), unknown);
    assert_eq!(world.book.card(&CARD.into()), Ok(None));
    let issued = world.issue(4, 1_000).unwrap();
    assert_eq!(
        world.issue(4, 1_000),
        Ok(issued),
        "once, however often it is told"
    );
    assert_eq!(world.issue(4, 2_000), Err(BookError::CardIssued));
    world.push(
        "till-1",
        vec![
            stored("p2", 300, (4, 9_000)),
            stored("p3", 100, (3, 1_100)),
            stored("p4", 300, (4, 1_000)),
            stored("p5", 800, (5, 800)),
        ],
    );
    let code = |payment| declined(&world, payment).1;
    assert_eq!(code("p2"), "card_forked", "more than was on it");
    assert_eq!(code("p3"), "card_older", "from before it was issued");
    assert_eq!(world.state("p4"), "approved");
    assert_eq!(code("p5"), "card_forked", "it has 700 left");
    let world = world.restarted();
    let left = HouseCard {
        issued_sequence: 4,
        issued_cents: Cents(1_000),
        sequence: 5,
        balance_cents: Cents(700),
    };
    assert_eq!(world.book.card(&CARD.into()), Ok(Some(left)));
    let news = world.book.news().unwrap().unwrap();
    let entries = serde_json::to_string(&news.entries).unwrap();
    assert!(entries.contains("card_issued") && !entries.contains(CARD));
}

fn back(
    id: &str,
    of: &str,
    order: &str,
    cents: i64,
    more: Value,
) -> olympus_proto::sync::Operation {
    let mut told = json!({"direction": "refund", "refund_of": of, "tip_cents": 0});
    for (name, value) in more.as_object().expect("an object") {
        told[name] = value.clone();
    }
    payment(id, order, "card", cents, told)
}

#[test]
fn a_refund_goes_back_to_the_card_of_its_sale_whatever_it_names() {
    let mut world = World::new();
    let sale = payment("p1", "o1", "card", 700, json!({}));
    let other = "ab".repeat(32);
    let refund = back("r1", "p1", "o1", 300, json!({"card": other}));
    world.push("till-1", vec![sold("o1", 700), sale, refund]);
    let sent = world.sent();
    assert_eq!(sent.len(), 1);
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    let sent = world.sent();
    assert_eq!((sent.len(), sent[0].card.as_str()), (1, CARD));
}

#[test]
fn no_more_is_given_back_than_was_taken() {
    let mut world = World::new();
    let sale = payment("p1", "o1", "card", 700, json!({}));
    let cash = payment("c1", "o1", "cash", 200, json!({}));
    world.push("till-1", vec![sold("o1", 700), sold("o2", 700), sale, cash]);
    let sent = world.sent();
    // Two that wait for their sale: either fits, both do not.
    let wait = [
        back("r1", "p1", "o1", 500, json!({})),
        back("r2", "p1", "o1", 400, json!({})),
    ];
    world.push("till-1", wait.to_vec());
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    let sent = world.sent();
    assert_eq!(sent.len(), 1);
    let mut codes = vec![declined(&world, "r1").1, declined(&world, "r2").1];
    codes.retain(|code| !code.is_null());
    assert_eq!(codes, ["over_refund"]);
    // What comes later is bounded by what is on its way.
    let taken = sent[0].amount_cents.0;
    world.push(
        "till-2",
        vec![
            back("r3", "p1", "o1", 751 - taken, json!({"terminal": "till-2"})),
            back("r4", "p1", "o2", 10, json!({})),
            back("r5", "c1", "o1", 10, json!({})),
            back("r6", "p1", "o1", 10, json!({"refund_of": null})),
            back("r7", "r3", "o1", 10, json!({})),
            back("r8", "p1", "o1", 750 - taken, json!({})),
        ],
    );
    let sent: Vec<_> = world.sent();
    let sent: Vec<_> = sent.iter().map(|it| it.reference.as_str()).collect();
    assert_eq!(sent, ["loc-7.r8"], "all that is left, with the tip");
    let code = |payment| declined(&world, payment).1;
    assert_eq!(code("r3"), "over_refund");
    assert_eq!(code("r4"), "refund_differs", "another order");
    assert_eq!(code("r5"), "refund_differs", "another tender");
    assert_eq!(code("r6"), "no_sale");
    assert_eq!(code("r7"), "refund_differs", "a refund is no sale");
    assert_eq!(
        world.book.settle_hurry(world.now),
        Ok(2),
        "the others are settled"
    );
}
