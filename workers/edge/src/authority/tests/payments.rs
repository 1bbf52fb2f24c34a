//! What becomes of payments: cash, cards of the provider's, cards of the house.

use super::super::advice::dead_letters;
use super::super::settle::Heard;
use super::super::sql::Sql as _;
use super::{CARD, KEY, NOW, World, captured, fields, is_sale, operation, payment, sold};
use olympus_core::grant::CardState;
use olympus_core::settlement::{ANSWER_MS, LATE_MS, QUIET_MS};
use olympus_proto::Cents;
use olympus_proto::provider::CaptureState;
use olympus_proto::sync::{EntityKind, OperationKind};
use serde_json::json;

fn card(world: &mut World, id: &str) {
    let operations = vec![
        sold("o1", 700),
        payment(id, "o1", "card", 700, json!({"sealed": "c2VhbA=="})),
    ];
    world.push("till-1", operations);
}

#[test]
fn a_card_is_sent_once_and_its_row_says_what_became_of_it() {
    let mut world = World::new();
    card(&mut world, "p1");
    assert_eq!(world.state("p1"), "requested");
    assert_eq!(world.book.settle_wake(), Ok(Some(NOW)));
    let sent = world.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].reference.as_str(), "loc-7.p1");
    assert_eq!(
        (sent[0].amount_cents, sent[0].currency.as_str()),
        (Cents(750), "USD")
    );
    assert_eq!(sent[0].sealed.as_deref(), Some("c2VhbA=="));
    assert_eq!(world.state("p1"), "sent", "durable before it is sent");
    assert!(world.sent().is_empty(), "and never again by itself");
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    assert_eq!(world.state("p1"), "approved");
    let row = world.row(EntityKind::Payment, "p1");
    assert_eq!(row.fields["provider_reference"], "cap-1");
    assert_eq!(world.book.settle_wake(), Ok(None));
    assert_eq!(world.book.unsettled(&"till-1".into()).unwrap().sales, 0);
}

#[test]
fn after_a_crash_it_is_asked_about_and_sent_again_only_when_nothing_can_arrive() {
    let mut world = World::new();
    card(&mut world, "p1");
    assert_eq!(world.sent().len(), 1);
    let mut world = world.restarted();
    world.now += ANSWER_MS;
    let errand = world.book.settle_due(world.now, 100).unwrap();
    assert!(errand.captures.is_empty());
    assert_eq!(errand.asks.len(), 1);
    world.hear(
        "p1",
        Heard::NothingFound {
            asked_ms: world.now,
        },
    );
    assert_eq!(world.state("p1"), "unknown");
    assert!(
        world.sent().is_empty(),
        "the first request may still arrive"
    );
    world.now += QUIET_MS + ANSWER_MS;
    let errand = world.book.settle_due(world.now, 100).unwrap();
    assert_eq!((errand.captures.len(), errand.asks.len()), (0, 1));
    world.hear(
        "p1",
        Heard::NothingFound {
            asked_ms: world.now,
        },
    );
    let again = world.sent();
    assert_eq!(again.len(), 1);
    world.hear(
        "p1",
        Heard::Answered(captured(&again[0], CaptureState::Declined)),
    );
    let row = world.row(EntityKind::Payment, "p1");
    assert_eq!(
        (&row.fields["state"], &row.fields["decline_code"]),
        (&json!("declined"), &json!("stolen_card"))
    );
}

#[test]
fn what_a_device_says_of_a_cards_state_or_sum_is_put_right() {
    let mut world = World::new();
    let lie = payment(
        "p1",
        "o1",
        "card",
        700,
        json!({"state": "approved", "provider_reference": "x"}),
    );
    let pushed = world.push("till-1", vec![sold("o1", 700), lie]);
    let told = pushed
        .answer
        .rows
        .iter()
        .find(|row| row.entity.id == "p1")
        .unwrap();
    assert_eq!(
        told.fields["state"], "requested",
        "and the answer says so at once"
    );
    let mut later = operation(
        "later",
        OperationKind::Payment,
        "p1",
        json!({"tip_cents": 9_000, "state": "approved", "tender": "cash", "at_ms": 3}),
    );
    later.base_version = told.version;
    world.push("till-1", vec![later]);
    let row = world.row(EntityKind::Payment, "p1");
    for (name, value) in [
        ("tip_cents", json!(50)),
        ("state", json!("requested")),
        ("tender", json!("card")),
        ("at_ms", json!(NOW)),
    ] {
        assert_eq!(row.fields[name], value, "{name}");
    }
    assert_eq!(world.sent()[0].amount_cents, Cents(750));
}

#[test]
fn the_payments_own_currency_needs_no_order() {
    let mut world = World::new();
    let own = payment("p1", "nowhere", "card", 100, json!({"currency": "EUR"}));
    world.push("till-1", vec![own]);
    assert_eq!(world.sent()[0].currency, "EUR");
}

#[test]
fn a_refund_waits_for_its_sale() {
    let mut world = World::new();
    card(&mut world, "p1");
    let back = payment(
        "r1",
        "o1",
        "card",
        300,
        json!({"direction": "refund", "refund_of": "p1", "tip_cents": 0}),
    );
    world.push("till-1", vec![back]);
    let sent = world.sent();
    assert!(sent.iter().all(is_sale));
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    let back = world.sent();
    assert_eq!(back.len(), 1);
    assert_eq!(
        (
            back[0].amount_cents,
            back[0].refund_of.as_ref().unwrap().as_str()
        ),
        (Cents(300), "loc-7.p1")
    );
    world.hear(
        "r1",
        Heard::Answered(captured(&back[0], CaptureState::Approved)),
    );
    assert_eq!(world.state("r1"), "approved");
    // And is declined with it.
    let more = [
        payment("p2", "o1", "card", 100, json!({})),
        payment(
            "r2",
            "o1",
            "card",
            100,
            json!({"direction": "refund", "refund_of": "p2"}),
        ),
    ];
    world.push("till-1", more.to_vec());
    let sent = world.sent();
    world.hear(
        "p2",
        Heard::Answered(captured(&sent[0], CaptureState::Declined)),
    );
    assert!(world.sent().is_empty());
    assert_eq!(world.state("r2"), "declined");
}

#[test]
fn whoever_hurries_does_not_put_off_a_refund_whose_sale_was_just_settled() {
    let mut world = World::new();
    card(&mut world, "p1");
    let back = payment(
        "r1",
        "o1",
        "card",
        300,
        json!({"direction": "refund", "refund_of": "p1", "tip_cents": 0}),
    );
    world.push("till-1", vec![back]);
    let sent = world.sent();
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    assert_eq!(world.book.settle_hurry(world.now), Ok(1));
    let back = world.sent();
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].reference.as_str(), "loc-7.r1");
}

#[test]
fn cash_needs_nobody_and_what_cannot_be_sent_is_shown() {
    let mut world = World::new();
    let odd = operation(
        "odd",
        OperationKind::Payment,
        "p3",
        json!({"amount_cents": 5}),
    );
    world.push(
        "till-1",
        vec![
            sold("o1", 700),
            payment("p1", "o1", "cash", 700, json!({})),
            payment("p2", "nowhere", "card", 100, json!({})),
            odd,
        ],
    );
    assert_eq!(world.state("p1"), "approved");
    assert!(world.sent().is_empty());
    let unsettled = world.book.unsettled(&"till-1".into()).unwrap();
    assert_eq!((unsettled.cents, unsettled.sales), (Cents(150), 1));
    let shown = dead_letters(&world.book).unwrap().payments;
    let mut shown: Vec<_> = shown
        .iter()
        .map(|it| (it.payment.as_str(), it.why.as_str()))
        .collect();
    shown.sort_unstable();
    assert_eq!(shown, [("p2", "no_order"), ("p3", "unreadable")]);
    // The order comes later: then it goes on.
    world.push("till-2", vec![sold("nowhere", 100)]);
    world.now += 61_000;
    assert_eq!(world.sent().len(), 1);
    assert_eq!(dead_letters(&world.book).unwrap().payments.len(), 1);
}

#[test]
fn what_the_provider_never_answers_is_shown_after_hours_and_a_person_can_hurry_it() {
    let mut world = World::new();
    card(&mut world, "p1");
    world.sent();
    world.hear("p1", Heard::NoAnswer);
    assert_eq!(world.state("p1"), "unknown");
    assert!(
        world
            .book
            .settle_due(world.now, 100)
            .unwrap()
            .asks
            .is_empty()
    );
    assert_eq!(world.book.settle_hurry(world.now), Ok(1));
    assert_eq!(world.book.settle_due(world.now, 100).unwrap().asks.len(), 1);
    assert!(dead_letters(&world.book).unwrap().payments.is_empty());
    world.now += LATE_MS;
    world.hear("p1", Heard::NoAnswer);
    let shown = dead_letters(&world.book).unwrap().payments;
    assert_eq!(shown[0].why, "late");
    assert_eq!(shown[0].reference, "loc-7.p1");
}

#[test]
fn a_capture_that_came_too_late_to_be_sent_is_sent_later_and_nothing_is_under_way_by_then() {
    let mut world = World::new();
    card(&mut world, "p1");
    let errand = world.book.settle_due(world.now, 100).unwrap();
    let timeout_ms = 10_000;
    let last_ms = NOW + ANSWER_MS - timeout_ms;
    for (at_ms, may) in [
        (NOW, true),
        (last_ms, true),
        (last_ms + 1, false),
        (NOW + 40_000, false),
        (NOW - 1, false),
    ] {
        assert_eq!(errand.may_send(at_ms, timeout_ms), may, "{at_ms}");
    }
    world.now = last_ms + 1;
    world.hear("p1", Heard::NotSent);
    assert_eq!(world.state("p1"), "requested", "it never left");
    world.now += 60_000;
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn what_a_reader_sealed_is_kept_until_it_is_settled_and_no_device_gets_a_card() {
    let mut world = World::new();
    let pushed = world.push(
        "till-1",
        vec![
            sold("o1", 700),
            payment(
                "p1",
                "o1",
                "card",
                700,
                json!({"sealed": "c2VhbA==", "last4": "4242"}),
            ),
        ],
    );
    let told = |rows: &[olympus_proto::sync::Row]| {
        let text = serde_json::to_string(rows).unwrap();
        assert!(text.contains("4242") && !text.contains(CARD) && !text.contains("c2VhbA"));
    };
    told(&pushed.answer.rows);
    for version in [2, olympus_proto::sync::NEWEST] {
        let pull = olympus_proto::sync::Pull {
            version,
            cursor: None,
            limit: 500,
        };
        match world.book.pull(&pull).unwrap() {
            olympus_proto::sync::PullAnswer::Snapshot { rows, .. } => told(&rows),
            other => panic!("{other:?}"),
        }
    }
    let sent = world.sent();
    assert_eq!(sent[0].sealed.as_deref(), Some("c2VhbA=="));
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    let kept = world
        .book
        .sql
        .run("SELECT taken FROM payments", &[])
        .unwrap();
    let rows = world.book.sql.run("SELECT record FROM rows", &[]).unwrap();
    let all = format!("{kept:?}{rows:?}");
    assert!(!all.contains("c2VhbA") && all.contains(CARD), "{all}");
    // A device that tells it again does not bring it back.
    let mut again = operation(
        "again",
        OperationKind::Payment,
        "p1",
        json!({"sealed": "c2VhbA=="}),
    );
    again.base_version = world.book.head().unwrap();
    world.push("till-1", vec![again]);
    assert!(world.row(EntityKind::Payment, "p1").fields["sealed"].is_null());
}

/// A sale by a card of the house: it showed `before`, and shows this afterwards.
pub(super) fn stored(id: &str, cents: i64, before: (u64, i64)) -> olympus_proto::sync::Operation {
    use base64::Engine as _;
    let after = CardState {
        sequence: before.0 + 1,
        balance_cents: Cents(before.1 - cents),
        blocked: false,
    };
    let text = base64::engine::general_purpose::STANDARD.encode(after.write());
    payment(
        id,
        "o1",
        "stored_value",
        cents,
        json!({"tip_cents": 0, "card_state": text}),
    )
}

#[test]
fn a_card_of_the_house_is_settled_by_its_own_book() {
    let mut world = World::new();
    world.issue(4, 1_000).unwrap();
    world.push(
        "till-1",
        vec![sold("o1", 700), stored("p1", 300, (4, 1_000))],
    );
    assert_eq!(world.state("p1"), "approved");
    world.push("till-2", vec![stored("p2", 100, (5, 700))]);
    assert_eq!(world.state("p2"), "approved");
    // A copy of the card, used where it was before.
    world.push("till-3", vec![stored("p3", 200, (5, 700))]);
    let row = world.row(EntityKind::Payment, "p3");
    assert_eq!(row.fields["state"], "declined");
    assert_eq!(row.fields["decline_code"], "card_older");
    assert!(
        world.sent().is_empty(),
        "the provider has nothing to do with it"
    );
    assert_eq!(dead_letters(&world.book).unwrap().payments[0].why, "card");
    assert_eq!(world.state("p1"), "approved");
    // What it showed counts, where it is told; a reader may leave the padding out.
    let shown = "AgAAAAAAAAAABgAAAAAAAAJYAAAAAA";
    let damaged = payment(
        "p5",
        "o1",
        "stored_value",
        100,
        json!({"card_shown": shown}),
    );
    world.push("till-1", vec![damaged]);
    let row = world.row(EntityKind::Payment, "p5");
    assert_eq!(
        row.fields["decline_code"], "card_unreadable",
        "its checksum is wrong"
    );
    // What is given back of it stands or falls with it.
    let back = |id: &str, of: &str| {
        payment(
            id,
            "o1",
            "stored_value",
            50,
            json!({"tip_cents": 0, "direction": "refund", "refund_of": of}),
        )
    };
    world.push("till-1", vec![back("r1", "p1"), back("r3", "p3")]);
    assert_eq!(world.state("r1"), "approved");
    let row = world.row(EntityKind::Payment, "r3");
    assert_eq!(row.fields["decline_code"], "sale_declined");
    assert!(
        dead_letters(&world.book)
            .unwrap()
            .payments
            .iter()
            .all(|it| it.payment.as_str() != "r3")
    );
    let none = payment("p4", "o1", "stored_value", 100, json!({}));
    world.push("till-1", vec![none]);
    assert_eq!(
        world.row(EntityKind::Payment, "p4").fields["decline_code"],
        "card_unreadable"
    );
}

#[test]
fn a_settled_payment_stays_settled_whatever_comes() {
    let mut world = World::new();
    card(&mut world, "p1");
    let sent = world.sent();
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    let head = world.book.head().unwrap();
    for late in [
        Heard::NoAnswer,
        Heard::NothingFound {
            asked_ms: world.now,
        },
        Heard::Answered(captured(&sent[0], CaptureState::Declined)),
        Heard::Refused {
            code: "x".to_owned(),
        },
        Heard::Busy { retry_ms: None },
    ] {
        world.hear("p1", late);
    }
    world.hear("none", Heard::NoAnswer);
    assert_eq!(world.book.head(), Ok(head));
    let again = operation(
        "again",
        OperationKind::Payment,
        "p1",
        json!({"amount_cents": 700}),
    );
    let push = world.next("till-1", vec![again]);
    world.book.push(&push, KEY, world.now).unwrap();
    assert_eq!(world.state("p1"), "approved");
    assert_eq!(
        fields(json!({"card": CARD}))["card"],
        world.row(EntityKind::Payment, "p1").fields["card"]
    );
}
